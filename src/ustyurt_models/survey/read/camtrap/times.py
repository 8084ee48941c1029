"""Moments of camera traps: ISO 8601 with a time zone; what cannot be is told in both readings."""

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DAY_S", "Moments", "moment", "parse_moment", "readings"]

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?")
_LOCAL = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b.*")
#: Camera traps with film came in the eighties; a clock that lost its battery says 1970 or 2000.
_FIRST, _LAST = 1980, 2100
DAY_S = 86_400


@dataclass(frozen=True)
class Moments:
    """Moments of the rows of a table.

    Attributes
    ----------
    utc_s : numpy.ndarray
        Seconds since 1970 in world time, float64; NaN where missing, shape (row,).
    offset_s : numpy.ndarray
        What the clock on the wall was ahead of world time [s], shape (row,).
    """

    utc_s: NDArray[np.float64]
    offset_s: NDArray[np.float64]


def _exchanged(year: int, month: int, day: int) -> str:
    """Return the date with day and month exchanged, or nothing when there is none."""
    try:
        return dt.date(year, day, month).isoformat()
    except ValueError:
        return ""


def _offset_s(zone: str) -> int:
    """Return what a time zone is ahead of world time [s]."""
    if zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    size = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return size if zone[0] == "+" else -size


def readings(cell: str) -> str:
    """Say how a moment that cannot be could be read; empty when nothing comes to mind."""
    match = _LOCAL.fullmatch(cell)
    if match:
        first, second, year = (int(part) for part in match.groups())
        days = [_exchanged(year, first, second), _exchanged(year, second, first)]
        found = " or ".join(dict.fromkeys(day for day in days if day))
        return f"could be {found}" if found else ""
    match = _ISO.fullmatch(cell)
    if match is None:
        return ""
    year, month, day = (int(match[part]) for part in (1, 2, 3))
    exchanged = _exchanged(year, month, day)
    if month > 12 and exchanged:
        return f"as written there is no month {month}, with day and month exchanged {exchanged}"
    return ""


def parse_moment(cell: str) -> tuple[float, float, str]:
    """Read a moment.

    Parameters
    ----------
    cell : str
        Such as ``2027-05-31T06:30:00+05:00``.

    Returns
    -------
    tuple
        Seconds since 1970 in world time, offset of the time zone [s], and what is wrong: empty
        when nothing is, else both numbers are NaN.
    """
    nothing = float("nan")
    match = _ISO.fullmatch(cell)
    if match is None:
        return nothing, nothing, "must be written as 2027-05-31T06:30:00+05:00"
    if match[7] is None:
        return nothing, nothing, "must end with a time zone, Z or such as +05:00"
    try:
        year, month, day, hour, minute, second = (int(match[part]) for part in range(1, 7))
        naive = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        return nothing, nothing, "must be a moment that exists"
    offset = _offset_s(match[7])
    if abs(offset) > 14 * 3600:
        return nothing, nothing, "must have a time zone that exists"
    if not _FIRST <= naive.year <= _LAST:
        return nothing, nothing, f"must lie in {_FIRST}..{_LAST}; a clock that was never set?"
    return naive.timestamp() - offset, float(offset), ""


def moment(utc_s: float, offset_s: float = 0.0) -> str:
    """Write a moment for people, in the time of its clock."""
    local = dt.datetime.fromtimestamp(utc_s + offset_s, dt.UTC)
    return local.strftime("%Y-%m-%d %H:%M")
