"""Independence, dispersal through barriers, settlement, and the space cheetahs occupy."""

import math

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import child, uniform
from ustyurt_models.ibm.cheetah_slots import (
    DISTANCE,
    HEADING,
    QUEUE_MOVE,
    TENURE,
    WALK,
    distance_km,
    queue_independent,
    remove,
)
from ustyurt_models.ibm.cheetah_state import (
    CUB,
    DISPERSER,
    RESIDENT,
    CheetahLand,
    CheetahRates,
    Cheetahs,
    CheetahScratch,
    CheetahTally,
)

__all__ = ["disperse", "leave_mother", "mark_ranges", "step_of_walk"]

_DIAGONAL = math.sqrt(2.0)
_LEFT = -1
_BLOCKED = -2


@njit(nogil=True, cache=True, error_model="numpy")
def leave_mother(cheetahs: Cheetahs, rates: CheetahRates) -> int:
    """Make cubs that have reached the age of independence dispersers, in place; return them."""
    left = 0
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] == CUB and cheetahs.age[i] >= rates.dependency:
            cheetahs.stage[i] = DISPERSER
            cheetahs.mother[i] = -1
            left += 1
    return left


@njit(nogil=True, cache=True, error_model="numpy")
def _leads(cheetahs: Cheetahs, i: int) -> bool:
    """Return whether `i` walks for itself: no partner of its coalition has a lower slot."""
    if cheetahs.coalition[i] == 0:
        return True
    for j in range(i):
        if cheetahs.stage[j] >= DISPERSER and cheetahs.coalition[j] == cheetahs.coalition[i]:
            return False
    return True


@njit(nogil=True, cache=True, error_model="numpy")
def _follow(cheetahs: Cheetahs, leader: int) -> None:
    """Bring the partners of `leader` to where and what it is, in place."""
    if cheetahs.coalition[leader] == 0:
        return
    for j in range(cheetahs.top[0]):
        partner = cheetahs.stage[j] >= DISPERSER and j != leader
        if partner and cheetahs.coalition[j] == cheetahs.coalition[leader]:
            cheetahs.cell[j] = cheetahs.cell[leader]
            cheetahs.stage[j] = cheetahs.stage[leader]
            cheetahs.heading[j] = cheetahs.heading[leader]
            cheetahs.wandering[j] = cheetahs.wandering[leader]
            cheetahs.territorial[j] = cheetahs.territorial[leader]


@njit(nogil=True, cache=True, error_model="numpy")
def _emigrate(cheetahs: Cheetahs, leader: int, tally: CheetahTally) -> None:
    """Remove `leader` with partners and cubs as emigrants, in place."""
    coalition = cheetahs.coalition[leader]
    for j in range(cheetahs.top[0]):
        if cheetahs.stage[j] < 0 or j == leader:
            continue
        partner = coalition != 0 and cheetahs.coalition[j] == coalition
        partner = partner and cheetahs.stage[j] >= DISPERSER
        cub = cheetahs.stage[j] == CUB and cheetahs.mother[j] == leader
        if partner or cub:
            remove(cheetahs, j)
            tally.emigrants[0] += 1
    remove(cheetahs, leader)
    tally.emigrants[0] += 1


@njit(nogil=True, cache=True, error_model="numpy")
def _neighbour(cell: int, k: int, nx: int) -> int:
    """Return the neighbour of `cell` in direction `k` = 0..7 for N, NE, E, SE, S, SW, W, NW."""
    dx = (k in (1, 2, 3)) - (k in (5, 6, 7))
    dy = (k in (3, 4, 5)) - (k in (7, 0, 1))
    return cell + dy * nx + dx


@njit(nogil=True, cache=True, error_model="numpy")
def _turn_weight(k: int, heading: int, rates: CheetahRates) -> float:
    """Return the weight of direction `k` for an animal that walked `heading` before."""
    if heading < 0:
        return 1.0
    apart = abs(k - heading)
    return rates.turn[min(apart, 8 - apart)]


@njit(nogil=True, cache=True, error_model="numpy")
def step_of_walk(
    cell: int, heading: int, u: float, rates: CheetahRates, land: CheetahLand
) -> tuple[int, int]:
    """Return direction and target of one step, drawn by suitability and persistence.

    The chance of direction k is proportional to ``max(suitability, matrix_weight)`` of the
    target, over the length of the step, times the weight of the turn: a step of a stochastic
    movement simulator (Palmer, Coulon & Travis 2011, Methods Ecol Evol 2:258) that sees one
    cell far.
    """
    total = 0.0
    for k in range(8):
        good = max(land.suitability[_neighbour(cell, k, land.nx)], rates.matrix_weight)
        length = _DIAGONAL if k % 2 == 1 else 1.0
        total += good * _turn_weight(k, heading, rates) / length
    rest = u * total
    chosen = 0
    for k in range(8):
        good = max(land.suitability[_neighbour(cell, k, land.nx)], rates.matrix_weight)
        length = _DIAGONAL if k % 2 == 1 else 1.0
        chosen = k
        rest -= good * _turn_weight(k, heading, rates) / length
        if rest < 0.0:
            break
    return chosen, _neighbour(cell, chosen, land.nx)


@njit(nogil=True, cache=True, error_model="numpy")
def _try_step(
    cell: int,
    direction: int,
    target: int,
    u: float,
    land: CheetahLand,
    regime: int,
    season: int,
) -> int:
    """Return the cell after an attempted step, ``_BLOCKED`` by a barrier, or ``_LEFT``."""
    if u >= land.permeability[regime, season, land.step_class[direction, cell]]:
        return _BLOCKED
    if land.inside[target] == 1:
        return target
    return _LEFT if land.edge_open == 1 else _BLOCKED


@njit(nogil=True, cache=True, error_model="numpy")
def _claims(cheetahs: Cheetahs, i: int, cell: int, land: CheetahLand) -> int:
    """Return residents of other coalitions that live within the largest home range of `cell`."""
    reach = land.offset_km[land.range_most - 1]
    claims = 0
    for j in range(cheetahs.top[0]):
        if cheetahs.stage[j] != RESIDENT or j == i:
            continue
        partner = cheetahs.coalition[j] == cheetahs.coalition[i] and cheetahs.coalition[i] != 0
        if not partner and distance_km(land, cell, cheetahs.cell[j]) <= reach:
            claims += 1
    return claims


@njit(nogil=True, cache=True, error_model="numpy")
def _has_food(cell: int, wanted_kg: float, food_kg: np.ndarray, land: CheetahLand) -> bool:
    """Return whether the largest home range around `cell` holds `wanted_kg` of preferred prey."""
    y, x = cell // land.nx, cell % land.nx
    food = 0.0
    if food >= wanted_kg:
        return True
    for position in range(land.range_most):
        yy, xx = y + land.offset_y[position], x + land.offset_x[position]
        if yy < 0 or yy >= land.ny or xx < 0 or xx >= land.nx:
            continue
        there = yy * land.nx + xx
        if land.inside[there] == 0:
            continue
        food += food_kg[there]
        if food >= wanted_kg:
            return True
    return False


@njit(nogil=True, cache=True, error_model="numpy")
def _territory_is_free(
    cheetahs: Cheetahs, i: int, cell: int, rates: CheetahRates, land: CheetahLand
) -> bool:
    """Return whether no other coalition holds a territory within ``territory_km`` of `cell`."""
    for j in range(cheetahs.top[0]):
        if cheetahs.stage[j] != RESIDENT or cheetahs.territorial[j] == 0 or j == i:
            continue
        if cheetahs.coalition[j] == cheetahs.coalition[i] and cheetahs.coalition[i] != 0:
            continue
        if distance_km(land, cell, cheetahs.cell[j]) < rates.territory_km:
            return False
    return True


@njit(nogil=True, cache=True, error_model="numpy")
def _settle(
    cheetahs: Cheetahs,
    i: int,
    food_kg: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
) -> bool:
    """Let `i` become resident where it stands if place, prey and neighbours allow; say whether."""
    cell = cheetahs.cell[i]
    if land.suitability[cell] < rates.settle_suitability:
        return False
    claims = 1.0
    if rates.share_food == 1:
        claims += _claims(cheetahs, i, cell, land)
    if not _has_food(cell, claims * rates.range_biomass_kg, food_kg, land):
        return False
    if cheetahs.male[i] == 1:
        if not _territory_is_free(cheetahs, i, cell, rates, land):
            return False
        cheetahs.territorial[i] = 1
    cheetahs.stage[i] = RESIDENT
    cheetahs.wandering[i] = 0
    return True


@njit(nogil=True, cache=True, error_model="numpy")
def _walk(
    cheetahs: Cheetahs,
    i: int,
    food_kg: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    regime: int,
    season: int,
    key: np.uint64,
) -> bool:
    """Walk `i` for a season, in place, settling if it can; return False if it left the land."""
    walker = cheetahs.coalition[i] if cheetahs.coalition[i] != 0 else cheetahs.identity[i]
    fresh = 0 <= cheetahs.since_release[i] <= rates.explore_seasons
    exploring = fresh and cheetahs.wandering[i] < rates.explore_seasons
    mean_km = rates.dispersal_km[cheetahs.male[i]]
    if exploring:
        mean_km = rates.explore_km[cheetahs.soft[i]]
    to_go = -mean_km * math.log(uniform(key, walker, DISTANCE))
    walk_key = np.uint64(child(key, WALK))
    if cheetahs.heading[i] < 0:
        cheetahs.heading[i] = int(8.0 * uniform(key, walker, HEADING))
    searched = 0
    step = 0
    while True:
        if to_go < 0.5 * land.cell_km:
            if exploring or searched > rates.search_steps:
                return True
            if _settle(cheetahs, i, food_kg, rates, land):
                return True
            searched += 1
        cell = cheetahs.cell[i]
        u = uniform(walk_key, walker, 2 * step)
        direction, target = step_of_walk(cell, cheetahs.heading[i], u, rates, land)
        u = uniform(walk_key, walker, 2 * step + 1)
        reached = _try_step(cell, direction, target, u, land, regime, season)
        step += 1
        to_go -= land.cell_km * (_DIAGONAL if direction % 2 == 1 else 1.0)
        if reached == _LEFT:
            return False
        if reached == _BLOCKED:
            cheetahs.heading[i] = (direction + 4) % 8
        else:
            cheetahs.cell[i] = reached
            cheetahs.heading[i] = direction


@njit(nogil=True, cache=True, error_model="numpy")
def _revise_residence(
    cheetahs: Cheetahs,
    i: int,
    food_kg: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    key: np.uint64,
) -> None:
    """Let a resident leave or lose its range, or a floater take a free territory, in place."""
    hungry = cheetahs.condition[i] < rates.leave_condition and cheetahs.dependents[i] == 0
    walker = cheetahs.coalition[i] if cheetahs.coalition[i] != 0 else cheetahs.identity[i]
    ousted = cheetahs.territorial[i] == 1 and uniform(key, walker, TENURE) < rates.tenure_loss
    if hungry or ousted:
        cheetahs.stage[i] = DISPERSER
        cheetahs.territorial[i] = 0
        cheetahs.wandering[i] = 0
    elif cheetahs.male[i] == 1 and cheetahs.territorial[i] == 0:
        _settle(cheetahs, i, food_kg, rates, land)


@njit(nogil=True, cache=True, error_model="numpy")
def disperse(
    cheetahs: Cheetahs,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
    regime: int,
    season: int,
    key: np.uint64,
    tally: CheetahTally,
) -> int:
    """Move dispersers for a season and let them settle, in place; return who settled.

    Coalitions walk as one. Everybody needs a place where the prey within the largest home
    range suffices for itself and, with ``share_food``, for all residents already there. Males
    also keep ``territory_km`` from other territories; those that find none live as floaters
    after ``float_seasons``. Females overlap and go on searching. A female with cubs stays.
    Released animals first explore, without settling.

    Parameters
    ----------
    cheetahs : Cheetahs
        Changed in place: cell, heading, stage, territorial, wandering.
    rates, land, scratch, key
        As in ``cheetah_state``; ``scratch.food_kg`` is that of ``scan_food``.
    regime, season : int
        First two indices of ``land.permeability``.
    tally : CheetahTally
        ``emigrants`` grows by everybody who left the land.
    """
    settled = 0
    n = queue_independent(cheetahs, scratch.order, scratch.priority, key, QUEUE_MOVE)
    for position in range(n):
        i = scratch.order[position]
        # Who left with a partner is no longer there.
        if cheetahs.stage[i] < DISPERSER or not _leads(cheetahs, i):
            continue
        if cheetahs.stage[i] == RESIDENT:
            _revise_residence(cheetahs, i, scratch.food_kg, rates, land, key)
        elif cheetahs.dependents[i] > 0:
            cheetahs.stage[i] = RESIDENT
        elif not _walk(cheetahs, i, scratch.food_kg, rates, land, regime, season, key):
            _emigrate(cheetahs, i, tally)
            continue
        else:
            settled += cheetahs.stage[i] == RESIDENT
            cheetahs.wandering[i] += cheetahs.stage[i] == DISPERSER
            if cheetahs.male[i] == 1 and cheetahs.wandering[i] > rates.float_seasons:
                cheetahs.stage[i] = RESIDENT
        _follow(cheetahs, i)
    return settled


@njit(nogil=True, cache=True, error_model="numpy")
def mark_ranges(cheetahs: Cheetahs, land: CheetahLand, occupied: np.ndarray) -> int:
    """Overwrite `occupied` with 1 in cells of at least one home range; return how many.

    Parameters
    ----------
    cheetahs, land
        Read only; ``range_cells`` is that of the last hunt, at least one cell.
    occupied : numpy.ndarray
        uint8, shape (cell,).
    """
    occupied[:] = 0
    marked = 0
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] < DISPERSER:
            continue
        y, x = cheetahs.cell[i] // land.nx, cheetahs.cell[i] % land.nx
        for position in range(max(1, cheetahs.range_cells[i])):
            yy, xx = y + land.offset_y[position], x + land.offset_x[position]
            if 0 <= yy < land.ny and 0 <= xx < land.nx:
                cell = yy * land.nx + xx
                marked += land.inside[cell] == 1 and occupied[cell] == 0
                occupied[cell] = land.inside[cell] | occupied[cell]
    return marked
