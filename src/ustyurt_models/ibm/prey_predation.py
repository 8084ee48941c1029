"""Prey as others meet it: kills realised exactly, censuses, biomass, maps, arrivals."""

import numpy as np

from ustyurt_models.ibm.chance import mix, uniform
from ustyurt_models.ibm.compiled import kernel
from ustyurt_models.ibm.prey_drop import fill_gap
from ustyurt_models.ibm.prey_state import Prey
from ustyurt_models.ibm.prey_word import (
    MOST_AGE,
    address_of,
    age_of,
    cell_of,
    class_of,
    male_of,
    pack,
)

__all__ = [
    "CHEETAH",
    "add_to_map",
    "arrive",
    "biomass",
    "census",
    "count_eligible",
    "count_prey",
    "remove_killed",
]

#: Place of kills by cheetahs among the causes of `contracts.PREY_DEATH_CAUSES`.
CHEETAH = 8
_KILL, _ARRIVE = 40, 41


@kernel
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
    word, of_age = prey.word, np.uint64(adult_age)
    young, adults = counts[first_type], counts[first_type + 1]
    for i in range(n):
        adult = np.int32(age_of(word[i]) >= of_age)
        young[cell_of(word[i])] += np.int32(1) - adult
        adults[cell_of(word[i])] += adult


@kernel
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
        State; gaps are filled by the last animals.
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
    word, of_age, before = prey.word, np.uint64(adult_age), n
    for i in range(n - 1, -1, -1):
        animal = word[i]
        kind = np.uint64(first_type) + np.uint64(age_of(animal) >= of_age)
        cell = cell_of(animal)
        wanted = quota[kind, cell]
        if wanted == 0:
            continue
        left = counts[kind, cell]
        killed = uniform(key, address_of(animal), _KILL) * left < wanted
        quota[kind, cell] = wanted - killed
        counts[kind, cell] = left - 1
        if killed:
            n = fill_gap(word, i, n)
    deaths[CHEETAH] += before - n
    return n


@kernel
def census(prey: Prey, n: int, adult_age: int, numbers: np.ndarray) -> None:
    """Overwrite `numbers` (int64, shape (sex, stage)) with the animals alive.

    `adult_age` is the caller's: at the end of the year, after ageing, the young of the year have
    lived ``seasons_per_year`` seasons and are still young when it is one more than that.
    """
    numbers[:] = 0
    word, of_age = prey.word, np.uint64(adult_age)
    for i in range(n):
        numbers[male_of(word[i]), np.uint64(age_of(word[i]) >= of_age)] += 1


@kernel
def biomass(
    prey: Prey,
    n: int,
    mass_kg: np.ndarray,
    adult_age: int,
    zone_of_cell: np.ndarray,
    zones: np.ndarray,
) -> None:
    """Add the live mass of the animals, by class, to ``zones[zone_of_cell[cell]]``, in place."""
    word, of_age = prey.word, np.uint64(adult_age)
    for i in range(n):
        zones[zone_of_cell[cell_of(word[i])]] += mass_kg[class_of(word[i], of_age)]


@kernel
def add_to_map(prey: Prey, n: int, counts: np.ndarray) -> None:
    """Add the animals to `counts` (integer, shape (cell,)), in place."""
    for i in range(n):
        counts[cell_of(prey.word[i])] += 1


@kernel
def arrive(
    prey: Prey, n: int, cell: int, number: tuple[int, int], ages: np.ndarray, key: np.uint64
) -> int:
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
    ages : numpy.ndarray
        int64, shape (animal,) or longer, females first [seasons].
    key : numpy.uint64
        Key of (replicate, season, species, group).

    Returns
    -------
    int
        New number alive, or -1 when the slots do not suffice.
    """
    females, males = number
    total = females + males
    if n + total > prey.word.size:
        return -1
    address = np.uint64(mix(key, np.uint64(_ARRIVE)))
    for k in range(total):
        identity = np.uint64(mix(address, np.uint64(k)))
        prey.word[n + k] = pack(identity, min(ages[k], MOST_AGE), k >= females, cell)
    return n + total


@kernel
def count_eligible(prey: Prey, n: int, adult_age: int, eligible: np.ndarray) -> int:
    """Return how many animals belong to a class marked 1 in `eligible` (int64, shape (class,))."""
    word, of_age = prey.word, np.uint64(adult_age)
    number = 0
    for i in range(n):
        number += eligible[class_of(word[i], of_age)]
    return number
