"""From the study file to the genes of founders: alleles, their sharing, and lineages."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from ustyurt_models.bridge.plans import ancestry_groups, source_kinship, sources_of
from ustyurt_models.checks import require
from ustyurt_models.ibm.loci import Founding
from ustyurt_models.ibm.outbreeding import Crossing
from ustyurt_models.study.heredity import NeutralLoci
from ustyurt_models.study.schema import Scenario

__all__ = ["crossing_of", "founding_of"]

#: Subspecies of those present at the start.
_RESIDENT = "venaticus"
_ROUNDING = 1e-9
#: Alleles are numbered in 16 bits.
_MOST_LABELS = 65_536
#: There are 4,140 ways to put eight groups into blocks.
_MOST_RELATED = 8


def crossing_of(scenario: Scenario) -> Crossing:
    """Return what crossing does; nothing unless the study says so."""
    given = scenario.cheetah.outbreeding
    groups = ancestry_groups(scenario)
    lineages = list(groups)
    if given is not None and given.between == "subspecies":
        kinds = {"resident": _RESIDENT}
        for release in scenario.release:
            name = f"source:{release.source}" if release.source else release.animals.origin
            kinds[name] = release.animals.origin.rpartition("_")[2]
        lineages = [kinds[group] for group in groups]
    numbered = {name: number for number, name in enumerate(dict.fromkeys(lineages))}
    return Crossing(
        hybridity=given.hybridity if given else 0.0,
        breakdown=given.breakdown if given else 0.0,
        lineage=np.array([numbered[name] for name in lineages], dtype=np.int64),
    )


def founding_of(scenario: Scenario, alleles: Sequence[int] = ()) -> Founding:
    """Return which alleles the founders of a scenario bring.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    alleles : sequence of int
        Largest number of alleles at a locus in each source population, in the order of the file.

    Raises
    ------
    InputError
        When no sharing of alleles between groups has the kinship between them, or there are more
        founders than alleles can be numbered for.
    """
    groups = sources_of(scenario)
    loci = scenario.cheetah.loci
    if loci is None:
        nothing, alone = np.zeros((len(groups), 0)), np.arange(len(groups))[None, :]
        carry, one = np.zeros(len(groups)), np.ones(1)
        return Founding(0, 1, 1, nothing, carry, one, alone, np.zeros(0, np.int64))
    kinship = source_kinship(scenario)
    labels, offset = _numbering(scenario, loci, alleles, len(groups))
    chance, shared = _sharing(kinship)
    return Founding(
        number=loci.number,
        labels=labels,
        unique=int(loci.founders is None),
        frequency=_frequency(loci, groups),
        carry=np.sqrt(2.0 * np.diag(kinship)),
        chance=chance,
        shared=shared,
        offset=offset,
    )


def _numbering(
    scenario: Scenario, loci: NeutralLoci, alleles: Sequence[int], groups: int
) -> tuple[int, NDArray[np.int64]]:
    """Return one more than the largest allele, and where the alleles of each source begin.

    Unique genes: common ones of the groups, then those of founders, then those of the sources.
    Drawn ones: as the study numbers them; -1 marks a source whose own genes are unique.
    """
    populations = list(scenario.source.values())
    if loci.founders is not None:
        drawn = [0 if one.genetics.frequencies else -1 for one in populations]
        return max(len(loci.of(group)) for group in sources_of(scenario)), np.array(drawn, int)
    founders = scenario.cheetah.females + scenario.cheetah.males
    founders += sum(one.animals.number * one.repeat.years for one in scenario.release)
    ends = np.cumsum([2 * (groups + founders), *alleles])
    rule = f"must number at most {_MOST_LABELS:,} alleles; here every founder gene is one"
    remedy = "give 'founders', or have fewer of them"
    require(int(ends[-1]) <= _MOST_LABELS, "cheetah.loci", rule, int(ends[-1]), remedy)
    return int(ends[-1]), ends[:-1].astype(np.int64)


def _frequency(loci: NeutralLoci, groups: Sequence[str]) -> NDArray[np.float64]:
    """Return cumulative frequencies by group, shape (group, allele)."""
    spectra = [loci.of(group) for group in groups]
    table = np.ones((len(groups), max(len(one) for one in spectra)))
    for row, spectrum in zip(table, spectra, strict=True):
        row[: len(spectrum)] = np.cumsum(spectrum)
        row[len(spectrum) - 1 :] = 1.0
    return table


def _sharing(kinship: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return how groups share their common alleles: cumulative chances, and who shares with whom.

    Related founders of groups a and b have kinship k_ab when the common alleles of the groups are
    the same with chance k_ab / sqrt(k_aa k_bb). At a locus the groups fall into blocks that have
    one allele; the chances of all ways to do so are a linear programme.
    """
    related = np.flatnonzero(np.diag(kinship) > 0.0)
    alone = np.arange(len(kinship), dtype=np.int64)[None, :]
    if not (kinship - np.diag(np.diag(kinship))).any():
        return np.ones(1), alone
    rule = f"at most {_MOST_RELATED} groups of founders may be related where there are loci"
    require(related.size <= _MOST_RELATED, "cheetah.kinship", rule, int(related.size))
    ways = np.array([_merged(len(kinship), related, one) for one in _partitions(related.size)])
    pairs = list(combinations(related, 2))
    spread = np.sqrt(np.diag(kinship))
    wanted = [1.0, *(kinship[a, b] / (spread[a] * spread[b]) for a, b in pairs)]
    together = np.array([np.ones(len(ways)), *(ways[:, a] == ways[:, b] for a, b in pairs)], float)
    found = linprog(np.zeros(len(ways)), A_eq=together, b_eq=wanted)
    rule = "no alleles of founders have this kinship within and between groups"
    remedy = "give less kinship between groups, or leave out [cheetah.loci]"
    require(bool(found.success), "cheetah.kinship", rule, kinship.tolist(), remedy)
    some = found.x > _ROUNDING
    chance = np.cumsum(found.x[some])
    return chance / chance[-1], ways[some]


def _partitions(groups: int) -> Iterator[tuple[int, ...]]:
    """Yield all ways to put `groups` into blocks, each by the block of every group."""
    if groups == 0:
        yield ()
        return
    for first in _partitions(groups - 1):
        for block in range(max(first, default=-1) + 2):
            yield (*first, block)


def _merged(groups: int, related: NDArray[np.int64], blocks: tuple[int, ...]) -> NDArray[np.int64]:
    """Return for every group the first group of its block; unrelated groups stay alone."""
    first = np.arange(groups, dtype=np.int64)
    for place, block in enumerate(blocks):
        first[related[place]] = related[blocks.index(block)]
    return first
