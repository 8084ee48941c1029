"""Neutral loci of newborns and of a census, timed alone."""

import time

import numpy as np

from ustyurt_models.ibm.cheetah_state import new_cheetahs
from ustyurt_models.ibm.loci import Founding, found_loci, inherit_loci, measure_loci, new_loci

__all__ = ["locus_ns"]


def locus_ns(animals: int, loci: int, founder_alleles: int, rounds: int = 50) -> tuple[float, ...]:
    """Return CPU ns per birth, and per animal of a census, of cheetahs with `loci` loci.

    Parameters
    ----------
    animals : int
        Parents; as many cubs are born in a call.
    loci : int
        Neutral loci.
    founder_alleles : int
        Equally frequent alleles at a locus; 0: all genes of the parents differ.
    rounds : int
        Calls.
    """
    unique = founder_alleles == 0
    labels = 2 * (animals + 1) if unique else founder_alleles
    shares = np.zeros((1, 0)) if unique else np.arange(1, labels + 1)[None, :] / labels
    alone = np.zeros((1, 1), np.int64)
    founding = Founding(loci, labels, int(unique), shares, np.zeros(1), np.ones(1), alone, alone[0])
    cheetahs, genes = new_cheetahs(2 * animals), new_loci(founding, 2 * animals)
    cheetahs.identity[:] = np.arange(1, 2 * animals + 1)
    cheetahs.stage[:animals], cheetahs.top[0] = 1, animals
    found_loci(genes, cheetahs)
    rng = np.random.default_rng(1)
    young = np.arange(animals, 2 * animals, dtype=np.int32)
    cheetahs.mother[animals:] = rng.integers(0, animals, animals)
    fathers = rng.integers(0, animals, animals).astype(np.int32)
    out = np.zeros(3)
    spent = []
    for call in (
        lambda: inherit_loci(genes, cheetahs, young, fathers, animals),
        lambda: measure_loci(genes, cheetahs, out),
    ):
        call()
        started = time.process_time_ns()
        for _ in range(rounds):
            call()
        spent.append((time.process_time_ns() - started) / rounds / animals)
    return tuple(spent)
