"""Laplace approximation corrected by importance re-weighting: the fast path.

A Student-t at every optimum with its curvature's covariance proposes points; Student-t components
fitted to the weighted points are added until the weights are even; Pareto smoothing of the weights
gives k-hat, which decides whether the result may be used.

References
----------
Raftery & Bao 2010, Biometrics 66:1162 (adding components).
Vehtari et al. 2024, Journal of Machine Learning Research 25:72 (k-hat).
"""

import numpy as np
import pymc as pm
from numpy.typing import NDArray

from ustyurt_models.study.surveys import Sampler
from ustyurt_models.survey.samplers.cloud import Cloud, cloud_of, grown, topped_up
from ustyurt_models.survey.samplers.flat import FlatModel
from ustyurt_models.survey.samplers.optima import (
    Optimum,
    find_optima,
    shares,
    starting_points,
)
from ustyurt_models.survey.samplers.proposal import (
    Component,
    even_out,
    fit_component,
    patch,
    resample,
    split_component,
)
from ustyurt_models.survey.samplers.weighted import Weighted, weighted

__all__ = ["MATTERS", "Weighted", "sample", "sample_flat", "search"]

Floats = NDArray[np.float64]

MATTERS = 0.01
"""Share of the probability from which on an optimum counts."""

_COMPONENTS = 12
_PATIENCE = 6  # components after which a start must have been made
_EVEN = 0.4  # below this k-hat no further component is added
_FEWEST, _MOST = 1000, 4000  # points per component
_LABOUR = 1 << 28  # numbers that the points of one component may cost to compute
_ENOUGH = 1000.0  # effective points, or as many as draws if fewer; else more are drawn
_MOST_TIMES = 2  # as many points at most as the largest number of components gives
_PER_PARAMETER = 5.0  # effective points from which a component is learnt
_STARTS, _ROUNDS = 6, 200  # starts from the prior, steps of the climb
_COSTLY, _SOME_STARTS = 1 << 16, 3  # numbers that one gradient computes; then fewer starts
_LARGE = 30  # parameters from which on the climb costs more than it can find
_FEW_STARTS, _FEW_ROUNDS = 2, 100
_HIGHER = 0.05  # log units by which no drawn point may exceed the optimum


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
        Stats: ``khat``, ``ess`` (effective draws of the weights), ``optima`` (those that matter),
        ``optima_seen``, ``arrived`` (whether the climb ended on a level place).
    """
    known = search(flat, rng) if optima is None else optima
    known, cloud = _first_cloud(flat, known, rng)
    cloud = _refined(flat, cloud, min(_ENOUGH, sampler.chains * sampler.draws), rng)
    chosen = resample(cloud.log_weights, sampler.chains * sampler.draws, rng)
    stats = {
        "khat": cloud.khat,
        "ess": cloud.effective,
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
) -> tuple[list[Optimum], Cloud]:
    """Draw around the optima; a point above them shows that the climb had missed the top."""
    while True:
        matter = [o for o, share in zip(optima, shares(optima), strict=True) if share >= MATTERS]
        components = tuple(split_component(flat.log_densities, optimum) for optimum in matter)
        cloud = cloud_of(flat.log_densities, components, _points(flat), rng)
        highest = int(cloud.density.argmax())
        if cloud.density[highest] <= max(optimum.height for optimum in optima) + _HIGHER:
            return optima, cloud
        optima = find_optima(flat, np.stack([cloud.points[highest], *(o.point for o in matter)]))


def _next_component(cloud: Cloud) -> Component:
    """Cover the whole; once it is known, every second time where the weights are heaviest."""
    enough = _PER_PARAMETER * cloud.points.shape[1]
    whole = fit_component(cloud.points, even_out(cloud.log_weights, enough))
    if len(cloud.components) % 2 or cloud.effective < enough:
        return whole
    return patch(cloud.points, cloud.log_weights, whole.root)


def _refined(flat: FlatModel, cloud: Cloud, wanted: float, rng: np.random.Generator) -> Cloud:
    """Add components until the weights are even, and points until they are worth enough."""
    components = _COMPONENTS if flat.start.size <= _LARGE else len(cloud.components)
    points = _MOST_TIMES * components * _points(flat)
    while True:
        tried = len(cloud.components)
        if tried >= _PATIENCE and cloud.effective < _PER_PARAMETER / 2 * flat.start.size:
            return cloud
        if cloud.khat > _EVEN and tried < components:
            cloud = grown(flat.log_densities, cloud, _next_component(cloud), rng)
        elif cloud.khat <= _EVEN and cloud.effective < wanted and len(cloud.points) < points:
            cloud = topped_up(flat.log_densities, cloud, _points(flat), rng)
        else:
            return cloud
