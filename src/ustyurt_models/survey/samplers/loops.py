"""A recursion over years as one node of a PyTensor graph.

Unrolled year by year, a recursion that the next year feeds from becomes thousands of small nodes:
rewriting them took forty times as long as sampling. As one node with its own gradient it costs
next to nothing, interpreted or compiled.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.graph.replace import _vectorize_node
from pytensor.tensor.variable import TensorVariable

__all__ = ["Loop"]

Arrays = tuple[NDArray[np.float64], ...]


class Loop(Op):
    """A plain function of arrays, and its gradient.

    Parameters
    ----------
    function : callable
        Takes and returns a tuple of float arrays; plain enough that Numba can compile it. A last
        dimension more on every array stands for many points and must do no harm.
    ranks : tuple of int
        Number of dimensions of what it takes and of what it returns, two tuples.
    slopes : Loop, optional
        Takes what the function takes, what it returns, and the derivatives by what it returns;
        gives the derivatives by what the function takes.
    """

    __props__ = ("function",)

    def __init__(
        self,
        function: Callable[..., Arrays],
        ranks: tuple[tuple[int, ...], tuple[int, ...]],
        slopes: "Loop | None" = None,
    ) -> None:
        self.function, self.ranks, self.slopes = function, ranks, slopes

    def make_node(self, *inputs: Any) -> Apply:
        """Declare the outputs; leading dimensions of the inputs are many points."""
        given = [pt.as_tensor(one) for one in inputs]
        points = {v.ndim - rank for v, rank in zip(given, self.ranks[0], strict=True)}
        if len(points) > 1:
            raise ValueError("all that a loop takes must be for one point, or for many")
        dimensions = [rank + points.copy().pop() for rank in self.ranks[1]]
        return Apply(
            self, given, [pt.tensor(dtype="float64", shape=(None,) * n) for n in dimensions]
        )

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: list[list[Any]]) -> None:
        """Run the function in NumPy, for all points at once."""
        many = node.inputs[0].ndim > self.ranks[0][0]
        given = [np.moveaxis(one, 0, -1) for one in inputs] if many else inputs
        for storage, found in zip(output_storage, self.function(*given), strict=True):
            storage[0] = np.ascontiguousarray(np.moveaxis(found, -1, 0)) if many else found

    def pullback(
        self,
        inputs: Sequence[TensorVariable],
        outputs: Sequence[TensorVariable],
        cotangents: Sequence[TensorVariable],
    ) -> list[TensorVariable]:
        """Return the derivatives by the inputs."""
        if self.slopes is None:
            raise NotImplementedError("this loop has no slopes")
        found: list[TensorVariable] = self.slopes(*inputs, *outputs, *cotangents, return_list=True)
        return found


@_vectorize_node.register(Loop)
def _for_many_points(op: Loop, node: Apply, *many: TensorVariable) -> Apply:
    """Use the same loop for many points: it holds them all at once."""
    return op.make_node(*many)
