"""Published counts by year: estimate, method, source; for trends."""

import math
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.table import Table, columns_of, numbers_of, read_table

__all__ = ["Counts", "read_counts"]

_COLUMNS = {
    "year": ("year",),
    "estimate": ("estimate", "count", "abundance"),
    "low": ("low", "lower"),
    "high": ("high", "upper"),
    "cv": ("cv",),
    "survey": ("survey",),
    "at_least": ("at_least", "minimum"),
    "covers": ("covers",),
    "method": ("method",),
    "source": ("source_key", "source"),
    "confidence": ("confidence",),
}
_COMPULSORY = ("year", "estimate", "source")
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0", "")
_COVERS = ("adults", "all")
_MASS = 0.95


@dataclass(frozen=True)
class Counts:
    """A series of counts, in the order of years.

    Attributes
    ----------
    year : numpy.ndarray
        Calendar year of each count, int64, shape (count,).
    estimate : numpy.ndarray
        Animals, shape (count,).
    low, high : numpy.ndarray
        Published limits, NaN where there are none, shape (count,).
    method, source, confidence : tuple of str
        How it was counted, who says so, and how sure the figure is.
    header : dict of str to str
        ``# key: value`` lines: status, area, stratum, and the evidence rows of the model.
    survey : tuple of str
        Which of several ways of counting; empty where the file has no such column.
    sd_log : numpy.ndarray
        Standard deviation of the logarithm that the source states, by cv or limits; NaN where it
        states none, shape (count,).
    at_least : numpy.ndarray
        bool, shape (count,): there were so many or more.
    covers : tuple of str
        ``adults`` (a year and older) or ``all`` (with the young of the year).
    """

    year: NDArray[np.int64]
    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    method: tuple[str, ...]
    source: tuple[str, ...]
    confidence: tuple[str, ...]
    header: dict[str, str]
    survey: tuple[str, ...]
    sd_log: NDArray[np.float64]
    at_least: NDArray[np.bool_]
    covers: tuple[str, ...]


@dataclass(frozen=True)
class _Columns:
    """Numbers of a file in the order of its rows, NaN where a cell or column is missing."""

    year: NDArray[np.float64]
    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    cv: NDArray[np.float64]


def _numbers(table: Table, found: dict[str, int], faults: Faults) -> _Columns:
    """Read the columns of numbers."""

    def column(name: str, optional: bool) -> NDArray[np.float64]:
        if name not in found:
            return np.full(len(table.rows), math.nan)
        return np.array(numbers_of(table, found[name], faults, optional), np.float64)

    return _Columns(
        column("year", False),
        column("estimate", False),
        column("low", True),
        column("high", True),
        column("cv", True),
    )


def _check(table: Table, columns: _Columns, faults: Faults) -> None:
    """Note impossible years and estimates, and rows that repeat."""
    seen: dict[tuple[str, ...], int] = {}
    pairs = zip(table.lines, table.rows, columns.year, columns.estimate, strict=True)
    for line, row, year, estimate in pairs:
        where = f"{table.name}: row {line}"
        if not math.isnan(year) and not (year == int(year) and 1800 <= year <= 2200):
            faults.add(f"{where}, year", "must be a calendar year", float(year))
        if estimate <= 0:
            advice = "the model works on the logarithm; leave the row out or give a detection limit"
            faults.add(f"{where}, estimate", "must be > 0", float(estimate), advice)
        if row in seen:
            faults.add(where, f"must not repeat row {seen[row]}")
        seen.setdefault(row, line)


def _check_errors(table: Table, columns: _Columns, faults: Faults) -> None:
    """Note limits that do not hold the estimate, and errors stated twice or by half."""
    for i, line in enumerate(table.lines):
        where = f"{table.name}: row {line}"
        low, high, cv = columns.low[i], columns.high[i], columns.cv[i]
        if math.isnan(low) != math.isnan(high):
            faults.add(where, "must have both low and high, or neither")
        elif not math.isnan(low):
            if not 0 < low <= columns.estimate[i] <= high or low == high:
                rule = "must have 0 < low <= estimate <= high, with low < high"
                faults.add(where, rule, (float(low), float(high)))
            if not math.isnan(cv):
                faults.add(where, "must state its error once: by cv, or by low and high")
        if not (math.isnan(cv) or 0 < cv < 5):
            advice = "a share: 0.3 for 30 %"
            faults.add(f"{where}, cv", "must be above 0 and below 5", float(cv), advice)


def _words(
    table: Table, found: dict[str, int], name: str, known: tuple[str, ...], faults: Faults
) -> list[str]:
    """Return a column of known words in lower case; the last of `known` where empty."""
    if name not in found:
        return [known[-1]] * len(table.rows)
    cells = [cell.lower() or known[-1] for cell in table.column(found[name])]
    for line, cell in zip(table.lines, cells, strict=True):
        if cell not in known:
            rule = f"must be one of {[word for word in known if word]}"
            faults.add(f"{table.name}: row {line}, {name}", rule, cell)
    return cells


def _mass(table: Table, faults: Faults) -> float:
    """Return the mass of the limits that the file states, 0.95 unless it says ``# limits:``."""
    text = table.header.get("limits", str(_MASS))
    try:
        mass = float(text)
    except ValueError:
        mass = math.nan
    if not 0 < mass < 1:
        faults.add(f"{table.name}: limits", "must be the mass of low to high, such as 0.95", text)
        return _MASS
    return mass


def _sd_log(columns: _Columns, mass: float) -> NDArray[np.float64]:
    """Return the spread that each row states of its logarithm; NaN where it states none."""
    width = 2 * NormalDist().inv_cdf((1 + mass) / 2)
    with np.errstate(all="ignore"):
        of_limits = np.log(columns.high / columns.low) / width
        of_cv = np.sqrt(np.log1p(columns.cv**2))
    return np.where(np.isnan(of_cv), of_limits, of_cv)


def read_counts(path: Path, encoding: str | None = None) -> Counts:
    """Read a table of counts by year.

    Parameters
    ----------
    path : Path
        Table with the columns year, estimate, source_key and optionally survey, low and high
        (their mass in a line ``# limits: 0.95``) or cv, at_least, covers, method and confidence.
    encoding : str, optional
        Encoding where the file cannot tell it.

    Returns
    -------
    Counts
        Sorted by year.

    Raises
    ------
    InputError
        With every fault of the file at once, by row and column.
    """
    table = read_table(path, encoding)
    found = columns_of(table, _COLUMNS, _COMPULSORY)
    faults = Faults()
    columns = _numbers(table, found, faults)
    _check(table, columns, faults)
    _check_errors(table, columns, faults)
    minimum = _words(table, found, "at_least", (*_YES, *_NO), faults)
    covers = _words(table, found, "covers", _COVERS[::-1], faults)
    sources = table.column(found["source"])
    for line, source in zip(table.lines, sources, strict=True):
        if not source:
            faults.add(f"{table.name}: row {line}, source", "must not be empty")
    mass = _mass(table, faults)
    if len(set(columns.year)) < 3:
        rule = "must hold at least three years for a trend"
        faults.add(table.name, rule, len(set(columns.year)))
    faults.raise_if_any()
    order = np.argsort(columns.year, kind="stable")

    def text(name: str) -> tuple[str, ...]:
        cells = table.column(found[name]) if name in found else [""] * len(table.rows)
        return tuple(cells[i] for i in order)

    return Counts(
        year=columns.year[order].astype(np.int64),
        estimate=columns.estimate[order],
        low=columns.low[order],
        high=columns.high[order],
        method=text("method"),
        source=text("source"),
        confidence=text("confidence"),
        header=table.header,
        survey=text("survey"),
        sd_log=_sd_log(columns, mass)[order],
        at_least=np.isin(np.array(minimum), _YES)[order],
        covers=tuple(covers[i] for i in order),
    )
