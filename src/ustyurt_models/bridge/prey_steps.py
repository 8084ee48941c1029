"""Steps of prey over the grid: which lines they meet, and where open water closes them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.checks import require
from ustyurt_models.ibm.prey_state import Grid
from ustyurt_models.ibm.prey_word import MOST_CELLS
from ustyurt_models.landscape.barriers import DIRECTIONS

__all__ = ["StepClasses", "land_beside", "prey_grid"]


@dataclass(frozen=True)
class StepClasses:
    """What the classes of steps in `Grid.step_class` mean.

    Attributes
    ----------
    barriers : tuple of str
        Names of the lines, in the order of the bits.
    first, second : numpy.ndarray
        int64, shape (class,): lines (as bits) met on the two ways of a step round the corner;
        straight steps have the same on both.
    closed : numpy.ndarray
        bool, shape (class,): steps out of the region into open water, never passed.
    """

    barriers: tuple[str, ...]
    first: np.ndarray
    second: np.ndarray
    closed: np.ndarray

    def permeability(self, by_barrier: Mapping[str, float]) -> np.ndarray:
        """Return the chance of each class, float64, shape (class,): the better of its two ways.

        A way is as permeable as the worst line on it; lines not named are open.
        """
        value = np.array([by_barrier.get(name, 1.0) for name in self.barriers])
        bits = 1 << np.arange(len(self.barriers))
        ways = [
            np.where(way[:, None] & bits, value, 1.0).min(axis=1, initial=1.0)
            for way in (self.first, self.second)
        ]
        return np.where(self.closed, 0.0, np.maximum(*ways))


def _ahead(layer: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return the value of `layer` one step away, 0 beyond the grid."""
    padded = np.pad(layer, 1)
    ny, nx = layer.shape
    return padded[1 + rows : 1 + rows + ny, 1 + columns : 1 + columns + nx]


def _lines(land: xr.Dataset) -> dict[tuple[int, int], np.ndarray]:
    """Return the lines, as bits, on the four straight steps from each cell."""
    bits = (1 << np.arange(land.sizes["barrier"]))[:, None, None]
    east = (land["barrier_east"].to_numpy() * bits).sum(axis=0)
    south = (land["barrier_south"].to_numpy() * bits).sum(axis=0)
    return {
        (0, 1): east,
        (1, 0): south,
        (0, -1): _ahead(east, 0, -1),
        (-1, 0): _ahead(south, -1, 0),
    }


def _ways(
    lines: Mapping[tuple[int, int], np.ndarray], rows: int, columns: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines met on the two ways of a step."""
    if rows == 0 or columns == 0:
        return lines[rows, columns], lines[rows, columns]
    vertical, horizontal = lines[rows, 0], lines[0, columns]
    return (
        vertical | _ahead(horizontal, rows, 0),
        horizontal | _ahead(vertical, 0, columns),
    )


def _dry(land: xr.Dataset) -> np.ndarray:
    """Return where there is land to walk on, bool, shape (y, x)."""
    dry = land["country"].to_numpy() > 0
    return dry & ~land["water"].to_numpy().astype(bool) if "water" in land else dry


def prey_grid(land: xr.Dataset) -> tuple[Grid, StepClasses]:
    """Return the grid of the kernels and the meaning of its step classes.

    Parameters
    ----------
    land : xarray.Dataset
        The landscape, see `contracts.LAND`.

    Returns
    -------
    Grid, StepClasses
        A diagonal step takes the better of its two ways round the corner, so a closed line does
        not leak; a step from the region into open water never succeeds.
    """
    inside = land["inside"].to_numpy().astype(bool)
    dry = _dry(land)
    lines = _lines(land)
    keys = []
    for rows, columns in DIRECTIONS:
        first, second = _ways(lines, rows, columns)
        closed = ~_ahead(inside | dry, rows, columns)
        keys.append(np.stack([np.minimum(first, second), np.maximum(first, second), closed]))
    table = np.stack(keys).transpose(1, 0, 2, 3).reshape(3, -1)
    kinds, which = np.unique(table, axis=1, return_inverse=True)
    require(
        kinds.shape[1] <= np.iinfo(np.uint8).max + 1,
        "landscape: barriers",
        "must form at most 256 kinds of steps",
        kinds.shape[1],
        "merge lines that run side by side",
    )
    require(
        inside.size <= MOST_CELLS,
        "landscape",
        f"must have at most {MOST_CELLS:,} cells",
        inside.size,
        "use larger cells or a smaller window",
    )
    ny, nx = inside.shape
    grid = Grid(
        inside=inside.ravel().astype(np.uint8),
        step_class=which.reshape(8, ny * nx).astype(np.uint8),
        offset=np.array([rows * nx + columns for rows, columns in DIRECTIONS], dtype=np.int64),
        nx=nx,
    )
    barriers = tuple(str(name) for name in land["barrier"].to_numpy())
    return grid, StepClasses(barriers, kinds[0], kinds[1], kinds[2].astype(bool))


def land_beside(land: xr.Dataset) -> np.ndarray:
    """Return the cells of the region that touch land outside it, bool, shape (y, x)."""
    inside = land["inside"].to_numpy().astype(bool)
    beyond = _dry(land) & ~inside
    beside = np.zeros_like(inside)
    for rows, columns in DIRECTIONS:
        beside |= _ahead(beyond, rows, columns)
    return inside & beside
