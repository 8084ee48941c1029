"""Births of prey: local crowding, conception at the rut, and litters in the birth season."""

import math

import numpy as np

from ustyurt_models.ibm.chance import mix
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.prey_drop import list_marked
from ustyurt_models.ibm.prey_state import (
    BLOCK,
    CERTAIN,
    Grid,
    Prey,
    PreyKind,
    PreyRates,
    PreyScratch,
    PreyStep,
)
from ustyurt_models.ibm.prey_word import (
    MOST_AGE,
    address_of,
    age_of,
    cell_of,
    kin_of,
    male_of,
    pack,
)
from ustyurt_models.ibm.vector import fetch, put, take

__all__ = ["give_birth", "measure_crowding", "rut_conception"]

_BIRTH, _YOUNG = np.uint64(10), np.uint64(11)
_NONE, _ONE = np.uint64(0), np.uint64(1)
_LOW = np.uint64(0x7FFFFFFF)
_UPPER = np.uint64(32)


@kernel
def _sum_rows(
    grazers: np.ndarray, nx: int, radius: int, rows: np.ndarray, sums: np.ndarray
) -> None:
    """Sum `grazers` over 2 r + 1 cells of the row into `rows`; `sums` is work space of a row."""
    for first in range(0, grazers.size, nx):
        total = np.int32(0)
        for x in range(nx):
            total += grazers[first + x]
            sums[x] = total
        for x in range(nx):
            low, high = x - radius - 1, min(x + radius, nx - 1)
            before = sums[low] if low >= 0 else np.int32(0)
            rows[first + x] = sums[high] - before


@kernel
def _sum_around(grid: Grid, radius: int, scratch: PreyScratch) -> None:
    """Sum `grazers` over the (2 r + 1)^2 neighbourhood into `around`, by running sums."""
    nx = grid.nx
    ny = grid.inside.size // nx
    rows, around = scratch.rows, scratch.around
    _sum_rows(scratch.grazers, nx, radius, rows, around)
    around[:nx] = 0
    for y in range(min(radius + 1, ny)):
        for x in range(nx):
            around[x] += rows[y * nx + x]
    for y in range(1, ny):
        here, ahead, behind = y * nx, (y + radius) * nx, (y - radius - 1) * nx
        for x in range(nx):
            around[here + x] = around[here - nx + x]
        if y + radius < ny:
            for x in range(nx):
                around[here + x] += rows[ahead + x]
        if y - radius > 0:
            for x in range(nx):
                around[here + x] -= rows[behind + x]


@kernel
def measure_crowding(
    prey: Prey, n: int, grid: Grid, kind: PreyKind, scratch: PreyScratch, step: PreyStep
) -> None:
    """Write the local crowding ``(number / capacity) ^ theta`` of occupied cells into `scratch`.

    Number and capacity are taken over the neighbourhood of `radius` cells. Newborns do not count
    in their first season. Capacity is that of the mean year times this year's forage, and follows
    the yearly cycle of a population at capacity, so that crowding is 1 in every season of such a
    population. With theta 0 the response is a ceiling: ``log(number / capacity)`` above capacity
    and 0 below. Entries of cells without animals mean nothing.

    Parameters
    ----------
    prey : Prey
        State, read only.
    n : int
        Number alive.
    grid : Grid
        The land.
    kind : PreyKind
        The species.
    scratch : PreyScratch
        `number`, `grazers`, `around` and `crowding` are overwritten.
    step : PreyStep
        Season and forage.
    """
    land, rates = kind.land, kind.rates
    number, crowding = scratch.number, scratch.crowding
    _count_cells(prey, n, scratch)
    if land.radius > 0:
        _sum_around(grid, land.radius, scratch)
    felt = scratch.around if land.radius > 0 else scratch.grazers
    season_scale = step.climate.forage * rates.cycle[step.season]
    cap, theta, around = rates.crowding_cap, rates.theta, land.capacity_around
    for cell in range(number.size):
        capacity = take(around, cell) * season_scale
        ratio = take(felt, cell) / capacity
        put(crowding, cell, ratio if capacity * cap > take(felt, cell) else cap)
    if theta == 1.0:
        return
    for cell in range(number.size):
        if number[cell] == 0:
            continue
        if theta == 0.0:
            crowding[cell] = math.log(max(crowding[cell], 1.0))
        else:
            crowding[cell] = crowding[cell] ** theta


@kernel
def _count_cells(prey: Prey, n: int, scratch: PreyScratch) -> None:
    """Count animals by cell into `number`, and those past their first season into `grazers`."""
    word, number, grazers = prey.word, scratch.number, scratch.grazers
    number[:] = 0
    for i in range(n):
        grazes = np.uint64(age_of(word[i]) > _NONE)
        number[cell_of(word[i])] += _ONE + (grazes << _UPPER)
    for cell in range(number.size):
        grazers[cell] = np.int32(number[cell] >> _UPPER)


@kernel
def rut_conception(prey: Prey, n: int, rates: PreyRates) -> float:
    """Return the share of conceptions that the males present at the rut allow.

    ``1 / (1 + (shortage_share / s) ^ shortage_steepness)`` with s the adult-male share of rutting
    adults: near 1 at normal sex ratios, one half at `shortage_share`, 0 without males. It is 1
    when `shortage_share` is 0 (process off). Pattern: Milner-Gulland et al. 2003, Nature 422:135.

    Parameters
    ----------
    prey : Prey
        State, read only.
    n : int
        Number alive.
    rates : PreyRates
        Rates of the species.

    Returns
    -------
    float
        Multiplier of the next birth chance, 0..1.
    """
    if rates.shortage_share <= 0.0:
        return 1.0
    word = prey.word
    old_enough = (np.uint64(rates.rut_female_age), np.uint64(rates.rut_male_age))
    males = np.uint64(0)
    females = np.uint64(0)
    for i in range(n):
        male, age = male_of(word[i]), age_of(word[i])
        males += male & np.uint64(age >= old_enough[1])
        females += (male ^ _ONE) & np.uint64(age >= old_enough[0])
    if males == 0:
        return 0.0
    share = float(males) / float(males + females)
    return 1.0 / (1.0 + (rates.shortage_share / share) ** rates.shortage_steepness)


@inlined
def _litter_size(litter: np.ndarray, row: int, chance: float) -> int:
    """Return the litter size whose cumulative chance in `row` first exceeds `chance`."""
    size = 0
    while size < litter.shape[1] - 1 and chance >= litter[row, size]:
        size += 1
    return size


@kernel
def _fertility_of_year(rates: PreyRates, step: PreyStep) -> float:
    """Return the birth multiplier of forage, the winter before and the rut."""
    climate = step.climate
    shift = rates.forage_births * (climate.forage_before - 1.0)
    shift -= rates.winter_births * max(0.0, climate.winter_before)
    return step.conception[0] * math.exp(shift)


@kernel
def _tabulate_births(rates: PreyRates, step: PreyStep, own: np.ndarray) -> int:
    """Fill `own` with the chance of a litter by age and sex; return the oldest age listed."""
    of_year = _fertility_of_year(rates, step)
    oldest = min(rates.birth_chance.size - 1, MOST_AGE)
    for age in range(oldest + 1):
        chance = min(rates.birth_chance[age] * of_year, 1.0)
        own[2 * age] = np.uint32(chance * CERTAIN + 0.5)
        own[2 * age + 1] = np.uint32(0)
    return oldest


@kernel
def _mark_mothers(
    word: np.ndarray, first: int, count: int, key: np.uint64, scratch: PreyScratch, oldest: int
) -> None:
    """Mark the females of a block that give birth."""
    own, marked = scratch.own, scratch.marked
    last = np.uint64(2 * oldest)
    for j in range(count):
        animal = take(word, first + j)
        drawn = mix(key, address_of(animal)) & _LOW
        row = min(kin_of(animal), last + male_of(animal))
        put(marked, j, np.uint8(drawn < np.uint64(fetch(own, row))))


@inlined
def _bear(
    word: np.ndarray, total: int, mother: np.uint64, size: int, nature: tuple, litter: np.uint64
) -> int:
    """Add the young of a litter that are carried to birth, in place; return the new number.

    `nature` holds the key, the chance to be carried and the proportion of males.
    """
    key, carried, male_share = nature
    for position in range(size):
        identity = np.uint64(mix(litter, np.uint64(position)))
        drawn = np.uint64(mix(key, identity))
        male = _share(drawn) < male_share
        word[total] = pack(identity, 0, male, cell_of(mother))
        total += float(drawn & _LOW) < carried * CERTAIN
    return total


@inlined
def _share(drawn: np.uint64) -> float:
    """Return the upper 32 bits as a number in (0, 1)."""
    return (float(drawn >> _UPPER) + 0.5) * (1.0 / 4294967296.0)


@kernel
def give_birth(prey: Prey, n: int, kind: PreyKind, scratch: PreyScratch, step: PreyStep) -> int:
    """Add the litters of this birth season in place, at the mothers' cells, aged 0.

    A female gives birth with the chance of her age times the year's multiplier, never above 1;
    each of her young is then carried to birth with chance ``exp(-crowding_births * crowding)``.
    A newborn's mark is a hash of (mother, season, position in the litter).

    Parameters
    ----------
    prey : Prey
        State; appended to.
    n : int
        Number alive.
    kind : PreyKind
        The species.
    scratch : PreyScratch
        `crowding` is read; `own`, `marked` and `listed` are overwritten.
    step : PreyStep
        Season, conception, climate, key.

    Returns
    -------
    int
        New number alive, or -1 when the slots do not suffice.
    """
    rates, word, listed, crowding = kind.rates, prey.word, scratch.listed, scratch.crowding
    if step.season != rates.birth_season:
        return n
    oldest = _tabulate_births(rates, step, scratch.own)
    key, young = np.uint64(mix(step.key, _BIRTH)), np.uint64(mix(step.key, _YOUNG))
    litters, losses, full_age = rates.litter, rates.crowding_births, rates.full_litter_age
    male_share, total = rates.male_share_at_birth, n
    for first in range(0, n, BLOCK):
        count = min(BLOCK, n - first)
        _mark_mothers(word, first, count, key, scratch, oldest)
        for m in range(list_marked(scratch, count)):
            mother = word[first + listed[m]]
            address = address_of(mother)
            row = int(age_of(mother) >= np.uint64(full_age))
            size = _litter_size(litters, row, _share(np.uint64(mix(key, address))))
            if total + size > word.size:
                return -1
            carried = 1.0
            if losses > 0.0:
                carried = math.exp(-losses * crowding[cell_of(mother)])
            litter = np.uint64(mix(address, np.uint64(step.season_index)))
            nature = (young, carried, male_share)
            total = _bear(word, total, mother, size, nature, litter)
    return total
