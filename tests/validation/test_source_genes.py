"""Source populations: genes (B1 to B7) and patches (C5, C6, D2)."""

import pytest

import theory_source_genes as cases


def assert_all(metrics):
    assert not [one for one in metrics if not one.ok]


def test_heterozygosity_of_the_ideal_population_falls_by_half_over_n():
    assert_all(cases.ideal_population(300))


@pytest.mark.parametrize("pedigree", [True, False])
def test_inbreeding_with_two_sexes_follows_the_recursion(pedigree):
    assert_all(cases.two_sexes(3, 12, 300, pedigree=pedigree))


def test_a_line_of_full_sibs_has_the_textbook_coefficients():
    assert_all(cases.full_sibs(300))


def test_inbreeding_lowers_the_survival_of_the_young():
    assert_all(cases.depression(40))


def test_founding_loses_rare_alleles():
    assert_all(cases.founding(200))


def test_genes_of_related_founders_are_as_alike_as_their_kinship_says():
    assert_all(cases.related_founders(200))


def test_patch_occupancy_has_the_exact_mean_and_spread():
    assert_all(cases.patch_occupancy(500))


def test_nobody_is_lost_on_the_way():
    assert_all(cases.conservation())


@pytest.mark.parametrize(("case", "replicates"), [("B1", 4), ("B2", 1)])
def test_a_grid_agrees_with_rangeshifter(case, replicates):
    assert_all(cases.grid(case, replicates))
