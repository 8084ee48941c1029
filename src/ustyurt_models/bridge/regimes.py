"""How measures change the land: one regime for every span of years without a change."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from ustyurt_models.bridge.places import area_mask, distance_km
from ustyurt_models.formulas.habitat import scaled_grazing_share
from ustyurt_models.landscape.regions import disc_mask, polygon_mask
from ustyurt_models.study.management import Measure, ProtectedArea
from ustyurt_models.study.schema import Scenario

__all__ = ["Regime", "regime_by_year", "regimes_of"]


@dataclass(frozen=True)
class Regime:
    """The land while a set of measures is in force.

    Attributes
    ----------
    first_year : int
        Index of its first year.
    land : xarray.Dataset
        The landscape with livestock, water and protection as they are then.
    removed : numpy.ndarray
        Share of poaching and persecution that guarding removes, 0..1, shape (y, x).
    pressure : numpy.ndarray
        Relative poaching pressure left, 1 in the mean of the region today, shape (y, x).
    mitigation : numpy.ndarray
        Share of conflict that work with herders removes, 0..1, shape (y, x).
    livestock_factor : numpy.ndarray
        Livestock relative to today, shape (y, x).
    openings : mapping of str to mapping of str to float
        Permeability by species and barrier where a measure changes it.
    """

    first_year: int
    land: xr.Dataset
    removed: np.ndarray
    pressure: np.ndarray
    mitigation: np.ndarray
    livestock_factor: np.ndarray
    openings: Mapping[str, Mapping[str, float]]


def _span(measure: Measure, scenario: Scenario) -> tuple[int, int]:
    """Return the first year of a measure and the first year after it, as indices."""
    first = scenario.start if measure.from_year is None else measure.from_year
    last = scenario.last_year if measure.to_year is None else measure.to_year
    return first - scenario.start, last + 1 - scenario.start


def _first_years(scenario: Scenario) -> list[int]:
    """Return the year indices in which something changes, the first year included."""
    changes = {0}
    for kind, _, measure in scenario.management.measures():
        if kind != "harvest":
            changes.update(_span(measure, scenario))
    return sorted(year for year in changes if 0 <= year < scenario.years)


def regime_by_year(scenario: Scenario) -> np.ndarray:
    """Return the regime of each year, int64, shape (year,)."""
    first = np.array(_first_years(scenario))
    return np.searchsorted(first, np.arange(scenario.years), side="right") - 1


class _Areas:
    """Masks of the protected areas, those of the landscape and those of the study."""

    def __init__(self, scenario: Scenario, land: xr.Dataset, folder: Path) -> None:
        self.land = land
        self.new = {
            area.name: _new_area(area, land, folder)
            for area in scenario.management.protected_area
            if area.is_new
        }

    def mask(self, name: str, where: str) -> np.ndarray:
        """Return the cells of an area, shape (y, x); all of them without a name."""
        return self.new[name] if name in self.new else area_mask(self.land, name, where)


def _new_area(area: ProtectedArea, land: xr.Dataset, folder: Path) -> np.ndarray:
    """Return the cells of an area that the study describes, shape (y, x)."""
    if area.polygon:
        return polygon_mask(land, folder / area.polygon)
    assert area.lon is not None
    assert area.lat is not None
    assert area.radius is not None
    return disc_mask(land, area.lon, area.lat, area.radius)


def regimes_of(
    scenario: Scenario, land: xr.Dataset, enforcement_now: float, folder: Path
) -> list[Regime]:
    """Return the land under every regime of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Measures.
    land : xarray.Dataset
        Landscape today.
    enforcement_now : float
        Share of poaching removed inside the protected areas of today, 0..1.
    folder : Path
        Folder of the study file, for polygon files.

    Returns
    -------
    list of Regime
        In order of time; `regime_by_year` says which holds when.
    """
    areas = _Areas(scenario, land, folder)
    today = enforcement_now * land["protection"].to_numpy().astype(float)
    base = land["poaching_pressure"].to_numpy().astype(float)
    mean_now = (base * (1.0 - today))[land["inside"].to_numpy()].mean()
    # Where nobody poaches there is no mean to relate to, and nothing to scale.
    relative = base / mean_now if mean_now > 0.0 else np.zeros_like(base)
    return [
        _regime(scenario, land, areas, year, today, relative) for year in _first_years(scenario)
    ]


def _regime(
    scenario: Scenario,
    land: xr.Dataset,
    areas: _Areas,
    year: int,
    today: np.ndarray,
    base: np.ndarray,
) -> Regime:
    """Return the land in `year`."""
    active: dict[str, list] = {}
    for kind, _, measure in scenario.management.measures():
        first, end = _span(measure, scenario)
        if first <= year < end:
            active.setdefault(kind, []).append(measure)
    guarded = today.copy()
    for area in active.get("protected_area", []):
        mask = areas.mask(area.name, "management.protected_area")
        guarded = np.where(mask, np.maximum(guarded, area.enforcement), guarded)
    left = 1.0 - guarded
    for protection in active.get("protection", []):
        mask = areas.mask(protection.area, "management.protection")
        left = np.where(mask, left * (1.0 - protection.level), left)
    conflict = np.ones_like(base)
    for work in active.get("conflict_mitigation", []):
        mask = areas.mask(work.area, "management.conflict_mitigation")
        conflict = np.where(mask, conflict * (1.0 - work.effect), conflict)
    factor = np.ones_like(base)
    for change in active.get("livestock", []):
        mask = areas.mask(change.area, "management.livestock")
        factor = np.where(mask, factor * change.factor, factor)
    return Regime(
        first_year=year,
        land=_changed_land(land, factor, active.get("water_point", []), 1.0 - left),
        removed=1.0 - left,
        pressure=base * left,
        mitigation=1.0 - conflict,
        livestock_factor=factor,
        openings=_openings(active.get("barrier", [])),
    )


def _changed_land(
    land: xr.Dataset, factor: np.ndarray, points: list, removed: np.ndarray
) -> xr.Dataset:
    """Return the landscape with changed livestock, new water points and protection."""
    share = scaled_grazing_share(land["livestock_share"].to_numpy(), factor)
    water_km = land["distance_to_water"].to_numpy().copy()
    for point in points:
        water_km = np.minimum(water_km, distance_km(land, point.lon, point.lat))
    return land.assign(
        livestock_share=land["livestock_share"].copy(data=share.astype(np.float32)),
        distance_to_water=land["distance_to_water"].copy(data=water_km.astype(np.float32)),
        protection=land["protection"].copy(data=removed.astype(np.float32)),
    )


def _openings(barriers: list) -> dict[str, dict[str, float]]:
    """Return the permeability of opened barriers by species; later measures win."""
    found: dict[str, dict[str, float]] = {}
    for barrier in barriers:
        for species, chance in barrier.permeability.items():
            found.setdefault(species, {})[barrier.name] = chance
    return found
