"""The landscape of a study: read, checked once at the border, trusted afterwards."""

import hashlib
import importlib
import json
from pathlib import Path

import numpy as np
import pyproj
import pyproj.exceptions
import xarray as xr

from ustyurt_models.checks import Fault, Faults, InputError, did_you_mean
from ustyurt_models.contracts import LAND, check_dataset
from ustyurt_models.landscape.grid import unproject
from ustyurt_models.resources import models_dir

__all__ = [
    "PROVENANCE",
    "SPECIES",
    "cell_size_km",
    "check_land",
    "digest",
    "load_land",
    "protected_area_names",
    "sites",
    "zones",
]

#: The landscape that ships.
SHIPPED = "ustyurt_5km"
#: Species whose ``suitability_<species>`` a landscape must hold.
SPECIES = ("saiga", "goitered_gazelle", "urial", "kulan", "cheetah")
#: What ``attrs["provenance"]`` of a layer may say.
PROVENANCE = ("real", "derived", "schematic", "placeholder", "synthetic")
#: Layers that are shares or relative exposures.
_SHARES = ("livestock_share", "road_exposure", "people_exposure", "protection")


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


def check_land(land: xr.Dataset, where: str) -> None:
    """Raise `InputError` with everything by which `land` breaks the contract."""
    faults = Faults()
    try:
        check_dataset(land, LAND, where)
    except InputError as error:
        faults.extend(error)
    for species in SPECIES:
        if f"suitability_{species}" not in land:
            faults.add(where, f"must hold the variable 'suitability_{species}'", None, "0..1")
    _check_coordinates(land, where, faults)
    _check_provenance(land, where, faults)
    faults.raise_if_any()
    _check_values(land, where, faults)
    faults.raise_if_any()


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


def _check_coordinates(land: xr.Dataset, where: str, faults: Faults) -> None:
    """Check projection, even spacing, orientation, and that lon and lat fit them."""
    remedy = "write the grid mapping variable 'spatial_ref' with 'crs_wkt' (rioxarray does)"
    for name in ("x", "y"):
        values = land[name].to_numpy() if name in land.coords else np.zeros(0)
        steps = np.diff(values)
        sign = 1 if name == "x" else -1
        if values.size < 3 or not np.allclose(steps, steps[0]) or sign * steps[0] <= 0:
            rule = "must run evenly " + ("west to east" if name == "x" else "north to south")
            faults.add(f"{where}: {name}", rule, None, "sort the coordinate and resample the grid")
            return
    wkt = land["spatial_ref"].attrs.get("crs_wkt") if "spatial_ref" in land.variables else None
    if not wkt:
        faults.add(f"{where}: spatial_ref", "the projection must be given", None, remedy)
        return
    try:
        crs = pyproj.CRS.from_wkt(str(wkt))
    except pyproj.exceptions.CRSError:
        faults.add(f"{where}: spatial_ref", "must hold a projection in WKT", str(wkt)[:60], remedy)
        return
    _check_projection(crs, where, faults)
    if crs.is_projected and "lon" in land and "lat" in land:
        _check_lonlat(land, crs, where, faults)


def _check_projection(crs: pyproj.CRS, where: str, faults: Faults) -> None:
    """Check that cells have equal areas and metres."""
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    equal_area = "equal area" in method.lower().replace("-", " ") or "albers" in method.lower()
    metres = crs.is_projected and crs.axis_info[0].unit_name == "metre"
    if not (equal_area and metres):
        remedy = "reproject to an equal-area projection, e.g. +proj=laea +lat_0=43.5 +lon_0=56"
        faults.add(f"{where}: spatial_ref", "must be equal-area in metres", crs.name, remedy)


def _check_lonlat(land: xr.Dataset, crs: pyproj.CRS, where: str, faults: Faults) -> None:
    """Check that the longitude and latitude layers are those of the projected coordinates."""
    lon, lat = unproject(crs, *np.meshgrid(land["x"].to_numpy(), land["y"].to_numpy()))
    wrong = np.abs(land["lon"].to_numpy() - lon) + np.abs(land["lat"].to_numpy() - lat)
    if not wrong.max() < 0.01:
        rule = "must agree with x, y and the projection to 0.01 degree"
        got = f"{float(wrong.max()):.2g} degree apart"
        faults.add(f"{where}: lon, lat", rule, got, "check the projection, or drop the two layers")


def _check_provenance(land: xr.Dataset, where: str, faults: Faults) -> None:
    """Check that every layer says what it is and where it comes from."""
    for name, layer in land.data_vars.items():
        if name == "spatial_ref":
            continue
        kind = layer.attrs.get("provenance")
        if kind not in PROVENANCE:
            remedy = f"set the attribute to one of {PROVENANCE}"
            faults.add(f"{where}: {name}", "must say its provenance", kind, remedy)
        for attribute in ("source", "licence"):
            if not layer.attrs.get(attribute):
                faults.add(f"{where}: {name}", f"must say its {attribute}", None, "set it")


def _check_values(land: xr.Dataset, where: str, faults: Faults) -> None:
    """Check values inside the study region, and the empty rim around it."""
    inside = land["inside"].to_numpy()
    rim = inside.copy()
    rim[1:-1, 1:-1] = False
    if rim.any():
        remedy = "pad the grid by one ring of cells outside the study region"
        faults.add(f"{where}: inside", "must not touch the rim of the grid", int(rim.sum()), remedy)
    if not inside.any():
        faults.add(f"{where}: inside", "must hold at least one cell", 0, "check the mask")
    shares = [*_SHARES, *(f"suitability_{species}" for species in SPECIES)]
    for name in [*LAND, *shares]:
        layer = land[name]
        if layer.dims != ("y", "x") or layer.dtype.kind != "f":
            continue
        values = layer.to_numpy()[inside]
        holes = int((~np.isfinite(values)).sum())
        if holes:
            remedy = "fill the cells or take them out of 'inside'"
            faults.add(f"{where}: {name}", "must have a value in every cell inside", holes, remedy)
        elif name in shares and values.size and (values.min() < 0 or values.max() > 1):
            got = (float(values.min()), float(values.max()))
            faults.add(f"{where}: {name}", "must lie in 0..1 inside", got, "rescale the layer")
