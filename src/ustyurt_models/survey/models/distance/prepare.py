"""Truncate a survey, choose its areas and covariates, and check that it can be analysed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean
from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.covariates import Design
from ustyurt_models.survey.models.distance.classes import distance_edges
from ustyurt_models.survey.models.distance.rows import ScaleRows, scale_rows
from ustyurt_models.survey.read.distance import Transects
from ustyurt_models.survey.steps import covariate_units, steps_of

__all__ = ["DistanceData", "prepare"]

_FEWEST = 3  # distances below this number do not bound the scale of the detection function


@dataclass(frozen=True)
class DistanceData:
    """A truncated survey.

    Attributes
    ----------
    stratum : tuple of str
        Names.
    area_km2 : numpy.ndarray
        Shape (stratum,); the area searched where `area_known` is false.
    area_known : bool
        Whether the strata have areas of their own.
    transect_stratum : numpy.ndarray
        int64, shape (transect,).
    effort : numpy.ndarray
        Length [km], or visits, shape (transect,).
    groups : numpy.ndarray
        Groups detected within the truncation distances, int64, shape (transect,).
    distance_m : numpy.ndarray
        Distances of those groups, shape (detection,).
    size : numpy.ndarray
        Their sizes, int64, shape (detection,).
    detection_transect : numpy.ndarray
        Their transects, int64, shape (detection,).
    form : DetectionForm
        Key, truncation distances, line or point, adjustments.
    cutpoints_m : numpy.ndarray
        Class limits, shape (cutpoint,); empty for exact distances.
    scale : ScaleRows
        Covariates of the scale, by detection.
    unit_area_km2 : float
        Area searched per unit of effort: between the truncation distances, both sides [km2].
    """

    stratum: tuple[str, ...]
    area_km2: NDArray[np.float64]
    area_known: bool
    transect_stratum: NDArray[np.int64]
    effort: NDArray[np.float64]
    groups: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    size: NDArray[np.int64]
    detection_transect: NDArray[np.int64]
    form: DetectionForm
    cutpoints_m: NDArray[np.float64]
    scale: ScaleRows
    unit_area_km2: float

    @property
    def truncation_m(self) -> float:
        """Right truncation distance w [m]."""
        return self.form.truncation_m

    @property
    def detection_stratum(self) -> NDArray[np.int64]:
        """Stratum of each detection, shape (detection,)."""
        return self.transect_stratum[self.detection_transect]

    @property
    def stratum_effort(self) -> NDArray[np.float64]:
        """Effort per stratum [km], or visits, shape (stratum,)."""
        return np.bincount(self.transect_stratum, self.effort, len(self.stratum))

    @property
    def detection_class(self) -> NDArray[np.int64]:
        """Distance class of each detection, shape (detection,)."""
        found = np.searchsorted(self.cutpoints_m, self.distance_m, side="right") - 1
        return np.clip(found, 0, self.cutpoints_m.size - 2)


def _truncation(survey: Transects, settings: DistanceBlock, faults: Faults) -> float:
    """Choose w and check it against the distances."""
    furthest = float(survey.distance_m.max(initial=0.0))
    if settings.truncation is None:
        recorded = settings.cutpoints or tuple(survey.cutpoints_m)
        truncation = float(recorded[-1]) if recorded else furthest
        if truncation <= settings.left_truncation:
            rule = "must be given when no distance is above zero"
            faults.add("survey: truncation", rule, None, "write truncation = '... m'")
        return truncation or 1.0
    truncation = settings.truncation
    if truncation <= 0:
        faults.add("survey: truncation", "must be > 0", truncation)
    if 0 < furthest < 0.02 * truncation and survey.distance_m.size >= _FEWEST:
        rule = f"must fit the truncation of {truncation:g} m; the largest distance is"
        advice = "metres and kilometres mixed up?"
        faults.add("survey: distance", rule, f"{furthest:g} m", advice)
    within = np.count_nonzero(survey.distance_m <= truncation)
    if survey.distance_m.size >= _FEWEST and within < 0.2 * survey.distance_m.size:
        rule = f"most must lie within the truncation of {truncation:g} m; within are"
        shown = f"{within} of {survey.distance_m.size}"
        faults.add("survey: distance", rule, shown, "metres and kilometres mixed up?")
    return truncation


def _areas(survey: Transects, settings: DistanceBlock, faults: Faults) -> NDArray[np.float64]:
    """Take the areas of the study file over those of the survey file; NaN when none is known."""
    for name in sorted(set(settings.areas) - set(survey.stratum)):
        rule = f"must name a stratum of the survey {list(survey.stratum)}"
        faults.add("survey: area", rule, name)
    file_area = dict(zip(survey.stratum, survey.area_km2, strict=True))
    area = np.array([settings.areas.get(name, file_area[name]) for name in survey.stratum], float)
    known = area > 0
    if known.any():
        for name in np.array(survey.stratum)[~known]:
            advice = "fill the column Area or write area = { ... } in the study file"
            rule = "must be known and > 0, as that of the other strata is"
            faults.add(f"survey: area of stratum {str(name)!r}", rule, None, advice)
    return np.where(known, area, np.nan)


def _table(survey: Transects, kept: NDArray[np.bool_]) -> Mapping[str, NDArray]:
    """Gather what a formula may name, for the detections kept."""
    transect = survey.detection_transect[kept]
    table = {name: values[transect] for name, values in survey.transect_covariates.items()}
    table |= {name: values[kept] for name, values in survey.covariates.items()}
    table["stratum"] = np.array(survey.stratum)[survey.transect_stratum[transect]]
    if survey.has_size:
        table["size"] = survey.size[kept].astype(float)
    return table


def _scale(survey: Transects, settings: DistanceBlock, kept: NDArray[np.bool_]) -> ScaleRows:
    """Learn the covariates of the scale from the detections kept."""
    count, where = int(kept.sum()), "survey: scale"
    weighted = settings.group_size == "weighted"
    faults = Faults()
    if settings.scale or settings.scale_random:
        if settings.key == "uniform":
            faults.add(where, "the uniform key has no scale that could depend on covariates")
        if count < _FEWEST:
            faults.add(where, "needs detections to depend on", f"{count} detections")
    if weighted and count == 0:
        faults.add("survey: group_size", "needs sizes to be weighed", "no detections")
    table = _table(survey, kept)
    for name in settings.scale_random:
        if name not in table:
            advice = did_you_mean(name, table)
            faults.add("survey: scale_random", "must name columns of the survey", name, advice)
    faults.raise_if_any()
    if count == 0:
        return scale_rows(np.empty((0, 0)), (), {}, False)
    design = Design.learn(settings.scale, table, where)
    factors = {name: table[name] for name in settings.scale_random}
    weighted |= "size" in design.variables and settings.group_size != "single"
    rows = scale_rows(design.matrix(table), design.names, factors, weighted)
    units = covariate_units(survey.header.get("units", ""))
    return replace(rows, steps=steps_of(design.names, design.variables, units))


def _check_bootstrap(survey: Transects, kept: NDArray[np.bool_], faults: Faults) -> None:
    """Note strata whose transects are too few to be weighed at random."""
    number = np.bincount(survey.transect_stratum, minlength=len(survey.stratum))
    met = survey.transect_stratum[np.unique(survey.detection_transect[kept])]
    with_groups = np.bincount(met, minlength=len(survey.stratum))
    for name, transects, some in zip(survey.stratum, number, with_groups, strict=True):
        if transects < _FEWEST or some < 2:
            rule = f"needs at least {_FEWEST} transects, two of them with detections"
            advice = "encounter = 'negative-binomial' copes with few"
            shown = f"{transects} transects, {some} with detections"
            faults.add(f"survey: bootstrap of stratum {name!r}", rule, shown, advice)


def _unit_area(form: DetectionForm, settings: DistanceBlock) -> float:
    """Area between the truncation distances per kilometre of line, or per visit [km2]."""
    left, right = form.left_m, form.truncation_m
    if form.point:
        return float(np.pi * (right**2 - left**2) / 1e6)
    return float(getattr(settings, "sides", 2) * (right - left) / 1e3)


def prepare(survey: Transects, settings: DistanceBlock) -> DistanceData:
    """Truncate a survey and check that it can be analysed as the settings say.

    Parameters
    ----------
    survey : Transects
        As read.
    settings : DistanceBlock
        Key, truncation, classes, areas, covariates.

    Returns
    -------
    DistanceData
        What the likelihood needs.

    Raises
    ------
    InputError
        Bad cutpoints, areas of some strata only, distances that do not fit the truncation,
        distances that are all equal, unknown covariates.
    """
    faults = Faults()
    truncation = _truncation(survey, settings, faults)
    edges = distance_edges(survey, settings, truncation, faults)
    area = _areas(survey, settings, faults)
    kept = (survey.distance_m <= truncation) & (survey.distance_m >= settings.left_truncation)
    distance = survey.distance_m[kept]
    if not edges.size and distance.size >= _FEWEST and np.ptp(distance) == 0:
        rule = "must differ among detections; all exact distances are the same"
        advice = "a placeholder? if they were recorded in classes, give cutpoints"
        faults.add("survey: distance", rule, float(distance[0]), advice)
    if settings.encounter == "bootstrap":
        _check_bootstrap(survey, kept, faults)
    faults.raise_if_any()
    series = "cosine" if settings.adjustment == "none" else settings.adjustment
    point = survey.kind == "point" or settings.model == "point_transect"
    form = DetectionForm(
        settings.key, float(truncation), settings.left_truncation, point, series, settings.orders
    )
    transect = survey.detection_transect[kept]
    unit_area = _unit_area(form, settings)
    known = bool(np.isfinite(area).all())
    strata = len(survey.stratum)
    searched = np.bincount(survey.transect_stratum, survey.effort, strata) * unit_area
    return DistanceData(
        stratum=survey.stratum,
        area_km2=area if known else searched,
        area_known=known,
        transect_stratum=survey.transect_stratum,
        effort=survey.effort,
        groups=np.bincount(transect, minlength=len(survey.transect)).astype(np.int64),
        distance_m=distance,
        size=survey.size[kept],
        detection_transect=transect,
        form=form,
        cutpoints_m=edges,
        scale=_scale(survey, settings, kept),
        unit_area_km2=unit_area,
    )
