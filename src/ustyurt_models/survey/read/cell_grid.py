"""Square cells of one area each that sites of several sources can be laid into."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["EARTH_M", "CellGrid", "cell_names"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EARTH_M = 6_371_007.2  # radius of the sphere of equal area


@dataclass(frozen=True)
class CellGrid:
    """Cells in the sinusoidal projection, which keeps areas.

    Attributes
    ----------
    cell_m : float
        Side of a cell [m].
    middle : float
        Longitude of the middle of the plane [degree].
    """

    cell_m: float
    middle: float

    def plane(self, position: Floats) -> Floats:
        """Return x and y [m] of longitudes and latitudes, shape (row, 2)."""
        longitude, latitude = np.deg2rad(position.T)
        x = EARTH_M * np.cos(latitude) * (longitude - np.deg2rad(self.middle))
        return np.stack([x, EARTH_M * latitude], axis=1)

    def degrees(self, plane: Floats) -> Floats:
        """Return longitude and latitude of points of the plane, shape (row, 2)."""
        latitude = plane[:, 1] / EARTH_M
        longitude = np.deg2rad(self.middle) + plane[:, 0] / (EARTH_M * np.cos(latitude))
        return np.rad2deg(np.stack([longitude, latitude], axis=1))

    def cells(self, plane: Floats) -> Ints:
        """Return column and row of the cell of points of the plane, shape (row, 2)."""
        return np.floor(plane / self.cell_m).astype(np.int64)

    def centres(self, cells: Ints) -> Floats:
        """Return longitude and latitude of the centres of cells, shape (cell, 2)."""
        return self.degrees((cells.astype(np.float64) + 0.5) * self.cell_m)


def cell_names(cells: Ints) -> tuple[str, ...]:
    """Return the names of cells, such as ``cell +3 -2``."""
    return tuple(f"cell {x:+d} {y:+d}" for x, y in cells)
