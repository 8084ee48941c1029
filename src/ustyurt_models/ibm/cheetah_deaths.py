"""Deaths of cheetahs: causes compete on the hazard scale; orphans follow their mothers."""

import math

import numpy as np

from ustyurt_models.ibm.chance import uniform
from ustyurt_models.ibm.cheetah_slots import (
    CAUSE,
    FATE,
    QUEUE_CEILING,
    lived,
    remove,
    sort_by_priority,
)
from ustyurt_models.ibm.cheetah_state import (
    CEILING_EMERGENT,
    CEILING_HARD,
    CUB,
    DISPERSER,
    EMPTY,
    CheetahLand,
    CheetahRates,
    Cheetahs,
    CheetahScratch,
    CheetahTally,
)
from ustyurt_models.ibm.compiled import inlined, kernel

__all__ = ["apply_ceiling", "die", "fill_hazards"]

# Positions in contracts.CHEETAH_DEATH_CAUSES.
STARVATION, CUB_LOSS, ROAD, HERDERS_DOGS, SNARE, OTHER_CARNIVORES = 0, 1, 2, 3, 4, 5
COLD, DISEASE, OLD_AGE, POST_RELEASE, ORPHANED, CEILING = 6, 7, 8, 9, 10, 11


@inlined
def fill_hazards(
    cheetahs: Cheetahs,
    i: int,
    rates: CheetahRates,
    land: CheetahLand,
    severity: float,
    season: int,
    hazards: np.ndarray,
) -> float:
    """Write the hazards of animal `i` for this season by cause to `hazards`; return their sum.

    Parameters
    ----------
    cheetahs, rates, land
        Read only. ``rates.hazard[cause, sex, age]`` holds at exposure 1.
    i : int
        Slot of the animal.
    severity : float
        Winter severity anomaly W of the year.
    season : int
        Season of the year, 0 .. seasons_per_year - 1.
    hazards : numpy.ndarray
        Receives one hazard per cause [per season], shape (cause,), in the order of
        ``contracts.CHEETAH_DEATH_CAUSES``; the chance to survive is ``exp(-sum)``.
    """
    age = min(cheetahs.age[i], rates.hazard.shape[2] - 1)
    for cause in range(hazards.size):
        hazards[cause] = rates.hazard[cause, cheetahs.male[i], age]
    cell = cheetahs.cell[i]
    guarded = 1.0 - rates.protection_effect * land.protection[cell]
    shortfall = 1.0 - cheetahs.condition[i] / max(rates.starvation_condition, 1e-12)
    hazards[STARVATION] *= max(0.0, shortfall)
    if cheetahs.age[i] < rates.load_seasons:
        load = rates.inbreeding_load * cheetahs.inbreeding[i] - cheetahs.crossing[i]
        # What rescues cubs cannot do more than prevent all losses of this cause.
        hazards[CUB_LOSS] = max(0.0, hazards[CUB_LOSS] + load / rates.load_seasons)
    hazards[ROAD] *= land.road[cell]
    hazards[HERDERS_DOGS] *= (
        land.people[cell]
        * guarded
        * (1.0 - land.mitigation[cell])
        * (1.0 + rates.retaliation * cheetahs.conflict[i])
    )
    hazards[SNARE] *= land.poaching[cell] * guarded
    hazards[OTHER_CARNIVORES] *= land.carnivores[cell]
    since = cheetahs.since_release[i]
    if cheetahs.african[i] == 1 and 0 <= since < rates.cold_seasons:
        hazards[COLD] *= rates.cold_season[season] * math.exp(rates.cold_response * severity)
    else:
        hazards[COLD] = 0.0
    if 0 <= since < rates.post_release.shape[2]:
        pulse = rates.post_release[cheetahs.soft[i], cheetahs.captive[i], since]
        hazards[POST_RELEASE] += pulse
    total = 0.0
    for cause in range(hazards.size):
        total += hazards[cause]
    return total


@inlined
def _record(cheetahs: Cheetahs, i: int, cause: int, tally: CheetahTally) -> None:
    """Count the death of `i` and free its slot."""
    tally.deaths[cause] += 1
    tally.deaths_in_cell[cause, cheetahs.cell[i]] += 1
    remove(cheetahs, i)


@kernel
def die(
    cheetahs: Cheetahs,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
    severity: float,
    season: int,
    key: np.uint64,
    tally: CheetahTally,
) -> int:
    """Let one season pass: who dies leaves in place, who lives is a season older; return deaths.

    One exponential waiting time against the sum of all hazards decides death, a second number
    the cause, in proportion to its hazard. Cubs under ``orphan_age`` die with their mother;
    older ones go on alone.

    Parameters
    ----------
    cheetahs : Cheetahs
        Changed in place: stage, age, since_release, dependents; ``top`` goes down to the highest
        slot in use.
    rates, land, scratch, key
        As in ``cheetah_state``.
    severity, season
        As in ``fill_hazards``.
    tally : CheetahTally
        ``deaths``, ``deaths_in_cell`` and ``independent_deaths`` grow.
    """
    dead = 0
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] < 0:
            continue
        total = fill_hazards(cheetahs, i, rates, land, severity, season, scratch.hazards)
        luck = np.uint64(lived(cheetahs, i, key))
        fate = uniform(luck, cheetahs.identity[i], FATE)
        # exp(-total) >= 1 - total spares most animals the logarithm.
        if fate <= 1.0 - total or -math.log(fate) >= total:
            cheetahs.age[i] += 1
            if cheetahs.since_release[i] >= 0:
                cheetahs.since_release[i] += 1
            continue
        rest = uniform(luck, cheetahs.identity[i], CAUSE) * total
        cause = 0
        while cause < scratch.hazards.size - 1 and rest >= scratch.hazards[cause]:
            rest -= scratch.hazards[cause]
            cause += 1
        tally.independent_deaths[0] += cheetahs.stage[i] >= DISPERSER
        _record(cheetahs, i, cause, tally)
        dead += 1
    dead += _orphan(cheetahs, rates, tally)
    while cheetahs.top[0] > 0 and cheetahs.stage[cheetahs.top[0] - 1] == EMPTY:
        cheetahs.top[0] -= 1
    return dead


@kernel
def _orphan(cheetahs: Cheetahs, rates: CheetahRates, tally: CheetahTally) -> int:
    """Settle the fate of cubs whose mother has died; recount the dependents; return deaths."""
    dead = 0
    for i in range(cheetahs.top[0]):
        cheetahs.dependents[i] = 0
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] != CUB:
            continue
        mother = cheetahs.mother[i]
        if cheetahs.stage[mother] >= 0:
            cheetahs.dependents[mother] += cheetahs.age[i] < rates.dependency
        elif cheetahs.age[i] < rates.orphan_age:
            _record(cheetahs, i, ORPHANED, tally)
            dead += 1
        else:
            cheetahs.stage[i] = DISPERSER
            cheetahs.mother[i] = -1
    return dead


@kernel
def apply_ceiling(
    cheetahs: Cheetahs,
    rates: CheetahRates,
    scratch: CheetahScratch,
    key: np.uint64,
    tally: CheetahTally,
) -> int:
    """Remove animals above the ceiling, in place; return how many, orphans not counted.

    The hard rule keeps ``min(N, K)`` animals at random. The probabilistic rule keeps each of
    ``N > K`` with chance ``K / N`` (the truncation of Vortex; Lacy & Pollak 2021). Without a rule
    (``CEILING_EMERGENT``) nothing happens. Cubs of removed mothers fare like other orphans. For
    theory tests and comparisons with other programs.
    """
    if rates.ceiling_rule == CEILING_EMERGENT:
        return 0
    removed = 0
    for sex in range(1 + rates.ceiling_per_sex):
        n = 0
        for i in range(cheetahs.top[0]):
            counted = (rates.ceiling_per_sex == 0) | (cheetahs.male[i] == sex)
            scratch.unsorted[n] = i
            n += (cheetahs.stage[i] >= 0) & counted
        if n > rates.ceiling[sex]:
            for k in range(n):
                identity = cheetahs.identity[scratch.unsorted[k]]
                scratch.unsorted_priority[k] = uniform(key, identity, QUEUE_CEILING)
            removed += _cut(cheetahs, rates, scratch, n, rates.ceiling[sex], tally)
    if removed > 0:
        _orphan(cheetahs, rates, tally)
    return removed


@kernel
def _cut(
    cheetahs: Cheetahs,
    rates: CheetahRates,
    scratch: CheetahScratch,
    n: int,
    limit: int,
    tally: CheetahTally,
) -> int:
    """Remove animals of the first `n` in ``scratch.unsorted`` above `limit`; return how many."""
    hard = rates.ceiling_rule == CEILING_HARD
    sort_by_priority(scratch, n)
    removed = 0
    for k in range(n):
        keep = k < limit if hard else scratch.priority[k] < limit / n
        if not keep:
            _record(cheetahs, scratch.order[k], CEILING, tally)
            removed += 1
    return removed
