"""Published counts by year: estimate, method, source; for the trend model."""

import math
from dataclasses import dataclass
from pathlib import Path

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
    "method": ("method",),
    "source": ("source_key", "source"),
    "confidence": ("confidence",),
}
_COMPULSORY = ("year", "estimate", "source")


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
        Published 95 % limits, NaN where there are none, shape (count,).
    method, source, confidence : tuple of str
        How it was counted, who says so, and how sure the figure is.
    header : dict of str to str
        ``# key: value`` lines: status, area, stratum, and the evidence rows of the model.
    """

    year: NDArray[np.int64]
    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    method: tuple[str, ...]
    source: tuple[str, ...]
    confidence: tuple[str, ...]
    header: dict[str, str]


def _check(table: Table, years: list[float], estimates: list[float], faults: Faults) -> None:
    """Note impossible years and estimates, and rows that repeat."""
    seen: dict[tuple[str, ...], int] = {}
    for line, row, year, estimate in zip(table.lines, table.rows, years, estimates, strict=True):
        where = f"{table.name}: row {line}"
        if not math.isnan(year) and not (year == int(year) and 1800 <= year <= 2200):
            faults.add(f"{where}, year", "must be a calendar year", year)
        if estimate <= 0:
            advice = "the model works on the logarithm; leave the row out or give a detection limit"
            faults.add(f"{where}, estimate", "must be > 0", estimate, advice)
        if row in seen:
            faults.add(where, f"must not repeat row {seen[row]}")
        seen.setdefault(row, line)


def read_counts(path: Path, encoding: str | None = None) -> Counts:
    """Read a table of counts by year.

    Parameters
    ----------
    path : Path
        Table with the columns year, estimate, source_key and optionally low, high, method and
        confidence.
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
    years = numbers_of(table, found["year"], faults)
    estimates = numbers_of(table, found["estimate"], faults)
    nothing = [math.nan] * len(table.rows)
    low = numbers_of(table, found["low"], faults, True) if "low" in found else nothing
    high = numbers_of(table, found["high"], faults, True) if "high" in found else nothing
    _check(table, years, estimates, faults)
    sources = table.column(found["source"])
    for line, source in zip(table.lines, sources, strict=True):
        if not source:
            faults.add(f"{table.name}: row {line}, source", "must not be empty")
    if len(set(years)) < 3:
        faults.add(table.name, "must hold at least three years for a trend", len(set(years)))
    faults.raise_if_any()
    order = np.argsort(np.array(years), kind="stable")

    def text(name: str) -> tuple[str, ...]:
        cells = table.column(found[name]) if name in found else [""] * len(table.rows)
        return tuple(cells[i] for i in order)

    return Counts(
        np.array(years, np.float64)[order].astype(np.int64),
        np.array(estimates, np.float64)[order],
        np.array(low, np.float64)[order],
        np.array(high, np.float64)[order],
        text("method"),
        text("source"),
        text("confidence"),
        table.header,
    )
