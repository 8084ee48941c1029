"""What happens to the cheetahs within one step, event by event."""

import numpy as np

from ustyurt_models.ibm import cheetah_births, cheetah_deaths, cheetah_dispersal, predation
from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.cheetah_state import DISPERSER, CheetahRelease
from ustyurt_models.ibm.management import DUE, WITHHELD, notice_deaths, release_due
from ustyurt_models.ibm.prey_season import count_all_prey, kill_prey
from ustyurt_models.ibm.record import Record
from ustyurt_models.ibm.source.supply import Taking
from ustyurt_models.ibm.world import Now, State, World

__all__ = [
    "bear_cheetahs",
    "feed_cheetahs",
    "hunt_prey",
    "lose_cheetahs",
    "release_cheetahs",
    "spread_cheetahs",
    "tell_deaths",
]

# Sub-streams of a season's key; prey species use 0, 1, 2, ...
_CHEETAHS = 10_000
# Sub-stream of the replicate's key from which releases take their addresses.
_RELEASES = 20_000


def _cheetah_key(now: Now) -> np.uint64:
    """Return the key of the cheetahs in this season."""
    return np.uint64(child(now.key, _CHEETAHS))


def _independent(state: State) -> int:
    """Return the number of cheetahs that live without their mother."""
    return int((state.cheetahs.stage[: state.cheetahs.top[0]] >= DISPERSER).sum())


def release_cheetahs(world: World, state: State, record: Record, now: Now) -> int:
    """Make the releases that fall due in this season; return 0, or -1 without slots.

    The address of a release is its place in the plan and how many came before it, not the year:
    the same animals are released whether a gate opens early or late.
    """
    plan = world.releases
    for r in range(plan.first_year.size):
        if plan.season[r] != now.season:
            continue
        number = state.progress.done[r]
        decision = release_due(plan, world.gates, state.progress, r, now.year, state.monitoring)
        if decision == WITHHELD:
            record.cheetah_withheld[now.year + 1] += plan.females[r] + plan.males[r]
        if decision != DUE:
            continue
        females, males = _available(world, state, record, now, r)
        programme = np.uint64(child(np.uint64(child(now.replicate_key, _RELEASES)), r))
        release = CheetahRelease(
            np.uint64(child(programme, number)),
            females,
            males,
            plan.age_min[r],
            plan.age_max[r],
            plan.cell[r],
            plan.source[r],
            plan.captive[r],
            plan.african[r],
            plan.soft[r],
            plan.partners[r],
        )
        released = cheetah_births.add_released(
            state.cheetahs, state.kinship, plan.source_kinship, release, state.tally
        )
        if released < 0:
            return -1
    return 0


def _available(world: World, state: State, record: Record, now: Now, r: int) -> tuple[int, int]:
    """Return the females and males that release `r` gets; its source gives what it has.

    What cannot be taken is withheld. The kinship of those taken is that within their group of
    founders from then on.
    """
    plan, seasons = world.releases, world.calendar.seasons
    females, males = int(plan.females[r]), int(plan.males[r])
    if plan.population[r] < 0:
        return females, males
    supply = state.supplies[plan.population[r]]
    per_season = supply.steps_per_year / seasons
    taking = Taking(
        step=supply.at_year(now.year + now.season / seasons),
        females=females,
        males=males,
        youngest=round(plan.age_min[r] * per_season),
        oldest=round(plan.age_max[r] * per_season),
        number=r,
    )
    some_females, some_males, kinship = supply.take(taking)
    record.cheetah_withheld[now.year + 1] += females + males - some_females - some_males
    group = plan.source[r]
    plan.source_kinship[group, group] = kinship
    return some_females, some_males


def hunt_prey(world: World, state: State, record: Record, now: Now) -> None:
    """Let cheetahs hunt, and take what they kill out of the herds.

    With predation switched off they eat, but nobody is missing from the herds.
    """
    if _independent(state) == 0:
        return
    count_all_prey(world, state)
    state.quota[:] = 0
    predation.hunt(
        state.cheetahs,
        state.counts,
        state.quota,
        world.cheetah_rates,
        world.cheetah_land,
        state.cheetah_scratch,
        _cheetah_key(now),
        state.tally,
    )
    if world.prey_are_killed:
        kill_prey(world, state, record, now)


def feed_cheetahs(world: World, state: State) -> None:
    """Turn the season's intake into body condition."""
    if state.cheetahs.top[0] == 0:
        return
    predation.update_condition(state.cheetahs, world.cheetah_rates)


def lose_cheetahs(world: World, state: State, now: Now) -> None:
    """Let cheetahs die of all causes and the others age; count the deaths of independent ones."""
    cheetahs, scratch = state.cheetahs, state.cheetah_scratch
    if cheetahs.top[0] == 0:
        return
    independent = cheetahs.stage >= DISPERSER
    key = _cheetah_key(now)
    cheetah_deaths.die(
        cheetahs,
        world.cheetah_rates,
        world.cheetah_land,
        scratch,
        now.climate.winter_severity,
        now.season,
        key,
        state.tally,
    )
    state.adult_deaths[0] += (independent & (cheetahs.stage < 0)).sum()
    cheetah_deaths.apply_ceiling(cheetahs, world.cheetah_rates, scratch, key, state.tally)


def bear_cheetahs(world: World, state: State, now: Now) -> int:
    """Bear the litters carried and let free females conceive; return 0, or -1 without slots.

    With a gestation of 0 steps (yearly engines) conception comes first.
    """
    if state.cheetahs.top[0] == 0:
        return 0
    key = _cheetah_key(now)
    if world.cheetah_rates.gestation == 0:
        _mate(world, state, now, key)
    born = cheetah_births.give_birth(
        state.cheetahs,
        state.kinship,
        world.cheetah_rates,
        world.cheetah_land,
        state.cheetah_scratch,
        key,
        state.tally,
    )
    if born < 0:
        return -1
    if world.cheetah_rates.gestation > 0:
        _mate(world, state, now, key)
    return 0


def _mate(world: World, state: State, now: Now, key: np.uint64) -> None:
    """Let free females conceive."""
    cheetah_births.mate(
        state.cheetahs,
        world.cheetah_rates,
        world.cheetah_land,
        state.cheetah_scratch,
        now.season,
        key,
    )


def spread_cheetahs(world: World, state: State, now: Now) -> None:
    """Let cubs of age leave their mothers, and dispersers walk and settle."""
    if state.cheetahs.top[0] == 0:
        return
    cheetah_dispersal.leave_mother(state.cheetahs, world.cheetah_rates)
    count_all_prey(world, state)
    predation.scan_prey(
        state.counts, world.cheetah_rates, world.cheetah_land, state.cheetah_scratch
    )
    cheetah_dispersal.disperse(
        state.cheetahs,
        world.cheetah_rates,
        world.cheetah_land,
        state.cheetah_scratch,
        now.regime,
        now.season,
        _cheetah_key(now),
        state.tally,
    )


def tell_deaths(state: State, year: int, key: np.uint64) -> None:
    """Let managers notice the deaths of independent cheetahs in the year just ended."""
    deaths = state.adult_deaths[0]
    notice_deaths(state.monitoring, year, deaths, _independent(state) + deaths, key)
    state.adult_deaths[0] = 0
