"""Births of prey: local crowding, conception at the rut, and litters in the birth season."""

import math

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import mix, uniform
from ustyurt_models.ibm.prey_state import Grid, Prey, PreyKind, PreyRates, PreyScratch, PreyStep

__all__ = ["give_birth", "measure_crowding", "rut_conception"]

_BIRTH, _LITTER, _SEX, _CARRIED = 10, 11, 12, 13


@njit(nogil=True, cache=True, error_model="numpy")
def _sum_around(grid: Grid, radius: int, scratch: PreyScratch) -> None:
    """Sum `grazers` over the (2 r + 1)^2 neighbourhood into `around`, by running sums."""
    nx = grid.nx
    ny = grid.inside.size // nx
    for y in range(ny):
        total = 0
        for x in range(-radius, nx):
            if x + radius < nx:
                total += scratch.grazers[y * nx + x + radius]
            if x - radius > 0:
                total -= scratch.grazers[y * nx + x - radius - 1]
            if x >= 0:
                scratch.rows[y * nx + x] = total
    for y in range(ny):
        first = max(0, y - radius)
        last = min(ny - 1, y + radius)
        for x in range(nx):
            if y == 0:
                total = 0
                for k in range(first, last + 1):
                    total += scratch.rows[k * nx + x]
            else:
                total = scratch.around[(y - 1) * nx + x]
                if y + radius < ny:
                    total += scratch.rows[(y + radius) * nx + x]
                if y - radius > 0:
                    total -= scratch.rows[(y - radius - 1) * nx + x]
            scratch.around[y * nx + x] = total


@njit(nogil=True, cache=True, error_model="numpy")
def measure_crowding(
    prey: Prey, n: int, grid: Grid, kind: PreyKind, scratch: PreyScratch, step: PreyStep
) -> None:
    """Write the local crowding ``(number / capacity) ^ theta`` of occupied cells into `scratch`.

    Number and capacity are taken over the neighbourhood of `radius` cells. Newborns do not count
    in their first season. Capacity is that of the mean year times this year's forage, and follows
    the yearly cycle of a population at capacity, so that crowding is 1 in every season of such a
    population. With theta 0 the response is a ceiling: ``log(number / capacity)`` above capacity
    and 0 below. Only cells that hold animals are written.

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
    number, grazers, crowding = scratch.number, scratch.grazers, scratch.crowding
    number[:] = 0
    grazers[:] = 0
    for i in range(n):
        number[prey.cell[i]] += 1
        grazers[prey.cell[i]] += prey.age[i] > 0
    if land.radius > 0:
        _sum_around(grid, land.radius, scratch)
    felt = scratch.around if land.radius > 0 else grazers
    season_scale = step.climate.forage * rates.cycle[step.season]
    for cell in range(number.size):
        if number[cell] == 0:
            continue
        capacity = land.capacity_around[cell] * season_scale
        ratio = rates.crowding_cap
        if capacity * rates.crowding_cap > felt[cell]:
            ratio = felt[cell] / capacity
        if rates.theta == 0.0:
            crowding[cell] = math.log(max(ratio, 1.0))
        else:
            crowding[cell] = ratio if rates.theta == 1.0 else ratio**rates.theta


@njit(nogil=True, cache=True, error_model="numpy")
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
    males = 0
    females = 0
    for i in range(n):
        if prey.male[i] == 1:
            males += prey.age[i] >= rates.rut_male_age
        else:
            females += prey.age[i] >= rates.rut_female_age
    if males == 0:
        return 0.0
    share = males / (males + females)
    return 1.0 / (1.0 + (rates.shortage_share / share) ** rates.shortage_steepness)


@njit(nogil=True, cache=True, error_model="numpy")
def _litter_size(litter: np.ndarray, row: int, chance: float) -> int:
    """Return the litter size whose cumulative chance in `row` first exceeds `chance`."""
    size = 0
    while size < litter.shape[1] - 1 and chance >= litter[row, size]:
        size += 1
    return size


@njit(nogil=True, cache=True, error_model="numpy")
def _fertility_of_year(rates: PreyRates, step: PreyStep) -> float:
    """Return the birth multiplier of forage, the winter before and the rut."""
    climate = step.climate
    shift = rates.forage_births * (climate.forage_before - 1.0)
    shift -= rates.winter_births * max(0.0, climate.winter_before)
    return step.conception * math.exp(shift)


@njit(nogil=True, cache=True, error_model="numpy")
def give_birth(prey: Prey, n: int, kind: PreyKind, scratch: PreyScratch, step: PreyStep) -> int:
    """Add the litters of this birth season in place, at the mothers' cells, aged 0.

    A female gives birth with the chance of her age times the year's multiplier, never above 1;
    each of her young is then carried to birth with chance ``exp(-crowding_births * crowding)``.
    A newborn's identity is a hash of (mother, season, position in the litter).

    Parameters
    ----------
    prey : Prey
        State; appended to.
    n : int
        Number alive.
    kind : PreyKind
        The species.
    scratch : PreyScratch
        `crowding` is read.
    step : PreyStep
        Season, conception, climate, key.

    Returns
    -------
    int
        New number alive, or -1 when the slots do not suffice.
    """
    rates, key = kind.rates, step.key
    if step.season != rates.birth_season:
        return n
    birth_chance, litter_table, crowding = rates.birth_chance, rates.litter, scratch.crowding
    oldest = birth_chance.size - 1
    of_year = _fertility_of_year(rates, step)
    total = n
    for i in range(n):
        age = min(int(prey.age[i]), oldest)
        if prey.male[i] == 1 or birth_chance[age] == 0.0:
            continue
        mother = prey.identity[i]
        if uniform(key, mother, _BIRTH) >= birth_chance[age] * of_year:
            continue
        row = int(age >= rates.full_litter_age)
        size = _litter_size(litter_table, row, uniform(key, mother, _LITTER))
        if total + size > prey.identity.size:
            return -1
        carried = 1.0
        if rates.crowding_births > 0.0:
            carried = math.exp(-rates.crowding_births * crowding[prey.cell[i]])
        litter = np.uint64(mix(mother, np.uint64(step.season_index)))
        for position in range(size):
            identity = np.uint64(mix(litter, np.uint64(position)))
            if carried < 1.0 and uniform(key, identity, _CARRIED) >= carried:
                continue
            is_male = uniform(key, identity, _SEX) < rates.male_share_at_birth
            prey.identity[total] = identity
            prey.age[total] = 0
            prey.male[total] = np.uint8(is_male)
            prey.cell[total] = prey.cell[i]
            total += 1
    return total
