"""Evaluate a PyTensor graph node by node in NumPy, with as little between the nodes as possible.

PyTensor's own interpreter spends ten to twenty microseconds per node on checks; a survey model has
a thousand nodes that work on small arrays. Element-wise operations are called as the NumPy
functions that they are; all others through PyTensor. What depends on constants only is computed
once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pytensor.scalar as ps
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Constant
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import MergeOptimizer
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.utils import import_func_from_string
from pytensor.tensor.variable import TensorVariable

__all__ = ["Interpreted", "Work"]

Cell = list[Any]
Floats = NDArray[np.float64]


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


@dataclass(frozen=True)
class _Step:
    """One node: how to run it, what it makes, and what is not needed after it."""

    run: Callable[[], Any]
    made: list[Cell]
    done: list[Cell]
    grows: bool  # whether it depends on the inputs


class Interpreted:
    """A function of batches of values.

    Parameters
    ----------
    inputs : sequence of TensorVariable
        Each with a leading dimension for the points.
    outputs : sequence of TensorVariable
        Ends of the graph; shared variables are read at every call.
    """

    def __init__(self, inputs: Sequence[TensorVariable], outputs: Sequence[TensorVariable]) -> None:
        self._data = [v for v in graph_inputs(outputs) if isinstance(v, SharedVariable)]
        graph = FunctionGraph([*inputs, *self._data], list(outputs), clone=True)
        MergeOptimizer().rewrite(graph)
        cells: dict[Any, Cell] = {variable: [None] for variable in graph.inputs}
        self._inputs = [cells[variable] for variable in graph.inputs[: len(inputs)]]
        self._shared = [cells[variable] for variable in graph.inputs[len(inputs) :]]
        self._steps = _steps(graph, cells, set(graph.inputs[: len(inputs)]))
        self._outputs = [cells[variable] for variable in graph.outputs]

    def _run(self, values: Sequence[Floats]) -> Iterator[_Step]:
        """Run the steps one after the other."""
        for cell, value in zip(self._inputs, values, strict=True):
            cell[0] = value
        for cell, variable in zip(self._shared, self._data, strict=True):
            cell[0] = variable.get_value(borrow=True)
        with np.errstate(all="ignore"):
            for step in self._steps:
                step.run()
                yield step
                for cell in step.done:
                    cell[0] = None

    def __call__(self, *values: Floats) -> list[Floats]:
        """Return the outputs; arrays may be views and must not be changed."""
        for _ in self._run(values):
            pass
        return [cell[0] for cell in self._outputs]

    def work(self, values: Sequence[Floats]) -> Work:
        """Count the numbers that an evaluation makes, where they depend on the inputs."""
        sizes = [1]
        for step in self._run(values):
            if step.grows:
                sizes += [int(np.size(cell[0])) for cell in step.made]
        return Work(max(sizes), sum(sizes))


def _steps(graph: FunctionGraph, cells: dict[Any, Cell], grows: set[Any]) -> list[_Step]:
    """Turn the nodes of a graph into steps; what is constant is computed on the way."""
    nodes, fixed = list(graph.toposort()), set()
    last = {variable: node for node in nodes for variable in node.inputs}
    kept = {*graph.inputs, *graph.outputs}
    found = []
    for node in nodes:
        for variable in node.inputs:
            if isinstance(variable, Constant):
                cells.setdefault(variable, [variable.data])
                fixed.add(variable)
        cells.update((variable, [None]) for variable in node.outputs)
        run = _runner(node, cells)
        if all(variable in fixed for variable in node.inputs):
            with np.errstate(all="ignore"):
                run()
            fixed.update(node.outputs)
            continue
        if grows.intersection(node.inputs):
            grows.update(node.outputs)
        done = [v for v in dict.fromkeys(node.inputs) if last[v] is node and v not in kept | fixed]
        found.append(
            _Step(
                run,
                [cells[v] for v in node.outputs],
                [cells[v] for v in done],
                node.outputs[0] in grows,
            )
        )
    return found


def _runner(node: Apply, cells: dict[Any, Cell]) -> Callable[[], Any]:
    """Return what computes the outputs of a node from the cells of its inputs."""
    inputs, out = [cells[v] for v in node.inputs], cells[node.outputs[0]]
    function = _numpy_function(node)
    if function is None:
        storage = {v: cells[v] for v in [*node.inputs, *node.outputs]}
        return node.op.make_thunk(node, storage, None, [], impl="py")
    if len(inputs) == 1:
        (only,) = inputs

        def one() -> None:
            out[0] = function(only[0])

        return one
    if len(inputs) == 2:
        first, second = inputs

        def two() -> None:
            out[0] = function(first[0], second[0])

        return two

    def many() -> None:
        out[0] = function(*[cell[0] for cell in inputs])

    return many


def _numpy_function(node: Apply) -> Callable[..., Any] | None:
    """Return the NumPy or SciPy function that an element-wise node is, if there is one."""
    out = node.outputs[0]
    plain = isinstance(node.op, Elemwise) and len(node.outputs) == 1 and out.ndim > 0
    if not plain or out.dtype not in ("float64", "bool"):
        return None
    if any(v.dtype != "float64" for v in node.inputs):
        return None
    scalar, count = node.op.scalar_op, len(node.inputs)
    if isinstance(scalar, ps.Add | ps.Mul) and count > 2:
        binary = np.add if isinstance(scalar, ps.Add) else np.multiply
        return lambda *values: reduce(binary, values)
    spec = getattr(scalar, "nfunc_spec", None)
    if spec is None or spec[1] != count or spec[2] != 1:
        return None
    return import_func_from_string(spec[0])
