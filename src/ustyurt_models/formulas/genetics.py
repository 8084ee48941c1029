"""Population genetics in closed form, for tests, reports and the choice of founder numbers."""

import math

import numpy as np

__all__ = [
    "founder_gene_diversity",
    "founder_genome_equivalents",
    "full_sib_inbreeding",
    "inbred_survival",
    "inbreeding_two_sexes",
    "ne_two_sexes",
]


def inbred_survival(survival: float, inbreeding: float, lethal_equivalents: float) -> float:
    """Survival of inbred young.

    Parameters
    ----------
    survival : float
        Survival of young with F = 0.
    inbreeding : float
        Inbreeding coefficient F.
    lethal_equivalents : float
        Lethal equivalents per *diploid* genome; B is half of it.

    Returns
    -------
    float
        ``survival * exp(-B F)``.

    References
    ----------
    Morton, Crow & Muller 1956, PNAS 42:855; Ralls, Ballou & Templeton 1988, Conserv Biol 2:185.
    """
    return survival * math.exp(-0.5 * lethal_equivalents * inbreeding)


def ne_two_sexes(males: float, females: float) -> float:
    """Effective size with `males` and `females` breeding at random: ``4 Nm Nf / (Nm + Nf)``.

    References
    ----------
    Wright 1931, Genetics 16:97.
    """
    return 4.0 * males * females / (males + females)


def inbreeding_two_sexes(males: int, females: int, generations: int) -> np.ndarray:
    """Mean F by generation in a population of constant breeding numbers, unrelated founders.

    Parameters
    ----------
    males, females : int
        Breeders of each sex in every generation; each young draws both parents at random.
    generations : int
        Last generation wanted.

    Returns
    -------
    numpy.ndarray
        F of generations 0 .. `generations`, shape (generations + 1,):
        ``F_t = F_(t-1) + c (1 - 2 F_(t-1) + F_(t-2))`` with ``c = 1/(8 Nm) + 1/(8 Nf)``.

    References
    ----------
    Crow & Kimura 1970, *An Introduction to Population Genetics Theory*, ch. 3.
    """
    c = 1.0 / (8.0 * males) + 1.0 / (8.0 * females)
    inbreeding = np.zeros(generations + 1)
    for t in range(2, generations + 1):
        before, last = inbreeding[t - 2], inbreeding[t - 1]
        inbreeding[t] = last + c * (1.0 - 2.0 * last + before)
    return inbreeding


def full_sib_inbreeding(generations: int) -> np.ndarray:
    """F of generations 1 .. `generations` of repeated full-sib mating, from unrelated parents.

    ``F_t = (1 + 2 F_(t-1) + F_(t-2)) / 4`` from the second on (Wright 1921, Genetics 6:111).
    """
    inbreeding = np.zeros(generations)
    for t in range(1, generations):
        before = inbreeding[t - 2] if t > 1 else 0.0
        inbreeding[t] = 0.25 * (1.0 + 2.0 * inbreeding[t - 1] + before)
    return inbreeding


def founder_gene_diversity(founders: int) -> float:
    """Gene diversity of unrelated, non-inbred founders: ``1 - 1 / (2 n)``."""
    return 1.0 - 0.5 / founders


def founder_genome_equivalents(gene_diversity: float) -> float:
    """Founder genome equivalents of a gene diversity: ``1 / (2 (1 - GD))``.

    References
    ----------
    Lacy 1989, Zoo Biol 8:111.
    """
    return 0.5 / (1.0 - gene_diversity)
