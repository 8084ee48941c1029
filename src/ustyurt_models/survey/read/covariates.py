"""Further columns of a survey file: text or numbers, by detection and by transect."""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.table import MISSING, Table, numbers_of

__all__ = ["column_values", "constant_by_transect", "further_columns", "is_missing"]

#: In a column of words "none" and "-" may be levels; these never are.
_MISSING_WORDS = frozenset({"", "na", "n/a", "nan"})


def _is_number(cell: str) -> bool:
    """Tell whether a cell reads as a number with point or comma."""
    try:
        float("x" if "_" in cell else cell.replace(",", "."))
    except ValueError:
        return False
    return True


def column_values(table: Table, index: int, faults: Faults) -> NDArray:
    """Return a column as numbers when every filled cell is one, else as text.

    Parameters
    ----------
    table : Table
        The file.
    index : int
        Column.
    faults : Faults
        Takes decimal signs that can be read in two ways.

    Returns
    -------
    numpy.ndarray
        float64 with NaN for missing, or text with ``""`` for missing, shape (row,).
    """
    cells = table.column(index)
    filled = [cell for cell in cells if cell.lower() not in MISSING]
    if filled and all(map(_is_number, filled)):
        return np.array(numbers_of(table, index, faults, missing_ok=True), np.float64)
    return np.array(["" if cell.lower() in _MISSING_WORDS else cell for cell in cells], np.str_)


def is_missing(values: NDArray) -> NDArray[np.bool_]:
    """Return which values are missing: NaN among numbers, empty among words."""
    return np.isnan(values) if values.dtype.kind == "f" else values == ""


def further_columns(table: Table, used: Collection[int], faults: Faults) -> dict[str, NDArray]:
    """Return every column that has no part in the survey itself, by its name in the file.

    Parameters
    ----------
    table : Table
        The file.
    used : collection of int
        Columns that are read otherwise.
    faults : Faults
        Takes decimal signs that can be read in two ways.

    Returns
    -------
    dict of str to numpy.ndarray
        Each shape (row,); columns without a name or without any filled cell are left out.
    """
    columns = {}
    for index, name in enumerate(table.columns):
        if index in used or not name:
            continue
        values = column_values(table, index, faults)
        if not is_missing(values).all():
            columns[name] = values
    return columns


def constant_by_transect(
    columns: Mapping[str, NDArray], transect: NDArray[np.int64], count: int
) -> dict[str, NDArray]:
    """Return the columns that have one value, and are given, all along every transect.

    Parameters
    ----------
    columns : mapping of str to numpy.ndarray
        By row, each shape (row,).
    transect : numpy.ndarray
        Transect of each row, int64, shape (row,); every transect has a row.
    count : int
        Number of transects.

    Returns
    -------
    dict of str to numpy.ndarray
        Each shape (transect,).
    """
    first = np.full(count, -1, np.int64)
    first[transect[::-1]] = np.arange(transect.size)[::-1]
    constant = {}
    for name, values in columns.items():
        by_transect = values[first]
        if not is_missing(values).any() and np.array_equal(by_transect[transect], values):
            constant[name] = by_transect
    return constant
