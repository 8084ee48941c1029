"""Movement of prey: seasonal walks through habitat and barriers, and exchange over the edge.

A walk proposes one of the eight neighbours at random and goes there with chance
``min(1, attraction there / attraction here) * permeability of the step`` (Metropolis et al.
1953, J. Chem. Phys. 21:1087). Without a bearing, and with closed edges, occupancy therefore
becomes proportional to attraction. Migration replaces some proposals by one fixed direction.
"""

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import mix, poisson, uniform
from ustyurt_models.ibm.prey_state import (
    Grid,
    Lanes,
    Prey,
    PreyKind,
    PreyRange,
    PreyScratch,
    PreyStep,
)

__all__ = ["immigrate", "settle", "walk_prey"]

_HERD, _WALK, _ENTRY, _LEAVE, _WHERE, _WHO = 30, 31, 32, 33, 34, 35
_ROAMING = -1
_WALKING = -2
_DIRECTION_BITS = np.uint64(7)
_CHOICE_SHIFT = np.uint64(8)
_CHOICE_BITS = np.uint64(0xFFFFFF)
_CHOICE_RANGE = 16777216.0
_ACCEPT_SHIFT = np.uint64(33)
_LOW_WORD = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
#: Steps are accepted where 31 random bits fall below chance * 2^31.
_CERTAIN = 2147483648.0


@njit(nogil=True, cache=True, error_model="numpy")
def _tabulate_steps(grid: Grid, land: PreyRange, regime: int, season: int) -> None:
    """Fill ``land.passage`` of one season for a regime, unless it holds that regime already.

    A chance, times 2^31 and rounded, is the Metropolis rule times the permeability of the step;
    over the edge of the region, permeability times the chance that an edge step succeeds. From
    cells outside no step succeeds, so a walk that has left the region stays where it left.
    """
    if land.passage_regime[season] == regime:
        return
    inside, step_class, offset = grid.inside, grid.step_class, grid.offset
    passage, attraction = land.passage[season], land.attraction[season]
    permeability = land.permeability[regime, season]
    edge = land.edge_permeability[season]
    for cell in range(inside.size):
        if inside[cell] == 0:
            continue
        here_draws = attraction[cell]
        for direction in range(8):
            there = cell + int(offset[direction])
            chance = permeability[step_class[direction, cell]]
            if inside[there] == 0:
                chance *= edge
            elif here_draws > attraction[there]:
                chance *= attraction[there] / here_draws
            passage[cell, direction] = int(chance * _CERTAIN + 0.5)
    land.passage_regime[season] = regime


@njit(nogil=True, cache=True, error_model="numpy")
def _walk_lanes(
    lanes: Lanes, count: int, offset: np.ndarray, passage: np.ndarray, habits: tuple
) -> None:
    """Walk the first `count` lanes side by side through a season, in place.

    Every step of a walk waits for the one before it; several walks at once keep the processor
    busy meanwhile. `habits` holds the number of steps, the bearing and the directedness. A walk
    that leaves the region ends where it left.
    """
    steps, bearing, directedness = habits
    keeps = np.uint64(directedness * _CHOICE_RANGE + 0.5)
    for k in range(steps):
        for lane in range(count):
            bits = np.uint64(mix(lanes.key[lane], np.uint64(k)))
            direction = np.int64(bits & _DIRECTION_BITS)
            if ((bits >> _CHOICE_SHIFT) & _CHOICE_BITS) < keeps:
                direction = np.int64(bearing)
            cell = lanes.cell[lane]
            goes = np.int64(bits >> _ACCEPT_SHIFT) < np.int64(passage[cell, direction])
            lanes.cell[lane] = cell + offset[direction] * np.int64(goes)


@njit(nogil=True, cache=True, error_model="numpy")
def _herd_of(prey: Prey, i: int, herds: int, dealt: np.uint64) -> int:
    """Return the herd of animal `i` this season: one of `herds` of its cell, drawn at random."""
    share = (np.uint64(mix(dealt, prey.identity[i])) & _LOW_WORD) * np.uint64(herds)
    return int(int(prey.cell[i]) * herds + np.int64(share >> _WORD))


@njit(nogil=True, cache=True, error_model="numpy")
def _walk_herds(
    prey: Prey, n: int, herds: int, scratch: PreyScratch, passage: tuple, keys: tuple
) -> None:
    """Move the animals of each herd to where its walk ends, in place."""
    offset, table, habits = passage
    base, dealt = keys
    lanes, destination = scratch.lanes, scratch.destination
    waiting = 0
    for i in range(n):
        slot = _herd_of(prey, i, herds, dealt)
        if destination[slot] != _ROAMING:
            continue
        destination[slot] = _WALKING
        lanes.who[waiting] = slot
        lanes.key[waiting] = mix(base, np.uint64(slot))
        lanes.cell[waiting] = prey.cell[i]
        waiting += 1
        if waiting == lanes.who.size:
            _walk_lanes(lanes, waiting, offset, table, habits)
            for lane in range(waiting):
                destination[lanes.who[lane]] = lanes.cell[lane]
            waiting = 0
    _walk_lanes(lanes, waiting, offset, table, habits)
    for lane in range(waiting):
        destination[lanes.who[lane]] = lanes.cell[lane]
    for i in range(n):
        prey.cell[i] = destination[_herd_of(prey, i, herds, dealt)]


@njit(nogil=True, cache=True, error_model="numpy")
def _walk_alone(prey: Prey, n: int, lanes: Lanes, passage: tuple, base: np.uint64) -> None:
    """Move every animal to where its own walk ends, in place."""
    offset, table, habits = passage
    width = lanes.who.size
    for first in range(0, n, width):
        count = min(width, n - first)
        for lane in range(count):
            lanes.key[lane] = mix(base, prey.identity[first + lane])
            lanes.cell[lane] = prey.cell[first + lane]
        _walk_lanes(lanes, count, offset, table, habits)
        for lane in range(count):
            prey.cell[first + lane] = lanes.cell[lane]


@njit(nogil=True, cache=True, error_model="numpy")
def walk_prey(
    prey: Prey,
    n: int,
    grid: Grid,
    kind: PreyKind,
    scratch: PreyScratch,
    step: PreyStep,
    moved: np.ndarray,
) -> int:
    """Move every animal in place through one season's walk; drop those that left the window.

    With `herds` > 0 the animals of a cell are dealt at random to that many herds, each herd walks
    as one, and its destination is found once: cost then grows with occupied cells, not animals.

    Parameters
    ----------
    prey : Prey
        State; compacted in order.
    n : int
        Number alive.
    grid : Grid
        The land.
    kind : PreyKind
        The species.
    scratch : PreyScratch
        `destination` is overwritten.
    step : PreyStep
        Season, barrier regime and key.
    moved : numpy.ndarray
        int64, shape (2,): immigrants and emigrants; emigrants are added.

    Returns
    -------
    int
        Number left inside.
    """
    land, season = kind.land, step.season
    if land.steps[season] == 0 or n == 0:
        return n
    _tabulate_steps(grid, land, step.regime, season)
    habits = (land.steps[season], land.bearing[season], land.directedness[season])
    passage = (grid.offset, land.passage[season], habits)
    base = np.uint64(mix(step.key, np.uint64(_WALK)))
    if land.herds > 0:
        scratch.destination[: grid.inside.size * land.herds] = _ROAMING
        dealt = np.uint64(mix(step.key, np.uint64(_HERD)))
        _walk_herds(prey, n, land.herds, scratch, passage, (base, dealt))
    else:
        _walk_alone(prey, n, scratch.lanes, passage, base)
    left = _keep_inside(prey, n, grid.inside)
    moved[1] += n - left
    return left


@njit(nogil=True, cache=True, error_model="numpy")
def _keep_inside(prey: Prey, n: int, inside: np.ndarray) -> int:
    """Drop, in place and in order, the animals outside the region; return how many are left."""
    kept = 0
    while kept < n and inside[prey.cell[kept]] == 1:
        kept += 1
    for i in range(kept, n):
        prey.identity[kept] = prey.identity[i]
        prey.age[kept] = prey.age[i]
        prey.male[kept] = prey.male[i]
        prey.cell[kept] = prey.cell[i]
        kept += inside[prey.cell[i]] == 1
    return kept


@njit(nogil=True, cache=True, error_model="numpy")
def _pick(cumulative: np.ndarray, chance: float) -> int:
    """Return the first index whose cumulative share exceeds `chance` (bisection)."""
    low = 0
    high = cumulative.size - 1
    while low < high:
        middle = (low + high) // 2
        if chance < cumulative[middle]:
            high = middle
        else:
            low = middle + 1
    return low


@njit(nogil=True, cache=True, error_model="numpy")
def settle(
    prey: Prey,
    n: int,
    number: int,
    cells: np.ndarray,
    cumulative: np.ndarray,
    structure: np.ndarray,
    key: np.uint64,
) -> int:
    """Add `number` animals in place: cell, age and sex drawn by cumulative shares (multinomial).

    Parameters
    ----------
    prey : Prey
        State; appended to.
    n : int
        Number alive.
    number : int
        Animals to add.
    cells : numpy.ndarray
        int32, shape (place,), flat indices of cells.
    cumulative : numpy.ndarray
        float64, shape (place,), cumulative share of animals per place.
    structure : numpy.ndarray
        float64, shape (2 * age,), cumulative share of females by age in seasons, then males.
    key : numpy.uint64
        Address of the group; animal k is addressed by (key, k).

    Returns
    -------
    int
        New number alive, or -1 when the slots do not suffice.
    """
    if n + number > prey.identity.size:
        return -1
    ages = structure.size // 2
    for k in range(number):
        identity = np.uint64(mix(key, np.uint64(k)))
        who = _pick(structure, uniform(key, identity, _WHO))
        prey.identity[n + k] = identity
        prey.age[n + k] = who % ages
        prey.male[n + k] = who // ages
        prey.cell[n + k] = cells[_pick(cumulative, uniform(key, identity, _WHERE))]
    return n + number


@njit(nogil=True, cache=True, error_model="numpy")
def _thin(prey: Prey, n: int, share: float, key: np.uint64) -> int:
    """Let each animal leave the window with chance `share`, in place; return how many stay."""
    kept = 0
    for i in range(n):
        stays = uniform(key, prey.identity[i], _LEAVE) >= share
        prey.identity[kept] = prey.identity[i]
        prey.age[kept] = prey.age[i]
        prey.male[kept] = prey.male[i]
        prey.cell[kept] = prey.cell[i]
        kept += stays
    return kept


@njit(nogil=True, cache=True, error_model="numpy")
def immigrate(prey: Prey, n: int, kind: PreyKind, step: PreyStep, moved: np.ndarray) -> int:
    """Exchange animals with the populations outside, in place, once a year.

    A positive rate brings a Poisson number with mean ``immigration * n`` to cells of the window
    edge; a negative rate is net emigration, each animal leaving with that chance.

    Parameters
    ----------
    prey : Prey
        State.
    n : int
        Number alive.
    kind : PreyKind
        The species.
    step : PreyStep
        Season and key.
    moved : numpy.ndarray
        int64, shape (2,): immigrants and emigrants; both are added to.

    Returns
    -------
    int
        New number alive, or -1 when the slots do not suffice.
    """
    land = kind.land
    if step.season != land.immigration_season or land.immigration == 0.0:
        return n
    if land.immigration < 0.0:
        stay = _thin(prey, n, -land.immigration, step.key)
        moved[1] += n - stay
        return stay
    arriving = poisson(land.immigration * n, step.key, np.uint64(0), _ENTRY)
    address = np.uint64(mix(step.key, np.uint64(_ENTRY)))
    moved[0] += arriving
    return settle(
        prey,
        n,
        arriving,
        land.entry_cell,
        land.entry_cumulative,
        land.newcomer_cumulative,
        address,
    )
