"""Encounter-rate variance, degrees of freedom, intervals, abundance by design, Jolly's totals."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from ustyurt_models.checks import InputError
from ustyurt_models.formulas.design_abundance import (
    Detection,
    Sample,
    abundance,
    encounter_rate,
    mean_group_size,
)
from ustyurt_models.formulas.design_based import (
    ESTIMATORS,
    degrees_of_freedom,
    encounter_rate_covariance,
    encounter_rate_variance,
    log_normal_limits,
    satterthwaite,
)
from ustyurt_models.formulas.strip_counts import (
    all_strata,
    equal_units,
    probability_units,
    ratio_units,
)

counts = st.lists(st.integers(0, 40), min_size=4, max_size=9)


@given(counts, st.floats(0.1, 50))
def test_estimators_of_random_lines_agree_when_lines_are_equal(found, length):
    effort = np.full(len(found), length)
    usual = np.var(found, ddof=1) / len(found) / length**2
    for name in ("R2", "R3", "R4", "P2", "P3"):
        got = encounter_rate_variance(found, effort, name)
        assert got == pytest.approx(usual, rel=1e-9, abs=1e-12)


@given(counts, st.sampled_from(sorted(ESTIMATORS)), st.data())
def test_variance_scales_with_the_unit_of_effort(found, name, data):
    effort = np.array(
        data.draw(st.lists(st.floats(0.5, 30), min_size=len(found), max_size=len(found)))
    )
    metres = encounter_rate_variance(found, effort * 1000, name)
    assert metres == pytest.approx(encounter_rate_variance(found, effort, name) / 1e6, rel=1e-9)


@given(counts, st.sampled_from(sorted(ESTIMATORS)), st.data())
def test_equal_rates_have_no_variance(found, name, data):
    effort = np.array(
        data.draw(st.lists(st.floats(0.5, 30), min_size=len(found), max_size=len(found)))
    )
    assert encounter_rate_variance(3.0 * effort, effort, name) == pytest.approx(0.0, abs=1e-18)


def test_pairs_use_only_differences_between_neighbours():
    # A trend across the region inflates R2, not the estimators of systematic designs.
    effort = np.full(10, 2.0)
    trend = np.repeat(np.arange(5) * 10.0, 2)
    for name in ("S1", "S2"):
        assert encounter_rate_variance(trend, effort, name) == 0.0
    for name in ("O1", "O2", "O3"):
        among = encounter_rate_variance(trend, effort, name)
        assert among == pytest.approx(10 / 9 * 4 * 100 / 2 / 400)
        assert among < encounter_rate_variance(trend, effort, "R2") / 5


def test_a_last_odd_transect_joins_the_last_pair():
    found, effort = np.array([3.0, 5.0, 1.0, 4.0, 9.0]), np.array([2.0, 3.0, 1.0, 2.0, 4.0])
    first, last = slice(0, 2), slice(2, 5)
    parts = [
        effort[part].sum() ** 2 * encounter_rate_variance(found[part], effort[part], "R2")
        for part in (first, last)
    ]
    expected = sum(parts) / effort.sum() ** 2
    assert encounter_rate_variance(found, effort, "S2") == pytest.approx(expected)
    assert degrees_of_freedom(5, "S2") == 3
    assert degrees_of_freedom(6, "S2") == 3
    assert degrees_of_freedom(6, "O2") == degrees_of_freedom(6, "R2") == 5


UNEVEN = np.array([4.0, 6.0, 10.0, 3.0, 8.0, 5.0, 9.0, 5.0, 7.0, 3.0, 2.0])


def expectation(name, effort, variance):
    """Mean of an estimate when counts are independent: it is a quadratic form of them."""
    alone = [encounter_rate_variance(row, effort, name) for row in np.eye(effort.size)]
    return float(variance @ alone)


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_estimates_are_unbiased_for_lines_of_equal_length(name):
    effort = np.full(9, 4.0)
    assert expectation(name, effort, 1.5 * effort) == pytest.approx(1.5 / effort.sum())


@pytest.mark.parametrize("name", ["R3", "R4", "O3", "P3"])
def test_model_assisted_estimates_are_unbiased_when_variance_is_proportional_to_effort(name):
    assert expectation(name, UNEVEN, 1.5 * UNEVEN) == pytest.approx(1.5 / UNEVEN.sum())


def test_contagion_estimator_is_right_where_it_was_made_for():
    # Variance a l + b l^2 on lines of very unequal length: R3 takes a part for the whole.
    effort = np.exp(np.linspace(0, 3, 12))
    variance = 2.0 * effort + 1.0 * effort**2
    truth = variance.sum() / effort.sum() ** 2
    assert expectation("R4", effort, variance) == pytest.approx(truth, rel=0.05)
    assert expectation("R3", effort, variance) < 0.7 * truth


def test_pairs_of_unequal_lines_are_biased_as_the_algebra_says():
    effort = np.array([2.0, 6.0])
    truth = effort.sum() / effort.sum() ** 2
    assert expectation("S2", effort, effort) == pytest.approx(truth * 4 * 12 / 64)


def test_covariance_of_a_thing_with_itself_is_its_variance():
    found, effort = [1, 4, 2, 8, 0], [3.0, 5.0, 2.0, 6.0, 4.0]
    for name in ESTIMATORS:
        same = encounter_rate_covariance(found, found, effort, name)
        assert same == pytest.approx(encounter_rate_variance(found, effort, name))


def test_limits_are_those_of_a_log_normal_with_a_t_quantile():
    low, high = log_normal_limits(100.0, 0.3, 12.0, 0.9)
    factor = np.exp(student.ppf(0.95, 12) * np.sqrt(np.log(1.09)))
    assert (low, high) == pytest.approx((100 / factor, 100 * factor))
    assert np.isnan(log_normal_limits(0.0, float("nan"), 3)).all()
    wide = log_normal_limits(100.0, 0.3, np.inf)
    assert wide[1] == pytest.approx(100 * np.exp(1.959964 * np.sqrt(np.log(1.09))), rel=1e-6)


def test_freedom_of_one_part_is_its_own():
    assert satterthwaite((0.2, 0.0), (7, 100)) == pytest.approx(7)
    assert satterthwaite((0.2, 0.1), (np.inf, np.inf)) == np.inf
    assert satterthwaite((0.3, 0.3), (10, 10)) == pytest.approx(20)


def _sample(estimator="R2"):
    return Sample(
        np.array([100.0, 50.0]),
        np.array([0, 0, 0, 1, 1]),
        np.array([4.0, 6.0, 5.0, 3.0, 3.0]),
        0.5,
        estimator,
    )


def test_total_is_the_sum_of_strata_and_shares_the_uncertainty_of_detection():
    sample, found = _sample(), np.array([3.0, 8.0, 2.0, 1.0, 4.0])
    plain = abundance(sample, found / 0.5, Detection(np.zeros((2, 2))))
    assert plain.value[:2] == pytest.approx([13 / 0.5 / (15 * 0.5) * 100, 5 / 0.5 / 3.0 * 50])
    assert plain.value[2] == pytest.approx(plain.value[:2].sum())
    assert plain.se[2] ** 2 == pytest.approx((plain.se[:2] ** 2).sum())
    shared = np.outer(plain.value[:2], plain.value[:2]) * 0.1**2
    vague = abundance(sample, found / 0.5, Detection(shared))
    assert vague.cv**2 == pytest.approx(plain.cv**2 + 0.1**2)


def test_a_single_transect_is_poisson_and_nothing_found_has_no_limits():
    sample = Sample(np.array([10.0]), np.array([0]), np.array([5.0]), 1.0, "R2")
    one = encounter_rate(sample, np.array([9.0]))
    assert one.se[0] == pytest.approx(3 / 5)
    assert one.freedom[0] == np.inf
    animals = encounter_rate(sample, np.array([30.0]), np.array([300.0]))
    assert animals.se[0] == pytest.approx(np.sqrt(300) / 5)
    none = abundance(_sample(), np.zeros(5), Detection(np.zeros((2, 2))))
    assert (none.value == 0).all()
    assert np.isnan(none.cv).all()
    assert np.isnan(none.high).all()


def test_mean_size_of_constant_groups_is_certain():
    sample, groups = _sample(), np.array([3.0, 8.0, 2.0, 1.0, 4.0])
    shared = np.full((2, 2), 30.0)
    of_groups = abundance(sample, groups, Detection(shared))
    of_animals = abundance(sample, 4 * groups, Detection(16 * shared))
    mean, se = mean_group_size(sample, (groups, of_groups), (4 * groups, of_animals), 4 * shared)
    assert mean == pytest.approx([4, 4, 4])
    assert se == pytest.approx([0, 0, 0], abs=1e-6)


POPULATION = np.array([3.0, 0.0, 7.0, 12.0, 5.0, 1.0])
UNITS = np.array([2.0, 1.0, 4.0, 5.0, 3.0, 1.5])


def test_equal_units_are_unbiased_over_all_samples():
    drawn = [
        equal_units(POPULATION[list(some)], 2.0, 12.0)
        for some in itertools.combinations(range(6), 3)
    ]
    animals = np.array([one.animals for one in drawn])
    assert animals.mean() == pytest.approx(POPULATION.sum())
    assert np.mean([one.variance for one in drawn]) == pytest.approx(animals.var())


def test_units_drawn_by_area_are_unbiased_over_all_samples():
    chance, area = UNITS / UNITS.sum(), float(UNITS.sum())
    some = [list(pair) for pair in itertools.product(range(6), repeat=3)]
    weight = np.array([chance[pair].prod() for pair in some])
    drawn = [probability_units(POPULATION[pair], UNITS[pair], area) for pair in some]
    animals = np.array([one.animals for one in drawn])
    mean = weight @ animals
    assert mean == pytest.approx(POPULATION.sum())
    assert weight @ [one.variance for one in drawn] == pytest.approx(weight @ (animals - mean) ** 2)


def test_ratio_of_units_is_equal_units_when_they_are_and_exact_when_density_is_constant():
    same = ratio_units([4, 0, 8], [10.0] * 3, 300.0)
    assert same == equal_units([4, 0, 8], 10.0, 300.0)
    even = ratio_units(3 * UNITS, UNITS, 100.0)
    assert even.animals == pytest.approx(300.0)
    assert even.variance == pytest.approx(0.0, abs=1e-20)


def test_textbook_formula_of_the_ratio_variance():
    y, z, area = np.array([4.0, 9.0, 2.0, 12.0]), np.array([3.0, 5.0, 2.0, 6.0]), 160.0
    ratio, units, n = y.sum() / z.sum(), area / z.mean(), 4
    cov = np.cov(y, z)
    inner = cov[0, 0] - 2 * ratio * cov[0, 1] + ratio**2 * cov[1, 1]
    assert ratio_units(y, z, area).variance == pytest.approx(units * (units - n) / n * inner)


def test_strata_add_up():
    parts = [equal_units([4, 0, 8], 10.0, 300.0), equal_units([1, 2, 2], 10.0, 100.0)]
    both = all_strata(parts)
    assert both.animals == pytest.approx(parts[0].animals + parts[1].animals)
    assert both.variance == pytest.approx(parts[0].variance + parts[1].variance)
    assert 2 <= both.freedom <= 4


def test_strips_that_cover_more_than_the_stratum_are_refused():
    with pytest.raises(InputError, match="must not cover more than the stratum"):
        ratio_units([4, 9], [30.0, 40.0], 50.0)
    with pytest.raises(InputError, match="must have an area > 0"):
        ratio_units([4, 9], [0.0, 40.0], 50.0)
