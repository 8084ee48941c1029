"""Reading ``parameters.csv`` row by row and the entry keys of ``sources.bib``."""

import csv
import math
import re
from pathlib import Path

from ustyurt_models.checks import Fault, Faults, InputError, did_you_mean, require
from ustyurt_models.evidence.parameter import Parameter
from ustyurt_models.evidence.rules import check_numbers, check_parameter

__all__ = ["COLUMNS", "read_keys", "read_parameters"]

COLUMNS = (
    "id",
    "species",
    "parameter",
    "value",
    "low",
    "high",
    "unit",
    "distribution_hint",
    "place",
    "years",
    "source_key",
    "confidence",
    "note",
)
"""Columns of ``parameters.csv``, in order; ``source_key`` may hold several keys, split by ``;``."""

# An entry starts its own line; @comment, @string and @preamble are not publications.
_ENTRY = re.compile(r"^\s*@(?!comment|string|preamble)\w+\s*\{\s*([^,\s{}]+)\s*,", re.M | re.I)


def read_keys(path: Path, faults: Faults) -> frozenset[str] | None:
    """Return the entry keys of a BibTeX file, not the entries themselves.

    Parameters
    ----------
    path : pathlib.Path
        The BibTeX file.
    faults : Faults
        Collects what is wrong.

    Returns
    -------
    frozenset of str or None
        None if the file cannot be read, which is noted as a fault.
    """
    try:
        found = _ENTRY.findall(_read_text(path))
    except InputError as error:
        faults.extend(error)
        return None
    for key in sorted({key for key in found if found.count(key) > 1}):
        faults.add(f"{path.name}: {key}", "a key may occur once", key, "merge the entries")
    return frozenset(found)


def read_parameters(
    path: Path, known_sources: frozenset[str] | None, faults: Faults
) -> dict[str, Parameter]:
    """Return the rows of ``parameters.csv`` by id, in the order of the file.

    Parameters
    ----------
    path : pathlib.Path
        The table: UTF-8, separated by commas, one row per line.
    known_sources : frozenset of str or None
        Keys of the bibliography; None leaves the sources unchecked.
    faults : Faults
        Collects what is wrong, in every row.
    """
    try:
        # Each line is read on its own, so that a forgotten quote cannot swallow other rows.
        first, *lines = _read_text(path).split("\n")
        header = _cells(first, f"{path.name}: row 1")
        _check_header(header, path.name)
    except InputError as error:
        faults.extend(error)
        return {}
    rows: dict[str, Parameter] = {}
    for number, line in enumerate(lines, start=2):
        if line.strip():
            where = f"{path.name}: row {number}"
            row = _read_row(header, line, where, faults)
            if row is not None:
                check_parameter(row, where, known_sources, faults)
                if row.id in rows:
                    faults.add(f"{where}, id", "must be unique", row.id, "rename or merge the row")
                rows[row.id] = row
    return rows


def _read_text(path: Path) -> str:
    """Return the content of a UTF-8 file."""
    require(path.is_file(), str(path), "the file must exist", remedy="check the folder")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(
            [Fault(f"{path.name}: row {line}", "must be UTF-8", None, "save it as UTF-8")]
        ) from error


def _cells(line: str, where: str) -> list[str]:
    """Return the cells of one line, or raise if its quotes do not match."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        fault = Fault(where, "quotes must come in pairs", None, 'close the quote; write "" inside')
        raise InputError([fault]) from error


def _check_header(header: list[str], name: str) -> None:
    """Raise if columns are missing, repeated or unknown."""
    where, faults = f"{name}: row 1", Faults()
    if len(header) == 1 and ";" in header[0]:
        remedy = "save it as CSV with commas and decimal points"
        raise InputError([Fault(where, "cells must be separated by commas", ";", remedy)])
    for column in COLUMNS:
        if column not in header:
            faults.add(where, "missing column", column, "add it to the header")
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            faults.add(where, "unknown column", column, did_you_mean(column, COLUMNS))
        elif header.count(column) > 1:
            faults.add(where, "a column may occur once", column, "remove one")
    faults.raise_if_any()


def _read_row(header: list[str], line: str, where: str, faults: Faults) -> Parameter | None:
    """Return the row with its numbers checked, None when it does not fit the header."""
    try:
        cells = _cells(line, where)
    except InputError as error:
        faults.extend(error)
        return None
    if len(cells) != len(header):
        rule, remedy = f"must have {len(header)} cells", "quote texts that hold a comma"
        faults.add(where, rule, len(cells), remedy)
        return None
    noted = len(faults.found)
    row = _parameter(dict(zip(header, cells, strict=True)), where, faults)
    if len(faults.found) == noted:
        check_numbers(row, where, faults)
    return row


def _parameter(cells: dict[str, str], where: str, faults: Faults) -> Parameter:
    """Build a row from its cells; numbers that do not parse become None and a fault."""
    text = {column: cell.strip() for column, cell in cells.items()}
    value, low, high = (_number(text[name], f"{where}, {name}", faults) for name in COLUMNS[3:6])
    return Parameter(
        id=text["id"],
        species=text["species"],
        parameter=text["parameter"],
        value=value,
        low=low,
        high=high,
        unit=text["unit"],
        distribution=text["distribution_hint"],
        place=text["place"],
        years=text["years"],
        source_keys=tuple(key.strip() for key in text["source_key"].split(";") if key.strip()),
        confidence=text["confidence"],
        note=text["note"],
    )


def _number(text: str, where: str, faults: Faults) -> float | None:
    """Return the finite number in `text`, None for an empty cell."""
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    faults.add(where, "must be a number", text, "decimal point, no thousands separator, no unit")
    return None
