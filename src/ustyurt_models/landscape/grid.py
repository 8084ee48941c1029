"""The study grid: its projection, cell centres and the way from longitude and latitude."""

import numpy as np
import pyproj
import pyproj.crs.coordinate_operation
import xarray as xr

__all__ = ["cell_at", "centres", "project", "spatial_ref", "study_crs", "unproject"]

#: Centre of the Lambert azimuthal equal-area projection [degree north, degree east].
CENTRE_LATITUDE_DEG = 43.5
CENTRE_LONGITUDE_DEG = 56.0
#: Outer edges of the study window [m]: west, east, south, north.
WINDOW_M = (-300_000.0, 300_000.0, -440_000.0, 400_000.0)


def study_crs() -> pyproj.CRS:
    """Return the projection of the study: Lambert azimuthal equal-area on WGS 84, metres."""
    conversion = pyproj.crs.coordinate_operation.LambertAzimuthalEqualAreaConversion(
        CENTRE_LATITUDE_DEG, CENTRE_LONGITUDE_DEG
    )
    return pyproj.crs.ProjectedCRS(
        conversion, name="WGS 84 / Ustyurt LAEA", geodetic_crs=pyproj.CRS.from_epsg(4326)
    )


def spatial_ref(crs: pyproj.CRS, x: np.ndarray, y: np.ndarray) -> xr.DataArray:
    """Return the CF grid mapping variable that rioxarray, GDAL and pyproj read."""
    west, north = x[0] - (x[1] - x[0]) / 2, y[0] - (y[1] - y[0]) / 2
    transform = f"{west} {x[1] - x[0]} 0 {north} 0 {y[1] - y[0]}"
    return xr.DataArray(np.int32(0), attrs={**crs.to_cf(), "GeoTransform": transform})


def centres(cell_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Return cell centres x (west to east) and y (north to south) of the study window [m]."""
    west, east, south, north = WINDOW_M
    return np.arange(west + cell_m / 2, east, cell_m), np.arange(north - cell_m / 2, south, -cell_m)


def project(crs: pyproj.CRS, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y [m] in `crs` of longitude and latitude [degree]."""
    return pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)


def unproject(crs: pyproj.CRS, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude [degree] of x and y [m] in `crs`."""
    return pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)


def cell_at(land: xr.Dataset, lon: float, lat: float) -> int:
    """Return the flat index y * nx + x of the cell that holds a point, -1 outside the window.

    Parameters
    ----------
    land : xarray.Dataset
        The landscape.
    lon, lat : float
        The point [degree east, degree north].
    """
    crs = pyproj.CRS.from_wkt(land["spatial_ref"].attrs["crs_wkt"])
    px, py = project(crs, np.asarray(lon), np.asarray(lat))
    x, y = land["x"].to_numpy(), land["y"].to_numpy()
    column = int(np.floor((float(px) - x[0]) / (x[1] - x[0]) + 0.5))
    row = int(np.floor((float(py) - y[0]) / (y[1] - y[0]) + 0.5))
    if not (0 <= column < x.size and 0 <= row < y.size):
        return -1
    return row * x.size + column
