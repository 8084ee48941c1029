"""The landscape of a study: read, checked once at the border, trusted afterwards."""

import hashlib
import importlib
import json
from pathlib import Path

import numpy as np
import pyproj
import xarray as xr

from ustyurt_models.checks import Fault, InputError, did_you_mean
from ustyurt_models.landscape.grid import unproject
from ustyurt_models.landscape.land_checks import check_land
from ustyurt_models.resources import models_dir

__all__ = [
    "SHIPPED",
    "cell_size_km",
    "digest",
    "load_land",
    "protected_area_names",
    "sites",
    "zones",
]

#: The landscape that ships.
SHIPPED = "ustyurt_5km"


def load_land(name_or_path: str | Path) -> xr.Dataset:
    """Read a landscape and check it.

    Parameters
    ----------
    name_or_path : str or pathlib.Path
        Name of a shipped landscape (``"ustyurt_5km"``), a NetCDF file, or a folder of GeoTIFFs
        that replace layers of the shipped one (see `ustyurt_models.landscape.geotiff`; needs the
        extra ``geo``).

    Returns
    -------
    xarray.Dataset
        In memory; variables as `ustyurt_models.contracts.LAND` declares, and one
        ``suitability_<species>`` per species of `SPECIES`.

    Raises
    ------
    InputError
        With everything that is wrong: file not there or not readable, a layer missing or of the
        wrong kind, a projection that is not equal-area in metres, values missing inside, or a
        study region that touches the rim of the grid.
    """
    path = _find(name_or_path)
    land = _read_folder(path) if path.is_dir() else _read_file(path)
    check_land(land, path.name)
    return _with_lonlat(land)


def cell_size_km(land: xr.Dataset) -> float:
    """Return the side of a cell [km]."""
    x = land["x"].to_numpy()
    return float(x[1] - x[0]) / 1000.0


def zones(land: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the reporting zones as masks, bool, shape (y, x), all cut to the study region.

    ``region`` is the whole study region, ``core`` the protected core, the others are the zones
    that the landscape names (for Ustyurt the three countries). Zones that hold no cell are left
    out, except ``region`` and ``core``.
    """
    inside = land["inside"].to_numpy()
    core = land["core"].to_numpy() if "core" in land else np.zeros_like(inside)
    found = {"region": inside, "core": inside & core}
    if "zone" in land:
        for code, name in enumerate(json.loads(land.attrs.get("zone_names", "[]"))):
            mask = inside & (land["zone"].to_numpy() == code)
            if code > 0 and mask.any():
                found[name] = mask
    return found


def sites(land: xr.Dataset) -> dict[str, tuple[float, float]]:
    """Return the named places for releases: name -> (longitude, latitude) [degree]."""
    known = json.loads(land.attrs.get("sites", "{}"))
    return {name: (float(lon), float(lat)) for name, (lon, lat) in known.items()}


def protected_area_names(land: xr.Dataset) -> list[str]:
    """Return the names of the protected areas; the index is the value in ``protected_area``."""
    return list(json.loads(land.attrs.get("protected_area_names", '["none"]')))


def digest(land: xr.Dataset) -> str:
    """Return the blake2 hash (32 hex digits) of all layers, and of the names of places in them."""
    total = hashlib.blake2b(digest_size=16)
    for key in ("sites", "zone_names", "protected_area_names"):
        total.update(f"{key}={land.attrs.get(key)}".encode())
    for name in sorted(str(name) for name in land.variables):
        values = land[name].to_numpy()
        if values.dtype.kind in "OUT":
            values = np.array([str(value).encode() for value in values.ravel()])
        total.update(f"{name}{land[name].dims}{values.dtype}{values.shape}".encode())
        total.update(np.ascontiguousarray(values).tobytes())
    return total.hexdigest()


def _find(name_or_path: str | Path) -> Path:
    """Return the file or folder meant: a path that exists, or a shipped name."""
    folder = models_dir() / "landscape"
    for path in (Path(name_or_path), folder / f"{name_or_path}.nc"):
        if path.exists():
            return path
    shipped = [path.stem for path in folder.glob("*.nc")]
    advice = did_you_mean(str(name_or_path), shipped)
    rule = "must be a shipped name or an existing file"
    raise InputError([Fault("landscape", rule, str(name_or_path), advice)])


def _read_file(path: Path) -> xr.Dataset:
    """Read a NetCDF file into memory."""
    try:
        with xr.open_dataset(path, engine="h5netcdf", decode_coords=False) as opened:
            return opened.load()
    except (OSError, ValueError, KeyError) as error:
        rule, remedy = "must be a readable NetCDF-4 file", "or a folder of GeoTIFFs"
        raise InputError([Fault(str(path), rule, type(error).__name__, remedy)]) from error


def _read_folder(path: Path) -> xr.Dataset:
    """Lay the GeoTIFFs of a folder on the shipped landscape; needs the extra ``geo``."""
    try:
        reader = importlib.import_module("ustyurt_models.landscape.geotiff")
    except ModuleNotFoundError as error:
        rule = "a folder of GeoTIFFs needs the extra 'geo'"
        remedy = 'install "ustyurt-models[geo]", or give a NetCDF file'
        raise InputError([Fault(str(path), rule, error.name, remedy)]) from error
    land: xr.Dataset = reader.lay_geotiffs(path, _read_file(_find(SHIPPED)))
    return land


def _with_lonlat(land: xr.Dataset) -> xr.Dataset:
    """Add longitude and latitude of the cell centres where the file has none."""
    if "lon" in land and "lat" in land:
        return land
    crs = pyproj.CRS.from_wkt(str(land["spatial_ref"].attrs["crs_wkt"]))
    lon, lat = unproject(crs, *np.meshgrid(land["x"].to_numpy(), land["y"].to_numpy()))
    notes = {"provenance": "derived", "source": "grid", "licence": "public domain"}
    return land.assign(
        lon=(("y", "x"), lon, notes | {"units": "degrees_east", "long_name": "longitude"}),
        lat=(("y", "x"), lat, notes | {"units": "degrees_north", "long_name": "latitude"}),
    )
