"""The animals at one census, copied out of a running replicate for those who look at them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.ibm.world import State

__all__ = ["Cats", "Herd", "Snapshot", "take_snapshot"]


class Herd(NamedTuple):
    """Prey of one species. All arrays have shape (animal,)."""

    male: NDArray[np.uint8]  # 0 female, 1 male
    age: NDArray[np.int16]  # seasons lived
    cell: NDArray[np.int64]  # y * nx + x


class Cats(NamedTuple):
    """Living cheetahs. All arrays have shape (animal,)."""

    identity: NDArray[np.uint64]  # never reused
    mother: NDArray[np.uint64]  # identity of the mother, 0 for founders
    male: NDArray[np.uint8]
    stage: NDArray[np.int8]  # see `ibm.cheetah_state`
    age: NDArray[np.int16]  # seasons lived
    cell: NDArray[np.int64]  # centre of the home range
    range_cells: NDArray[np.int64]  # cells of the home range, at least one


class Snapshot(NamedTuple):
    """All animals at a census."""

    census: int  # 0 = start of the study
    herds: tuple[Herd, ...]  # one per prey species
    cats: Cats


def take_snapshot(state: State, census: int) -> Snapshot:
    """Copy the living out of a state.

    Parameters
    ----------
    state : State
        Of a replicate at a census; read only.
    census : int
        Number of the census.

    Returns
    -------
    Snapshot
        Copies, so that the replicate may go on.
    """
    herds = tuple(
        Herd(prey.male[:n].copy(), prey.age[:n].copy(), prey.cell[:n].astype(np.int64))
        for prey, n in zip(state.herds, state.alive, strict=True)
    )
    cheetahs = state.cheetahs
    who = np.flatnonzero(cheetahs.stage[: cheetahs.top[0]] >= 0)
    cats = Cats(
        cheetahs.identity[who],
        cheetahs.mother_identity[who],
        cheetahs.male[who],
        cheetahs.stage[who],
        cheetahs.age[who],
        cheetahs.cell[who].astype(np.int64),
        np.maximum(cheetahs.range_cells[who], 1).astype(np.int64),
    )
    return Snapshot(census, herds, cats)
