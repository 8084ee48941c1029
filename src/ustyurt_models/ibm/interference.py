"""Interference: cheetahs that hunt near each other find less."""

from ustyurt_models.ibm.cheetah_state import DISPERSER, CheetahLand, Cheetahs, CheetahScratch
from ustyurt_models.ibm.compiled import inlined, kernel

__all__ = ["count_hunters", "rivals_per_km2"]


@kernel
def count_hunters(cheetahs: Cheetahs, scratch: CheetahScratch) -> None:
    """Overwrite ``scratch.claims``, work space until `disperse`, with the hunters in each cell."""
    scratch.claims[:] = 0
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] >= DISPERSER:
            scratch.claims[cheetahs.cell[i]] += 1


@inlined
def rivals_per_km2(cell: int, land: CheetahLand, scratch: CheetahScratch) -> float:
    """Return the density of other hunters in the largest home range around `cell` [km-2].

    Only land inside the region counts; `count_hunters` wrote ``scratch.claims``.
    """
    ny, nx = land.ny, land.nx
    y = cell // nx
    x = cell - y * nx
    hunters = -1
    cells = 0
    for position in range(land.range_most):
        yy, xx = y + land.offset_y[position], x + land.offset_x[position]
        if 0 <= yy < ny and 0 <= xx < nx:
            there = yy * nx + xx
            cells += land.inside[there]
            hunters += land.inside[there] * scratch.claims[there]
    return max(0, hunters) / (max(1, cells) * land.cell_km * land.cell_km)
