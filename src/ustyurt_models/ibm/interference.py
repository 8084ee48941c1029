"""Interference: cheetahs that hunt near each other find less."""

from ustyurt_models.ibm.cheetah_state import DISPERSER, CheetahLand, Cheetahs, CheetahScratch
from ustyurt_models.ibm.compiled import inlined, kernel

__all__ = ["count_hunters", "rivals_per_km2"]


@kernel
def count_hunters(cheetahs: Cheetahs, land: CheetahLand, scratch: CheetahScratch) -> None:
    """Overwrite ``scratch.hunters`` with where hunters stand.

    Each row of the land has one number more than columns: the hunters west of each column, so
    that those on a stretch of a row are the difference of two numbers.
    """
    hunters = scratch.hunters
    hunters[:] = 0
    nx = land.nx
    for i in range(cheetahs.top[0]):
        cell = cheetahs.cell[i]
        if cheetahs.stage[i] >= DISPERSER and land.inside[cell] == 1:
            y = cell // nx
            end = (y + 1) * (nx + 1)
            for k in range(cell + y + 1, end):
                hunters[k] += 1


@inlined
def rivals_per_km2(cell: int, land: CheetahLand, scratch: CheetahScratch) -> float:
    """Return the density of other hunters in the largest home range around `cell` [km-2].

    Only land inside the region counts; `count_hunters` wrote ``scratch.hunters``.
    """
    ny, nx = land.ny, land.nx
    before, hunters_before = scratch.inside_before, scratch.hunters
    y = cell // nx
    x = cell - y * nx
    hunters = -1
    cells = 0
    for k in range(scratch.disc_y.size):
        row = y + scratch.disc_y[k]
        first = max(0, x + scratch.disc_first[k])
        last = min(nx, x + scratch.disc_last[k])
        if 0 <= row < ny and first < last:
            start = row * (nx + 1)
            cells += before[start + last] - before[start + first]
            hunters += hunters_before[start + last] - hunters_before[start + first]
    return max(0, hunters) / (max(1, cells) * land.cell_km * land.cell_km)
