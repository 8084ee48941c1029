"""How much a function of many points computes for one point: bounds memory, predicts cost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Work", "work_per_point"]


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


def work_per_point(function: Callable, point: NDArray[np.float64]) -> Work:
    """Walk an interpreted function once and count what it computes.

    Parameters
    ----------
    function : callable
        PyTensor function whose one free input is a matrix of points.
    point : numpy.ndarray
        One point, shape (1, parameter).

    Returns
    -------
    Work
        At least one number each.
    """
    graph = function.maker.fgraph  # type: ignore[attr-defined]
    held = {
        variable: cell.storage
        for variable, cell in zip(graph.inputs, function.input_storage, strict=True)  # type: ignore[attr-defined]
    }
    held[graph.inputs[0]] = [point]
    sizes = [1]
    with np.errstate(all="ignore"):
        for node in graph.toposort():
            cells = [held.get(v) or [v.data] for v in node.inputs]
            made: list[list[Any]] = [[None] for _ in node.outputs]
            node.op.perform(node, [cell[0] for cell in cells], made)
            held |= dict(zip(node.outputs, made, strict=True))
            sizes += [int(np.size(cell[0])) for cell in made]
    return Work(max(sizes), sum(sizes))
