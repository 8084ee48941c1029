"""From landscape layers to the land as prey meet it: steps over lines, capacity, ways of moving."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import xarray as xr

from ustyurt_models.bridge.prey_hazards import step_of_season
from ustyurt_models.bridge.prey_steps import StepClasses, land_beside, prey_grid
from ustyurt_models.evidence.prey_species import PreySpecies, SeasonWay
from ustyurt_models.evidence.values import Quantity, value_of
from ustyurt_models.formulas.habitat import local_capacity_multiplier, water_access
from ustyurt_models.ibm.prey_state import PreyRange, empty_passage
from ustyurt_models.landscape.land import cell_size_km
from ustyurt_models.study.engine import Engine, Processes

__all__ = [
    "StepClasses",
    "barrier_values",
    "capacity_around",
    "prey_capacity",
    "prey_grid",
    "prey_range",
    "start_places",
]

_BEARINGS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
#: Mean squared length of an undirected step, in cells: four of 1 and four of 2.
_MEAN_SQUARE_STEP = 1.5


class HasBarriers(Protocol):
    """A species file that says how lines are passed."""

    @property
    def barriers(self) -> dict[str, Quantity]:
        """Permeability by name, or first part of the name, of a line."""


def barrier_values(
    species: HasBarriers, parameters: Mapping[str, float], barriers: Sequence[str]
) -> dict[str, float]:
    """Return the permeability of each line, stated for a whole season.

    The species file names a line or the first part of its name; the longest match counts, and a
    line without match is open.
    """
    values = {}
    for name in barriers:
        matches = [key for key in species.barriers if name == key or name.startswith(f"{key}_")]
        if matches:
            values[name] = value_of(species.barriers[max(matches, key=len)], parameters)
    return values


def prey_capacity(
    species: PreySpecies, parameters: Mapping[str, float], land: xr.Dataset
) -> np.ndarray:
    """Return animals at capacity before births in the mean year, float64, shape (cell,).

    Maximum density x suitability x water access x (1 - livestock share) x area, 0 outside.
    """
    suitability = land[f"suitability_{species.id}"].to_numpy().astype(float)
    livestock = land["livestock_share"].to_numpy().astype(float)
    access = _access(species, parameters, land)
    multiplier = local_capacity_multiplier(suitability, access, livestock)
    density = value_of(species.density.maximum_per_km2, parameters)
    capacity = density * cell_size_km(land) ** 2 * np.nan_to_num(multiplier)
    return np.where(land["inside"].to_numpy(), capacity, 0.0).ravel()


def _access(species: PreySpecies, parameters: Mapping[str, float], land: xr.Dataset) -> np.ndarray:
    """Return water access, 1 everywhere where water plays no part."""
    half_km = value_of(species.density.water_half_km, parameters)
    distance_km = land["distance_to_water"].to_numpy().astype(float)
    return water_access(distance_km, half_km) if half_km > 0.0 else np.ones_like(distance_km)


def _radius(species: PreySpecies, parameters: Mapping[str, float], cell_km: float) -> int:
    """Return the radius of the neighbourhood [cells]."""
    return round(value_of(species.density.radius_km, parameters) / cell_km)


def capacity_around(capacity: np.ndarray, nx: int, radius: int) -> np.ndarray:
    """Sum `capacity` over the (2 radius + 1)^2 neighbourhood, float64, shape (cell,)."""
    if radius == 0:
        return capacity.copy()
    total = np.pad(capacity.reshape(-1, nx), radius)
    width = 2 * radius + 1
    for axis in (0, 1):
        total = np.lib.stride_tricks.sliding_window_view(total, width, axis=axis).sum(axis=-1)
    return np.ascontiguousarray(total).ravel()


def _snow_exposure(
    species: PreySpecies, parameters: Mapping[str, float], land: xr.Dataset, capacity: np.ndarray
) -> np.ndarray:
    """Return winter hazard relative to its mean over the habitat, shape (cell,).

    Hazard follows ``x^2 / (1 + x^2)`` with x snow depth over the depth of half hazard. Where no
    cell of the habitat has snow, all are alike, as they are under even snow however thin.
    """
    limit_cm = value_of(species.threats.snow_limit_cm, parameters)
    if limit_cm <= 0.0 or capacity.sum() == 0.0:
        return np.ones(capacity.size)
    square = (land["snow_depth"].to_numpy().astype(float).ravel() / limit_cm) ** 2
    hazard = np.nan_to_num(square / (1.0 + square))
    mean = float(np.average(hazard, weights=capacity))
    return hazard / mean if mean > 0.0 else np.ones(capacity.size)


@dataclass(frozen=True)
class _Way:
    """One step of the year, in numbers of cells."""

    steps: int
    bearing: int
    directedness: float
    log_attraction_per_100km: float


def _way(
    way: SeasonWay, parameters: Mapping[str, float], cell_km: float, migrates: bool, share: float
) -> _Way:
    """Return the walk of one season; `share` seasons are rolled into one engine step."""
    wander = value_of(way.wander_km, parameters) / cell_km
    steps = round(share * wander**2 / _MEAN_SQUARE_STEP)
    directed = value_of(way.directedness, parameters) if way.bearing and migrates else 0.0
    slope = value_of(way.northward, parameters) - value_of(way.southward, parameters)
    if directed == 0.0:
        return _Way(steps, 0, 0.0, slope * migrates)
    distance = value_of(way.migration_km, parameters) / cell_km
    bearing = _BEARINGS.index(str(way.bearing))
    return _Way(max(steps, round(distance / directed)), bearing, directed, slope)


def _ways_of_year(
    species: PreySpecies,
    parameters: Mapping[str, float],
    engine: Engine,
    processes: Processes,
    cell_km: float,
) -> list[_Way]:
    """Return the walk of each step of the year; migration needs four seasons."""
    steps = engine.seasons_per_year
    ways = species.movement.ways()
    share = len(ways) / steps * processes.movement
    migrates = processes.migration and processes.movement and steps == len(ways)
    return [
        _way(ways[step * len(ways) // steps], parameters, cell_km, migrates, share)
        for step in range(steps)
    ]


def _attraction(
    species: PreySpecies, parameters: Mapping[str, float], land: xr.Dataset, ways: Sequence[_Way]
) -> np.ndarray:
    """Return relative attraction, shape (season, cell): habitat, water, and the season's pull."""
    habitat = land[f"suitability_{species.id}"].to_numpy() * _access(species, parameters, land)
    floor = value_of(species.movement.matrix_use, parameters)
    base = np.maximum(np.nan_to_num(habitat), floor) * land["inside"].to_numpy()
    north_100km = (land["y"].to_numpy() - land["y"].to_numpy().mean())[:, None] / 100_000.0
    layers = [base * np.exp(way.log_attraction_per_100km * north_100km) for way in ways]
    return np.stack([layer.ravel() for layer in layers])


def _entries(land: xr.Dataset, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return cells at the land edge of the region and cumulative shares by `weight`."""
    edge = np.where(land_beside(land).ravel(), weight, 0.0)
    return start_places(edge if edge.sum() > 0.0 else weight)


def start_places(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return cells with weight (int32) and their cumulative shares (float64) for `settle`."""
    cells = np.flatnonzero(weight > 0.0).astype(np.int32)
    cumulative = np.cumsum(weight[cells])
    if cells.size:
        cumulative /= cumulative[-1]
    return cells, cumulative


def _per_step(of_season: float, steps: int) -> float:
    """Return the chance per try that gives `of_season` for an animal that tries at every step."""
    return 1.0 - (1.0 - of_season) ** (1.0 / max(steps, 1))


def prey_range(
    species: PreySpecies,
    parameters: Mapping[str, float],
    land: xr.Dataset,
    classes: StepClasses,
    engine: Engine,
    processes: Processes,
    *,
    structure: np.ndarray,
    openings: Sequence[Mapping[str, float]] = ({},),
    immigration: bool = True,
) -> PreyRange:
    """Return the land as one species sees it under one parameter set.

    Parameters
    ----------
    species : PreySpecies
        The species file.
    parameters : mapping of str to float
        Parameter id -> value of one draw.
    land : xarray.Dataset
        The landscape.
    classes : StepClasses
        From `prey_grid`.
    engine : Engine
        Steps per year, edge rule.
    processes : Processes
        Switches of movement, migration, barriers, immigration.
    structure : numpy.ndarray
        `PreyDemography.structure`, for immigrants.
    openings : sequence of mapping of str to float
        Per regime: permeability of lines set by management, for this species, whole season.
    immigration : bool
        Whether animals of this species come in over the edge.

    Returns
    -------
    PreyRange
        Freshly allocated arrays.
    """
    cell_km = cell_size_km(land)
    ways = _ways_of_year(species, parameters, engine, processes, cell_km)
    capacity = prey_capacity(species, parameters, land)
    radius = _radius(species, parameters, cell_km)
    attraction = _attraction(species, parameters, land, ways)
    entering = step_of_season(species.exchange.season, engine.seasons_per_year)
    entry_cell, entry_cumulative = _entries(land, attraction[entering])
    known = barrier_values(species, parameters, classes.barriers) if processes.barriers else {}
    edge = value_of(species.exchange.edge_permeability, parameters) * (engine.edge == "open")
    rate = value_of(species.exchange.immigration, parameters)
    return PreyRange(
        attraction=attraction,
        permeability=np.stack(
            [_permeability({**known, **opened}, classes, ways, processes) for opened in openings]
        ),
        **empty_passage(*attraction.shape),
        capacity=capacity,
        capacity_around=capacity_around(capacity, land.sizes["x"], radius),
        snow_exposure=_snow_exposure(species, parameters, land, capacity),
        entry_cell=entry_cell,
        entry_cumulative=entry_cumulative,
        newcomer_cumulative=np.ascontiguousarray(structure[entering]),
        steps=np.array([way.steps for way in ways], dtype=np.int64),
        bearing=np.array([way.bearing for way in ways], dtype=np.int64),
        directedness=np.array([way.directedness for way in ways]),
        edge_permeability=np.array([_per_step(edge, way.steps) for way in ways]),
        herds=round(value_of(species.movement.herds_per_cell, parameters)),
        immigration=rate if immigration and processes.immigration else 0.0,
        immigration_season=entering,
        radius=radius,
    )


def _permeability(
    by_line: Mapping[str, float], classes: StepClasses, ways: Sequence[_Way], processes: Processes
) -> np.ndarray:
    """Return the chance per try by season and class of step, shape (season, class)."""
    lines = by_line if processes.barriers else {}
    table = [
        classes.permeability({name: _per_step(q, way.steps) for name, q in lines.items()})
        for way in ways
    ]
    return np.stack(table)
