"""From the landscape to the cells that a density surface is predicted to."""

import json

import numpy as np
import xarray as xr

from ustyurt_models.landscape.land import cell_size_km, zones

__all__ = ["survey_grid"]

#: Layers that are no covariates: geometry, and codes whose order means nothing.
_NO_COVARIATE = ("inside", "country", "zone", "protected_area", "lon", "lat")


def survey_grid(land: xr.Dataset) -> xr.Dataset:
    """Return the cells of the study region with every layer as a covariate.

    Parameters
    ----------
    land : xarray.Dataset
        Landscape, cut to the study region (`ustyurt_models.landscape.restrict`).

    Returns
    -------
    xarray.Dataset
        As `contracts.GRID`, over ``cell``: ``x_m``, ``y_m`` (centres in the projection of
        ``crs_wkt``), ``area_km2``, ``cell`` (flat index into the landscape, y * nx + x), ``zone``
        (index into the attribute ``zone_names``; zones tile the region), and one variable for
        each layer of numbers or of yes and no, float64.

    Notes
    -----
    The projection is equal-area, so all cells have the same area.
    """
    inside = land["inside"].to_numpy()
    flat = np.flatnonzero(inside.ravel())
    x, y = np.meshgrid(land["x"].to_numpy(), land["y"].to_numpy())
    names, zone = _tiling(land)
    variables = {
        "x_m": _cells(x, flat, "m", "centre of the cell, east"),
        "y_m": _cells(y, flat, "m", "centre of the cell, north"),
        "area_km2": _cells(
            np.full(inside.shape, cell_size_km(land) ** 2), flat, "km2", "area of the cell"
        ),
        "zone": ("cell", zone.ravel()[flat], {"units": "1", "long_name": "zone of the cell"}),
    }
    for name, layer in land.data_vars.items():
        if layer.dims == ("y", "x") and layer.dtype.kind in "fb" and name not in _NO_COVARIATE:
            unit = str(layer.attrs.get("units", "1"))
            variables[str(name)] = _cells(layer.to_numpy(), flat, unit, str(name))
    grid = xr.Dataset(variables, coords={"cell": flat})
    grid.attrs = {
        "crs_wkt": str(land["spatial_ref"].attrs["crs_wkt"]),
        "zone_names": json.dumps(names),
        "cell_km": cell_size_km(land),
        "title": str(land.attrs.get("title", "landscape")),
    }
    return grid


def _cells(
    layer: np.ndarray, flat: np.ndarray, unit: str, name: str
) -> tuple[str, np.ndarray, dict[str, str]]:
    """Return the values of the cells inside, float64, with unit and name."""
    return "cell", layer.ravel()[flat].astype(np.float64), {"units": unit, "long_name": name}


def _tiling(land: xr.Dataset) -> tuple[list[str], np.ndarray]:
    """Return zones that tile the region without overlap; one zone ``region`` where there are none.

    The protected core overlaps the countries, so it is left out.
    """
    inside = land["inside"].to_numpy()
    parts = {name: mask for name, mask in zones(land).items() if name not in ("region", "core")}
    covered = np.sum([np.zeros(inside.shape, int), *parts.values()], axis=0)
    if not parts or np.any(covered[inside] != 1):
        return ["region"], np.zeros(inside.shape, np.int64)
    index = np.zeros(inside.shape, np.int64)
    for number, mask in enumerate(parts.values()):
        index[mask] = number
    return list(parts), index
