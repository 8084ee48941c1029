"""What happens to the cheetahs within one step, event by event.

Each function is written out in full in the compiled season of `replicate`.
"""

import numpy as np

from ustyurt_models.ibm.chance import child
from ustyurt_models.ibm.cheetah_births import give_birth, mate
from ustyurt_models.ibm.cheetah_deaths import apply_ceiling, die
from ustyurt_models.ibm.cheetah_dispersal import disperse, leave_mother
from ustyurt_models.ibm.cheetah_founders import Arrival, adopt_all
from ustyurt_models.ibm.cheetah_releases import add_released
from ustyurt_models.ibm.cheetah_state import DISPERSER, CheetahRelease
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.loci import found_loci, inherit_loci
from ustyurt_models.ibm.management import DUE, NOTHING, WITHHELD, notice_deaths, release_due
from ustyurt_models.ibm.outbreeding import cross_sources
from ustyurt_models.ibm.predation import hunt, update_condition
from ustyurt_models.ibm.prey_season import count_all_prey, kill_prey
from ustyurt_models.ibm.record import Record
from ustyurt_models.ibm.world import Colony, Flocks, Managers, Now

__all__ = [
    "bear_cheetahs",
    "feed_cheetahs",
    "hunt_prey",
    "lose_cheetahs",
    "release_cheetahs",
    "spread_cheetahs",
    "tell_deaths",
]

# Sub-stream of the replicate's key from which the keys of cheetahs count by seasons.
_CHEETAHS = 40_000
# What lies between the keys of two seasons: any large odd number that is not that of `chance`.
_STEP = np.uint64(0xD1B54A32D192ED03)
# Sub-stream of the replicate's key from which releases take their addresses.
_RELEASES = 20_000
# The same for which alleles the founder genes of a source population are.
_ALLELES = 30_000


@inlined
def _cheetah_key(now: Now) -> np.uint64:
    """Return the key of the cheetahs in this season, a step from that of the season before."""
    first = np.uint64(child(now.replicate_key, _CHEETAHS))
    return np.uint64(first + np.uint64(now.step) * _STEP)


@inlined
def _independent(colony: Colony) -> int:
    """Return the number of cheetahs that live without their mother."""
    number = 0
    for i in range(colony.cheetahs.top[0]):
        number += colony.cheetahs.stage[i] >= DISPERSER
    return number


@kernel
def release_cheetahs(managers: Managers, colony: Colony, record: Record, now: Now) -> int:
    """Make the releases that fall due in this season; return 0, or -1 without slots.

    The address of a release is its place in the plan and how many came before it, not the year:
    the same animals are released whether a gate opens early or late. What a source population
    cannot give, and what the stop rule holds back, is withheld.
    """
    plan, progress = managers.releases, managers.progress
    programmes = np.uint64(child(now.replicate_key, _RELEASES))
    alleles = np.uint64(child(now.replicate_key, _ALLELES))
    for r in range(plan.first_year.size):
        if plan.season[r] != now.season:
            continue
        if plan.population[r] >= 0:
            decision, females, males = managers.granted[r]
            number = progress.done[r] - 1
        else:
            number = progress.done[r]
            decision = release_due(plan, managers.gates, progress, r, now.year, managers.monitoring)
            females, males = plan.females[r], plan.males[r]
        if decision == NOTHING:
            continue
        if decision == WITHHELD:
            females = males = 0
        missing = plan.females[r] + plan.males[r] - females - males
        record.cheetah_withheld[now.year + 1] += missing
        if decision != DUE:
            continue
        event = np.uint64(child(np.uint64(child(programmes, r)), number))
        release = CheetahRelease(
            event,
            _cheetah_key(now),
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
        released = add_released(
            colony.cheetahs, colony.kinship, plan.source_kinship, release, colony.tally
        )
        if released < 0:
            return -1
        if plan.population[r] >= 0:
            column = plan.column[r] + number * (plan.females[r] + plan.males[r])
            allele_key = np.uint64(child(alleles, plan.population[r]))
            adopt_all(
                colony.cheetahs,
                colony.kinship,
                colony.loci,
                plan.source_kinship,
                managers.brought,
                Arrival(event, column, released, plan.population[r], allele_key),
            )
        found_loci(colony.loci, colony.cheetahs)
    return 0


@kernel
def hunt_prey(flocks: Flocks, colony: Colony, record: Record, now: Now) -> None:
    """Let cheetahs hunt, and take what they kill out of the herds.

    With predation switched off they eat, but nobody is missing from the herds.
    """
    if _independent(colony) > 0:
        count_all_prey(flocks)
        hunt(
            colony.cheetahs,
            flocks.counts,
            flocks.quota,
            colony.rates,
            colony.land,
            colony.scratch,
            _cheetah_key(now),
            colony.tally,
        )
        if colony.prey_are_killed:
            kill_prey(flocks, colony.scratch, record, now)


@inlined
def feed_cheetahs(colony: Colony) -> None:
    """Turn the season's intake into body condition."""
    update_condition(colony.cheetahs, colony.rates)


@kernel
def lose_cheetahs(colony: Colony, now: Now) -> None:
    """Let cheetahs die of all causes and the others age."""
    cheetahs, scratch = colony.cheetahs, colony.scratch
    key = _cheetah_key(now)
    die(
        cheetahs,
        colony.rates,
        colony.land,
        scratch,
        now.climate.winter_severity,
        now.season,
        key,
        colony.tally,
    )
    apply_ceiling(cheetahs, colony.rates, scratch, key, colony.tally)


@kernel
def bear_cheetahs(colony: Colony, now: Now) -> int:
    """Bear the litters carried and let free females conceive; return less than 0 without slots.

    With a gestation of 0 steps (yearly engines) conception comes first.
    """
    cheetahs, rates, land = colony.cheetahs, colony.rates, colony.land
    scratch, key = colony.scratch, _cheetah_key(now)
    born = 0
    for mating in range(2):
        if (rates.gestation == 0) == (mating == 0):
            mate(cheetahs, rates, land, scratch, now.season, key)
        else:
            born = give_birth(cheetahs, colony.kinship, rates, land, scratch, key, colony.tally)
            young, fathers = scratch.unsorted, scratch.newborn_father
            inherit_loci(colony.loci, cheetahs, young, fathers, born)
            cross_sources(cheetahs, colony.crossing, young, fathers, born)
        if born < 0:
            break
    return born


@kernel
def spread_cheetahs(flocks: Flocks, colony: Colony, now: Now) -> None:
    """Let cubs of age leave their mothers, and dispersers walk and settle."""
    if colony.cheetahs.top[0] > 0:
        rates, land, scratch = colony.rates, colony.land, colony.scratch
        leave_mother(colony.cheetahs, rates)
        count_all_prey(flocks)
        disperse(
            colony.cheetahs,
            flocks.counts,
            rates,
            land,
            scratch,
            now.regime,
            now.season,
            _cheetah_key(now),
            colony.tally,
        )


@kernel
def tell_deaths(colony: Colony, managers: Managers, year: int, key: np.uint64) -> None:
    """Let managers notice the deaths of independent cheetahs in the year just ended."""
    deaths = colony.tally.independent_deaths[0]
    notice_deaths(managers.monitoring, year, deaths, _independent(colony) + deaths, key)
    colony.tally.independent_deaths[0] = 0
