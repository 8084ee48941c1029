"""Who stays: deaths, ageing, and the ceiling on numbers."""

import math

import numpy as np

from ustyurt_models.ibm.chance import child, mix
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.source.draws import close_gaps, unit
from ustyurt_models.ibm.source.genes import has_two_lethals
from ustyurt_models.ibm.source.state import BLOCK, Now, Setup, State

__all__ = ["CEILINGS", "age", "cut_to_capacity", "die"]

#: Rules above capacity by code.
CEILINGS = ("none", "ceiling_hard", "ceiling_probabilistic")
_FREE, _HARD = 0, 1

_DEATH_KEY, _CEILING_KEY = 3, 4


@kernel
def die(setup: Setup, state: State, now: Now) -> int:
    """Keep, in place and in order, the animals that live through the step; return the deaths.

    Inbreeding lowers the survival of animals in their first step by exp(-B F), B in haploid
    lethal equivalents (Morton, Crow & Muller 1956, PNAS 42:855). Those with two copies of a
    recessive lethal die in it.
    """
    animals, block, n = state.animals, state.block, state.alive[0]
    identity, kinds, inbreeding = animals.identity, animals.kind, animals.inbreeding
    survival, stays = state.survival, block.stays
    key = np.uint64(child(now.key, _DEATH_KEY))
    load = setup.heredity.depression
    depressed = inbreeding.size > 1 and load > 0.0
    kept = np.int64(0)
    for first in range(0, n, BLOCK):
        count = min(BLOCK, n - first)
        for i in range(count):
            lives = survival[kinds[first + i]]
            stays[i] = unit(np.uint64(mix(key, identity[first + i]))) < lives
        if depressed:
            for i in range(count):
                if kinds[first + i] < 2:
                    lives = survival[kinds[first + i]]
                    lives *= math.exp(-load * inbreeding[first + i])
                    stays[i] = unit(np.uint64(mix(key, identity[first + i]))) < lives
        if setup.heredity.lethal_loci > 0:
            for i in range(count):
                if kinds[first + i] < 2 and has_two_lethals(setup.heredity, state, first + i):
                    stays[i] = 0
        kept = close_gaps(animals, block, first, count, kept)
    state.alive[0] = kept
    return n - kept


@kernel
def age(setup: Setup, state: State) -> None:
    """Let all animals grow one step older, in place; the oldest age of the tables is kept."""
    kinds = state.animals.kind
    top = np.uint16(setup.rates.rate_class.size - 2)
    step = np.uint16(2)
    for i in range(state.alive[0]):
        kinds[i] = kinds[i] + (step if kinds[i] < top else np.uint16(0))


@kernel
def cut_to_capacity(setup: Setup, state: State, now: Now) -> int:
    """Cut numbers above capacity by patch, or patch and sex, in place; return how many go.

    Hard: exactly the capacity stays, a random choice. Probabilistic: each of N animals stays with
    chance K/N, as Vortex does.
    """
    capacity, n = setup.capacity, state.alive[0]
    if capacity.rule == _FREE:
        return 0
    _count_groups(setup, state)
    factor = max(0.0, 1.0 + capacity.noise_sd * state.weather[2])
    count, wanted = state.present, state.wanted
    above = 0
    for g in range(capacity.number.size):
        room = capacity.number[g] * factor
        above += count[g] > room
        wanted[g] = float(count[g])
        if room < count[g]:
            wanted[g] = math.floor(room + 0.5) if capacity.rule == _HARD else room
    if above == 0:
        return 0
    kept = _keep_wanted(setup, state, np.uint64(child(now.key, _CEILING_KEY)))
    state.alive[0] = kept
    return n - kept


@inlined
def _group(kind: int, patch: int, by_sex: int) -> int:
    """Return the group of animals that share a capacity."""
    return 2 * patch + (kind & 1) if by_sex == 1 else patch


@kernel
def _count_groups(setup: Setup, state: State) -> None:
    """Count the animals that share a capacity, in place."""
    count, kinds, patches = state.present, state.animals.kind, state.animals.patch
    by_sex, spatial = setup.capacity.by_sex, setup.patches > 1
    count[:] = 0
    if setup.capacity.number.size == 1:
        count[0] = state.alive[0]
        return
    for i in range(state.alive[0]):
        p = np.int64(patches[i]) if spatial else 0
        count[_group(np.int64(kinds[i]), p, by_sex)] += 1


@kernel
def _keep_wanted(setup: Setup, state: State, key: np.uint64) -> int:
    """Keep `wanted` of `count` animals of every group, in place; return how many stay.

    Hard: the next animal stays with chance wanted over left (selection sampling).
    """
    animals, block, n = state.animals, state.block, state.alive[0]
    identity, kinds, patches = animals.identity, animals.kind, animals.patch
    count, wanted, stays = state.present, state.wanted, block.stays
    by_sex, spatial = setup.capacity.by_sex, setup.patches > 1
    hard = 1 if setup.capacity.rule == _HARD else 0
    kept = np.int64(0)
    for first in range(0, n, BLOCK):
        size = min(BLOCK, n - first)
        for i in range(size):
            p = np.int64(patches[first + i]) if spatial else 0
            g = _group(np.int64(kinds[first + i]), p, by_sex)
            chance = unit(np.uint64(mix(key, identity[first + i])))
            stay = np.int64(chance * count[g] < wanted[g])
            count[g] -= hard
            wanted[g] -= hard * stay
            stays[i] = stay
        kept = close_gaps(animals, block, first, size, kept)
    return int(kept)
