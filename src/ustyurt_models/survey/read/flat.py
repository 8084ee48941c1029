"""Flat tables of lines and points: one row per detected group, empty transects kept."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.columns import COLUMNS, Form, form_of, index_of
from ustyurt_models.survey.read.covariates import constant_by_transect, further_columns
from ustyurt_models.survey.read.dates import read_dates
from ustyurt_models.survey.read.flat_checks import Rows, check_rows
from ustyurt_models.survey.read.measures import Measured, measure
from ustyurt_models.survey.read.positions import Positions, read_positions
from ustyurt_models.survey.read.survey_data import Kind, Transects
from ustyurt_models.survey.read.table import Table, columns_of, fold, numbers_of
from ustyurt_models.survey.read.units import UnitFound, declared_units, find_units

__all__ = ["ONE_STRATUM", "kind_of", "survey_from_table"]

#: Name of the stratum of a file without strata.
ONE_STRATUM = "all"
_KINDS: Mapping[str, Kind] = {
    "line": "line",
    "lines": "line",
    "line transect": "line",
    "line transects": "line",
    "point": "point",
    "points": "point",
    "point transect": "point",
    "point transects": "point",
}
_STRUCTURE = ("stratum", "area", "transect", "effort", "size", "object")


@dataclass(frozen=True)
class _Layout:
    """Where the parts of a survey stand in a table."""

    form: Form
    kind: Kind
    found: Mapping[str, int]
    units: Mapping[str, UnitFound]
    notes: tuple[str, ...]

    def factor(self, name: str) -> float:
        return self.units[name].factor if name in self.units else 1.0


def kind_of(table: Table, kind: Kind | None, faults: Faults) -> tuple[Kind, str]:
    """Return whether the survey is of lines or points, and how that is known.

    Parameters
    ----------
    table : Table
        The file; ``# kind: point`` on top, or effort in visits, says points.
    kind : str or None
        What the study file says.
    faults : Faults
        Takes contradictions.
    """
    said = table.header.get("kind", "").strip().lower()
    in_file = _KINDS.get(said)
    if said and in_file is None:
        faults.add(f"{table.name}: kind", "must be 'line' or 'point'", said)
    visits = declared_units(table.header.get("units", "")).get("effort", "").startswith("visit")
    effort = index_of(table, "effort")
    if visits or (effort is not None and fold(table.columns[effort]) == "visits"):
        in_file = in_file or "point"
    if kind is not None and in_file is not None and kind != in_file:
        rule = f"must agree; the study file says {kind}s, the file {in_file}s"
        faults.add(f"{table.name}: kind", rule)
    if kind is not None or in_file is not None:
        return kind or in_file or "line", "declared"
    return "line", "assumed"


def _layout(
    table: Table, given: Mapping[str, str | None], kind: Kind | None, faults: Faults
) -> _Layout:
    """Find columns and units; what is compulsory must be there."""
    form = form_of(table)
    kind, how = kind_of(table, kind, faults)
    faults.raise_if_any()  # which units are needed depends on it
    parts = {
        "flat file": ("distance",),
        "detections in distance classes": ("begin", "end"),
        "detections with radial distance and angle": (
            ("radial", "angle") if kind == "line" else ("radial",)
        ),
    }.get(form, ("distance",))
    optional = ("distance",) if "begin" in parts else ()
    wanted = {name: COLUMNS[name] for name in (*_STRUCTURE, *parts, *optional)}
    found = columns_of(table, wanted, ("transect", "effort", *parts))
    notes = [f"{kind}s, because nothing says points"] if how == "assumed" else []
    if "stratum" not in found:
        notes.append(_one_stratum(table, faults))
    return _Layout(form, kind, found, _units(table, given, found, kind), tuple(notes))


def _one_stratum(table: Table, faults: Faults) -> str:
    """Return the note that there are no strata; note a column that is nearly one."""
    near = [
        column
        for column in table.columns
        if difflib.get_close_matches(fold(column), map(fold, COLUMNS["stratum"]), 1, 0.8)
    ]
    if near:
        rule = "must have a column 'Region.Label'"
        faults.add(table.name, rule, None, f"did you mean it by {near[0]!r}?")
    return f"no column of strata: all transects form the stratum {ONE_STRATUM!r}"


def _units(
    table: Table, given: Mapping[str, str | None], found: Mapping[str, int], kind: Kind
) -> dict[str, UnitFound]:
    """Find the unit of every quantity that is measured."""
    measured = next(name for name in ("distance", "begin", "radial") if name in found)
    needed = {"distance": "length", "effort": "length" if kind == "line" else "visits"}
    if "area" in found and any(cell not in ("", "0") for cell in table.column(found["area"])):
        needed["area"] = "area"
    if "angle" in found:
        needed["angle"] = "angle"
    columns = {name: table.columns[index] for name, index in found.items()}
    columns["distance"] = columns[measured]
    return find_units(given, table.header.get("units", ""), table.name, needed, columns)


def _numbers(table: Table, layout: _Layout, name: str, faults: Faults) -> list[float]:
    """Read a column in our unit; NaN all along where the file does not have it."""
    if name not in layout.found:
        return [math.nan] * len(table.rows)
    factor = layout.factor(name) / (1000.0 if (name, layout.kind) == ("effort", "line") else 1.0)
    gaps = name not in ("effort", "area")
    return [value * factor for value in numbers_of(table, layout.found[name], faults, gaps)]


def _keys(table: Table, layout: _Layout, faults: Faults) -> list[tuple[str, str]]:
    """Return stratum and transect of each row; both must be named."""
    labels = table.column(layout.found["transect"])
    strata = (
        table.column(layout.found["stratum"])
        if "stratum" in layout.found
        else [ONE_STRATUM] * len(labels)
    )
    for place, stratum, label in zip(table.where, strata, labels, strict=True):
        if not stratum or not label:
            faults.add(place, "must name its stratum and its transect")
    return list(zip(strata, labels, strict=True))


def _further(
    table: Table, layout: _Layout, positions: Positions | None, faults: Faults
) -> dict[str, NDArray]:
    """Return covariates by row; a date also gives its year and day of the year."""
    used = set(layout.found.values()) | set(positions.columns if positions else ())
    date = index_of(table, "date")
    columns = further_columns(table, used | ({date} if date is not None else set()), faults)
    if date is None:
        return columns
    dated = read_dates(table, date, faults)
    own = next((name for name in columns if fold(name) == "year"), None)
    if own is not None and columns[own].dtype.kind == "f":
        for place, said, read in zip(table.where, columns[own], dated["year"], strict=True):
            if np.isfinite(said) and np.isfinite(read) and said != read:
                faults.add(f"{place}, {own}", f"must be the year of the date, {read:g}", said)
    return dated | columns


def _places(
    positions: Positions | None, transect: NDArray[np.int64], count: int
) -> tuple[NDArray[np.float64] | None, bool]:
    """Return the position of each transect, or none when positions differ along one."""
    if positions is None:
        return None, True
    known = np.isfinite(positions.value).all(axis=1)
    low, high = np.full((2, count, 2), np.nan)
    np.fmin.at(low, transect[known], positions.value[known])
    np.fmax.at(high, transect[known], positions.value[known])
    if not known.any() or np.any(high > low):
        return None, False
    return low, True


def survey_from_table(
    table: Table, given: Mapping[str, str | None] | None = None, kind: Kind | None = None
) -> Transects:
    """Take a flat table as a survey.

    Parameters
    ----------
    table : Table
        One row per detection; a transect without detections has one row with an empty distance.
        Distances are exact, or classes (distbegin, distend), or radial distance and angle.
    given : mapping of str to str, optional
        Units of ``distance``, ``effort`` and ``area`` from the study file.
    kind : str, optional
        ``"line"`` or ``"point"`` from the study file.

    Returns
    -------
    Transects
        The survey in our units; every further column is a covariate.

    Raises
    ------
    InputError
        With every fault of the file at once, by row and column.
    """
    faults = Faults()
    layout = _layout(table, given or {}, kind, faults)
    measured = measure(table, layout.found, layout.factor("distance"), faults)
    rows = Rows(
        table.where,
        _keys(table, layout, faults),
        _numbers(table, layout, "area", faults),
        _numbers(table, layout, "effort", faults),
        measured.distance_m.tolist(),
        _numbers(table, layout, "size", faults),
        "size" in layout.found,
        layout.kind,
    )
    check_rows(rows, table, layout.found.get("object"), faults)
    positions = read_positions(table, faults)
    columns = _further(table, layout, positions, faults)
    faults.raise_if_any()
    return _assemble(table, layout, rows, measured, positions, columns)


def _assemble(
    table: Table,
    layout: _Layout,
    rows: Rows,
    measured: Measured,
    positions: Positions | None,
    columns: dict[str, NDArray],
) -> Transects:
    """Order strata, transects and detections as they come in the file."""
    keys = list(dict.fromkeys(rows.key))
    order = {key: i for i, key in enumerate(keys)}
    strata = list(dict.fromkeys(stratum for stratum, _ in keys))
    area = dict(zip((stratum for stratum, _ in rows.key), rows.area_km2, strict=True))
    effort = dict(zip(rows.key, rows.effort, strict=True))
    transect = np.array([order[key] for key in rows.key], np.int64)
    seen = np.isfinite(measured.distance_m)
    notes = [*layout.notes, *measured.notes]
    position, along = _places(positions, transect, len(keys))
    if positions is not None and not along:
        notes.append("positions differ along a transect: taken as positions of detections")
        for axis, index in enumerate(positions.columns):
            columns[table.columns[index]] = positions.value[:, axis]
    survey = Transects(
        stratum=tuple(strata),
        area_km2=np.array([area[name] if area[name] > 0 else math.nan for name in strata]),
        transect=tuple("/".join(key) for key in keys),
        transect_stratum=np.array([strata.index(stratum) for stratum, _ in keys], np.int64),
        effort=np.array([effort[key] for key in keys], np.float64),
        detection_transect=transect[seen],
        distance_m=measured.distance_m[seen],
        size=np.array(rows.size if rows.has_size else np.ones(seen.size))[seen].astype(np.int64),
        has_size=rows.has_size,
        header=table.header,
        kind=rows.kind,
        cutpoints_m=measured.cutpoints_m,
        covariates={name: values[seen] for name, values in columns.items()},
        transect_covariates=constant_by_transect(columns, transect, len(keys)),
        form=layout.form,
        units=tuple(layout.units.values()),
        notes=tuple(notes),
        detection_place=tuple(np.array(rows.where, dtype=object)[seen]),
    )
    if measured.angle_deg.size:
        survey = replace(
            survey, radial_m=measured.radial_m[seen], angle_deg=measured.angle_deg[seen]
        )
    if position is None or positions is None:
        return survey
    return replace(
        survey,
        position=position,
        position_kind=positions.kind,
        units=(*survey.units, positions.unit),
    )
