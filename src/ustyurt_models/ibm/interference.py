"""Interference: cheetahs that hunt near each other find less."""

import numpy as np

from ustyurt_models.ibm.cheetah_state import (
    DISPERSER,
    LANES,
    CheetahLand,
    Cheetahs,
    CheetahScratch,
)
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.vector import fetch

__all__ = ["count_hunters", "rivals_per_km2"]


@kernel
def count_hunters(cheetahs: Cheetahs, land: CheetahLand, scratch: CheetahScratch) -> None:
    """Overwrite ``scratch.hunters`` with where hunters stand.

    Each row of the land has more numbers than columns: the hunters west of each column, so that
    those on a stretch of a row are the difference of two numbers.
    """
    hunters = scratch.hunters
    hunters[:] = 0
    nx = land.nx
    width = hunters.size // land.ny
    for i in range(cheetahs.top[0]):
        cell = cheetahs.cell[i]
        if cheetahs.stage[i] >= DISPERSER and land.inside[cell] == 1:
            y = cell // nx
            x = cell - y * nx
            # Whole vectors, with some before the first column to change.
            first = (x + 1) // LANES * LANES
            start = np.uint64(y * width + first)
            for k in range((width - first) // LANES * LANES):
                hunters[start + np.uint64(k)] += np.int32(first + k > x)


@inlined
def rivals_per_km2(cell: int, land: CheetahLand, scratch: CheetahScratch) -> float:
    """Return the density of other hunters in the largest home range around `cell` [km-2].

    Only land inside the region counts; `count_hunters` wrote ``scratch.hunters``.
    """
    ny, nx = land.ny, land.nx
    before, hunters_before = scratch.inside_before, scratch.hunters
    width = hunters_before.size // ny
    y = cell // nx
    x = cell - y * nx
    hunters = -1
    cells = 0
    for k in range(scratch.disc_y.size):
        row = y + scratch.disc_y[k]
        first = max(0, x + scratch.disc_first[k])
        last = min(nx, x + scratch.disc_last[k])
        if 0 <= row < ny and first < last:
            start, end = row * width + first, row * width + last
            cells += fetch(before, end) - fetch(before, start)
            hunters += fetch(hunters_before, end) - fetch(hunters_before, start)
    return max(0, hunters) / (max(1, cells) * land.cell_km * land.cell_km)
