"""A folder of GeoTIFFs: the user's own layers, laid on the shipped landscape.

The folder holds one file per layer (``snow_depth.tif``) and a table ``layers.csv`` that says what
each is. Layers without a file are those of the shipped landscape. Needs the extra ``geo``.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import rasterio
import rasterio.errors
import rasterio.transform
import rasterio.warp
import xarray as xr

from ustyurt_models.checks import Fault, Faults, InputError, did_you_mean

__all__ = ["TABLE", "lay_geotiffs"]

TABLE = "layers.csv"
_COLUMNS = ("layer", "units", "provenance", "source", "licence")
#: Layers that come from lines or from the grid itself, not from rasters.
_NOT_RASTERS = ("barrier_east", "barrier_south", "lon", "lat", "spatial_ref")


@dataclass(frozen=True)
class _Note:
    """One row of the table."""

    layer: str
    units: str
    provenance: str
    source: str
    licence: str


def lay_geotiffs(folder: Path, base: xr.Dataset) -> xr.Dataset:
    """Return `base` with the layers for which `folder` has a GeoTIFF.

    Parameters
    ----------
    folder : pathlib.Path
        Files ``<layer>.tif``, one band each, any projection and resolution, and ``layers.csv``
        with the columns layer, units, provenance, source, licence.
    base : xarray.Dataset
        Landscape that gives the grid and all other layers.

    Returns
    -------
    xarray.Dataset
        On the grid of `base`. Numbers with decimals are averaged over the cell, or interpolated
        where the file is coarser; classes and masks take the commonest class.

    Raises
    ------
    InputError
        With everything that is wrong in the folder: unknown layer, no projection, more than one
        band, wrong unit, a file without row in the table.
    """
    files = {path.stem: path for path in sorted(folder.glob("*.tif"))}
    faults = Faults()
    if not files:
        faults.add(str(folder), "must hold at least one GeoTIFF", None, "name it <layer>.tif")
    notes = _read_table(folder / TABLE, faults)
    possible = [str(name) for name in base.data_vars if name not in _NOT_RASTERS]
    for name, path in files.items():
        if name not in possible:
            advice = did_you_mean(name, possible)
            faults.add(str(path), "must be named after a layer", name, advice)
            continue
        _check_note(name, notes, base, folder, faults)
        _check_file(path, faults)
    faults.raise_if_any()
    laid = base.copy()
    for name, path in files.items():
        note = notes[name]
        layer = base[name].copy(data=_on_grid(path, base, base[name].dtype))
        layer.attrs |= {"provenance": note.provenance, "source": note.source}
        layer.attrs |= {"licence": note.licence, "formula": f"{path.name} on the study grid"}
        laid[name] = layer
    return laid


def _read_table(path: Path, faults: Faults) -> dict[str, _Note]:
    """Return the notes by layer."""
    if not path.is_file():
        remedy = f"write it with the columns {', '.join(_COLUMNS)}"
        faults.add(str(path), "the table of layers must exist", None, remedy)
        return {}
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except UnicodeDecodeError as error:
        raise InputError([Fault(str(path), "must be UTF-8 text", None, "save as UTF-8")]) from error
    missing = [name for name in _COLUMNS if rows and name not in rows[0]]
    for name in missing:
        faults.add(f"{path.name}: row 1", f"must hold the column {name!r}", sorted(rows[0]))
    if missing:
        return {}
    return {row["layer"]: _Note(*(row[name] or "" for name in _COLUMNS)) for row in rows}


def _check_note(
    name: str, notes: dict[str, _Note], base: xr.Dataset, folder: Path, faults: Faults
) -> None:
    """Check that the table describes the layer, in the unit of the landscape."""
    where = f"{folder / TABLE}: {name}"
    if name not in notes:
        faults.add(where, "every GeoTIFF needs a row in the table", None, "add the row")
        return
    unit = base[name].attrs.get("units", "1")
    if notes[name].units != unit:
        remedy = "convert the layer and correct the table"
        faults.add(f"{where}, units", f"must be {unit!r}", notes[name].units, remedy)


def _check_file(path: Path, faults: Faults) -> None:
    """Check that the file can be read and placed."""
    try:
        with rasterio.open(path) as file:
            if file.crs is None:
                remedy = "assign the projection in a GIS, or with rio edit-info --crs"
                faults.add(str(path), "must carry its projection", None, remedy)
            if file.count != 1:
                faults.add(str(path), "must have one band", file.count, "export a single band")
    except rasterio.errors.RasterioIOError:
        faults.add(str(path), "must be a readable GeoTIFF", None, "export it again")


def _on_grid(path: Path, base: xr.Dataset, dtype: np.dtype) -> np.ndarray:
    """Return the band of a file on the grid of `base`, in the type of the layer it replaces."""
    x, y = base["x"].to_numpy(), base["y"].to_numpy()
    cell = float(x[1] - x[0])
    corner = rasterio.transform.from_origin(x[0] - cell / 2, y[0] + cell / 2, cell, cell)
    crs = pyproj.CRS.from_wkt(base["spatial_ref"].attrs["crs_wkt"])
    classes = dtype.kind != "f"
    found = np.full((y.size, x.size), np.nan)
    with rasterio.open(path) as file:
        band = file.read(1, masked=True).astype(float).filled(np.nan)
        rasterio.warp.reproject(
            band,
            found,
            src_transform=file.transform,
            src_crs=file.crs,
            src_nodata=np.nan,
            dst_transform=corner,
            dst_crs=rasterio.crs.CRS.from_wkt(crs.to_wkt()),
            dst_nodata=np.nan,
            tolerance=0.0,
            resampling=_method(file, crs, cell, classes),
        )
    return (np.nan_to_num(found) if classes else found).astype(dtype)


def _method(
    file: rasterio.DatasetReader, crs: pyproj.CRS, cell: float, classes: bool
) -> rasterio.warp.Resampling:
    """Choose the resampling: mode for classes, mean of finer pixels, else interpolation."""
    if classes:
        return rasterio.warp.Resampling.mode
    wkt = crs.to_wkt()
    step, *_ = rasterio.warp.calculate_default_transform(
        file.crs, wkt, file.width, file.height, *file.bounds
    )
    fine = step.a < cell
    return rasterio.warp.Resampling.average if fine else rasterio.warp.Resampling.bilinear
