"""Surveys with two observers: who saw which group, in one flat file or in four tables.

Three forms are read. *Wide*: a flat file as for line transects with columns ``seen_1`` and
``seen_2``, one row per group. *Long*: the same with columns ``object``, ``observer`` and
``detected``, two rows per group. *Four tables*, as the program mrds has them, in a folder or zip:
observations (wide or long), which object was on which transect, transects with effort, strata with
areas.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.columns import COLUMNS, index_of
from ustyurt_models.survey.read.double_observer_lines import Lines, lines_of
from ustyurt_models.survey.read.double_observer_marks import Marks, marks_of
from ustyurt_models.survey.read.four_tables import join
from ustyurt_models.survey.read.sources import read_source
from ustyurt_models.survey.read.survey_data import Kind, Transects
from ustyurt_models.survey.read.table import Table, columns_of, numbers_of
from ustyurt_models.survey.read.units import UnitFound, find_units

__all__ = ["read_double_observer", "survey_of_records"]

_PARTS = (
    "stratum",
    "area",
    "transect",
    "effort",
    "distance",
    "size",
    "object",
    "observer",
    "detected",
    "seen_1",
    "seen_2",
)
_COMPULSORY = ("stratum", "transect", "effort", "distance")
_FURTHEST_M = 10_000.0  # nothing on the ground is measured from a line at 10 km: a unit mix-up
_MIXED = "metres and kilometres mixed up?"


@dataclass(frozen=True)
class _Groups:
    """One entry per group that somebody saw."""

    where: list[str]
    transect: list[int]
    distance_m: list[float]
    size: list[float]
    marks: Marks


def read_double_observer(
    path: Path,
    units: Mapping[str, str | None] | None = None,
    encoding: str | None = None,
    kind: Kind = "line",
) -> Transects:
    """Read a survey with two observers.

    Parameters
    ----------
    path : Path
        Flat file; or a folder, a zip, or the table of observations of the four-table form. A
        transect without detections has one row with an empty distance in a flat file, and a row
        in the table of transects in four tables.
    units : mapping of str to str, optional
        Units of ``distance``, ``effort`` and ``area`` where no header says
        ``# units: distance=m, effort=km, area=km2``. Visits to points have no unit.
    encoding : str, optional
        Encoding where the files cannot tell it.
    kind : {"line", "point"}
        Whether distances are perpendicular to lines or from points.

    Returns
    -------
    Transects
        The survey in metres, kilometres (or visits) and square kilometres, with ``seen``. A column
        that differs between the observers of a group stands in the covariates as ``name_1`` and
        ``name_2``.

    Raises
    ------
    InputError
        With every fault of the files at once, by row and column.
    """
    return survey_of_records(_table(path, encoding), units, kind)


def survey_of_records(
    table: Table, units: Mapping[str, str | None] | None = None, kind: Kind = "line"
) -> Transects:
    """Take the survey from the rows of one flat table, or of four tables joined.

    Parameters
    ----------
    table : Table
        The file, or the joined tables.
    units, kind
        As for `read_double_observer`.

    Returns
    -------
    Transects
        The survey, with ``seen``.

    Raises
    ------
    InputError
        With every fault of the table at once, by row and column.
    """
    found = columns_of(table, {name: COLUMNS[name] for name in _PARTS}, _COMPULSORY)
    needed = {"distance": "length", "effort": "length" if kind == "line" else "visits"}
    needed |= {"area": "area"} if "area" in found else {}
    names = {name: table.columns[found[name]] for name in needed}
    taken = find_units(units or {}, table.header.get("units", ""), table.name, needed, names)
    faults = Faults()
    lines = lines_of(table, found, taken, faults)
    groups = _groups(table, found, lines, taken["distance"].factor, faults)
    _check_groups(groups, "size" in found, faults)
    _check_units(groups, lines, kind, faults, table.name)
    faults.raise_if_any()
    return _assemble(groups, lines, table, taken, kind)


def _table(path: Path, encoding: str | None) -> Table:
    """Return one flat table; several are joined."""
    source = read_source(path, encoding)
    if len(source.tables) == 1:
        if index_of(source.tables[0], "transect") is not None:
            return source.tables[0]
        # Somebody may name the table of observations instead of its folder.
        named = path.is_file() and source.tables[0].name == path.name
        source = read_source(path.parent, encoding) if named else source
    return join(source)[0]


def _groups(
    table: Table, found: Mapping[str, int], lines: Lines, metres: float, faults: Faults
) -> _Groups:
    """Gather rows to groups and say on which transect each was."""
    distance = numbers_of(table, found["distance"], faults, missing_ok=True)
    size = [math.nan] * len(table.rows)
    if "size" in found:
        size = numbers_of(table, found["size"], faults, missing_ok=True)
    marks = marks_of(table, found, distance, faults)
    _check_twins(table, marks, {"distance": distance, "size": size}, lines, faults)
    _check_gaps(table, found, distance, lines, faults)
    return _Groups(
        [table.where[row] for row in marks.row],
        [lines.of_row[row] for row in marks.row],
        [metres * distance[row] for row in marks.row],
        [size[row] if "size" in found else 1.0 for row in marks.row],
        marks,
    )


def _check_twins(
    table: Table,
    marks: Marks,
    columns: Mapping[str, list[float]],
    lines: Lines,
    faults: Faults,
) -> None:
    """Note groups whose two rows contradict each other."""
    for other, first in marks.twins:
        place, before = table.where[other], table.where[first].rsplit(": ", 1)[-1]
        for name, values in columns.items():
            if values[other] != values[first] and not math.isnan(values[other]):
                rule = f"must be as for the other observer; {before} says {values[first]:g}"
                faults.add(f"{place}, {name}", rule, values[other])
        if lines.of_row[other] != lines.of_row[first]:
            faults.add(place, f"must be on the same transect as {before}, the same group")


def _check_gaps(
    table: Table, found: Mapping[str, int], distance: list[float], lines: Lines, faults: Faults
) -> None:
    """Note rows without a distance that speak of a group, or of a transect with detections."""
    marked = [found[name] for name in ("object", "seen_1", "seen_2", "detected") if name in found]
    filled = {
        key for key, value in zip(lines.of_row, distance, strict=True) if not math.isnan(value)
    }
    for row, place, key, value in zip(table.rows, table.where, lines.of_row, distance, strict=True):
        if not math.isnan(value):
            continue
        if any(row[index] for index in marked):
            faults.add(f"{place}, distance", "must have a distance: the row is of a group")
        elif key in filled:
            rule = "must have a distance: the transect has detections in other rows"
            faults.add(f"{place}, distance", rule)


def _check_groups(groups: _Groups, has_size: bool, faults: Faults) -> None:
    """Note impossible values and groups that nobody saw."""
    for i, place in enumerate(groups.where):
        distance, size = groups.distance_m[i], groups.size[i]
        if distance < 0:
            faults.add(f"{place}, distance", "must be >= 0", distance, "sides are not signs")
        if distance > _FURTHEST_M:
            faults.add(f"{place}, distance", "must be below 10 km", f"{distance:g} m", _MIXED)
        if has_size and not (size >= 1 and size == int(size)):
            shown = "nothing" if math.isnan(size) else size
            faults.add(f"{place}, size", "must be a whole number >= 1", shown)
        if not any(groups.marks.seen[i]):
            advice = "leave out what nobody saw: it is no detection"
            faults.add(place, "must be seen by one of the observers", None, advice)


def _check_units(groups: _Groups, lines: Lines, kind: Kind, faults: Faults, name: str) -> None:
    """Note units that cannot all be right."""
    furthest = max((d for d in groups.distance_m if not math.isnan(d)), default=0.0)
    total_km = sum(effort for effort in lines.effort if effort > 0)
    if kind == "line" and 0 < total_km * 1000.0 < furthest:
        rule = f"all effort together ({total_km:g} km) must exceed the distance {furthest:g} m"
        faults.add(name, rule, None, _MIXED)


def _assemble(
    groups: _Groups, lines: Lines, table: Table, units: Mapping[str, UnitFound], kind: Kind
) -> Transects:
    """Gather transects in the order of the file and groups in the order of their rows."""
    strata = list(dict.fromkeys(stratum for stratum, _ in lines.key))
    area = [lines.area_km2.get(stratum, math.nan) for stratum in strata]
    return Transects(
        stratum=tuple(strata),
        area_km2=np.array([value if value > 0 else math.nan for value in area]),
        transect=tuple("/".join(key) for key in lines.key),
        transect_stratum=np.array([strata.index(stratum) for stratum, _ in lines.key], np.int64),
        effort=np.array(lines.effort, np.float64),
        detection_transect=np.array(groups.transect, np.int64),
        distance_m=np.array(groups.distance_m, np.float64),
        size=np.array(groups.size, np.int64),
        has_size=index_of(table, "size") is not None,
        header=table.header,
        kind=kind,
        covariates=groups.marks.covariates,
        transect_covariates=lines.covariates,
        seen=np.array(groups.marks.seen, bool).reshape(-1, 2),
        form="double-observer records",
        units=tuple(units.values()),
        notes=groups.marks.notes,
        detection_place=tuple(groups.where),
    )
