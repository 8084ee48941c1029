"""Write a surface cell by cell to NetCDF, in memory that does not grow with the cells."""

import json
import os
from pathlib import Path
from typing import NamedTuple

import h5netcdf
import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.models.hierarchical.predict import (
    CELLS_PER_BLOCK,
    CellTable,
    DensityDraws,
    Surface,
    cell_blocks,
    extrapolated,
)

__all__ = ["write_surface"]


def write_surface(
    surface: Surface,
    draws: DensityDraws,
    cells: CellTable,
    path: Path,
    mass: float = 0.95,
    keep_draws: bool = False,
) -> Path:
    """Stream mean, standard deviation and interval of every cell to NetCDF.

    Parameters
    ----------
    surface, draws, cells
        As `cell_blocks`.
    path : Path
        File to write; it appears only once it is complete.
    mass : float
        Mass of the equal-tailed interval.
    keep_draws : bool
        Also write every draw (4 bytes per cell and draw).

    Returns
    -------
    Path
        The file, with ``mean``, ``sd``, ``low``, ``high`` [animals per km2, or psi] over ``cell``,
        the place of each cell, ``extrapolated`` (uint8, 1 where a covariate lies outside the
        surveyed range), and ``abundance`` (or ``occupied_area_km2``) over (draw, zone).
    """
    path = Path(path)
    part, of = path.with_name(path.name + ".part"), _QUANTITIES[surface.link]
    total = np.zeros((draws.count, len(cells.zones)))
    try:
        with h5netcdf.File(part, "w") as file:
            _declare(file, surface, draws, cells, mass)
            if keep_draws:
                _declare_draws(file, surface, draws, cells)
            for chosen, density in cell_blocks(surface, draws, cells):
                _write_block(file, chosen, density, mass, of.name)
                beyond = extrapolated(surface.design, cells.part(chosen))
                file.variables["extrapolated"][chosen] = beyond.astype(np.uint8)
                member = cells.zone[chosen, None] == np.arange(len(cells.zones))
                total += density.astype(np.float64) @ (cells.area_km2[chosen, None] * member)
            file.variables[of.total][:] = total
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


_STATISTICS = {
    "mean": "posterior mean of {}",
    "sd": "posterior standard deviation of {}",
    "low": "lower limit of {}",
    "high": "upper limit of {}",
}

_BEYOND = {
    "units": "1",
    "long_name": "1 where a covariate lies outside the surveyed range, else 0",
}


class _Quantity(NamedTuple):
    """What a surface is of: name, unit and meaning in cells, and of the sum over a zone."""

    short: str
    name: str
    unit: str
    meaning: str
    total: str
    total_unit: str
    total_meaning: str


_QUANTITIES = {
    "log": _Quantity(
        "density",
        "density_per_km2",
        "km-2",
        "animals per square kilometre",
        "abundance",
        "1",
        "animals in the zone",
    ),
    "logit": _Quantity(
        "occupancy",
        "psi",
        "1",
        "probability that a site is occupied",
        "occupied_area_km2",
        "km2",
        "area of the zone that is occupied, where a cell is taken to be one site",
    ),
}


def _declare(
    file: h5netcdf.File, surface: Surface, draws: DensityDraws, cells: CellTable, mass: float
) -> None:
    """Lay out the file and write what is known before predicting."""
    of = _QUANTITIES[surface.link]
    file.dimensions = {"cell": cells.count, "draw": draws.count, "zone": len(cells.zones)}
    file.attrs["interval_mass"] = mass
    file.attrs["interval_type"] = "equal-tailed"
    file.attrs["zone_names"] = json.dumps(cells.zones)
    if cells.crs_wkt:
        file.attrs["crs_wkt"] = cells.crs_wkt
    known = {
        "x_km": (cells.position_km[:, 0], "km", "place of the cell, east"),
        "y_km": (cells.position_km[:, 1], "km", "place of the cell, north"),
        "area_km2": (cells.area_km2, "km2", "area of the cell"),
        "zone_index": (cells.zone, "1", "zone of the cell, index into zone_names"),
        "landscape_cell": (cells.cell, "1", "flat index into the landscape, -1 for none"),
    }
    for name, (values, unit, meaning) in known.items():
        variable = file.create_variable(name, ("cell",), values.dtype, data=values)
        variable.attrs.update({"units": unit, "long_name": meaning})
    for name, meaning in _STATISTICS.items():
        variable = file.create_variable(name, ("cell",), np.float32)
        said = {"units": of.unit, "long_name": meaning.format(of.short)}
        variable.attrs.update(said)
    variable = file.create_variable("extrapolated", ("cell",), np.uint8)
    variable.attrs.update(_BEYOND)
    variable = file.create_variable(of.total, ("draw", "zone"), np.float64)
    variable.attrs.update({"units": of.total_unit, "long_name": of.total_meaning})


def _declare_draws(
    file: h5netcdf.File, surface: Surface, draws: DensityDraws, cells: CellTable
) -> None:
    """Lay out every draw of every cell."""
    of = _QUANTITIES[surface.link]
    chunk = (draws.count, min(CELLS_PER_BLOCK, cells.count))
    variable = file.create_variable(of.name, ("draw", "cell"), np.float32, chunks=chunk)
    variable.attrs.update({"units": of.unit, "long_name": of.meaning})


def _write_block(
    file: h5netcdf.File, chosen: slice, density: NDArray[np.float32], mass: float, name: str
) -> None:
    """Write what is wanted of one block; every draw where the file has the variable `name`."""
    ends = [(1 - mass) / 2, (1 + mass) / 2]
    low, high = np.quantile(density, ends, axis=0)
    spread = density.std(axis=0, ddof=1, dtype=np.float64)
    values = (density.mean(axis=0, dtype=np.float64), spread, low, high)
    for statistic, column in zip(_STATISTICS, values, strict=True):
        file.variables[statistic][chosen] = column.astype(np.float32)
    if name in file.variables:
        file.variables[name][:, chosen] = density
