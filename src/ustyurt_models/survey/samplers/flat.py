"""A PyMC model as a function of one flat vector, evaluated without compiling machine code.

Compiling costs seconds and one evaluation of these small models costs about a millisecond;
batches of points are evaluated in one vectorised pass.
"""

from collections.abc import Callable

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.mode import Mode
from pytensor.graph.replace import clone_replace, vectorize_graph

__all__ = ["FlatModel"]

Floats = NDArray[np.float64]

# "merge" shares common parts and rewrites nothing else: rewriting costs more than it saves here,
# and fused elementwise operations would no longer run vectorised in NumPy.
_INTERPRETED = Mode(linker="py", optimizer="merge")


class FlatModel:
    """Log posterior density, gradient and back-transformation of a PyMC model.

    Parameters
    ----------
    model : pymc.Model
        A model with continuous free variables.

    Attributes
    ----------
    start : numpy.ndarray
        The model's initial point on the unconstrained scale, shape (parameter,).
    names : tuple of str
        Free variables and deterministics, in the order of `constrain`.
    """

    def __init__(self, model: pm.Model) -> None:
        initial = model.initial_point()
        values = model.value_vars
        shapes = [np.shape(initial[value.name]) for value in values]
        flat = pt.dvector("flat")
        many = pt.dmatrix("many")
        parts, begin = [], 0
        for shape in shapes:
            size = int(np.prod(shape, dtype=int))
            parts.append(flat[begin : begin + size].reshape(shape))
            begin += size
        swap = dict(zip(values, parts, strict=True))
        density = clone_replace(model.logp(), swap)
        gradient = pytensor.grad(density, flat)
        wanted = [*model.free_RVs, *model.deterministics]
        self.names = tuple(variable.name for variable in wanted)
        by_name = {variable.name: variable for variable in model.unobserved_value_vars}
        free = [clone_replace(by_name[name], swap) for name in self.names]
        batch = vectorize_graph([density, gradient, *free], {flat: many})
        self.start: Floats = np.concatenate([np.ravel(initial[v.name]) for v in values])
        self._many: Callable = pytensor.function([many], batch[0], mode=_INTERPRETED)
        self._slope: Callable = pytensor.function([many], batch[:2], mode=_INTERPRETED)
        self._free: Callable = pytensor.function([many], batch[2:], mode=_INTERPRETED)

    def log_density(self, point: Floats) -> tuple[float, Floats]:
        """Return log density and gradient at one point, shape (parameter,)."""
        value, gradient = self.slopes(point[None])
        return float(value[0]), gradient[0]

    def slopes(self, points: Floats) -> tuple[Floats, Floats]:
        """Return log densities (point,) and gradients (point, parameter) at many points.

        The cost is that of walking the graph, nearly the same for one point as for a hundred.
        """
        with np.errstate(all="ignore"):
            value, gradient = self._slope(points)
        # The buffers are reused by the next call.
        return np.where(np.isnan(value), -np.inf, value), np.array(gradient)

    def log_densities(self, points: Floats) -> Floats:
        """Return log densities at many points, shape (point, parameter) -> (point,)."""
        with np.errstate(all="ignore"):
            value = np.array(self._many(points))
        return np.where(np.isnan(value), -np.inf, value)

    def constrain(self, points: Floats) -> dict[str, Floats]:
        """Return the variables on their natural scale; leading dimension is the point."""
        return dict(zip(self.names, map(np.array, self._free(points)), strict=True))
