"""Neutral loci of cheetahs, event by event."""

import numpy as np
import pytest
from cheetah_world import Colony, make_land, season_key

from ustyurt_models.ibm import loci as genes
from ustyurt_models.ibm.cheetah_founders import adopt, slot_of
from ustyurt_models.ibm.loci import (
    Founding,
    adopt_genes,
    draw_common,
    found_loci,
    inherit_loci,
    measure_loci,
    new_loci,
)
from ustyurt_models.ibm.outbreeding import Crossing, cross_sources

LAND = make_land(5, 5)


def founding(number, labels, frequency=None, carry=0.0, offset=0):
    table = np.zeros((1, 0)) if frequency is None else np.cumsum([frequency], axis=1)
    return Founding(
        number,
        labels,
        int(frequency is None),
        table,
        np.array([carry]),
        np.ones(1),
        np.zeros((1, 1), np.int64),
        np.array([offset]),
    )


def population(males, females, plan, slots=64):
    colony = Colony(LAND, slots)
    colony.release(females, males)
    loci = new_loci(plan, slots)
    draw_common(loci, season_key(3))
    assert found_loci(loci, colony.cheetahs) == males + females
    assert found_loci(loci, colony.cheetahs) == 0
    return colony, loci


def alleles(loci, slot):
    """Alleles of an animal, shape (2, locus)."""
    words = loci.genes[slot]
    bits = (words[..., None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    digits = bits.reshape(*words.shape[:2], -1)[..., : loci.founding.number]
    return (digits.astype(int) << np.arange(words.shape[1])[:, None]).sum(axis=1)


def litter(colony, loci, mother, father, number):
    """Add newborns and drop the genes of their parents."""
    cheetahs = colony.cheetahs
    young = np.arange(cheetahs.top[0], cheetahs.top[0] + number, dtype=np.int32)
    cheetahs.identity[young] = 1_000 + young
    cheetahs.mother[young] = mother
    cheetahs.top[0] += number
    cheetahs.stage[young] = 0
    inherit_loci(loci, cheetahs, young, np.full(number, father, np.int32), number)
    return young


@pytest.mark.parametrize("plan", [founding(70, 200), founding(130, 2, (0.4, 0.6))])
def test_every_gene_of_a_cub_is_one_of_its_parent_half_the_time_each(plan):
    colony, loci = population(1, 1, plan, slots=512)
    young = litter(colony, loci, 0, 1, 400)
    mother, father = alleles(loci, 0), alleles(loci, 1)
    got = np.array([alleles(loci, cub) for cub in young])
    for place, parent in ((0, mother), (1, father)):
        assert np.isin(got[:, place], parent).all()
        mixed = parent[0] != parent[1]
        first = (got[:, place] == parent[0])[:, mixed]
        assert abs(first.mean() - 0.5) < 5 * 0.5 / np.sqrt(first.size)
        # Unlinked: neighbouring loci agree half of the time.
        agree = (first[:, 1:] == first[:, :-1]).mean()
        assert abs(agree - 0.5) < 5 * 0.5 / np.sqrt(first.size)


def test_the_measures_are_those_of_plain_counting():
    for plan in (founding(100, 60), founding(100, 3, (0.2, 0.3, 0.5))):
        colony, loci = population(4, 5, plan)
        young = litter(colony, loci, 0, 7, 12)
        colony.cheetahs.stage[young[3]] = -1
        living = [alleles(loci, i) for i in colony.alive()]
        table = np.stack(living)
        expected, kinds = [], []
        for locus in range(100):
            _, counts = np.unique(table[:, :, locus], return_counts=True)
            expected.append(1.0 - ((counts / counts.sum()) ** 2).sum())
            kinds.append(counts.size)
        out = np.zeros(3)
        measure_loci(loci, colony.cheetahs, out)
        observed = (table[:, 0] != table[:, 1]).mean()
        np.testing.assert_allclose(out, [np.mean(expected), observed, np.mean(kinds)], rtol=1e-12)


def test_genes_do_not_hang_on_slots_or_order():
    plan = founding(90, 4, (0.1, 0.2, 0.3, 0.4))
    tables = []
    for order in (1, -1):
        colony = Colony(LAND)
        loci = new_loci(plan, 64)
        for event in (11, 12, 13)[::order]:
            colony.release(1, 1, event=event)
        found_loci(loci, colony.cheetahs)
        tables.append({int(colony.cheetahs.identity[i]): alleles(loci, i) for i in colony.alive()})
    for identity, one in tables[0].items():
        np.testing.assert_array_equal(one, tables[1][identity])


def test_animals_of_a_source_bring_its_alleles():
    plan = founding(5, 100, offset=40)
    colony, loci = population(1, 1, plan)
    there = np.arange(10, dtype=np.uint16)
    adopt_genes(loci, colony.cheetahs, 0, there, 0, season_key(1))
    np.testing.assert_array_equal(alleles(loci, 0).T.ravel(), 40 + np.arange(10))
    drawn = founding(5, 2, (0.5, 0.5), offset=-1)
    colony, loci = population(1, 1, drawn)
    for slot in (0, 1):
        adopt_genes(loci, colony.cheetahs, slot, there, 0, season_key(1))
    np.testing.assert_array_equal(alleles(loci, 0), alleles(loci, 1))


def test_nobody_and_no_loci_give_nan():
    out = np.zeros(3)
    colony = Colony(LAND)
    measure_loci(new_loci(founding(8, 20), 64), colony.cheetahs, out)
    assert np.isnan(out).all()
    colony.release(1, 1)
    without = new_loci(founding(0, 1), 64)
    assert without.genes.size == 0
    assert found_loci(without, colony.cheetahs) == 0
    measure_loci(without, colony.cheetahs, out)
    assert np.isnan(out).all()


@pytest.mark.parametrize("plan", [founding(70, 200, carry=0.5), founding(70, 2, (0.4, 0.6), 0.3)])
def test_compiled_equals_plain_python(plan):
    tables, measures = [], []
    for plain in (False, True):
        kernels = [
            getattr(genes, name).py_func if plain else getattr(genes, name)
            for name in ("draw_common", "found_loci", "inherit_loci", "measure_loci")
        ]
        colony = Colony(LAND)
        colony.release(3, 3)
        loci, out = new_loci(plan, 64), np.zeros(3)
        cheetahs = colony.cheetahs
        with np.errstate(over="ignore"):
            kernels[0](loci, season_key(3))
            kernels[1](loci, cheetahs)
            young = np.arange(6, 12, dtype=np.int32)
            cheetahs.identity[young], cheetahs.mother[young] = 500 + young, young % 3
            cheetahs.top[0], cheetahs.stage[young] = 12, 0
            kernels[2](loci, cheetahs, young, (young % 3 + 3).astype(np.int32), 6)
            kernels[3](loci, cheetahs, out)
        tables.append(loci.genes)
        measures.append(out)
    np.testing.assert_array_equal(*tables)
    np.testing.assert_array_equal(*measures)


def test_a_taken_animal_has_its_own_kinship_and_inbreeding_and_descendants_share_it():
    colony = Colony(LAND, sources=4)
    event = np.uint64(5)
    slots = colony.release(2, 1, event=5)
    colony.related[1:, 1:] = [[0.6, 0.25, 0.1], [0.25, 0.5, 0.0], [0.1, 0.0, 0.5]]
    for number, inbreeding in enumerate((0.2, 0.0, 0.0)):
        slot = slot_of(colony.cheetahs, event, number)
        args = (colony.cheetahs, colony.kinship, colony.related, slot, 1 + number, inbreeding)
        (adopt if number else adopt.py_func)(*args)
    k = colony.kinship[np.ix_(slots, slots)]
    np.testing.assert_allclose(k, [[0.6, 0.25, 0.1], [0.25, 0.5, 0.0], [0.1, 0.0, 0.5]])
    assert colony.cheetahs.inbreeding[slots[0]] == 0.2
    assert slot_of(colony.cheetahs, event, 3) == -1


#: Shares of genes from groups A and B of mother and father; H and W of their cubs.
CROSSES = {
    "pure": ((1.0, 0.0), (1.0, 0.0), 0.0, 0.0),
    "first": ((1.0, 0.0), (0.0, 1.0), 1.0, 0.0),
    "second": ((0.5, 0.5), (0.5, 0.5), 0.5, 0.5),
    "back": ((0.5, 0.5), (1.0, 0.0), 0.5, 0.25),
}


@pytest.mark.parametrize("cross", CROSSES)
@pytest.mark.parametrize("kernel", [cross_sources, cross_sources.py_func], ids=["fast", "plain"])
def test_crosses_have_their_hybridity_and_breakdown(cross, kernel):
    dam, sire, hybridity, breakdown = CROSSES[cross]
    colony = Colony(LAND, sources=3)
    cheetahs = colony.cheetahs
    # Group A has two columns, as animals of one source population have.
    for slot, (a, b) in enumerate((dam, sire)):
        cheetahs.ancestry[slot] = [0.25 * a, b, 0.75 * a]
    young, fathers = np.array([2], np.int32), np.array([1], np.int32)
    cheetahs.mother[2] = 0
    kernel(cheetahs, Crossing(-0.7, -0.2, np.array([0, 1, 0])), young, fathers, 1)
    assert np.isclose(cheetahs.crossing[2], -0.7 * hybridity - 0.2 * breakdown)
