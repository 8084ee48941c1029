"""Exact pedigree kinship of the living, and what it says about gene diversity.

Kinship is kept as a matrix over slots. ``kinship[i, j]`` is the chance that one gene drawn from
each of two animals is identical by descent; ``kinship[i, i] = (1 + F_i) / 2``
(Lynch & Walsh 1998, *Genetics and Analysis of Quantitative Traits*, ch. 7; tabular method).
"""

import numpy as np

from ustyurt_models.ibm.cheetah_state import EMPTY, Cheetahs
from ustyurt_models.ibm.compiled import kernel

__all__ = ["add_founder", "add_litters", "add_offspring", "genetic_summary"]

_HALF = np.float32(0.5)  # as wide as the matrix, or every sum would be widened and narrowed again


@kernel
def add_founder(
    cheetahs: Cheetahs, kinship: np.ndarray, source_kinship: np.ndarray, slot: int
) -> None:
    """Write the kinship of a founder that has just taken `slot`, in place.

    Parameters
    ----------
    cheetahs : Cheetahs
        ``source`` and ``ancestry`` of the slot are already set.
    kinship : numpy.ndarray
        Shape (slots, slots or more); row and column `slot` are overwritten.
    source_kinship : numpy.ndarray
        Mean kinship between founders of two groups, shape (sources, sources); zeros for
        unrelated founders. An animal born here counts by the share of its genes from each group.
    slot : int
        The founder; its own F is zero.
    """
    source = cheetahs.source[slot]
    for j in range(cheetahs.top[0]):
        if cheetahs.stage[j] == EMPTY:
            continue
        shared = 0.0
        for other in range(source_kinship.shape[1]):
            shared += cheetahs.ancestry[j, other] * source_kinship[source, other]
        kinship[slot, j] = shared
        kinship[j, slot] = shared
    kinship[slot, slot] = 0.5
    cheetahs.inbreeding[slot] = 0.0


@kernel
def add_offspring(
    cheetahs: Cheetahs, kinship: np.ndarray, slot: int, mother: int, father: int
) -> None:
    """Write kinship, F and ancestry of a newborn in `slot` from its parents' rows, in place."""
    inbreeding = float(kinship[mother, father])
    for j in range(cheetahs.top[0]):
        shared = _HALF * (kinship[mother, j] + kinship[father, j])
        kinship[slot, j] = shared
        kinship[j, slot] = shared
    kinship[slot, slot] = 0.5 * (1.0 + inbreeding)
    cheetahs.inbreeding[slot] = inbreeding
    for source in range(cheetahs.ancestry.shape[1]):
        cheetahs.ancestry[slot, source] = 0.5 * (
            cheetahs.ancestry[mother, source] + cheetahs.ancestry[father, source]
        )


@kernel
def add_litters(
    cheetahs: Cheetahs, kinship: np.ndarray, young: np.ndarray, fathers: np.ndarray, born: int
) -> None:
    """Do for all newborns of a season at once what `add_offspring` does for one, in place.

    Rows are written first and mirrored into columns at the end, row by row: a column written
    alone would fetch one line of memory per animal.

    Parameters
    ----------
    cheetahs, kinship
        As in `add_offspring`; ``mother`` of the newborns is set.
    young, fathers : numpy.ndarray
        Slots of the newborns and of their fathers, int32; the first `born` entries count.
    born : int
        Number of newborns. Parents are not among them.
    """
    top = cheetahs.top[0]
    for c in range(born):
        slot, father = young[c], fathers[c]
        mother = cheetahs.mother[slot]
        row, of_mother, of_father = kinship[slot], kinship[mother], kinship[father]
        inbreeding = float(of_mother[father])
        for j in range(top):
            row[j] = _HALF * (of_mother[j] + of_father[j])
        for b in range(c):
            shared = _HALF * (kinship[young[b], mother] + kinship[young[b], father])
            row[young[b]] = shared
            kinship[young[b], slot] = shared
        row[slot] = 0.5 * (1.0 + inbreeding)
        cheetahs.inbreeding[slot] = inbreeding
        for source in range(cheetahs.ancestry.shape[1]):
            cheetahs.ancestry[slot, source] = 0.5 * (
                cheetahs.ancestry[mother, source] + cheetahs.ancestry[father, source]
            )
    for j in range(top):
        if cheetahs.stage[j] == EMPTY:
            continue
        row = kinship[j]
        for c in range(born):
            row[young[c]] = kinship[young[c], j]


@kernel
def genetic_summary(cheetahs: Cheetahs, kinship: np.ndarray, out: np.ndarray) -> int:
    """Summarise the genes of the living into `out`; return how many live.

    Parameters
    ----------
    cheetahs, kinship
        Read only.
    out : numpy.ndarray
        Receives mean F, gene diversity ``1 - mean kinship`` and founder genome equivalents
        ``1 / (2 mean kinship)`` (Lacy 1989, Zoo Biology 8:111); NaN when nobody lives.
        float64, shape (3,).
    """
    alive = 0
    inbreeding = 0.0
    total = 0.0
    stage = cheetahs.stage
    for i in range(cheetahs.top[0]):
        if stage[i] < 0:
            continue
        alive += 1
        inbreeding += cheetahs.inbreeding[i]
        row = kinship[i]
        # Four sums at a time keep the processor from waiting for each addition.
        one = two = three = four = 0.0
        fours = i // 4 * 4
        for j in range(0, fours, 4):
            one += float(row[j]) if stage[j] >= 0 else 0.0
            two += float(row[j + 1]) if stage[j + 1] >= 0 else 0.0
            three += float(row[j + 2]) if stage[j + 2] >= 0 else 0.0
            four += float(row[j + 3]) if stage[j + 3] >= 0 else 0.0
        for j in range(fours, i):
            one += float(row[j]) if stage[j] >= 0 else 0.0
        total += float(row[i]) + 2.0 * ((one + two) + (three + four))
    if alive == 0:
        out[:] = np.nan
        return 0
    mean = total / (alive * alive)
    out[0] = inbreeding / alive
    out[1] = 1.0 - mean
    out[2] = 0.5 / mean
    return alive
