"""Tables: cells as text, files as CSV."""

import csv
from pathlib import Path

from ustyurt_models.report.content import Cell, Column, Table
from ustyurt_models.report.words import shown_count, shown_number, shown_probability

__all__ = ["save_csv", "shown_cell"]

_WRITERS = {
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
    writer = _WRITERS.get(column.kind)
    return writer(float(cell)) if writer else str(cell)


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
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.heading for column in table.columns])
        writer.writerows(table.rows)
    return path
