"""Flat files of line-transect surveys: one row per detected group, empty transects kept."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.table import Table, columns_of, numbers_of, read_table
from ustyurt_models.survey.read.units import unit_factors

__all__ = ["Transects", "read_transects"]

#: Column names as written by the program Distance, and plainer ones.
_COLUMNS = {
    "stratum": ("Region.Label", "stratum", "region"),
    "area": ("Area", "area_km2"),
    "transect": ("Sample.Label", "transect", "line"),
    "effort": ("Effort", "length", "effort_km"),
    "distance": ("distance", "perpendicular_distance", "distance_m"),
    "size": ("size", "cluster_size", "group_size"),
    "object": ("object", "id", "detection", "observation"),
}
_COMPULSORY = ("stratum", "transect", "effort", "distance")
_FURTHEST_M = 10_000.0  # nothing on the ground is measured from a line at 10 km: a unit mix-up
_LONGEST_KM = 20_000.0


@dataclass(frozen=True)
class Transects:
    """A survey of lines or points in metres, kilometres and square kilometres.

    Attributes
    ----------
    stratum : tuple of str
        Names of the strata.
    area_km2 : numpy.ndarray
        Area of each stratum, NaN where the file does not say, shape (stratum,).
    transect : tuple of str
        Names, ``stratum/label``.
    transect_stratum : numpy.ndarray
        Stratum of each transect, int64, shape (transect,).
    effort : numpy.ndarray
        Length of each line [km], or visits to each point, shape (transect,).
    detection_transect : numpy.ndarray
        Transect of each detected group, int64, shape (detection,).
    distance_m : numpy.ndarray
        Perpendicular distance, shape (detection,).
    size : numpy.ndarray
        Animals in the group, int64, shape (detection,); 1 when the file has no sizes.
    has_size : bool
        Whether the file gives group sizes.
    header : dict of str to str
        ``# key: value`` lines of the file, among them ``status`` (real or simulated).
    kind : str
        ``"line"`` or ``"point"``.
    cutpoints_m : numpy.ndarray
        Edges of the classes that the file was recorded in, shape (cutpoint,); empty for exact
        distances. Distances are then the middles of classes.
    covariates : mapping of str to numpy.ndarray
        Further columns by detection, float64 or text, each shape (detection,).
    transect_covariates : mapping of str to numpy.ndarray
        Columns that are the same all along a transect, each shape (transect,).
    position : numpy.ndarray or None
        Where each transect lies, shape (transect, 2).
    position_kind : str
        ``"lonlat"`` (degrees), ``"projected"`` (metres) or empty.
    seen : numpy.ndarray or None
        Whether each of two observers saw the group, bool, shape (detection, 2).
    """

    stratum: tuple[str, ...]
    area_km2: NDArray[np.float64]
    transect: tuple[str, ...]
    transect_stratum: NDArray[np.int64]
    effort: NDArray[np.float64]
    detection_transect: NDArray[np.int64]
    distance_m: NDArray[np.float64]
    size: NDArray[np.int64]
    has_size: bool
    header: dict[str, str]
    kind: Literal["line", "point"] = "line"
    cutpoints_m: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    covariates: Mapping[str, NDArray] = field(default_factory=dict)
    transect_covariates: Mapping[str, NDArray] = field(default_factory=dict)
    position: NDArray[np.float64] | None = None
    position_kind: Literal["", "lonlat", "projected"] = ""
    seen: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class _Cells:
    """Columns of the file as text and as numbers in our units; NaN where missing."""

    where: list[str]
    keys: list[tuple[str, str]]
    area_km2: list[float]
    effort_km: list[float]
    distance_m: list[float]
    size: list[float]


def _scaled(values: list[float], factor: float) -> list[float]:
    return [value * factor for value in values]


def _cells(
    table: Table, found: Mapping[str, int], factors: Mapping[str, float], faults: Faults
) -> _Cells:
    """Convert the columns; note text, gaps and infinities."""
    rows = len(table.rows)
    nothing = [math.nan] * rows
    distance = numbers_of(table, found["distance"], faults, missing_ok=True)
    effort = numbers_of(table, found["effort"], faults)
    area = numbers_of(table, found["area"], faults) if "area" in found else nothing
    size = numbers_of(table, found["size"], faults, missing_ok=True) if "size" in found else nothing
    strata, labels = table.column(found["stratum"]), table.column(found["transect"])
    where = [f"{table.name}: row {line}" for line in table.lines]
    for place, stratum, label in zip(where, strata, labels, strict=True):
        if not stratum or not label:
            faults.add(place, "must name its stratum and its transect")
    return _Cells(
        where,
        list(zip(strata, labels, strict=True)),
        _scaled(area, factors.get("area", 1.0)),
        _scaled(effort, factors["effort"] / 1000.0),
        _scaled(distance, factors["distance"]),
        size,
    )


def _check_rows(cells: _Cells, has_size: bool, faults: Faults) -> None:
    """Note impossible values, row by row."""
    for i, place in enumerate(cells.where):
        distance, effort, size = cells.distance_m[i], cells.effort_km[i], cells.size[i]
        if distance < 0:
            faults.add(f"{place}, distance", "must be >= 0", distance, "sides are not signs")
        if distance > _FURTHEST_M:
            advice = "metres and kilometres mixed up?"
            faults.add(f"{place}, distance", "must be below 10 km", f"{distance:g} m", advice)
        if effort <= 0:
            faults.add(f"{place}, effort", "must be > 0", effort)
        if effort > _LONGEST_KM:
            advice = "metres and kilometres mixed up?"
            faults.add(f"{place}, effort", "must be below 20,000 km", f"{effort:g} km", advice)
        if cells.area_km2[i] < 0:
            faults.add(f"{place}, area", "must be >= 0", cells.area_km2[i])
        if has_size and not math.isnan(distance) and not (size >= 1 and size == int(size)):
            shown = "nothing" if math.isnan(size) else size
            faults.add(f"{place}, size", "must be a whole number >= 1 for a detection", shown)


def _check_same(keys: list, values: list[float], cells: _Cells, what: str, faults: Faults) -> None:
    """Note a transect with two efforts, or a stratum with two areas."""
    first: dict = {}
    for key, value, place in zip(keys, values, cells.where, strict=True):
        if math.isnan(value):
            continue
        known, origin = first.setdefault(key, (value, place))
        if not math.isclose(known, value, rel_tol=1e-9):
            row = origin.rsplit(" ", 1)[1]
            rule = f"must be the same in all rows of {key!r}; row {row} says {known:g}"
            faults.add(f"{place}, {what}", rule, value)


def _check_repeats(table: Table, cells: _Cells, identity: int | None, faults: Faults) -> None:
    """Note duplicated rows, repeated object numbers, and empty transects with detections."""
    seen: dict[tuple[str, ...], str] = {}
    objects: dict[str, str] = {}
    filled = {key for key, d in zip(cells.keys, cells.distance_m, strict=True) if not math.isnan(d)}
    for i, (row, place) in enumerate(zip(table.rows, cells.where, strict=True)):
        empty = math.isnan(cells.distance_m[i])
        if row in seen:
            before = seen[row].rsplit(" ", 1)[1]
            advice = "" if empty else "two groups alike? add a column `object` with their numbers"
            faults.add(place, f"must not repeat row {before}", None, advice)
        seen.setdefault(row, place)
        if empty and cells.keys[i] in filled:
            rule = "must have a distance: the transect has detections in other rows"
            faults.add(f"{place}, distance", rule)
        if identity is not None and not empty:
            name = row[identity]
            if name in objects and seen[row] == place:
                before = objects[name].rsplit(" ", 1)[1]
                faults.add(f"{place}, object", f"must differ from row {before}", name)
            objects.setdefault(name, place)


def _check_units(cells: _Cells, faults: Faults, name: str) -> None:
    """Note units that cannot all be right."""
    furthest = max((d for d in cells.distance_m if not math.isnan(d)), default=0.0)
    efforts = dict(zip(cells.keys, cells.effort_km, strict=True))
    total_km = sum(effort for effort in efforts.values() if effort > 0)
    if 0 < total_km * 1000.0 < furthest:
        rule = f"all effort together ({total_km:g} km) must exceed the distance {furthest:g} m"
        faults.add(name, rule, None, "metres and kilometres mixed up?")


def read_transects(
    path: Path, units: Mapping[str, str | None] | None = None, encoding: str | None = None
) -> Transects:
    """Read a flat file of a line-transect survey.

    Parameters
    ----------
    path : Path
        Table with the columns Region.Label, Area, Sample.Label, Effort, distance and,
        optionally, size and object. A transect without detections has one row with an
        empty distance.
    units : mapping of str to str, optional
        Units of ``distance``, ``effort`` and ``area`` where the file's header has no
        ``# units: distance=m, effort=km, area=km2``.
    encoding : str, optional
        Encoding where the file cannot tell it.

    Returns
    -------
    Transects
        The survey in metres, kilometres and square kilometres.

    Raises
    ------
    InputError
        With every fault of the file at once, by row and column.
    """
    table = read_table(path, encoding)
    found = columns_of(table, _COLUMNS, _COMPULSORY)
    needed = {"distance": "length", "effort": "length"}
    needed |= {"area": "area"} if "area" in found else {}
    factors = unit_factors(units or {}, table.header.get("units", ""), table.name, needed)
    faults = Faults()
    cells = _cells(table, found, factors, faults)
    _check_rows(cells, "size" in found, faults)
    _check_same(cells.keys, cells.effort_km, cells, "effort", faults)
    _check_same([key[0] for key in cells.keys], cells.area_km2, cells, "area", faults)
    _check_repeats(table, cells, found.get("object"), faults)
    _check_units(cells, faults, table.name)
    faults.raise_if_any()
    return _assemble(cells, "size" in found, table.header)


def _assemble(cells: _Cells, has_size: bool, header: dict[str, str]) -> Transects:
    """Gather transects and detections in the order of the file."""
    keys = list(dict.fromkeys(cells.keys))
    strata = list(dict.fromkeys(stratum for stratum, _ in keys))
    effort = dict(zip(cells.keys, cells.effort_km, strict=True))
    area = dict(zip((stratum for stratum, _ in cells.keys), cells.area_km2, strict=True))
    seen = [i for i, distance in enumerate(cells.distance_m) if not math.isnan(distance)]
    position = {key: i for i, key in enumerate(keys)}
    sizes = [cells.size[i] if has_size else 1 for i in seen]
    return Transects(
        stratum=tuple(strata),
        area_km2=np.array([area[name] if area[name] > 0 else math.nan for name in strata]),
        transect=tuple("/".join(key) for key in keys),
        transect_stratum=np.array([strata.index(stratum) for stratum, _ in keys], np.int64),
        effort=np.array([effort[key] for key in keys], np.float64),
        detection_transect=np.array([position[cells.keys[i]] for i in seen], np.int64),
        distance_m=np.array([cells.distance_m[i] for i in seen], np.float64),
        size=np.array(sizes, np.int64),
        has_size=has_size,
        header=header,
    )
