"""PyTensor graphs made fit for interpretation, and a count of what they compute."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pytensor.compile.builders import OpFromGraph
from pytensor.compile.rewriting import inline_ofg_node
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import EquilibriumGraphRewriter, node_rewriter
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.graph.traversal import applys_between
from pytensor.tensor.variable import TensorVariable

__all__ = ["Work", "without_inner_graphs", "work_per_point"]


@dataclass(frozen=True)
class Work:
    """Numbers that one evaluation of a function makes.

    Attributes
    ----------
    largest, total : int
        In its largest array, and in all of them.
    """

    largest: int
    total: int


@node_rewriter([OpFromGraph])
def _open(fgraph: FunctionGraph, node: Apply) -> list[TensorVariable]:
    return inline_ofg_node(node)


_OPEN_ALL = EquilibriumGraphRewriter([_open], max_use_ratio=100)


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


def work_per_point(function: Callable, point: Sequence[NDArray[np.float64]]) -> Work:
    """Walk an interpreted function once and count what it computes.

    Parameters
    ----------
    function : callable
        PyTensor function whose first inputs are batches of values.
    point : sequence of numpy.ndarray
        Those inputs for one point, each with a leading dimension of one.

    Returns
    -------
    Work
        At least one number each.
    """
    graph = function.maker.fgraph  # type: ignore[attr-defined]
    cells = [cell.storage for cell in function.input_storage]  # type: ignore[attr-defined]
    held: dict[Any, list[Any]] = dict(zip(graph.inputs, cells, strict=True))
    held |= {variable: [value] for variable, value in zip(graph.inputs, point, strict=False)}
    grows = set(graph.inputs[: len(point)])  # what has one entry per point; constants have not
    sizes = [1]
    with np.errstate(all="ignore"):
        for node in graph.toposort():
            inputs = [held[v][0] if v in held else v.data for v in node.inputs]
            made: list[list[Any]] = [[None] for _ in node.outputs]
            node.op.perform(node, inputs, made)
            held |= dict(zip(node.outputs, made, strict=True))
            if grows.intersection(node.inputs):
                grows.update(node.outputs)
                sizes += [int(np.size(cell[0])) for cell in made]
    return Work(max(sizes), sum(sizes))
