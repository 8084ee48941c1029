"""Transects of a survey with two observers: from its flat file, or from the tables beside it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.table import Table, columns_of, numbers_of

__all__ = ["Lines", "lines_beside", "lines_within"]

Key = tuple[str, str]

_LONGEST_KM = 20_000.0
_MIXED = "metres and kilometres mixed up?"
_STRATUM = ("Region.Label", "stratum", "region")
_TRANSECT = ("Sample.Label", "transect", "line", "point")


@dataclass(frozen=True)
class Lines:
    """Transects of a survey.

    Attributes
    ----------
    effort : dict
        Length [km] or visits by (stratum, transect), in the order of the file.
    area_km2 : dict
        Area by stratum.
    of_row : list or None
        Transect of each row of a flat file.
    linked : dict or None
        Transect of each object of the four-table form.
    """

    effort: dict[Key, float]
    area_km2: dict[str, float]
    of_row: list[Key] | None = None
    linked: dict[str, Key] | None = None


def _check_effort(value: float, place: str, factor: float, faults: Faults) -> None:
    """Note an effort that cannot be."""
    if value <= 0:
        faults.add(f"{place}, effort", "must be > 0", value)
    if factor != 1.0 and value > _LONGEST_KM:
        shown = f"{value:g} km"
        faults.add(f"{place}, effort", "must be below 20,000 km", shown, _MIXED)


def _once(known: dict, key: object, value: float, place: str, what: str, faults: Faults) -> None:
    """Remember a value; note a second one that differs."""
    if math.isnan(value):
        return
    first = known.setdefault(key, value)
    if not math.isclose(first, value, rel_tol=1e-9):
        rule = f"must be the same in all rows of {key!r}; an earlier row says {first:g}"
        faults.add(f"{place}, {what}", rule, value)


def lines_within(
    table: Table, found: Mapping[str, int], factors: Mapping[str, float], faults: Faults
) -> Lines:
    """Take transects, their effort and the areas of strata from the rows of a flat file.

    Parameters
    ----------
    table : Table
        The file.
    found : mapping of str to int
        Its columns.
    factors : mapping of str to float
        Metres per unit of effort (1000 for visits) and square kilometres per unit of area.
    faults : Faults
        Takes gaps, contradictions and impossible values.

    Returns
    -------
    Lines
        With `of_row`.
    """
    for name, spelling in (("stratum", _STRATUM[0]), ("effort", "Effort")):
        if name not in found:
            faults.add(table.name, f"must have a column {spelling!r}")
    faults.raise_if_any()
    efforts = numbers_of(table, found["effort"], faults)
    areas = [math.nan] * len(table.rows)
    if "area" in found:
        areas = numbers_of(table, found["area"], faults)
    strata, labels = table.column(found["stratum"]), table.column(found["transect"])
    effort: dict[Key, float] = {}
    area: dict[str, float] = {}
    scale = factors["effort"] / 1000.0
    for i, key in enumerate(zip(strata, labels, strict=True)):
        place = f"{table.name}: row {table.lines[i]}"
        if not all(key):
            faults.add(place, "must name its stratum and its transect")
        _check_effort(efforts[i] * scale, place, factors["effort"], faults)
        _once(effort, key, efforts[i] * scale, place, "effort", faults)
        if areas[i] < 0:
            faults.add(f"{place}, area", "must be >= 0", areas[i])
        _once(area, key[0], areas[i] * factors["area"], place, "area", faults)
    return Lines(effort, area, of_row=list(zip(strata, labels, strict=True)))


def lines_beside(
    tables: Mapping[str, Table], factors: Mapping[str, float], faults: Faults
) -> Lines:
    """Take transects from ``samples``, areas from ``region`` and links from ``obs_link``.

    Parameters
    ----------
    tables : mapping of str to Table
        ``obs_link``, ``samples`` and ``region``.
    factors : mapping of str to float
        Metres per unit of effort (1000 for visits) and square kilometres per unit of area.
    faults : Faults
        Takes gaps, repeats, contradictions and names that are in one table only.

    Returns
    -------
    Lines
        With `linked`.
    """
    area = _areas(tables["region"], factors["area"], faults)
    effort = _efforts(tables["samples"], area, factors["effort"], faults)
    return Lines(effort, area, linked=_links(tables["obs_link"], effort, faults))


def _areas(table: Table, factor: float, faults: Faults) -> dict[str, float]:
    """Read ``region.csv``."""
    wanted = {"stratum": _STRATUM, "area": ("Area", "area_km2")}
    found = columns_of(table, wanted, tuple(wanted))
    known: dict[str, float] = {}
    values = numbers_of(table, found["area"], faults)
    for line, name, value in zip(table.lines, table.column(found["stratum"]), values, strict=True):
        place = f"{table.name}: row {line}"
        if name in known:
            faults.add(place, "must name each stratum once", name)
        if value < 0:
            faults.add(f"{place}, area", "must be >= 0", value)
        known[name] = value * factor
    return known


def _efforts(
    table: Table, area: Mapping[str, float], factor: float, faults: Faults
) -> dict[Key, float]:
    """Read ``samples.csv``."""
    wanted = {
        "stratum": _STRATUM,
        "transect": _TRANSECT,
        "effort": ("Effort", "length", "visits", "effort_km"),
    }
    found = columns_of(table, wanted, tuple(wanted))
    known: dict[Key, float] = {}
    values = numbers_of(table, found["effort"], faults)
    keys = zip(table.column(found["stratum"]), table.column(found["transect"]), strict=True)
    for line, key, value in zip(table.lines, keys, values, strict=True):
        place = f"{table.name}: row {line}"
        if key in known:
            faults.add(place, "must name each transect of a stratum once", "/".join(key))
        if key[0] not in area:
            faults.add(f"{place}, stratum", "must have a row in region.csv", key[0])
        _check_effort(value * factor / 1000.0, place, factor, faults)
        known[key] = value * factor / 1000.0
    return known


def _links(table: Table, effort: Mapping[Key, float], faults: Faults) -> dict[str, Key]:
    """Read ``obs_link.csv``."""
    wanted = {
        "object": ("object", "id", "detection", "observation"),
        "stratum": _STRATUM,
        "transect": _TRANSECT,
    }
    found = columns_of(table, wanted, tuple(wanted))
    known: dict[str, Key] = {}
    keys = zip(table.column(found["stratum"]), table.column(found["transect"]), strict=True)
    for line, name, key in zip(table.lines, table.column(found["object"]), keys, strict=True):
        place = f"{table.name}: row {line}"
        if known.get(name, key) != key:
            other = "/".join(known[name])
            faults.add(place, f"must put object {name!r} on one transect; before on {other}")
        if key not in effort:
            faults.add(f"{place}, transect", "must have a row in samples.csv", "/".join(key))
        known[name] = key
    return known
