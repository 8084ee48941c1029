"""A smooth density through the draws of a posterior: a mixture of Student-t distributions.

References
----------
Peel & McLachlan 2000, Statistics and Computing 10:339-348 (EM for mixtures of t).
Schwarz 1978, Annals of Statistics 6:461 (number of components).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

__all__ = ["Mixture", "fit_mixture"]

Floats = NDArray[np.float64]

#: Degrees of freedom tried; the last is as good as normal.
FREEDOMS = (5.0, 12.0, 1000.0)
#: Numbers of components tried.
COMPONENTS = (1, 2, 3)
_STEPS, _GAIN = 300, 0.002  # rounds of EM, and the log likelihood that a round must gain
_DRAWS = 4000  # a density of few components needs no more
_FLOOR = 1e-4  # of the variance, as a share of that of all draws: no spikes


@dataclass(frozen=True)
class Mixture:
    """Mixture of multivariate Student-t distributions.

    Attributes
    ----------
    log_weight : numpy.ndarray
        Shape (component,).
    centre : numpy.ndarray
        Shape (component, dimension).
    root : numpy.ndarray
        Lower Cholesky factors of the scale matrices, shape (component, dimension, dimension).
    freedom : float
        Degrees of freedom, the same for all components.
    """

    log_weight: Floats
    centre: Floats
    root: Floats
    freedom: float

    def log_density(self, points: Floats) -> Floats:
        """Log density at points of shape (point, dimension)."""
        return _log_sum(_log_parts(self, _distances(self, points)))

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw points, shape (count, dimension)."""
        which = rng.choice(self.log_weight.size, count, p=np.exp(self.log_weight))
        normal = rng.standard_normal((count, self.centre.shape[1]))
        stretch = np.sqrt(self.freedom / rng.chisquare(self.freedom, (count, 1)))
        return self.centre[which] + stretch * np.einsum("cij,cj->ci", self.root[which], normal)


def _log_sum(parts: Floats) -> Floats:
    """Logarithm of the sum of exponentials over the first axis."""
    top = parts.max(axis=0)
    return top + np.log(np.exp(parts - top).sum(axis=0))


def _distances(mixture: Mixture, points: Floats) -> Floats:
    """Squared Mahalanobis distance to every component, shape (component, point)."""
    away = points.T - mixture.centre[:, :, None]
    return (np.linalg.solve(mixture.root, away) ** 2).sum(axis=1)


def _log_parts(mixture: Mixture, distances: Floats) -> Floats:
    """Log weight plus log density of every component, shape (component, point)."""
    k, freedom = mixture.centre.shape[1], mixture.freedom
    constant = gammaln((freedom + k) / 2) - gammaln(freedom / 2) - k / 2 * np.log(freedom * np.pi)
    height = constant - np.log(np.diagonal(mixture.root, axis1=1, axis2=2)).sum(axis=1)
    tail = (freedom + k) / 2 * np.log1p(distances / freedom)
    return (mixture.log_weight + height)[:, None] - tail


def _start(points: Floats, components: int, freedom: float) -> Mixture:
    """Cut the draws along their longest axis into parts of equal number."""
    centred = points - points.mean(axis=0)
    axis = np.linalg.svd(centred, full_matrices=False)[2][0]
    part = np.array_split(np.argsort(centred @ axis), components)
    floor = _FLOOR * centred.var(axis=0).max() + 1e-300
    roots = [_root(np.cov(points[some].T).reshape(axis.size, -1), floor) for some in part]
    centres = [points[some].mean(axis=0) for some in part]
    weight = np.full(components, -np.log(components))
    return Mixture(weight, np.stack(centres), np.stack(roots), freedom)


def _root(scale: Floats, floor: float) -> Floats:
    return np.linalg.cholesky(scale + floor * np.eye(scale.shape[0]))


def _step(mixture: Mixture, points: Floats, floor: float) -> tuple[Mixture, float]:
    """One round of expectation and maximisation; return the log likelihood before it."""
    distances = _distances(mixture, points)
    parts = _log_parts(mixture, distances)
    whole = _log_sum(parts)
    share = np.exp(parts - whole)
    k, freedom = points.shape[1], mixture.freedom
    stretch = share * (freedom + k) / (freedom + distances)
    mass = np.maximum(share.sum(axis=1), 1e-12)
    centres, roots = [], []
    for one, total in zip(stretch, mass, strict=True):
        centre = one @ points / max(float(one.sum()), 1e-12)
        away = points - centre
        centres.append(centre)
        roots.append(_root((one[:, None] * away).T @ away / total, floor))
    better = Mixture(np.log(mass / mass.sum()), np.stack(centres), np.stack(roots), freedom)
    return better, float(whole.sum())


def _climb(points: Floats, components: int, freedom: float) -> tuple[Mixture, float]:
    """Run EM until the likelihood stands still."""
    floor = _FLOOR * points.var(axis=0).max() + 1e-300
    mixture, before = _start(points, components, freedom), -np.inf
    for _ in range(_STEPS):
        better, height = _step(mixture, points, floor)
        if height - before < _GAIN:
            break
        mixture, before = better, height
    return mixture, before


def fit_mixture(points: Floats, effective: float | None = None) -> Mixture:
    """Fit a smooth density to draws; tails and number of components by the Schwarz criterion.

    Parameters
    ----------
    points : numpy.ndarray
        Draws, shape (draw, dimension).
    effective : float, optional
        Independent draws they are worth; the number of draws unless given. Fewer draws allow
        fewer components.

    Returns
    -------
    Mixture
        The best of 1 to 3 components with 5, 12 or (nearly) infinite degrees of freedom.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(3.0, 0.5, (2000, 1))
    >>> round(float(fit_mixture(draws).centre[0, 0]), 1)
    3.0
    """
    some = points[:: -(-points.shape[0] // _DRAWS)]
    worth = points.shape[0] if effective is None else min(effective, points.shape[0])
    best, lowest = None, np.inf
    for components in COMPONENTS:
        tried = [_priced(some, components, freedom, worth) for freedom in FREEDOMS]
        cost, mixture = min(tried, key=lambda pair: pair[0])
        if cost >= lowest:
            break
        best, lowest = mixture, cost
    assert best is not None
    return best


def _priced(points: Floats, components: int, freedom: float, worth: float) -> tuple[float, Mixture]:
    """Fit one kind of mixture; return its Schwarz criterion for `worth` draws, and itself."""
    count, k = points.shape
    mixture, height = _climb(points, components, freedom)
    parameters = components * (1 + k + k * (k + 1) / 2) - 1
    return -2 * height * worth / count + parameters * np.log(worth), mixture
