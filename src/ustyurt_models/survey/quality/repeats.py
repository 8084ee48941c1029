"""Detections that may be one: alike or nearly alike on the same transect."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.quality.chance import quantile
from ustyurt_models.survey.read.covariates import is_missing
from ustyurt_models.survey.read.survey_data import Transects

__all__ = ["Repeats", "assess_repeats"]

_NEAR = 0.02  # distances that differ by less than this share of the median are nearly alike
_MOST_SHOWN = 12
_MOST_DETECTIONS = 20_000


@dataclass(frozen=True)
class Repeats:
    """Pairs of detections on one transect that agree.

    Attributes
    ----------
    alike : int
        Pairs with the same distance, size and further columns.
    alike_by_chance : float
        Pairs that would agree if distances were shuffled among detections.
    near : int
        Pairs that differ only in distance, by at most `tolerance_m`.
    near_by_chance : float
        The same under shuffling.
    tolerance_m : float
        2 % of the median distance, or the smallest step between distances if that is more.
    groups : tuple of tuple of str
        Places of detections that are alike, the first few.
    """

    alike: int
    alike_by_chance: float
    near: int
    near_by_chance: float
    tolerance_m: float
    groups: tuple[tuple[str, ...], ...]

    @property
    def suspicious(self) -> bool:
        """Whether there are clearly more pairs than by chance (three standard deviations)."""
        return any(
            found >= 2 and found > chance + 3 * max(chance, 1.0) ** 0.5
            for found, chance in (
                (self.alike, self.alike_by_chance),
                (self.near, self.near_by_chance),
            )
        )


def _pairs(counts: NDArray) -> float:
    return float(np.sum(counts * (counts - 1.0) / 2))


def _near_pairs(
    distance_m: NDArray[np.float64], group: NDArray[np.int64], tolerance_m: float
) -> int:
    """Count pairs within one group whose distances differ by at most the tolerance."""
    order = np.lexsort((distance_m, group))
    # Groups are put so far apart that no two of them come within the tolerance.
    gap = float(distance_m.max(initial=0.0)) + 2 * tolerance_m + 1.0
    line = distance_m[order] + gap * group[order]
    upper = np.searchsorted(line, line + tolerance_m * (1 + 1e-9), side="right")
    return int(np.sum(upper - np.arange(line.size) - 1))


def _further(survey: Transects) -> NDArray[np.int64]:
    """Return a code per transect, size and set of further columns."""
    code = _combined(survey.detection_transect, survey.size)
    for values in survey.covariates.values():
        missing = is_missing(values)
        own = np.unique(np.where(missing, values[:1], values), return_inverse=True)[1].ravel()
        code = _combined(code, np.where(missing, own.max(initial=0) + 1, own))
    return code


def _combined(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one code per pair of codes, counted from 0."""
    both = first.astype(np.int64) * (int(second.max(initial=0)) + 1) + second
    return np.unique(both, return_inverse=True)[1].ravel()


def _tolerance_m(distance_m: NDArray[np.float64]) -> float:
    """Return the difference below which distances are nearly alike [m]."""
    steps = np.diff(np.sort(np.round(distance_m, 6)))
    finest = float(steps[steps > 0].min(initial=np.inf))
    finest = finest if np.isfinite(finest) else 0.0
    return max(_NEAR * quantile(distance_m, 0.5), finest)


def assess_repeats(survey: Transects) -> Repeats | None:
    """Compare detections of each transect with each other.

    Parameters
    ----------
    survey : Transects
        As read; exact repeats of a row were refused in reading.

    Returns
    -------
    Repeats or None
        Nothing for classes of distance, where agreement is the rule.
    """
    count = survey.distance_m.size
    if survey.cutpoints_m.size or not 2 <= count <= _MOST_DETECTIONS:
        return None
    exact = np.unique(np.round(survey.distance_m, 6), return_inverse=True)[1].ravel()
    further = _further(survey)
    here = _combined(further, exact)
    tolerance = _tolerance_m(survey.distance_m)
    alike, alike_all = _pairs(np.bincount(here)), _pairs(np.bincount(exact))
    near = _near_pairs(survey.distance_m, further, tolerance) - alike
    near_all = _near_pairs(survey.distance_m, np.zeros_like(exact), tolerance) - alike_all
    # Distances are shuffled among detections; what stands beside them stays where it is.
    share = _pairs(np.bincount(further)) / (count * (count - 1) / 2)
    return Repeats(
        alike=int(alike),
        alike_by_chance=alike_all * share,
        near=int(near),
        near_by_chance=near_all * share,
        tolerance_m=tolerance,
        groups=_groups(survey, here),
    )


def _groups(survey: Transects, code: NDArray[np.int64]) -> tuple[tuple[str, ...], ...]:
    """Return the places of detections that share a code."""
    if not survey.detection_place:
        return ()
    often = np.flatnonzero(np.bincount(code) > 1)[:_MOST_SHOWN]
    return tuple(
        tuple(survey.detection_place[i] for i in np.flatnonzero(code == one)) for one in often
    )
