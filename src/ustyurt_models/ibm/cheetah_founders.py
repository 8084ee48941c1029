"""Animals taken from a simulated source population bring their ages, relatives, F, alleles."""

from typing import NamedTuple

import numpy as np

from ustyurt_models.ibm.chance import mix
from ustyurt_models.ibm.cheetah_state import EMPTY, Cheetahs
from ustyurt_models.ibm.compiled import kernel
from ustyurt_models.ibm.loci import Loci, adopt_genes

__all__ = ["Arrival", "Brought", "adopt", "adopt_all", "new_brought", "slot_of"]


class Brought(NamedTuple):
    """What animals of source populations bring, by column of ancestry."""

    age: np.ndarray  # int64 (column,) [seasons]
    inbreeding: np.ndarray  # float64 (column,), F
    genes: np.ndarray  # uint16 (column, 2 * locus), alleles as numbered in the source


class Arrival(NamedTuple):
    """The animals of one release from a source population, females first."""

    event: np.uint64  # address of the release
    column: int  # column of ancestry of the first animal
    number: int  # animals
    population: int  # their source
    key: np.uint64  # addresses the alleles of founder genes of the source


def new_brought(columns: int, loci: int) -> Brought:
    """Return what nobody has brought."""
    genes = np.zeros((columns, 2 * loci), np.uint16)
    return Brought(np.zeros(columns, np.int64), np.zeros(columns), genes)


@kernel
def slot_of(cheetahs: Cheetahs, event: np.uint64, number: int) -> int:
    """Return the slot of animal `number` of the release at the address `event`; -1 if not there."""
    identity = np.uint64(mix(event, np.uint64(number)))
    for slot in range(cheetahs.top[0]):
        if cheetahs.stage[slot] >= 0 and cheetahs.identity[slot] == identity:
            return slot
    return -1


@kernel
def adopt(
    cheetahs: Cheetahs,
    kinship: np.ndarray,
    source_kinship: np.ndarray,
    slot: int,
    column: int,
    inbreeding: float,
) -> None:
    """Give the released animal in `slot` its own column of ancestry, kinship and F, in place.

    Its kinship with anybody is the sum, over the columns of ancestry of the other, of the other's
    share of genes from there times the kinship of the two founders: a random gene of the other
    came from one of them.

    Parameters
    ----------
    cheetahs, kinship
        Changed in place. Row and column `slot` of `kinship` are overwritten.
    source_kinship : numpy.ndarray
        Kinship between columns of ancestry, shape (column, column).
    slot : int
        The animal; ``add_released`` has settled it.
    column : int
        Its column.
    inbreeding : float
        F as in the source.
    """
    cheetahs.ancestry[slot, :] = 0.0
    cheetahs.ancestry[slot, column] = 1.0
    for j in range(cheetahs.top[0]):
        if cheetahs.stage[j] == EMPTY:
            continue
        shared = 0.0
        for other in range(source_kinship.shape[1]):
            shared += cheetahs.ancestry[j, other] * source_kinship[column, other]
        kinship[slot, j] = shared
        kinship[j, slot] = shared
    kinship[slot, slot] = 0.5 * (1.0 + inbreeding)
    cheetahs.inbreeding[slot] = inbreeding


@kernel
def adopt_all(
    cheetahs: Cheetahs,
    kinship: np.ndarray,
    loci: Loci,
    source_kinship: np.ndarray,
    brought: Brought,
    arrival: Arrival,
) -> None:
    """Give all animals of a release from a source their age, kinship, F and alleles, in place."""
    for number in range(arrival.number):
        slot = slot_of(cheetahs, arrival.event, number)
        column = arrival.column + number
        inbreeding = brought.inbreeding[column]
        cheetahs.age[slot] = brought.age[column]
        adopt(cheetahs, kinship, source_kinship, slot, column, inbreeding)
        if loci.founding.number > 0:
            adopt_genes(
                loci, cheetahs, slot, brought.genes[column], arrival.population, arrival.key
            )
