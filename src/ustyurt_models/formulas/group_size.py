"""Sizes of groups: lognormal-Poisson counts, and means when empty groups cannot be seen.

References
----------
Bulmer 1974, Biometrics 30:101-110 (lognormal-Poisson).
Liu & Pierce 1994, Biometrika 81:624-629 (quadrature centred on the mode).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

__all__ = ["NEWTON_STEPS", "hermite_rule", "log_lognormal_poisson", "truncated_lognormal_mean"]

Floats = NDArray[np.float64]

#: Steps that find the mode of the integrand; its curvature is known, so few are needed.
NEWTON_STEPS = 8

_NODES = 20


def hermite_rule() -> tuple[Floats, Floats]:
    """Gauss-Hermite points in standard deviations, and log weights for a plain integrand.

    Returns
    -------
    tuple of numpy.ndarray
        Points and the logarithm of weights that hold exp(point^2 / 2), each shape (node,).
    """
    points, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return points, np.log(weights) + points**2 / 2


def log_lognormal_poisson(count: ArrayLike, mean: ArrayLike, cv: ArrayLike) -> Floats:
    """Log probability of a Poisson count whose mean is lognormal.

    The integral over the log mean t is taken by Gauss-Hermite quadrature centred on the mode of
    the integrand and scaled with its curvature, so that large counts keep their accuracy.

    Parameters
    ----------
    count : array_like
        Whole numbers >= 0.
    mean : array_like
        Mean of the count, > 0.
    cv : array_like
        Coefficient of variation of the lognormal, > 0.

    Returns
    -------
    numpy.ndarray
        Log probability, broadcast.
    """
    n, m, c = np.broadcast_arrays(
        np.asarray(count, float), np.asarray(mean, float), np.asarray(cv, float)
    )
    variance = np.log1p(c**2)
    centre = np.log(m) - variance / 2
    mode = (n * np.log(n + 0.5) + centre / variance) / (n + 1.0 / variance)
    for _ in range(NEWTON_STEPS):
        step = (n - np.exp(mode) - (mode - centre) / variance) / (np.exp(mode) + 1.0 / variance)
        mode = mode + np.clip(step, -2.0, 2.0)
    width = 1.0 / np.sqrt(np.exp(mode) + 1.0 / variance)
    points, log_weights = hermite_rule()
    t = mode[..., None] + width[..., None] * points
    spread = variance[..., None]
    inside = n[..., None] * t - np.exp(t) - 0.5 * (t - centre[..., None]) ** 2 / spread
    constant = np.log(width) - 0.5 * np.log(2 * np.pi * variance) - gammaln(n + 1)
    return logsumexp(inside + log_weights, axis=-1) + constant


def truncated_lognormal_mean(mean: ArrayLike, cv: ArrayLike) -> Floats:
    """Mean group size when zeros cannot be seen, for lognormal-Poisson sizes.

    Parameters
    ----------
    mean : array_like
        Mean before truncation [animals].
    cv : array_like
        Coefficient of variation of the lognormal.

    Returns
    -------
    numpy.ndarray
        mean / (1 - P(0)) [animals], at least 1.
    """
    return np.asarray(mean, float) / -np.expm1(log_lognormal_poisson(0.0, mean, cv))
