"""CPU time of the prey kernels per animal and season, on the shipped land with the evidence."""

import time
from collections.abc import Callable

import numpy as np

from ustyurt_models.bridge.prey import prey_demography
from ustyurt_models.bridge.prey_land import prey_grid, prey_range, start_places
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.prey_species import load_prey_species
from ustyurt_models.ibm import prey_births, prey_deaths, prey_movement
from ustyurt_models.ibm.prey_state import (
    CAUSES,
    Grid,
    PreyClimate,
    PreyKind,
    PreyStep,
    empty_prey,
    empty_scratch,
)
from ustyurt_models.landscape.land import load_land
from ustyurt_models.study.engine import Engine, Processes

__all__ = ["prey_season_ns"]

_ORDINARY = PreyClimate(0.3, 0.3, 0.2, 1.0, 1.0, 0, 0)


def _world(name: str) -> tuple[Grid, PreyKind, np.ndarray]:
    """Return grid, species at central parameter values, and its stable structure."""
    species = load_prey_species(name)
    catalogue = load_catalogue()
    parameters = {
        row.id: row.value
        for row in catalogue.require_ids(parameter_ids(species))
        if row.value is not None
    }
    land = load_land("ustyurt_5km")
    grid, classes = prey_grid(land)
    demography = prey_demography(species, parameters, Engine(), Processes())
    ways = prey_range(
        species,
        parameters,
        land,
        classes,
        Engine(),
        Processes(),
        structure=demography.structure,
    )
    return grid, PreyKind(ways, demography.rates), demography.structure[0]


def prey_season_ns(name: str = "saiga", animals: int = 100_000, years: int = 5) -> dict[str, float]:
    """Return CPU nanoseconds per animal and season of each event, all processes on.

    Parameters
    ----------
    name : str
        Species that ships.
    animals : int
        Number at the start of the first year.
    years : int
        Years measured, after one that warms up (and compiles).

    Returns
    -------
    dict of str to float
        Event -> ns; ``total`` is their sum, ``without_walk`` leaves out the walk.
    """
    grid, kind, structure = _world(name)
    prey, scratch = empty_prey(6 * animals), empty_scratch(grid.inside.size, kind.land.herds)
    places = start_places(kind.land.capacity)
    n = prey_movement.settle(prey, 0, animals, *places, structure, np.uint64(1))
    deaths, moved = np.zeros(CAUSES, np.int64), np.zeros(2, np.int64)
    pressure, harvest = np.ones(grid.inside.size), np.zeros(4)
    spent: dict[str, float] = {}
    animal_seasons = 0

    def timed(event: str, kernel: Callable, *arguments: object) -> int:
        started = time.process_time()
        result = kernel(*arguments)
        spent[event] = spent.get(event, 0.0) + time.process_time() - started
        return result

    for index in range(4 * (years + 1)):
        if index == 4:
            spent.clear()
            animal_seasons = 0
        animal_seasons += n
        step = PreyStep(
            index % 4, index, 0, np.uint64(100 + index), np.ones(1), pressure, harvest, _ORDINARY
        )
        n = timed("walk", prey_movement.walk_prey, prey, n, grid, kind, scratch, step, moved)
        n = timed("exchange", prey_movement.immigrate, prey, n, kind, step, moved)
        timed("crowding", prey_births.measure_crowding, prey, n, grid, kind, scratch, step)
        n = timed("births", prey_births.give_birth, prey, n, kind, scratch, step)
        timed("hazards", prey_deaths.weigh_hazards, kind, scratch, step)
        n = timed("deaths", prey_deaths.die, prey, n, kind, scratch, step, deaths)
        timed("ageing", prey_deaths.grow_older, prey, n)
    per_animal = {event: 1e9 * seconds / animal_seasons for event, seconds in spent.items()}
    total = sum(per_animal.values())
    return {**per_animal, "total": total, "without_walk": total - per_animal["walk"]}
