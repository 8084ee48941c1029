"""What a landscape must satisfy; every rule that fails is noted before the error is raised."""

import numpy as np
import pyproj
import pyproj.exceptions
import xarray as xr

from ustyurt_models.checks import Faults, InputError
from ustyurt_models.contracts import LAND, check_dataset
from ustyurt_models.landscape.grid import unproject

__all__ = ["PROVENANCE", "SPECIES", "check_land"]

#: Species whose ``suitability_<species>`` a landscape must hold.
SPECIES = ("saiga", "goitered_gazelle", "urial", "kulan", "cheetah")
#: What ``attrs["provenance"]`` of a layer may say.
PROVENANCE = ("real", "derived", "schematic", "placeholder", "synthetic")
#: Layers that are shares or relative exposures.
_SHARES = ("livestock_share", "road_exposure", "people_exposure", "protection")


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
