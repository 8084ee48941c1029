"""CPU time of the prey kernels per animal and season, on the shipped land with the evidence."""

import time
from collections.abc import Callable

import numpy as np

from ustyurt_models.bridge.prey import prey_demography
from ustyurt_models.bridge.prey_land import prey_grid, prey_range, start_places
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.prey_species import load_prey_species
from ustyurt_models.ibm import prey_births, prey_deaths, prey_movement, prey_predation
from ustyurt_models.ibm.prey_state import (
    Grid,
    PreyClimate,
    PreyKind,
    PreyStep,
    empty_flows,
    empty_prey,
    empty_scratch,
)
from ustyurt_models.landscape.land import load_land
from ustyurt_models.study.engine import Engine, Processes

__all__ = ["LIMITS", "prey_season_ns"]

#: What a process must do at least: passes over the animals, and random numbers per animal.
LIMITS = {
    "walk": (2, 2),
    "crowding": (1, 0),
    "deaths": (1, 1),
    "for cheetahs": (1, 0),
    "ageing": (1, 0),
}

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
    """Return CPU nanoseconds per animal and season of each process, all processes on.

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
        Process -> ns; ``total`` is their sum, ``without_walk`` leaves out the walk. ``deaths``
        holds the decision, the causes and the removal of the dead.
    """
    grid, kind, structure = _world(name)
    prey, scratch = empty_prey(6 * animals), empty_scratch(grid.inside.size, kind.land.herds)
    places = start_places(kind.land.capacity)
    n = prey_movement.settle(prey, 0, animals, *places, structure, np.uint64(1))
    flows = empty_flows(grid.inside.size)
    counts, numbers = np.zeros((2, grid.inside.size), np.int32), np.zeros((2, 2), np.int64)
    zones, zone = np.zeros(1), np.zeros(grid.inside.size, np.int32)
    pressure, harvest = np.ones(grid.inside.size), np.zeros(4)
    spent: dict[str, float] = {}
    animal_seasons = 0

    def timed(process: str, kernel: Callable, *arguments: object) -> int:
        started = time.process_time_ns()
        result = kernel(*arguments)
        spent[process] = spent.get(process, 0.0) + time.process_time_ns() - started
        return result

    for index in range(4 * (years + 1)):
        if index == 4:
            spent.clear()
            animal_seasons = 0
        animal_seasons += n
        key = np.uint64(100 + index)
        now = PreyStep(index % 4, index, 0, key, np.ones(1), pressure, harvest, _ORDINARY)
        n = timed("walk", prey_movement.walk_prey, prey, n, grid, kind, scratch, now, flows.moved)
        n = timed("exchange", prey_movement.immigrate, prey, n, kind, now, flows.moved)
        timed("crowding", prey_births.measure_crowding, prey, n, grid, kind, scratch, now)
        n = timed("births", prey_births.give_birth, prey, n, kind, scratch, now)
        timed("hazards", prey_deaths.weigh_hazards, kind, scratch, now)
        n = timed("deaths", prey_deaths.die, prey, n, kind, scratch, now, flows)
        timed("for cheetahs", prey_predation.count_prey, prey, n, 4, 0, counts)
        timed("ageing", prey_deaths.grow_older, prey, n)
        if index % 4 == 3:
            timed("record", prey_predation.census, prey, n, 5, numbers)
            mass = kind.rates.mass_kg
            timed("record", prey_predation.biomass, prey, n, mass, 4, zone, zones)
    per_animal = {process: ns / animal_seasons for process, ns in spent.items()}
    total = sum(per_animal.values())
    return {**per_animal, "total": total, "without_walk": total - per_animal["walk"]}
