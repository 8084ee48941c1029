"""Movement of tracked animals: distances on the sphere, day range, home range.

References
----------
Rowcliffe et al. 2012, Methods in Ecology and Evolution 3:653-662 (fixes far apart cut corners, so
that the path between them is too short).
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["convex_polygon_km2", "distance_m", "spikes"]

Floats = NDArray[np.float64]

_EARTH_M = 6_371_008.8  # mean radius


def distance_m(first: Floats, second: Floats) -> Floats:
    """Return great-circle distances.

    Parameters
    ----------
    first, second : numpy.ndarray
        Longitude and latitude [degrees], shape (..., 2).

    Returns
    -------
    numpy.ndarray
        Metres, shape (...).

    Examples
    --------
    >>> round(float(distance_m(np.array([55.0, 43.0]), np.array([55.0, 44.0]))))
    111195
    """
    a, b = np.deg2rad(first), np.deg2rad(second)
    half = np.sin((b - a) / 2.0) ** 2
    chord = half[..., 1] + np.cos(a[..., 1]) * np.cos(b[..., 1]) * half[..., 0]
    return 2.0 * _EARTH_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))


def spikes(position: Floats, time_s: Floats, largest_m_per_s: float) -> NDArray[np.bool_]:
    """Tell fixes that an animal would have had to reach and leave impossibly fast.

    Parameters
    ----------
    position : numpy.ndarray
        Longitude and latitude [degrees] of one animal in order of time, shape (fix, 2).
    time_s : numpy.ndarray
        Rising, shape (fix,).
    largest_m_per_s : float
        Fastest that is possible.

    Returns
    -------
    numpy.ndarray
        bool, shape (fix,); the first and the last fix have one neighbour and are never told.
    """
    fast = distance_m(position[:-1], position[1:]) > largest_m_per_s * np.diff(time_s)
    found = np.zeros(time_s.size, bool)
    found[1:-1] = fast[:-1] & fast[1:]
    return found


def convex_polygon_km2(position: Floats, share: float = 0.95) -> float:
    """Return the area of the smallest convex polygon around the fixes nearest to their middle.

    Parameters
    ----------
    position : numpy.ndarray
        Longitude and latitude [degrees], shape (fix, 2).
    share : float
        Share of the fixes that is kept.

    Returns
    -------
    float
        Square kilometres, in the cylindrical equal-area projection about their own latitude; NaN
        with fewer than five fixes, 0 where they lie on a line.
    """
    if len(position) < 5:
        return float("nan")
    longitude, latitude = np.deg2rad(position.T)
    level = np.cos(latitude.mean())
    plane = np.stack([longitude * level, np.sin(latitude) / level], axis=1) * _EARTH_M / 1000.0
    away = np.hypot(*(plane - np.median(plane, axis=0)).T)
    kept = np.unique(plane[away <= np.quantile(away, share)], axis=0)
    x, y = np.array(_half(kept) + _half(kept[::-1])).T
    return float(0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def _half(ordered: Floats) -> list[Floats]:
    """Return one half of the hull of points in order of x, without its last corner (Andrew)."""
    hull: list[Floats] = []
    for point in ordered:
        while len(hull) > 1 and _turn(hull[-2], hull[-1], point) <= 0:
            hull.pop()
        hull.append(point)
    return hull[:-1] or hull


def _turn(first: Floats, second: Floats, third: Floats) -> float:
    """Return twice the area of a triangle, positive against the clock."""
    a, b = second - first, third - first
    return float(a[0] * b[1] - a[1] * b[0])
