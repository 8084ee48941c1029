"""Surveys with two observers: who saw which group, in one flat file or in four tables.

Three forms are read. *Wide*: a flat file as for line transects with columns ``seen_1`` and
``seen_2``, one row per group. *Long*: the same with columns ``object``, ``observer`` and
``detected``, two rows per group. *Four tables*, as the program mrds has them: observations (wide or
long, without transects) and, in the same folder, ``obs_link.csv`` (object, Region.Label,
Sample.Label), ``samples.csv`` (Region.Label, Sample.Label, Effort) and ``region.csv``
(Region.Label, Area).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, require
from ustyurt_models.survey.read.distance import Transects
from ustyurt_models.survey.read.double_observer_lines import Lines, lines_beside, lines_within
from ustyurt_models.survey.read.double_observer_marks import Marks, marks_of
from ustyurt_models.survey.read.table import Table, columns_of, numbers_of, read_table
from ustyurt_models.survey.read.units import unit_factors

__all__ = ["read_double_observer"]

#: Column names as written by the programs Distance and mrds, and plainer ones.
_COLUMNS = {
    "stratum": ("Region.Label", "stratum", "region"),
    "area": ("Area", "area_km2"),
    "transect": ("Sample.Label", "transect", "line", "point"),
    "effort": ("Effort", "length", "visits", "effort_km"),
    "distance": ("distance", "perpendicular_distance", "radial_distance", "distance_m"),
    "size": ("size", "cluster_size", "group_size"),
    "object": ("object", "id", "detection", "observation"),
    "observer": ("observer",),
    "detected": ("detected", "seen"),
    "seen_1": ("seen_1", "detected_1"),
    "seen_2": ("seen_2", "detected_2"),
}
_FURTHEST_M = 10_000.0  # nothing on the ground is measured from a line at 10 km: a unit mix-up
_MIXED = "metres and kilometres mixed up?"


@dataclass(frozen=True)
class _Groups:
    """One entry per group that somebody saw."""

    where: list[str]
    key: list[tuple[str, str]]
    distance_m: list[float]
    size: list[float]
    marks: Marks


def read_double_observer(
    path: Path,
    units: Mapping[str, str | None] | None = None,
    encoding: str | None = None,
    kind: Literal["line", "point"] = "line",
) -> Transects:
    """Read a survey with two observers.

    Parameters
    ----------
    path : Path
        Flat file, table of observations, or a folder that holds ``observations.csv``. A transect
        without detections has one row with an empty distance in a flat file, and a row in
        ``samples.csv`` in four tables.
    units : mapping of str to str, optional
        Units of ``distance``, ``effort`` and ``area`` where no header says
        ``# units: distance=m, effort=km, area=km2``. Visits to points have no unit.
    encoding : str, optional
        Encoding where the file cannot tell it.
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
    main = path / "observations.csv" if path.is_dir() else path
    table = read_table(main, encoding)
    found = columns_of(table, _COLUMNS, ("distance",))
    flat = "transect" in found
    beside = {} if flat else _tables_beside(main.parent, encoding)
    declared = [part.header.get("units", "") for part in (table, *beside.values())]
    has_area = "area" in found or not flat
    needed = {"distance": "length"} | ({"effort": "length"} if kind == "line" else {})
    needed |= {"area": "area"} if has_area else {}
    said = ", ".join(text for text in declared if text)
    factors = {"effort": 1000.0, "area": 1.0}
    factors |= unit_factors(units or {}, said, table.name, needed)
    faults = Faults()
    if flat:
        lines = lines_within(table, found, factors, faults)
    else:
        lines = lines_beside(beside, factors, faults)
    groups = _groups(table, found, lines, factors["distance"], faults)
    _check_groups(groups, "size" in found, faults)
    _check_units(groups, lines, kind, faults, table.name)
    faults.raise_if_any()
    return _assemble(groups, lines, "size" in found, table.header, kind)


def _tables_beside(folder: Path, encoding: str | None) -> dict[str, Table]:
    """Read the three further tables of the four-table form."""
    names = ("obs_link", "samples", "region")
    missing = [f"{name}.csv" for name in names if not (folder / f"{name}.csv").is_file()]
    advice = "a flat file needs the columns Region.Label, Sample.Label and Effort"
    rule = "a table without transects needs obs_link.csv, samples.csv and region.csv beside it"
    require(not missing, str(folder), f"{rule}; missing", ", ".join(missing), advice)
    return {name: read_table(folder / f"{name}.csv", encoding) for name in names}


def _groups(
    table: Table, found: Mapping[str, int], lines: Lines, metres: float, faults: Faults
) -> _Groups:
    """Gather rows to groups and say on which transect each was."""
    distance = numbers_of(table, found["distance"], faults, missing_ok=lines.linked is None)
    size = [math.nan] * len(table.rows)
    if "size" in found:
        size = numbers_of(table, found["size"], faults, missing_ok=True)
    marks = marks_of(table, found, distance, faults)
    _check_twins(table, marks, {"distance": distance, "size": size}, lines, faults)
    places = [f"{table.name}: row {table.lines[row]}" for row in marks.row]
    if lines.of_row is not None:
        keys = [lines.of_row[row] for row in marks.row]
        _check_gaps(table, distance, lines.of_row, faults)
    else:
        keys = _linked(places, marks, lines.linked or {}, faults)
    metric = [metres * distance[row] for row in marks.row]
    return _Groups(places, keys, metric, [size[row] for row in marks.row], marks)


def _check_twins(
    table: Table,
    marks: Marks,
    columns: Mapping[str, list[float]],
    lines: Lines,
    faults: Faults,
) -> None:
    """Note groups whose two rows contradict each other."""
    for other, first in marks.twins:
        place, before = f"{table.name}: row {table.lines[other]}", f"row {table.lines[first]}"
        for name, values in columns.items():
            if values[other] != values[first] and not math.isnan(values[other]):
                rule = f"must be as for the other observer; {before} says {values[first]:g}"
                faults.add(f"{place}, {name}", rule, values[other])
        if lines.of_row is not None and lines.of_row[other] != lines.of_row[first]:
            faults.add(place, f"must be on the same transect as {before}, the same group")


def _check_gaps(
    table: Table, distance: list[float], of_row: list[tuple[str, str]], faults: Faults
) -> None:
    """Note rows without a distance on transects with detections."""
    filled = {key for key, value in zip(of_row, distance, strict=True) if not math.isnan(value)}
    for line, key, value in zip(table.lines, of_row, distance, strict=True):
        if math.isnan(value) and key in filled:
            rule = "must have a distance: the transect has detections in other rows"
            faults.add(f"{table.name}: row {line}, distance", rule)


def _linked(
    places: list[str], marks: Marks, links: Mapping[str, tuple[str, str]], faults: Faults
) -> list[tuple[str, str]]:
    """Look the transects of the groups up in ``obs_link.csv``."""
    for place, name in zip(places, marks.name, strict=True):
        if name not in links:
            faults.add(f"{place}, object", "must have a row in obs_link.csv", name)
    for name in sorted(set(links) - set(marks.name)):
        faults.add("obs_link.csv: object", "must name objects of the table of observations", name)
    return [links.get(name, ("", "")) for name in marks.name]


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


def _check_units(groups: _Groups, lines: Lines, kind: str, faults: Faults, name: str) -> None:
    """Note units that cannot all be right."""
    furthest = max((d for d in groups.distance_m if not math.isnan(d)), default=0.0)
    total_km = sum(effort for effort in lines.effort.values() if effort > 0)
    if kind == "line" and 0 < total_km * 1000.0 < furthest:
        rule = f"all effort together ({total_km:g} km) must exceed the distance {furthest:g} m"
        faults.add(name, rule, None, _MIXED)


def _assemble(
    groups: _Groups,
    lines: Lines,
    has_size: bool,
    header: dict[str, str],
    kind: Literal["line", "point"],
) -> Transects:
    """Gather transects in the order of the files and groups in the order of their rows."""
    keys = list(lines.effort)
    strata = list(dict.fromkeys(stratum for stratum, _ in keys))
    area = [lines.area_km2.get(stratum, math.nan) for stratum in strata]
    position = {key: i for i, key in enumerate(keys)}
    size = groups.size if has_size else [1] * len(groups.size)
    seen: NDArray[np.bool_] = np.array(groups.marks.seen, bool).reshape(-1, 2)
    return Transects(
        stratum=tuple(strata),
        area_km2=np.array([value if value > 0 else math.nan for value in area]),
        transect=tuple("/".join(key) for key in keys),
        transect_stratum=np.array([strata.index(stratum) for stratum, _ in keys], np.int64),
        effort=np.array([lines.effort[key] for key in keys], np.float64),
        detection_transect=np.array([position[key] for key in groups.key], np.int64),
        distance_m=np.array(groups.distance_m, np.float64),
        size=np.array(size, np.int64),
        has_size=has_size,
        header=header,
        kind=kind,
        covariates=groups.marks.covariates,
        seen=seen,
    )
