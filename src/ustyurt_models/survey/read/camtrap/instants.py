"""Instants: which cameras had a species in view at moments fixed beforehand.

Space to event looks at the cameras of an instant in random order until the first that has animals
in view; instantaneous sampling looks at all of them.

References
----------
Moeller, Lukacs & Horne 2018, Ecosphere 9:e02331.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.survey.read.camtrap.effort import Watch
from ustyurt_models.survey.read.camtrap.times import DAY_S

__all__ = ["Seen", "Views", "look_in_order", "views_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: More camera instants than this are a mistyped interval.
_MOST = 100_000_000


@dataclass(frozen=True)
class Seen:
    """Observations of a species. Arrays of shape (observation,).

    Attributes
    ----------
    site : numpy.ndarray
        Index into the sites, int64.
    start_s, end_s : numpy.ndarray
        Seconds since 1970 in world time.
    size : numpy.ndarray
        Animals; NaN where not counted.
    """

    site: NDArray[np.int64]
    start_s: Floats
    end_s: Floats
    size: Floats


@dataclass(frozen=True)
class Views:
    """What cameras saw at instants.

    Attributes
    ----------
    watching : numpy.ndarray
        Whether a camera watched, bool, shape (instant, site).
    present : numpy.ndarray
        Whether the species was in view of it, bool, shape (instant, site).
    size : numpy.ndarray
        Animals in view where counted, else NaN, shape (instant, site), only of `present` cells
        in row order, shape (presence,).
    at_instant : numpy.ndarray
        Which observations lie over an instant, bool, shape (observation,).
    """

    watching: Bools
    present: Bools
    size: Floats
    at_instant: Bools


def _instants(watch: Watch, interval_s: float, offset_s: float) -> Floats:
    """Return instants from the first start to the last end, seconds since 1970."""
    midnight = (watch.start_s.min() + offset_s) // DAY_S * DAY_S - offset_s
    first = np.ceil((watch.start_s.min() - midnight) / interval_s - 1e-9)
    last = np.floor((watch.end_s.max() - midnight) / interval_s + 1e-9)
    return midnight + interval_s * np.arange(first, last + 1)


def views_of(
    watch: tuple[Watch, NDArray[np.int64], int], seen: Seen, spacing_s: tuple[float, float, float]
) -> Views:
    """Return what cameras saw at instants.

    Parameters
    ----------
    watch : tuple
        When deployments watched, the site of each deployment (int64), and the number of sites.
    seen : Seen
        Observations of the species.
    spacing_s : tuple of float
        Seconds between instants, seconds that a picture may lie off its instant, and seconds that
        the clock with the first midnight is ahead of world time.

    Returns
    -------
    Views
        An observation is in view at an instant that lies between its begin and its end.
    """
    when, site, count = watch
    interval_s, tolerance_s, offset_s = spacing_s
    rule = "must be longer than twice 'tolerance_s'"
    require(interval_s > 2.0 * tolerance_s, "survey: interval_min", rule, interval_s / 60.0)
    span = float(when.end_s.max() - when.start_s.min()) / interval_s
    rule = f"must not give more than {_MOST:,} camera instants"
    require(span * count <= _MOST, "survey: interval_min", rule, interval_s / 60.0)
    instant = _instants(when, interval_s, offset_s)
    watching = np.zeros((instant.size, count), bool)
    for one, start, end in zip(when.deployment, when.start_s, when.end_s, strict=True):
        inside = slice(*np.searchsorted(instant, (start, end)))
        watching[inside, site[one]] = True
    largest = np.full((instant.size, count), -1.0)
    at_instant = np.zeros(seen.site.size, bool)
    near = tolerance_s + 1e-6
    for row in range(seen.site.size):
        first = int(np.searchsorted(instant, seen.start_s[row] - near))
        last = int(np.searchsorted(instant, seen.end_s[row] + near, side="right"))
        cells = largest[first:last, seen.site[row]]
        at_instant[row] = bool(watching[first:last, seen.site[row]].any())
        np.maximum(cells, np.nan_to_num(seen.size[row], nan=0.0), out=cells)
    present = watching & (largest >= 0)
    size = np.where(largest > 0, largest, np.nan)[present]
    return Views(watching, present, size, at_instant)


def look_in_order(
    views: Views, stratum: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Look at the cameras of each instant in random order until the first with animals in view.

    Parameters
    ----------
    views : Views
        What cameras saw.
    stratum : numpy.ndarray
        Stratum of each site, int64, shape (site,); each stratum is looked at by itself.
    rng : numpy.random.Generator
        Gives the order.

    Returns
    -------
    tuple of numpy.ndarray
        How often each camera was looked at in vain, and how often it was the first; int64, each
        shape (site,).
    """
    empty, first = (np.zeros(stratum.size, np.int64) for _ in range(2))
    order = rng.random(views.watching.shape)
    for one in np.unique(stratum):
        own = np.flatnonzero(stratum == one)
        rank = np.where(views.watching[:, own], order[:, own], np.inf)
        hit = np.where(views.present[:, own], rank, np.inf)
        until = hit.min(axis=1, keepdims=True)
        empty[own] = (rank < until).sum(axis=0)
        first[own] = (np.isfinite(hit) & (hit == until)).sum(axis=0)
    return empty, first
