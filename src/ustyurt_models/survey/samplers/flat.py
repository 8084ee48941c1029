"""A PyMC model as functions of one flat vector, evaluated without compiling machine code.

Compiling costs seconds and one evaluation of these small models costs about a millisecond;
batches of points are evaluated in vectorised passes, cut so that memory stays bounded.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cached_property

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.initial_point import make_initial_point_expression
from pymc.pytensorf import compile as compile_seeded
from pymc.pytensorf import replace_rng_nodes
from pytensor.compile.mode import Mode
from pytensor.graph.replace import vectorize_graph
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.survey.samplers.graphs import run_in_numpy, without_inner_graphs
from ustyurt_models.survey.samplers.interpreter import Interpreted, Work

__all__ = ["FlatModel"]

Floats = NDArray[np.float64]

# "merge" shares common parts and rewrites nothing else: rewriting costs more than it saves here,
# and fused elementwise operations would no longer run vectorised in NumPy.
_INTERPRETED = Mode(linker="py", optimizer="merge")
_AT_ONCE = 1 << 18  # numbers in the largest array of a pass: 2 MiB, about one cache
_IN_ALL = 1 << 25  # numbers in all arrays of a pass: 256 MiB


def _untraced() -> AbstractContextManager[None]:
    """Do not record where each node was made: that takes a third of the time."""
    return pytensor.config.change_flags(traceback__limit=0)


class FlatModel:
    """Log posterior density, gradient and back-transformation of a PyMC model.

    Parameters
    ----------
    model : pymc.Model
        A model with continuous free variables. Potentials whose names begin with ``prior`` count
        as prior, all others as likelihood. A potential ``latent_NAME`` belongs to the prior of the
        states `NAME`: it makes a standard normal `NAME` the density of the states it stands for.

    Attributes
    ----------
    start : numpy.ndarray
        The model's initial point on the unconstrained scale, shape (parameter,).
    names : tuple of str
        Free variables and deterministics, in the order of `constrain`.
    """

    def __init__(self, model: pm.Model) -> None:
        self._model = model
        first = pytensor.function([], self._starts("support_point"), mode=_INTERPRETED)()
        self._shapes = [np.shape(value) for value in first]
        self.start: Floats = np.concatenate([np.ravel(value) for value in first]).astype(float)
        self._values = [model.rvs_to_values[variable] for variable in model.free_RVs]
        self._many = [
            pt.tensor(f"many_{value.name}", dtype="float64", shape=(None, *shape))
            for value, shape in zip(self._values, self._shapes, strict=True)
        ]
        self._density = model.logp()
        self.names = tuple(variable.name for variable in [*model.free_RVs, *model.deterministics])

    def _starts(self, strategy: str) -> list[TensorVariable]:
        """Return expressions of starting values on the unconstrained scale."""
        model = self._model
        values = make_initial_point_expression(
            free_rvs=model.free_RVs,
            rvs_to_transforms=model.rvs_to_transforms,
            initval_strategies={} if strategy == "prior" else model.rvs_to_initial_values,
            default_strategy=strategy,
            return_transformed=True,
        )
        return replace_rng_nodes(values)

    def _spread(self, outputs: Sequence[TensorVariable]) -> list[TensorVariable]:
        """Turn graphs of one point into graphs of many."""
        plain = without_inner_graphs(outputs)
        return list(vectorize_graph(plain, dict(zip(self._values, self._many, strict=True))))

    def _compile(self, outputs: Sequence[TensorVariable]) -> Interpreted:
        """Make a function of graphs of many points."""
        return Interpreted(self._many, run_in_numpy(outputs))

    def _cut(self, points: Floats) -> list[Floats]:
        """Cut flat vectors into the values of the free variables."""
        ends = np.cumsum([np.prod(shape, dtype=int) for shape in self._shapes])
        parts = np.split(points, ends[:-1], axis=1)
        return [
            part.reshape(len(points), *shape)
            for part, shape in zip(parts, self._shapes, strict=True)
        ]

    @cached_property
    def _densities(self) -> TensorVariable:
        with _untraced():
            return self._spread([self._density])[0]

    @cached_property
    def _values_of(self) -> Interpreted:
        with _untraced():
            return self._compile([self._densities])

    @cached_property
    def _slopes_of(self) -> Interpreted:
        # Points do not touch each other, so the gradient of the sum holds all gradients.
        with _untraced():
            slopes = pytensor.grad(self._densities.sum(), self._many)
            return self._compile([self._densities, *without_inner_graphs(slopes)])

    @cached_property
    def _natural(self) -> Interpreted:
        by_name = {variable.name: variable for variable in self._model.unobserved_value_vars}
        with _untraced():
            return self._compile(self._spread([by_name[name] for name in self.names]))

    @cached_property
    def _work(self) -> Work:
        return self._slopes_of.work(self._cut(self.start[None]))

    @property
    def work(self) -> int:
        """Numbers computed per evaluation: a measure of cost that is the same on any machine."""
        return self._work.total

    def _in_passes(self, function: Interpreted, points: Floats) -> list[Floats]:
        """Evaluate in passes of bounded memory and join the results."""
        size = max(1, min(_AT_ONCE // self._work.largest, _IN_ALL // self._work.total))
        passes = []
        with np.errstate(all="ignore"):
            for begin in range(0, len(points), size):
                # The buffers are reused by the next call.
                found = function(*self._cut(points[begin : begin + size]))
                passes.append([np.array(part) for part in found])
        return [np.concatenate(parts) for parts in zip(*passes, strict=True)]

    def log_density(self, point: Floats) -> tuple[float, Floats]:
        """Return log density and gradient at one point, shape (parameter,)."""
        value, gradient = self.slopes(point[None])
        return float(value[0]), gradient[0]

    def slopes(self, points: Floats) -> tuple[Floats, Floats]:
        """Return log densities (point,) and gradients (point, parameter) at many points.

        The cost of a small model is that of walking the graph, nearly the same for one point as
        for a hundred.
        """
        value, *gradients = self._in_passes(self._slopes_of, points)
        gradient = np.concatenate([part.reshape(len(points), -1) for part in gradients], axis=1)
        return np.where(np.isnan(value), -np.inf, value), gradient

    def log_densities(self, points: Floats) -> Floats:
        """Return log densities at many points, shape (point, parameter) -> (point,)."""
        (value,) = self._in_passes(self._values_of, points)
        return np.where(np.isnan(value), -np.inf, value)

    def constrain(self, points: Floats) -> dict[str, Floats]:
        """Return the variables on their natural scale; leading dimension is the point."""
        return dict(zip(self.names, self._in_passes(self._natural, points), strict=True))

    def log_priors(self, points: Floats, latent: Sequence[str] = ()) -> tuple[Floats, Floats]:
        """Return log prior densities, with and without some variables.

        Parameters
        ----------
        points : numpy.ndarray
            Shape (point, parameter).
        latent : sequence of str
            Free variables that are states or random effects rather than parameters.

        Returns
        -------
        tuple of numpy.ndarray
            On the unconstrained scale, of all free variables and of all but `latent`, each shape
            (point,). Log density minus the first is the log likelihood.
        """
        model = self._model
        beliefs = [p for p in model.potentials if str(p.name).startswith("prior")]
        states = [p for p in model.potentials if str(p.name).startswith("latent")]
        terms = [model.logp([*model.free_RVs, *beliefs, *states])]
        if latent:
            few = [variable for variable in model.free_RVs if variable.name not in latent]
            terms.append(model.logp([*few, *beliefs]))
        found = self._in_passes(self._compile(self._spread(terms)), points)
        return found[0], found[-1]

    def prior_points(self, count: int, seed: int) -> Floats:
        """Draw points from the prior, shape (count, parameter), on the unconstrained scale."""
        values = pt.concatenate([v.ravel() for v in self._starts("prior")])
        draw = compile_seeded([], values, random_seed=seed, mode=_INTERPRETED)
        return np.array([np.array(draw(), float) for _ in range(count)])
