"""What the line-transect likelihood needs: truncated, binned, reduced to sufficient statistics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.distance import Transects
from ustyurt_models.survey.settings import LineTransectSettings

__all__ = ["LineTransectData", "prepare"]

_FEWEST = 3  # distances below this number do not bound the scale of the detection function


@dataclass(frozen=True)
class LineTransectData:
    """A truncated survey.

    Attributes
    ----------
    stratum : tuple of str
        Names.
    area_km2 : numpy.ndarray
        Shape (stratum,).
    transect_stratum : numpy.ndarray
        int64, shape (transect,).
    effort_km : numpy.ndarray
        Shape (transect,).
    groups : numpy.ndarray
        Groups detected within the truncation distance, int64, shape (transect,).
    distance_m : numpy.ndarray
        Distances of those groups, shape (detection,).
    size : numpy.ndarray
        Their sizes, int64, shape (detection,).
    detection_transect : numpy.ndarray
        Their transects, int64, shape (detection,).
    truncation_m : float
        w [m].
    cutpoints_m : numpy.ndarray
        Class limits, shape (cutpoint,); empty for exact distances.
    """

    stratum: tuple[str, ...]
    area_km2: NDArray[np.float64]
    transect_stratum: NDArray[np.int64]
    effort_km: NDArray[np.float64]
    groups: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    size: NDArray[np.int64]
    detection_transect: NDArray[np.int64]
    truncation_m: float
    cutpoints_m: NDArray[np.float64]

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """Groups per distance class, shape (cutpoint - 1,)."""
        return np.histogram(self.distance_m, self.cutpoints_m)[0].astype(np.int64)


def _truncation(survey: Transects, settings: LineTransectSettings, faults: Faults) -> float:
    """Choose w and check it against the distances and the cutpoints."""
    cutpoints = settings.cutpoints_m
    furthest = float(survey.distance_m.max(initial=0.0))
    if cutpoints and (cutpoints[0] != 0 or np.any(np.diff(cutpoints) <= 0)):
        faults.add("survey: cutpoints", "must start at 0 and increase", list(cutpoints))
    if settings.truncation_m is None:
        truncation = cutpoints[-1] if cutpoints else furthest
        if truncation <= 0:
            rule = "must be given when no distance is above zero"
            faults.add("survey: truncation", rule, None, "write truncation = '... m'")
        return truncation or 1.0
    if settings.truncation_m <= 0:
        faults.add("survey: truncation", "must be > 0", settings.truncation_m)
    if cutpoints and cutpoints[-1] != settings.truncation_m:
        faults.add("survey: cutpoints", "must end at the truncation distance", cutpoints[-1])
    if 0 < furthest < 0.02 * settings.truncation_m and survey.distance_m.size >= _FEWEST:
        rule = f"must fit the truncation of {settings.truncation_m:g} m; the largest distance is"
        advice = "metres and kilometres mixed up?"
        faults.add("survey: distance", rule, f"{furthest:g} m", advice)
    within = np.count_nonzero(survey.distance_m <= settings.truncation_m)
    if survey.distance_m.size >= _FEWEST and within < 0.2 * survey.distance_m.size:
        rule = f"most must lie within the truncation of {settings.truncation_m:g} m; within are"
        shown = f"{within} of {survey.distance_m.size}"
        faults.add("survey: distance", rule, shown, "metres and kilometres mixed up?")
    return settings.truncation_m


def _areas(
    survey: Transects, settings: LineTransectSettings, faults: Faults
) -> NDArray[np.float64]:
    """Take the areas of the study file over those of the survey file; none may be missing."""
    for name in sorted(set(settings.area_km2) - set(survey.stratum)):
        rule = f"must name a stratum of the survey {list(survey.stratum)}"
        faults.add("survey: area", rule, name)
    file_area = dict(zip(survey.stratum, survey.area_km2, strict=True))
    area = np.array([settings.area_km2.get(name, file_area[name]) for name in survey.stratum])
    for name, value in zip(survey.stratum, area, strict=True):
        if not value > 0:
            advice = "fill the column Area or write area = { ... } in the study file"
            faults.add(f"survey: area of stratum {name!r}", "must be known and > 0", None, advice)
    return area


def prepare(survey: Transects, settings: LineTransectSettings) -> LineTransectData:
    """Truncate a survey and check that it can be analysed as the settings say.

    Parameters
    ----------
    survey : Transects
        As read.
    settings : LineTransectSettings
        Key, truncation, classes, areas.

    Returns
    -------
    LineTransectData
        What the likelihood needs.

    Raises
    ------
    InputError
        Bad cutpoints, missing areas, distances that do not fit the truncation, distances
        that are all equal.
    """
    faults = Faults()
    truncation = _truncation(survey, settings, faults)
    area = _areas(survey, settings, faults)
    kept = survey.distance_m <= truncation
    distance = survey.distance_m[kept]
    if not settings.cutpoints_m and distance.size >= _FEWEST and np.ptp(distance) == 0:
        rule = "must differ among detections; all exact distances are the same"
        advice = "a placeholder? if they were recorded in classes, give cutpoints"
        faults.add("survey: distance", rule, float(distance[0]), advice)
    faults.raise_if_any()
    transect = survey.detection_transect[kept]
    return LineTransectData(
        stratum=survey.stratum,
        area_km2=area,
        transect_stratum=survey.transect_stratum,
        effort_km=survey.effort_km,
        groups=np.bincount(transect, minlength=len(survey.transect)).astype(np.int64),
        distance_m=distance,
        size=survey.size[kept],
        detection_transect=transect,
        truncation_m=float(truncation),
        cutpoints_m=np.asarray(settings.cutpoints_m, np.float64),
    )
