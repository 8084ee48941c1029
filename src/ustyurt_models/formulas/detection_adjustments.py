"""Series adjustments of detection functions, kept such that detection never rises with distance.

g(x) = key(x) [1 + sum_j a_j p_j(x / w)] / [1 + sum_j a_j p_j(0)]. Distances are scaled with the
truncation distance w, the default of mrds (``scale = "width"``): w is known, so the terms do not
change with the scale of the key, and the integral over 0..w spans whole waves of a cosine.
Terms: cosine cos(j pi s), Hermite He_j(s) (probabilists', as mrds), polynomial s^j.

Which coefficients keep g from rising is a convex set once the key is known: the slope of g at s is
negative when sum_j a_j [p_j'(s) - h(s) p_j(s)] <= h(s), where h is the relative fall of the key.
`bounded_coefficients` maps all real vectors smoothly and one to one onto the inside of that set.

References
----------
Buckland et al. 2001, *Introduction to Distance Sampling*, sec. 2.4 and 3.1 (monotonicity).
Buckland et al. 2004, *Advanced Distance Sampling*, sec. 3.3.
"""

from typing import NamedTuple

import numpy as np
from numpy.polynomial import hermite_e
from numpy.typing import ArrayLike, NDArray

from ustyurt_models.formulas.detection_keys import key_slope

__all__ = [
    "ADJUSTMENTS",
    "GAUGE_POWER",
    "SLACK_FLOOR",
    "Bounds",
    "bounded_coefficients",
    "bounds_grid",
    "coefficient_bounds",
    "term",
    "term_slope",
]

Floats = NDArray[np.float64]

#: Series by name.
ADJUSTMENTS = ("cosine", "hermite", "polynomial")

#: Sharpness of the bound on coefficients; the set used lies inside the exact one by up to 6 % of
#: its half-width (measured for a half-normal with a cosine term of order 2).
GAUGE_POWER = 32

#: Least slack of a bound; keeps ratios finite where a bound leaves nothing.
SLACK_FLOOR = 1e-9

_GRID = 48  # distances at which g may not rise; adequate for orders up to about 8
_NEAR = np.array([0.001, 0.0025, 0.005])  # shoulders of steep keys are short


def _hermite(order: int) -> Floats:
    """Coefficients of He_order in the Hermite basis."""
    return np.eye(order + 1)[order]


def term(series: str, order: int, share: ArrayLike) -> Floats:
    """One term p_j of a series.

    Parameters
    ----------
    series : str
        One of `ADJUSTMENTS`.
    order : int
        j.
    share : array_like
        Distance over truncation distance, s.

    Returns
    -------
    numpy.ndarray
        p_j(s).
    """
    s = np.asarray(share, float)
    if series == "cosine":
        return np.cos(order * np.pi * s)
    if series == "hermite":
        return hermite_e.hermeval(s, _hermite(order))
    return s**order


def term_slope(series: str, order: int, share: ArrayLike) -> Floats:
    """Slope of one term with respect to s.

    Parameters
    ----------
    series : str
        One of `ADJUSTMENTS`.
    order : int
        j.
    share : array_like
        Distance over truncation distance, s.

    Returns
    -------
    numpy.ndarray
        p_j'(s).
    """
    s = np.asarray(share, float)
    if series == "cosine":
        return -order * np.pi * np.sin(order * np.pi * s)
    if series == "hermite":
        return hermite_e.hermeval(s, hermite_e.hermeder(_hermite(order)))
    return order * s ** (order - 1)


class Bounds(NamedTuple):
    """Linear bounds ``rows @ a <= most`` on the coefficients of a series.

    Attributes
    ----------
    rows : numpy.ndarray
        Shape (..., bound, order).
    most : numpy.ndarray
        Shape (..., bound).
    """

    rows: Floats
    most: Floats


def bounds_grid() -> Floats:
    """Shares of the truncation distance at which g may not rise, shape (distance,)."""
    even = (np.arange(_GRID) + 0.5) / _GRID
    return np.concatenate([_NEAR, even])


def coefficient_bounds(
    key: str,
    series: str,
    orders: tuple[int, ...],
    scale: ArrayLike,
    shape: ArrayLike = 1.0,
    monotone: bool = True,
) -> Bounds:
    """Bounds that keep g positive and, when `monotone`, from rising with distance.

    Parameters
    ----------
    key, series : str
        Key function and series.
    orders : tuple of int
        Orders of the terms.
    scale : array_like
        Scale over truncation distance.
    shape : array_like, optional
        Shape of the hazard-rate.
    monotone : bool
        False asks for g > 0 only, which is what a Wald interval of mrds assumes.

    Returns
    -------
    Bounds
        With the broadcast shape of `scale` and `shape` in front.
    """
    grid = bounds_grid()
    sigma, b = (np.asarray(value, float)[..., None] for value in (scale, shape))
    everywhere = np.concatenate([[0.0], grid, [1.0]]) if not monotone else np.array([1.0])
    values = np.stack([term(series, order, everywhere) for order in orders], axis=-1)
    lead = np.broadcast_shapes(np.shape(scale), np.shape(shape))
    positive = np.broadcast_to(-values, (*lead, *values.shape))
    ones = np.ones((*lead, everywhere.size))
    if not monotone:
        return Bounds(positive, ones)
    fall = np.broadcast_to(key_slope(key, grid, sigma, b), (*lead, grid.size))
    p = np.stack([term(series, order, grid) for order in orders], axis=-1)
    slope = np.stack([term_slope(series, order, grid) for order in orders], axis=-1)
    rows = slope - fall[..., None] * p
    return Bounds(np.concatenate([rows, positive], axis=-2), np.concatenate([fall, ones], axis=-1))


def _first_interval(bounds: Bounds) -> tuple[Floats, Floats]:
    """Values of the first coefficient that are allowed when the others are 0: lowest, highest."""
    first = bounds.rows[..., 0]
    ratio = bounds.most / np.where(np.abs(first) < 1e-300, 1e-300, first)
    high = np.where(first > 0, ratio, np.inf).min(axis=-1)
    low = np.where(first < 0, ratio, -np.inf).max(axis=-1)
    return np.clip(low, -1e6, 0.0), np.clip(high, 0.0, 1e6)


def bounded_coefficients(free: ArrayLike, bounds: Bounds) -> tuple[Floats, Floats]:
    """Map any real vector z to coefficients a inside the bounds.

    With c the middle of the set along the first coefficient and rows scaled such that each bound
    is 1 at distance one from c, a = c + d z / (1 + sum_i max(row_i z, 0)^p)^(1/p), p = 32: the
    identity (up to the scales d) well inside, and approaching the nearest bound outside.

    Parameters
    ----------
    free : array_like
        z, shape (..., order).
    bounds : Bounds
        From `coefficient_bounds`.

    Returns
    -------
    tuple of numpy.ndarray
        Coefficients, shape (..., order), and the log density of z that makes a uniform on the
        set, up to a constant, shape (...).
    """
    z = np.asarray(free, float)
    centre = np.zeros_like(bounds.rows[..., 0, :])
    low, high = _first_interval(bounds)
    centre[..., 0] = (low + high) / 2
    slack = bounds.most - (bounds.rows * centre[..., None, :]).sum(axis=-1)
    rows = bounds.rows / np.maximum(slack, SLACK_FLOOR)[..., None]
    reach = 1.0 / np.maximum(np.abs(rows).max(axis=-2), 1e-300)
    reach[..., 0] = (high - low) / 2
    gauge = (rows * (reach * z)[..., None, :]).sum(axis=-1)
    total = 1.0 + (np.maximum(gauge, 0.0) ** GAUGE_POWER).sum(axis=-1)
    coefficients = centre + reach * z / total[..., None] ** (1.0 / GAUGE_POWER)
    log_density = -(z.shape[-1] / GAUGE_POWER + 1.0) * np.log(total)
    return coefficients, log_density
