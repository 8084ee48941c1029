"""Weighted points from a growing mixture of proposals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from ustyurt_models.survey.psis import effective_draws, pareto_smooth
from ustyurt_models.survey.samplers.proposal import Component

__all__ = ["Cloud", "cloud_of", "grown", "topped_up"]

Floats = NDArray[np.float64]
LogDensities = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Cloud:
    """Points drawn in equal numbers from the components of a mixture, with their weights.

    Attributes
    ----------
    components : tuple of Component
        The mixture.
    points : numpy.ndarray
        Shape (point, parameter).
    density : numpy.ndarray
        Log posterior density, shape (point,).
    terms : numpy.ndarray
        Log density of every component, shape (component, point).
    log_weights : numpy.ndarray
        Smoothed, sum to one, shape (point,).
    khat : float
        Pareto k of the weights.
    """

    components: tuple[Component, ...]
    points: Floats
    density: Floats
    terms: Floats
    log_weights: Floats
    khat: float

    @property
    def effective(self) -> float:
        """How many equal points the weights are worth."""
        return effective_draws(self.log_weights)


def _weighed(
    components: tuple[Component, ...], points: Floats, density: Floats, terms: Floats
) -> Cloud:
    log_weights, khat = pareto_smooth(density - logsumexp(terms, axis=0))
    return Cloud(components, points, density, terms, log_weights, float(khat))


def _terms(components: tuple[Component, ...], points: Floats) -> Floats:
    return np.stack([component.log_density(points) for component in components])


def cloud_of(
    log_densities: LogDensities,
    components: tuple[Component, ...],
    count: int,
    rng: np.random.Generator,
) -> Cloud:
    """Draw points from every component of a mixture.

    Parameters
    ----------
    log_densities : callable
        Log posterior densities (point,) of points (point, parameter).
    components : tuple of Component
        At least one.
    count : int
        Points per component.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Cloud
        The points with their weights.
    """
    points = np.concatenate([component.draw(count, rng) for component in components])
    return _weighed(components, points, log_densities(points), _terms(components, points))


def grown(
    log_densities: LogDensities, cloud: Cloud, fresh: Component, rng: np.random.Generator
) -> Cloud:
    """Add a component with as many points as each other has.

    Parameters
    ----------
    log_densities : callable
        Log posterior densities (point,) of points (point, parameter).
    cloud : Cloud
        What was drawn so far.
    fresh : Component
        The new one.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Cloud
        All points, weighed against the larger mixture.
    """
    drawn = fresh.draw(len(cloud.points) // len(cloud.components), rng)
    points = np.concatenate([cloud.points, drawn])
    old = np.concatenate([cloud.terms, _terms(cloud.components, drawn)], axis=1)
    terms = np.concatenate([old, fresh.log_density(points)[None]])
    density = np.concatenate([cloud.density, log_densities(drawn)])
    return _weighed((*cloud.components, fresh), points, density, terms)


def topped_up(
    log_densities: LogDensities, cloud: Cloud, count: int, rng: np.random.Generator
) -> Cloud:
    """Draw `count` more points from every component; parameters as for `grown`."""
    more = cloud_of(log_densities, cloud.components, count, rng)
    return _weighed(
        cloud.components,
        np.concatenate([cloud.points, more.points]),
        np.concatenate([cloud.density, more.density]),
        np.concatenate([cloud.terms, more.terms], axis=1),
    )
