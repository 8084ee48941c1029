"""What the line-transect likelihood needs: truncated, binned, reduced to sufficient statistics."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.beliefs import Known, known_probability
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.read.distance import Transects
from ustyurt_models.survey.read.transects import read_survey

__all__ = ["DistanceData", "DistanceSurvey", "describe", "load", "prepare", "survey_of"]

_FEWEST = 3  # distances below this number do not bound the scale of the detection function


@dataclass(frozen=True)
class DistanceData:
    """A truncated survey.

    Attributes
    ----------
    stratum : tuple of str
        Names.
    area_km2 : numpy.ndarray
        Shape (stratum,).
    transect_stratum : numpy.ndarray
        int64, shape (transect,).
    effort : numpy.ndarray
        Length [km], or visits, shape (transect,).
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
    effort: NDArray[np.float64]
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


@dataclass(frozen=True)
class DistanceSurvey:
    """A survey with all that the model is told.

    Attributes
    ----------
    transects : Transects
        As read.
    data : DistanceData
        Truncated.
    settings : DistanceBlock
        Block of the study file.
    on_line, availability : Belief, Trials or None
        What is known of detection on the line, and of being available for detection.
    """

    transects: Transects
    data: DistanceData
    settings: DistanceBlock
    on_line: Known | None = None
    availability: Known | None = None

    @property
    def header(self) -> dict[str, str]:
        """``# key: value`` lines of the file."""
        return self.transects.header


def survey_of(
    transects: Transects, settings: DistanceBlock, catalogue: Catalogue | None = None
) -> DistanceSurvey:
    """Prepare a survey that has been read or simulated.

    Parameters
    ----------
    transects : Transects
        The survey.
    settings : DistanceBlock
        Key, truncation, priors.
    catalogue : Catalogue, optional
        Evidence for what the survey does not tell.

    Returns
    -------
    DistanceSurvey
        What the model takes.
    """
    known = {
        name: known_probability(
            getattr(settings, name), transects.header.get(name, ""), catalogue, f"survey: {name}"
        )
        for name in ("detection_on_line", "availability")
    }
    data = prepare(transects, settings)
    return DistanceSurvey(
        transects, data, settings, known["detection_on_line"], known["availability"]
    )


def load(
    spec: DistanceBlock, folder: Path, catalogue: Catalogue | None, context: Context
) -> DistanceSurvey:
    """Read the file of a survey block; see `registry`."""
    kind: Literal["line", "point"] = "point" if spec.model == "point_transect" else "line"
    transects = read_survey(folder / spec.file, spec.units, spec.encoding, kind)
    return survey_of(transects, spec, catalogue)


def describe(survey: DistanceSurvey) -> str:
    """Say in one line what the file holds."""
    data = survey.data
    unit = "km" if survey.transects.kind == "line" else "visits"
    return (
        f"{data.effort.size} transects, {data.effort.sum():,.0f} {unit}, "
        f"{data.distance_m.size} groups within {data.truncation_m:g} m"
    )


def _truncation(survey: Transects, settings: DistanceBlock, faults: Faults) -> float:
    """Choose w and check it against the distances and the cutpoints."""
    cutpoints = settings.cutpoints
    furthest = float(survey.distance_m.max(initial=0.0))
    if cutpoints and (cutpoints[0] != 0 or np.any(np.diff(cutpoints) <= 0)):
        faults.add("survey: cutpoints", "must start at 0 and increase", list(cutpoints))
    if settings.truncation is None:
        truncation = cutpoints[-1] if cutpoints else furthest
        if truncation <= 0:
            rule = "must be given when no distance is above zero"
            faults.add("survey: truncation", rule, None, "write truncation = '... m'")
        return truncation or 1.0
    if settings.truncation <= 0:
        faults.add("survey: truncation", "must be > 0", settings.truncation)
    if cutpoints and cutpoints[-1] != settings.truncation:
        faults.add("survey: cutpoints", "must end at the truncation distance", cutpoints[-1])
    if 0 < furthest < 0.02 * settings.truncation and survey.distance_m.size >= _FEWEST:
        rule = f"must fit the truncation of {settings.truncation:g} m; the largest distance is"
        advice = "metres and kilometres mixed up?"
        faults.add("survey: distance", rule, f"{furthest:g} m", advice)
    within = np.count_nonzero(survey.distance_m <= settings.truncation)
    if survey.distance_m.size >= _FEWEST and within < 0.2 * survey.distance_m.size:
        rule = f"most must lie within the truncation of {settings.truncation:g} m; within are"
        shown = f"{within} of {survey.distance_m.size}"
        faults.add("survey: distance", rule, shown, "metres and kilometres mixed up?")
    return settings.truncation


def _areas(survey: Transects, settings: DistanceBlock, faults: Faults) -> NDArray[np.float64]:
    """Take the areas of the study file over those of the survey file; none may be missing."""
    for name in sorted(set(settings.areas) - set(survey.stratum)):
        rule = f"must name a stratum of the survey {list(survey.stratum)}"
        faults.add("survey: area", rule, name)
    file_area = dict(zip(survey.stratum, survey.area_km2, strict=True))
    area = np.array([settings.areas.get(name, file_area[name]) for name in survey.stratum])
    for name, value in zip(survey.stratum, area, strict=True):
        if not value > 0:
            advice = "fill the column Area or write area = { ... } in the study file"
            faults.add(f"survey: area of stratum {name!r}", "must be known and > 0", None, advice)
    return area


def prepare(survey: Transects, settings: DistanceBlock) -> DistanceData:
    """Truncate a survey and check that it can be analysed as the settings say.

    Parameters
    ----------
    survey : Transects
        As read.
    settings : DistanceBlock
        Key, truncation, classes, areas.

    Returns
    -------
    DistanceData
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
    if not settings.cutpoints and distance.size >= _FEWEST and np.ptp(distance) == 0:
        rule = "must differ among detections; all exact distances are the same"
        advice = "a placeholder? if they were recorded in classes, give cutpoints"
        faults.add("survey: distance", rule, float(distance[0]), advice)
    faults.raise_if_any()
    transect = survey.detection_transect[kept]
    return DistanceData(
        stratum=survey.stratum,
        area_km2=area,
        transect_stratum=survey.transect_stratum,
        effort=survey.effort,
        groups=np.bincount(transect, minlength=len(survey.transect)).astype(np.int64),
        distance_m=distance,
        size=survey.size[kept],
        detection_transect=transect,
        truncation_m=float(truncation),
        cutpoints_m=np.asarray(settings.cutpoints, np.float64),
    )
