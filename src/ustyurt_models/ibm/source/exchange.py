"""Animals taken out of the population and brought into it."""

from typing import NamedTuple

import numpy as np

from ustyurt_models.ibm.chance import child, mix
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.source.draws import close_gaps, part_of, unit
from ustyurt_models.ibm.source.genes import add_founder_genes, free_rows
from ustyurt_models.ibm.source.state import BLOCK, Now, Setup, State, Takings

__all__ = ["Wanted", "settle_founders", "supplement", "take", "take_some"]

_SUPPLEMENT_KEY, _FOUNDER_KEY = 8, 9
_AGES, _GENES, _LETHALS = 1, 2, 3


@kernel
def _due(step: int, first: int, last: int, every: int) -> bool:
    return bool(first <= step <= last and (step - first) % every == 0)


class Wanted(NamedTuple):
    """Which animals to take."""

    low: int  # first class
    high: int  # last class
    sex: int  # 0, 1, or 2 for both
    number: int  # negative: by share
    share: float


@inlined
def _suits(kind: int, wanted: Wanted) -> bool:
    """Tell whether an animal has the sex and age that is wanted."""
    return wanted.low <= kind <= wanted.high and (wanted.sex == 2 or kind & 1 == wanted.sex)


@kernel
def take(
    setup: Setup, state: State, plans: Takings, now: Now, purpose: int, taken: np.ndarray
) -> None:
    """Take animals out as planned, in place; `taken` (shape (2,)) counts females and males.

    By share every animal of the right sex and age goes with that chance; by number a random
    choice of exactly so many goes, or all when there are fewer.
    """
    for plan in range(plans.first.size):
        if not _due(now.step, plans.first[plan], plans.last[plan], plans.every[plan]):
            continue
        key = np.uint64(child(np.uint64(child(now.key, purpose)), plan))
        low, high = 2 * plans.youngest[plan], 2 * plans.oldest[plan] + 1
        wanted = Wanted(low, high, plans.sex[plan], plans.number[plan], plans.share[plan])
        take_some(state, wanted, key, taken)


@kernel
def take_some(state: State, wanted: Wanted, key: np.uint64, taken: np.ndarray) -> None:
    """Take animals out by number or share, in place; `taken` counts females and males."""
    animals, block, n = state.animals, state.block, state.alive[0]
    identity, kinds, stays = animals.identity, animals.kind, block.stays
    eligible = 0
    for i in range(n):
        eligible += _suits(np.int64(kinds[i]), wanted)
    left = min(eligible, wanted.number)
    kept = np.int64(0)
    for first in range(0, n, BLOCK):
        count = min(BLOCK, n - first)
        for i in range(count):
            kind = np.int64(kinds[first + i])
            goes = False
            if _suits(kind, wanted):
                chance = unit(np.uint64(mix(key, identity[first + i])))
                if wanted.number < 0:
                    goes = chance < wanted.share
                else:
                    goes = chance * eligible < left
                    eligible -= 1
                    left -= goes
            taken[kind & 1] += goes
            stays[i] = not goes
        kept = close_gaps(animals, block, first, count, kept)
    state.alive[0] = kept


@kernel
def _settle(setup: Setup, state: State, first: int, last: int, key: np.uint64) -> None:
    """Make the animals of slots `first` to `last` - 1 founders, in place; sex and age are set."""
    identity = state.animals.identity
    for slot in range(first, last):
        identity[slot] = mix(key, np.uint64(state.founders[0] + slot - first))
    if state.dam.size > 1:
        add_founder_genes(setup.heredity, state, first, last, np.uint64(child(key, _GENES)))
    state.founders[0] += last - first
    state.alive[0] = last


@kernel
def supplement(setup: Setup, state: State, now: Now) -> int:
    """Add the unrelated animals planned for the step, in place; -1 when it is full."""
    plans, kinds, patches = setup.additions, state.animals.kind, state.animals.patch
    first = state.alive[0]
    last = first
    for plan in range(plans.first.size):
        if not _due(now.step, plans.first[plan], plans.last[plan], plans.every[plan]):
            continue
        number = plans.females[plan] + plans.males[plan]
        if last + number > kinds.size:
            return -1
        for i in range(number):
            kinds[last + i] = 2 * plans.age[plan] + (i >= plans.females[plan])
            if setup.patches > 1:
                patches[last + i] = plans.patch[plan]
        last += number
    if last > first:
        if setup.heredity.pedigree > 0:
            free_rows(state)
        _settle(setup, state, first, last, np.uint64(child(now.key, _SUPPLEMENT_KEY)))
    return last - first


@kernel
def settle_founders(setup: Setup, state: State, key: np.uint64) -> bool:
    """Put the founders into their patches, in place; return whether there was room.

    Ages are drawn one by one, or taken at equal steps of the cumulative age structure from a
    random start (systematic sampling), which gives every age its share but for one animal.
    """
    start, kinds, patches = setup.start, state.animals.kind, state.animals.patch
    base = np.uint64(child(key, _FOUNDER_KEY))
    ages_key = np.uint64(child(base, _AGES))
    state.lethals[0] = np.uint64(child(base, _LETHALS))
    # As a typed number: `_settle` would be compiled once more for a literal.
    none = np.int64(0)
    last = none
    for patch in range(setup.patches):
        like = start.group[patch]
        if like < 0:
            continue
        for sex in range(2):
            number = start.number[like, sex]
            if last + number > kinds.size:
                return False
            group = np.uint64(child(ages_key, 2 * patch + sex))
            first = unit(np.uint64(mix(group, np.uint64(0))))
            for i in range(number):
                share = (i + first) / number
                if start.random[like] == 1:
                    share = unit(np.uint64(mix(group, np.uint64(i + 1))))
                kinds[last + i] = 2 * part_of(share, start.ages[like, sex]) + sex
                if setup.patches > 1:
                    patches[last + i] = patch
            last += number
    _settle(setup, state, none, last, base)
    return True
