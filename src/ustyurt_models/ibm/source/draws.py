"""From random bits to numbers, and closing the gaps that leaving animals make."""

import numpy as np

from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.source.state import Animals, Block

__all__ = ["close_gaps", "part_of", "unit"]

_S11 = np.uint64(11)


@inlined
def unit(bits: np.uint64) -> float:
    """Return the number in (0, 1) that 64 random bits stand for."""
    return (float(np.int64(np.uint64(bits) >> _S11)) + 0.5) * (1.0 / 9007199254740992.0)


@kernel
def part_of(chance: float, cumulative: np.ndarray) -> int:
    """Return the first place whose cumulative share exceeds `chance`; the last at most."""
    place = 0
    while place < cumulative.size - 1 and chance >= cumulative[place]:
        place += 1
    return place


@kernel
def close_gaps(animals: Animals, block: Block, first: int, count: int, kept: int) -> int:
    """Move the animals that stay, of `count` from slot `first` on, to slot `kept` and after.

    In place and in order; `block.stays` says who stays. Returns the next free slot. Without
    branches on who stays: one pass finds the slots, one per trait copies.
    """
    stays, slot = block.stays, block.slot
    found = 0
    for i in range(count):
        slot[found] = first + i
        found += stays[i]
    if kept == first and found == count:
        return first + count
    identity, kind = animals.identity, animals.kind
    for i in range(found):
        identity[kept + i] = identity[slot[i]]
    for i in range(found):
        kind[kept + i] = kind[slot[i]]
    if animals.patch.size > 1:
        patch = animals.patch
        for i in range(found):
            patch[kept + i] = patch[slot[i]]
    if animals.inbreeding.size > 1:
        inbreeding, words = animals.inbreeding, animals.words
        for i in range(found):
            inbreeding[kept + i] = inbreeding[slot[i]]
        for i in range(found):
            for word in range(words.shape[1]):
                words[kept + i, word] = words[slot[i], word]
        if animals.row.size > 1:
            row = animals.row
            for i in range(found):
                row[kept + i] = row[slot[i]]
    return kept + found
