"""Tables: cells as text, files as CSV."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from ustyurt_models.report.content import Cell, Column, Table
from ustyurt_models.report.words import shown_count, shown_number, shown_probability

__all__ = ["frame", "save_csv", "shown_cell"]

_PLAIN_FROM = 100

_WRITERS: Mapping[str, Callable[[float], str]] = {
    "number": shown_number,
    "count": shown_count,
    "probability": shown_probability,
}


def shown_cell(cell: Cell, column: Column) -> str:
    """Return the text of a cell as its column asks; nothing known is a dash."""
    if cell is None or cell != cell or cell == "":
        return "\N{EN DASH}"
    if isinstance(cell, str):
        return cell
    if isinstance(cell, tuple):
        return _interval(cell)
    writer = _WRITERS.get(column.kind)
    return writer(float(cell)) if writer else str(cell)


def _interval(ends: tuple[float, float, float]) -> str:
    """Return ``median (low to high)``; all three as counts when the largest is large."""
    if any(value != value for value in ends):
        return "\N{EN DASH}"
    whole = max(abs(value) for value in ends) >= _PLAIN_FROM
    writer = shown_count if whole else _two_digits
    median, low, high = (writer(value) for value in ends)
    return median if ends[1] == ends[2] else f"{median} ({low} to {high})"


def _two_digits(value: float) -> str:
    """Write an end of an interval; more digits would pretend to know more."""
    return shown_number(value, 2)


def _cells(cell: Cell, column: Column) -> Iterator[Cell]:
    """Yield the CSV cells of one cell."""
    if column.kind == "interval":
        yield from cell if isinstance(cell, tuple) else (None, None, None)
    else:
        yield cell


def frame(table: Table) -> pd.DataFrame:
    """Return a table with unrounded values, one column per number.

    Parameters
    ----------
    table : Table
        The table; intervals become three columns.
    """
    headings = [text for column in table.columns for text in column.names]
    rows = [
        [
            value
            for cell, column in zip(row, table.columns, strict=True)
            for value in _cells(cell, column)
        ]
        for row in table.rows
    ]
    return pd.DataFrame(rows, columns=headings)


def save_csv(table: Table, folder: Path) -> Path:
    """Write a table with unrounded values and units in the header.

    Parameters
    ----------
    table : Table
        What to write.
    folder : Path
        Existing folder.

    Returns
    -------
    Path
        The file, UTF-8 with a byte-order mark so that spreadsheets read it.
    """
    path = folder / f"{table.name}.csv"
    frame(table).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    return path
