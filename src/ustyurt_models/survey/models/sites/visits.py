"""Visits as the likelihood needs them: alike visits counted, alike sites taken together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.read.histories import Histories

__all__ = ["Visits", "count_visits", "join_visits", "unique_sites"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Visits:
    """Visits of sites, by season; visits of a site with the same detection are one part.

    Attributes
    ----------
    seen, missed : numpy.ndarray
        Visits with and without detection, float64, shape (site, season, part); both 0 where a
        site has fewer parts.
    row : numpy.ndarray
        Row of the predictor of detection, int64, shape (site, season, part).
    exposure : numpy.ndarray
        Effort of each visit over the median visit, shape (site, season, part).
    """

    seen: Floats
    missed: Floats
    row: Ints
    exposure: Floats

    @property
    def none_seen(self) -> NDArray[np.bool_]:
        """Whether nothing was seen, shape (site, season)."""
        return self.seen.sum(axis=-1) == 0

    @property
    def made(self) -> Floats:
        """Visits made, shape (site, season)."""
        return (self.seen + self.missed).sum(axis=-1)

    @property
    def key(self) -> Floats:
        """What tells sites apart, shape (site, column)."""
        count = len(self.seen)
        flat = [part.reshape(count, -1) for part in (self.seen, self.missed, self.exposure)]
        known = (self.seen + self.missed).reshape(count, -1) > 0
        rows = np.where(known, self.row.reshape(count, -1), -1).astype(float)
        return np.concatenate([*flat, rows], axis=1)

    def of(self, sites: Ints) -> "Visits":
        """Return the visits of some sites."""
        return Visits(self.seen[sites], self.missed[sites], self.row[sites], self.exposure[sites])


def count_visits(histories: Histories, row: Ints, exposure: Floats) -> Visits:
    """Count visits with and without detection.

    Parameters
    ----------
    histories : Histories
        Detections as 0 and 1.
    row : numpy.ndarray
        What tells visits apart: row of the predictor of detection, shape (site, occasion).
    exposure : numpy.ndarray
        Effort over the usual one, shape (site, occasion).

    Returns
    -------
    Visits
        Parts in the order of their rows, so that histories that differ only in the order of alike
        visits are the same.
    """
    sites, seasons = len(histories.site), len(histories.seasons)
    parts: list[list[dict[tuple[int, float], list[float]]]] = [
        [{} for _ in range(seasons)] for _ in range(sites)
    ]
    for site, occasion in np.argwhere(histories.visited):
        key = (int(row[site, occasion]), float(exposure[site, occasion]))
        found = parts[site][histories.season[occasion]].setdefault(key, [0.0, 0.0])
        found[0 if histories.y[site, occasion] > 0 else 1] += 1.0
    most = max((len(one) for site in parts for one in site), default=1) or 1
    shape = (sites, seasons, most)
    seen, missed, effort = np.zeros(shape), np.zeros(shape), np.ones(shape)
    rows = np.zeros(shape, np.int64)
    for i, site in enumerate(parts):
        for t, one in enumerate(site):
            for k, key in enumerate(sorted(one)):
                seen[i, t, k], missed[i, t, k] = one[key]
                rows[i, t, k], effort[i, t, k] = key
    return Visits(seen, missed, rows, effort)


def unique_sites(visits: Visits, state: Floats) -> tuple[Ints, Floats]:
    """Take sites together that differ in nothing that the likelihood knows.

    Parameters
    ----------
    visits : Visits
        Of all sites.
    state : numpy.ndarray
        What tells the states of sites apart, shape (site, column).

    Returns
    -------
    tuple of numpy.ndarray
        A site of each kind, int64, and how many sites are like it, each shape (kind,).
    """
    key = np.concatenate([visits.key, state], axis=1)
    _, first, times = np.unique(key, axis=0, return_index=True, return_counts=True)
    return first.astype(np.int64), times.astype(np.float64)


def join_visits(parts: Sequence[Visits]) -> Visits:
    """Put the visits of several groups of sites below each other.

    Parameters
    ----------
    parts : sequence of Visits
        Of the same number of seasons.
    """
    most = max(one.seen.shape[-1] for one in parts)

    def joined(name: str, empty: float) -> NDArray:
        padded = []
        for one in parts:
            values = getattr(one, name)
            wide = np.full((*values.shape[:-1], most), empty, values.dtype)
            wide[..., : values.shape[-1]] = values
            padded.append(wide)
        return np.concatenate(padded)

    return Visits(
        joined("seen", 0.0), joined("missed", 0.0), joined("row", 0), joined("exposure", 1.0)
    )
