"""Cheetahs that come from outside: releases, and animals that were there before."""

import numpy as np

from ustyurt_models.ibm.chance import child, mix, uniform
from ustyurt_models.ibm.cheetah_slots import COALITION, RELEASE_AGE, clear, free_slot
from ustyurt_models.ibm.cheetah_state import (
    DISPERSER,
    NO_SLOT,
    CheetahRelease,
    Cheetahs,
    CheetahTally,
)
from ustyurt_models.ibm.compiled import kernel
from ustyurt_models.ibm.genetics import add_founder

__all__ = ["add_released", "add_residents"]


@kernel
def add_released(
    cheetahs: Cheetahs,
    kinship: np.ndarray,
    source_kinship: np.ndarray,
    release: CheetahRelease,
    tally: CheetahTally,
) -> int:
    """Set the animals of one release free at its cell, in place; return them or ``NO_SLOT``.

    Parameters
    ----------
    cheetahs, kinship
        Changed in place.
    source_kinship : numpy.ndarray
        As in ``genetics.add_founder``.
    release : CheetahRelease
        Females come first; ages are uniform between ``age_least`` and ``age_most``. Identities,
        and with them ages and fates, hang on ``release.event`` and the number of the animal.
    tally : CheetahTally
        ``released`` grows.
    """
    n = release.females + release.males
    event = np.uint64(release.event)
    for number in range(n):
        slot = free_slot(cheetahs)
        if slot < 0:
            return NO_SLOT
        identity = np.uint64(mix(event, np.uint64(number)))
        clear(cheetahs, slot, identity)
        cheetahs.born_key[slot] = release.key
        span = release.age_most - release.age_least + 1
        older = int(uniform(event, identity, RELEASE_AGE) * span)
        cheetahs.age[slot] = release.age_least + older
        cheetahs.male[slot] = number >= release.females
        if cheetahs.male[slot] == 1:
            group = (number - release.females) // max(1, release.partners)
            cheetahs.coalition[slot] = mix(event, np.uint64(COALITION + group))
        cheetahs.cell[slot] = release.cell
        cheetahs.source[slot] = release.source
        cheetahs.ancestry[slot, release.source] = 1.0
        cheetahs.since_release[slot] = 0
        cheetahs.captive[slot] = release.captive
        cheetahs.african[slot] = release.african
        cheetahs.soft[slot] = release.soft
        add_founder(cheetahs, kinship, source_kinship, slot)
        cheetahs.stage[slot] = DISPERSER
    tally.released[0] += n
    return n


@kernel
def add_residents(
    cheetahs: Cheetahs,
    kinship: np.ndarray,
    source_kinship: np.ndarray,
    residents: CheetahRelease,
    cells: np.ndarray,
    cumulative: np.ndarray,
    tally: CheetahTally,
) -> int:
    """Settle animals that are there before any release, in place; return them or ``NO_SLOT``.

    Parameters
    ----------
    cheetahs, kinship, source_kinship, tally
        As in `add_released`.
    residents : CheetahRelease
        All of them; each has a cell and an event of its own, addressed by ``residents.event``.
    cells, cumulative : numpy.ndarray
        Cells and the cumulative share of animals in them, shape (place,).
    """
    n = residents.females + residents.males
    for number in range(n):
        event = np.uint64(child(np.uint64(residents.event), number))
        chosen = uniform(event, np.uint64(0), 0)
        low = 0
        high = cumulative.size - 1
        while low < high:
            middle = (low + high) // 2
            if cumulative[middle] < chosen:
                low = middle + 1
            else:
                high = middle
        one = CheetahRelease(
            event,
            residents.key,
            int(number < residents.females),
            int(number >= residents.females),
            residents.age_least,
            residents.age_most,
            int(cells[low]),
            residents.source,
            residents.captive,
            residents.african,
            residents.soft,
            residents.partners,
        )
        if add_released(cheetahs, kinship, source_kinship, one, tally) < 0:
            return NO_SLOT
    return n
