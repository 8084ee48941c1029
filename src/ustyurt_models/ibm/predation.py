"""Hunting: what each cheetah kills in a season, and the condition that follows from it."""

import numpy as np

from ustyurt_models.ibm.chance import child, poisson, uniform
from ustyurt_models.ibm.cheetah_slots import (
    HUNT,
    KILL,
    LIVESTOCK,
    QUEUE_HUNT,
    queue_independent,
)
from ustyurt_models.ibm.cheetah_state import (
    CUB,
    DISPERSER,
    CheetahLand,
    CheetahRates,
    Cheetahs,
    CheetahScratch,
    CheetahTally,
)
from ustyurt_models.ibm.compiled import inlined, kernel

__all__ = ["chase", "forget_kills", "hunt", "scan_prey", "stretch_range", "update_condition"]


@kernel
def scan_prey(
    counts: np.ndarray, rates: CheetahRates, land: CheetahLand, scratch: CheetahScratch
) -> None:
    """Overwrite what the prey of each cell means to cheetahs, in ``scratch``.

    Parameters
    ----------
    counts : numpy.ndarray
        Prey present, int32, shape (type, cell).
    rates, land : CheetahRates, CheetahLand
        Read only; prey outside the land does not count.
    scratch : CheetahScratch
        ``food_kg`` and ``food_before_kg`` are overwritten.
    """
    for cell in range(counts.shape[1]):
        _scan_cell(cell, counts, rates, land, scratch)
    scratch.touched_cells[0] = 0


@inlined
def _scan_cell(
    cell: int,
    counts: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
) -> None:
    """Overwrite the food in one cell."""
    food = 0.0
    if land.inside[cell] == 1:
        for kind in range(counts.shape[0]):
            food += rates.food_kg[kind] * counts[kind, cell]
    scratch.food_kg[cell] = food
    scratch.food_before_kg[cell] = food


@kernel
def forget_kills(
    counts: np.ndarray,
    quota: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
) -> None:
    """Undo a season's kills where prey do not feel them: `quota` and what `scan_prey` wrote."""
    for k in range(scratch.touched_cells[0]):
        cell = scratch.touched[k]
        quota[:, cell] = 0
        _scan_cell(cell, counts, rates, land, scratch)
    scratch.touched_cells[0] = 0


@inlined
def stretch_range(
    cell: int,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
) -> tuple[int, int]:
    """Stretch a home range around `cell` until it holds the prey mass it needs.

    The range grows by cells in order of distance, between ``range_least`` and ``range_most``
    cells, until the preferred prey biomass inside, as `scan_prey` found it before the season's
    kills, reaches ``range_biomass_kg``.

    Parameters
    ----------
    cell : int
        Centre of the home range.
    rates, land : CheetahRates, CheetahLand
        Read only.
    scratch : CheetahScratch
        What `scan_prey` wrote is read; ``cells`` receives the cells inside.

    Returns
    -------
    positions : int
        Number of disc positions looked at, cells outside the land included.
    cells : int
        Number of cells of the range that lie inside.
    """
    inside, food_kg, cells = land.inside, scratch.food_before_kg, scratch.cells
    offset_y, offset_x = land.offset_y, land.offset_x
    ny, nx = land.ny, land.nx
    y = cell // nx
    x = cell - y * nx
    least, most, wanted = land.range_least, land.range_most, rates.range_biomass_kg
    n = 0
    food = 0.0
    position = 0
    while position < most and (position < least or food < wanted):
        yy, xx = y + offset_y[position], x + offset_x[position]
        position += 1
        if yy < 0 or yy >= ny or xx < 0 or xx >= nx:
            continue
        there = yy * nx + xx
        if inside[there] == 0:
            continue
        cells[n] = there
        n += 1
        food += food_kg[there]
    return position, n


@inlined
def _list_prey(
    n_cells: int,
    counts: np.ndarray,
    quota: np.ndarray,
    rates: CheetahRates,
    scratch: CheetahScratch,
) -> tuple[int, float]:
    """List the prey left in ``scratch.cells`` by cell and type.

    Returns
    -------
    groups : int
        Groups of one type in one cell, in ``scratch.group_cell`` and ``group_kind``;
        ``reach`` is the running sum of animals times the area in which they are attacked.
    wild : float
        Area attacked times prey mass, summed over animals [km2 kg].
    """
    groups = 0
    wild = 0.0
    attack = 0.0
    for k in range(n_cells):
        cell = scratch.cells[k]
        for kind in range(counts.shape[0]):
            left = counts[kind, cell] - quota[kind, cell]
            if left == 0:
                continue
            width = rates.attack_km2[kind] * left
            wild += width * rates.mass_kg[kind]
            attack += width
            scratch.reach[groups] = attack
            scratch.group_cell[groups] = cell
            scratch.group_kind[groups] = kind
            groups += 1
    return groups, wild


@inlined
def _other_food(n_cells: int, rates: CheetahRates, land: CheetahLand, cells: np.ndarray):
    """Return the mass of small prey and of livestock met per season [kg], two numbers."""
    small = 0.0
    stock = 0.0
    for k in range(n_cells):
        cell = cells[k]
        small += land.small_prey_kg_per_km2[cell]
        stock += land.livestock_per_km2[cell] * (1.0 - land.mitigation[cell])
    small *= rates.small_attack_km2 / n_cells
    stock *= rates.livestock_attack_km2 * rates.livestock_kg / n_cells
    return small, stock


@inlined
def _group_at(reach: np.ndarray, groups: int, point: float) -> int:
    """Return the first place of the running sum `reach` above `point`, the last at most."""
    low = 0
    length = groups
    while length > 1:
        half = length // 2
        low += half * (reach[low + half - 1] <= point)
        length -= half
    return low


@inlined
def _strike(
    attacks: int,
    groups: int,
    counts: np.ndarray,
    quota: np.ndarray,
    rates: CheetahRates,
    scratch: CheetahScratch,
    hunt_key: np.uint64,
    identity: np.uint64,
    kills: np.ndarray,
) -> float:
    """Let `attacks` fall on the listed prey, in place; return the mass killed [kg].

    Each falls on an animal that was there when this hunter began, in proportion to the area in
    which its type is attacked. Of the animals of a group, those past the living are dead already.
    """
    reach, group_cell, group_kind = scratch.reach, scratch.group_cell, scratch.group_kind
    food_kg, before_kg = scratch.food_kg, scratch.food_before_kg
    there = reach[groups - 1]
    mass = 0.0
    for number in range(attacks):
        point = uniform(hunt_key, identity, number) * there
        group = _group_at(reach, groups, point)
        cell, kind = group_cell[group], group_kind[group]
        begin = reach[group - 1] if group > 0 else 0.0
        if (point - begin) >= rates.attack_km2[kind] * (counts[kind, cell] - quota[kind, cell]):
            continue
        if food_kg[cell] == before_kg[cell]:
            scratch.touched[scratch.touched_cells[0]] = cell
            scratch.touched_cells[0] += 1
        quota[kind, cell] += 1
        food_kg[cell] -= rates.food_kg[kind]
        kills[kind] += 1
        mass += rates.mass_kg[kind]
    return mass


@kernel
def chase(
    cheetahs: Cheetahs,
    counts: np.ndarray,
    quota: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
    key: np.uint64,
    tally: CheetahTally,
) -> int:
    """Let every independent cheetah hunt for a season; add to `quota`; return all kills.

    Multi-prey Holling type II: type j at density ``D_j`` in the home range is killed at rate
    ``a_j D_j / (1 + sum_k a_k h_k D_k)`` with ``h_k = mass_k / (surplus * need)``, the time one
    carcass keeps a cheetah from hunting, so that intake saturates at ``surplus * need``
    (Holling 1959; multi-species form of Murdoch 1973). Of N_j animals in reach each dies with
    chance ``1 - exp(-rate_j / N_j)``, which keeps kills below what is there: a Poisson number of
    attacks falls on animals at random, in proportion to the area in which their type is
    attacked, and an animal attacked again is dead already. Animals hunt in random order and see
    what those before them left.

    Parameters
    ----------
    cheetahs : Cheetahs
        ``need_kg``, ``intake_kg``, ``range_cells`` and ``conflict`` change in place.
    counts : numpy.ndarray
        Prey present, int32, shape (type, cell).
    quota : numpy.ndarray
        Zeros; receives the animals killed, int32, shape (type, cell), never above `counts`.
    rates, land, scratch, key, tally
        As in ``cheetah_state``; `scan_prey` has seen `counts`; ``scratch.food_kg`` goes down
        with the kills; ``tally.kills`` and ``tally.livestock`` grow.

    Returns
    -------
    int
        Wild prey killed.
    """
    before = tally.kills.sum()
    hunt_key = np.uint64(child(key, KILL))
    stocked = rates.livestock_attack_km2 > 0.0
    memory = rates.condition_memory
    n = queue_independent(cheetahs, scratch, key, QUEUE_HUNT)
    for position in range(n):
        i = scratch.order[position]
        need = rates.need_kg * (1.0 + rates.cub_need * cheetahs.dependents[i])
        looked, n_cells = stretch_range(cheetahs.cell[i], rates, land, scratch)
        cheetahs.range_cells[i] = looked
        intake = 0.0
        taken = 0
        if n_cells > 0:
            groups, wild = _list_prey(n_cells, counts, quota, rates, scratch)
            small, stock = _other_food(n_cells, rates, land, scratch.cells)
            area = n_cells * land.cell_km * land.cell_km
            busy = 1.0 + (wild / area + small + stock) / (rates.surplus * need)
            identity = cheetahs.identity[i]
            if groups > 0:
                mean = scratch.reach[groups - 1] / (area * busy)
                attacks = poisson(mean, key, identity, HUNT)
                intake += _strike(
                    attacks, groups, counts, quota, rates, scratch, hunt_key, identity, tally.kills
                )
            intake += small / busy
            if stocked:
                taken = poisson(stock / (busy * rates.livestock_kg), key, identity, LIVESTOCK)
                intake += taken * rates.livestock_kg
                tally.livestock[0] += taken
        cheetahs.need_kg[i] = need
        cheetahs.intake_kg[i] = intake
        cheetahs.conflict[i] = memory * cheetahs.conflict[i] + (1.0 - memory) * taken
    return tally.kills.sum() - before


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
    """Look where prey stand, then `chase` it from a `quota` of zero; return all kills."""
    quota[:] = 0
    scan_prey(counts, rates, land, scratch)
    return chase(cheetahs, counts, quota, rates, land, scratch, key, tally)


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
