"""The quality of one survey file, put together."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ustyurt_models.checks import Faults
from ustyurt_models.survey.quality.columns import ColumnFacts, Odd, assess_columns, odd_values
from ustyurt_models.survey.quality.distances import (
    AngleQuality,
    DistanceQuality,
    assess_angles,
    assess_distances,
)
from ustyurt_models.survey.quality.effort import EffortQuality, assess_effort
from ustyurt_models.survey.quality.repeats import Repeats, assess_repeats
from ustyurt_models.survey.quality.sizes import SizeQuality, assess_sizes
from ustyurt_models.survey.quality.strips import assess_strip_effort, assess_strip_sizes
from ustyurt_models.survey.read.columns import index_of
from ustyurt_models.survey.read.covariates import column_values
from ustyurt_models.survey.read.strips import read_strips
from ustyurt_models.survey.read.survey_data import Kind, Transects
from ustyurt_models.survey.read.table import MISSING, Table
from ustyurt_models.survey.read.transects import SurveyFile, open_survey, survey_of
from ustyurt_models.survey.read.units import UnitFound, find_units

__all__ = ["Quality", "assess", "assess_file"]

_MOST_ODD = 40


@dataclass(frozen=True)
class Quality:
    """All that can be said about a survey file without a model.

    Attributes
    ----------
    name : str
        Name of the file, folder or zip.
    form : str
        Kind of file, as its columns told.
    header : mapping of str to str
        ``# key: value`` lines.
    encoding, separator : str
        How the text was written.
    rows : int
        Rows of the table, or of the joined tables.
    units : tuple of UnitFound
        Units and how they were known.
    notes : tuple of str
        What was taken for granted in reading.
    columns : tuple of ColumnFacts
        Every column.
    effort, distances, angles, sizes, repeats
        Parts that the file has; None otherwise.
    odd : tuple of Odd
        Values far from the others.
    holds : tuple of str
        What a file without distances holds, one thing each; unusual values are not looked for.
    doubts : tuple of str
        Of these, what to look at before a model is fitted.
    """

    name: str
    form: str
    header: Mapping[str, str]
    encoding: str
    separator: str
    rows: int
    units: tuple[UnitFound, ...]
    notes: tuple[str, ...]
    columns: tuple[ColumnFacts, ...]
    effort: EffortQuality | None = None
    distances: DistanceQuality | None = None
    angles: AngleQuality | None = None
    sizes: SizeQuality | None = None
    repeats: Repeats | None = None
    odd: tuple[Odd, ...] = field(default=())
    holds: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def _empty_rows(table: Table) -> list[int]:
    """Return the rows of transects without a detection."""
    index = next(
        (i for name in ("begin", "distance", "radial") if (i := index_of(table, name)) is not None),
        None,
    )
    if index is None:
        return []
    return [i for i, cell in enumerate(table.column(index)) if cell.lower() in MISSING]


def _odd(survey: Transects) -> tuple[Odd, ...]:
    """Return unusual effort, sizes and further numbers."""
    unit = "km" if survey.kind == "line" else "visits"
    found = list(odd_values("effort", survey.effort, survey.transect, unit, skewed=True))
    places = survey.detection_place or tuple(survey.transect[i] for i in survey.detection_transect)
    if survey.has_size:
        size = survey.size.astype(np.float64)
        found += odd_values("group size", size, places, "animals", skewed=True)
    for name, values in survey.transect_covariates.items():
        if values.dtype.kind == "f":
            found += odd_values(name, values, survey.transect)
    for name, values in survey.covariates.items():
        if values.dtype.kind == "f" and name not in survey.transect_covariates:
            found += odd_values(name, values, places)
    return tuple(found[:_MOST_ODD])


def _odd_columns(table: Table) -> tuple[Odd, ...]:
    """Return unusual numbers of a table that holds no distances."""
    found: list[Odd] = []
    for index, name in enumerate(table.columns):
        values = column_values(table, index, Faults())
        if values.dtype.kind == "f":
            found += odd_values(name, values, table.where)
    return tuple(found[:_MOST_ODD])


def assess(file: SurveyFile, survey: Transects | None) -> Quality:
    """Describe the quality of a survey.

    Parameters
    ----------
    file : SurveyFile
        The file as text.
    survey : Transects or None
        What was made of it; None for files without distances.

    Returns
    -------
    Quality
        Numbers for `ustyurt_models.report.quality`.
    """
    first = file.parts[0]
    plain = Quality(
        name=file.path.name,
        form=file.shape,
        header=file.table.header,
        encoding=first.encoding,
        separator=first.separator,
        rows=len(file.table.rows),
        units=survey.units if survey is not None else (),
        notes=survey.notes if survey is not None else (),
        columns=assess_columns(file.table, survey, _empty_rows(file.table)),
        odd=_odd(survey) if survey is not None else _odd_columns(file.table),
    )
    if survey is None:
        return plain
    return replace(
        plain,
        effort=assess_effort(survey),
        distances=assess_distances(survey),
        angles=assess_angles(survey),
        sizes=assess_sizes(survey),
        repeats=assess_repeats(survey),
    )


def _assess_strips(
    file: SurveyFile, units: Mapping[str, str | None], encoding: str | None
) -> Quality:
    """Describe strip counts: their columns, effort and sizes."""
    strips = read_strips(file.path, units, encoding)
    needed = {"length": "length", "width": "length"}
    needed |= {"area": "area"} if np.isfinite(strips.area_km2).any() else {}
    found = find_units(units, file.table.header.get("units", ""), file.table.name, needed)
    return replace(
        assess(file, None),
        units=tuple(found.values()),
        effort=assess_strip_effort(strips),
        sizes=assess_strip_sizes(strips),
    )


def assess_file(
    path: Path,
    units: Mapping[str, str | None] | None = None,
    encoding: str | None = None,
    kind: Kind | None = None,
) -> Quality:
    """Read a survey file and describe its quality.

    Parameters
    ----------
    path, units, encoding, kind
        As for `ustyurt_models.survey.read.transects.read_survey`.

    Returns
    -------
    Quality
        Also for strip counts, and for counts by year, of which only the columns are described.

    Raises
    ------
    InputError
        With every fault of the file at once.
    """
    file = open_survey(path, encoding)
    if file.form == "strip counts":
        return _assess_strips(file, units or {}, encoding)
    if file.form == "counts by year":
        return assess(file, None)
    return assess(file, survey_of(file, units, encoding, kind))
