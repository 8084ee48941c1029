"""Prey as others meet it: kills realised exactly, censuses, biomass, maps, arrivals."""

import numpy as np
from numba import njit

from ustyurt_models.ibm.chance import mix, uniform
from ustyurt_models.ibm.prey_state import Prey, PreyRates

__all__ = [
    "add_to_map",
    "arrive",
    "biomass",
    "census",
    "count_eligible",
    "count_prey",
    "remove_killed",
]

_KILL, _ARRIVE = 40, 41
_CHEETAH = 8


@njit(nogil=True, cache=True, error_model="numpy")
def count_prey(prey: Prey, n: int, adult_age: int, first_type: int, counts: np.ndarray) -> None:
    """Add the animals of one species to `counts` by type and cell, in place.

    Parameters
    ----------
    prey : Prey
        State, read only.
    n : int
        Number alive.
    adult_age : int
        Age from which an animal is of the adult type [seasons].
    first_type : int
        Row of the young of this species (2 * species); adults take the next row.
    counts : numpy.ndarray
        int32, shape (type, cell); the caller sets it to 0.
    """
    for i in range(n):
        counts[first_type + (prey.age[i] >= adult_age), prey.cell[i]] += 1


@njit(nogil=True, cache=True, error_model="numpy")
def remove_killed(
    prey: Prey,
    n: int,
    adult_age: int,
    first_type: int,
    counts: np.ndarray,
    quota: np.ndarray,
    key: np.uint64,
    deaths: np.ndarray,
) -> int:
    """Take exactly ``quota[type, cell]`` animals out, in place, each with the same chance.

    Sequential sampling (Knuth 1998, *TAOCP* vol. 2, algorithm 3.4.2 S): with m candidates left
    and q still to be killed, the next one is killed with chance q / m.

    Parameters
    ----------
    prey : Prey
        State; compacted in order.
    n : int
        Number alive.
    adult_age : int
        As given to `count_prey` [seasons].
    first_type : int
        As given to `count_prey`.
    counts : numpy.ndarray
        int32, shape (type, cell), from `count_prey` with nobody moved since; used up.
    quota : numpy.ndarray
        int32, shape (type, cell), kills, nowhere above `counts`; used up to 0.
    key : numpy.uint64
        Key of (replicate, season, species).
    deaths : numpy.ndarray
        int64, shape (cause,); the cause "cheetah" is added to.

    Returns
    -------
    int
        Number left.
    """
    kept = 0
    for i in range(n):
        kind = first_type + int(prey.age[i] >= adult_age)
        cell = prey.cell[i]
        left = counts[kind, cell]
        wanted = quota[kind, cell]
        killed = False
        if wanted > 0:
            killed = uniform(key, prey.identity[i], _KILL) * left < wanted
            quota[kind, cell] = wanted - killed
        counts[kind, cell] = left - 1
        prey.identity[kept] = prey.identity[i]
        prey.age[kept] = prey.age[i]
        prey.male[kept] = prey.male[i]
        prey.cell[kept] = prey.cell[i]
        kept += not killed
    deaths[_CHEETAH] += n - kept
    return kept


@njit(nogil=True, cache=True, error_model="numpy")
def census(prey: Prey, n: int, adult_age: int, numbers: np.ndarray) -> None:
    """Overwrite `numbers` (int64, shape (sex, stage)) with the animals alive.

    `adult_age` is the caller's: at the end of the year, after ageing, the young of the year have
    lived ``seasons_per_year`` seasons and are still young when it is one more than that.
    """
    numbers[:] = 0
    for i in range(n):
        numbers[prey.male[i], int(prey.age[i] >= adult_age)] += 1


@njit(nogil=True, cache=True, error_model="numpy")
def biomass(
    prey: Prey, n: int, rates: PreyRates, zone_of_cell: np.ndarray, zones: np.ndarray
) -> None:
    """Add the live mass [kg] of the animals to ``zones[zone_of_cell[cell]]``, in place."""
    for i in range(n):
        k = 2 * int(prey.age[i] >= rates.adult_age) + int(prey.male[i])
        zones[zone_of_cell[prey.cell[i]]] += rates.mass_kg[k]


@njit(nogil=True, cache=True, error_model="numpy")
def add_to_map(prey: Prey, n: int, counts: np.ndarray) -> None:
    """Add the animals to `counts` (integer, shape (cell,)), in place."""
    for i in range(n):
        counts[prey.cell[i]] += 1


@njit(nogil=True, cache=True, error_model="numpy")
def arrive(prey: Prey, n: int, cell: int, number: tuple[int, int], age: int, key: np.uint64) -> int:
    """Add translocated animals at `cell`, in place.

    Parameters
    ----------
    prey : Prey
        State; appended to.
    n : int
        Number alive.
    cell : int
        Where they are set free.
    number : tuple of int
        Females and males.
    age : int
        Age of all of them [seasons].
    key : numpy.uint64
        Key of (replicate, season, species, group).

    Returns
    -------
    int
        New number alive, or -1 when the slots do not suffice.
    """
    females, males = number
    total = females + males
    if n + total > prey.identity.size:
        return -1
    address = np.uint64(mix(key, np.uint64(_ARRIVE)))
    for k in range(total):
        prey.identity[n + k] = mix(address, np.uint64(k))
        prey.age[n + k] = age
        prey.male[n + k] = k >= females
        prey.cell[n + k] = cell
    return n + total


@njit(nogil=True, cache=True, error_model="numpy")
def count_eligible(prey: Prey, n: int, adult_age: int, eligible: np.ndarray) -> int:
    """Return how many animals belong to a class marked 1 in `eligible` (int64, shape (class,))."""
    number = 0
    for i in range(n):
        number += eligible[2 * np.int64(prey.age[i] >= adult_age) + np.int64(prey.male[i])]
    return number
