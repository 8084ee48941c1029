"""Laplace approximation corrected by importance re-weighting: the fast path.

A Student-t at every optimum with its curvature's covariance proposes points; Student-t components
fitted to the weighted points are added until the weights are even; Pareto smoothing of the weights
gives k-hat, which decides whether the result may be used.

References
----------
Raftery & Bao 2010, Biometrics 66:1162 (adding components).
Vehtari et al. 2024, Journal of Machine Learning Research 25:72 (k-hat).
"""

from dataclasses import dataclass

import numpy as np
import pymc as pm
from numpy.typing import NDArray

from ustyurt_models.study.surveys import Sampler
from ustyurt_models.survey.psis import effective_draws, least_effective
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.optima import (
    Optimum,
    find_optima,
    shares,
    starting_points,
)
from ustyurt_models.survey.samplers.proposal import (
    Component,
    fit_component,
    patch,
    resample,
    split_component,
    weigh,
)
from ustyurt_models.survey.samplers.weighted import Weighted, weighted

__all__ = ["MATTERS", "Weighted", "sample", "sample_flat", "search"]

Floats = NDArray[np.float64]

MATTERS = 0.01
"""Share of the probability from which on an optimum counts."""

_COMPONENTS = 8
_EVEN = 0.4  # below this k-hat no further component is added
_FEWEST, _MOST = 1000, 4000  # points per component
_LABOUR = 1 << 28  # numbers that the points of one component may cost to compute
_WORTH = 0.5  # effective points per draw asked for, below which more points are drawn
_MOST_TIMES = 4  # as many points at most as were drawn while learning, or as draws asked for
_SMALL = 10  # parameters for which components can be learnt from very few good points
_STARTS, _ROUNDS = 6, 200  # starts from the prior, steps of the climb
_COSTLY, _SOME_STARTS = 1 << 16, 3  # numbers that one gradient computes; then fewer starts
_LARGE = 30  # parameters from which on the climb costs more than it can find
_FEW_STARTS, _FEW_ROUNDS = 2, 100
_HIGHER = 0.05  # log units by which no drawn point may exceed the optimum


@dataclass
class _Cloud:
    """Points drawn so far with their log densities and weights."""

    components: list[Component]
    points: Floats
    density: Floats
    log_weights: Floats
    khat: float

    @property
    def effective(self) -> float:
        return effective_draws(self.log_weights)


def search(flat: FlatModel, rng: np.random.Generator) -> list[Optimum]:
    """Find the optima of a posterior from starts spread over its prior.

    Parameters
    ----------
    flat : FlatModel
        The posterior.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    list of Optimum
        Most probable first.
    """
    starts, rounds = (_SOME_STARTS if flat.work > _COSTLY else _STARTS), _ROUNDS
    if flat.start.size > _LARGE:
        starts, rounds = _FEW_STARTS, _FEW_ROUNDS
    points = starting_points(flat, starts, int(rng.integers(2**31)))
    return find_optima(flat, points, rounds)


def sample(model: pm.Model, sampler: Sampler, rng: np.random.Generator) -> Weighted:
    """Draw from the posterior of `model`.

    Parameters
    ----------
    model : pymc.Model
        A model with a regular posterior.
    sampler : Sampler
        Number of chains and draws; the draws are independent up to repeated points.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Weighted
        Draws and the quality of the weights.
    """
    return sample_flat(FlatModel(model), sampler, rng)


def sample_flat(
    flat: FlatModel,
    sampler: Sampler,
    rng: np.random.Generator,
    optima: list[Optimum] | None = None,
) -> Weighted:
    """Draw from a posterior that is already a function of a vector; see `sample`.

    Refitting a design to new data this way spares building the model again.

    Parameters
    ----------
    flat : FlatModel
        The posterior.
    sampler : Sampler
        Number of chains and draws.
    rng : numpy.random.Generator
        Chance.
    optima : list of Optimum, optional
        From `search`, which is called otherwise.

    Returns
    -------
    Weighted
        Stats: ``khat``, ``ess`` (effective draws of the weights), ``ess_least`` (of the mean of
        the worst known parameter), ``optima`` (those that matter), ``optima_seen``, ``arrived``
        (whether the climb ended on a level place).
    """
    known = search(flat, rng) if optima is None else optima
    known, cloud = _first_cloud(flat, known, rng)
    while cloud.khat > _EVEN and len(cloud.components) < _COMPONENTS and _hopeful(flat, cloud):
        cloud = _add(flat, cloud, _next_component(cloud), rng)
    asked = sampler.chains * sampler.draws
    cloud = _top_up(flat, cloud, asked, rng)
    chosen = resample(cloud.log_weights, asked, rng)
    stats = {
        "khat": cloud.khat,
        "ess": cloud.effective,
        "ess_least": least_effective(cloud.points, cloud.log_weights),
        "optima": float(np.sum(shares(known) >= MATTERS)),
        "optima_seen": float(len(known)),
        "arrived": float(known[0].arrived),
    }
    shape = (sampler.chains, sampler.draws)
    return weighted(flat, cloud.points[chosen], cloud.density[chosen], shape, stats)


def _points(flat: FlatModel) -> int:
    """Points per component: fewer where one costs much."""
    return max(_FEWEST, min(_LABOUR // flat.work, _MOST))


def _first_cloud(
    flat: FlatModel, optima: list[Optimum], rng: np.random.Generator
) -> tuple[list[Optimum], _Cloud]:
    """Draw around the optima; a point above them shows that the climb had missed the top."""
    while True:
        matter = [o for o, share in zip(optima, shares(optima), strict=True) if share >= MATTERS]
        components = [split_component(flat.log_densities, optimum) for optimum in matter]
        points = np.concatenate([component.draw(_points(flat), rng) for component in components])
        density = flat.log_densities(points)
        highest = int(density.argmax())
        if density[highest] <= max(optimum.height for optimum in optima) + _HIGHER:
            return optima, _Cloud(components, points, density, *weigh(components, points, density))
        optima = find_optima(flat, np.stack([points[highest], *(o.point for o in matter)]))


def _hopeful(flat: FlatModel, cloud: _Cloud) -> bool:
    """Whether a covariance matrix can be learnt from the weighted points."""
    k = flat.start.size
    return k <= _SMALL or cloud.effective >= 2 * k


def _next_component(cloud: _Cloud) -> Component:
    """Cover the whole, and every second time the place where the weights are heaviest."""
    whole = fit_component(cloud.points, cloud.log_weights)
    if len(cloud.components) % 2:
        return whole
    return patch(cloud.points, cloud.log_weights, whole.root)


def _add(flat: FlatModel, cloud: _Cloud, fresh: Component, rng: np.random.Generator) -> _Cloud:
    """Draw from one more component as many points as from each before."""
    return _joined(flat, cloud, [*cloud.components, fresh], fresh.draw(_points(flat), rng))


def _top_up(flat: FlatModel, cloud: _Cloud, asked: int, rng: np.random.Generator) -> _Cloud:
    """Draw from all components once more until the weights are worth enough of the draws."""
    wanted, most = _WORTH * asked, _MOST_TIMES * max(len(cloud.points), asked)
    while cloud.khat <= _EVEN and cloud.effective < wanted and len(cloud.points) < most:
        drawn = [component.draw(_points(flat), rng) for component in cloud.components]
        cloud = _joined(flat, cloud, cloud.components, np.concatenate(drawn))
    return cloud


def _joined(flat: FlatModel, cloud: _Cloud, components: list[Component], drawn: Floats) -> _Cloud:
    """Weigh the points at hand together with fresh ones."""
    points = np.concatenate([cloud.points, drawn])
    density = np.concatenate([cloud.density, flat.log_densities(drawn)])
    return _Cloud(components, points, density, *weigh(components, points, density))
