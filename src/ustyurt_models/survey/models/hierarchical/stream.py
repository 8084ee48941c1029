"""Write a density surface cell by cell to NetCDF, in memory that does not grow with the cells."""

import json
import os
from pathlib import Path

import h5netcdf
import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.models.hierarchical.predict import (
    CELLS_PER_BLOCK,
    CellTable,
    DensityDraws,
    Surface,
    cell_blocks,
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
        The file, with ``mean``, ``sd``, ``low``, ``high`` [animals per km2] over ``cell``, the
        place of each cell, and ``abundance`` over (draw, zone).
    """
    path = Path(path)
    part = path.with_name(path.name + ".part")
    total = np.zeros((draws.count, len(cells.zones)))
    try:
        with h5netcdf.File(part, "w") as file:
            _declare(file, draws, cells, mass, keep_draws)
            for chosen, density in cell_blocks(surface, draws, cells):
                _write_block(file, chosen, density, mass)
                member = cells.zone[chosen, None] == np.arange(len(cells.zones))
                total += density.astype(np.float64) @ (cells.area_km2[chosen, None] * member)
            file.variables["abundance"][:] = total
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


_STATISTICS = {
    "mean": "posterior mean of density",
    "sd": "posterior standard deviation of density",
    "low": "lower limit of density",
    "high": "upper limit of density",
}


def _declare(
    file: h5netcdf.File, draws: DensityDraws, cells: CellTable, mass: float, keep_draws: bool
) -> None:
    """Lay out the file and write what is known before predicting."""
    file.dimensions = {"cell": cells.count, "draw": draws.count, "zone": len(cells.zones)}
    file.attrs["interval_mass"] = mass
    file.attrs["interval_type"] = "equal-tailed"
    file.attrs["zone_names"] = json.dumps(cells.zones)
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
        variable.attrs.update({"units": "km-2", "long_name": meaning})
    variable = file.create_variable("abundance", ("draw", "zone"), np.float64)
    variable.attrs.update({"units": "1", "long_name": "animals in the zone"})
    if keep_draws:
        chunk = (draws.count, min(CELLS_PER_BLOCK, cells.count))
        shape = ("draw", "cell")
        variable = file.create_variable("density_per_km2", shape, np.float32, chunks=chunk)
        variable.attrs.update({"units": "km-2", "long_name": "animals per square kilometre"})


def _write_block(
    file: h5netcdf.File, chosen: slice, density: NDArray[np.float32], mass: float
) -> None:
    """Write what is wanted of one block."""
    ends = [(1 - mass) / 2, (1 + mass) / 2]
    low, high = np.quantile(density, ends, axis=0)
    spread = density.std(axis=0, ddof=1, dtype=np.float64)
    values = (density.mean(axis=0, dtype=np.float64), spread, low, high)
    for name, column in zip(_STATISTICS, values, strict=True):
        file.variables[name][chosen] = column.astype(np.float32)
    if "density_per_km2" in file.variables:
        file.variables["density_per_km2"][:, chosen] = density
