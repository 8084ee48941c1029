"""Neutral loci of the cheetahs: alleles dropped along the pedigree, and what is left of them.

Genes are packed by bits. Bit k of word w belongs to locus 64 w + k, and the binary digits of an
allele's number stand in as many planes. A newborn takes 64 genes of a parent with one random word:
two alleles need one plane; founder alleles that are all different need a few more, at a price in
proportion. Loci are unlinked and say nothing of any fate: their chance has addresses of its own.
"""

from typing import NamedTuple

import numpy as np

from ustyurt_models.ibm.chance import child, mix
from ustyurt_models.ibm.cheetah_state import Cheetahs
from ustyurt_models.ibm.compiled import inlined, kernel

__all__ = [
    "Founding",
    "Loci",
    "adopt_genes",
    "draw_common",
    "found_loci",
    "inherit_loci",
    "measure_loci",
    "new_loci",
]

WORD = 64
#: Sub-stream of an animal's identity that only its loci use.
_LOCI = 0x4C4F4349
_OWN, _STATE = 1 << 40, 1 << 41
_S11 = np.uint64(11)
_ONE = np.uint64(1)
_PAIRS, _QUADS = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_BYTES, _SUM = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)


class Founding(NamedTuple):
    """Which alleles founders bring. Groups are founder groups, as in ``bridge.plans``."""

    number: int  # loci; 0 switches them off
    labels: int  # one more than the largest number of an allele
    unique: int  # 1: every founder gene has an allele of its own; 0: drawn from `frequency`
    frequency: np.ndarray  # float64 (group, allele), cumulative; (group, 0) when unique
    carry: np.ndarray  # float64 (group,), chance that a gene is the common one of its group
    chance: np.ndarray  # float64 (way,), cumulative, of the ways in which groups share common genes
    shared: np.ndarray  # int64 (way, group), group whose common gene it is, itself at the latest
    offset: np.ndarray  # int64 (population,), first allele number of a source population


class Loci(NamedTuple):
    """Genes at neutral loci. Changed in place."""

    founding: Founding
    genes: np.ndarray  # uint64 (slot, 2, plane, word), from the mother, from the father
    owner: np.ndarray  # uint64 (slot,), identity of the animal whose genes stand in the slot
    founders: np.ndarray  # int64 (1,), founders so far
    common: np.ndarray  # uint16 (group, 2, locus), alleles that related founders share
    counts: np.ndarray  # int64 (WORD, label), work space
    code: np.ndarray  # int64 (WORD,), work space


def new_loci(founding: Founding, slots: int) -> Loci:
    """Return the genes of nobody, with room for `slots` animals; none takes room without loci."""
    words = -(-founding.number // WORD)
    planes = max(1, int(founding.labels - 1).bit_length())
    some = founding.number > 0
    groups = founding.carry.size
    return Loci(
        founding=founding,
        genes=np.zeros((slots if some else 1, 2, planes, words), np.uint64),
        owner=np.zeros(slots if some else 1, np.uint64),
        founders=np.zeros(1, np.int64),
        common=np.zeros((groups, 2, founding.number), np.uint16),
        counts=np.zeros((WORD, founding.labels if some else 1), np.int64),
        code=np.zeros(WORD, np.int64),
    )


@inlined
def _unit(bits: np.uint64) -> float:
    """Return the number in (0, 1) that 64 random bits stand for."""
    return (float(np.int64(np.uint64(bits) >> _S11)) + 0.5) * (1.0 / 9007199254740992.0)


@kernel
def _drawn(frequency: np.ndarray, chance: float) -> int:
    """Return the allele at the quantile `chance` of cumulative frequencies."""
    allele = 0
    while allele < frequency.size - 1 and chance >= frequency[allele]:
        allele += 1
    return allele


@kernel
def _put(loci: Loci, slot: int, place: int, locus: int, allele: int) -> None:
    """Write one gene, in place."""
    word, bit = locus // WORD, np.uint64(locus % WORD)
    for plane in range(loci.genes.shape[2]):
        digit = np.uint64((allele >> plane) & 1) << bit
        cleared = loci.genes[slot, place, plane, word] & ~(_ONE << bit)
        loci.genes[slot, place, plane, word] = cleared | digit


@kernel
def draw_common(loci: Loci, key: np.uint64) -> None:
    """Draw the alleles that related founders of each group share at every locus, in place.

    A group has two common alleles at a locus, one for each gene of an animal, so that related
    founders need not be inbred. Groups share them in one of several ways, drawn by locus with the
    chances that give the kinship between groups.
    """
    founding = loci.founding
    for place in range(2):
        for locus in range(founding.number):
            gene = np.uint64(2 * locus + place)
            way = _drawn(founding.chance, _unit(np.uint64(mix(key, gene))))
            for group in range(founding.carry.size):
                first = founding.shared[way, group]
                allele = 2 * group + place
                if first < group:
                    allele = int(loci.common[first, place, locus])
                elif founding.unique == 0:
                    own = np.uint64(child(np.uint64(child(key, _STATE)), group))
                    allele = _drawn(founding.frequency[group], _unit(np.uint64(mix(own, gene))))
                loci.common[group, place, locus] = allele


@kernel
def found_loci(loci: Loci, cheetahs: Cheetahs) -> int:
    """Give founders that have no genes yet their own, in place; return how many did.

    Every gene is the common one of the founder's group with chance sqrt(2 k), k the kinship of
    two founders of it; else of its own, or drawn from the frequencies of the group. Two genes of
    different founders are then identical by descent with chance k, the two of one founder never.
    """
    founding = loci.founding
    if founding.number == 0:
        return 0
    found = 0
    for slot in range(cheetahs.top[0]):
        if cheetahs.stage[slot] < 0 or loci.owner[slot] == cheetahs.identity[slot]:
            continue
        group = cheetahs.source[slot]
        base = np.uint64(child(cheetahs.identity[slot], _LOCI))
        own = np.uint64(child(base, _OWN))
        state = np.uint64(child(base, _STATE))
        first = 2 * (founding.carry.size + loci.founders[0])
        for locus in range(founding.number):
            for place in range(2):
                gene = np.uint64(2 * locus + place)
                allele = first + place
                carries = founding.carry[group] > 0.0
                if carries and _unit(np.uint64(mix(own, gene))) < founding.carry[group]:
                    allele = int(loci.common[group, place, locus])
                elif founding.unique == 0:
                    chance = _unit(np.uint64(mix(state, gene)))
                    allele = _drawn(founding.frequency[group], chance)
                _put(loci, slot, place, locus, allele)
        loci.owner[slot] = cheetahs.identity[slot]
        loci.founders[0] += 1
        found += 1
    return found


@kernel
def adopt_genes(
    loci: Loci, cheetahs: Cheetahs, slot: int, genes: np.ndarray, population: int, key: np.uint64
) -> None:
    """Give an animal from a simulated source population the genes it had there, in place.

    Parameters
    ----------
    loci, cheetahs
        As in `found_loci`.
    slot : int
        The animal.
    genes : numpy.ndarray
        Alleles in the source, uint16, shape (2 * loci or more,), as in ``ibm.source.state``.
    population : int
        The source.
    key : numpy.uint64
        Addresses which allele of the frequencies a founder gene of the source is, where genes
        there are unique and here drawn.
    """
    founding = loci.founding
    group = cheetahs.source[slot]
    for locus in range(founding.number):
        for place in range(2):
            allele = int(genes[2 * locus + place])
            if founding.unique == 1:
                allele += founding.offset[population]
            elif founding.offset[population] < 0:
                gene = np.uint64(mix(np.uint64(mix(key, np.uint64(locus))), np.uint64(allele)))
                allele = _drawn(founding.frequency[group], _unit(gene))
            _put(loci, slot, place, locus, allele)
    loci.owner[slot] = cheetahs.identity[slot]


@kernel
def inherit_loci(
    loci: Loci, cheetahs: Cheetahs, young: np.ndarray, fathers: np.ndarray, born: int
) -> None:
    """Give newborns one random gene of each parent at every locus, in place.

    Parameters
    ----------
    loci, cheetahs
        Changed; read.
    young, fathers : numpy.ndarray
        As in ``genetics.add_litters``.
    born : int
        Number of newborns.
    """
    genes = loci.genes
    planes, words = genes.shape[2], genes.shape[3]
    if loci.founding.number == 0:
        return
    for c in range(born):
        slot = young[c]
        base = np.uint64(child(cheetahs.identity[slot], _LOCI))
        for parent in range(2):
            giver = cheetahs.mother[slot] if parent == 0 else fathers[c]
            address = np.uint64(child(base, parent))
            for plane in range(planes):
                one, other = genes[giver, 0, plane], genes[giver, 1, plane]
                own = genes[slot, parent, plane]
                for word in range(words):
                    chosen = np.uint64(mix(address, np.uint64(word)))
                    own[word] = other[word] ^ ((one[word] ^ other[word]) & chosen)
        loci.owner[slot] = cheetahs.identity[slot]


@inlined
def _bits(word: np.uint64) -> int:
    """Return the number of ones (Warren 2013, *Hacker's Delight*, ch. 5)."""
    word = np.uint64(word) - ((np.uint64(word) >> _ONE) & _PAIRS)
    word = (word & _QUADS) + ((word >> np.uint64(2)) & _QUADS)
    word = (word + (word >> np.uint64(4))) & _BYTES
    return int((word * _SUM) >> np.uint64(56))


@kernel
def _count_word(loci: Loci, cheetahs: Cheetahs, word: int) -> int:
    """Count the alleles of the living at the loci of `word`; return heterozygous genotypes."""
    genes, count, code = loci.genes, loci.counts, loci.code
    planes = genes.shape[2]
    count[:] = 0
    code[:] = 0
    valid = min(WORD, loci.founding.number - WORD * word)
    mask = ~np.uint64(0) >> np.uint64(WORD - valid)
    different = 0
    living = 0
    for i in range(cheetahs.top[0]):
        if cheetahs.stage[i] < 0:
            continue
        living += 1
        unequal = np.uint64(0)
        for plane in range(planes):
            unequal |= genes[i, 0, plane, word] ^ genes[i, 1, plane, word]
        different += _bits(np.uint64(unequal & mask))
        for place in range(2):
            if planes == 1:
                packed = genes[i, place, 0, word]
                for k in range(WORD):
                    code[k] += np.int64((packed >> np.uint64(k)) & _ONE)
                continue
            code[:] = 0
            for plane in range(planes):
                packed = genes[i, place, plane, word]
                for k in range(WORD):
                    code[k] |= np.int64((packed >> np.uint64(k)) & _ONE) << plane
            for k in range(valid):
                count[k, code[k]] += 1
    if planes == 1:
        for k in range(valid):
            count[k, 0] = 2 * living - code[k]
            count[k, 1] = code[k]
    return different


@kernel
def measure_loci(loci: Loci, cheetahs: Cheetahs, out: np.ndarray) -> None:
    """Write what the loci of the living say to `out`, NaN without loci or animals.

    Parameters
    ----------
    loci, cheetahs
        Read only, but for work space.
    out : numpy.ndarray
        Receives, as means over loci, expected heterozygosity ``1 - sum of squared allele
        frequencies`` (Nei 1973, PNAS 70:3321), observed heterozygosity, and the number of alleles
        left. float64, shape (3,).
    """
    out[:] = np.nan
    number = loci.founding.number
    living = 0
    for i in range(cheetahs.top[0]):
        living += cheetahs.stage[i] >= 0
    if number == 0 or living == 0:
        return
    expected = 0.0
    different = 0
    alleles = 0
    genes = 4.0 * living * living
    for word in range(loci.genes.shape[3]):
        different += _count_word(loci, cheetahs, word)
        for k in range(min(WORD, number - WORD * word)):
            squares = 0
            for label in range(loci.counts.shape[1]):
                n = loci.counts[k, label]
                squares += n * n
                alleles += n > 0
            expected += 1.0 - squares / genes
    out[0] = expected / number
    out[1] = different / (living * number)
    out[2] = alleles / number
