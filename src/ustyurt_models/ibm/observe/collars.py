"""Collared cheetahs: the same animals found again, or not, at every census."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.ibm.cheetah_state import CUB
from ustyurt_models.ibm.observe.snapshot import Snapshot

__all__ = ["ALIVE", "EXPIRED", "LOST", "Fixes", "follow"]

#: What a collar says at a census.
ALIVE, LOST, EXPIRED = 0, 1, 2


class Fixes(NamedTuple):
    """One row per collared animal and census. All arrays have shape (row,)."""

    identity: NDArray[np.uint64]
    male: NDArray[np.uint8]
    census: NDArray[np.int64]
    status: NDArray[np.int64]  # ALIVE, LOST or EXPIRED
    cell: NDArray[np.int64]  # -1 unless alive


def follow(
    snapshots: Sequence[Snapshot], collars: int, battery: int, rng: np.random.Generator
) -> Fixes:
    """Keep `collars` independent cheetahs collared and say what became of them.

    Lost animals and spent batteries are replaced at once by animals that carry no collar. A lost
    animal is dead or beyond the window: a silent collar does not tell which.

    Parameters
    ----------
    snapshots : sequence of Snapshot
        In the order of time.
    collars : int
        Collars in use at a time.
    battery : int
        Censuses that a battery lasts.
    rng : numpy.random.Generator
        Chance of who is caught.

    Returns
    -------
    Fixes
        In the order of time, then of identity.
    """
    worn: dict[int, tuple[int, int]] = {}  # identity: census of collaring, sex
    rows: list[tuple[int, int, int, int, int]] = []
    for snapshot in snapshots:
        cats = snapshot.cats
        place = {int(who): i for i, who in enumerate(cats.identity)}
        for who, (since, male) in sorted(worn.items()):
            if who not in place:
                status, cell = LOST, -1
            elif snapshot.census - since > battery:
                status, cell = EXPIRED, -1
            else:
                status, cell = ALIVE, int(cats.cell[place[who]])
            rows.append((who, male, snapshot.census, status, cell))
            if status != ALIVE:
                del worn[who]
        free = [i for who, i in sorted(place.items()) if cats.stage[i] > CUB and who not in worn]
        caught = rng.permutation(len(free))[: max(collars - len(worn), 0)]
        for i in (free[k] for k in sorted(caught)):
            who, male = int(cats.identity[i]), int(cats.male[i])
            worn[who] = (snapshot.census, male)
            rows.append((who, male, snapshot.census, ALIVE, int(cats.cell[i])))
    table = list(zip(*rows, strict=True)) or [()] * 5
    return Fixes(
        np.array(table[0], np.uint64),
        np.array(table[1], np.uint8),
        np.array(table[2], np.int64),
        np.array(table[3], np.int64),
        np.array(table[4], np.int64),
    )
