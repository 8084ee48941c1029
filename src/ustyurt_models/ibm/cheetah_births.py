"""Where cheetahs come from: mating and litters."""

import numpy as np

from ustyurt_models.ibm.chance import mix, uniform
from ustyurt_models.ibm.cheetah_slots import (
    CONCEPTION,
    FATHER,
    LITTER,
    LITTERS,
    SECOND_CHANCE,
    SECOND_SIRE,
    SEX,
    SIRE,
    clear,
    free_slot,
    lived,
    squared_cells,
)
from ustyurt_models.ibm.cheetah_state import (
    CUB,
    DISPERSER,
    EMPTY,
    GHOST,
    NO_SLOT,
    CheetahLand,
    CheetahRates,
    Cheetahs,
    CheetahScratch,
    CheetahTally,
)
from ustyurt_models.ibm.compiled import inlined, kernel
from ustyurt_models.ibm.genetics import add_litters

__all__ = ["give_birth", "list_males", "mate"]


@kernel
def list_males(
    cheetahs: Cheetahs, rates: CheetahRates, land: CheetahLand, scratch: CheetahScratch
) -> tuple[int, int]:
    """Write males of breeding age to ``scratch.order``, ``y`` and ``x``, territory holders first.

    ``scratch.unsorted`` is work space.

    Returns
    -------
    n, holders : int
        Males of breeding age, and how many of them hold territories.
    """
    stage, male, age = cheetahs.stage, cheetahs.male, cheetahs.age
    order, others = scratch.order, scratch.unsorted
    holders = 0
    floaters = 0
    for i in range(cheetahs.top[0]):
        breeds = (stage[i] >= DISPERSER) & (male[i] == 1) & (age[i] >= rates.breed_age_male)
        holds = cheetahs.territorial[i] == 1
        order[holders] = i
        others[floaters] = i
        holders += breeds & holds
        floaters += breeds & (not holds)
    n = holders + floaters
    for k in range(floaters):
        order[holders + k] = others[k]
    for k in range(n):
        cell = cheetahs.cell[order[k]]
        scratch.y[k] = cell // land.nx
        scratch.x[k] = cell - scratch.y[k] * land.nx
    return n, holders


@inlined
def _count_in_reach(
    y: int, x: int, first: int, last: int, limit: int, scratch: CheetahScratch
) -> int:
    """Count listed males `first` .. `last` - 1 within `limit` squared cells of (y, x)."""
    rows, columns = scratch.y, scratch.x
    n = 0
    for k in range(first, last):
        dy = rows[k] - y
        dx = columns[k] - x
        n += dy * dy + dx * dx <= limit
    return n


@inlined
def _pick_in_reach(y: int, x: int, number: int, limit: int, scratch: CheetahScratch) -> int:
    """Return the slot of listed male `number` = 0, 1, ... among those in reach of (y, x)."""
    k = -1
    while number >= 0:
        k += 1
        dy = scratch.y[k] - y
        dx = scratch.x[k] - x
        number -= dy * dy + dx * dx <= limit
    return scratch.order[k]


@inlined
def _tie_mothers(cheetahs: Cheetahs, rates: CheetahRates, tied: np.ndarray) -> None:
    """Overwrite `tied` with 1 for mothers of cubs too young for them to conceive again."""
    top = cheetahs.top[0]
    for i in range(top):
        tied[i] = 0
    for j in range(top):
        if cheetahs.stage[j] == CUB and cheetahs.age[j] < rates.remate_age:
            tied[cheetahs.mother[j]] = 1


@inlined
def _may_conceive(cheetahs: Cheetahs, i: int, rates: CheetahRates, tied: np.ndarray) -> bool:
    """Return whether slot `i` holds a female that is free, old enough and in condition."""
    return (
        cheetahs.stage[i] >= rates.breed_stage
        and cheetahs.male[i] == 0
        and cheetahs.litter_due[i] == 0
        and rates.breed_age_female <= cheetahs.age[i] <= rates.last_breed_age
        and cheetahs.condition[i] >= rates.breed_condition
        and tied[i] == 0
    )


@inlined
def _litter(cheetahs: Cheetahs, i: int) -> np.uint64:
    """Return the address of the litter that female `i` carries or will carry next."""
    return np.uint64(mix(cheetahs.identity[i], np.uint64(LITTERS + int(cheetahs.litters[i]))))


@inlined
def _litter_size(u: float, rates: CheetahRates) -> int:
    """Return the litter size at the quantile `u`."""
    size = 1
    while size < rates.litter.size and u >= rates.litter[size - 1]:
        size += 1
    return size


@kernel
def mate(
    cheetahs: Cheetahs,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
    season: int,
    key: np.uint64,
) -> int:
    """Let free females find males and conceive, in place; return how many did.

    A female conceives only with a male in reach, so rarity costs births without any Allee
    parameter. She takes a territory holder if one is in reach, else a floater; a share of
    litters has a second sire (Gottelli et al. 2007, Proc R Soc B 274:2033).
    """
    conceived = 0
    males, holders = list_males(cheetahs, rates, land, scratch)
    if males == 0:
        return 0
    limit = squared_cells(rates.mate_radius_km, land.cell_km)
    _tie_mothers(cheetahs, rates, scratch.tied)
    for i in range(cheetahs.top[0]):
        if not _may_conceive(cheetahs, i, rates, scratch.tied):
            continue
        identity = cheetahs.identity[i]
        luck = np.uint64(lived(cheetahs, i, key))
        if uniform(luck, identity, CONCEPTION) >= rates.conception[season]:
            continue
        y, x = cheetahs.cell[i] // land.nx, cheetahs.cell[i] % land.nx
        near_holders = _count_in_reach(y, x, 0, holders, limit, scratch)
        n = near_holders + _count_in_reach(y, x, holders, males, limit, scratch)
        if n == 0:
            continue
        first_choice = near_holders if rates.territorial_first == 1 and near_holders > 0 else n
        chosen = int(uniform(luck, identity, SIRE) * first_choice)
        cheetahs.sire[i, 0] = _pick_in_reach(y, x, chosen, limit, scratch)
        cheetahs.sire[i, 1] = -1
        if n > 1 and uniform(luck, identity, SECOND_CHANCE) < rates.multiple_paternity:
            other = int(uniform(luck, identity, SECOND_SIRE) * (n - 1))
            other += other >= chosen
            cheetahs.sire[i, 1] = _pick_in_reach(y, x, other, limit, scratch)
        litter = np.uint64(_litter(cheetahs, i))
        cheetahs.litter_due[i] = _litter_size(uniform(litter, identity, LITTER), rates)
        conceived += 1
    return conceived


@kernel
def _father(
    cheetahs: Cheetahs,
    mother: int,
    u: float,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
    males: int,
) -> int:
    """Return the slot of one cub's sire at the quantile `u`; `males` are listed."""
    if rates.sires_per_cub == 1:
        limit = squared_cells(rates.mate_radius_km, land.cell_km)
        y, x = cheetahs.cell[mother] // land.nx, cheetahs.cell[mother] % land.nx
        n = _count_in_reach(y, x, 0, males, limit, scratch)
        if n > 0:
            return _pick_in_reach(y, x, int(u * n), limit, scratch)
    second = cheetahs.sire[mother, 1]
    return second if second >= 0 and u < 0.5 else cheetahs.sire[mother, 0]


@kernel
def give_birth(
    cheetahs: Cheetahs,
    kinship: np.ndarray,
    rates: CheetahRates,
    land: CheetahLand,
    scratch: CheetahScratch,
    key: np.uint64,
    tally: CheetahTally,
) -> int:
    """Bear the litters carried, in place; return the number of cubs or ``NO_SLOT``.

    A cub's identity is made of its mother's identity, the number of the litter among hers and its
    place in the litter: a litter that comes a season later holds the same cubs. Brothers share
    the litter's address as their later coalition.
    """
    born = 0
    first_free = 0
    males = 0
    if rates.sires_per_cub == 1:
        males, _ = list_males(cheetahs, rates, land, scratch)
    for i in range(cheetahs.top[0]):
        if cheetahs.litter_due[i] == 0 or cheetahs.stage[i] < DISPERSER:
            continue
        litter = np.uint64(_litter(cheetahs, i))
        cheetahs.litters[i] += 1
        for number in range(cheetahs.litter_due[i]):
            identity = np.uint64(mix(litter, np.uint64(number)))
            u = uniform(litter, identity, FATHER)
            father = _father(cheetahs, i, u, rates, land, scratch, males)
            slot = free_slot(cheetahs, first_free)
            if slot < 0:
                return NO_SLOT
            first_free = slot + 1
            clear(cheetahs, slot, identity)
            cheetahs.born_key[slot] = key
            cheetahs.mother_identity[slot] = cheetahs.identity[i]
            cheetahs.father_identity[slot] = cheetahs.identity[father]
            cheetahs.mother[slot] = i
            cheetahs.male[slot] = uniform(litter, identity, SEX) < rates.male_share
            cheetahs.coalition[slot] = litter if cheetahs.male[slot] == 1 else np.uint64(0)
            cheetahs.cell[slot] = cheetahs.cell[i]
            cheetahs.condition[slot] = cheetahs.condition[i]
            scratch.unsorted[born] = slot
            scratch.newborn_father[born] = father
            cheetahs.stage[slot] = CUB
            born += 1
        cheetahs.dependents[i] = cheetahs.litter_due[i]
        cheetahs.litter_due[i] = 0
        cheetahs.sire[i, :] = -1
    add_litters(cheetahs, kinship, scratch.unsorted, scratch.newborn_father, born)
    _free_ghosts(cheetahs)
    tally.births[0] += born
    return born


@kernel
def _free_ghosts(cheetahs: Cheetahs) -> None:
    """Free the slots of dead sires: all litters carried have just been born."""
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] == GHOST:
            cheetahs.stage[i] = EMPTY
