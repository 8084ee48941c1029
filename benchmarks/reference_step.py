"""The reference prey step P, by the kernels of the engine and by vectorised NumPy.

One animal, one step: density of the cell, survival by age and sex times a factor of the cell,
poaching told apart from other deaths, litters of 0 to 2, ageing, one step through a mask of
passable directions, removal of the dead; 16 ages, two sexes, 8,000 cells. Both versions hold the
same rates; numbers stay near their start.
"""

import time
from dataclasses import dataclass

import numpy as np

from ustyurt_models.ibm.prey_pass import AGE, BEAR, LOSE, MOVE, live_through
from ustyurt_models.ibm.prey_state import (
    CLASSES,
    Grid,
    Prey,
    PreyClimate,
    PreyHarvest,
    PreyKind,
    PreyRange,
    PreyRates,
    PreyStep,
    empty_flows,
    empty_passage,
    empty_prey,
    empty_scratch,
    herd,
)

__all__ = ["ReferenceRun", "engine_step_ns", "numpy_step_ns"]

_NX, _NY, _AGES = 102, 82, 16
_BEARING, _TWINS, _POACHED, _PASSABLE = 0.115, 0.5, 0.01, 0.95
_CALM = PreyClimate(0.0, 0.0, 0.0, 1.0, 1.0, 0, 0)


def _survival() -> np.ndarray:
    """Return the yearly survival by sex and age, shape (2, age)."""
    return 0.9 + 0.08 * np.random.default_rng(1).random((2, _AGES))


def _inside(scale: int) -> np.ndarray:
    """Return the cells inside, bool, shape (y, x); `scale` cells for one along each side."""
    inside = np.zeros((scale * (_NY - 2) + 2, scale * (_NX - 2) + 2), bool)
    inside[1:-1, 1:-1] = True
    return inside


def _rates() -> PreyRates:
    """Return the vital rates of P for the kernels."""
    none, survival = np.zeros(CLASSES), _survival()
    chance = np.where(np.arange(_AGES) >= 1, _BEARING, 0.0)
    return PreyRates(
        background=-np.log(survival),
        background_survival=survival,
        crowding=np.full(CLASSES, 0.01),
        winter=none,
        jut=none,
        drought=none,
        wolf=none,
        poaching=np.full(CLASSES, _POACHED),
        disease=none,
        birth_chance=chance,
        litter=np.array([[0.0, _TWINS, 1.0]] * 2),
        cycle=np.ones(1),
        mass_kg=np.ones(CLASSES),
        adult_age=1,
        old_age=30_000,
        full_litter_age=1,
        rut_female_age=1,
        rut_male_age=1,
        birth_season=0,
        rut_season=0,
        winter_season=0,
        drought_season=0,
        disease_season=0,
        theta=1.0,
        crowding_cap=10.0,
        crowding_births=0.0,
        forage_births=0.0,
        winter_births=0.0,
        male_share_at_birth=0.5,
        shortage_share=0.0,
        shortage_steepness=1.0,
    )


def _land(grid: Grid, animals: int) -> PreyRange:
    """Return the land of P: equal cells, some directions closed."""
    cells = grid.inside.size
    here = np.flatnonzero(grid.inside).astype(np.int32)
    capacity = np.full(cells, animals / here.size)
    return PreyRange(
        attraction=grid.inside[None].astype(float),
        permeability=np.array([[[1.0, 0.0]]]),
        **empty_passage(1, cells),
        capacity=capacity,
        capacity_around=capacity,
        snow_exposure=np.ones(cells),
        entry_cell=here,
        entry_cumulative=np.arange(1, here.size + 1) / here.size,
        newcomer_cumulative=np.array([0.5, 1.0]),
        steps=np.ones(1, np.int64),
        bearing=np.zeros(1, np.int64),
        directedness=np.zeros(1),
        edge_permeability=np.zeros(1),
        herds=0,
        immigration=0.0,
        immigration_season=0,
        radius=0,
    )


def _grid(scale: int) -> Grid:
    """Return the grid of P with closed directions."""
    inside = _inside(scale)
    nx = inside.shape[1]
    closed = np.random.default_rng(2).random((8, inside.size)) >= _PASSABLE
    offset = np.array([-nx, -nx + 1, 1, nx + 1, nx, nx - 1, -1, -nx - 1], np.int64)
    return Grid(inside.ravel().astype(np.uint8), closed.astype(np.uint8), offset, nx)


def _founders(animals: int, inside: np.ndarray) -> Prey:
    """Return animals of all ages spread over the cells inside, with slots to spare."""
    rng = np.random.default_rng(3)
    prey = empty_prey(animals + animals // 2 + 1000)
    prey.word[:animals] = herd(
        rng.integers(0, 2**63, animals, dtype=np.uint64) << np.uint64(1),
        rng.integers(0, _AGES, animals),
        rng.integers(0, 2, animals),
        rng.choice(np.flatnonzero(inside), animals),
    ).word
    return prey


@dataclass(frozen=True)
class ReferenceRun:
    """What a run of P took.

    Attributes
    ----------
    ns : float
        CPU ns per animal and step.
    bytes_per_animal : float
        State and working arrays that grow with animals, per animal at the start.
    left : int
        Animals at the end.
    """

    ns: float
    bytes_per_animal: float
    left: int


def engine_step_ns(animals: int, steps: int, scale: int = 1, seed: int = 0) -> ReferenceRun:
    """Run P by the kernels of the engine, after one step that compiles.

    Parameters
    ----------
    animals, steps : int
        Size of the run.
    scale : int
        Cells along each side for one of the 8,000 (5: 1 km instead of 5 km).
    seed : int
        Key of the run.
    """
    grid = _grid(scale)
    kind = PreyKind(_land(grid, animals), _rates())
    prey, scratch = _founders(animals, grid.inside), empty_scratch(grid.inside.size, 1)
    nothing = PreyHarvest(np.zeros(0), np.zeros(0), np.zeros((0, CLASSES), np.int64))
    flows = empty_flows(grid.inside.size)
    events = np.array([BEAR, LOSE, AGE, MOVE], np.int64)
    pressure, conception, harvest = np.ones(grid.inside.size), np.ones(1), np.zeros(CLASSES)
    n, done, spent = animals, 0, 0
    for index in range(steps + 1):
        key = np.uint64(1000 * seed + index)
        step = PreyStep(0, index, 0, key, conception, pressure, harvest, _CALM)
        started = time.process_time_ns()
        before = n
        n = live_through(prey, n, grid, kind, scratch, step, events, nothing, flows)
        if index > 0:
            spent += time.process_time_ns() - started
            done += before
    of_animals = prey.word.nbytes * animals / prey.word.size
    return ReferenceRun(spent / done, of_animals / animals, n)


def numpy_step_ns(animals: int, steps: int) -> float:
    """CPU ns per animal and step of P in vectorised NumPy."""
    rng = np.random.default_rng(1)
    inside = _inside(1).ravel()
    cells, nx = inside.size, _NX
    survival = _survival()
    passable = rng.random((8, cells)) < _PASSABLE
    offset = np.array([-nx, -nx + 1, 1, nx + 1, nx, nx - 1, -1, -nx - 1])
    per_cell = animals / inside.sum()
    identity = np.arange(animals, dtype=np.uint64)
    age, male = rng.integers(0, _AGES, animals), rng.integers(0, 2, animals)
    cell = rng.choice(np.flatnonzero(inside), animals)
    done, started = 0, time.process_time()
    for _ in range(steps):
        done += age.size
        bearing = (male == 0) & (age >= 1) & (rng.random(age.size) < _BEARING)
        mothers = np.repeat(np.flatnonzero(bearing), rng.integers(1, 3, bearing.sum()))
        crowding = np.bincount(cell, minlength=cells) / per_cell
        place = np.exp(-0.01 * crowding - _POACHED)
        identity = np.concatenate([identity, identity[mothers] + np.uint64(1)])
        age = np.concatenate([age, np.zeros(mothers.size, np.int64)])
        male = np.concatenate([male, rng.integers(0, 2, mothers.size)])
        cell = np.concatenate([cell, cell[mothers]])
        drawn = rng.random(age.size)
        lives = drawn < survival[male, age] * place[cell]
        np.count_nonzero(drawn[~lives] > 1.0 - _POACHED)
        identity, age, male, cell = identity[lives], age[lives], male[lives], cell[lives]
        age = np.minimum(age + 1, _AGES - 1)
        direction = rng.integers(0, 8, cell.size)
        there = cell + offset[direction]
        cell = np.where(passable[direction, cell] & inside[there], there, cell)
    return 1e9 * (time.process_time() - started) / done
