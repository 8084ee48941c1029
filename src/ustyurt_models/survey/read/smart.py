"""SMART query tables of one site: tracks and observations of patrols, read by a mapping file."""

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from ustyurt_models.checks import Fault, Faults, InputError, did_you_mean, require
from ustyurt_models.study.problems import problems_of
from ustyurt_models.study.surveys.visits import SmartMapping, SmartTable
from ustyurt_models.survey.read.positions import check_degrees
from ustyurt_models.survey.read.sources import read_source
from ustyurt_models.survey.read.table import MISSING, Table, numbers_of

__all__ = ["PatrolPoints", "Patrols", "read_mapping", "read_patrols"]

Floats = NDArray[np.float64]
_MOST_TOLD = 5


@dataclass(frozen=True)
class PatrolPoints:
    """Rows of a table, in the order of the file. Arrays of shape (row,).

    Attributes
    ----------
    patrol : tuple of str
        Patrol, and part of it where there are parts.
    day : numpy.ndarray
        Days since 1970, int64.
    second : numpy.ndarray
        Second of the day; the number of the row where times are not read.
    position : numpy.ndarray
        Longitude and latitude [degrees], shape (row, 2).
    species : tuple of str
        Names of the study; empty for tracks.
    count : numpy.ndarray
        Animals; NaN where not given.
    where : tuple of str
        File and row, for messages.
    """

    patrol: tuple[str, ...]
    day: NDArray[np.int64]
    second: Floats
    position: Floats
    species: tuple[str, ...]
    count: Floats
    where: tuple[str, ...]


@dataclass(frozen=True)
class Patrols:
    """What patrols walked and saw.

    Attributes
    ----------
    name : str
        Folder or zip.
    tracks, seen : PatrolPoints
        Points of tracks, and observations.
    mapping : SmartMapping
        How the tables were read.
    """

    name: str
    tracks: PatrolPoints
    seen: PatrolPoints
    mapping: SmartMapping


def read_mapping(path: Path) -> SmartMapping:
    """Read the mapping file of a site.

    Parameters
    ----------
    path : Path
        TOML file; see `SmartMapping`.

    Returns
    -------
    SmartMapping
        Names of columns and forms of dates.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    require(path.is_file(), str(path), "the mapping file must exist", None, "check `mapping`")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        if isinstance(found.get("months"), list):
            found["months"] = tuple(found["months"])
        return SmartMapping.model_validate(found)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError([Fault(path.name, f"must be valid TOML: {error}")]) from error
    except ValidationError as error:
        problems = problems_of(error, SmartMapping)
        raise InputError(
            Fault(f"{path.name}: {'.'.join(map(str, one.path))}", one.rule, one.got, one.remedy)
            for one in problems
        ) from error


def _columns(table: Table, told: SmartTable, faults: Faults) -> dict[str, int]:
    """Return the columns that the mapping names."""
    found = {}
    for name in ("patrol", "date", "x", "y", "time", "part", "species", "count"):
        column = getattr(told, name)
        if not column:
            continue
        if column in table.columns:
            found[name] = table.columns.index(column)
        else:
            advice = did_you_mean(column, table.columns)
            faults.add(f"{table.name}: {name}", "must have the column", column, advice)
    return found


def _date(cell: str, mapping: SmartMapping) -> dt.date | None:
    """Read a date as the mapping says; nothing when there is no such day."""
    text = cell.lower()
    # Words beside the directives are compared without regard to case.
    form = re.sub(
        r"%.|[^%]", lambda m: m[0] if len(m[0]) > 1 else m[0].lower(), mapping.date_format
    )
    if "%B" in form:
        numbers = {name.lower(): i + 1 for i, name in enumerate(mapping.months)}
        word = next((name for name in sorted(numbers, key=len, reverse=True) if name in text), None)
        if word is None:
            return None
        text, form = text.replace(word, f"{numbers[word]:02d}"), form.replace("%B", "%m")
    try:
        return dt.datetime.strptime(text, form).date()
    except ValueError:
        return None


def _days(table: Table, index: int, mapping: SmartMapping, faults: Faults) -> NDArray[np.int64]:
    """Read dates; those that cannot be are refused."""
    found = np.zeros(len(table.rows), np.int64)
    for row, cell in enumerate(table.column(index)):
        day = _date(cell, mapping)
        if day is None or not 1980 <= day.year <= 2100:
            where = f"{table.where[row]}, column {table.columns[index]}"
            rule = f"must be a day of 1980..2100 written as {mapping.date_format}"
            faults.add(where, rule, cell, "another date_format in the mapping file?")
            continue
        found[row] = day.toordinal() - dt.date(1970, 1, 1).toordinal()
    return found


def _seconds(table: Table, index: int | None, mapping: SmartMapping, faults: Faults) -> Floats:
    """Read times of day, or number the rows."""
    if index is None:
        return np.arange(len(table.rows), dtype=np.float64)
    found = np.zeros(len(table.rows))
    for row, cell in enumerate(table.column(index)):
        try:
            time = dt.datetime.strptime(cell, mapping.time_format).time()
        except ValueError:
            where = f"{table.where[row]}, column {table.columns[index]}"
            faults.add(where, f"must be a time written as {mapping.time_format}", cell)
            continue
        found[row] = time.hour * 3600 + time.minute * 60 + time.second
    return found


def _decimal_degrees(table: Table, columns: tuple[int, int]) -> Table:
    """Write coordinates with points: as degrees ``55,500`` can be read in one way only."""
    rows = []
    for row in table.rows:
        cells = list(row)
        for index in columns:
            cells[index] = cells[index].replace(",", ".") if "." not in row[index] else row[index]
        rows.append(tuple(cells))
    return replace(table, rows=tuple(rows))


def _points(table: Table, told: SmartTable, mapping: SmartMapping) -> PatrolPoints:
    """Read one table; all of its faults come at once."""
    faults = Faults()
    at = _columns(table, told, faults)
    faults.raise_if_any()
    plain = _decimal_degrees(table, (at["x"], at["y"]))
    position = np.array([numbers_of(plain, at[axis], faults) for axis in ("x", "y")]).T
    check_degrees(table, position, faults)
    days = _days(table, at["date"], mapping, faults)
    seconds = _seconds(table, at.get("time"), mapping, faults)
    count = np.full(len(table.rows), np.nan)
    if "count" in at:
        count = np.array(numbers_of(table, at["count"], faults, missing_ok=True))
    patrol = table.column(at["patrol"])
    for place, name in zip(table.where, patrol, strict=True):
        if name.lower() in MISSING:
            faults.add(f"{place}, column {told.patrol}", "must not be empty")
    faults.raise_if_any()
    if "part" in at:
        parts = table.column(at["part"])
        patrol = [f"{one}/{part}" for one, part in zip(patrol, parts, strict=True)]
    species = table.column(at["species"]) if "species" in at else []
    named = tuple(mapping.species.get(one, one) for one in species)
    return PatrolPoints(tuple(patrol), days, seconds, position, named, count, table.where)


def read_patrols(path: Path, mapping: SmartMapping) -> Patrols:
    """Read tracks and observations of patrols.

    Parameters
    ----------
    path : Path
        Folder or zip with the two tables that the mapping names; UTF-8 or Windows-1251, with
        decimal points or commas.
    mapping : SmartMapping
        From `read_mapping`.

    Returns
    -------
    Patrols
        Every patrol, also those that saw nothing.

    Raises
    ------
    InputError
        With the faults of both tables: columns that are not there, dates that cannot be, exchanged
        coordinates, observations of patrols without a track.
    """
    source, faults = read_source(path, mapping.encoding), Faults()
    by_name = {table.name: table for table in source.tables}
    found: list[PatrolPoints] = []
    for told in (mapping.tracks, mapping.observations):
        if told.file not in by_name:
            advice = did_you_mean(told.file, by_name)
            faults.add(source.name, "must hold the table", told.file, advice)
            continue
        try:
            found.append(_points(by_name[told.file], told, mapping))
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    tracks, seen = found
    walked = set(tracks.patrol)
    lost = [i for i, name in enumerate(seen.patrol) if name not in walked]
    for i in lost[:_MOST_TOLD]:
        rule = "must belong to a patrol with a track, or its effort is not known"
        faults.add(seen.where[i], rule, seen.patrol[i])
    if len(lost) > _MOST_TOLD:
        faults.add(source.name, f"{len(lost) - _MOST_TOLD} more observations have no track")
    faults.raise_if_any()
    return Patrols(source.name, tracks, seen, mapping)
