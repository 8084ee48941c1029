"""Genes handed down: alleles at neutral loci, and exact kinship by pedigree."""

import math

import numpy as np

from ustyurt_models.ibm.chance import child, mix
from ustyurt_models.ibm.compiled import kernel
from ustyurt_models.ibm.source.draws import part_of, unit
from ustyurt_models.ibm.source.state import Heredity, Setup, State

__all__ = ["add_founder_genes", "free_rows", "has_two_lethals", "inherit", "measure_genes"]

_ONE, _TWO = np.uint64(1), np.uint64(2)
#: Loci that the 64 bits of one draw serve.
_LOCI_PER_DRAW = 32
#: Alleles are numbered in 16 bits.
_MOST_ALLELES = 65_535


@kernel
def inherit(setup: Setup, state: State, first: int, last: int, key: np.uint64) -> None:
    """Give the newborns in slots `first` to `last` - 1 the genes of their parents, in place.

    One random allele of each parent at every locus; loci are unlinked. F is the kinship of the
    parents, or without a pedigree the share of loci with two equal alleles when every founder
    gene is unique, else not known and 0.
    """
    animals, loci = state.animals, setup.heredity.loci
    places = loci + setup.heredity.lethal_loci
    identity, genes, inbreeding = animals.identity, animals.genes, animals.inbreeding
    dams, sires = state.dam, state.sire
    known = 1.0 / max(1, loci) if setup.heredity.frequencies.size == 0 else 0.0
    for newborn in range(first, last):
        dam, sire = dams[newborn], sires[newborn]
        address = np.uint64(mix(key, identity[newborn]))
        bits = address
        equal = 0
        for locus in range(places):
            if locus % _LOCI_PER_DRAW == 0:
                bits = np.uint64(mix(address, np.uint64(locus)))
            from_dam = genes[dam, 2 * locus + np.int64(bits & _ONE)]
            from_sire = genes[sire, 2 * locus + np.int64((bits >> _ONE) & _ONE)]
            bits = np.uint64(bits >> _TWO)
            genes[newborn, 2 * locus] = from_dam
            genes[newborn, 2 * locus + 1] = from_sire
            equal += 1 if from_dam == from_sire and locus < loci else 0
        inbreeding[newborn] = equal * known
    if setup.heredity.pedigree > 0:
        for newborn in range(first, last):
            _add_to_pedigree(state, newborn)


@kernel
def _add_to_pedigree(state: State, newborn: int) -> None:
    """Write the kinship of a newborn with everybody, and its F, in place (tabular method)."""
    animals, kinship, used = state.animals, state.kinship, state.row_used
    own = _take_row(state, newborn)
    mother, father = animals.row[state.dam[newborn]], animals.row[state.sire[newborn]]
    related = kinship[mother, father]
    for other in range(used.size):
        if used[other] == 1:
            shared = 0.5 * (kinship[mother, other] + kinship[father, other])
            kinship[own, other] = shared
            kinship[other, own] = shared
    kinship[own, own] = 0.5 * (1.0 + related)
    animals.inbreeding[newborn] = related


@kernel
def _take_row(state: State, slot: int) -> int:
    """Give the animal in `slot` the first free row of the kinship matrix; return the row."""
    row = 0
    while state.row_used[row] == 1:
        row += 1
    state.row_used[row] = 1
    state.animals.row[slot] = row
    return row


@kernel
def free_rows(state: State) -> None:
    """Free the rows of the kinship matrix of nobody alive and of nobody taken, in place."""
    state.row_used[:] = 0
    for i in range(state.alive[0]):
        state.row_used[state.animals.row[i]] = 1
    for k in range(state.kept[0]):
        state.row_used[state.kept_rows[k]] = 1


@kernel
def add_founder_genes(
    heredity: Heredity, state: State, first: int, last: int, key: np.uint64
) -> None:
    """Give the animals of slots `first` to `last` - 1, without parents, their genes, in place.

    Every gene is unique, or drawn from the allele frequencies. Founders with kinship k carry one
    common allele with chance sqrt(k) at every place: two genes of any two founders, and the two
    of one founder, are then identical with chance k, which is also their F. At loci of lethals
    every gene is unique.
    """
    genes, inbreeding = state.animals.genes, state.animals.inbreeding
    shared, loci = math.sqrt(heredity.founder_kinship), heredity.loci
    unique = heredity.frequencies.size == 0
    for slot in range(first, last):
        number = state.founders[0] + slot - first
        own = np.uint64(child(key, number))
        equal = 0
        for place in range(2 * loci):
            allele = min(2 * number + place % 2 + 1, _MOST_ALLELES)
            if not unique or shared > 0.0:
                chance = unit(np.uint64(mix(own, np.uint64(place))))
                if not unique:
                    allele = part_of(chance, heredity.frequencies)
                elif chance < shared:
                    allele = 0
            genes[slot, place] = allele
            if place % 2 == 1 and unique:
                equal += 1 if genes[slot, place - 1] == genes[slot, place] else 0
        for place in range(2 * loci, 2 * (loci + heredity.lethal_loci)):
            genes[slot, place] = min(2 * number + place % 2 + 1, _MOST_ALLELES)
        inbreeding[slot] = equal / max(1, loci)
        if heredity.pedigree > 0:
            _add_founder_kinship(state, slot, heredity.founder_kinship)


@kernel
def _add_founder_kinship(state: State, slot: int, related: float) -> None:
    """Write the kinship `related` of a founder with everybody, which is also its F, in place."""
    own = _take_row(state, slot)
    for other in range(state.row_used.size):
        state.kinship[own, other] = related
        state.kinship[other, own] = related
    state.kinship[own, own] = 0.5 * (1.0 + related)
    state.animals.inbreeding[slot] = related


@kernel
def has_two_lethals(heredity: Heredity, state: State, slot: int) -> bool:
    """Tell whether an animal has two copies of a recessive lethal of one founder.

    Which founder genes are lethal is drawn by locus and gene, once for the whole run.
    """
    genes, key = state.animals.genes, state.lethals[0]
    for locus in range(heredity.loci, heredity.loci + heredity.lethal_loci):
        allele = genes[slot, 2 * locus]
        if allele == genes[slot, 2 * locus + 1]:
            address = np.uint64(_MOST_ALLELES + 1) * np.uint64(locus) + np.uint64(allele)
            if unit(np.uint64(mix(key, address))) < heredity.lethal_chance:
                return True
    return False


@kernel
def measure_genes(heredity: Heredity, state: State) -> None:
    """Write mean F, expected heterozygosity, alleles per locus, 1 - mean kinship to `measures`.

    Heterozygosity is 1 minus the sum of squared allele frequencies (Nei 1973, PNAS 70:3321),
    the mean over loci. NaN where not known.
    """
    n, out = state.alive[0], state.measures
    out[:] = np.nan
    if n == 0 or (heredity.loci == 0 and heredity.pedigree == 0):
        return
    animals, counts = state.animals, state.allele_count
    total = 0.0
    for i in range(n):
        total += animals.inbreeding[i]
    if heredity.pedigree > 0 or heredity.frequencies.size == 0:
        out[0] = total / n
    if heredity.loci > 0:
        diversity = 0.0
        different = 0
        for locus in range(heredity.loci):
            counts[:] = 0
            for i in range(n):
                counts[animals.genes[i, 2 * locus]] += 1
                counts[animals.genes[i, 2 * locus + 1]] += 1
            squares = 0
            for allele in range(counts.size):
                squares += counts[allele] * counts[allele]
                different += counts[allele] > 0
            diversity += 1.0 - squares / (4.0 * n * n)
        out[1] = diversity / heredity.loci
        out[2] = different / heredity.loci
    if heredity.pedigree > 0:
        kin = 0.0
        for i in range(n):
            for j in range(n):
                kin += state.kinship[animals.row[i], animals.row[j]]
        out[3] = 1.0 - kin / (n * n)
