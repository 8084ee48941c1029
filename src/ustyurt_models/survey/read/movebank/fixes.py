"""Positions of collared animals: the event table of Movebank.

References
----------
Movebank Attribute Dictionary, http://vocab.nerc.ac.uk/collection/MVB/current/: ``timestamp`` is UTC
as ``yyyy-MM-dd HH:mm:ss.SSS``; ``visible`` is false for events marked as outliers.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.positions import check_degrees
from ustyurt_models.survey.read.table import MISSING, Table, columns_of, fold, numbers_of

__all__ = ["EVENTS", "Fixes", "fixes_of", "is_events", "utc_of"]

Floats = NDArray[np.float64]

EVENTS: dict[str, tuple[str, ...]] = {
    "time": ("timestamp",),
    "longitude": ("location-long",),
    "latitude": ("location-lat",),
    "animal": ("individual-local-identifier",),
    "visible": ("visible",),
}
_FIRST, _LAST = 1980, 2100
_MOST_TOLD = 5


@dataclass(frozen=True)
class Fixes:
    """Positions in order of animal and time. Arrays of shape (fix,).

    Attributes
    ----------
    animals : tuple of str
        ``individual-local-identifier``.
    animal : numpy.ndarray
        Index into `animals`, int64.
    utc_s : numpy.ndarray
        Seconds since 1970 in world time.
    position : numpy.ndarray
        Longitude and latitude [degrees], shape (fix, 2).
    hidden, empty, repeated : int
        Rows with ``visible=false``, without a position, and written twice; not among the fixes.
    """

    animals: tuple[str, ...]
    animal: NDArray[np.int64]
    utc_s: Floats
    position: Floats
    hidden: int = 0
    empty: int = 0
    repeated: int = 0


def is_events(table: Table) -> bool:
    """Tell whether a table has the columns of events."""
    names = {fold(column) for column in table.columns}
    return all(fold(EVENTS[one][0]) in names for one in ("time", "longitude", "latitude"))


def utc_of(table: Table, index: int, faults: Faults, missing_ok: bool = False) -> Floats:
    """Read a column of moments in world time.

    Parameters
    ----------
    table : Table
        The file.
    index : int
        Column.
    faults : Faults
        Takes what is no moment.
    missing_ok : bool
        Whether empty cells have a meaning here.

    Returns
    -------
    numpy.ndarray
        Seconds since 1970; NaN where missing, shape (row,).
    """
    found = np.full(len(table.rows), np.nan)
    for row, (place, cell) in enumerate(zip(table.where, table.column(index), strict=True)):
        where = f"{place}, column {table.columns[index]}"
        if cell.lower() in MISSING:
            if not missing_ok:
                faults.add(where, "must not be empty")
            continue
        try:
            moment = dt.datetime.fromisoformat(cell)
        except ValueError:
            advice = "a spreadsheet rewrites dates; export again and do not open it there"
            faults.add(where, "must be written as 2027-05-31 06:30:00.000 (UTC)", cell, advice)
            continue
        if moment.tzinfo not in (None, dt.UTC):
            faults.add(where, "must be world time (UTC)", cell, "take the column timestamp")
        elif not _FIRST <= moment.year <= _LAST:
            faults.add(where, f"must lie in {_FIRST}..{_LAST}", cell, "a clock never set?")
        else:
            found[row] = moment.replace(tzinfo=dt.UTC).timestamp()
    return found


def _visible(table: Table, index: int | None, faults: Faults) -> NDArray[np.bool_]:
    """Return which rows nobody has marked as outliers."""
    shown = np.ones(len(table.rows), bool)
    if index is None:
        return shown
    for row, (place, cell) in enumerate(zip(table.where, table.column(index), strict=True)):
        if cell.lower() not in ("true", "false", ""):
            faults.add(f"{place}, column visible", "must be true or false", cell)
        shown[row] = cell.lower() != "false"
    return shown


def _conflicts(
    table: Table, rows: NDArray[np.int64], same: NDArray[np.bool_], moved: NDArray[np.bool_]
) -> Sequence[tuple[str, str]]:
    """Return places with two positions of one animal at one moment, and the other place."""
    found = np.flatnonzero(same & moved)[:_MOST_TOLD]
    return [(table.where[rows[i + 1]], table.where[rows[i]]) for i in found]


def fixes_of(table: Table) -> Fixes:
    """Take the events of a Movebank table.

    Parameters
    ----------
    table : Table
        The file.

    Returns
    -------
    Fixes
        Visible positions; rows written twice once.

    Raises
    ------
    InputError
        With every fault at once: moments that cannot be, exchanged coordinates with both readings,
        an animal at two places at one moment, no animal, nothing left.
    """
    found, faults = columns_of(table, EVENTS, ("time", "longitude", "latitude", "animal")), Faults()
    time = utc_of(table, found["time"], faults)
    shown = _visible(table, found.get("visible"), faults)
    pair = [numbers_of(table, found[name], faults, True) for name in ("longitude", "latitude")]
    position = np.array(pair, np.float64).T
    check_degrees(table, np.where(shown[:, None], position, np.nan), faults)
    names = table.column(found["animal"])
    placed = shown & np.isfinite(position).all(axis=1)
    for row in np.flatnonzero(placed & (np.array(names) == ""))[:_MOST_TOLD]:
        rule = "must name the animal"
        faults.add(f"{table.where[row]}, column individual-local-identifier", rule)
    if not placed.any():
        faults.add(table.name, "must hold a visible position")
    faults.raise_if_any()
    animals = tuple(sorted({names[row] for row in np.flatnonzero(placed)}))
    at = {name: index for index, name in enumerate(animals)}
    rows = np.flatnonzero(placed)
    animal = np.array([at[names[row]] for row in rows], np.int64)
    order = np.lexsort((time[rows], animal))
    rows, animal = rows[order], animal[order]
    same = (np.diff(animal) == 0) & (np.diff(time[rows]) == 0)
    moved = (np.diff(position[rows], axis=0) != 0).any(axis=1)
    for place, other in _conflicts(table, rows, same, moved):
        advice = "write visible = false in the wrong one"
        faults.add(
            place, f"must not place an animal twice at one moment, as {other} does", None, advice
        )
    faults.raise_if_any()
    kept = np.append(True, ~same)
    return Fixes(
        animals,
        animal[kept],
        time[rows][kept],
        position[rows][kept],
        hidden=int((~shown).sum()),
        empty=int((shown & ~placed).sum()),
        repeated=int(same.sum()),
    )
