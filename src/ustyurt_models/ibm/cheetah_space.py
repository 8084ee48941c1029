"""Who shares space with whom: coalitions, what residents claim of the land, settlement."""

import math

import numpy as np

from ustyurt_models.ibm.cheetah_slots import squared_cells
from ustyurt_models.ibm.cheetah_state import (
    DISPERSER,
    RESIDENT,
    CheetahLand,
    CheetahRates,
    Cheetahs,
    CheetahScratch,
)
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.predation import food_in

__all__ = ["claim", "follow", "group_coalitions", "settle"]

_ONE = np.uint64(1)
#: Distances that differ by less than this share are the same.
_NEARLY = 1.0 - 1e-9


@kernel
def group_coalitions(cheetahs: Cheetahs, scratch: CheetahScratch) -> None:
    """Write to ``scratch`` who leads: ``leader``, and ``partner`` as a chain from the leader on.

    The leader of a coalition is its lowest slot; who is alone leads itself.
    """
    stage, coalition = cheetahs.stage, cheetahs.coalition
    leader, partner, last, hashed = scratch.leader, scratch.partner, scratch.last, scratch.hashed
    hashed[:] = -1
    mask = np.uint64(hashed.size - 1)
    for i in range(cheetahs.top[0]):
        leader[i] = i
        partner[i] = -1
        last[i] = i
        if stage[i] < DISPERSER or coalition[i] == 0:
            continue
        place = np.uint64(coalition[i]) & mask
        while hashed[place] >= 0 and coalition[hashed[place]] != coalition[i]:
            place = np.uint64(place + _ONE) & mask
        if hashed[place] < 0:
            hashed[place] = i
            continue
        first = hashed[place]
        leader[i] = first
        partner[last[first]] = i
        last[first] = i


@inlined
def follow(cheetahs: Cheetahs, leader: int, scratch: CheetahScratch) -> None:
    """Bring the partners of `leader` to where and what it is, in place."""
    j = scratch.partner[leader]
    while j >= 0:
        cheetahs.cell[j] = cheetahs.cell[leader]
        cheetahs.stage[j] = cheetahs.stage[leader]
        cheetahs.heading[j] = cheetahs.heading[leader]
        cheetahs.wandering[j] = cheetahs.wandering[leader]
        cheetahs.territorial[j] = cheetahs.territorial[leader]
        j = scratch.partner[j]


@inlined
def _mark(cell: int, limit: int, change: int, marks: np.ndarray, land: CheetahLand) -> None:
    """Add `change` to all cells within `limit` squared cells of `cell`, in place.

    `marks` holds differences along rows, one column wider than the land: what a cell is marked
    with is the sum up to it (`_marked`), so a disc costs two numbers per row.
    """
    if limit < 0:
        return
    ny, nx = land.ny, land.nx
    y = cell // nx
    x = cell - y * nx
    dy = 0
    half = int(math.sqrt(float(limit)))
    while dy * dy <= limit:
        while half * half + dy * dy > limit:
            half -= 1
        first, last = max(0, x - half), min(nx, x + half + 1)
        if y + dy < ny:
            row = (y + dy) * (nx + 1)
            marks[row + first] += change
            marks[row + last] -= change
        if dy > 0 and y - dy >= 0:
            row = (y - dy) * (nx + 1)
            marks[row + first] += change
            marks[row + last] -= change
        dy += 1


@inlined
def _marked(cell: int, marks: np.ndarray, land: CheetahLand) -> int:
    """Return with how much `_mark` has marked `cell`."""
    y = cell // land.nx
    first = y * (land.nx + 1)
    total = 0
    for k in range(first, first + cell - y * land.nx + 1):
        total += marks[k]
    return total


@inlined
def claim(
    cheetahs: Cheetahs,
    leader: int,
    change: int,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
) -> None:
    """Add (`change` = 1) or lift (-1) what `leader` and its partners claim of the land."""
    j = leader
    while j >= 0:
        if cheetahs.stage[j] == RESIDENT:
            cell = cheetahs.cell[j]
            if rates.share_food == 1:
                reach = squared_cells(land.offset_km[land.range_most - 1], land.cell_km)
                _mark(cell, reach, change, scratch.claims, land)
            if cheetahs.territorial[j] == 1:
                spacing = _closer_than(rates.territory_km, land.cell_km)
                _mark(cell, spacing, change, scratch.held, land)
        j = scratch.partner[j]


@inlined
def _closer_than(km: float, cell_km: float) -> int:
    """Return the largest squared distance in cells that is less than `km`, -1 without any."""
    limit = squared_cells(km, cell_km)
    return limit - 1 if cell_km * math.sqrt(float(limit)) >= km * _NEARLY else limit


@inlined
def _has_food(
    cell: int,
    wanted_kg: float,
    counts: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
) -> bool:
    """Return whether the largest home range around `cell` holds `wanted_kg` of preferred prey."""
    ny, nx = land.ny, land.nx
    y = cell // nx
    x = cell - y * nx
    food = 0.0
    position = 0
    while food < wanted_kg and position < land.range_most:
        yy, xx = y + land.offset_y[position], x + land.offset_x[position]
        there = yy * nx + xx
        if 0 <= yy < ny and 0 <= xx < nx and land.inside[there] == 1:
            food += food_in(there, counts, rates, scratch)
        position += 1
    return food >= wanted_kg


@inlined
def settle(
    cheetahs: Cheetahs,
    i: int,
    counts: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
) -> bool:
    """Let `i` become resident where it stands if place, prey and neighbours allow; say whether.

    Everybody needs the prey of a range for itself and, with ``share_food``, for every resident
    within the largest home range; a male needs ``territory_km`` to every territory. Claims of
    `i` and its partners are not among ``scratch.claims`` and ``scratch.held``.
    """
    cell = cheetahs.cell[i]
    male = cheetahs.male[i] == 1
    settles = land.suitability[cell] >= rates.settle_suitability
    settles = settles and not (male and _marked(cell, scratch.held, land) > 0)
    if settles:
        claims = 1.0 + _marked(cell, scratch.claims, land)
        wanted_kg = claims * rates.range_biomass_kg
        settles = _has_food(cell, wanted_kg, counts, rates, land, scratch)
    if settles:
        cheetahs.stage[i] = RESIDENT
        cheetahs.wandering[i] = 0
        if male:
            cheetahs.territorial[i] = 1
    return settles
