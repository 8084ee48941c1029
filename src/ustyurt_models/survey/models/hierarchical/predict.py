"""From draws of what density depends on to every cell of a grid, in bounded memory.

Cells are taken in blocks and all draws of a block at once, so that quantiles are exact and memory
depends neither on the number of cells nor on what is kept of earlier blocks.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import h5netcdf
import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.covariates import Design

__all__ = [
    "CELLS_PER_BLOCK",
    "CellTable",
    "DensityDraws",
    "Surface",
    "cell_blocks",
    "extrapolated",
    "write_surface",
    "zone_totals",
]

Floats = NDArray[np.float64]

#: With 1,000 draws and 1,000 waves a block takes about 20 MB.
CELLS_PER_BLOCK = 1000


@dataclass(frozen=True)
class CellTable:
    """Cells to predict to.

    Attributes
    ----------
    covariates : mapping of str to numpy.ndarray
        Variables of the density formula, each shape (cell,).
    position_km : numpy.ndarray
        Place in the coordinates of the field, shape (cell, 2).
    area_km2 : numpy.ndarray
        Shape (cell,).
    zone : numpy.ndarray
        Index into `zones`, int64, shape (cell,).
    zones : tuple of str
        Names of the zones.
    cell : numpy.ndarray
        Index into the landscape, -1 for a grid of its own, int64, shape (cell,).
    """

    covariates: Mapping[str, NDArray]
    position_km: Floats
    area_km2: Floats
    zone: NDArray[np.int64]
    zones: tuple[str, ...]
    cell: NDArray[np.int64]

    @property
    def count(self) -> int:
        """Number of cells."""
        return int(self.area_km2.size)

    def part(self, chosen: slice) -> "CellTable":
        """Return some of the cells."""
        return CellTable(
            {name: values[chosen] for name, values in self.covariates.items()},
            self.position_km[chosen],
            self.area_km2[chosen],
            self.zone[chosen],
            self.zones,
            self.cell[chosen],
        )


@dataclass(frozen=True)
class DensityDraws:
    """Draws of what density depends on.

    Attributes
    ----------
    intercept : numpy.ndarray
        Log of animals per square kilometre at average covariates without field, shape (draw,).
    coefficient : numpy.ndarray
        Effects of the columns of the design, shape (draw, column).
    wave : numpy.ndarray
        Weight of each wave of the field, shape (draw, function); no function without a field.
    """

    intercept: Floats
    coefficient: Floats
    wave: Floats

    @property
    def count(self) -> int:
        """Number of draws."""
        return int(self.intercept.size)


@dataclass(frozen=True)
class Surface:
    """How density depends on covariates and place.

    Attributes
    ----------
    design : Design
        Columns of the covariates.
    waves : callable or None
        Waves of the field at some places: (place, 2) [km] -> (place, function).
    """

    design: Design
    waves: Callable[[Floats], Floats] | None = None

    def log_density(self, draws: DensityDraws, cells: CellTable) -> NDArray[np.float32]:
        """Return log animals per square kilometre, float32, shape (draw, cell)."""
        # Single precision: seven digits of a logarithm are plenty, and half the time and memory.
        value = np.repeat(draws.intercept.astype(np.float32)[:, None], cells.count, axis=1)
        if self.design.names:
            columns = self.design.matrix(cells.covariates).astype(np.float32)
            value += draws.coefficient.astype(np.float32) @ columns.T
        if self.waves is not None:
            waves = self.waves(cells.position_km).astype(np.float32)
            value += draws.wave.astype(np.float32) @ waves.T
        return value


def cell_blocks(
    surface: Surface,
    draws: DensityDraws,
    cells: CellTable,
    cells_per_block: int = CELLS_PER_BLOCK,
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Predict block by block.

    Parameters
    ----------
    surface : Surface
        Design and waves.
    draws : DensityDraws
        Draws to predict with.
    cells : CellTable
        Cells.
    cells_per_block : int
        Cells at a time.

    Yields
    ------
    tuple of slice and numpy.ndarray
        Which cells, and their animals per square kilometre, float32, shape (draw, cell).
    """
    for begin in range(0, cells.count, cells_per_block):
        chosen = slice(begin, min(begin + cells_per_block, cells.count))
        yield chosen, np.exp(surface.log_density(draws, cells.part(chosen)))


def zone_totals(
    surface: Surface, draws: DensityDraws, cells: CellTable, cells_per_block: int = CELLS_PER_BLOCK
) -> Floats:
    """Sum density times area over the cells of each zone.

    Parameters
    ----------
    surface, draws, cells, cells_per_block
        As `cell_blocks`.

    Returns
    -------
    numpy.ndarray
        Animals, float64, shape (draw, zone).
    """
    total = np.zeros((draws.count, len(cells.zones)))
    for chosen, density in cell_blocks(surface, draws, cells, cells_per_block):
        member = cells.zone[chosen, None] == np.arange(len(cells.zones))
        total += density.astype(np.float64) @ (cells.area_km2[chosen, None] * member)
    return total


def extrapolated(
    design: Design, surveyed: Mapping[str, NDArray], cells: CellTable
) -> NDArray[np.bool_]:
    """Tell which cells have a covariate outside the range of the surveyed sites.

    Parameters
    ----------
    design : Design
        Which variables count.
    surveyed : mapping of str to numpy.ndarray
        The variables at the sites with effort.
    cells : CellTable
        Cells.

    Returns
    -------
    numpy.ndarray
        bool, shape (cell,).
    """
    out = np.zeros(cells.count, bool)
    for name, variable in design.variables.items():
        if not variable.levels:
            value, known = cells.covariates[name], np.asarray(surveyed[name], float)
            out |= (value < known.min()) | (value > known.max())
    return out


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
