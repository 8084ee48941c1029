"""PyTensor graphs made fit for interpretation in NumPy."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytensor.scalar as ps
import pytensor.tensor as pt
from pymc.logprob.utils import CheckParameterValue
from pytensor.compile.builders import OpFromGraph
from pytensor.compile.rewriting import inline_ofg_node
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.op import Op
from pytensor.graph.rewriting.basic import (
    EquilibriumGraphRewriter,
    dfs_rewriter,
    node_rewriter,
)
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.graph.traversal import applys_between
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.variable import TensorVariable

__all__ = ["collecting_later", "run_in_numpy", "without_inner_graphs"]


@contextmanager
def collecting_later() -> Iterator[None]:
    """Put off the search for garbage while graphs are built: a tenth of the time goes there.

    Yields
    ------
    None
        Arrays are freed as ever; only the cycles of graphs wait.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@node_rewriter([OpFromGraph])
def _open(fgraph: FunctionGraph, node: Apply) -> list[TensorVariable]:
    return inline_ofg_node(node)


_OPEN_ALL = EquilibriumGraphRewriter([_open], max_use_ratio=100)


class _Fill(Op):
    """A value in the shape of another: a view, where PyTensor's own would loop in Python."""

    __props__ = ()

    def make_node(self, shape_of: TensorVariable, value: TensorVariable) -> Apply:
        return Apply(self, [shape_of, value], [pt.second(shape_of, value).type()])

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        shape_of, value = inputs
        shape = np.broadcast_shapes(np.shape(shape_of), np.shape(value))
        output_storage[0][0] = np.broadcast_to(value, shape)


def _log1mexp(x: TensorVariable) -> TensorVariable:
    """Log of 1 - exp(x); Maechler 2012, Accurately computing log(1 - exp(-|a|))."""
    return pt.switch(x > -np.log(2.0), pt.log(-pt.expm1(x)), pt.log1p(-pt.exp(x)))


#: Scalar operations without a NumPy function, which would run in a Python loop over the elements.
_IN_NUMPY: dict[type, Callable[..., TensorVariable]] = {
    ps.Second: _Fill(),
    ps.Clip: lambda x, low, high: pt.minimum(pt.maximum(x, low), high),
    ps.Log1mexp: _log1mexp,
    ps.Softplus: lambda x: pt.maximum(x, 0.0) + pt.log1p(pt.exp(-pt.abs(x))),
}


@node_rewriter([CheckParameterValue])
def _unchecked(fgraph: FunctionGraph, node: Apply) -> list[TensorVariable]:
    # A point without density gets none; it must not stop the others of its batch.
    return [node.inputs[0]]


@node_rewriter([Elemwise])
def _to_numpy(fgraph: FunctionGraph, node: Apply) -> list[TensorVariable] | None:
    scalar, (out,) = node.op.scalar_op, node.outputs
    if type(scalar) not in _IN_NUMPY:
        return None
    made = _IN_NUMPY[type(scalar)](*node.inputs)
    return [made] if made.dtype == out.dtype and made.ndim == out.ndim else None


_TO_NUMPY = dfs_rewriter(_to_numpy, _unchecked)


def run_in_numpy(outputs: Sequence[TensorVariable]) -> list[TensorVariable]:
    """Replace element-wise operations that NumPy lacks by some that it has; drop checks.

    Parameters
    ----------
    outputs : sequence of TensorVariable
        Ends of a graph.

    Returns
    -------
    list of TensorVariable
        The same numbers, up to rounding.
    """
    # A copy: parts without points are shared with the model, which NUTS still has to derive.
    return rewrite_graph(list(outputs), include=(), custom_rewrite=_TO_NUMPY, clone=True)


def without_inner_graphs(outputs: Sequence[TensorVariable]) -> list[TensorVariable]:
    """Replace operations that hold a graph of their own by that graph.

    Such operations (``logaddexp``, ``logsumexp``) would compile their inside to machine code and
    then run it in a Python loop over the points.

    Parameters
    ----------
    outputs : sequence of TensorVariable
        Ends of a graph.

    Returns
    -------
    list of TensorVariable
        The same numbers.
    """
    nodes = applys_between([], list(outputs))
    if not any(isinstance(node.op, OpFromGraph) for node in nodes):
        return list(outputs)
    return rewrite_graph(list(outputs), include=(), custom_rewrite=_OPEN_ALL)
