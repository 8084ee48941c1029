"""Proposals of importance sampling: mixtures of Student-t distributions fitted to what was drawn.

References
----------
Raftery & Bao 2010, Biometrics 66:1162 (incremental mixture importance sampling).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import gammaln, logsumexp

from ustyurt_models.survey.psis import pareto_smooth

__all__ = ["Component", "fit_component", "patch", "resample", "weigh"]

Floats = NDArray[np.float64]

_FREEDOM = 5.0  # tails of the proposal: heavier than the posterior's, variance finite
_NEIGHBOURS = 20  # one in so many points is near the heaviest one


@dataclass(frozen=True)
class Component:
    """One Student-t of the proposal.

    Attributes
    ----------
    centre : numpy.ndarray
        Shape (parameter,).
    root : numpy.ndarray
        Lower Cholesky factor of the scale matrix, shape (parameter, parameter).
    """

    centre: Floats
    root: Floats

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw points, shape (count, parameter)."""
        normal = rng.standard_normal((count, self.centre.size))
        stretch = np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, (count, 1)))
        return self.centre + stretch * normal @ self.root.T

    def log_density(self, points: Floats) -> Floats:
        """Return the log density at points, shape (point,)."""
        k = self.centre.size
        scaled = solve_triangular(self.root, (points - self.centre).T, lower=True)
        constant = gammaln((_FREEDOM + k) / 2) - gammaln(_FREEDOM / 2)
        constant -= k / 2 * np.log(_FREEDOM * np.pi) + np.log(np.diag(self.root)).sum()
        return constant - (_FREEDOM + k) / 2 * np.log1p((scaled**2).sum(axis=0) / _FREEDOM)


def weigh(components: Sequence[Component], points: Floats, density: Floats) -> tuple[Floats, float]:
    """Weigh points drawn in equal numbers from the components.

    Parameters
    ----------
    components : sequence of Component
        The mixture.
    points : numpy.ndarray
        Shape (point, parameter).
    density : numpy.ndarray
        Log posterior density at the points, shape (point,).

    Returns
    -------
    tuple
        Smoothed log weights that sum to one, shape (point,), and k-hat.
    """
    mixture = logsumexp([c.log_density(points) for c in components], axis=0)
    log_weights, khat = pareto_smooth(density - mixture)
    return log_weights, float(khat)


def fit_component(points: Floats, log_weights: Floats) -> Component:
    """Match mean and covariance of weighted points."""
    weights = np.exp(log_weights)
    centre = weights @ points
    spread = (weights[:, None] * (points - centre)).T @ (points - centre)
    scale = spread * (_FREEDOM - 2) / _FREEDOM + 1e-10 * np.eye(centre.size)
    return Component(centre, np.linalg.cholesky(scale))


def patch(points: Floats, log_weights: Floats, metric: Floats) -> Component:
    """Cover the neighbourhood of the heaviest point, which the proposal reaches too seldom.

    Parameters
    ----------
    points, log_weights : numpy.ndarray
        What was drawn.
    metric : numpy.ndarray
        Cholesky factor of the scale in which neighbours are near.

    Returns
    -------
    Component
        Fitted to the neighbours.
    """
    heaviest = points[np.argmax(log_weights)]
    away = solve_triangular(metric, (points - heaviest).T, lower=True)
    near = points[np.argsort((away**2).sum(axis=0))[: max(points.shape[0] // _NEIGHBOURS, 2)]]
    return fit_component(near, np.full(near.shape[0], -np.log(near.shape[0])))


def resample(log_weights: Floats, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw indices in proportion to the weights (systematic), in random order."""
    cumulative = np.cumsum(np.exp(log_weights))
    ticks = (rng.random() + np.arange(count)) / count * cumulative[-1]
    chosen = np.searchsorted(cumulative, ticks)
    return rng.permutation(np.minimum(chosen, log_weights.size - 1))
