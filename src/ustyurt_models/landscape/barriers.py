"""Barriers on the edges between cells: lines burnt so that they do not leak, and steps over them.

An edge joins the centres of two neighbouring cells. A line is a barrier on every edge it cuts, so
a closed line separates the grid: whoever walks from centre to centre along edges has to cut it.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr

from ustyurt_models.checks import Faults, did_you_mean

__all__ = ["DIRECTIONS", "cut_edges", "edge_permeability", "step_permeability"]

#: (row, column) of the steps N, NE, E, SE, S, SW, W, NW; row 0 is the northernmost.
DIRECTIONS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))

#: Share of a cell by which a cut is widened. A line through a cell centre, or nearer to it than
#: rounding can tell, then closes the edges on both sides instead of slipping between them.
_SLACK = 1e-6


def _cuts(along: np.ndarray, across: np.ndarray, cells_along: int, cells_across: int) -> np.ndarray:
    """Return the edges, shape (across, along), that a polyline cuts on the lines across = 0, 1, ….

    Edge (j, i) runs from (along i, across j) to (along i + 1, across j), in cell units.
    """
    cut = np.zeros((cells_across, cells_along), dtype=bool)
    for a0, b0, a1, b1 in zip(along[:-1], across[:-1], along[1:], across[1:], strict=True):
        # Half-open: a vertex exactly on a line counts as beyond it, so no passage is overlooked.
        low, high = min(b0, b1), max(b0, b1)
        rows = np.arange(max(np.floor(low) + 1, 0), min(np.floor(high), cells_across - 1) + 1)
        if rows.size == 0:
            continue
        place = a0 + (rows - b0) / (b1 - b0) * (a1 - a0)
        for shift in (-_SLACK, _SLACK):
            column = np.floor(place + shift).astype(int)
            known = (column >= 0) & (column < cells_along)
            cut[rows[known].astype(int), column[known]] = True
    return cut


def cut_edges(
    lines: Iterable[np.ndarray], x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find the edges between neighbouring cells that lines cut.

    Parameters
    ----------
    lines : iterable of numpy.ndarray
        Polylines, each of shape (vertex, 2): x and y in the unit of the grid.
    x, y : numpy.ndarray
        Cell centres, evenly spaced; y usually falls from north to south.

    Returns
    -------
    east, south : numpy.ndarray of bool, shape (y, x)
        Whether a line cuts the edge to the eastern, and to the southern (next row) neighbour.
    """
    east = np.zeros((y.size, x.size), dtype=bool)
    south = np.zeros((y.size, x.size), dtype=bool)
    for line in lines:
        column = (line[:, 0] - x[0]) / (x[1] - x[0])
        row = (line[:, 1] - y[0]) / (y[1] - y[0])
        east |= _cuts(column, row, x.size, y.size)
        south |= _cuts(row, column, y.size, x.size).T
    east[:, -1] = False
    south[-1, :] = False
    return east, south


def edge_permeability(
    land: xr.Dataset, permeability: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the permeability of the edges to the east and to the south, shape (y, x) each.

    Where several barriers share an edge the least permeable decides. Barriers that are not named
    are open. See `step_permeability` for the arguments.
    """
    names = [str(name) for name in land["barrier"].to_numpy()]
    faults = Faults()
    for name, value in permeability.items():
        if name not in names:
            faults.add(
                "barrier", "must be a barrier of the landscape", name, did_you_mean(name, names)
            )
        elif not 0.0 <= value <= 1.0:
            faults.add(f"barrier {name}: permeability", "must lie in 0..1", value)
    faults.raise_if_any()
    factor = np.array([permeability.get(name, 1.0) for name in names])[:, None, None]
    east = np.where(land["barrier_east"].to_numpy(), factor, 1.0).min(axis=0, initial=1.0)
    south = np.where(land["barrier_south"].to_numpy(), factor, 1.0).min(axis=0, initial=1.0)
    return east, south


def step_permeability(land: xr.Dataset, permeability: Mapping[str, float]) -> np.ndarray:
    """Return the chance factor of a step from every cell in every direction.

    A straight step meets the barriers on its edge. A diagonal step can go round two corners; each
    way is as permeable as the worse of its two edges, and the animal takes the better way. So
    nothing slips diagonally through a closed line, and a line's end can be walked round.

    Parameters
    ----------
    land : xarray.Dataset
        Landscape with ``barrier_east`` and ``barrier_south``, shape (barrier, y, x).
    permeability : mapping of str to float
        Chance, 0..1, that an animal passes where it would pass without the barrier; by name of
        the barrier.

    Returns
    -------
    numpy.ndarray
        float32, shape (8, y, x); directions N, NE, E, SE, S, SW, W, NW. Steps that leave the grid
        have 0.

    Raises
    ------
    InputError
        For a barrier that the landscape does not have, or a permeability outside 0..1.
    """
    east, south = edge_permeability(land, permeability)
    straight = {(0, 1): _leaving(east, 0, 1), (1, 0): _leaving(south, 1, 0)}
    straight[0, -1] = _arriving(east, 0, -1)
    straight[-1, 0] = _arriving(south, -1, 0)
    return np.stack([_step(straight, d_row, d_col) for d_row, d_col in DIRECTIONS]).astype(
        np.float32
    )


def _step(straight: Mapping[tuple[int, int], np.ndarray], d_row: int, d_col: int) -> np.ndarray:
    """Permeability of one direction out of those of the four straight ones."""
    if d_row == 0 or d_col == 0:
        return straight[d_row, d_col]
    vertical, horizontal = straight[d_row, 0], straight[0, d_col]
    first_vertical = np.minimum(vertical, _arriving(horizontal, d_row, 0))
    first_horizontal = np.minimum(horizontal, _arriving(vertical, 0, d_col))
    return np.maximum(first_vertical, first_horizontal)


def _arriving(layer: np.ndarray, d_row: int, d_col: int) -> np.ndarray:
    """Value of `layer` at the cell one step away, 0 beyond the grid."""
    padded = np.pad(layer, 1)
    rows, columns = layer.shape
    return padded[1 + d_row : 1 + d_row + rows, 1 + d_col : 1 + d_col + columns]


def _leaving(layer: np.ndarray, d_row: int, d_col: int) -> np.ndarray:
    """Copy of `layer` with 0 where the step would leave the grid."""
    return layer * _arriving(np.ones_like(layer), d_row, d_col)
