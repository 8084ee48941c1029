"""Transects of a survey with two observers, from the rows of its flat table."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.covariates import constant_by_transect, further_columns
from ustyurt_models.survey.read.table import Table, numbers_of
from ustyurt_models.survey.read.units import UnitFound

__all__ = ["Lines", "lines_of"]

_LONGEST_KM = 20_000.0


@dataclass(frozen=True)
class Lines:
    """Transects of a survey, in the order of the file.

    Attributes
    ----------
    key : list of tuple of str
        Stratum and label.
    effort : list of float
        Length [km], or visits.
    area_km2 : dict of str to float
        Area by stratum.
    of_row : list of int
        Transect of each row of the table.
    covariates : dict of str to numpy.ndarray
        Columns that are the same all along every transect, each shape (transect,).
    """

    key: list[tuple[str, str]]
    effort: list[float]
    area_km2: dict[str, float]
    of_row: list[int]
    covariates: dict[str, NDArray]


def _check_effort(value: float, place: str, length: bool, faults: Faults) -> None:
    """Note an effort that cannot be."""
    if value <= 0:
        faults.add(f"{place}, effort", "must be > 0", value)
    if length and value > _LONGEST_KM:
        advice = "metres and kilometres mixed up?"
        faults.add(f"{place}, effort", "must be below 20,000 km", f"{value:g} km", advice)


def _once(known: dict, key: object, value: float, place: str, what: str, faults: Faults) -> None:
    """Remember a value; note a second one that differs."""
    if math.isnan(value):
        return
    first = known.setdefault(key, value)
    if not math.isclose(first, value, rel_tol=1e-9):
        rule = f"must be the same in all rows of {key!r}; an earlier row says {first:g}"
        faults.add(f"{place}, {what}", rule, value)


def lines_of(
    table: Table, found: Mapping[str, int], units: Mapping[str, UnitFound], faults: Faults
) -> Lines:
    """Take transects, their effort and the areas of strata from the rows of a flat table.

    Parameters
    ----------
    table : Table
        The file, or the joined tables.
    found : mapping of str to int
        Columns by our names.
    units : mapping of str to UnitFound
        Of effort and, where there is one, of area.
    faults : Faults
        Takes gaps, contradictions and impossible values.

    Returns
    -------
    Lines
        Transects.
    """
    length = units["effort"].how != "only one possible" and units["effort"].unit != "visits"
    scale = units["effort"].factor / (1000.0 if length else 1.0)
    efforts = numbers_of(table, found["effort"], faults)
    areas = [math.nan] * len(table.rows)
    if "area" in found:
        areas = numbers_of(table, found["area"], faults)
    strata, labels = table.column(found["stratum"]), table.column(found["transect"])
    keys = list(zip(strata, labels, strict=True))
    effort: dict[tuple[str, str], float] = {}
    area: dict[str, float] = {}
    for i, (key, place) in enumerate(zip(keys, table.where, strict=True)):
        if not all(key):
            faults.add(place, "must name its stratum and its transect")
        _check_effort(efforts[i] * scale, place, length, faults)
        _once(effort, key, efforts[i] * scale, place, "effort", faults)
        if areas[i] < 0:
            faults.add(f"{place}, area", "must be >= 0", areas[i])
        factor = units["area"].factor if "area" in units else 1.0
        _once(area, key[0], areas[i] * factor, place, "area", faults)
    names = list(dict.fromkeys(keys))
    position = {key: i for i, key in enumerate(names)}
    of_row = [position[key] for key in keys]
    columns = further_columns(table, found.values(), faults)
    same = constant_by_transect(columns, np.array(of_row, np.int64), len(names))
    return Lines(names, [effort.get(key, math.nan) for key in names], area, of_row, same)
