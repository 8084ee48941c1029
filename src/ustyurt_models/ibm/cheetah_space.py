"""Who shares space with whom: coalitions, where residents live, settlement."""

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

__all__ = ["claim", "clear_claims", "follow", "group_coalitions", "lift_claim", "settle"]

_ONE = np.uint64(1)
#: A row of the land from which everything is far, its square still within 32 bits.
NOWHERE = -30_000
_ANYWHERE = 2**31 - 1
#: Kinds of claims.
HOME, TERRITORY = 0, 1
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
def _count_near(cell: int, limit: int, places: np.ndarray, entered: int, land: CheetahLand) -> int:
    """Return how many of the first `entered` places lie within `limit` squared cells of `cell`."""
    rows, columns = places[0], places[1]
    y = np.int32(cell // land.nx)
    x = np.int32(cell - y * land.nx)
    # Whole numbers of 32 bits throughout: twice as many places are compared at once.
    reach = np.int32(min(limit, _ANYWHERE))
    total = np.int32(0)
    for k in range(entered):
        south, east = np.int32(rows[k] - y), np.int32(columns[k] - x)
        total = np.int32(total + np.int32(np.int32(south * south + east * east) <= reach))
    return int(total)


@inlined
def _enter(j: int, kind: int, y: int, x: int, scratch: CheetahScratch) -> None:
    """Enter row `y` and column `x` for slot `j`, anew or in the place it has had before."""
    k = scratch.claim[kind, j]
    if k < 0:
        k = scratch.claims[kind]
        scratch.claim[kind, j] = k
        scratch.claims[kind] += 1
    scratch.claimed[kind, 0, k] = y
    scratch.claimed[kind, 1, k] = x


@inlined
def clear_claims(cheetahs: Cheetahs, scratch: CheetahScratch) -> None:
    """Forget all homes and territories."""
    scratch.claim[:, : cheetahs.top[0]] = -1
    scratch.claims[:] = 0


@inlined
def claim(cheetahs: Cheetahs, leader: int, land: CheetahLand, scratch: CheetahScratch) -> None:
    """Enter the homes and territories of `leader` and its partners, in place.

    Who has been entered before is entered again where it is now. A claim that is no longer held
    has been lifted before.
    """
    j = leader
    while j >= 0:
        if cheetahs.stage[j] == RESIDENT:
            y = cheetahs.cell[j] // land.nx
            x = cheetahs.cell[j] - y * land.nx
            _enter(j, HOME, y, x, scratch)
            if cheetahs.territorial[j] == 1:
                _enter(j, TERRITORY, y, x, scratch)
        j = scratch.partner[j]


@inlined
def lift_claim(leader: int, scratch: CheetahScratch) -> None:
    """Take the homes and territories of `leader` and its partners off the land, in place."""
    j = leader
    while j >= 0:
        for kind in range(2):
            if scratch.claim[kind, j] >= 0:
                scratch.claimed[kind, 0, scratch.claim[kind, j]] = NOWHERE
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
    within the largest home range; a male needs ``territory_km`` to every territory. The claims
    of `i` and its partners are lifted.
    """
    cell = cheetahs.cell[i]
    male = cheetahs.male[i] == 1
    settles = land.suitability[cell] >= rates.settle_suitability
    if settles and male:
        spacing = _closer_than(rates.territory_km, land.cell_km)
        settles = (
            _count_near(cell, spacing, scratch.claimed[TERRITORY], scratch.claims[TERRITORY], land)
            == 0
        )
    if settles:
        sharers = 1
        if rates.share_food == 1:
            reach = squared_cells(land.offset_km[land.range_most - 1], land.cell_km)
            sharers += _count_near(cell, reach, scratch.claimed[HOME], scratch.claims[HOME], land)
        settles = _has_food(cell, sharers * rates.range_biomass_kg, counts, rates, land, scratch)
    if settles:
        cheetahs.stage[i] = RESIDENT
        cheetahs.wandering[i] = 0
        if male:
            cheetahs.territorial[i] = 1
    return settles
