"""Effort: how much was searched, what was found there, and how unevenly."""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.read.survey_data import Kind, Transects

__all__ = ["EffortQuality", "StratumEffort", "assess_effort", "by_stratum", "rate_cv"]


@dataclass(frozen=True)
class StratumEffort:
    """Effort and detections of a stratum.

    Attributes
    ----------
    name : str
        Stratum.
    area_km2 : float
        NaN where the file does not say.
    transects, empty : int
        Transects, and those without a detection.
    effort, least, most : float
        Total, shortest and longest [km] or [visits].
    groups, animals : int
        Detections, and animals in them.
    rate : float
        Groups per km or per visit.
    rate_cv : float
        Its coefficient of variation between transects; NaN with one transect or no detection.
    """

    name: str
    area_km2: float
    transects: int
    empty: int
    effort: float
    least: float
    most: float
    groups: int
    animals: int
    rate: float
    rate_cv: float


@dataclass(frozen=True)
class EffortQuality:
    """Effort by stratum and by transect.

    Attributes
    ----------
    kind : str
        ``"line"`` or ``"point"``.
    strata : tuple of StratumEffort
        In the order of the file.
    transect : tuple of str
        Names.
    stratum : numpy.ndarray
        Stratum of each transect, int64, shape (transect,).
    effort : numpy.ndarray
        [km] or [visits], shape (transect,).
    groups : numpy.ndarray
        Detections, int64, shape (transect,).
    position : numpy.ndarray or None
        Longitude and latitude [degrees] or x and y [m], shape (transect, 2).
    position_kind : str
        ``"lonlat"``, ``"projected"`` or empty.
    what, found : str
        What effort was spent on (lines, points, strips), and what was counted there.
    """

    kind: Kind
    strata: tuple[StratumEffort, ...]
    transect: tuple[str, ...]
    stratum: NDArray[np.int64]
    effort: NDArray[np.float64]
    groups: NDArray[np.int64]
    position: NDArray[np.float64] | None
    position_kind: str
    what: str
    found: str = "detections"

    @property
    def unit(self) -> str:
        """Unit of effort."""
        return "km" if self.kind == "line" else "visits"

    @property
    def per(self) -> str:
        """Unit of effort, of one."""
        return "km" if self.kind == "line" else "visit"

    @property
    def empty(self) -> int:
        """Transects without a detection."""
        return int(np.count_nonzero(self.groups == 0))


def rate_cv(effort: NDArray[np.float64], groups: NDArray[np.int64]) -> float:
    """Coefficient of variation of detections per effort, transects as the unit.

    Parameters
    ----------
    effort : numpy.ndarray
        Length [km] or visits, shape (transect,).
    groups : numpy.ndarray
        Detections, shape (transect,).

    Returns
    -------
    float
        NaN with fewer than two transects or without detections.

    References
    ----------
    Fewster et al. 2009, Biometrics 65:225-236, estimator R2.
    """
    count, total, found = effort.size, float(effort.sum()), int(groups.sum())
    if count < 2 or found == 0:
        return math.nan
    rate = found / total
    spread = float(np.sum(effort**2 * (groups / effort - rate) ** 2))
    return math.sqrt(count / (total**2 * (count - 1)) * spread) / rate


def assess_effort(survey: Transects) -> EffortQuality:
    """Summarise effort and detections by stratum and by transect.

    Parameters
    ----------
    survey : Transects
        As read.
    """
    count = len(survey.transect)
    groups = np.bincount(survey.detection_transect, minlength=count).astype(np.int64)
    animals = np.bincount(survey.detection_transect, survey.size, count)
    return EffortQuality(
        survey.kind,
        by_stratum(survey, survey.transect_stratum, survey.effort, groups, animals),
        survey.transect,
        survey.transect_stratum,
        survey.effort,
        groups,
        survey.position,
        survey.position_kind,
        f"{survey.kind}s",
    )


class Strata(Protocol):
    """What has strata with areas."""

    @property
    def stratum(self) -> tuple[str, ...]:
        """Names."""

    @property
    def area_km2(self) -> NDArray[np.float64]:
        """Areas, NaN where not known."""


def by_stratum(
    survey: Strata,
    stratum: NDArray[np.int64],
    effort: NDArray[np.float64],
    groups: NDArray[np.int64],
    animals: NDArray[np.float64],
) -> tuple[StratumEffort, ...]:
    """Sum effort and counts by stratum.

    Parameters
    ----------
    survey : Strata
        Names and areas.
    stratum : numpy.ndarray
        Stratum of each transect, shape (transect,).
    effort, groups, animals : numpy.ndarray
        By transect, each shape (transect,).
    """
    strata = []
    for i, name in enumerate(survey.stratum):
        here = stratum == i
        total = float(effort[here].sum())
        strata.append(
            StratumEffort(
                name=name,
                area_km2=float(survey.area_km2[i]),
                transects=int(here.sum()),
                empty=int(np.count_nonzero(groups[here] == 0)),
                effort=total,
                least=float(effort[here].min()),
                most=float(effort[here].max()),
                groups=int(groups[here].sum()),
                animals=int(animals[here].sum()),
                rate=float(groups[here].sum() / total),
                rate_cv=rate_cv(effort[here], groups[here]),
            )
        )
    return tuple(strata)
