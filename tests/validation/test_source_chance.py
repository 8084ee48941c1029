"""Source populations: extinction, noise, catastrophes, offtake and exact counts (A2 to A12)."""

import pytest

import theory_source_chance as cases


def assert_all(metrics):
    assert not [one for one in metrics if not one.ok]


@pytest.mark.parametrize(("mean", "founders"), [(0.9, 1), (1.0, 5), (1.2, 5), (1.5, 1)])
def test_lines_die_out_as_the_generating_function_says(mean, founders):
    assert_all(cases.galton_watson(mean, founders, 2_000))


def test_survivors_with_recruits_are_a_branching_process():
    assert_all(cases.survive_and_breed(1_500))


def test_ricker_with_poisson_young_is_the_exact_chain():
    assert_all(cases.ricker(2_500))


@pytest.mark.parametrize("founders", cases.A6)
def test_births_need_both_sexes(founders):
    assert_all(cases.mate_limitation(founders, 1_500))


def test_quasi_extinction_is_seen_at_yearly_censuses():
    assert_all(cases.random_walk(300, scale=30))


def test_catastrophes_lower_the_log_of_growth_more_than_the_mean():
    assert_all(cases.catastrophes(300))


def test_beta_noise_has_the_mean_and_spread_asked_for():
    assert_all(cases.beta_noise(300))


def test_animals_brought_in_hold_a_declining_population():
    assert_all(cases.supplementation(1_500))


def test_the_order_of_growth_and_harvest_matters():
    assert_all(cases.harvest())


def test_rates_of_zero_and_one_give_exact_counts():
    assert_all(cases.housekeeping(3_000, 100_000))
