"""From places of the study file to cells, masks and zones of the landscape."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.checks import Faults, did_you_mean
from ustyurt_models.ibm.world import Zones
from ustyurt_models.landscape.land import cell_size_km, protected_area_names, sites, zones
from ustyurt_models.landscape.regions import disc_mask, distance_km
from ustyurt_models.study.places import Core, Place

__all__ = [
    "ZoneMap",
    "area_mask",
    "cell_of",
    "core_mask",
    "distance_km",
    "place_point",
    "zone_map",
]


@dataclass(frozen=True)
class ZoneMap:
    """Names of the reporting zones and their arrays for the kernels."""

    names: tuple[str, ...]
    zones: Zones


def place_point(place: Place, land: xr.Dataset, where: str) -> tuple[float, float]:
    """Return longitude and latitude of a place, by name or as given."""
    if place.lon is not None and place.lat is not None:
        return place.lon, place.lat
    known = sites(land)
    faults = Faults()
    name = place.name or ""
    if name not in known:
        faults.add(where, "must be a site of the landscape", name, did_you_mean(name, known))
    faults.raise_if_any()
    lon, lat = known[name]
    return lon, lat


def cell_of(place: Place, land: xr.Dataset, where: str) -> int:
    """Return the flat index of the cell inside the region that is nearest to a place.

    Raises
    ------
    InputError
        When the place is unknown or lies more than two cells outside the region.
    """
    lon, lat = place_point(place, land, where)
    distance = np.where(land["inside"].to_numpy(), distance_km(land, lon, lat), np.inf)
    nearest = int(distance.argmin())
    faults = Faults()
    if distance.flat[nearest] > 2 * cell_size_km(land):
        faults.add(
            where,
            "must lie in the study region",
            f"{lon:.3f} E, {lat:.3f} N",
            f"the nearest cell inside is {distance.flat[nearest]:.0f} km away",
        )
    faults.raise_if_any()
    return nearest


def area_mask(land: xr.Dataset, name: str, where: str) -> np.ndarray:
    """Return the cells of a protected area of the landscape, shape (y, x); all without a name."""
    if not name:
        return np.ones(land["inside"].shape, dtype=bool)
    names = protected_area_names(land)
    faults = Faults()
    if name not in names:
        faults.add(where, "must be a protected area", name, did_you_mean(name, names[1:]))
    faults.raise_if_any()
    return land["protected_area"].to_numpy() == names.index(name)


def core_mask(core: Core, land: xr.Dataset) -> np.ndarray:
    """Return the cells inside the region that are called core, shape (y, x)."""
    inside = land["inside"].to_numpy()
    if core.site is not None and core.radius is not None:
        lon, lat = place_point(core.site, land, "area.core.site")
        return inside & disc_mask(land, lon, lat, core.radius)
    if core.protected_areas:
        masks = [area_mask(land, name, "area.core") for name in core.protected_areas]
        return inside & np.any(masks, axis=0)
    return zones(land)["core"]


def zone_map(core: Core, land: xr.Dataset) -> ZoneMap:
    """Return the zones region, core and those that the landscape names, as unions of parts."""
    named = zones(land) | {"core": core_mask(core, land)}
    names = ("region", "core", *(name for name in named if name not in ("region", "core")))
    masks = np.array([named[name].ravel() for name in names])
    codes = masks.T.astype(np.int64) @ (1 << np.arange(len(names)))
    kinds, part = np.unique(codes, return_inverse=True)
    member = ((kinds[None, :] >> np.arange(len(names))[:, None]) & 1).astype(np.float64)
    return ZoneMap(
        names=names,
        zones=Zones(
            part=part.astype(np.int32),
            member=member,
            area_km2=masks.sum(axis=1) * cell_size_km(land) ** 2,
            inside_cell=np.flatnonzero(land["inside"].to_numpy().ravel()),
        ),
    )
