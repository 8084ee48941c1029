"""Delimited text from any office: encoding, separator, decimal sign, header lines with units."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ustyurt_models.checks import Fault, Faults, InputError, did_you_mean, require

__all__ = [
    "MISSING",
    "Table",
    "columns_of",
    "fold",
    "numbers_of",
    "parse_table",
    "read_table",
]

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN_BESIDE = re.compile("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
#: Cells, in lower case, that say that a number is not known.
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})
_NAME = re.compile(r"[\s._()\[\]-]+")


@dataclass(frozen=True)
class Table:
    """A text table before its meaning is known.

    Attributes
    ----------
    name : str
        File name, for messages.
    header : dict of str to str
        ``# key: value`` lines above the table, keys in lower case.
    columns : tuple of str
        Column names as written.
    rows : tuple of tuple of str
        Cells, stripped; every row as long as `columns`.
    lines : tuple of int
        Line of the file on which each row stands, counted from 1.
    encoding : str
        Encoding found.
    separator : str
        Column separator found.
    comments : tuple of str
        ``#`` lines that are not ``# key: value``.
    places : tuple of str
        Where each row comes from when the rows of several files were joined; empty otherwise.
    """

    name: str
    header: dict[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    encoding: str
    separator: str
    comments: tuple[str, ...] = field(default=())
    places: tuple[str, ...] = field(default=())

    def column(self, index: int) -> list[str]:
        """Return the cells of one column."""
        return [row[index] for row in self.rows]

    @cached_property
    def where(self) -> tuple[str, ...]:
        """File and row of every row, for messages."""
        return self.places or tuple(f"{self.name}: row {line}" for line in self.lines)


def _decode_as(raw: bytes, name: str, encoding: str) -> str:
    """Return the text in an encoding that somebody stated."""
    try:
        return raw.decode(encoding)
    except LookupError:
        fault = Fault(f"survey file {name}: encoding", "must be a known encoding", encoding)
    except UnicodeDecodeError as error:
        fault = Fault(f"{name}: byte {error.start + 1}", f"must be {encoding} text")
    raise InputError([fault])


def _decode(raw: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    """Return the text and its encoding; refuse what can be read in two ways."""
    if encoding is None and raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if encoding is not None:
        return _decode_as(raw, name, encoding), encoding
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        place = f"{name}: line {raw[: error.start].count(b'\n') + 1}"
    advice = "save the file as UTF-8, or give encoding = '...' in the study file"
    try:
        russian = raw.decode("cp1251")
    except UnicodeDecodeError:
        require(False, place, "must be UTF-8 or Windows-1251 text", None, advice)
        raise
    if _CYRILLIC.search(russian) and not _LATIN_BESIDE.search(russian):
        return russian, "windows-1251"
    line = next(text for text in russian.splitlines() if not text.isascii())
    western = line.encode("cp1251").decode("cp1252", errors="replace")
    rule = (
        "must be readable in one way only; "
        f"as Windows-1251 it says {line[:60]!r}, as Windows-1252 {western[:60]!r}"
    )
    require(False, place, rule, None, advice)
    raise AssertionError("unreachable")


def _separator(line: str) -> str:
    """Choose among semicolon, tab and comma; the header never holds a decimal number."""
    return next((mark for mark in (";", "\t") if mark in line), ",")


def _header_lines(lines: Sequence[str]) -> tuple[dict[str, str], list[str], int]:
    """Split ``# key: value`` lines from the table; return them, the remarks and the first line."""
    header: dict[str, str] = {}
    remarks: list[str] = []
    for number, line in enumerate(lines):
        text = line.strip().strip('"').rstrip(";, \t")
        if not text.startswith("#"):
            if text:
                return header, remarks, number
            continue
        text = text.lstrip("# ").strip()
        key, colon, value = text.partition(":")
        if colon and re.fullmatch(r"[A-Za-z_][\w ]{0,30}", key):
            name = key.strip().lower().replace(" ", "_")
            header[name] = f"{header[name]} {value.strip()}" if name in header else value.strip()
        else:
            remarks.append(text)
    return header, remarks, len(lines)


def read_table(path: Path, encoding: str | None = None) -> Table:
    """Read a delimited text file without interpreting its columns.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        Encoding when the file cannot tell it.

    Returns
    -------
    Table
        Cells as text.

    Raises
    ------
    InputError
        When the file is missing, empty, ambiguous, or its rows differ in length.
    """
    require(
        path.is_file(), str(path), "the survey file must exist", None, "check `file` in [survey]"
    )
    return parse_table(path.read_bytes(), path.name, encoding)


def parse_table(raw: bytes, name: str, encoding: str | None = None, plain: bool = False) -> Table:
    """Take the bytes of a delimited text file apart, as `read_table` does.

    Parameters
    ----------
    raw : bytes
        The file's content.
    name : str
        Its name, for messages.
    encoding : str, optional
        Encoding when the content cannot tell it.
    plain : bool
        Whether the table follows a standard: no lines of comment, and column names alone are a
        table, too.

    Returns
    -------
    Table
        Cells as text.

    Raises
    ------
    InputError
        When it is empty, ambiguous, or its rows differ in length.
    """
    text, found = _decode(raw, name, encoding)
    lines = text.splitlines()
    header, remarks, start = _header_lines(lines)
    require(start < len(lines), name, "must hold a line of column names and at least one row")
    separator = _separator(lines[start])
    columns, rows, numbers = _cells(lines, start, separator, name, plain)
    filled = plain or bool(rows)
    require(filled, name, "must hold at least one row below the column names")
    return Table(name, header, columns, rows, numbers, found, separator, tuple(remarks))


def _cells(
    lines: Sequence[str], start: int, separator: str, name: str, plain: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[int, ...]]:
    """Split the lines from the column names on; return names, rows and the lines of the rows."""
    reader = csv.reader(lines[start:], delimiter=separator)
    faults, rows, numbers = Faults(), [], []
    try:
        columns = tuple(cell.strip().strip('"') for cell in next(reader))
        for cells in reader:
            line = start + reader.line_num
            remark = not plain and bool(cells) and cells[0].lstrip().startswith("#")
            if remark or not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                advice = "a decimal comma in a comma-separated file? use ';' between columns"
                rule = f"must have {len(columns)} cells like the header"
                faults.add(f"{name}: row {line}", rule, len(cells), advice)
                continue
            rows.append(tuple(cell.strip() for cell in cells))
            numbers.append(line)
    except csv.Error as error:
        place = f"{name}: row {start + reader.line_num}"
        faults.add(place, "must be delimited text", None, f"{error}; an open quotation mark?")
        faults.raise_if_any()
    for column in sorted({column for column in columns if columns.count(column) > 1} - {""}):
        faults.add(name, "must name every column differently", column)
    faults.raise_if_any()
    return columns, tuple(rows), tuple(numbers)


def columns_of(
    table: Table, wanted: dict[str, tuple[str, ...]], compulsory: Sequence[str]
) -> dict[str, int]:
    """Find columns by any of their accepted names, ignoring case, dots and underscores.

    Parameters
    ----------
    table : Table
        The file.
    wanted : dict
        Our name to the spellings accepted in files.
    compulsory : sequence of str
        Names that must be found.

    Returns
    -------
    dict of str to int
        Column index by our name.
    """
    plain = {fold(column): index for index, column in enumerate(table.columns)}
    faults = Faults()
    found: dict[str, int] = {}
    for name, spellings in wanted.items():
        index = next((plain[key] for key in map(fold, spellings) if key in plain), None)
        if index is not None:
            found[name] = index
        elif name in compulsory:
            hint = did_you_mean(spellings[0], table.columns)
            faults.add(table.name, f"must have a column {spellings[0]!r}", None, hint)
    faults.raise_if_any()
    return found


def fold(name: str) -> str:
    """Return a column name without case, dots, dashes, blanks and underscores."""
    return _NAME.sub("", name).lower()


def _check_decimal_sign(table: Table, index: int, faults: Faults) -> bool:
    """Return whether the column writes decimals with a comma; refuse two readings."""
    cells = table.column(index)
    comma = [cell for cell in cells if "," in cell]
    if not comma:
        return False
    where = f"{table.name}: column {table.columns[index]}"
    point = [cell for cell in cells if re.fullmatch(r"[+-]?\d*\.\d+", cell)]
    if point:
        rule = f"must use one decimal sign; found both {comma[0]!r} and {point[0]!r}"
        faults.add(where, rule)
    elif all(_THOUSANDS.fullmatch(cell) for cell in comma):
        as_decimal, as_whole = comma[0].replace(",", "."), comma[0].replace(",", "")
        rule = f"must be readable in one way only; {comma[0]!r} is {as_decimal} or {as_whole}"
        faults.add(where, rule, None, "write the decimal sign as a point and no thousands sign")
    return True


def numbers_of(table: Table, index: int, faults: Faults, missing_ok: bool = False) -> list[float]:
    """Read one column as numbers; missing and unreadable cells become NaN.

    Parameters
    ----------
    table : Table
        The file.
    index : int
        Column.
    faults : Faults
        Takes text in the column, and missing cells unless `missing_ok`.
    missing_ok : bool
        Whether empty cells have a meaning here.

    Returns
    -------
    list of float
        One per row.
    """
    decimal_comma = _check_decimal_sign(table, index, faults)
    column = table.columns[index]
    values = []
    for place, cell in zip(table.where, table.column(index), strict=True):
        where = f"{place}, column {column}"
        if cell.lower() in MISSING:
            if not missing_ok:
                faults.add(where, "must not be empty")
            values.append(float("nan"))
            continue
        if decimal_comma and _DECIMAL_COMMA.fullmatch(cell):
            cell = cell.replace(",", ".")
        try:
            number = float("" if "_" in cell else cell)
        except ValueError:
            faults.add(where, "must be a number", cell)
            number = float("nan")
        if number in (float("inf"), float("-inf")):
            faults.add(where, "must be finite", cell)
            number = float("nan")
        values.append(number)
    return values
