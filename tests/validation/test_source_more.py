"""Source populations: B4, C1, C2, D2 to D4, G3, G5 and more of A1 and A9 (fast versions)."""

import pytest

import theory_source_more as cases


def assert_all(metrics):
    assert not [one for one in metrics if not one.ok]


def test_descendants_of_an_age_are_its_reproductive_value():
    assert_all(cases.reproductive_values(100))


def test_elasticities_are_those_of_the_leslie_matrix():
    assert_all(cases.elasticities())


def test_normal_scores_make_the_correlation_of_beta_rates():
    assert_all(cases.copula(600))


def test_normal_noise_cut_at_one_lowers_the_mean():
    assert_all(cases.truncated_normal(400))


def test_binomial_noise_has_the_trials_nearest_to_the_spread():
    assert_all(cases.binomial_noise(400))


def test_variance_of_family_size_sets_the_effective_number():
    assert_all(cases.variance_size(500))


@pytest.mark.parametrize(("males", "females"), [(3, 12), (20, 20)])
def test_effective_number_of_two_sexes_is_the_harmonic_one(males, females):
    assert_all(cases.effective_size(males, females, 200))


def test_lethal_equivalents_come_back_from_survival():
    assert_all(cases.lethal_equivalents(50))


def test_selection_removes_recessive_lethals():
    assert_all(cases.removed_lethals(200))


def test_any_offspring_distribution_dies_out_at_its_fixed_point():
    assert_all(cases.given_offspring(3_000))


def test_short_steps_approach_linear_birth_and_death():
    assert_all(cases.birth_death(3_000))


def test_large_numbers_follow_the_theta_logistic_map():
    assert_all(cases.theta_logistic(3))


def test_dispersal_has_the_moments_of_its_kernel():
    assert_all(cases.kernel_moments(20_000))
