"""Names that columns of survey files go by, and what kind of file they make together."""

from collections.abc import Mapping, Sequence
from typing import Literal

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.classes import class_of_name
from ustyurt_models.survey.read.table import Table, fold
from ustyurt_models.survey.read.units import AREA_KM2, LENGTH_M

__all__ = ["COLUMNS", "FORMS", "Form", "form_of", "has", "index_of"]


def _with_units(names: Sequence[str], units: Mapping[str, float]) -> tuple[str, ...]:
    """Add the spellings that end in a unit, such as ``distance_m``."""
    return (*names, *(f"{name}_{unit}" for name in names for unit in units))


#: Our name of a column to the spellings accepted in files; case, dots, dashes do not count.
COLUMNS: dict[str, tuple[str, ...]] = {
    "stratum": ("Region.Label", "stratum", "region"),
    "area": _with_units(("Area", "area_of_stratum"), AREA_KM2),
    "transect": ("Sample.Label", "transect", "line", "point", "site", "segment"),
    "effort": (*_with_units(("Effort", "length", "line_length"), LENGTH_M), "visits"),
    "distance": _with_units(("distance", "perpendicular_distance", "perp_distance"), LENGTH_M),
    "begin": _with_units(("distbegin",), LENGTH_M),
    "end": _with_units(("distend",), LENGTH_M),
    "radial": _with_units(("radial_distance", "sighting_distance", "radial_dist"), LENGTH_M),
    "angle": ("angle", "sighting_angle", "radial_angle", "angle_deg", "angle_degrees"),
    "size": ("size", "cluster_size", "group_size"),
    "object": ("object", "id", "detection", "observation"),
    "observer": ("observer", "platform"),
    "detected": ("detected", "seen"),
    "seen_1": ("seen_1", "detected_1"),
    "seen_2": ("seen_2", "detected_2"),
    "date": ("date", "survey_date"),
    "width": _with_units(("strip_width", "width", "strip_half_width"), LENGTH_M),
    "count": ("count", "animals", "number"),
    "photo": ("photo", "photo_count", "eye", "eye_count"),
    "year": ("year",),
    "estimate": ("estimate", "abundance"),
}

Form = Literal[
    "flat file",
    "detections with radial distance and angle",
    "detections in distance classes",
    "wide counts by distance class",
    "double-observer records",
    "strip counts",
    "counts by year",
]
FORMS: tuple[Form, ...] = Form.__args__  # type: ignore[attr-defined]


def index_of(table: Table, name: str) -> int | None:
    """Return the column that goes by one of the spellings of `name`, if there is one."""
    plain = {fold(column): index for index, column in enumerate(table.columns)}
    return next((plain[key] for key in map(fold, COLUMNS[name]) if key in plain), None)


def has(table: Table, *names: str) -> bool:
    """Tell whether a table has all of these columns, each in one of its spellings."""
    return all(index_of(table, name) is not None for name in names)


def _two_rows_per_object(table: Table) -> bool:
    """Tell whether objects come more than once, one row per observer."""
    index = index_of(table, "object")
    names = [cell for cell in table.column(index) if cell] if index is not None else []
    return len(set(names)) < len(names)


def _measured(table: Table) -> Form | None:
    """Return the form of a table that measures distances."""
    long = has(table, "observer", "detected", "distance") and _two_rows_per_object(table)
    if long or has(table, "seen_1", "seen_2", "distance"):
        return "double-observer records"
    if has(table, "begin", "end"):
        return "detections in distance classes"
    if has(table, "distance"):
        return "flat file"
    return "detections with radial distance and angle" if has(table, "radial") else None


def form_of(table: Table) -> Form:
    """Tell from the columns which kind of survey file a table is.

    Parameters
    ----------
    table : Table
        The file.

    Returns
    -------
    str
        One of `FORMS`.

    Raises
    ------
    InputError
        When the columns fit no kind.
    """
    measured = _measured(table)
    if measured is not None:
        return measured
    classes = [column for column in table.columns if class_of_name(column) is not None]
    if len(classes) >= 2 or "cutpoints" in table.header:
        return "wide counts by distance class"
    if has(table, "width") and any(has(table, name) for name in ("count", "size", "photo")):
        return "strip counts"
    if has(table, "year") and (has(table, "estimate") or has(table, "count")):
        return "counts by year"
    faults = Faults()
    columns = ", ".join(column for column in table.columns[:12])
    faults.add(
        table.name,
        "must have the columns of a survey; a column 'distance', or 'radial_distance' and 'angle', "
        "or 'distbegin' and 'distend', or counts named after classes (n_0_100), or 'strip_width' "
        "and 'count', or 'year' and 'estimate'",
        columns,
    )
    faults.raise_if_any()
    raise AssertionError("unreachable")
