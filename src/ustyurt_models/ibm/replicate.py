"""One replicate: the season in one visible order, compiled as a whole.

The order of events comes from the study (``engine.order``), so that theory tests can use another
order or step length with the same kernels. Seasons run in one compiled call that lets other
threads work; only new land, releases from source populations and a look at the animals come
between.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

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
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.grants import from_populations, grant
from ustyurt_models.ibm.held import hold
from ustyurt_models.ibm.management import see
from ustyurt_models.ibm.prey_pass import AGE, BEAR, LOSE, MOVE
from ustyurt_models.ibm.prey_season import bring_prey, pass_prey
from ustyurt_models.ibm.prey_state import PreyClimate
from ustyurt_models.ibm.record import Record, record_census
from ustyurt_models.ibm.source.supply import Supply
from ustyurt_models.ibm.world import (
    Calendar,
    Colony,
    Flocks,
    Managers,
    Now,
    Pasture,
    State,
    Weather,
    World,
    Zones,
)
from ustyurt_models.study.engine import EVENTS

__all__ = ["DONE", "FULL_CHEETAHS", "FULL_PREY", "Watch", "live_seasons", "run_replicate"]

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

#: Events that act on each prey species alone, with their codes in `prey_pass`.
_OF_PREY = {_MOVEMENT: MOVE, _BIRTHS: BEAR, _PREY_DEATHS: LOSE, _AGEING: AGE}


@inlined
def _climate_of(weather: Weather, schedule: np.ndarray, year: int) -> PreyClimate:
    """Return what the weather of `year` means to prey (entry 0 is the year before the study).

    A study without the event `climate` has mean years: no anomaly, no catastrophe.
    """
    climate = PreyClimate(0.0, 0.0, 0.0, 1.0, 1.0, 0, 0)
    for place in range(schedule.size):
        if schedule[place] == _CLIMATE:
            climate = PreyClimate(
                weather.winter_severity[year + 1],
                weather.winter_severity[year],
                weather.summer_drought[year + 1],
                weather.forage[year + 1],
                weather.forage[year],
                weather.jut[year + 1],
                weather.disease[year + 1],
            )
    return climate


def _enter_regime(world: World, regime: int) -> None:
    """Copy the land of `regime` into the working land of all species, in place."""
    for s in range(len(world.kinds)):
        world.kinds[s].land.capacity[:] = world.regimes.capacity[regime, s]
        world.kinds[s].land.capacity_around[:] = world.regimes.capacity_around[regime, s]
    land = world.cheetah_land
    land.protection[:] = world.regimes.protection[regime]
    land.mitigation[:] = world.regimes.mitigation[regime]
    land.livestock_per_km2[:] = world.regimes.livestock_per_km2[regime]


@kernel
def _monitor(flocks: Flocks, managers: Managers, record: Record, row: int, key: np.uint64) -> None:
    """Let managers look at census `row`; columns as in `bridge.plans.monitored_columns`."""
    truth, zones, species = record.truth, record.prey_biomass.shape[2], flocks.alive.size
    truth[:] = 0.0
    for s in range(species):
        for zone in range(zones):
            truth[zone] += record.prey_biomass[row, s, zone]
        truth[zones + s] = flocks.alive[s]
    for male in range(record.cheetah_number.shape[1]):
        for stage in range(record.cheetah_number.shape[2]):
            truth[zones + species] += record.cheetah_number[row, male, stage]
    truth[zones + species + 1] = record.adult_females[row]
    truth[zones + species + 2] = record.livestock_killed[row]
    see(managers.monitoring, row, truth, key)


class Replicate(NamedTuple):
    """All that a replicate takes, in the groups in which its events take it."""

    calendar: Calendar
    prey_codes: np.ndarray  # int64, shape (event,), codes in `prey_pass`, -1 for other events
    weather: Weather
    flocks: Flocks
    pasture: Pasture
    colony: Colony
    managers: Managers
    zones: Zones
    record: Record


@kernel
def live_seasons(replicate: Replicate, key: np.uint64, first: int, last: int) -> int:
    """Run the seasons `first` .. `last` - 1 and the censuses among them, in place.

    Neighbouring events of prey run in one go, species by species.

    Parameters
    ----------
    replicate : Replicate
        The world, the animals and what is written down.
    key : numpy.uint64
        Key of the replicate.
    first, last : int
        Seasons since the start; season -1 is the eve of the study and holds only its census.

    Returns
    -------
    int
        DONE, FULL_PREY or FULL_CHEETAHS.
    """
    calendar, prey_codes, weather = replicate.calendar, replicate.prey_codes, replicate.weather
    flocks, pasture, colony = replicate.flocks, replicate.pasture, replicate.colony
    managers, zones, record = replicate.managers, replicate.zones, replicate.record
    schedule, seasons = calendar.schedule, calendar.seasons
    full = DONE
    for index in range(first, last):
        year = index // seasons
        season = index - year * seasons
        climate = _climate_of(weather, schedule, year)
        season_key = np.uint64(child(key, max(index, 0)))
        now = Now(year, season, index, calendar.regime[year], key, season_key, climate)
        for place in range(schedule.size if index >= 0 else 0):
            event = schedule[place]
            if event == _MANAGEMENT:
                if bring_prey(managers, flocks, record, now) < 0:
                    full = FULL_PREY
                if release_cheetahs(managers, colony, record, now) < 0:
                    full = FULL_CHEETAHS
            elif event == _PREDATION:
                hunt_prey(flocks, colony, record, now)
            elif event == _CONDITION:
                feed_cheetahs(colony)
            elif event == _CHEETAH_DEATHS:
                lose_cheetahs(colony, now)
            elif event == _CHEETAH_BIRTHS:
                if bear_cheetahs(colony, now) < 0:
                    full = FULL_CHEETAHS
            elif event == _DISPERSAL:
                spread_cheetahs(flocks, colony, now)
            elif prey_codes[place] >= 0 and (place == 0 or prey_codes[place - 1] < 0):
                end = place + 1
                while end < schedule.size and prey_codes[end] >= 0:
                    end += 1
                if pass_prey(flocks, pasture, record, now, prey_codes[place:end]) < 0:
                    full = FULL_PREY
            if full != DONE:
                return full
        if season == seasons - 1:
            number = pasture.scratch.grazers
            record_census(flocks, colony, zones, calendar, record, number, year + 1)
            if index >= 0:
                tell_deaths(colony, managers, year, key)
            _monitor(flocks, managers, record, year + 1, key)
    return DONE


def _prey_codes(schedule: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the codes of the events of prey, -1 for others."""
    return np.array([_OF_PREY.get(int(event), -1) for event in schedule], np.int64)


def _grouped(world: World, state: State, record: Record) -> Replicate:
    """Return the same arrays in groups."""
    return Replicate(
        world.calendar,
        _prey_codes(world.calendar.schedule),
        world.weather,
        Flocks(
            state.herds,
            state.alive,
            world.adult_age,
            world.mass_kg,
            state.counts,
            state.quota,
        ),
        Pasture(
            world.grid,
            world.kinds,
            world.regimes.pressure,
            state.conception,
            world.harvests,
            state.harvest,
            state.bag,
            state.prey_scratch,
        ),
        Colony(
            state.cheetahs,
            state.kinship,
            state.loci,
            world.crossing,
            world.cheetah_rates,
            world.cheetah_land,
            state.cheetah_scratch,
            state.tally,
            world.prey_are_killed,
        ),
        Managers(
            world.releases,
            world.gates,
            world.translocations,
            state.progress,
            state.granted,
            state.granted_prey,
            state.prey_ages,
            state.brought,
            state.monitoring,
        ),
        world.zones,
        record,
    )


def _stops(calendar: Calendar, asks: bool, watched: bool) -> Iterable[int]:
    """Return the seasons before which something happens that is not compiled, and the end."""
    steps = calendar.years * calendar.seasons
    if asks:
        return range(steps + 1)
    if watched:
        return range(0, steps + 1, calendar.seasons)
    new_land = np.flatnonzero(np.diff(calendar.regime)) + 1
    return [*(int(year) * calendar.seasons for year in new_land), steps]


def run_replicate(
    world: World,
    state: State,
    record: Record,
    key: np.uint64,
    supplies: Sequence[Supply] = (),
    watch: Watch | None = None,
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
    supplies : sequence of Supply, optional
        Source populations in the order of ``releases.population``.
    watch : callable, optional
        Looks at the animals at every census.

    Returns
    -------
    int
        DONE, FULL_PREY or FULL_CHEETAHS. In the latter cases the results are void and the
        replicate must be run again with larger arrays, which gives the same animals the same
        fates.
    """
    calendar, replicate = world.calendar, hold(_grouped(world, state, record))
    seasons, steps = calendar.seasons, calendar.years * calendar.seasons
    asks = from_populations(world) and _MANAGEMENT in calendar.schedule
    first = -1
    _enter_regime(world, calendar.regime[0])
    for stop in _stops(calendar, asks, watch is not None):
        status = live_seasons(replicate, key, first, stop)
        if status != DONE:
            return status
        year, season = divmod(stop, seasons)
        if watch is not None and season == 0:
            watch(state, year)
        if season == 0 and 0 < year < calendar.years:
            _enter_regime(world, calendar.regime[year])
        if asks and stop < steps:
            grant(world, state, supplies, stop)
        first = stop
    return DONE
