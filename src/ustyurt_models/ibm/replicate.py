"""One replicate: the season in one visible order.

The order of events comes from the study (``engine.order``), so that theory tests can use another
order or step length with the same kernels.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.cheetah_season import (
    bear_cheetahs,
    feed_cheetahs,
    hunt_prey,
    lose_cheetahs,
    release_cheetahs,
    spread_cheetahs,
    tell_deaths,
)
from ustyurt_models.ibm.management import see
from ustyurt_models.ibm.prey_pass import AGE, BEAR, LOSE, MOVE
from ustyurt_models.ibm.prey_season import bring_prey, pass_prey
from ustyurt_models.ibm.prey_state import PreyClimate
from ustyurt_models.ibm.record import Record, record_census
from ustyurt_models.ibm.world import Now, State, World
from ustyurt_models.study.engine import EVENTS

__all__ = ["DONE", "FULL_CHEETAHS", "FULL_PREY", "Watch", "run_replicate"]

#: Called at every census with the state and the number of the census; must change nothing.
Watch = Callable[[State, int], None]

#: What `run_replicate` returns: finished, or which arrays were too small.
DONE, FULL_PREY, FULL_CHEETAHS = 0, 1, 2

(
    _CLIMATE,
    _MANAGEMENT,
    _MOVEMENT,
    _BIRTHS,
    _PREY_DEATHS,
    _PREDATION,
    _CONDITION,
    _CHEETAH_DEATHS,
    _CHEETAH_BIRTHS,
    _DISPERSAL,
    _AGEING,
    _RECORD,
) = range(len(EVENTS))

#: Events that act on each prey species alone.
_OF_PREY = {_MOVEMENT: MOVE, _BIRTHS: BEAR, _PREY_DEATHS: LOSE, _AGEING: AGE}


def _calm() -> PreyClimate:
    """Return the mean year: no anomaly, no catastrophe."""
    return PreyClimate(0.0, 0.0, 0.0, 1.0, 1.0, 0, 0)


def _climate_of(world: World, year: int) -> PreyClimate:
    """Return what the weather of `year` means to prey (entry 0 is the year before the study)."""
    weather = world.weather
    return PreyClimate(
        weather.winter_severity[year + 1],
        weather.winter_severity[year],
        weather.summer_drought[year + 1],
        weather.forage[year + 1],
        weather.forage[year],
        weather.jut[year + 1],
        weather.disease[year + 1],
    )


def _enter_regime(world: World, regime: int) -> None:
    """Copy the land of `regime` into the working land of all species, in place."""
    for s in range(len(world.kinds)):
        world.kinds[s].land.capacity[:] = world.regimes.capacity[regime, s]
        world.kinds[s].land.capacity_around[:] = world.regimes.capacity_around[regime, s]
    land = world.cheetah_land
    land.protection[:] = world.regimes.protection[regime]
    land.mitigation[:] = world.regimes.mitigation[regime]
    land.livestock_per_km2[:] = world.regimes.livestock_per_km2[regime]


def _monitor(state: State, record: Record, row: int, key: np.uint64) -> None:
    """Let managers look at census `row`; columns as in `bridge.plans.monitored_columns`."""
    zones = record.prey_biomass.shape[2]
    species = state.alive.size
    truth = np.zeros(zones + species + 3)
    for s in range(species):
        for zone in range(zones):
            truth[zone] += record.prey_biomass[row, s, zone]
        truth[zones + s] = record.prey_number[row, s].sum()
    truth[zones + species] = record.cheetah_number[row].sum()
    truth[zones + species + 1] = record.adult_females[row]
    truth[zones + species + 2] = record.livestock_killed[row]
    see(state.monitoring, row, truth, key)


def _stages(schedule: NDArray[np.int64]) -> list[tuple[int, NDArray[np.int64]]]:
    """Return the schedule with neighbouring events of prey put together, to run in one call.

    A stage is (place in `EVENTS`, codes for `pass_prey`); the codes are empty where the event is
    none of prey alone.
    """
    stages: list[tuple[int, list[int]]] = []
    for event in schedule:
        if event not in _OF_PREY:
            stages.append((int(event), []))
        elif stages and stages[-1][1]:
            stages[-1][1].append(_OF_PREY[event])
        else:
            stages.append((int(event), [_OF_PREY[event]]))
    return [(event, np.array(codes, np.int64)) for event, codes in stages]


def _step(
    world: World,
    state: State,
    record: Record,
    now: Now,
    stages: list[tuple[int, NDArray[np.int64]]],
) -> int:
    """Run one season in the order of the schedule; return DONE or what was full."""
    for event, codes in stages:
        prey_full = 0
        cheetahs_full = 0
        if event == _MANAGEMENT:
            prey_full = bring_prey(world, state, record, now)
            cheetahs_full = release_cheetahs(world, state, record, now)
        elif codes.size:
            prey_full = pass_prey(world, state, record, now, codes)
        elif event == _PREDATION:
            hunt_prey(world, state, record, now)
        elif event == _CONDITION:
            feed_cheetahs(world, state)
        elif event == _CHEETAH_DEATHS:
            lose_cheetahs(world, state, now)
        elif event == _CHEETAH_BIRTHS:
            cheetahs_full = bear_cheetahs(world, state, now)
        elif event == _DISPERSAL:
            spread_cheetahs(world, state, now)
        if prey_full < 0:
            return FULL_PREY
        if cheetahs_full < 0:
            return FULL_CHEETAHS
    return DONE


def run_replicate(
    world: World, state: State, record: Record, key: np.uint64, watch: Watch | None = None
) -> int:
    """Project one replicate over all years; `state` and `record` are changed in place.

    Parameters
    ----------
    world : World
        Land, rates, weather and plans; working land is overwritten when the regime changes.
    state : State
        Animals at the start of the study; at its end on return.
    record : Record
        At zero; filled.
    key : numpy.uint64
        Key of the replicate, see `seeds.stream_key`.
    watch : callable, optional
        Looks at the animals at every census.

    Returns
    -------
    int
        DONE, FULL_PREY or FULL_CHEETAHS. In the latter cases the results are void and the
        replicate must be run again with larger arrays, which gives the same animals the same
        fates.
    """
    calendar = world.calendar
    weather_acts = _CLIMATE in calendar.schedule
    stages = _stages(calendar.schedule)
    _enter_regime(world, calendar.regime[0])
    record_census(world, state, record, 0)
    _monitor(state, record, 0, key)
    if watch is not None:
        watch(state, 0)
    for year in range(calendar.years):
        regime = calendar.regime[year]
        if year > 0 and regime != calendar.regime[year - 1]:
            _enter_regime(world, regime)
        climate = _climate_of(world, year) if weather_acts else _calm()
        for season in range(calendar.seasons):
            step = year * calendar.seasons + season
            season_key = np.uint64(child(key, step))
            now = Now(year, season, step, regime, key, season_key, climate)
            status = _step(world, state, record, now, stages)
            if status != DONE:
                return status
        record_census(world, state, record, year + 1)
        tell_deaths(state, year, key)
        _monitor(state, record, year + 1, key)
        if watch is not None:
            watch(state, year + 1)
    return DONE
