"""Pareto-smoothed importance weights, many sets at once, without a plotting library behind them.

The largest weights are replaced by expected order statistics of a generalised Pareto distribution
fitted to them; its shape k-hat says how far the weights may be trusted.

References
----------
Vehtari, Simpson, Gelman, Yao & Gabry 2024, Journal of Machine Learning Research 25:72.
Zhang & Stephens 2009, Technometrics 51:316 (fit of the generalised Pareto distribution).
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["effective_draws", "least_effective", "pareto_smooth"]

Floats = NDArray[np.float64]

_LEAST_TAIL = 5
_LOG_TINY = float(np.log(np.finfo(float).tiny))


def _log_sum(values: Floats) -> Floats:
    """Log of the sum of exponentials over the first axis."""
    top = values.max(axis=0)
    return top + np.log(np.exp(values - top).sum(axis=0))


def _profile(excess: Floats, rates: Floats) -> Floats:
    """Mean of log(1 - b x) for each candidate rate b: the shape that fits best to it."""
    return np.stack([np.log1p(-rate * excess).mean(axis=0) for rate in rates])


def _fit_pareto(excess: Floats) -> tuple[Floats, Floats]:
    """Fit generalised Pareto distributions to sorted columns; return shape and scale.

    Zhang & Stephens 2009, section 3, with the weak prior on the shape of Vehtari et al. 2024,
    appendix G.
    """
    n = excess.shape[0]
    grid = 30 + int(np.sqrt(n))
    quartile = excess[int(n / 4 + 0.5) - 1]
    spread = 1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))
    rates = 1 / excess[-1] + spread[:, None] / (3 * quartile)
    shapes = _profile(excess, rates)
    likelihood = n * (np.log(-rates / shapes) - shapes - 1)
    weight = np.exp(likelihood - _log_sum(likelihood))
    weight[weight < 10 * np.finfo(float).eps] = 0.0
    rate = (rates * weight).sum(axis=0) / weight.sum(axis=0)
    shape = np.log1p(-rate * excess).mean(axis=0)
    return (n * shape + 10 * 0.5) / (n + 10), -shape / rate


def _expected_tail(count: int, shape: Floats, scale: Floats) -> Floats:
    """Quantiles of the generalised Pareto distribution, shape (tail, set)."""
    chance = (np.arange(count) + 0.5) / count
    log_above = np.log1p(-chance)[:, None]
    near_zero = np.abs(shape) < 1e-12
    safe = np.where(near_zero, 1.0, shape)
    return np.where(near_zero, -scale * log_above, scale * np.expm1(-safe * log_above) / safe)


def pareto_smooth(log_ratio: Floats) -> tuple[Floats, Floats]:
    """Smooth and normalise importance ratios.

    Parameters
    ----------
    log_ratio : numpy.ndarray
        Log ratios up to a constant, shape (draw,) or (draw, set); minus infinity is a zero weight.

    Returns
    -------
    tuple of numpy.ndarray
        Log weights that sum to one in every set, same shape; and k-hat, shape () or (set,): minus
        infinity where all ratios are equal, infinity where too few are above zero to tell.
    """
    ratio = log_ratio.reshape(log_ratio.shape[0], -1)
    ratio = np.where(np.isfinite(ratio), ratio, -np.inf)
    ratio = ratio - ratio.max(axis=0)
    draws = ratio.shape[0]
    tail = int(min(draws / 5, 3 * np.sqrt(draws)))
    khat = np.full(ratio.shape[1], np.inf)
    khat[np.ptp(ratio, axis=0) < 1e-12] = -np.inf
    if tail >= _LEAST_TAIL:
        order = np.argsort(ratio, axis=0, kind="stable")[-tail - 1 :]
        sorted_tail = np.maximum(np.take_along_axis(ratio, order, axis=0), _LOG_TINY)
        cutoff = np.exp(sorted_tail[0])
        excess = np.exp(sorted_tail[1:]) - cutoff
        fit = (excess[int(tail / 4 + 0.5) - 1] > excess[0]) & (khat == np.inf)
        shape, scale = _fit_pareto(excess[:, fit])
        smooth = np.log(np.minimum(_expected_tail(tail, shape, scale) + cutoff[fit], 1.0))
        ratio[order[1:, fit], np.flatnonzero(fit)] = smooth
        khat[fit] = shape
    log_weights = ratio - _log_sum(ratio)
    return log_weights.reshape(log_ratio.shape), khat.reshape(log_ratio.shape[1:])


def effective_draws(log_weights: Floats) -> float:
    """Return how many equal draws the weights are worth: one over their sum of squares.

    Parameters
    ----------
    log_weights : numpy.ndarray
        Normalised, shape (draw,).

    Returns
    -------
    float
        Between 1 and the number of draws (Kong 1992, Univ. Chicago Tech. Rep. 348).
    """
    return float(np.exp(-_log_sum(2 * log_weights)))


def least_effective(points: Floats, log_weights: Floats) -> float:
    """Return how many independent draws the mean of the worst known parameter is worth.

    Parameters
    ----------
    points : numpy.ndarray
        Shape (draw, parameter).
    log_weights : numpy.ndarray
        Normalised, shape (draw,).

    Returns
    -------
    float
        Posterior variance over the squared error of the weighted mean, smallest over parameters
        (Owen 2013, Monte Carlo theory, ch. 9.2).
    """
    weights = np.exp(log_weights)
    off = np.square(points - weights @ points)
    return float(((weights @ off) / np.maximum(np.square(weights) @ off, 1e-300)).min())
