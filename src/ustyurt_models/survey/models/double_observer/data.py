"""What the double-observer likelihood needs: marks, designs at every place they are evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import DoubleObserver
from ustyurt_models.survey.beliefs import Known, known_probability
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.covariates import Design, names_in
from ustyurt_models.survey.models.distance.prepare import DistanceData, prepare
from ustyurt_models.survey.read.distance import Transects
from ustyurt_models.survey.read.double_observer import read_double_observer

__all__ = ["DoubleObserverSurvey", "Kinds", "Marks", "describe", "load", "survey_of"]

Floats = NDArray[np.float64]
Table = Mapping[str, NDArray]

_OBSERVERS = ("1", "2")
_FEWEST_LINES = 3  # transects of a stratum from which their spread can be drawn


@dataclass(frozen=True)
class Marks:
    """Every object within the truncation distances, whether it counts or not.

    Attributes
    ----------
    seen : numpy.ndarray
        Whether observers 1 and 2 saw it, bool, shape (object, 2).
    distance_m : numpy.ndarray
        Shape (object,).
    transect : numpy.ndarray
        int64, shape (object,).
    columns : numpy.ndarray
        Design of conditional detection at its distance, shape (object, observer, column).
    counts : numpy.ndarray
        Whether it counts: seen by either observer, or by observer 1 in the trial configuration;
        bool, shape (object,). Those that count are the detections of the distance part, in order.
    """

    seen: NDArray[np.bool_]
    distance_m: Floats
    transect: NDArray[np.int64]
    columns: Floats
    counts: NDArray[np.bool_]


@dataclass(frozen=True)
class Kinds:
    """Objects that detection cannot tell apart, but for their distance.

    Attributes
    ----------
    table : tuple of dict
        Covariates of each kind as observers 1 and 2 meet them, each shape (kind,).
    of_object : numpy.ndarray
        Kind of each object that counts, int64, shape (detection,).
    scale_row : numpy.ndarray
        Row of each kind among the covariates of the scale, int64, shape (kind,).
    """

    table: tuple[Table, Table]
    of_object: NDArray[np.int64]
    scale_row: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of kinds."""
        return self.scale_row.size

    @property
    def times(self) -> NDArray[np.int64]:
        """Objects of each kind, shape (kind,)."""
        return np.bincount(self.of_object, minlength=self.count).astype(np.int64)


@dataclass(frozen=True)
class DoubleObserverSurvey:
    """A survey with all that the model is told.

    Attributes
    ----------
    transects : Transects
        As read.
    settings : DoubleObserver
        Block of the study file.
    data : DistanceData
        Truncated survey of the objects that count.
    marks : Marks
        Who saw which object.
    design : Design
        Mark-recapture formula.
    kinds : Kinds
        Distinct objects that count.
    availability : Belief, Trials or None
        What is known of being available for detection.
    """

    transects: Transects
    settings: DoubleObserver
    data: DistanceData
    marks: Marks
    design: Design
    kinds: Kinds
    availability: Known | None = None

    @property
    def header(self) -> dict[str, str]:
        """``# key: value`` lines of the file."""
        return self.transects.header

    @property
    def weighed(self) -> DistanceData:
        """The survey with one row per kind and with sizes: what Horvitz-Thompson weights need."""
        data, sized = self.data, self.settings.group_size != "single"
        rows = replace(
            data.scale,
            names=(),
            levels={},
            fixed=np.empty((self.kinds.count, 0)),
            random=np.empty((self.kinds.count, 0), np.int64),
            row=self.kinds.of_object,
            with_size=True,
        )
        size = data.size if sized else np.ones_like(data.size)
        return replace(data, scale=rows, size=size)

    def columns_at(self, distance_m: Floats) -> Floats:
        """Design of conditional detection of every kind at distances.

        Parameters
        ----------
        distance_m : numpy.ndarray
            Shape (node,).

        Returns
        -------
        numpy.ndarray
            Shape (kind, node, observer, column).
        """
        at = np.broadcast_to(distance_m, (self.kinds.count, distance_m.size))
        return _columns(self.design, self.kinds.table, at)


def _columns(design: Design, table: tuple[Table, Table], distance_m: Floats) -> Floats:
    """Design where rows stand at distances (row, node): (row, node, observer, column)."""
    nodes = distance_m.shape[1]
    sides = []
    for observer, mine in zip(_OBSERVERS, table, strict=True):
        rows = {name: np.repeat(values, nodes) for name, values in mine.items()}
        rows |= {"distance": distance_m.ravel()}
        rows |= {"observer": np.full(distance_m.size, observer)}
        sides.append(design.matrix(rows).reshape(*distance_m.shape, -1))
    return np.stack(sides, axis=2)


def _variables(survey: Transects, kept: NDArray[np.bool_]) -> tuple[Table, Table]:
    """Covariates of the objects as each observer meets them, each shape (object,)."""
    transect = survey.detection_transect[kept]
    shared = {name: values[transect] for name, values in survey.transect_covariates.items()}
    shared |= {name: values[kept] for name, values in survey.covariates.items()}
    shared["stratum"] = np.array(survey.stratum)[survey.transect_stratum[transect]]
    if survey.has_size:
        shared["size"] = survey.size[kept].astype(float)
    pairs = {name[:-2] for name in shared if name.endswith("_1") and f"{name[:-2]}_2" in shared}
    each = [shared | {name: shared[f"{name}_{who}"] for name in pairs} for who in _OBSERVERS]
    return each[0], each[1]


def _joined(table: tuple[Table, Table], distance_m: Floats) -> dict[str, NDArray]:
    """Both observers' rows below each other: what means and levels are learnt from."""
    both = {name: np.concatenate([table[0][name], table[1][name]]) for name in table[0]}
    both["distance"] = np.tile(distance_m, 2)
    both["observer"] = np.repeat(_OBSERVERS, distance_m.size)
    return both


def _kinds(table: tuple[Table, Table], design: Design, scale_row: NDArray[np.int64]) -> Kinds:
    """Find the distinct rows of the variables in use."""
    codes = [
        np.unique(side[name], return_inverse=True)[1]
        for side in table
        for name in design.variables
        if name in side
    ]
    stacked = np.stack([scale_row, *codes], axis=1)
    _, first, of_object = np.unique(stacked, axis=0, return_index=True, return_inverse=True)
    one, two = ({name: values[first] for name, values in side.items()} for side in table)
    return Kinds((one, two), of_object.ravel().astype(np.int64), scale_row[first])


def _check_marks(seen: NDArray[np.bool_], settings: DoubleObserver, faults: Faults) -> None:
    """Note marks that say nothing of detection."""
    trial = settings.configuration == "trial"
    first, second, both = seen[:, 0].sum(), seen[:, 1].sum(), seen.all(axis=1).sum()
    shown = f"seen by 1: {first}, by 2: {second}, by both: {both}"
    if trial and not second:
        rule = "observer 2 must have set trials, objects that observer 2 saw"
        faults.add("survey: observers", rule, shown, "observers swapped?")
    elif not both:
        rule = "some objects must be seen by both observers, or detection cannot be estimated"
        faults.add("survey: observers", rule, shown, "do object numbers match between observers?")
    if trial and "observer" in names_in(settings.mark_recapture, "survey: mark_recapture"):
        rule = "must not name the observer: only observer 1 is on trial"
        faults.add("survey: mark_recapture", rule, settings.mark_recapture)


def _check_lines(survey: Transects, settings: DoubleObserver, faults: Faults) -> None:
    """Note strata with too few transects to weigh them at random."""
    number = np.bincount(survey.transect_stratum, minlength=len(survey.stratum))
    for name, count in zip(survey.stratum, number, strict=True):
        if settings.encounter == "bootstrap" and count < _FEWEST_LINES:
            rule = f"needs at least {_FEWEST_LINES} transects for encounter = 'bootstrap'"
            faults.add(f"survey: stratum {name!r}", rule, int(count))


def survey_of(
    transects: Transects, settings: DoubleObserver, catalogue: Catalogue | None = None
) -> DoubleObserverSurvey:
    """Prepare a survey that has been read or simulated.

    Parameters
    ----------
    transects : Transects
        The survey, with ``seen``.
    settings : DoubleObserver
        Formulas, truncation, priors.
    catalogue : Catalogue, optional
        Evidence for what the survey does not tell.

    Returns
    -------
    DoubleObserverSurvey
        What the model takes.

    Raises
    ------
    InputError
        Faults of truncation, areas and formulas; marks that say nothing of detection.
    """
    seen = transects.seen
    rule = "needs columns that say who saw what: seen_1 and seen_2, or observer and detected"
    require(seen is not None, "survey: model 'double_observer'", rule)
    assert seen is not None
    form = prepare(transects, settings.model_copy(update={"scale": "", "scale_random": ()})).form
    within = transects.distance_m <= form.truncation_m
    within &= transects.distance_m >= form.left_m
    faults = Faults()
    _check_marks(seen[within], settings, faults)
    _check_lines(transects, settings, faults)
    faults.raise_if_any()
    counted = seen[:, 0] if settings.configuration == "trial" else seen.any(axis=1)
    known = settings.model_copy(update={"truncation": form.truncation_m})
    data = prepare(_only(transects, within & counted), known)
    distance, table = transects.distance_m[within], _variables(transects, within)
    where = "survey: mark_recapture"
    design = Design.learn(settings.mark_recapture, _joined(table, distance), where)
    marks = Marks(
        seen[within],
        distance,
        transects.detection_transect[within],
        _columns(design, table, distance[:, None])[:, 0],
        counted[within],
    )
    kinds = _kinds(_variables(transects, within & counted), design, data.scale.row)
    id = transects.header.get("availability", "")
    known_of = known_probability(settings.availability, id, catalogue, "survey: availability")
    return DoubleObserverSurvey(transects, settings, data, marks, design, kinds, known_of)


def _only(survey: Transects, kept: NDArray[np.bool_]) -> Transects:
    """Return the survey with some of its objects."""
    return replace(
        survey,
        detection_transect=survey.detection_transect[kept],
        distance_m=survey.distance_m[kept],
        size=survey.size[kept],
        covariates={name: values[kept] for name, values in survey.covariates.items()},
    )


def load(
    spec: DoubleObserver, folder: Path, catalogue: Catalogue | None, context: Context
) -> DoubleObserverSurvey:
    """Read the file of a survey block; see `registry`."""
    path = folder / spec.file
    return survey_of(
        read_double_observer(path, spec.units, spec.encoding, spec.transect), spec, catalogue
    )


def describe(survey: DoubleObserverSurvey) -> str:
    """Say in one line what the file holds."""
    data, seen = survey.data, survey.marks.seen
    unit = "visits" if data.form.point else "km"
    return (
        f"{data.effort.size} transects, {data.effort.sum():,.4g} {unit}, "
        f"{seen.shape[0]} groups within {data.truncation_m:g} m: {seen[:, 0].sum()} seen by "
        f"observer 1, {seen[:, 1].sum()} by observer 2, {seen.all(axis=1).sum()} by both"
    )
