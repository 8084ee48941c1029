"""Tables of cells to predict to: place, area, covariates, zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.covariates import further_columns
from ustyurt_models.survey.read.positions import read_positions
from ustyurt_models.survey.read.table import columns_of, numbers_of, read_table
from ustyurt_models.survey.read.units import LENGTH_M, declared_units, unit_factors

__all__ = ["GridTable", "in_metres", "read_grid"]

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
    """

    position: NDArray[np.float64]
    position_kind: Literal["lonlat", "projected"]
    area_km2: NDArray[np.float64]
    zone: NDArray[np.str_]
    covariates: Mapping[str, NDArray]
    header: dict[str, str]


def in_metres(covariates: Mapping[str, NDArray], units: str) -> dict[str, NDArray]:
    """Convert covariates whose unit is declared as a length to metres.

    Parameters
    ----------
    covariates : mapping of str to numpy.ndarray
        Columns of a file.
    units : str
        Its ``# units: elevation=ft, ...`` line.

    Returns
    -------
    dict of str to numpy.ndarray
        The same columns; words and other units as they are.
    """
    declared = declared_units(units)
    return {
        name: values * LENGTH_M[declared[name.lower()]]
        if values.dtype.kind == "f" and declared.get(name.lower(), "") in LENGTH_M
        else values
        for name, values in covariates.items()
    }


def read_grid(path: Path, units: Mapping[str, str | None], encoding: str | None) -> GridTable:
    """Read a table of cells.

    Parameters
    ----------
    path : Path
        Columns longitude and latitude or x and y, area, covariates, and perhaps zone. A header
        line ``# units: area=ha, elevation=ft`` gives units; ``# cell_area: 9 ha`` the area of
        cells that are all alike.
    units : mapping of str to str
        Unit of ``area`` where the file does not say it.
    encoding : str, optional
        Encoding where the file cannot tell it.

    Returns
    -------
    GridTable
        The cells.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    faults = Faults()
    table = read_table(path, encoding)
    found = columns_of(table, _COLUMNS, ("area",))
    declared = table.header.get("units", "")
    factor = unit_factors({"area": units.get("area")}, declared, table.name, {"area": "area"})
    area = np.array(numbers_of(table, found["area"], faults)) * factor["area"]
    place = read_positions(table, faults)
    if place is None:
        rule = "must have the columns longitude and latitude, or x and y"
        faults.add(table.name, rule, list(table.columns))
    faults.raise_if_any()
    assert place is not None
    for where, size, at in zip(table.where, area, place.value, strict=True):
        if not size > 0:
            faults.add(f"{where}, area", "must be > 0", float(size))
        if not np.isfinite(at).all():
            faults.add(f"{where}, position", "must be known")
    used = {*found.values(), *place.columns}
    columns = further_columns(table, used, faults)
    faults.raise_if_any()
    zone = table.column(found["zone"]) if "zone" in found else ["region"] * area.size
    return GridTable(
        place.value,
        place.kind,
        area,
        np.array(zone, np.str_),
        in_metres(columns, declared),
        dict(table.header),
    )
