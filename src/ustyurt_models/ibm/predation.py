"""Hunting: what each cheetah kills in a season, and the condition that follows from it."""

import numpy as np

from ustyurt_models.ibm.chance import child, poisson, uniform
from ustyurt_models.ibm.cheetah_slots import (
    HUNT,
    KILL,
    LIVESTOCK,
    QUEUE_HUNT,
    lived,
    queue_independent,
)
from ustyurt_models.ibm.cheetah_state import (
    CUB,
    DISPERSER,
    LANES,
    TYPE_LANES,
    CheetahLand,
    CheetahRates,
    Cheetahs,
    CheetahScratch,
    CheetahTally,
)
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.interference import count_hunters, rivals_per_km2
from ustyurt_models.ibm.vector import fetch, put, take

__all__ = ["food_in", "forget_prey", "hunt", "update_condition"]

#: Columns of a row of the larder: preferred prey mass [kg]; mass met of ungulates [km2 kg], small
#: prey and of livestock [kg]; then 0 and the running sum over types of animals times the area in
#: which each is attacked [km2], repeated to the end of the row.
_FOOD, _WILD, _SMALL, _STOCK, _ATTACK = 0, 1, 2, 3, 4


@inlined
def forget_prey(scratch: CheetahScratch) -> None:
    """Make every cell unknown: prey may have changed since cheetahs last looked."""
    scratch.scan[0] += scratch.known.size


@inlined
def attacked_km2(kind: int, animals: int, rates: CheetahRates) -> float:
    """Return the area one cheetah searches for `animals` of a type in a cell, times their number.

    A functional response other than type II in the number of prey would be written here.
    """
    return rates.attack_km2[kind] * animals


@inlined
def time_share(met_kg: float, need_kg: float, rivals: float, rates: CheetahRates) -> float:
    """Return by how much handling and rivals dilute the search: ``1 + sum_k a_k h_k D_k + i P``.

    `met_kg` is ``sum_k a_k mass_k D_k`` with all kinds of food; ``h_k = mass_k / (surplus need)``
    is the time one carcass keeps a cheetah from hunting; `rivals` is the density P of other
    hunters [km-2] and i is ``interference_km2``.
    """
    return 1.0 + met_kg / (rates.surplus * need_kg) + rates.interference_km2 * rivals


@inlined
def food_in(cell: int, counts: np.ndarray, rates: CheetahRates, scratch: CheetahScratch) -> float:
    """Return the preferred prey mass in a cell inside [kg], worked out at the first look."""
    if scratch.known[cell] < scratch.scan[0]:
        scratch.known[cell] = scratch.scan[0]
        food = 0.0
        for kind in range(counts.shape[0]):
            food += rates.food_kg[kind] * counts[kind, cell]
        scratch.food_kg[cell] = food
    return scratch.food_kg[cell]


@inlined
def _fill_larder(
    row: np.ndarray,
    cell: np.uint64,
    counts: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
) -> None:
    """Write what a cell offers to hunters into a row of the larder."""
    food = 0.0
    wild = 0.0
    attack = 0.0
    for kind in range(counts.shape[0]):
        animals = counts[kind, cell]
        width = attacked_km2(kind, animals, rates)
        food += rates.food_kg[kind] * animals
        wild += rates.mass_kg[kind] * width
        attack += width
        row[_ATTACK + 1 + kind] = attack
    for column in range(_ATTACK + 1 + counts.shape[0], row.size):
        row[column] = attack
    stock = land.livestock_per_km2[cell] * (1.0 - land.mitigation[cell])
    row[_FOOD] = food
    row[_WILD] = wild
    row[_SMALL] = rates.small_attack_km2 * land.small_prey_kg_per_km2[cell]
    row[_STOCK] = rates.livestock_attack_km2 * rates.livestock_kg * stock


@inlined
def _stretch_range(
    cell: int,
    counts: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
) -> tuple[int, int, float, float, float]:
    """Stretch a home range around `cell` until it holds the prey mass it needs.

    The range grows by cells in order of distance, between ``range_least`` and ``range_most``
    cells, until the preferred prey biomass inside reaches ``range_biomass_kg``.

    Returns
    -------
    positions : int
        Number of disc positions looked at, cells outside the land included.
    cells : int
        Number of cells of the range that lie inside; their rows of the larder are in
        ``scratch.cells``, and ``scratch.reach`` is 0 and the running sum of the area attacked.
    wild, small, stock : float
        Sums over the range of what the larder says of ungulates, small prey and livestock.
    """
    cells, reach, larder = scratch.cells, scratch.reach, scratch.larder
    last_column = larder.shape[1] - 1
    ny, nx = land.ny, land.nx
    y = cell // nx
    x = cell - y * nx
    least, most, wanted = land.range_least, land.range_most, rates.range_biomass_kg
    scan, rows = scratch.scan[0], scratch.hunted_cells[0]
    n = 0
    position = 0
    food = attack = wild = small = stock = 0.0
    while position < most and (position < least or food < wanted):
        yy, xx = y + fetch(land.offset_y, position), x + fetch(land.offset_x, position)
        position += 1
        if yy < 0 or yy >= ny or xx < 0 or xx >= nx:
            continue
        there = np.uint64(yy * nx + xx)
        if land.inside[there] == 0:
            continue
        number = scratch.known[there] - scan
        if number < 0:
            number = rows
            rows += 1
            scratch.known[there] = scan + number
            scratch.hunted[number] = there
            _fill_larder(larder[np.uint64(number)], there, counts, rates, land)
        row = larder[np.uint64(number)]
        food += row[_FOOD]
        wild += row[_WILD]
        small += row[_SMALL]
        stock += row[_STOCK]
        attack += row[last_column]
        cells[n] = number
        n += 1
        reach[n] = attack
    scratch.hunted_cells[0] = rows
    return position, n, wild, small, stock


@inlined
def _strike(
    attacks: int,
    n_cells: int,
    counts: np.ndarray,
    quota: np.ndarray,
    rates: CheetahRates,
    scratch: CheetahScratch,
    hunt_key: np.uint64,
    identity: np.uint64,
    kills: np.ndarray,
) -> float:
    """Let `attacks` fall on the prey of the range, in place; return the mass killed [kg].

    Each falls on one of the animals that were there when the season began, in proportion to the
    area in which its type is attacked. Of the animals of one type in one cell, those past the
    living are dead already.
    """
    cells, reach, larder = scratch.cells, scratch.reach, scratch.larder
    point, place = scratch.point, scratch.place
    everywhere = reach[n_cells]
    last_kind = counts.shape[0] - 1
    sums = (larder.shape[1] - _ATTACK - 1) // TYPE_LANES * TYPE_LANES
    mass = 0.0
    for first in range(0, attacks, point.size):
        count = min(point.size, attacks - first)
        # All attacks of a block side by side, with some to spare: several are done at once, and
        # whole vectors leave no rest to be done one by one.
        lanes = (count + LANES - 1) // LANES * LANES
        for number in range(lanes):
            put(point, number, uniform(hunt_key, identity, first + number) * everywhere)
            put(place, number, np.int64(0))
        for k in range(1, n_cells):
            end = reach[k]
            for number in range(lanes):
                passed = np.int64(take(point, number) >= end)
                put(place, number, take(place, number) + passed)
        for number in range(count):
            here = place[number]
            rest = point[number] - fetch(reach, here)
            row = larder[fetch(cells, here)]
            cell = np.uint64(scratch.hunted[fetch(cells, here)])
            kind = 0
            for k in range(sums):
                kind += int(fetch(row, _ATTACK + 1 + k) <= rest)
            kind = min(kind, last_kind)
            begin, end = fetch(row, _ATTACK + kind), fetch(row, _ATTACK + 1 + kind)
            there, dead = counts[kind, cell], quota[kind, cell]
            # Without branches: which attack kills cannot be foreseen, and a wrong guess of the
            # machine costs more than the rest of the attack.
            killed = int((rest - begin) * there < (end - begin) * (there - dead))
            quota[kind, cell] = dead + killed
            kills[kind] += killed
            mass += killed * rates.mass_kg[kind]
    return mass


@inlined
def _bury(quota: np.ndarray, scratch: CheetahScratch) -> None:
    """Set `quota` back to 0 in the cells of the last hunt."""
    for k in range(scratch.hunted_cells[0]):
        cell = np.uint64(scratch.hunted[k])
        for kind in range(quota.shape[0]):
            quota[kind, cell] = 0
    scratch.hunted_cells[0] = 0


@kernel
def hunt(
    cheetahs: Cheetahs,
    counts: np.ndarray,
    quota: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
    key: np.uint64,
    tally: CheetahTally,
) -> int:
    """Let every independent cheetah hunt for a season; write `quota`; return all kills.

    Multi-prey Holling type II: type j at density ``D_j`` in the home range is killed at rate
    ``a_j D_j / (1 + sum_k a_k h_k D_k)`` with ``h_k = mass_k / (surplus * need)``, the time one
    carcass keeps a cheetah from hunting, so that intake saturates at ``surplus * need``
    (Holling 1959; multi-species form of Murdoch 1973). Other hunters at density P within the
    largest home range add ``interference_km2 * P`` to the denominator (Beddington 1975, J Anim
    Ecol 44:331; DeAngelis et al. 1975, Ecology 56:881). Densities are those at the start of the
    season, for all cheetahs. So each cheetah is a hazard to each animal in its range, hazards of
    several cheetahs add up, and an animal dies with chance ``1 - exp(-sum)``: a Poisson number
    of attacks of each cheetah falls on animals at random, and an animal attacked again is dead
    already. Who of two gets it is decided by a random order of the cheetahs.

    Parameters
    ----------
    cheetahs : Cheetahs
        ``need_kg``, ``intake_kg``, ``range_cells`` and ``conflict`` change in place.
    counts : numpy.ndarray
        Prey present, int32, shape (type, cell). A cell's types side by side in memory (Fortran
        order) are fastest.
    quota : numpy.ndarray
        Receives the animals killed, int32, shape (type, cell), never above `counts`. Zeros, but
        for what the last hunt with the same `scratch` left.
    rates, land, scratch, key, tally
        As in ``cheetah_state``; ``scratch.hunted`` lists the cells of all ranges;
        ``tally.kills`` and ``tally.livestock`` grow.

    Returns
    -------
    int
        Wild prey killed.
    """
    before = tally.kills.sum()
    _bury(quota, scratch)
    forget_prey(scratch)
    memory = rates.condition_memory
    n = queue_independent(cheetahs, scratch, key, QUEUE_HUNT)
    if rates.interference_km2 > 0.0:
        count_hunters(cheetahs, land, scratch)
    for position in range(n):
        i = scratch.order[position]
        need = rates.need_kg * (1.0 + rates.cub_need * cheetahs.dependents[i])
        looked, n_cells, wild, small, stock = _stretch_range(
            cheetahs.cell[i], counts, rates, land, scratch
        )
        intake = 0.0
        taken = 0
        if n_cells > 0:
            small /= n_cells
            stock /= n_cells
            area = n_cells * land.cell_km * land.cell_km
            rivals = 0.0
            if rates.interference_km2 > 0.0:
                rivals = rivals_per_km2(cheetahs.cell[i], land, scratch)
            busy = time_share(wild / area + small + stock, need, rivals, rates)
            identity = cheetahs.identity[i]
            luck = np.uint64(lived(cheetahs, i, key))
            hunt_key = np.uint64(child(luck, KILL))
            attacks = poisson(scratch.reach[n_cells] / (area * busy), luck, identity, HUNT)
            intake += small / busy
            intake += _strike(
                attacks, n_cells, counts, quota, rates, scratch, hunt_key, identity, tally.kills
            )
            if stock > 0.0:
                taken = poisson(stock / (busy * rates.livestock_kg), luck, identity, LIVESTOCK)
                intake += taken * rates.livestock_kg
                tally.livestock[0] += taken
        cheetahs.range_cells[i] = looked
        cheetahs.need_kg[i] = need
        cheetahs.intake_kg[i] = intake
        cheetahs.conflict[i] = memory * cheetahs.conflict[i] + (1.0 - memory) * taken
    return tally.kills.sum() - before


@kernel
def update_condition(cheetahs: Cheetahs, rates: CheetahRates) -> None:
    """Smooth intake over need into the condition, in place; cubs share their mother's.

    ``condition = m condition + (1 - m) min(1, intake / need)`` with m = ``condition_memory``.
    """
    stage, condition, memory = cheetahs.stage, cheetahs.condition, rates.condition_memory
    for i in range(cheetahs.top[0]):
        if stage[i] >= DISPERSER and cheetahs.need_kg[i] > 0.0:
            fed = min(1.0, cheetahs.intake_kg[i] / cheetahs.need_kg[i])
            condition[i] = memory * condition[i] + (1.0 - memory) * fed
    for i in range(cheetahs.top[0]):
        if stage[i] == CUB:
            condition[i] = condition[cheetahs.mother[i]]
