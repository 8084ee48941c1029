"""Tables of cells to predict to: place, area, covariates, zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pyproj
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, InputError, did_you_mean, require
from ustyurt_models.survey.read.covariates import further_columns
from ustyurt_models.survey.read.positions import Positions, projection_of, read_positions
from ustyurt_models.survey.read.table import Table, columns_of, numbers_of, read_table
from ustyurt_models.survey.read.units import LENGTH_M, declared_units, unit_factors

__all__ = ["GridTable", "GridUnits", "in_metres", "read_grid", "units_in_metres"]

_COLUMNS = {
    "area": ("area", "area_km2", "cell_area"),
    "zone": ("zone", "stratum", "Region.Label", "region"),
}


@dataclass(frozen=True)
class GridTable:
    """Cells of a file.

    Attributes
    ----------
    position : numpy.ndarray
        Longitude and latitude [degrees], or x and y [m], shape (cell, 2).
    position_kind : str
        ``"lonlat"`` or ``"projected"``.
    area_km2 : numpy.ndarray
        Shape (cell,).
    zone : numpy.ndarray
        Name of the zone, text, shape (cell,); ``region`` where the file has none.
    covariates : mapping of str to numpy.ndarray
        float64 or text, each shape (cell,); numbers whose unit is declared as a length are in
        metres.
    header : dict of str to str
        ``# key: value`` lines.
    units : mapping of str to str
        Units of the covariates as they are here, by name in lower case, where they were said.
    """

    position: NDArray[np.float64]
    position_kind: Literal["lonlat", "projected"]
    area_km2: NDArray[np.float64]
    zone: NDArray[np.str_]
    covariates: Mapping[str, NDArray]
    header: dict[str, str]
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def crs(self) -> pyproj.CRS | None:
        """Projection that the file declares."""
        return projection_of(self.header, "grid")


def in_metres(covariates: Mapping[str, NDArray], units: Mapping[str, str]) -> dict[str, NDArray]:
    """Convert covariates whose unit is declared as a length to metres.

    Parameters
    ----------
    covariates : mapping of str to numpy.ndarray
        Columns of a file.
    units : mapping of str to str
        Unit by name in lower case, as in its ``# units: elevation=ft, ...`` line.

    Returns
    -------
    dict of str to numpy.ndarray
        The same columns; words and other units as they are.
    """
    factors = {name: LENGTH_M[unit] for name, unit in units.items() if unit in LENGTH_M}
    return {
        name: values * factors.get(name.lower(), 1.0) if values.dtype.kind == "f" else values
        for name, values in covariates.items()
    }


def units_in_metres(units: Mapping[str, str]) -> dict[str, str]:
    """Return the units of covariates after `in_metres`, by name in lower case."""
    return {name.lower(): "m" if unit in LENGTH_M else unit for name, unit in units.items()}


@dataclass(frozen=True)
class GridUnits:
    """What the study says of a grid's file.

    Attributes
    ----------
    area : str or None
        Unit of the column of areas.
    covariates : mapping of str to str
        Units of covariates that are lengths.
    cell_area_km2 : float or None
        Area of every cell, where the file has no column.
    """

    area: str | None = None
    covariates: Mapping[str, str] = field(default_factory=dict)
    cell_area_km2: float | None = None


def _areas(table: Table, column: int | None, told: GridUnits, faults: Faults) -> NDArray:
    """Return the area of each cell [km2]."""
    if column is None:
        if told.cell_area_km2 is None:
            advice = "or write cell_area = '... km2' in the study file"
            faults.add(table.name, "must have a column 'area'", list(table.columns), advice)
        return np.full(len(table.rows), told.cell_area_km2 or 1.0)
    header = table.header.get("units", "")
    try:
        factor = unit_factors({"area": told.area}, header, table.name, {"area": "area"})["area"]
    except InputError as error:
        faults.extend(error)
        factor = 1.0
    area = np.array(numbers_of(table, column, faults)) * factor
    for where, size in zip(table.where, area, strict=True):
        if size <= 0.0:
            faults.add(f"{where}, area", "must be > 0", float(size))
    return area


def _places(table: Table, faults: Faults) -> Positions | None:
    """Return where the cells lie; every cell must."""
    before = len(faults.found)
    place = read_positions(table, faults)
    if place is None:
        rule = "must have the columns longitude and latitude, or x and y"
        faults.add(table.name, rule, list(table.columns))
    elif len(faults.found) == before:
        for where, at in zip(table.where, place.value, strict=True):
            if not np.isfinite(at).all():
                faults.add(f"{where}, position", "must be known")
    return place


def _check_projection(table: Table, place: Positions | None, needed: bool, faults: Faults) -> None:
    """Refuse what is no projection, and metres without one where it is needed."""
    try:
        crs = projection_of(table.header, table.name)
    except InputError as error:
        faults.extend(error)
        return
    if needed and crs is None and place is not None and place.kind == "projected":
        rule = "must say its projection, for the landscape has another grid"
        faults.add(table.name, rule, None, "write '# crs: EPSG:...' on top of it")


def read_grid(
    path: Path, told: GridUnits, encoding: str | None = None, projection_needed: bool = False
) -> GridTable:
    """Read a table of cells.

    Parameters
    ----------
    path : Path
        Columns longitude and latitude or x and y, area, covariates, and perhaps zone. A header
        line ``# units: area=ha, elevation=ft`` gives units.
    told : GridUnits
        What the study says where the file does not.
    encoding : str, optional
        Encoding where the file cannot tell it.
    projection_needed : bool
        Whether cells in metres will be laid on a landscape.

    Returns
    -------
    GridTable
        The cells.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    require(path.is_file(), f"grid file {path.name}", "must exist", str(path))
    faults = Faults()
    table = read_table(path, encoding)
    found = columns_of(table, _COLUMNS, ())
    area = _areas(table, found.get("area"), told, faults)
    place = _places(table, faults)
    _check_projection(table, place, projection_needed, faults)
    taken = place.columns if place is not None else ()
    columns = further_columns(table, {*found.values(), *taken}, faults)
    units = {name.lower(): unit for name, unit in told.covariates.items()}
    for name in sorted(units.keys() - {name.lower() for name in columns}):
        advice = did_you_mean(name, columns)
        faults.add("survey: grid_units", "must name columns of the grid", name, advice)
    faults.raise_if_any()
    assert place is not None
    zone = table.column(found["zone"]) if "zone" in found else ["region"] * area.size
    units = declared_units(table.header.get("units", "")) | units
    named = np.array(zone, np.str_)
    return GridTable(
        place.value,
        place.kind,
        area,
        named,
        in_metres(columns, units),
        dict(table.header),
        units_in_metres(units),
    )
