"""A predicted surface as a GeoTIFF for maps: mean, spread, interval, and where extrapolated.

Needs the extra ``geo``.
"""

import os
from pathlib import Path

import numpy as np
import rasterio
import rasterio.transform
import xarray as xr
from numpy.typing import NDArray
from rasterio.crs import CRS

from ustyurt_models.checks import require

__all__ = ["BANDS", "write_surface_tiff"]

BANDS = ("mean", "sd", "low", "high", "extrapolated")
"""Variables of the surface file, in the order of the bands."""

#: Centres may lie this share of a cell off the regular grid.
_OFF = 1e-3
_TILE = 256

Floats = NDArray[np.float64]


def write_surface_tiff(surface: Path, path: Path, crs: str = "") -> Path:
    """Lay the cells of a surface file on a raster, one band at a time.

    Parameters
    ----------
    surface : pathlib.Path
        NetCDF file of a survey's `predict`, over cells on a regular grid.
    path : pathlib.Path
        GeoTIFF to write; it appears only once it is complete. Float32, NaN where there is no
        cell; units and meanings are with the bands, of which the last is 1 where a covariate lies
        outside the surveyed range, else 0.
    crs : str
        Projection of the cells, such as ``EPSG:32640``, where the surface file does not say it.

    Returns
    -------
    pathlib.Path
        The GeoTIFF.

    Raises
    ------
    InputError
        When the cells do not lie on a regular grid, or no projection is known.
    """
    path = Path(path)
    part = path.with_name(path.name + ".part")
    with xr.open_dataset(surface, engine="h5netcdf") as cells:
        absent = [name for name in BANDS if name not in cells]
        require(not absent, "surface", "must hold every band", absent, "predict it again")
        said = crs or str(cells.attrs.get("crs_wkt", ""))
        advice = "give crs = 'EPSG:...', or write '# crs: EPSG:...' on top of the grid"
        require(bool(said), "surface: crs", "must be known for a GeoTIFF", None, advice)
        column, west, wide = _lines(cells["x_km"].to_numpy(), "x_km")
        row, south, high = _lines(cells["y_km"].to_numpy(), "y_km")
        shape = (int(row.max()) + 1, int(column.max()) + 1)
        place = (shape[0] - 1 - row, column)
        require(
            len(np.unique(np.ravel_multi_index(place, shape))) == row.size,
            "surface: cells",
            "must lie each at its own place",
        )
        corner = rasterio.transform.from_origin(west, south + high * shape[0], wide, high)
        try:
            _write(part, cells, place, shape, corner, CRS.from_user_input(said))
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    return path


def _lines(km: Floats, name: str) -> tuple[NDArray[np.int64], float, float]:
    """Return the line of each cell along an axis, the rim before the first [m], the step [m]."""
    metres = 1000.0 * km
    gaps = np.diff(np.unique(metres))
    gaps = gaps[gaps > 1e-6 * max(float(np.ptp(metres)), 1.0)]
    rule = "must lie on a regular grid for a GeoTIFF"
    require(gaps.size > 0, f"surface: {name}", rule)
    step = float(np.ptp(metres) / np.round(np.ptp(metres) / gaps.min()))
    at = (metres - metres.min()) / step
    line = np.round(at)
    off = float(np.abs(at - line).max())
    require(off <= _OFF, f"surface: {name}", rule, f"{off:.3g} of a cell off")
    return line.astype(np.int64), float(metres.min()) - step / 2.0, step


def _write(
    path: Path,
    cells: xr.Dataset,
    place: tuple[NDArray[np.int64], NDArray[np.int64]],
    shape: tuple[int, int],
    corner: rasterio.transform.Affine,
    crs: CRS,
) -> None:
    """Write the bands."""
    tiled = {"tiled": True, "blockxsize": _TILE, "blockysize": _TILE} if min(shape) > _TILE else {}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=shape[0],
        width=shape[1],
        count=len(BANDS),
        dtype="float32",
        crs=crs,
        transform=corner,
        nodata=np.nan,
        compress="deflate",
        **tiled,
    ) as file:
        file.update_tags(interval_mass=cells.attrs["interval_mass"])
        for number, name in enumerate(BANDS, start=1):
            band = np.full(shape, np.nan, np.float32)
            band[place] = cells[name].to_numpy()
            file.write(band, number)
            file.set_band_description(number, name)
            file.update_tags(number, **{k: cells[name].attrs[k] for k in ("units", "long_name")})
