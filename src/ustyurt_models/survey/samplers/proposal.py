"""Proposals of importance sampling: mixtures of Student-t distributions fitted to what was drawn.

References
----------
Raftery & Bao 2010, Biometrics 66:1162 (incremental mixture importance sampling).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import gammaln, logsumexp

from ustyurt_models.survey.psis import pareto_smooth
from ustyurt_models.survey.samplers.optima import Optimum

__all__ = ["Component", "fit_component", "patch", "resample", "split_component", "weigh"]

Floats = NDArray[np.float64]
LogDensities = Callable[[Floats], Floats]

_FREEDOM = 5.0  # tails of the proposal: heavier than the posterior's, variance finite
_LOOKS = np.array([0.5, 1.0, 2.0, 3.0, 4.5])  # standard deviations at which density is compared
_WIDEST = 8.0  # times the width by curvature
_NEIGHBOURS = 20  # one in so many points is near the heaviest one


@dataclass(frozen=True)
class Component:
    """One Student-t of the proposal, which may be wider to one side than to the other.

    Attributes
    ----------
    centre : numpy.ndarray
        Shape (parameter,).
    root : numpy.ndarray
        Square root of the scale matrix: its columns are the axes, shape (parameter, parameter).
    stretch : numpy.ndarray
        Factors on the axes to their negative and their positive side, shape (2, parameter).
    """

    centre: Floats
    root: Floats
    stretch: Floats

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw points, shape (count, parameter)."""
        normal = rng.standard_normal((count, self.centre.size))
        along = normal * np.sqrt(_FREEDOM / rng.chisquare(_FREEDOM, (count, 1)))
        return self.centre + along * self._sides(along) @ self.root.T

    def log_density(self, points: Floats) -> Floats:
        """Return the log density at points, shape (point,)."""
        k = self.centre.size
        along = np.linalg.solve(self.root, (points - self.centre).T).T
        sides = self._sides(along)
        constant = gammaln((_FREEDOM + k) / 2) - gammaln(_FREEDOM / 2)
        constant -= k / 2 * np.log(_FREEDOM * np.pi) + np.linalg.slogdet(self.root)[1]
        reach = ((along / sides) ** 2).sum(axis=1)
        volume = np.log(sides).sum(axis=1)
        return constant - volume - (_FREEDOM + k) / 2 * np.log1p(reach / _FREEDOM)

    def _sides(self, along: Floats) -> Floats:
        return np.where(along > 0, self.stretch[1], self.stretch[0])


def split_component(log_densities: LogDensities, optimum: Optimum) -> Component:
    """Fit a split Student-t to an optimum: on each side of each axis as wide as the posterior.

    Geweke 1989, Econometrica 57:1317, section 4: the slowest fall over several distances decides.

    Parameters
    ----------
    log_densities : callable
        Log densities (point,) of points (point, parameter).
    optimum : Optimum
        Centre and curvature.

    Returns
    -------
    Component
        Along the principal axes of the curvature.
    """
    # In the square of the root, rounding would make narrow axes of a funnel wide, or negative.
    vectors, deviation, _ = np.linalg.svd(optimum.root)
    root = vectors * deviation
    k = optimum.point.size
    away = np.concatenate([-_LOOKS[:, None, None] * np.eye(k), _LOOKS[:, None, None] * np.eye(k)])
    points = optimum.point + away.reshape(-1, k) @ root.T
    fall = optimum.height - log_densities(points).reshape(2, _LOOKS.size, k)
    width = _LOOKS[:, None] / np.sqrt(2 * np.maximum(fall, 1e-2))
    return Component(optimum.point, root, np.clip(width.max(axis=1), 1.0, _WIDEST))


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
    return Component(centre, np.linalg.cholesky(scale), np.ones((2, centre.size)))


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
