"""One map for sites and cells: projections, and the cell on which each site lies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyproj
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ustyurt_models.checks import require
from ustyurt_models.contracts import GRID, check_dataset
from ustyurt_models.survey.read.grid import GridTable
from ustyurt_models.survey.read.positions import projection_of

__all__ = [
    "Cells",
    "OnMap",
    "SitesOnMap",
    "cells_of_survey",
    "cells_of_table",
    "nearest_cell",
    "sites_m",
]

Floats = NDArray[np.float64]

#: Sites further from the nearest cell than this many cell sides lie off the grid.
_OFF_GRID = 1.5


class SitesOnMap(Protocol):
    """Sites of a survey with what is known of their places."""

    @property
    def site(self) -> tuple[str, ...]:
        """Names."""

    @property
    def covariates(self) -> Mapping[str, NDArray]:
        """Columns of the file, each shape (site,)."""

    @property
    def position(self) -> Floats | None:
        """Degrees or metres, shape (site, 2)."""

    @property
    def position_kind(self) -> str:
        """``"lonlat"``, ``"projected"`` or empty."""

    @property
    def visited(self) -> NDArray[np.bool_]:
        """Sites with effort, shape (site,)."""


class OnMap(Protocol):
    """A survey that may be predicted to cells."""

    @property
    def data(self) -> SitesOnMap:
        """Its sites."""

    @property
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the file."""

    @property
    def own_grid(self) -> GridTable | None:
        """Cells of the file named in the study."""

    @property
    def grid(self) -> xr.Dataset | None:
        """Cells of the landscape, as `contracts.GRID`."""

    @property
    def is_surface(self) -> bool:
        """Whether there is a spatial field, so that every place must be known."""


@dataclass(frozen=True)
class Cells:
    """Cells of either kind of grid, in the coordinates of the map.

    Attributes
    ----------
    position_m : numpy.ndarray
        Centres [m], shape (cell, 2).
    area_km2 : numpy.ndarray
        Shape (cell,).
    zone : numpy.ndarray
        Index into `zones`, int64, shape (cell,).
    zones : tuple of str
        Names.
    cell : numpy.ndarray
        Index into the landscape, -1 for a grid of its own, int64, shape (cell,).
    covariates : mapping of str to numpy.ndarray
        Each shape (cell,).
    crs : pyproj.CRS or None
        Projection of the map, where it is known.
    units : mapping of str to str
        Of the covariates, by name in lower case, where they are known.
    """

    position_m: Floats
    area_km2: Floats
    zone: NDArray[np.int64]
    zones: tuple[str, ...]
    cell: NDArray[np.int64]
    covariates: Mapping[str, NDArray]
    crs: pyproj.CRS | None
    units: Mapping[str, str]


def _lambert(lonlat: Floats) -> pyproj.CRS:
    """Return an equal-area projection around the middle of some positions [degree]."""
    lon, lat = np.mean(lonlat, axis=0)
    return pyproj.CRS.from_proj4(f"+proj=laea +lat_0={lat:.6f} +lon_0={lon:.6f} +units=m")


def _projected(lonlat: Floats, crs: pyproj.CRS) -> Floats:
    """Return x and y [m] of longitude and latitude."""
    transformer = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    return np.column_stack(transformer.transform(lonlat[:, 0], lonlat[:, 1]))


def cells_of_table(table: GridTable) -> Cells:
    """Lay out the cells of a file."""
    crs = table.crs
    position = table.position
    if table.position_kind == "lonlat":
        crs = _lambert(table.position)
        position = _projected(table.position, crs)
    zones, zone = np.unique(table.zone, return_inverse=True)
    return Cells(
        position,
        table.area_km2,
        zone.astype(np.int64),
        tuple(map(str, zones)),
        np.full(table.area_km2.size, -1, np.int64),
        table.covariates,
        crs,
        table.units,
    )


def _landscape(grid: xr.Dataset) -> Cells:
    """Lay out the cells of the landscape."""
    fixed = {"x_m", "y_m", "area_km2", "zone"}
    layers = [name for name in grid.data_vars if name not in fixed]
    return Cells(
        np.column_stack([grid["x_m"].to_numpy(), grid["y_m"].to_numpy()]),
        grid["area_km2"].to_numpy(),
        grid["zone"].to_numpy().astype(np.int64),
        tuple(json.loads(grid.attrs["zone_names"])),
        grid["cell"].to_numpy().astype(np.int64),
        {str(name): grid[name].to_numpy() for name in layers},
        pyproj.CRS.from_wkt(grid.attrs["crs_wkt"]),
        {str(name).lower(): str(grid[name].attrs.get("units", "")) for name in layers},
    )


def cells_of_survey(survey: OnMap) -> Cells | None:
    """Return the cells of the file that the study names, else of the landscape, if any."""
    if survey.own_grid is not None:
        return cells_of_table(survey.own_grid)
    if survey.grid is None:
        return None
    check_dataset(survey.grid, GRID, "survey: grid")
    return _landscape(survey.grid)


def sites_m(survey: OnMap, cells: Cells | None) -> Floats | None:
    """Return x and y [m] of the sites in the coordinates of the cells.

    Parameters
    ----------
    survey : OnMap
        With positions of either kind, or none.
    cells : Cells or None
        Cells to predict to.

    Returns
    -------
    numpy.ndarray or None
        Shape (site, 2).

    Raises
    ------
    InputError
        When positions are missing, or a projection is not known.
    """
    data = survey.data
    if data.position is None:
        return None
    if not np.isfinite(data.position[data.visited]).all():
        if survey.is_surface:
            require(False, "survey: position", "must be known for every site that was visited")
        return None
    if data.position_kind == "lonlat":
        crs = cells.crs if cells is not None else _lambert(data.position[data.visited])
        advice = "write '# crs: EPSG:...' on top of the grid"
        rule = "must say its projection, for the sites are in degrees"
        require(crs is not None, "survey: grid", rule, None, advice)
        assert crs is not None
        return _projected(data.position, crs)
    if cells is None or cells.crs is None:
        return data.position
    own = projection_of(survey.header, "survey")
    table = survey.own_grid
    if own is None and table is not None and table.position_kind == "projected":
        return data.position  # two files of one survey, both in metres
    advice = "write '# crs: EPSG:...' on top of the survey, or give longitude and latitude"
    rule = "must be said for sites in metres, to find them on the map"
    require(own is not None, "survey: crs", rule, None, advice)
    move = pyproj.Transformer.from_crs(own, cells.crs, always_xy=True)
    return np.column_stack(move.transform(data.position[:, 0], data.position[:, 1]))


def nearest_cell(place_m: Floats, cells: Cells) -> NDArray[np.int64]:
    """Return the cell of each site, -1 off the cells."""
    distance, cell = cKDTree(cells.position_m).query(place_m)
    side_m = 1000.0 * np.sqrt(np.median(cells.area_km2))
    known = np.isfinite(place_m).all(axis=1)
    return np.where(known & (distance <= _OFF_GRID * side_m), cell, -1)
