"""Counts as the likelihood needs them: visits to which detection is the same are added up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.read.histories import Histories

__all__ = ["Tallies", "tally"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tallies:
    """Visits of sites; visits of a site with the same detection are one part.

    Attributes
    ----------
    visits : numpy.ndarray
        Visits made, float64, shape (site, part).
    total : numpy.ndarray
        Sum of what was seen on them, shape (site, part).
    row : numpy.ndarray
        Row of the predictor of detection, int64, shape (site, part).
    exposure : numpy.ndarray
        Effort of each visit over the median visit, shape (site, part).
    counts : numpy.ndarray
        What was seen on each visit, in falling order except for passes, NaN without visit, shape
        (site, occasion).
    """

    visits: Floats
    total: Floats
    row: Ints
    exposure: Floats
    counts: Floats

    def of(self, sites: Ints) -> "Tallies":
        """Return some sites."""
        return Tallies(
            self.visits[sites],
            self.total[sites],
            self.row[sites],
            self.exposure[sites],
            self.counts[sites],
        )

    def unique(self, state: Floats) -> tuple[Ints, Floats]:
        """Take sites together that differ in nothing that the likelihood knows.

        Returns a site of each kind, and how many are like it, each shape (kind,).
        """
        rows = np.where(self.visits > 0, self.row, -1).astype(float)
        parts = [self.visits, self.total, rows, self.exposure, np.nan_to_num(self.counts, nan=-1.0)]
        key = np.concatenate([*parts, state], axis=1)
        _, first, times = np.unique(key, axis=0, return_index=True, return_counts=True)
        return first.astype(np.int64), times.astype(np.float64)


def tally(histories: Histories, row: Ints, exposure: Floats, passes: bool) -> Tallies:
    """Add up the visits of each site.

    Parameters
    ----------
    histories : Histories
        Counts or detections of a single season.
    row : numpy.ndarray
        Row of the predictor of detection, shape (site, occasion).
    exposure : numpy.ndarray
        Effort over the usual one, shape (site, occasion).
    passes : bool
        Keep every visit apart and in order, for what is found depends on earlier passes.
    """
    made, y = histories.visited, histories.y
    if passes:
        seen = np.nan_to_num(y)
        return Tallies(made.astype(float), seen, row, np.where(made, exposure, 1.0), y)
    found: list[dict[tuple[int, float], list[float]]] = [{} for _ in histories.site]
    for site, occasion in np.argwhere(made):
        key = (int(row[site, occasion]), float(exposure[site, occasion]))
        one = found[site].setdefault(key, [0.0, 0.0])
        one[0] += 1.0
        one[1] += float(y[site, occasion])
    shape = (len(found), max(map(len, found)))
    visits, total, effort = np.zeros(shape), np.zeros(shape), np.ones(shape)
    rows = np.zeros(shape, np.int64)
    for i, site_parts in enumerate(found):
        for k, key in enumerate(sorted(site_parts)):
            visits[i, k], total[i, k] = site_parts[key]
            rows[i, k], effort[i, k] = key
    # Falling order: histories that differ only in the order of the visits are the same.
    return Tallies(visits, total, rows, effort, -np.sort(-y, axis=1))
