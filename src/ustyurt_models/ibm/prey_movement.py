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
    Prey,
    PreyKind,
    PreyRange,
    PreyScratch,
    PreyStep,
)

__all__ = ["immigrate", "settle", "walk_prey"]

_HERD, _WALK, _ENTRY, _LEAVE, _WHERE, _WHO = 30, 31, 32, 33, 34, 35
_ROAMING = -1
_DIRECTION_BITS = np.uint64(7)
_CHOICE_SHIFT = np.uint64(8)
_CHOICE_BITS = np.uint64(0xFFFFFF)
_CHOICE_UNIT = 1.0 / 16777216.0
_ACCEPT_SHIFT = np.uint64(33)
_LOW_WORD = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
#: Steps are accepted where 31 random bits fall below chance * 2^31.
_CERTAIN = 2147483648.0


@njit(nogil=True, cache=True, error_model="numpy")
def step_passage(
    cell: int, direction: int, grid: Grid, land: PreyRange, regime: int, season: int
) -> int:
    """Return the chance of a proposed step, times 2^31 (rounded).

    Inside the region it is the Metropolis rule times the permeability of the step; over its
    edge permeability times the chance that an edge step succeeds.
    """
    there = cell + int(grid.offset[direction])
    permeable = land.permeability[regime, season, grid.step_class[direction, cell]]
    if grid.inside[there] == 0:
        return int(permeable * land.edge_permeability[season] * _CERTAIN + 0.5)
    here_draws, there_draws = land.attraction[season, cell], land.attraction[season, there]
    if here_draws > there_draws:
        permeable *= there_draws / here_draws
    return int(permeable * _CERTAIN + 0.5)


@njit(nogil=True, cache=True, error_model="numpy")
def _tabulate_steps(grid: Grid, land: PreyRange, regime: int, season: int) -> None:
    """Fill ``land.passage`` of one season for a regime, unless it holds that regime already.

    From cells outside no step succeeds, so a walk that has left the region stays where it left.
    """
    if land.passage_regime[season] == regime:
        return
    for cell in range(grid.inside.size):
        if grid.inside[cell] == 1:
            for direction in range(8):
                land.passage[season, cell, direction] = step_passage(
                    cell, direction, grid, land, regime, season
                )
    land.passage_regime[season] = regime


@njit(nogil=True, cache=True, error_model="numpy")
def _walk(
    cell: int,
    walker: np.uint64,
    offset: np.ndarray,
    passage: np.ndarray,
    habits: tuple[int, int, float],
) -> int:
    """Return the cell where a season's walk from `cell` ends, outside if it left the region.

    `habits` holds the number of steps, the bearing and the directedness.
    """
    steps, bearing, directedness = habits
    for k in range(steps):
        bits = np.uint64(mix(walker, np.uint64(k)))
        direction = np.int64(bits & _DIRECTION_BITS)
        choice = (float((bits >> _CHOICE_SHIFT) & _CHOICE_BITS) + 0.5) * _CHOICE_UNIT
        if choice < directedness:
            direction = np.int64(bearing)
        if np.int64(bits >> _ACCEPT_SHIFT) < np.int64(passage[cell, direction]):
            cell += int(offset[direction])
    return cell


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
    herds, destination = np.uint64(land.herds), scratch.destination
    passage, offset = land.passage[season], grid.offset
    habits = (land.steps[season], land.bearing[season], land.directedness[season])
    base = np.uint64(mix(step.key, np.uint64(_WALK)))
    dealt = np.uint64(mix(step.key, np.uint64(_HERD)))
    destination[: grid.inside.size * land.herds] = _ROAMING
    outside = 0
    for i in range(n):
        identity = prey.identity[i]
        start = int(prey.cell[i])
        if land.herds > 0:
            share = (np.uint64(mix(dealt, identity)) & _LOW_WORD) * herds
            slot = start * land.herds + np.int64(share >> _WORD)
            end = int(destination[slot])
            if end == _ROAMING:
                walker = np.uint64(mix(base, np.uint64(slot)))
                end = _walk(start, walker, offset, passage, habits)
                destination[slot] = end
        else:
            end = _walk(start, np.uint64(mix(base, identity)), offset, passage, habits)
        prey.cell[i] = end
        outside += grid.inside[end] == 0
    moved[1] += outside
    return n if outside == 0 else _keep_inside(prey, n, grid.inside)


@njit(nogil=True, cache=True, error_model="numpy")
def _keep_inside(prey: Prey, n: int, inside: np.ndarray) -> int:
    """Drop, in place and in order, the animals outside the region; return how many are left."""
    kept = 0
    for i in range(n):
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
