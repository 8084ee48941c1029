"""Movement of prey: seasonal walks through habitat and barriers, and exchange over the edge.

A walk proposes one of the eight neighbours at random and goes there with chance
``min(1, attraction there / attraction here) * permeability of the step`` (Metropolis et al.
1953, J. Chem. Phys. 21:1087). Without a bearing, and with closed edges, occupancy therefore
becomes proportional to attraction. Migration replaces some proposals by one fixed direction.
"""

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import mix, poisson, uniform
from ustyurt_models.ibm.prey_state import Grid, Prey, PreyKind, PreyScratch, PreyStep

__all__ = ["immigrate", "settle", "walk_prey"]

_HERD, _WALK, _ENTRY, _LEAVE, _WHERE, _WHO = 30, 31, 32, 33, 34, 35
_ROAMING = -1
_LEFT = -2
_DIRECTION_BITS = np.uint64(7)
_CHOICE_SHIFT = np.uint64(8)
_CHOICE_BITS = np.uint64(0xFFFFFF)
_ACCEPT_SHIFT = np.uint64(32)
_CHOICE_UNIT = 1.0 / 16777216.0
_ACCEPT_UNIT = 1.0 / 4294967296.0


@njit(nogil=True, cache=True, error_model="numpy")
def _goes(accept: float, here: float, there: float, permeable: float) -> bool:
    """Whether the Metropolis step from attraction `here` to `there` is made."""
    if here > 0.0:
        return accept * here < permeable * min(here, there)
    return accept < permeable


@njit(nogil=True, cache=True, error_model="numpy")
def _walk(
    cell: int,
    walker: np.uint64,
    grid: Grid,
    attraction: np.ndarray,
    permeability: np.ndarray,
    habits: tuple[int, int, float, float],
) -> int:
    """Return the cell where a season's walk from `cell` ends, or `_LEFT`.

    `habits` holds the number of steps, the bearing, directedness and edge permeability.
    """
    steps, bearing, directedness, edge = habits
    inside, step_class, offset = grid.inside, grid.step_class, grid.offset
    for k in range(steps):
        bits = np.uint64(mix(walker, np.uint64(k)))
        direction = np.int64(bits & _DIRECTION_BITS)
        choice = (float((bits >> _CHOICE_SHIFT) & _CHOICE_BITS) + 0.5) * _CHOICE_UNIT
        accept = (float(bits >> _ACCEPT_SHIFT) + 0.5) * _ACCEPT_UNIT
        if choice < directedness:
            direction = np.int64(bearing)
        there = cell + int(offset[direction])
        permeable = permeability[step_class[direction, cell]]
        if inside[there] == 0:
            if accept < permeable * edge:
                return _LEFT
        elif _goes(accept, attraction[cell], attraction[there], permeable):
            cell = there
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
    if land.steps[season] == 0:
        return n
    herds, destination = land.herds, scratch.destination
    attraction = land.attraction[season]
    permeability = land.permeability[step.regime, season]
    habits = (
        land.steps[season],
        land.bearing[season],
        land.directedness[season],
        land.edge_permeability[season],
    )
    base = np.uint64(mix(step.key, np.uint64(_WALK)))
    dealt = np.uint64(mix(step.key, np.uint64(_HERD)))
    destination[: grid.inside.size * herds] = _ROAMING
    kept = 0
    for i in range(n):
        identity = prey.identity[i]
        start = int(prey.cell[i])
        if herds > 0:
            slot = start * herds + np.int64(np.uint64(mix(dealt, identity)) % np.uint64(herds))
            end = int(destination[slot])
            if end == _ROAMING:
                walker = np.uint64(mix(base, np.uint64(slot)))
                end = _walk(start, walker, grid, attraction, permeability, habits)
                destination[slot] = end
        else:
            walker = np.uint64(mix(base, identity))
            end = _walk(start, walker, grid, attraction, permeability, habits)
        prey.identity[kept] = identity
        prey.age[kept] = prey.age[i]
        prey.male[kept] = prey.male[i]
        prey.cell[kept] = end
        kept += end >= 0
    moved[1] += n - kept
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
