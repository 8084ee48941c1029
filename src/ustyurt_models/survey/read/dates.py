"""Dates of surveys: read in one way only, impossible ones refused."""

import datetime as dt
import re

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.table import MISSING, Table

__all__ = ["read_dates"]

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_LOCAL = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[T ].*)?")
_FIRST, _LAST = 1900, 2100


def _orders(parts: list[tuple[int, int]]) -> tuple[bool, bool]:
    """Return whether all pairs can be day-month, and whether all can be month-day."""
    return all(second <= 12 for _, second in parts), all(first <= 12 for first, _ in parts)


def _day_first(cells: list[str], where: str, faults: Faults) -> bool:
    """Find out whether the day stands before the month; points always mean day first."""
    local = [match for match in map(_LOCAL.fullmatch, cells) if match and match[2] != "."]
    parts = [(int(match[1]), int(match[3])) for match in local]
    day_first, month_first = _orders(parts)
    if parts and day_first and month_first and any(a != b for a, b in parts):
        match = next(match for match in local if match[1] != match[3])
        first, second, year = int(match[1]), int(match[3]), match[4]
        readings = f"{year}-{second:02d}-{first:02d} or {year}-{first:02d}-{second:02d}"
        rule = f"must be readable in one way only; {match[0]!r} is {readings}"
        faults.add(where, rule, None, "write dates as 2027-05-31")
    if parts and not day_first and not month_first:
        rule = "must all stand in one order; some have the day first, others the month"
        faults.add(where, rule, None, "write dates as 2027-05-31")
    return day_first


def _date(cell: str, day_first: bool) -> dt.date | None:
    """Return the date of a cell, or nothing when there is no such day."""
    iso, local = _ISO.fullmatch(cell), _LOCAL.fullmatch(cell)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    elif local:
        first, second, year = int(local[1]), int(local[3]), int(local[4])
        day, month = (first, second) if day_first or local[2] == "." else (second, first)
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def read_dates(table: Table, index: int, faults: Faults) -> dict[str, NDArray]:
    """Read a column of dates.

    Parameters
    ----------
    table : Table
        The file.
    index : int
        Column; ``2027-05-31``, ``31.05.2027`` or, where one order only fits, ``31/05/2027``.
    faults : Faults
        Takes days that do not exist, years outside 1900..2100, and two readings.

    Returns
    -------
    dict of str to numpy.ndarray
        ``date`` as ISO text, ``year`` and ``day_of_year`` as float64, each shape (row,).
    """
    cells, column = table.column(index), table.columns[index]
    day_first = _day_first(cells, f"{table.name}: column {column}", faults)
    text, year, day = [], [], []
    for place, cell in zip(table.where, cells, strict=True):
        date = None if cell.lower() in MISSING else _date(cell, day_first)
        if date is None and cell.lower() not in MISSING:
            rule = "must be a day that exists, such as 2027-05-31"
            faults.add(f"{place}, column {column}", rule, cell)
        if date is not None and not _FIRST <= date.year <= _LAST:
            rule = f"must lie in {_FIRST}..{_LAST}"
            faults.add(f"{place}, column {column}", rule, cell)
        text.append("" if date is None else date.isoformat())
        year.append(np.nan if date is None else float(date.year))
        day.append(np.nan if date is None else float(date.timetuple().tm_yday))
    return {
        "date": np.array(text, np.str_),
        "year": np.array(year, np.float64),
        "day_of_year": np.array(day, np.float64),
    }
