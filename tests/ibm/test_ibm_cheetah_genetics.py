import math

import numpy as np
import pytest
from cheetah_world import CAUSES, Colony, make_land, make_rates, season_key

from ustyurt_models.formulas.cheetah_demography import truncated_poisson
from ustyurt_models.formulas.genetics import (
    founder_gene_diversity,
    founder_genome_equivalents,
    inbreeding_two_sexes,
)
from ustyurt_models.ibm.cheetah_births import give_birth, mate
from ustyurt_models.ibm.cheetah_deaths import apply_ceiling, die
from ustyurt_models.ibm.cheetah_state import CEILING_HARD, DISPERSER
from ustyurt_models.ibm.genetics import add_founder, add_offspring, genetic_summary

LAND = make_land(5, 5)


class Pedigree:
    """Animals added by hand."""

    def __init__(self, slots=32, sources=1):
        self.colony = Colony(LAND, slots, sources)
        self.next = 0

    def founder(self, source=0):
        slot, c = self.next, self.colony.cheetahs
        self.next += 1
        c.top[0] = self.next
        c.source[slot] = source
        c.ancestry[slot] = 0.0
        c.ancestry[slot, source] = 1.0
        add_founder(c, self.colony.kinship, self.colony.related, slot)
        c.stage[slot] = DISPERSER
        return slot

    def young(self, mother, father):
        slot, c = self.next, self.colony.cheetahs
        self.next += 1
        c.top[0] = self.next
        add_offspring(c, self.colony.kinship, slot, mother, father)
        c.stage[slot] = DISPERSER
        return slot

    def kinship(self, one, other):
        return self.colony.kinship[one, other]

    def inbreeding(self, slot):
        return self.colony.cheetahs.inbreeding[slot]


def test_kinship_in_known_pedigrees_is_exact():
    p = Pedigree()
    a, b, c, d = (p.founder() for _ in range(4))
    sib_one, sib_two, half = p.young(a, b), p.young(a, b), p.young(a, c)
    cousin_one, cousin_two = p.young(sib_one, c), p.young(sib_two, d)
    assert p.kinship(a, sib_one) == 1 / 4
    assert p.kinship(sib_one, sib_two) == 1 / 4
    assert p.kinship(sib_one, half) == 1 / 8
    assert p.kinship(cousin_one, cousin_two) == 1 / 16
    assert p.kinship(a, b) == 0
    assert p.inbreeding(p.young(sib_one, sib_two)) == 1 / 4


def test_full_sib_line_has_the_published_inbreeding():
    p = Pedigree()
    one, other = p.founder(), p.founder()
    inbreeding = []
    for _ in range(9):
        one, other = p.young(one, other), p.young(one, other)
        inbreeding.append(p.inbreeding(one))
    published = [0, 0.25, 0.375, 0.5, 0.59375, 0.671875, 0.734375, 0.785156, 0.826172]
    np.testing.assert_allclose(inbreeding, published, atol=5e-7)


@pytest.mark.parametrize("founders", [6, 12, 20])
def test_unrelated_founders_have_gene_diversity_of_their_number(founders):
    colony = Colony(LAND)
    colony.release(founders // 2, founders - founders // 2)
    out = np.zeros(3)
    assert genetic_summary(colony.cheetahs, colony.kinship, out) == founders
    assert out[0] == 0
    assert math.isclose(out[1], founder_gene_diversity(founders))
    assert math.isclose(out[2], founders)
    assert math.isclose(founder_genome_equivalents(out[1]), founders)


def test_related_sources_pass_their_kinship_on_by_ancestry():
    p = Pedigree(sources=2)
    p.colony.related[:] = [[0.02, 0.01], [0.01, 0.05]]
    a, b = p.founder(0), p.founder(1)
    mixed = p.young(a, b)
    late = p.founder(1)
    # The matrix holds 24 bits of what is no sum of halves.
    assert p.kinship(a, b) == pytest.approx(0.01, rel=1e-7)
    assert p.kinship(late, mixed) == pytest.approx(0.5 * (0.01 + 0.05), rel=1e-7)
    assert p.kinship(late, b) == pytest.approx(0.05, rel=1e-7)
    np.testing.assert_allclose(p.colony.cheetahs.ancestry[mixed], [0.5, 0.5])


def test_nobody_alive_gives_nan():
    out = np.zeros(3)
    colony = Colony(LAND)
    assert genetic_summary(colony.cheetahs, colony.kinship, out) == 0
    assert np.isnan(out).all()


def ideal_rates(males, females):
    """Discrete generations: Poisson litters, sires drawn per cub, a hard cut per sex."""
    mean = 8.0
    hazard = np.zeros((CAUSES, 2, 3))
    hazard[7, :, 1:] = 1e9
    litter = np.cumsum(truncated_poisson(mean, 30))
    litter[-1] = 1.0
    return make_rates(
        seasons_per_year=1,
        hazard=hazard,
        orphan_age=0,
        breed_age_female=1,
        breed_age_male=1,
        conception=np.array([1.0 - math.exp(-mean)]),
        litter=litter,
        sires_per_cub=1,
        gestation=0,
        dependency=1,
        ceiling_rule=CEILING_HARD,
        ceiling=np.array([females, males]),
    )


def mean_inbreeding(males, females, generations, replicates):
    """Mean F by generation of each replicate, shape (replicate, generation)."""
    rates = ideal_rates(males, females)
    result = np.zeros((replicates, generations + 1))
    out = np.zeros(3)
    for replicate in range(replicates):
        colony = Colony(LAND, slots=30 * females)
        colony.release(females, males, ages=(1, 1), event=replicate)
        c, k, s = colony.cheetahs, colony.kinship, colony.scratch
        for t in range(1, generations + 1):
            key = season_key(t, replicate)
            mate(c, rates, LAND, s, 0, key)
            assert give_birth(c, k, rates, LAND, s, key, colony.tally) >= 0
            die(c, rates, LAND, s, 0.0, 0, key, colony.tally)
            apply_ceiling(c, rates, s, key, colony.tally)
            assert genetic_summary(c, k, out) == males + females
            result[replicate, t] = out[0]
    return result


@pytest.mark.parametrize(
    ("males", "females", "replicates", "published"),
    [
        (3, 12, 150, {2: 0.052083, 3: 0.098741, 5: 0.185556, 10: 0.367733}),
        (20, 20, 30, {5: 0.048617, 10: 0.105903}),
    ],
)
def test_two_sex_drift_follows_the_recursion(males, females, replicates, published):
    inbreeding = mean_inbreeding(males, females, 10, replicates)
    theory = inbreeding_two_sexes(males, females, 10)
    for generation, value in published.items():
        assert math.isclose(theory[generation], value, abs_tol=6e-7)
        mean = inbreeding[:, generation].mean()
        error = inbreeding[:, generation].std(ddof=1) / math.sqrt(replicates)
        assert abs(mean - value) < 5 * error


def test_kinship_stays_a_covariance_and_f_is_the_kinship_of_the_parents():
    rates = ideal_rates(3, 5)
    colony = Colony(LAND, slots=200)
    colony.release(5, 3, ages=(1, 1))
    c, k, s = colony.cheetahs, colony.kinship, colony.scratch
    for t in range(6):
        mate(c, rates, LAND, s, 0, season_key(t))
        give_birth(c, k, rates, LAND, s, season_key(t), colony.tally)
        alive = colony.alive()
        where = {int(c.identity[i]): i for i in alive}
        for i in alive:
            if c.mother_identity[i] == 0 or c.age[i] > 0:
                continue
            mother, father = where[int(c.mother_identity[i])], where[int(c.father_identity[i])]
            assert c.inbreeding[i] == k[mother, father]
        living = k[np.ix_(alive, alive)]
        assert np.array_equal(living, living.T)
        assert np.linalg.eigvalsh(living).min() > -1e-9
        assert living.mean() >= 1 / (2 * alive.size)
        die(c, rates, LAND, s, 0.0, 0, season_key(t), colony.tally)
        apply_ceiling(c, rates, s, season_key(t), colony.tally)


def test_kinship_of_a_dead_sire_reaches_his_posthumous_cubs():
    rates = make_rates(conception=np.ones(4))
    colony = Colony(LAND)
    (female,) = colony.release(1, 0)
    (male,) = colony.release(0, 1, event=2)
    c, k, s = colony.cheetahs, colony.kinship, colony.scratch
    assert mate(c, rates, LAND, s, 0, season_key(0)) == 1
    hazard = rates.hazard.copy()
    hazard[7, 1] = 1e9
    die(c, rates._replace(hazard=hazard), LAND, s, 0.0, 0, season_key(0), colony.tally)
    (other,) = colony.release(1, 0, event=3)
    assert other != male
    cubs = give_birth(c, k, rates, LAND, s, season_key(1), colony.tally)
    young = colony.alive()[np.isin(colony.alive(), [female, other], invert=True)]
    assert young.size == cubs
    assert (k[young, female] == 0.25).all()
    assert (k[young, other] == 0).all()
    assert c.stage[male] == -1
