"""Parts of the land: the study region of a run, and areas given as polygons or discs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ustyurt_models.checks import Fault, Faults, InputError, did_you_mean
from ustyurt_models.landscape.land import zones

__all__ = ["WHOLE_REGIONS", "disc_mask", "polygon_mask", "restrict"]

#: Region names that mean the whole study region of the landscape.
WHOLE_REGIONS = ("plateau", "region")
#: Mean radius of the Earth [km] (IUGG).
_EARTH_RADIUS_KM = 6371.0088


def restrict(land: xr.Dataset, region: str, folder: Path | None = None) -> xr.Dataset:
    """Return the landscape with its study region cut to `region`.

    Parameters
    ----------
    land : xarray.Dataset
        Landscape that passed `load_land`.
    region : str
        ``"plateau"`` for all of it, a zone of the landscape (``"core"``, ``"KAZ"``, …), or the
        path of a GeoJSON file with polygons.
    folder : pathlib.Path, optional
        Folder that a relative path starts from, that of the study.

    Returns
    -------
    xarray.Dataset
        A shallow copy; only ``inside`` differs.

    Raises
    ------
    InputError
        When the region is unknown, its file is faulty, or it holds no cell of the landscape.
    """
    if region in WHOLE_REGIONS:
        return land
    named = zones(land)
    if region in named:
        mask = named[region]
    else:
        mask = polygon_mask(land, _polygon_file(region, folder, [*WHOLE_REGIONS, *named]))
    mask = mask & land["inside"].to_numpy()
    if not mask.any():
        rule = "must hold at least one cell of the landscape's study region"
        raise InputError([Fault("area.region", rule, region, "check the place of the polygon")])
    return land.assign(inside=land["inside"].copy(data=mask))


def polygon_mask(land: xr.Dataset, path: str | Path) -> np.ndarray:
    """Return which cell centres lie in the polygons of a GeoJSON file.

    Parameters
    ----------
    land : xarray.Dataset
        Landscape with ``lon`` and ``lat``.
    path : str or pathlib.Path
        GeoJSON in longitude and latitude (WGS 84); Polygon or MultiPolygon, bare or in features.
        A ring inside another is a hole.

    Returns
    -------
    numpy.ndarray
        bool, shape (y, x).

    Raises
    ------
    InputError
        When the file is no GeoJSON, holds no polygon, or is not in degrees.
    """
    path = Path(path)
    lon, lat = land["lon"].to_numpy().astype(float), land["lat"].to_numpy().astype(float)
    found = np.zeros(lon.shape, dtype=bool)
    for polygon in _read_polygons(path):
        inside = np.zeros(lon.shape, dtype=bool)
        for ring in polygon:
            inside ^= _in_ring(ring, lon, lat)
        found |= inside
    return found


def disc_mask(land: xr.Dataset, lon: float, lat: float, radius_m: float) -> np.ndarray:
    """Return which cell centres lie within a great-circle distance of a point.

    Parameters
    ----------
    land : xarray.Dataset
        Landscape with ``lon`` and ``lat``.
    lon, lat : float
        Centre [degree east, degree north].
    radius_m : float
        Radius [m].

    Returns
    -------
    numpy.ndarray
        bool, shape (y, x).
    """
    return distance_km(land, lon, lat) <= radius_m / 1000.0


def distance_km(land: xr.Dataset, lon: float, lat: float) -> np.ndarray:
    """Great-circle distance of every cell centre from a point [km], shape (y, x)."""
    here, there = np.radians(land["lat"].to_numpy().astype(float)), np.radians(lat)
    across = np.radians(land["lon"].to_numpy().astype(float) - lon)
    part = np.sin((here - there) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(across / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(part))


def _polygon_file(region: str, folder: Path | None, known: list[str]) -> Path:
    """Return the file that `region` names, or say which regions there are."""
    path = (folder or Path()) / region
    if not path.is_file():
        rule = "must be a region of the landscape or an existing polygon file"
        raise InputError([Fault("area.region", rule, region, did_you_mean(region, known))])
    return path


def _in_ring(ring: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Even-odd rule: whether a line to the east cuts the ring an odd number of times."""
    inside = np.zeros(lon.shape, dtype=bool)
    for (lon0, lat0), (lon1, lat1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        if lat0 == lat1:
            continue
        between = (lat0 > lat) != (lat1 > lat)
        inside ^= between & (lon < lon0 + (lat - lat0) / (lat1 - lat0) * (lon1 - lon0))
    return inside


def _read_polygons(path: Path) -> list[list[np.ndarray]]:
    """Return the rings of every polygon of a GeoJSON file, each ring of shape (vertex, 2)."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        remedy = "export the layer as GeoJSON"
        rule = "must be a readable GeoJSON file"
        raise InputError([Fault(str(path), rule, type(error).__name__, remedy)]) from error
    faults = Faults()
    polygons = [
        [_ring(ring, f"{path.name}: polygon {number}", faults) for ring in polygon]
        for number, polygon in enumerate(_polygons_of(document), start=1)
    ]
    if not polygons:
        faults.add(path.name, "must hold a Polygon or MultiPolygon", None, "close the lines")
    faults.raise_if_any()
    return polygons


def _polygons_of(node: object) -> list[list]:
    """Return the coordinates of all polygons in a GeoJSON object."""
    if not isinstance(node, dict):
        return []
    if node.get("type") == "FeatureCollection":
        return [found for part in node.get("features", []) for found in _polygons_of(part)]
    if node.get("type") == "Feature":
        return _polygons_of(node.get("geometry"))
    if node.get("type") == "GeometryCollection":
        return [found for part in node.get("geometries", []) for found in _polygons_of(part)]
    if node.get("type") == "Polygon":
        return [node.get("coordinates", [])]
    return list(node.get("coordinates", [])) if node.get("type") == "MultiPolygon" else []


def _ring(ring: Any, where: str, faults: Faults) -> np.ndarray:
    """Return one ring as longitude and latitude, shape (vertex, 2); note what is wrong."""
    try:
        points = np.array([[float(number) for number in point[:2]] for point in ring])
    except (TypeError, ValueError):
        points = np.zeros((0, 2))
    if points.ndim != 2 or len(points) < 3 or points.shape[1] != 2:
        faults.add(where, "a ring needs at least three points of two numbers", len(points))
        return np.zeros((0, 2))
    if (np.abs(points[:, 0]) > 180).any() or (np.abs(points[:, 1]) > 90).any():
        remedy = "reproject the layer to EPSG:4326"
        got = tuple(float(number) for number in points[0])
        faults.add(where, "must be in degrees, longitude before latitude", got, remedy)
    return points
