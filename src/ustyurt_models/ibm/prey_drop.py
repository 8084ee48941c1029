"""Leaving the herds: the animals that an event befell are taken out without moving the others.

A vectorised pass marks a block of animals; the few marked ones are then listed without a branch,
and the last animal of all takes the place of each. Blocks are visited from the last to the first,
so an animal that fills a gap has been decided on already.
"""

import numpy as np

from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.prey_state import BLOCK, PreyScratch

__all__ = ["fill_gap", "first_of_last_block", "list_marked"]


@inlined
def first_of_last_block(n: int) -> int:
    """Return where the last block of `n` animals begins; negative without animals."""
    return (n - 1) // BLOCK * BLOCK


@kernel
def list_marked(scratch: PreyScratch, count: int) -> np.int64:
    """Write the places of marked animals into ``scratch.listed``, ascending; return how many."""
    marked, listed = scratch.marked, scratch.listed
    found = np.uint64(0)
    for j in range(count):
        listed[found] = j
        found += np.uint64(marked[j])
    return np.int64(found)


@inlined
def fill_gap(word: np.ndarray, place: int, n: int) -> int:
    """Put the last of `n` animals in `place`, in place; return how many are left."""
    word[place] = word[n - 1]
    return n - 1
