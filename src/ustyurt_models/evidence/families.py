"""Quantile functions of the families that evidence is drawn from: probability -> value."""

from collections.abc import Callable

import numpy as np
from scipy.special import betaincinv, gammaincinv, ndtr, ndtri

__all__ = ["QUANTILES"]

Numbers = tuple[float, ...]


def _constant(p: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Return the one value."""
    return np.full_like(p, numbers[0])


def _uniform(p: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Return evenly spread values; numbers are the low and the high end."""
    low, high = numbers
    return low + (high - low) * p


def _triangular(p: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Return values for a low end, a mode and a high end."""
    low, mode, high = numbers
    width = high - low
    rising = low + np.sqrt(p * width * (mode - low))
    falling = high - np.sqrt((1 - p) * width * (high - mode))
    return np.where(p * width < mode - low, rising, falling)


def _normal(p: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Return values for a median, its spread below and above, and the two limits it is cut at."""
    median, sd_below, sd_above, lowest, highest = numbers
    first, last = ndtr((lowest - median) / sd_below), ndtr((highest - median) / sd_above)
    z = ndtri(first + p * (last - first))
    return np.clip(median + np.where(z < 0, sd_below, sd_above) * z, lowest, highest)


def _lognormal(p: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Return the exponential of a normal given on the log scale, its cut included."""
    return np.exp(_normal(p, numbers))


def _gamma(p: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Return values for a shape and a scale."""
    shape, scale = numbers
    return scale * gammaincinv(shape, p)


def _beta(p: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Return values for both shapes, then the ends of the interval."""
    a, b, low, high = numbers
    return low + (high - low) * betaincinv(a, b, p)


def _gumbel(p: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Return extremes for location and scale; a negative scale puts them at the low side."""
    location, scale = numbers
    return location - scale * np.log(-np.log(p if scale > 0 else 1 - p))


def _discrete(p: np.ndarray, numbers: Numbers) -> np.ndarray:
    """Return whole numbers from low to high, weights falling linearly away from the mode."""
    low, mode, high = numbers
    support = np.arange(low, high + 1)
    weight = 1 - np.abs(support - mode) / (high - low + 1)
    cumulative = np.cumsum(weight) / weight.sum()
    return support[np.minimum(np.searchsorted(cumulative, p), support.size - 1)]


QUANTILES: dict[str, Callable[[np.ndarray, Numbers], np.ndarray]] = {
    "beta": _beta,
    "constant": _constant,
    "discrete": _discrete,
    "gamma": _gamma,
    "gumbel": _gumbel,
    "lognormal": _lognormal,
    "normal": _normal,
    "triangular": _triangular,
    "uniform": _uniform,
}
"""Family -> function of probabilities (any shape, inside 0..1) and of the family's numbers."""
