"""Slots of the cheetahs: taking, freeing, distances, and a fair order of animals."""

import math

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import uniform
from ustyurt_models.ibm.cheetah_state import DISPERSER, EMPTY, GHOST, CheetahLand, Cheetahs

__all__ = [
    "COALITION",
    "CONCEPTION",
    "FATE",
    "distance_km",
    "free_slot",
    "queue_independent",
    "remove",
    "sort_by_priority",
]

# Purposes of the chance of a cheetah; those of hunting and walking add a running number.
QUEUE_HUNT, QUEUE_MOVE, QUEUE_CEILING = 1, 2, 3
FATE, CAUSE = 4, 5
CONCEPTION, LITTER, SIRE, SECOND_CHANCE, SECOND_SIRE = 6, 7, 8, 9, 10
SEX, FATHER, RELEASE_AGE = 11, 12, 13
DISTANCE, HEADING = 15, 16
# Coalitions of a release are addressed like its animals, from this number on.
COALITION = 1_000_000
TENURE = 18
LIVESTOCK, HUNT, KILL, WALK = 17, 1000, 2000, 3000


@njit(nogil=True, cache=True, error_model="numpy")
def free_slot(cheetahs: Cheetahs) -> int:
    """Return the lowest free slot and count it as used, or -1 when all are taken."""
    for slot in range(cheetahs.stage.size):
        if cheetahs.stage[slot] == EMPTY:
            cheetahs.top[0] = max(cheetahs.top[0], slot + 1)
            return slot
    return -1


@njit(nogil=True, cache=True, error_model="numpy")
def remove(cheetahs: Cheetahs, slot: int) -> None:
    """Free `slot` in place; a sire whose litter is carried stays as a ghost for his kinship."""
    cheetahs.stage[slot] = EMPTY
    cheetahs.territorial[slot] = 0
    cheetahs.coalition[slot] = 0
    cheetahs.litter_due[slot] = 0
    cheetahs.dependents[slot] = 0
    for i in range(cheetahs.top[0]):
        carries = cheetahs.stage[i] >= DISPERSER and cheetahs.litter_due[i] > 0
        if carries and (cheetahs.sire[i, 0] == slot or cheetahs.sire[i, 1] == slot):
            cheetahs.stage[slot] = GHOST


@njit(nogil=True, cache=True, error_model="numpy")
def distance_km(land: CheetahLand, one: int, other: int) -> float:
    """Return the distance between the centres of two cells [km]."""
    dy = one // land.nx - other // land.nx
    dx = one % land.nx - other % land.nx
    return land.cell_km * math.sqrt(float(dy * dy + dx * dx))


@njit(nogil=True, cache=True, error_model="numpy")
def sort_by_priority(order: np.ndarray, priority: np.ndarray, n: int) -> None:
    """Sort the first `n` of `order` in place by ascending `priority` (Shell 1959, ACM)."""
    gap = n // 2
    while gap > 0:
        for i in range(gap, n):
            item = order[i]
            value = priority[i]
            j = i
            while j >= gap and priority[j - gap] > value:
                order[j] = order[j - gap]
                priority[j] = priority[j - gap]
                j -= gap
            order[j] = item
            priority[j] = value
        gap //= 2


@njit(nogil=True, cache=True, error_model="numpy")
def queue_independent(
    cheetahs: Cheetahs, order: np.ndarray, priority: np.ndarray, key: np.uint64, purpose: int
) -> int:
    """Write the slots of independent animals to `order` in random order; return how many."""
    n = 0
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] >= DISPERSER:
            order[n] = i
            priority[n] = uniform(key, cheetahs.identity[i], purpose)
            n += 1
    sort_by_priority(order, priority, n)
    return n
