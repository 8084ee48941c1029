"""Hunting: what each cheetah kills in a season, and the condition that follows from it."""

import math

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import binomial, child, poisson, uniform
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

__all__ = ["hunt", "scan_food", "stretch_range", "update_condition"]


@njit(nogil=True, cache=True, error_model="numpy")
def scan_food(counts: np.ndarray, rates: CheetahRates, scratch: CheetahScratch) -> None:
    """Overwrite ``scratch.food_kg`` with the preferred prey biomass of each cell [kg]."""
    scratch.food_kg[:] = 0.0
    for kind in range(counts.shape[0]):
        weight = rates.food_kg[kind]
        for cell in range(counts.shape[1]):
            scratch.food_kg[cell] += weight * counts[kind, cell]


@njit(nogil=True, cache=True, error_model="numpy")
def stretch_range(
    cell: int,
    counts: np.ndarray,
    taken: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
) -> tuple[int, int]:
    """Stretch a home range around `cell` until it holds the prey mass it needs.

    The range grows by cells in order of distance, between ``range_least`` and ``range_most``
    cells, until the preferred prey biomass inside, as ``scan_food`` found it before the season's
    kills, reaches ``range_biomass_kg``.

    Parameters
    ----------
    cell : int
        Centre of the home range.
    counts, taken : numpy.ndarray
        Prey present and already killed this season, int32, shape (type, cell).
    rates, land : CheetahRates, CheetahLand
        Read only.
    scratch : CheetahScratch
        ``food_kg`` is read; ``cells`` receives the cells inside, ``in_range`` the prey left
        there by type.

    Returns
    -------
    positions : int
        Number of disc positions looked at, cells outside the land included.
    cells : int
        Number of cells of the range that lie inside.
    """
    y, x = cell // land.nx, cell % land.nx
    scratch.in_range[:] = 0
    n = 0
    food = 0.0
    position = 0
    while position < land.range_most:
        if position >= land.range_least and food >= rates.range_biomass_kg:
            break
        yy, xx = y + land.offset_y[position], x + land.offset_x[position]
        position += 1
        if yy < 0 or yy >= land.ny or xx < 0 or xx >= land.nx:
            continue
        there = yy * land.nx + xx
        if land.inside[there] == 0:
            continue
        scratch.cells[n] = there
        n += 1
        food += scratch.food_kg[there]
        for kind in range(counts.shape[0]):
            scratch.in_range[kind] += counts[kind, there] - taken[kind, there]
    return position, n


@njit(nogil=True, cache=True, error_model="numpy")
def _demand_kg(n_cells: int, rates: CheetahRates, land: CheetahLand, scratch: CheetahScratch):
    """Return prey mass met per season: wild prey, small prey and livestock [kg], three numbers."""
    area = n_cells * land.cell_km * land.cell_km
    wild = 0.0
    for kind in range(scratch.in_range.size):
        wild += rates.attack_km2[kind] * scratch.in_range[kind] * rates.mass_kg[kind] / area
    small = 0.0
    stock = 0.0
    for k in range(n_cells):
        cell = scratch.cells[k]
        small += land.small_prey_kg_per_km2[cell]
        stock += land.livestock_per_km2[cell] * (1.0 - land.mitigation[cell])
    small *= rates.small_attack_km2 / n_cells
    stock *= rates.livestock_attack_km2 * rates.livestock_kg / n_cells
    return wild, small, stock


@njit(nogil=True, cache=True, error_model="numpy")
def _place_kills(
    kills: int,
    kind: int,
    n_cells: int,
    counts: np.ndarray,
    quota: np.ndarray,
    scratch: CheetahScratch,
    kill_key: np.uint64,
    identity: np.uint64,
) -> None:
    """Add `kills` animals of one type to `quota`, each drawn among those left in the range."""
    left = scratch.in_range[kind]
    for number in range(kills):
        chosen = int(uniform(kill_key, identity, number) * left)
        for k in range(n_cells):
            cell = scratch.cells[k]
            here = counts[kind, cell] - quota[kind, cell]
            if chosen < here:
                quota[kind, cell] += 1
                break
            chosen -= here
        left -= 1


@njit(nogil=True, cache=True, error_model="numpy")
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
    """Let every independent cheetah hunt for a season; overwrite `quota`; return all kills.

    Multi-prey Holling type II: type j at density ``D_j`` in the home range is killed at rate
    ``a_j D_j / (1 + sum_k a_k h_k D_k)`` with ``h_k = mass_k / (surplus * need)``, the time one
    carcass keeps a cheetah from hunting, so that intake saturates at ``surplus * need``
    (Holling 1959; multi-species form of Murdoch 1973). Of N_j animals in reach each dies with
    chance ``1 - exp(-rate_j / N_j)``, which keeps kills below what is there. Animals hunt in
    random order and see what those before them left.

    Parameters
    ----------
    cheetahs : Cheetahs
        ``need_kg``, ``intake_kg``, ``range_cells`` and ``conflict`` change in place.
    counts : numpy.ndarray
        Prey present, int32, shape (type, cell).
    quota : numpy.ndarray
        Receives the animals killed, int32, shape (type, cell), never above `counts`.
    rates, land, scratch, key, tally
        As in ``cheetah_state``; ``tally.kills`` and ``tally.livestock`` grow.

    Returns
    -------
    int
        Wild prey killed.
    """
    quota[:] = 0
    total = 0
    scan_food(counts, rates, scratch)
    n = queue_independent(cheetahs, scratch.order, scratch.priority, key, QUEUE_HUNT)
    for position in range(n):
        i = scratch.order[position]
        need = rates.need_kg * (1.0 + rates.cub_need * cheetahs.dependents[i])
        cheetahs.need_kg[i] = need
        cheetahs.intake_kg[i] = 0.0
        looked, n_cells = stretch_range(cheetahs.cell[i], counts, quota, rates, land, scratch)
        cheetahs.range_cells[i] = looked
        taken = 0
        if n_cells > 0:
            wild, small, stock = _demand_kg(n_cells, rates, land, scratch)
            busy = 1.0 + (wild + small + stock) / (rates.surplus * need)
            area = n_cells * land.cell_km * land.cell_km
            identity = cheetahs.identity[i]
            for kind in range(counts.shape[0]):
                present = scratch.in_range[kind]
                if present == 0 or rates.attack_km2[kind] == 0.0:
                    continue
                chance = 1.0 - math.exp(-rates.attack_km2[kind] / (area * busy))
                kills = binomial(present, chance, key, identity, HUNT + kind)
                _place_kills(
                    kills,
                    kind,
                    n_cells,
                    counts,
                    quota,
                    scratch,
                    np.uint64(child(key, KILL + kind)),
                    identity,
                )
                tally.kills[kind] += kills
                total += kills
                cheetahs.intake_kg[i] += kills * rates.mass_kg[kind]
            cheetahs.intake_kg[i] += small / busy
            taken = poisson(stock / (busy * rates.livestock_kg), key, identity, LIVESTOCK)
            cheetahs.intake_kg[i] += taken * rates.livestock_kg
            tally.livestock[0] += taken
        memory = rates.condition_memory
        cheetahs.conflict[i] = memory * cheetahs.conflict[i] + (1.0 - memory) * taken
    return total


@njit(nogil=True, cache=True, error_model="numpy")
def update_condition(cheetahs: Cheetahs, rates: CheetahRates) -> None:
    """Smooth intake over need into the condition, in place; cubs share their mother's.

    ``condition = m condition + (1 - m) min(1, intake / need)`` with m = ``condition_memory``.
    """
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] >= DISPERSER and cheetahs.need_kg[i] > 0.0:
            fed = min(1.0, cheetahs.intake_kg[i] / cheetahs.need_kg[i])
            memory = rates.condition_memory
            cheetahs.condition[i] = memory * cheetahs.condition[i] + (1.0 - memory) * fed
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] == CUB:
            cheetahs.condition[i] = cheetahs.condition[cheetahs.mother[i]]
