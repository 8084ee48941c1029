"""Slots of the cheetahs: taking, freeing, distances, and a fair order of animals."""

import numpy as np

from ustyurt_models.ibm.chance import uniform
from ustyurt_models.ibm.cheetah_state import DISPERSER, EMPTY, GHOST, Cheetahs, CheetahScratch
from ustyurt_models.ibm.compiled import inlined, kernel

__all__ = [
    "COALITION",
    "CONCEPTION",
    "FATE",
    "clear",
    "free_slot",
    "lived",
    "queue_independent",
    "remove",
    "sort_by_priority",
    "squared_cells",
]

# Purposes of the chance of a cheetah; those of hunting and walking add a running number.
QUEUE_HUNT, QUEUE_MOVE, QUEUE_CEILING = 1, 2, 3
FATE, CAUSE = 4, 5
CONCEPTION, LITTER, SIRE, SECOND_CHANCE, SECOND_SIRE = 6, 7, 8, 9, 10
SEX, FATHER, RELEASE_AGE = 11, 12, 13
DISTANCE, HEADING = 15, 16
# Coalitions of a release are addressed like its animals, from this number on.
COALITION = 1_000_000
# Litters of a female are addressed by their number, from this one on.
LITTERS = 2_000_000
TENURE = 18
LIVESTOCK, HUNT, KILL, WALK = 17, 1000, 2000, 3000
# Distances in cells are compared as whole squares; anything farther counts as this far.
_FARTHEST_CELLS = 1e6
_ROUNDING = 1e-6


@inlined
def lived(cheetahs: Cheetahs, i: int, key: np.uint64) -> np.uint64:
    """Return the key of the luck of animal `i` in the season of `key`.

    Keys of seasons lie a fixed step apart, so the difference from the key of the season of birth
    (or release) says how long `i` has lived, whenever that began. Who begins a season later in
    another scenario has the same luck a season later, and so have all who descend from it. Two
    seasons of one animal never share a key, and no two animals share an identity.
    """
    return np.uint64(key - cheetahs.born_key[i])


@kernel
def free_slot(cheetahs: Cheetahs, first: int = 0) -> int:
    """Return the lowest free slot from `first` on and count it as used, or -1 without any."""
    stage = cheetahs.stage
    for slot in range(first, stage.size):
        if stage[slot] == EMPTY:
            cheetahs.top[0] = max(cheetahs.top[0], slot + 1)
            return slot
    return -1


@kernel
def clear(cheetahs: Cheetahs, slot: int, identity: np.uint64) -> None:
    """Reset every trait of `slot` to that of a newborn with `identity`, in place."""
    cheetahs.identity[slot] = identity
    cheetahs.mother_identity[slot] = 0
    cheetahs.father_identity[slot] = 0
    cheetahs.mother[slot] = -1
    cheetahs.male[slot] = 0
    cheetahs.age[slot] = 0
    cheetahs.heading[slot] = -1
    cheetahs.coalition[slot] = 0
    cheetahs.territorial[slot] = 0
    cheetahs.wandering[slot] = 0
    cheetahs.condition[slot] = 1.0
    cheetahs.need_kg[slot] = 0.0
    cheetahs.intake_kg[slot] = 0.0
    cheetahs.conflict[slot] = 0.0
    cheetahs.range_cells[slot] = 0
    cheetahs.crossing[slot] = 0.0
    cheetahs.ancestry[slot, :] = 0.0
    cheetahs.source[slot] = -1
    cheetahs.since_release[slot] = -1
    cheetahs.captive[slot] = 0
    cheetahs.african[slot] = 0
    cheetahs.soft[slot] = 0
    cheetahs.dependents[slot] = 0
    cheetahs.litter_due[slot] = 0
    cheetahs.litters[slot] = 0
    cheetahs.sire[slot, :] = -1


@kernel
def remove(cheetahs: Cheetahs, slot: int) -> None:
    """Free `slot` in place; a sire whose litter is carried stays as a ghost for his kinship."""
    adult_male = cheetahs.male[slot] == 1 and cheetahs.stage[slot] >= DISPERSER
    cheetahs.stage[slot] = EMPTY
    cheetahs.territorial[slot] = 0
    cheetahs.coalition[slot] = 0
    cheetahs.litter_due[slot] = 0
    cheetahs.dependents[slot] = 0
    if not adult_male:
        return
    due, sire = cheetahs.litter_due, cheetahs.sire
    for i in range(cheetahs.top[0]):
        if due[i] > 0 and (sire[i, 0] == slot or sire[i, 1] == slot):
            cheetahs.stage[slot] = GHOST
            return


@kernel
def squared_cells(km: float, cell_km: float) -> int:
    """Return the largest squared distance in cells that is not farther than `km`."""
    cells = min(km / cell_km, _FARTHEST_CELLS)
    return int(cells * cells + _ROUNDING)


@kernel
def sort_by_priority(scratch: CheetahScratch, n: int) -> None:
    """Write the first `n` of ``scratch.unsorted`` to ``order``, sorted by ascending priority.

    Priorities are uniform in (0, 1): animals are dealt into as many buckets as there are animals
    and then sorted by insertion, in time proportional to `n`.
    """
    order, priority = scratch.order, scratch.priority
    unsorted, drawn = scratch.unsorted, scratch.unsorted_priority
    bucket = scratch.bucket
    for b in range(n + 1):
        bucket[b] = 0
    for i in range(n):
        bucket[int(drawn[i] * n) + 1] += 1
    for b in range(n):
        bucket[b + 1] += bucket[b]
    for i in range(n):
        b = int(drawn[i] * n)
        place = bucket[b]
        order[place] = unsorted[i]
        priority[place] = drawn[i]
        bucket[b] = place + 1
    for i in range(1, n):
        item = order[i]
        value = priority[i]
        j = i
        while j > 0 and priority[j - 1] > value:
            order[j] = order[j - 1]
            priority[j] = priority[j - 1]
            j -= 1
        order[j] = item
        priority[j] = value


@kernel
def queue_independent(
    cheetahs: Cheetahs, scratch: CheetahScratch, key: np.uint64, purpose: int
) -> int:
    """Write the slots of independent animals to ``scratch.order`` in random order; return them."""
    n = 0
    stage, identity = cheetahs.stage, cheetahs.identity
    for i in range(cheetahs.top[0]):
        if stage[i] >= DISPERSER:
            luck = np.uint64(lived(cheetahs, i, key))
            scratch.unsorted[n] = i
            scratch.unsorted_priority[n] = uniform(luck, identity[i], purpose)
            n += 1
    sort_by_priority(scratch, n)
    return n
