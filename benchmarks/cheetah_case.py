"""Worlds of cheetahs for speed measurements: shipped land and evidence, steady numbers."""

import ctypes
import math
import time
from typing import NamedTuple

import numpy as np
from numba import njit

from ustyurt_models.bridge.cheetah import cheetah_rates
from ustyurt_models.bridge.cheetah_land import cheetah_land
from ustyurt_models.bridge.prey_land import prey_grid, start_places
from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES
from ustyurt_models.evidence import load_catalogue, parameter_ids
from ustyurt_models.evidence.cheetah_species import load_cheetah_species
from ustyurt_models.ibm import (
    cheetah_births,
    cheetah_deaths,
    cheetah_dispersal,
    cheetah_releases,
    genetics,
    predation,
)
from ustyurt_models.ibm.cheetah_state import (
    CEILING_HARD,
    CheetahRelease,
    new_cheetahs,
    new_kinship,
    new_scratch,
    new_tally,
)
from ustyurt_models.landscape.land import load_land

__all__ = ["birth_ns", "event_ns", "season_ns"]

#: Live mass of young and adults [kg] of four ungulates, as `bridge.cheetah.cheetah_rates` takes.
_MASS_KG = [(15.0, 28.0), (10.0, 21.0), (22.0, 45.0), (130.0, 240.0)]
#: Animals per km2 of each type: young and adults of saiga, gazelle, urial and kulan.
_PREY_PER_KM2 = (0.15, 0.5, 0.06, 0.2, 0.01, 0.03, 0.002, 0.008)
_KEY = np.uint64(20_261_122)
_WARM_UP = 40
# CPU time of the process [us], callable from compiled code.
_clock = ctypes.CDLL(None).clock
_clock.argtypes, _clock.restype = (), ctypes.c_long


class Case(NamedTuple):
    """One population with everything its kernels take."""

    cheetahs: tuple
    kinship: np.ndarray
    rates: tuple
    land: tuple
    scratch: tuple
    tally: tuple
    counts: np.ndarray
    quota: np.ndarray
    occupied: np.ndarray


def make_case(animals: int) -> Case:
    """Return `animals` cheetahs with a hard ceiling at that number, at central evidence."""
    species = load_cheetah_species()
    rows = load_catalogue().require_ids(parameter_ids(species))
    values = {row.id: row.value for row in rows}
    land_set = load_land("ustyurt_5km")
    grid, classes = prey_grid(land_set)
    passable = np.ones((1, 4, classes.permeability({}).size))
    rates = cheetah_rates(species, values, _MASS_KG, 5.0)._replace(
        ceiling_rule=CEILING_HARD, ceiling=np.array([animals, 0])
    )
    land = cheetah_land(land_set, species, values, grid.step_class, passable, 5.0, False)
    land.road[:] = land.people[:] = land.poaching[:] = 0.0
    cells, slots = land.inside.size, 2 ** math.ceil(math.log2(2 * animals))
    counts = np.zeros((cells, len(_PREY_PER_KM2)), np.int32).T
    rng = np.random.default_rng(1)
    for kind, density in enumerate(_PREY_PER_KM2):
        counts[kind] = rng.poisson(25.0 * density * (land.inside == 1))
    causes, types = len(CHEETAH_DEATH_CAUSES), len(_PREY_PER_KM2)
    case = Case(
        new_cheetahs(slots),
        new_kinship(slots),
        rates,
        land,
        new_scratch(slots, types, land, causes),
        new_tally(causes, types, cells),
        counts,
        np.zeros_like(counts),
        np.zeros(cells, np.uint8),
    )
    _settle_in(case, animals, rng)
    return case


def _settle_in(case: Case, animals: int, rng: np.random.Generator) -> None:
    """Set free half of the animals in good places; births make up for the rest."""
    places, cumulative = start_places(case.land.suitability * case.land.inside)
    for number in range(animals):
        cell = int(places[np.searchsorted(cumulative, rng.random())])
        male = number % 2
        release = CheetahRelease(
            np.uint64(number + 1), np.uint64(0), 1 - male, male, 8, 30, cell, 0, 0, 0, 1, 1
        )
        cheetah_releases.add_released(
            case.cheetahs, case.kinship, np.zeros((1, 1)), release, case.tally
        )
    case.cheetahs.since_release[:] = -1


#: Events in the order of `_live`; the last does nothing but read the clock.
_EVENTS = (
    "predation",
    "condition",
    "deaths",
    "ceiling",
    "births",
    "mating",
    "independence",
    "dispersal",
    "census",
    "clock",
)


@njit(nogil=True, error_model="numpy", _nrt=False)
def _live(
    case: Case, genes: np.ndarray, first: int, last: int, timed: bool, spent: np.ndarray
) -> int:
    """Live through seasons in one compiled call, as the engine does; return animal-seasons.

    If `timed`, a clock is read between events and `spent` receives the CPU time of each [us],
    shape (event,).
    """
    c, k, r, land, s, t, counts, quota, occupied = case
    lived = 0
    for step in range(first, last):
        season = step % 4
        key = np.uint64(_KEY + np.uint64(7_919 * step))
        for i in range(c.top[0]):
            lived += c.stage[i] >= 0
        for event in range(spent.size):
            started = _clock() if timed else 0
            if event == 0:
                predation.hunt(c, counts, quota, r, land, s, key, t)
            elif event == 1:
                predation.update_condition(c, r)
            elif event == 2:
                cheetah_deaths.die(c, r, land, s, 0.0, season, key, t)
            elif event == 3:
                cheetah_deaths.apply_ceiling(c, r, s, key, t)
            elif event == 4:
                cheetah_births.give_birth(c, k, r, land, s, key, t)
            elif event == 5:
                cheetah_births.mate(c, r, land, s, season, key)
            elif event == 6:
                cheetah_dispersal.leave_mother(c, r)
            elif event == 7:
                cheetah_dispersal.disperse(c, counts, r, land, s, 0, season, key, t)
            elif event == 8 and season == 3:
                genetics.genetic_summary(c, k, genes)
                cheetah_dispersal.mark_ranges(c, land, occupied)
            if timed:
                spent[event] += _clock() - started
    return lived


def _lived(animals: int, seasons: int, timed: bool) -> tuple[int, int, np.ndarray]:
    """Return animal-seasons lived after a warm-up, CPU time [ns] and that of each event [us]."""
    case, genes = make_case(animals), np.zeros(3)
    spent = np.zeros(len(_EVENTS), np.int64)
    _live(case, genes, 0, _WARM_UP, timed, spent)
    spent[:] = 0
    started = time.process_time_ns()
    lived = _live(case, genes, _WARM_UP, _WARM_UP + seasons, timed, spent)
    return lived, time.process_time_ns() - started, spent


def season_ns(animals: int, seasons: int = 200, runs: int = 3) -> float:
    """Return CPU ns per animal and season: all events, the look at prey and the yearly census.

    The best of `runs` equal runs, in which no clock is read between events.
    """
    found = []
    for _ in range(runs):
        lived, whole, _spent = _lived(animals, seasons, False)
        found.append(whole / lived)
    return min(found)


def event_ns(animals: int, seasons: int = 200, runs: int = 3) -> dict[str, float]:
    """Return CPU ns per animal and season of each event, and the mean number of ``animals``.

    The best of `runs` equal runs, without what it takes to read the clock.
    """
    found = []
    for _ in range(runs):
        lived, _whole, spent = _lived(animals, seasons, True)
        found.append(1e3 * (spent[:-1] - spent[-1]) / lived)
    best = np.min(found, axis=0)
    return {"animals": lived / seasons} | dict(zip(_EVENTS[:-1], best, strict=True))


def birth_ns(animals: int, litters: int = 16, rounds: int = 20) -> float:
    """Return CPU ns of the kinship of newborns, per birth and animal alive.

    Litters of 3 of unrelated parents are written as `genetics.add_litters` writes a season's.
    """
    case = make_case(animals)
    cheetahs, young = case.cheetahs, np.arange(animals, animals + 3 * litters, dtype=np.int32)
    cheetahs.top[0] = animals + young.size
    cheetahs.stage[young] = 0
    cheetahs.mother[young] = np.repeat(2 * np.arange(litters), 3)
    fathers = (cheetahs.mother[young] + 1).astype(np.int32)
    genetics.add_litters(cheetahs, case.kinship, young, fathers, young.size)
    started = time.process_time_ns()
    for _ in range(rounds):
        genetics.add_litters(cheetahs, case.kinship, young, fathers, young.size)
    spent = time.process_time_ns() - started
    return spent / rounds / young.size / (animals + young.size)
