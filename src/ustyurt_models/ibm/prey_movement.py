"""Movement of prey: seasonal walks through habitat and barriers, and exchange over the edge.

A walk proposes one of the eight neighbours at random and goes there with chance
``min(1, attraction there / attraction here) * permeability of the step`` (Metropolis et al.
1953, J. Chem. Phys. 21:1087). Without a bearing, and with closed edges, occupancy therefore
becomes proportional to attraction. Migration replaces some proposals by one fixed direction.
"""

import numpy as np

from ustyurt_models.ibm.chance import mix, poisson, uniform
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.prey_drop import fill_gap, first_of_last_block, list_marked
from ustyurt_models.ibm.prey_state import (
    BLOCK,
    CERTAIN,
    LANES,
    Grid,
    Lanes,
    Prey,
    PreyKind,
    PreyRange,
    PreyScratch,
    PreyStep,
)
from ustyurt_models.ibm.prey_word import MOST_AGE, address_of, cell_of, moved_to, pack
from ustyurt_models.ibm.vector import fetch, put, take

__all__ = ["immigrate", "settle", "walk_prey"]

_HERD, _WALK, _ENTRY, _LEAVE, _WHERE, _WHO = 30, 31, 32, 33, 34, 35
_ROAMING = -1
_WALKING = -2
_DIRECTION_BITS = np.uint64(7)
_CHOICE_SHIFT = np.uint64(8)
_CHOICE_BITS = np.uint64(0xFFFFFF)
_CHOICE_RANGE = 16777216.0
_ACCEPT_SHIFT = np.uint64(33)
_WORD = np.uint64(32)
_HALF = LANES // 2
#: Walks per pass of the vectorised loop, on the widest machine.
_VECTOR = 32


@kernel
def _tabulate_steps(grid: Grid, land: PreyRange, regime: int, season: int) -> None:
    """Fill ``land.passage`` of one season for a regime, unless it holds that regime already.

    A chance, times 2^31 and rounded, is the Metropolis rule times the permeability of the step;
    over the edge of the region, permeability times the chance that an edge step succeeds. From
    cells outside no step succeeds, so a walk that has left the region stays where it left.
    """
    held = land.passage_regime[season]
    known = held >= 0
    for kind in range(land.permeability.shape[2]):
        known &= land.permeability[held, season, kind] == land.permeability[regime, season, kind]
    if known:
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
            passage[cell, direction] = int(chance * CERTAIN + 0.5)
    land.passage_regime[season] = regime


@kernel
def _walk_lanes(
    lanes: Lanes, count: int, offset: np.ndarray, passage: np.ndarray, habits: tuple
) -> None:
    """Walk the first `count` lanes side by side through a season, in place.

    Every step of a walk waits for the one before it; many walks at once keep the processor busy
    meanwhile. `habits` holds the number of steps, the bearing and the directedness. A walk that
    leaves the region ends where it left.
    """
    steps, bearing, directedness = habits
    keeps = np.uint64(directedness * _CHOICE_RANGE + 0.5)
    onward = np.uint64(bearing)
    keys, cells = lanes.key, lanes.cell
    for k in range(steps):
        counter = np.uint64(k)
        for lane in range(count):
            bits = mix(take(keys, lane), counter)
            keeps_on = ((bits >> _CHOICE_SHIFT) & _CHOICE_BITS) < keeps
            direction = np.int64(onward if keeps_on else bits & _DIRECTION_BITS)
            cell = take(cells, lane)
            goes = (bits >> _ACCEPT_SHIFT) < np.uint64(fetch(passage, cell * 8 + direction))
            put(cells, lane, cell + fetch(offset, direction) * np.int64(goes))


@inlined
def _herd_of(animal: np.uint64, herds: np.uint64, dealt: np.uint64) -> np.uint64:
    """Return the herd of an animal this season: one of `herds` of its cell, drawn at random."""
    drawn = mix(dealt, address_of(animal)) >> _WORD
    return cell_of(animal) * herds + ((drawn * herds) >> _WORD)


@kernel
def _walk_waiting(scratch: PreyScratch, count: int, passage: tuple) -> None:
    """Walk the `count` herds that wait in the lanes and note where they end."""
    offset, table, habits = passage
    lanes, destination = scratch.lanes, scratch.destination
    # Whole vectors: the lanes up to the next multiple walk too, from a valid place, unused.
    whole = min((count + _VECTOR - 1) // _VECTOR * _VECTOR, lanes.who.size)
    lanes.cell[count:whole] = lanes.cell[0]
    _walk_lanes(lanes, whole, offset, table, habits)
    for lane in range(count):
        destination[lanes.who[lane]] = lanes.cell[lane]


@kernel
def _walk_herds(
    prey: Prey, n: int, land: PreyRange, scratch: PreyScratch, passage: tuple, keys: tuple
) -> None:
    """Move the animals of each herd to where its walk ends, in place.

    First every animal marks its herd, then all herds marked walk, then the animals follow.
    """
    base, dealt = keys
    herds = np.uint64(land.herds)
    word, lanes, destination = prey.word, scratch.lanes, scratch.destination
    slots = land.capacity.size * land.herds
    destination[:slots] = _ROAMING
    for i in range(n):
        destination[_herd_of(word[i], herds, dealt)] = _WALKING
    waiting = np.uint64(0)
    for first in range(0, slots, _HALF):
        for slot in range(first, min(first + _HALF, slots)):
            lanes.who[waiting] = slot
            waiting += np.uint64(destination[slot] == _WALKING)
        if waiting >= np.uint64(_HALF) or first + _HALF >= slots:
            for lane in range(waiting):
                lanes.key[lane] = mix(base, np.uint64(lanes.who[lane]))
                lanes.cell[lane] = lanes.who[lane] // land.herds
            _walk_waiting(scratch, np.int64(waiting), passage)
            waiting = np.uint64(0)
    for i in range(n):
        animal = take(word, i)
        put(word, i, moved_to(animal, fetch(destination, _herd_of(animal, herds, dealt))))


@kernel
def _walk_alone(prey: Prey, n: int, lanes: Lanes, passage: tuple, base: np.uint64) -> None:
    """Move every animal to where its own walk ends, in place."""
    offset, table, habits = passage
    word, keys, cells = prey.word, lanes.key, lanes.cell
    for first in range(0, n, LANES):
        count = min(LANES, n - first)
        for lane in range(count):
            animal = take(word, first + lane)
            put(keys, lane, mix(base, address_of(animal)))
            put(cells, lane, np.int64(cell_of(animal)))
        _walk_lanes(lanes, count, offset, table, habits)
        for lane in range(count):
            animal = take(word, first + lane)
            put(word, first + lane, moved_to(animal, take(cells, lane)))


@kernel
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
        State; gaps are filled by the last animals.
    n : int
        Number alive.
    grid : Grid
        The land.
    kind : PreyKind
        The species.
    scratch : PreyScratch
        `destination`, `lanes`, `marked` and `listed` are overwritten.
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
    passage = (grid.offset, land.passage[season].reshape(-1), habits)
    base = np.uint64(mix(step.key, np.uint64(_WALK)))
    if land.herds > 0:
        dealt = np.uint64(mix(step.key, np.uint64(_HERD)))
        _walk_herds(prey, n, land, scratch, passage, (base, dealt))
    else:
        _walk_alone(prey, n, scratch.lanes, passage, base)
    if land.edge_permeability[season] == 0.0:
        return n
    left = _keep_inside(prey, n, grid.inside, scratch)
    moved[1] += n - left
    return left


@kernel
def _keep_inside(prey: Prey, n: int, inside: np.ndarray, scratch: PreyScratch) -> int:
    """Drop the animals outside the region, in place; return how many are left."""
    word, marked = prey.word, scratch.marked
    for first in range(first_of_last_block(n), -1, -BLOCK):
        count = min(BLOCK, n - first)
        for j in range(count):
            cell = cell_of(take(word, first + j))
            put(marked, j, np.uint8(fetch(inside, cell) == 0))
        for m in range(list_marked(scratch, count) - 1, -1, -1):
            n = fill_gap(word, first + scratch.listed[m], n)
    return n


@kernel
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


@kernel
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
    if n + number > prey.word.size:
        return -1
    ages = structure.size // 2
    for k in range(number):
        identity = np.uint64(mix(key, np.uint64(k)))
        who = _pick(structure, uniform(key, identity, _WHO))
        cell = cells[_pick(cumulative, uniform(key, identity, _WHERE))]
        prey.word[n + k] = pack(identity, min(who % ages, MOST_AGE), who // ages, cell)
    return n + number


@kernel
def _thin(prey: Prey, n: int, share: float, key: np.uint64) -> int:
    """Let each animal leave the window with chance `share`, in place; return how many stay."""
    word = prey.word
    for i in range(n - 1, -1, -1):
        if uniform(key, address_of(word[i]), _LEAVE) < share:
            n = fill_gap(word, i, n)
    return n


@kernel
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
