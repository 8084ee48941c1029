"""From draws of what density depends on to every cell of a grid, in bounded memory.

Cells are taken in blocks and all draws of a block at once, so that quantiles are exact and memory
depends neither on the number of cells nor on what is kept of earlier blocks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.survey.covariates import Design

__all__ = [
    "CELLS_PER_BLOCK",
    "CellTable",
    "DensityDraws",
    "Surface",
    "cell_blocks",
    "extrapolated",
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
    crs_wkt : str
        Projection of `position_km`, which is in km nevertheless; empty where it is not known.
    """

    covariates: Mapping[str, NDArray]
    position_km: Floats
    area_km2: Floats
    zone: NDArray[np.int64]
    zones: tuple[str, ...]
    cell: NDArray[np.int64]
    crs_wkt: str = ""

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
            self.crs_wkt,
        )


@dataclass(frozen=True)
class DensityDraws:
    """Draws of what density depends on.

    Attributes
    ----------
    intercept : numpy.ndarray
        Log of animals per square kilometre, or logit of psi, at average covariates without field,
        shape (draw,).
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
    """How density, or the probability of occupancy, depends on covariates and place.

    Attributes
    ----------
    design : Design
        Columns of the covariates.
    waves : callable or None
        Waves of the field at some places: (place, 2) [km] -> (place, function).
    link : str
        ``log`` of density, or ``logit`` of occupancy.
    """

    design: Design
    waves: Callable[[Floats], Floats] | None = None
    link: Literal["log", "logit"] = "log"

    def value(self, draws: DensityDraws, cells: CellTable) -> NDArray[np.float32]:
        """Return animals per km2, or psi, float32, shape (draw, cell)."""
        linear = self.linear(draws, cells)
        return np.exp(linear) if self.link == "log" else expit(linear)

    def linear(self, draws: DensityDraws, cells: CellTable) -> NDArray[np.float32]:
        """Return the same on the scale of the link, float32, shape (draw, cell)."""
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
        Which cells, and their animals per square kilometre or psi, float32, shape (draw, cell).
    """
    for begin in range(0, cells.count, cells_per_block):
        chosen = slice(begin, min(begin + cells_per_block, cells.count))
        yield chosen, surface.value(draws, cells.part(chosen))


def zone_totals(
    surface: Surface, draws: DensityDraws, cells: CellTable, cells_per_block: int = CELLS_PER_BLOCK
) -> Floats:
    """Sum density (or psi) times area over the cells of each zone.

    Parameters
    ----------
    surface, draws, cells, cells_per_block
        As `cell_blocks`.

    Returns
    -------
    numpy.ndarray
        Animals, or area occupied [km2], float64, shape (draw, zone).
    """
    total = np.zeros((draws.count, len(cells.zones)))
    for chosen, density in cell_blocks(surface, draws, cells, cells_per_block):
        member = cells.zone[chosen, None] == np.arange(len(cells.zones))
        total += density.astype(np.float64) @ (cells.area_km2[chosen, None] * member)
    return total


def extrapolated(design: Design, cells: CellTable) -> NDArray[np.bool_]:
    """Tell which cells have a covariate outside the range of the sites that were surveyed.

    The only place that says so: of every map, in trees, in streamed files and in diagnostics.

    Parameters
    ----------
    design : Design
        Learnt from the surveyed sites; numbers count by themselves, also where the formula has
        them only as a square or in a product.
    cells : CellTable
        Cells.

    Returns
    -------
    numpy.ndarray
        bool, shape (cell,). Levels that were not surveyed are refused by `cell_table`.
    """
    out = np.zeros(cells.count, bool)
    for name, variable in design.variables.items():
        if not variable.levels:
            value = np.asarray(cells.covariates[name], float)
            out |= (value < variable.low) | (value > variable.high)
    return out
