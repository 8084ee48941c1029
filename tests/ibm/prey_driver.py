"""Small worlds and a yearly driver for the theory tests of the prey kernels."""

import tomllib

import numpy as np
from numba import njit

from ustyurt_models.bridge.prey import prey_demography
from ustyurt_models.evidence.prey_species import PreySpecies
from ustyurt_models.ibm import prey_births, prey_deaths, prey_movement
from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.prey_state import (
    Grid,
    PreyClimate,
    PreyKind,
    PreyRange,
    PreyStep,
    empty_flows,
    empty_passage,
    empty_prey,
    empty_scratch,
    herd,
)
from ustyurt_models.ibm.prey_word import age_of, male_of
from ustyurt_models.study.engine import Engine, Processes

BIRTHS, DEATHS, AGEING, MOVEMENT = 0, 1, 2, 3
NORMAL = PreyClimate(0.0, 0.0, 0.0, 1.0, 1.0, 0, 0)


SIMPLE = """
id = "simple"
name = "Simple"
mass = { adult_kg = 1.0, birth_kg = 1.0 }
density = { maximum_per_km2 = 1.0 }
survival = { by_age = [0.9], maximum_age_yr = 3 }
[births]
first_age_yr = 1
full_age_yr = 1
male_share = 0.5
first = { chance = 0.5, litter = { shares = [1.0] } }
full = { chance = 0.5, litter = { shares = [1.0] } }
"""


def species(text: str) -> PreySpecies:
    """Read a species file of literal numbers."""
    return PreySpecies.model_validate(tomllib.loads(text))


def demography(text: str, seasons: int = 1, **switches: bool):
    """Return the vital rates of a literal species file."""
    engine = Engine(seasons_per_year=seasons)
    return prey_demography(species(text), {}, engine, Processes(**switches))


def any_rates():
    """Return rates for kernels that do not use them."""
    return demography(SIMPLE).rates


def open_grid(ny: int, nx: int) -> Grid:
    """Return a grid whose cells are all inside but for the outermost ring, without lines."""
    inside = np.zeros((ny, nx), np.uint8)
    inside[1:-1, 1:-1] = 1
    offset = np.array([-nx, -nx + 1, 1, nx + 1, nx, nx - 1, -1, -nx - 1], np.int64)
    return Grid(inside.ravel(), np.zeros((8, ny * nx), np.uint8), offset, nx)


def plain_range(grid: Grid, seasons: int = 1, **changes) -> PreyRange:
    """Return a land without features; `changes` replace fields."""
    cells = grid.inside.size
    inside = np.flatnonzero(grid.inside).astype(np.int32)
    base = PreyRange(
        attraction=np.ones((seasons, cells)),
        permeability=np.ones((1, seasons, 1)),
        **empty_passage(seasons, cells),
        capacity=np.full(cells, np.inf),
        capacity_around=np.full(cells, np.inf),
        snow_exposure=np.ones(cells),
        entry_cell=inside,
        entry_cumulative=np.arange(1, inside.size + 1) / inside.size,
        newcomer_cumulative=np.array([0.0, 1.0, 1.0, 1.0]),
        steps=np.zeros(seasons, np.int64),
        bearing=np.zeros(seasons, np.int64),
        directedness=np.zeros(seasons),
        edge_permeability=np.zeros(seasons),
        herds=0,
        immigration=0.0,
        immigration_season=0,
        radius=0,
    )
    return base._replace(**changes)


def step(season=0, index=0, key=1, cells=25, conception=1.0, climate=NORMAL, **changes) -> PreyStep:
    """Return one moment; poaching pressure 1 and no harvest unless given."""
    pressure = changes.get("pressure", np.ones(cells))
    harvest = changes.get("harvest", np.zeros(4))
    left = np.array([conception])
    return PreyStep(season, index, 0, np.uint64(key), left, pressure, harvest, climate)


@njit(nogil=True, cache=True, error_model="numpy")
def run_year(prey, n, grid, kind, scratch, order, first, base, flows):
    """Advance one year; return the number alive."""
    seasons = kind.land.steps.size
    for season in range(seasons):
        key = np.uint64(child(base.key, first + season))
        now = PreyStep(
            season,
            first + season,
            0,
            key,
            base.conception,
            base.pressure,
            base.harvest,
            base.climate,
        )
        for event in order:
            if event == 0:
                prey_births.measure_crowding(prey, n, grid, kind, scratch, now)
                n = prey_births.give_birth(prey, n, kind, scratch, now)
            elif event == 1:
                prey_births.measure_crowding(prey, n, grid, kind, scratch, now)
                prey_deaths.weigh_hazards(kind, scratch, now)
                n = prey_deaths.die(prey, n, kind, scratch, now, flows)
            elif event == 2:
                prey_deaths.grow_older(prey, n)
            else:
                n = prey_movement.walk_prey(prey, n, grid, kind, scratch, now, flows.moved)
    return n


@njit(nogil=True, cache=True, error_model="numpy")
def run_replicates(prey, start, grid, kind, scratch, order, base, flows, numbers, ages):
    """Fill `numbers` (replicate, year, sex) and `ages` (replicate, age) of females at the end."""
    steps = kind.land.steps.size
    for r in range(numbers.shape[0]):
        n = start.word.size
        prey.word[:n] = start.word
        key = np.uint64(child(base.key, r))
        now = PreyStep(0, 0, 0, key, base.conception, base.pressure, base.harvest, base.climate)
        for year in range(numbers.shape[1]):
            n = run_year(prey, n, grid, kind, scratch, order, year * steps, now, flows)
            for i in range(n):
                numbers[r, year, male_of(prey.word[i])] += 1
        for i in range(n):
            if male_of(prey.word[i]) == 0:
                ages[r, min(np.int64(age_of(prey.word[i])), ages.shape[1] - 1)] += 1


def founders(number: int, age: int, male: int, cell: int):
    """Return `number` founders of one kind, all in one cell."""
    return herd(some_identities(number), age, male, cell)


def some_identities(number: int, seed: int = 1) -> np.ndarray:
    """Return random identities, uint64."""
    return np.random.default_rng(seed).integers(0, 2**63, number, dtype=np.uint64) << np.uint64(1)


def replicates(
    demo,
    start,
    years,
    number,
    *,
    slots,
    key=7,
    order=(BIRTHS, DEATHS, AGEING),
    capacity=np.inf,
):
    """Run `number` replicates in a single cell; return numbers and final ages of females."""
    grid = open_grid(3, 3)
    seasons = demo.rates.cycle.size
    land = plain_range(grid, seasons, capacity_around=np.full(9, capacity))
    kind = PreyKind(land, demo.rates)
    numbers = np.zeros((number, years, 2), np.int64)
    ages = np.zeros((number, demo.rates.birth_chance.size + 2), np.int64)
    run_replicates(
        empty_prey(slots),
        start,
        grid,
        kind,
        empty_scratch(9, 1),
        np.array(order, np.int64),
        step(key=key, cells=9),
        empty_flows(9),
        numbers,
        ages,
    )
    return numbers, ages
