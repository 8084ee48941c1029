"""Independence, dispersal through barriers, settlement, and the space cheetahs occupy."""

import math

import numpy as np

from ustyurt_models.ibm.chance import child, uniform
from ustyurt_models.ibm.cheetah_slots import (
    DISTANCE,
    HEADING,
    QUEUE_MOVE,
    TENURE,
    WALK,
    lived,
    remove,
    sort_by_priority,
)
from ustyurt_models.ibm.cheetah_space import (
    claim,
    clear_claims,
    follow,
    group_coalitions,
    lift_claim,
    settle,
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
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.predation import forget_prey

__all__ = ["disperse", "leave_mother", "mark_ranges", "step_of_walk"]

#: Rows and columns that directions N, NE, E, SE, S, SW, W, NW lead south and east.
_SOUTH = np.array([-1, -1, 0, 1, 1, 1, 0, -1])
_EAST = np.array([0, 1, 1, 1, 0, -1, -1, -1])
#: One over the length of a step in each direction, in cells.
_INVERSE_LENGTH = np.array([1.0, math.sqrt(0.5)] * 4)


@kernel
def leave_mother(cheetahs: Cheetahs, rates: CheetahRates) -> int:
    """Make cubs that have reached the age of independence dispersers, in place; return them."""
    left = 0
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] == CUB and cheetahs.age[i] >= rates.dependency:
            cheetahs.stage[i] = DISPERSER
            cheetahs.mother[i] = -1
            left += 1
    return left


@inlined
def _emigrate(
    cheetahs: Cheetahs, leader: int, scratch: CheetahScratch, tally: CheetahTally
) -> None:
    """Remove `leader` with partners and cubs as emigrants, in place."""
    for j in range(cheetahs.top[0]):
        if cheetahs.stage[j] == CUB and cheetahs.mother[j] == leader:
            remove(cheetahs, j)
            tally.emigrants[0] += 1
    j = leader
    while j >= 0:
        remove(cheetahs, j)
        tally.emigrants[0] += 1
        j = scratch.partner[j]


@inlined
def _turn_weight(k: int, heading: int, turn: np.ndarray) -> float:
    """Return the weight of direction `k` for an animal that walked `heading` before."""
    if heading < 0:
        return 1.0
    apart = abs(k - heading)
    return turn[min(apart, 8 - apart)]


@inlined
def step_of_walk(
    cell: int,
    heading: int,
    u: float,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
) -> int:
    """Return the direction of one step 0..7, drawn by suitability and persistence.

    The chance of direction k is proportional to ``max(suitability, matrix_weight)`` of the
    target, over the length of the step, times the weight of the turn: a step of a stochastic
    movement simulator (Palmer, Coulon & Travis 2011, Methods Ecol Evol 2:258) that sees one
    cell far.
    """
    weight, suitability = scratch.weight, land.suitability
    total = 0.0
    for k in range(8):
        good = max(suitability[cell + _SOUTH[k] * land.nx + _EAST[k]], rates.matrix_weight)
        total += good * _turn_weight(k, heading, rates.turn) * _INVERSE_LENGTH[k]
        weight[k] = total
    rest = u * total
    chosen = 0
    for k in range(7):
        chosen += weight[k] <= rest
    return chosen


@inlined
def _walk(
    cheetahs: Cheetahs,
    i: int,
    counts: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
    regime: int,
    season: int,
    key: np.uint64,
) -> bool:
    """Walk `i` for a season, in place, settling if it can; return False if it left the land.

    A step succeeds with the permeability of the lines it crosses; a failed one turns the animal
    round.
    """
    walker = cheetahs.coalition[i] if cheetahs.coalition[i] != 0 else cheetahs.identity[i]
    fresh = 0 <= cheetahs.since_release[i] <= rates.explore_seasons
    exploring = fresh and cheetahs.wandering[i] < rates.explore_seasons
    mean_km = rates.dispersal_km[cheetahs.male[i]]
    if exploring:
        mean_km = rates.explore_km[cheetahs.soft[i]]
    luck = np.uint64(lived(cheetahs, i, key))
    to_go = -mean_km * math.log(uniform(luck, walker, DISTANCE))
    walk_key = np.uint64(child(luck, WALK))
    if cheetahs.heading[i] < 0:
        cheetahs.heading[i] = int(8.0 * uniform(luck, walker, HEADING))
    heading = int(cheetahs.heading[i])
    cell = int(cheetahs.cell[i])
    searched = 0
    step = 0
    stays = True
    while True:
        if to_go < 0.5 * land.cell_km:
            if exploring:
                break
            cheetahs.cell[i] = cell
            settles = settle(cheetahs, i, counts, rates, land, scratch)
            if settles or searched >= rates.search_steps:
                break
            searched += 1
        u = uniform(walk_key, walker, 2 * step)
        direction = step_of_walk(cell, heading, u, rates, land, scratch)
        target = cell + _SOUTH[direction] * land.nx + _EAST[direction]
        passes = land.permeability[regime, season, land.step_class[direction, cell]]
        blocked = passes < 1.0 and uniform(walk_key, walker, 2 * step + 1) >= passes
        outside = land.inside[target] == 0
        step += 1
        to_go -= land.cell_km / _INVERSE_LENGTH[direction]
        if outside and not blocked and land.edge_open == 1:
            stays = False
            break
        if blocked or outside:
            heading = (direction + 4) % 8
        else:
            cell = target
            heading = direction
    cheetahs.cell[i] = cell
    cheetahs.heading[i] = heading
    return stays


@inlined
def _gives_up(cheetahs: Cheetahs, i: int, rates: CheetahRates, key: np.uint64) -> bool:
    """Return whether resident `i` leaves its range out of hunger or loses its territory."""
    hungry = cheetahs.condition[i] < rates.leave_condition and cheetahs.dependents[i] == 0
    walker = cheetahs.coalition[i] if cheetahs.coalition[i] != 0 else cheetahs.identity[i]
    ousted = rates.tenure_loss > 0.0 and cheetahs.territorial[i] == 1
    luck = np.uint64(lived(cheetahs, i, key))
    ousted = ousted and uniform(luck, walker, TENURE) < rates.tenure_loss
    return hungry or ousted


@inlined
def _queue_movers(
    cheetahs: Cheetahs,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
    key: np.uint64,
) -> int:
    """Write leaders that may move to ``scratch.order`` in random order; return how many.

    All residents are entered. ``scratch.mover`` is 1 for residents that leave, 2 for others.
    """
    group_coalitions(cheetahs, scratch)
    clear_claims(cheetahs, scratch)
    movers = 0
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] < DISPERSER or scratch.leader[i] != i:
            continue
        claim(cheetahs, i, land, scratch)
        resident = cheetahs.stage[i] == RESIDENT
        leaves = resident and _gives_up(cheetahs, i, rates, key)
        floats = cheetahs.male[i] == 1 and cheetahs.territorial[i] == 0
        if leaves or floats or not resident:
            scratch.mover[i] = 1 if leaves else 2
            scratch.unsorted[movers] = i
            luck = np.uint64(lived(cheetahs, i, key))
            scratch.unsorted_priority[movers] = uniform(luck, cheetahs.identity[i], QUEUE_MOVE)
            movers += 1
    sort_by_priority(scratch, movers)
    return movers


@kernel
def disperse(
    cheetahs: Cheetahs,
    counts: np.ndarray,
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
    counts : numpy.ndarray
        Prey present, int32, shape (type, cell).
    rates, land, scratch, key
        As in ``cheetah_state``.
    regime, season : int
        First two indices of ``land.permeability``.
    tally : CheetahTally
        ``emigrants`` grows by everybody who left the land.
    """
    settled = 0
    forget_prey(scratch)
    for position in range(_queue_movers(cheetahs, rates, land, scratch, key)):
        i = scratch.order[position]
        leaves = scratch.mover[i] == 1
        resident = cheetahs.stage[i] == RESIDENT
        lift_claim(i, scratch)
        if leaves:
            cheetahs.stage[i] = DISPERSER
            cheetahs.territorial[i] = 0
            cheetahs.wandering[i] = 0
        elif resident:
            settle(cheetahs, i, counts, rates, land, scratch)
        elif cheetahs.dependents[i] > 0:
            cheetahs.stage[i] = RESIDENT
        elif not _walk(cheetahs, i, counts, rates, land, scratch, regime, season, key):
            _emigrate(cheetahs, i, scratch, tally)
            continue
        else:
            settled += cheetahs.stage[i] == RESIDENT
            cheetahs.wandering[i] += cheetahs.stage[i] == DISPERSER
            if cheetahs.male[i] == 1 and cheetahs.wandering[i] > rates.float_seasons:
                cheetahs.stage[i] = RESIDENT
        follow(cheetahs, i, scratch)
        claim(cheetahs, i, land, scratch)
    return settled


@kernel
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
