"""What crossing founder groups does to the survival of cubs: nothing unless a study says so."""

from typing import NamedTuple

import numpy as np

from ustyurt_models.ibm.cheetah_state import Cheetahs
from ustyurt_models.ibm.compiled import kernel

__all__ = ["Crossing", "cross_sources"]


class Crossing(NamedTuple):
    """Effects on the log of survival through the first year."""

    hybridity: float  # where all pairs of genes come from different lineages
    breakdown: float  # where all pairs of genes of one parent do
    lineage: np.ndarray  # int64, shape (column of ancestry,)


@kernel
def _mixed(ancestry: np.ndarray, one: int, other: int, lineage: np.ndarray) -> float:
    """Return the chance that random genes of `one` and `other` come from different lineages."""
    same = 0.0
    for a in range(lineage.size):
        if ancestry[one, a] == 0.0:
            continue
        for b in range(lineage.size):
            if lineage[a] == lineage[b]:
                same += ancestry[one, a] * ancestry[other, b]
    return 1.0 - same


@kernel
def cross_sources(
    cheetahs: Cheetahs, crossing: Crossing, young: np.ndarray, fathers: np.ndarray, born: int
) -> None:
    """Write what crossing does to newborns into ``cheetahs.crossing``, in place.

    By the expected shares of the pedigree, H is the chance that the genes of mother and father
    differ in lineage, and W the mean over parents of the chance that two unlinked genes of one
    gamete do, which is that of two random genes of the parent (Lynch 1991, Evolution 45:622).

    Parameters
    ----------
    cheetahs : Cheetahs
        ``ancestry`` of the parents is read.
    crossing : Crossing
        Effects; nothing is done when both are 0.
    young, fathers : numpy.ndarray
        As in ``genetics.add_litters``.
    born : int
        Number of newborns.
    """
    if crossing.hybridity == 0.0 and crossing.breakdown == 0.0:
        return
    ancestry, lineage = cheetahs.ancestry, crossing.lineage
    for c in range(born):
        mother, father = np.int64(cheetahs.mother[young[c]]), np.int64(fathers[c])
        hybridity = _mixed(ancestry, mother, father, lineage)
        within = _mixed(ancestry, mother, mother, lineage)
        within += _mixed(ancestry, father, father, lineage)
        effect = crossing.hybridity * hybridity + crossing.breakdown * 0.5 * within
        cheetahs.crossing[young[c]] = effect
