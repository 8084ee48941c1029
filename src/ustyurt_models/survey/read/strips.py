"""Files of strip and aerial counts: one row per strip, or per group; empty strips kept."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.table import Table, columns_of, numbers_of, read_table
from ustyurt_models.survey.read.units import unit_factors

__all__ = ["Strips", "read_strips"]

Floats = NDArray[np.float64]

_COLUMNS = {
    "stratum": ("stratum", "Region.Label", "region"),
    "area": ("area", "area_km2"),
    "strip": ("strip", "transect", "Sample.Label", "unit", "line"),
    "length": ("length", "length_km", "effort"),
    "width": ("width", "width_m", "strip_width"),
    "count": ("count", "animals", "number"),
    "eye": ("eye", "size", "eye_count", "group_size"),
    "photo": ("photo", "photo_count"),
    "object": ("object", "id", "group"),
}
_COMPULSORY = ("stratum", "strip", "length", "width")
_NUMBERS = ("area", "length", "width", "count", "eye", "photo")
_LONGEST_KM, _WIDEST_M, _NARROWEST_M = 20_000.0, 5_000.0, 1.0


@dataclass(frozen=True)
class Strips:
    """A strip survey in kilometres and square kilometres.

    Attributes
    ----------
    stratum : tuple of str
        Names of the strata.
    area_km2 : numpy.ndarray
        Area of each stratum, NaN where the file does not say, shape (stratum,).
    strip : tuple of str
        Names, ``stratum/label``.
    strip_stratum : numpy.ndarray
        Stratum of each strip, int64, shape (strip,).
    length_km, width_km : numpy.ndarray
        Length and whole counted width of each strip, shape (strip,).
    count : numpy.ndarray
        Animals counted by strip, int64, shape (strip,); empty where the file has groups.
    group_strip : numpy.ndarray
        Strip of each group, int64, shape (group,).
    eye, photo : numpy.ndarray
        Size of each group as estimated by eye and as counted on a photograph, NaN where there is
        none, shape (group,).
    has_groups : bool
        Whether the file gives groups; otherwise it gives counts of animals.
    header : dict of str to str
        ``# key: value`` lines of the file, among them ``status`` (real or simulated).
    """

    stratum: tuple[str, ...]
    area_km2: Floats
    strip: tuple[str, ...]
    strip_stratum: NDArray[np.int64]
    length_km: Floats
    width_km: Floats
    count: NDArray[np.int64]
    group_strip: NDArray[np.int64]
    eye: Floats
    photo: Floats
    has_groups: bool
    header: dict[str, str]

    @property
    def searched_km2(self) -> Floats:
        """Area of each strip, shape (strip,)."""
        return self.length_km * self.width_km


@dataclass(frozen=True)
class _Cells:
    """Columns of the file in our units; NaN where missing, also for columns that are not there."""

    where: list[str]
    keys: list[tuple[str, str]]
    column: dict[str, list[float]]


def _cells(
    table: Table, found: Mapping[str, int], factors: Mapping[str, float], faults: Faults
) -> _Cells:
    """Convert the columns; note text, gaps and infinities."""
    gaps = {"count", "eye", "photo"}
    scale = {"length": factors["length"] / 1000.0, "width": factors["width"] / 1000.0}
    scale["area"] = factors.get("area", 1.0)
    column = {}
    for name in _NUMBERS:
        values = [math.nan] * len(table.rows)
        if name in found:
            values = numbers_of(table, found[name], faults, missing_ok=name in gaps)
        column[name] = [value * scale.get(name, 1.0) for value in values]
    strata, labels = table.column(found["stratum"]), table.column(found["strip"])
    where = [f"{table.name}: row {line}" for line in table.lines]
    for place, stratum, label in zip(where, strata, labels, strict=True):
        if not stratum or not label:
            faults.add(place, "must name its stratum and its strip")
    return _Cells(where, list(zip(strata, labels, strict=True)), column)


def _check_kind(table: Table, found: Mapping[str, int], faults: Faults) -> None:
    """Note a file that has neither counts nor groups, or both."""
    grouped = "eye" in found or "photo" in found
    if grouped and "count" in found:
        rule = "must have either a column count (one row per strip) or eye and photo (per group)"
        faults.add(table.name, rule)
    if not grouped and "count" not in found:
        rule = "must have a column count (animals per strip), or size, eye or photo (per group)"
        faults.add(table.name, rule)


def _check_rows(cells: _Cells, faults: Faults) -> None:
    """Note impossible values, row by row."""
    mixed = "metres and kilometres mixed up?"
    limits = {
        "length": ((0.0, _LONGEST_KM), "must be > 0 and below 20,000 km", "km", 1.0),
        "width": (
            (_NARROWEST_M / 1000, _WIDEST_M / 1000),
            "must lie between 1 m and 5 km",
            "m",
            1000.0,
        ),
    }
    for i, place in enumerate(cells.where):
        for name, ((low, high), rule, unit, scale) in limits.items():
            value = cells.column[name][i]
            inside = low < value <= high or (low == value and low > 0)
            if not math.isnan(value) and not inside:
                faults.add(f"{place}, {name}", rule, f"{value * scale:g} {unit}", mixed)
        if cells.column["area"][i] < 0:
            faults.add(f"{place}, area", "must be >= 0", cells.column["area"][i])
        for name, least in (("count", 0), ("eye", 1), ("photo", 1)):
            value = cells.column[name][i]
            if not math.isnan(value) and not (value >= least and value == int(value)):
                faults.add(f"{place}, {name}", f"must be a whole number >= {least}", value)


def _check_same(
    keys: list, values: list[float], cells: _Cells, what: str, faults: Faults
) -> dict[object, float]:
    """Note a strip with two lengths, or a stratum with two areas; return the first of each."""
    first: dict = {}
    for key, value, place in zip(keys, values, cells.where, strict=True):
        if math.isnan(value):
            continue
        known, origin = first.setdefault(key, (value, place))
        if not math.isclose(known, value, rel_tol=1e-9):
            row = origin.rsplit(" ", 1)[1]
            rule = f"must be the same in all rows of {key!r}; row {row} says {known:g}"
            faults.add(f"{place}, {what}", rule, value)
    return {key: value for key, (value, _) in first.items()}


def _check_repeats(table: Table, cells: _Cells, found: Mapping[str, int], faults: Faults) -> None:
    """Note repeated rows and groups, strips counted twice, empty rows beside groups."""
    grouped = "count" not in found
    size = [
        eye if not math.isnan(eye) else photo
        for eye, photo in zip(cells.column["eye"], cells.column["photo"], strict=True)
    ]
    filled = {key for key, one in zip(cells.keys, size, strict=True) if not math.isnan(one)}
    rows: dict[tuple[str, ...], str] = {}
    strips: dict[tuple[str, str], str] = {}
    objects: dict[str, str] = {}
    for i, (row, place) in enumerate(zip(table.rows, cells.where, strict=True)):
        key, empty = cells.keys[i], math.isnan(size[i])
        if not grouped:
            if key in strips:
                rule = f"must have one row per strip; row {strips[key].rsplit(' ', 1)[1]} counts it"
                faults.add(place, rule, "/".join(key))
            if math.isnan(cells.column["count"][i]):
                advice = "write 0 for a strip without animals; leave out a strip not flown"
                faults.add(f"{place}, count", "must not be empty", None, advice)
        elif row in rows:
            advice = "" if empty else "two groups alike? add a column `object` with their numbers"
            faults.add(place, f"must not repeat row {rows[row].rsplit(' ', 1)[1]}", None, advice)
        elif empty and key in filled:
            rule = "must have a size: the strip has groups in other rows"
            faults.add(f"{place}, eye", rule)
        elif "object" in found and not empty:
            name = row[found["object"]]
            if name in objects:
                before = objects[name].rsplit(" ", 1)[1]
                faults.add(f"{place}, object", f"must differ from row {before}", name)
            objects.setdefault(name, place)
        rows.setdefault(row, place)
        strips.setdefault(key, place)


def _check_cover(
    area: Mapping[object, float], searched: Mapping[tuple[str, str], float], name: str, faults
) -> None:
    """Note strata that are smaller than the strips in them."""
    for stratum, known in area.items():
        inside = sum(km2 for key, km2 in searched.items() if key[0] == stratum)
        if 0 < known < inside * 0.99:
            rule = f"strips must not cover more than the stratum {stratum!r} of {known:g} km2"
            faults.add(name, rule, f"{inside:g} km2", "units of length, width and area mixed up?")


def _check_calibration(cells: _Cells, name: str, faults: Faults) -> None:
    """Note photographs that cannot correct the estimates by eye."""
    eye, photo = (np.array(cells.column[which]) for which in ("eye", "photo"))
    lonely = np.isnan(photo) & ~np.isnan(eye)
    if lonely.any() and (~np.isnan(photo)).any() and not (~np.isnan(eye) & ~np.isnan(photo)).any():
        rule = "must hold groups with both eye and photo, to correct those by eye only"
        faults.add(name, rule)


def read_strips(
    path: Path, units: Mapping[str, str | None] | None = None, encoding: str | None = None
) -> Strips:
    """Read a file of strip counts.

    Parameters
    ----------
    path : Path
        Table with the columns stratum, area, strip, length, width and either ``count`` (animals,
        one row per strip, 0 in an empty one) or ``eye`` (or size) and ``photo`` (one row per
        group; an empty strip has one row without). Width is the whole width counted, both sides
        together.
    units : mapping of str to str, optional
        Units of ``length``, ``width`` and ``area`` where the file's header has no
        ``# units: length=km, width=m, area=km2``.
    encoding : str, optional
        Encoding where the file cannot tell it.

    Returns
    -------
    Strips
        The survey in kilometres and square kilometres.

    Raises
    ------
    InputError
        With every fault of the file at once, by row and column.
    """
    table = read_table(path, encoding)
    found = columns_of(table, _COLUMNS, _COMPULSORY)
    needed = {"length": "length", "width": "length"}
    needed |= {"area": "area"} if "area" in found else {}
    factors = unit_factors(units or {}, table.header.get("units", ""), table.name, needed)
    faults = Faults()
    _check_kind(table, found, faults)
    cells = _cells(table, found, factors, faults)
    _check_rows(cells, faults)
    length = _check_same(cells.keys, cells.column["length"], cells, "length", faults)
    width = _check_same(cells.keys, cells.column["width"], cells, "width", faults)
    strata = [key[0] for key in cells.keys]
    area = _check_same(strata, cells.column["area"], cells, "area", faults)
    _check_repeats(table, cells, found, faults)
    searched = {
        key: length.get(key, 0.0) * width.get(key, 0.0) for key in dict.fromkeys(cells.keys)
    }
    _check_cover(area, searched, table.name, faults)
    _check_calibration(cells, table.name, faults)
    faults.raise_if_any()
    return _assemble(cells, "count" not in found, (length, width, area), table.header)


def _assemble(
    cells: _Cells,
    has_groups: bool,
    sizes: tuple[Mapping, Mapping, Mapping],
    header: dict[str, str],
) -> Strips:
    """Gather strips and groups in the order of the file."""
    length, width, area = sizes
    keys = list(dict.fromkeys(cells.keys))
    strata = list(dict.fromkeys(stratum for stratum, _ in keys))
    position = {key: i for i, key in enumerate(keys)}
    eye, photo = cells.column["eye"], cells.column["photo"]
    groups = [i for i in range(len(eye)) if not (math.isnan(eye[i]) and math.isnan(photo[i]))]
    counts = dict(zip(cells.keys, cells.column["count"], strict=True))
    known = [area.get(name, math.nan) for name in strata]
    return Strips(
        stratum=tuple(strata),
        area_km2=np.array([value if value > 0 else math.nan for value in known]),
        strip=tuple("/".join(key) for key in keys),
        strip_stratum=np.array([strata.index(stratum) for stratum, _ in keys], np.int64),
        length_km=np.array([length[key] for key in keys], np.float64),
        width_km=np.array([width[key] for key in keys], np.float64),
        count=np.array([] if has_groups else [counts[key] for key in keys], np.int64),
        group_strip=np.array([position[cells.keys[i]] for i in groups], np.int64),
        eye=np.array([eye[i] for i in groups], np.float64),
        photo=np.array([photo[i] for i in groups], np.float64),
        has_groups=has_groups,
        header=header,
    )
