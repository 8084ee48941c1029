"""A survey's map on another grid than the landscape's: means weighted by area.

A cell of the landscape takes the mean of the map's cells below it, each weighted by the area that
the two share, so that animals are neither made nor lost where the map covers a cell. Areas are
measured by a raster of points over each cell of the landscape, whose projection is equal-area.
"""

from dataclasses import dataclass

import numpy as np
import pyproj
import xarray as xr
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from ustyurt_models.checks import require
from ustyurt_models.landscape.land import cell_size_km

__all__ = ["Overlap", "overlap_of"]

#: Points along the side of a cell of the landscape, and along that of a cell of the map.
_POINTS, _POINTS_PER_MAP_CELL, _MOST_POINTS = 20, 4, 32
#: A cell is known where at least this share of it is covered.
_KNOWN = 0.5
#: A point may lie this many half sides from a centre: lattices in degrees are not quite straight.
_SLACK = 1.05
#: Distances between neighbours of a lattice differ by less than this share.
_UNEVEN = 0.15
_SAMPLES_AT_ONCE = 100


@dataclass(frozen=True)
class Overlap:
    """How the cells of a map lie on the study region.

    Attributes
    ----------
    cell : numpy.ndarray
        Cells of the landscape inside the region, flat index, int64, shape (cell,).
    weight : scipy.sparse.csr_array
        Share of each cell of the map in the covered part of a cell, shape (cell, map cell).
    covered : numpy.ndarray
        Share of each cell that the map covers, shape (cell,).
    side_km, land_km : float
        Side of a cell of the map (geometric mean of width and height) and of the landscape.
    """

    cell: np.ndarray
    weight: csr_array
    covered: np.ndarray
    side_km: float
    land_km: float

    @property
    def missing(self) -> float:
        """Share of the area of the region that the map does not cover."""
        return float(1.0 - self.covered.mean())

    @property
    def unknown(self) -> int:
        """Cells of the region of which the map covers less than half."""
        return int((self.covered < _KNOWN).sum())

    def lay(self, value: np.ndarray) -> np.ndarray:
        """Return the mean of `value` (sample, map cell) by cell, float32, shape (sample, cell)."""
        out = np.empty((len(value), self.cell.size), np.float32)
        for begin in range(0, len(value), _SAMPLES_AT_ONCE):
            some = slice(begin, begin + _SAMPLES_AT_ONCE)
            out[some] = (self.weight @ value[some].T.astype(np.float64)).T
        return out

    def require_whole(self, where: str) -> None:
        """Refuse a map that leaves out a part of the region."""
        rule = "the map must cover the study region"
        got = f"{100.0 * self.missing:.2g} % left out, {self.unknown} cells less than half covered"
        advice = "give a grid that reaches beyond the region, or leave out 'grid'"
        require(self.unknown == 0, where, rule, got, advice)

    def words(self, name: str) -> str:
        """Say what was done."""
        return (
            f"map of survey {name}: cells of {self.side_km:.3g} km, averaged by shared area onto "
            f"the landscape's cells of {self.land_km:.3g} km, draw by draw"
        )


def overlap_of(
    place_m: np.ndarray, area_km2: np.ndarray, crs: str, land: xr.Dataset, where: str
) -> Overlap:
    """Find which cells of a map lie below each cell of the landscape.

    Parameters
    ----------
    place_m : numpy.ndarray
        Centres of the cells of the map [m], shape (map cell, 2); rows and columns of a lattice, not
        necessarily all of it.
    area_km2 : numpy.ndarray
        Their areas, shape (map cell,).
    crs : str
        Projection of `place_m`, as WKT.
    land : xarray.Dataset
        Landscape, cut to the study region.
    where : str
        Survey, for messages.

    Raises
    ------
    InputError
        When the projection is not known, or the cells are no lattice.
    """
    advice = "write '# crs: EPSG:...' on top of the grid and fit again"
    require(bool(crs), f"{where}: grid", "must say its projection to be resampled", None, advice)
    half_m = _sides_m(place_m, area_km2, where) / 2.0
    side_m, inside = 1000.0 * cell_size_km(land), land["inside"].to_numpy()
    cell = np.flatnonzero(inside.ravel())
    x, y = (axis.ravel()[cell] for axis in np.meshgrid(land["x"], land["y"]))
    own = str(land["spatial_ref"].attrs["crs_wkt"])
    move = pyproj.Transformer.from_crs(own, crs, always_xy=True)
    fine = int(np.ceil(_POINTS_PER_MAP_CELL * side_m / (2.0 * half_m.min())))
    count = min(max(_POINTS, fine), _MOST_POINTS)
    steps = ((np.arange(count) + 0.5) / count - 0.5) * side_m
    tree, row = cKDTree(place_m), np.arange(cell.size)
    times = csr_array((cell.size, len(place_m)))
    for up in steps:
        points = np.column_stack(
            move.transform((x[:, None] + steps).ravel(), np.repeat(y + up, count))
        )
        below = tree.query(points)[1]
        on = (np.abs(points - place_m[below]) <= _SLACK * half_m).all(axis=1)
        pair = (np.repeat(row, count)[on], below[on])
        times = times + csr_array((np.ones(on.sum()), pair), shape=times.shape)
    found = times.sum(axis=1)
    share = csr_array(times.multiply((1.0 / np.maximum(found, 1.0))[:, None]))
    return Overlap(
        cell,
        share,
        found / count**2,
        float(np.sqrt(np.prod(2.0 * half_m))) / 1000.0,
        side_m / 1000.0,
    )


def _sides_m(place_m: np.ndarray, area_km2: np.ndarray, where: str) -> np.ndarray:
    """Return width and height of a typical cell [m], from the neighbours in a lattice."""
    rule = "must be rows and columns of like cells to be resampled"
    require(len(place_m) > 1, f"{where}: grid", rule, f"{len(place_m)} cell")
    apart, nearest = cKDTree(place_m).query(place_m, k=2)
    typical = float(np.median(apart[:, 1]))
    even = np.quantile(np.abs(apart[:, 1] / typical - 1.0), 0.95) <= _UNEVEN
    require(bool(even), f"{where}: grid", rule, "uneven distances between cells")
    step = np.abs(place_m[nearest[:, 1]] - place_m)
    other = 1e6 * float(np.median(area_km2)) / typical
    along_x = np.median(step[:, 0]) >= np.median(step[:, 1])
    return np.array([typical, other] if along_x else [other, typical])
