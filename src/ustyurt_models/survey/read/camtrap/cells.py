"""Cells of a table of a package against the constraints of the standard."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Fault, Faults
from ustyurt_models.survey.read.camtrap.schema import Field
from ustyurt_models.survey.read.camtrap.times import Moments, parse_moment, readings
from ustyurt_models.survey.read.table import Table, fold, numbers_of

__all__ = ["Columns", "check_table", "shorten"]

#: Empty cells of the standard.
_MISSING = frozenset({"", "NaN", "nan"})
_TRUE, _FALSE = (
    frozenset({"true", "True", "TRUE", "1"}),
    frozenset({"false", "False", "FALSE", "0"}),
)
#: Faults of one kind in one column that are told one by one.
_MOST = 5


@dataclass(frozen=True)
class Columns:
    """The columns of a table that passed the check.

    Attributes
    ----------
    table : Table
        Its cells.
    text : dict of str to list of str
        Columns of words; missing cells are empty.
    number : dict of str to numpy.ndarray
        Columns of numbers and truth values (1 and 0), NaN where missing, each shape (row,).
    moment : dict of str to Moments
        Columns of moments.
    unknown : tuple of str
        Columns that the standard does not have.
    """

    table: Table
    text: dict[str, list[str]]
    number: dict[str, NDArray[np.float64]]
    moment: dict[str, Moments]
    unknown: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return len(self.table.rows)

    def words(self, name: str) -> list[str]:
        """Return a column of words; empty cells where there is no such column."""
        return self.text.get(name, [""] * self.rows)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers; NaN where there is no such column."""
        return self.number.get(name, np.full(self.rows, np.nan))


def shorten(faults: Faults) -> None:
    """Tell faults of one kind in one column a few times only, then how many more there are."""
    seen: dict[tuple[str, str], int] = {}
    kept: list[Fault] = []
    for fault in faults.found:
        key = (re.sub(r"row \d+", "row", fault.where), fault.rule)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= _MOST:
            kept.append(fault)
    for (where, rule), times in seen.items():
        if times > _MOST:
            kept.append(Fault(where, f"{rule}; so in {times - _MOST} more rows"))
    faults.found = kept


def _each(table: Table, index: int, check: Callable[[str], str], faults: Faults) -> None:
    """Note every cell that is there and with which something is wrong."""
    column = table.columns[index]
    for place, cell in zip(table.where, table.column(index), strict=True):
        rule = "" if cell in _MISSING else check(cell)
        if rule:
            faults.add(f"{place}, column {column}", rule, cell)


def _check_words(table: Table, index: int, field: Field, faults: Faults) -> list[str]:
    """Check words of a list, and patterns."""
    if field.allowed:
        rule = f"must be one of {', '.join(field.allowed)}"
        _each(table, index, lambda cell: "" if cell in field.allowed else rule, faults)
    if field.pattern:
        pattern = re.compile(field.pattern)
        rule = "must be a file inside the package or an address"
        if field.name == "fileMediatype":
            rule = "must be a media type such as image/jpeg"
        _each(table, index, lambda cell: "" if pattern.fullmatch(cell) else rule, faults)
    return ["" if cell in _MISSING else cell for cell in table.column(index)]


def _check_numbers(table: Table, index: int, field: Field, faults: Faults) -> NDArray[np.float64]:
    """Check numbers, their limits, and that integers are whole."""
    values = np.array(numbers_of(table, index, faults, missing_ok=True), np.float64)
    outside = (values < field.low) | (values > field.high)
    broken = (field.kind == "integer") & (values != np.floor(values)) & np.isfinite(values)
    bounds = f"must lie in {field.low:g}..{field.high:g}"
    if not np.isfinite(field.high):
        bounds = f"must be at least {field.low:g}"
    for row in np.flatnonzero(outside | broken):
        rule = bounds if outside[row] else "must be a whole number"
        faults.add(f"{table.where[row]}, column {field.name}", rule, float(values[row]))
    return values


def _check_truth(table: Table, index: int, faults: Faults) -> NDArray[np.float64]:
    """Check truth values; return 1, 0, or NaN where missing."""
    rule = "must be true or false"
    _each(table, index, lambda cell: "" if cell in _TRUE | _FALSE else rule, faults)
    cells = table.column(index)
    return np.array([1.0 if c in _TRUE else 0.0 if c in _FALSE else np.nan for c in cells])


def _check_moments(table: Table, index: int, faults: Faults) -> Moments:
    """Check moments; both readings of impossible ones are told."""
    column, found = table.columns[index], []
    for place, cell in zip(table.where, table.column(index), strict=True):
        if cell in _MISSING:
            found.append((np.nan, np.nan))
            continue
        utc, offset, rule = parse_moment(cell)
        if rule:
            faults.add(f"{place}, column {column}", rule, cell, readings(cell))
        found.append((utc, offset))
    both = np.array(found, np.float64).reshape(-1, 2)
    return Moments(both[:, 0], both[:, 1])


def _check_keys(
    table: Table, index: int, field: Field, parents: Mapping[str, Collection[str]], faults: Faults
) -> None:
    """Note empty cells where none may be, values that come twice, and orphans."""
    seen: dict[str, str] = {}
    parent = parents.get(field.parent)
    for place, cell in zip(table.where, table.column(index), strict=True):
        where = f"{place}, column {field.name}"
        if cell in _MISSING:
            if field.required:
                faults.add(where, "must not be empty")
            continue
        if field.unique and cell in seen:
            faults.add(where, "must come once in the table", cell, f"also in {seen[cell]}")
        if field.unique:
            seen.setdefault(cell, place)
        if parent is not None and cell not in parent:
            faults.add(where, f"must be in the table {field.parent}", cell)


def _unknown(table: Table, fields: tuple[Field, ...], faults: Faults) -> tuple[str, ...]:
    """Return columns that the standard does not have; those spelt almost right are faults."""
    names = {field.name for field in fields}
    plain = {fold(name): name for name in names}
    unknown = [column for column in table.columns if column and column not in names]
    for column in unknown:
        if fold(column) in plain:
            advice = f"did you mean {plain[fold(column)]!r}?"
            faults.add(
                f"{table.name}: column {column}", "must be spelt as in the standard", None, advice
            )
    return tuple(unknown)


def check_table(
    table: Table,
    fields: tuple[Field, ...],
    parents: Mapping[str, Collection[str]],
    faults: Faults,
) -> Columns:
    """Check a table of a package and convert its cells.

    Parameters
    ----------
    table : Table
        The table.
    fields : tuple of Field
        What the standard asks for.
    parents : mapping of str to collection of str
        Known identifiers by table.
    faults : Faults
        Takes whatever breaks a constraint.

    Returns
    -------
    Columns
        Columns by type.
    """
    at = {column: index for index, column in enumerate(table.columns)}
    unknown = _unknown(table, fields, faults)
    text: dict[str, list[str]] = {}
    number: dict[str, NDArray[np.float64]] = {}
    moments: dict[str, Moments] = {}
    for field in fields:
        index = at.get(field.name)
        if index is None:
            if field.required:
                faults.add(table.name, "must have the column", field.name)
            continue
        _check_keys(table, index, field, parents, faults)
        if field.kind == "datetime":
            moments[field.name] = _check_moments(table, index, faults)
        elif field.kind == "boolean":
            number[field.name] = _check_truth(table, index, faults)
        elif field.kind == "string":
            text[field.name] = _check_words(table, index, field, faults)
        else:
            number[field.name] = _check_numbers(table, index, field, faults)
    return Columns(table, text, number, moments, unknown)
