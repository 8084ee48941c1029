"""Where things stand on the ground: from cells to points, from zones to lines and cameras.

Coordinates are metres of the landscape's equal-area projection, x to the east, y to the north.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ground", "Lines", "lattice", "lay_cameras", "lay_lines", "scatter"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Ground(NamedTuple):
    """The grid as places; row 0 lies north."""

    x_m: Floats  # shape (column,), centres, rising
    y_m: Floats  # shape (row,), centres, falling
    cell_m: float

    @property
    def columns(self) -> int:
        """Cells from west to east."""
        return self.x_m.size


class Lines(NamedTuple):
    """Straight lines from south to north. All arrays have shape (line,)."""

    x_m: Floats
    low_m: Floats  # y of the southern end
    high_m: Floats  # y of the northern end
    effort_m: Floats  # length inside the zone


def scatter(ground: Ground, cell: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Put each animal or group somewhere in its cell.

    Parameters
    ----------
    ground : Ground
        The grid.
    cell : numpy.ndarray
        Flat indices, shape (n,).
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    tuple of numpy.ndarray
        x and y [m], each shape (n,).
    """
    row, column = np.divmod(cell, ground.columns)
    east, south = rng.uniform(-0.5, 0.5, (2, cell.size)) * ground.cell_m
    return ground.x_m[column] + east, ground.y_m[row] - south


def _inside(ground: Ground, zone: NDArray[np.bool_], x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Return whether points lie in cells of a zone."""
    column = np.floor((x - ground.x_m[0]) / ground.cell_m + 0.5).astype(int)
    row = np.floor((ground.y_m[0] - y) / ground.cell_m + 0.5).astype(int)
    known = (column >= 0) & (column < ground.x_m.size) & (row >= 0) & (row < ground.y_m.size)
    found = np.zeros(x.shape, bool)
    found[known] = zone[row[known], column[known]]
    return found


def lattice(
    ground: Ground,
    zone: NDArray[np.bool_],
    spacing_m: tuple[float, float],
    rng: np.random.Generator,
    beyond_m: float = 0.0,
) -> tuple[Floats, Floats]:
    """Lay a lattice with random origin over the rectangle around a zone.

    Parameters
    ----------
    ground : Ground
        The grid.
    zone : numpy.ndarray
        Bool, shape (row, column), at least one cell.
    spacing_m : tuple of float
        From point to point to the east, and to the north [m].
    rng : numpy.random.Generator
        Chance of the origin.
    beyond_m : float
        How far the lattice reaches beyond the rectangle to north and south [m].

    Returns
    -------
    tuple of numpy.ndarray
        x and y [m], each shape (point,).
    """
    rows, columns = np.nonzero(zone)
    half = ground.cell_m / 2
    west, east = ground.x_m[columns.min()] - half, ground.x_m[columns.max()] + half
    south = ground.y_m[rows.max()] - half - beyond_m
    north = ground.y_m[rows.min()] + half + beyond_m
    start = rng.uniform(0.0, spacing_m)
    x = np.arange(west + start[0], east, spacing_m[0])
    y = np.arange(south + start[1], north, spacing_m[1])
    return np.repeat(x, y.size), np.tile(y, x.size)


def _even_spacing(ground: Ground, zone: NDArray[np.bool_], count: int) -> float:
    """Return the spacing [m] of a square lattice with `count` points in a zone."""
    return float(np.sqrt(zone.sum() / count)) * ground.cell_m


def lay_lines(
    ground: Ground,
    zone: NDArray[np.bool_],
    count: int,
    length_m: float,
    rng: np.random.Generator,
) -> Lines:
    """Lay lines on a lattice with random origin, so that every spot is equally likely covered.

    The lattice is square where lines are shorter than its spacing. Longer lines would lie on top
    of each other, and groups would be seen twice by samples that pass for independent; they follow
    one another end to end instead, in columns further apart.

    Lines whose middle lies outside the zone but that reach into it belong to the design ("plus
    sampling"; Strindberg, Buckland & Thomas 2004, in *Advanced Distance Sampling*, ch. 7): without
    them the rim would be searched less.

    Parameters
    ----------
    ground : Ground
        The grid.
    zone : numpy.ndarray
        Bool, shape (row, column), at least one cell.
    count : int
        Expected total effort in lengths of a line; pieces of lines at the rim make more of them.
    length_m : float
        Length of a line [m].
    rng : numpy.random.Generator
        Chance of the origin.

    Returns
    -------
    Lines
        Those that reach into the zone.
    """
    even = _even_spacing(ground, zone, count)
    spacing = (even, even) if length_m <= even else (even * even / length_m, length_m)
    x, middle = lattice(ground, zone, spacing, rng, length_m / 2)
    low, high = middle - length_m / 2, middle + length_m / 2
    column = np.clip(
        np.floor((x - ground.x_m[0]) / ground.cell_m + 0.5).astype(int), 0, ground.x_m.size - 1
    )
    top = ground.y_m + ground.cell_m / 2
    part = np.minimum(high[:, None], top) - np.maximum(low[:, None], top - ground.cell_m)
    effort = (np.clip(part, 0.0, None) * zone[:, column].T).sum(axis=1)
    used = effort > 0.0
    return Lines(x[used], low[used], high[used], effort[used])


def lay_cameras(
    ground: Ground, zone: NDArray[np.bool_], count: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Set cameras on a lattice with random origin.

    Parameters
    ----------
    ground, zone, rng
        As `lay_lines`.
    count : int
        Expected number of cameras.

    Returns
    -------
    tuple of numpy.ndarray
        x and y [m], each shape (camera,).
    """
    even = _even_spacing(ground, zone, count)
    x, y = lattice(ground, zone, (even, even), rng)
    used = _inside(ground, zone, x, y)
    return x[used], y[used]
