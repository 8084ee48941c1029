"""Where transects lie: longitude and latitude in degrees, or x and y in metres; never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyproj
import pyproj.exceptions
from numpy.typing import NDArray

from ustyurt_models.checks import Fault, Faults, InputError
from ustyurt_models.survey.read.table import Table, fold, numbers_of
from ustyurt_models.survey.read.units import LENGTH_M, UnitFound, declared_units

__all__ = ["Positions", "check_degrees", "projection_of", "read_positions"]

_NAMES: Mapping[str, tuple[str, ...]] = {
    "longitude": ("longitude", "lon", "long", "lng"),
    "latitude": ("latitude", "lat"),
    "x": ("x", "easting", "x_m", "utm_x"),
    "y": ("y", "northing", "y_m", "utm_y"),
}
#: Extent of the Ustyurt with a margin, in degrees: west, east, south, north. Used only to notice
#: exchanged columns, because 44 E 56 N is a possible place as well.
_USTYURT = (50.0, 62.0, 40.0, 48.0)
#: A position may be this far [degrees] from the median of the file before its exchange is tried.
_FAR, _NEAR = 8.0, 4.0


@dataclass(frozen=True)
class Positions:
    """Positions of the rows of a file.

    Attributes
    ----------
    value : numpy.ndarray
        Longitude and latitude [degrees], or x and y [m]; NaN where missing, shape (row, 2).
    kind : str
        ``"lonlat"`` or ``"projected"``.
    columns : tuple of int
        The two columns.
    unit : UnitFound
        Unit and how it was known.
    """

    value: NDArray[np.float64]
    kind: Literal["lonlat", "projected"]
    columns: tuple[int, int]
    unit: UnitFound


def _pair(table: Table, first: str, second: str) -> tuple[int, int] | None:
    """Return the columns of two coordinates, if both are there."""
    plain = {fold(column): index for index, column in enumerate(table.columns)}
    found = [
        next((plain[fold(name)] for name in _NAMES[axis] if fold(name) in plain), None)
        for axis in (first, second)
    ]
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def _degrees(longitude: float, latitude: float) -> str:
    """Write a position for people."""
    east, north = "W" if longitude < 0 else "E", "S" if latitude < 0 else "N"
    return f"{abs(latitude):g} {north} {abs(longitude):g} {east}"


def _both(longitude: float, latitude: float) -> str:
    """Write both readings of a position; the second exchanges the columns."""
    swapped = _degrees(latitude, longitude) if abs(longitude) <= 90 else "no place at all"
    written = _degrees(longitude, latitude) if abs(latitude) <= 90 else "no place at all"
    return f"as written {written}, with exchanged columns {swapped}"


def _middle(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of each coordinate; numpy.median would import numpy.ma."""
    ordered, count = np.sort(places, axis=0), places.shape[0]
    return 0.5 * (ordered[(count - 1) // 2] + ordered[count // 2])


def _inside(longitude: float, latitude: float) -> bool:
    west, east, south, north = _USTYURT
    return west <= longitude <= east and south <= latitude <= north


def check_degrees(table: Table, value: NDArray[np.float64], faults: Faults) -> None:
    """Note positions outside the globe, without a fix, and with exchanged columns.

    Parameters
    ----------
    table : Table
        The file.
    value : numpy.ndarray
        Longitude and latitude [degrees], NaN where missing, shape (row, 2).
    faults : Faults
        Takes what cannot be, or can be read in two ways, with both readings.
    """
    here = f"{table.name}: longitude and latitude"
    known = value[np.isfinite(value).all(axis=1)]
    centre = _middle(known) if known.size else np.zeros(2)
    if _inside(centre[1], centre[0]) and not _inside(centre[0], centre[1]):
        advice = "exchange the two column names"
        rule = "must be readable in one way only; exchanged they lie on the Ustyurt:"
        faults.add(here, f"{rule} {_both(*centre)}", None, advice)
        return
    for place, (longitude, latitude) in zip(table.where, value, strict=True):
        if np.isnan(longitude) or np.isnan(latitude):
            continue
        where, written = f"{place}, position", _both(longitude, latitude)
        if abs(latitude) > 90 or abs(longitude) > 180:
            advice = "degrees with decimals are needed; columns exchanged, or metres?"
            rule = f"must lie in -180..180 and -90..90; {written}"
            faults.add(where, rule, (float(longitude), float(latitude)), advice)
        elif longitude == 0 and latitude == 0:
            faults.add(where, "must not be 0, 0", None, "a receiver without a fix? leave it empty")
        elif (
            np.hypot(*(np.array([longitude, latitude]) - centre)) > _FAR
            and np.hypot(*(np.array([latitude, longitude]) - centre)) < _NEAR
        ):
            rule = f"must be readable in one way only; far from the other rows {written}"
            faults.add(where, rule, None, "exchange the two cells?")


def _check_metres(
    table: Table, value: NDArray[np.float64], unit: UnitFound, faults: Faults
) -> None:
    """Note metres that look like degrees; refuse both readings unless a unit is declared."""
    known = value[np.isfinite(value).all(axis=1)]
    if not known.size or unit.how != "assumed":
        return
    if np.all(np.abs(known[:, 0]) <= 180) and np.all(np.abs(known[:, 1]) <= 90):
        x, y = _middle(known)
        width = np.ptp(known, axis=0).max()
        rule = (
            "must be readable in one way only; as metres the survey is "
            f"{width:.3g} m wide, as degrees it lies at {_degrees(x, y)}"
        )
        advice = "name the columns longitude and latitude, or write '# units: position=m' on top"
        faults.add(f"{table.name}: x and y", rule, None, advice)


def _unit(table: Table, columns: tuple[int, int], faults: Faults) -> UnitFound:
    """Return the unit of x and y: declared, in the column name, or metres as assumed."""
    declared = declared_units(table.header.get("units", ""))
    unit = declared.get("position") or declared.get("x") or declared.get("y")
    if unit is not None and unit not in LENGTH_M:
        faults.add(f"{table.name}: units of position", "must be a unit of length", unit)
    elif unit is not None:
        return UnitFound("position", unit, "header of the file", LENGTH_M[unit])
    named = all(fold(table.columns[index]) in ("xm", "ym") for index in columns)
    return UnitFound("position", "m", "name of the column" if named else "assumed", 1.0)


def read_positions(table: Table, faults: Faults) -> Positions | None:
    """Read the coordinates of the rows, if the file has any.

    Degrees are taken where both kinds are given, because they need no further word; a header line
    ``# crs: ...`` says that x and y are the better ones.

    Parameters
    ----------
    table : Table
        The file.
    faults : Faults
        Takes impossible and exchanged coordinates, and metres that look like degrees.

    Returns
    -------
    Positions or None
        Coordinates by row.
    """
    degrees, metres = _pair(table, "longitude", "latitude"), _pair(table, "x", "y")
    if degrees is not None and not (metres is not None and "crs" in table.header):
        value = _values(table, degrees, faults)
        check_degrees(table, value, faults)
        unit = UnitFound("position", "degree", "name of the column", 1.0)
        return Positions(value, "lonlat", degrees, unit)
    if metres is None:
        return None
    unit = _unit(table, metres, faults)
    value = _values(table, metres, faults) * unit.factor
    _check_metres(table, value, unit, faults)
    return Positions(value, "projected", metres, unit)


def _values(table: Table, columns: tuple[int, int], faults: Faults) -> NDArray[np.float64]:
    """Read two columns of numbers."""
    pair = [numbers_of(table, index, faults, missing_ok=True) for index in columns]
    return np.array(pair, np.float64).T


def projection_of(header: Mapping[str, str], where: str) -> pyproj.CRS | None:
    """Return the projection that a file declares as ``# crs: EPSG:32640``.

    Parameters
    ----------
    header : mapping of str to str
        ``# key: value`` lines of the file.
    where : str
        File, for the message.

    Returns
    -------
    pyproj.CRS or None
        None where the file declares none.

    Raises
    ------
    InputError
        When the text is no projection.
    """
    text = header.get("crs", "")
    if not text:
        return None
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        rule = "must be a projection such as EPSG:32640"
        raise InputError([Fault(f"{where}: crs", rule, text)]) from error
