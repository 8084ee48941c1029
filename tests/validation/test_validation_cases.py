"""Cases of classes, space, predation and cheetahs, through study files (fast versions).

The same cases with many replicates are the table of `benchmarks/theory.py`.
"""

import pytest

import theory_cheetahs as cheetahs
import theory_demography as demography
import theory_predation as predation
import theory_space as space
from theory_walk import correlated_walk


def check(metrics):
    missed = [f"{one.metric}: {one.value:.6g}, expected {one.target}" for one in metrics]
    assert all(one.ok for one in metrics), missed


def test_classes_have_the_means_and_covariances_of_a_branching_process(tmp_path):
    check(demography.branching(tmp_path, 600))


def test_ages_approach_the_right_eigenvector(tmp_path):
    check(demography.stable_ages(tmp_path, 20_000))


def test_numbers_settle_at_capacity_from_below_and_above(tmp_path):
    check(demography.capacity(tmp_path, 4))


def test_weather_has_the_memory_and_correlation_asked_for(tmp_path):
    check(demography.weather(tmp_path, 600))


def test_partial_catastrophes_leave_the_mean_and_spread_of_the_exact_answer(tmp_path):
    check(demography.partial_catastrophe(tmp_path, 500))


def test_competing_causes_share_the_deaths_by_their_hazards(tmp_path):
    check(demography.competing_causes(tmp_path, 50_000))


def test_male_biased_offtake_follows_the_two_sex_matrix(tmp_path):
    check(demography.male_biased_offtake(tmp_path, 200))


def test_conception_falls_with_the_share_of_males(tmp_path):
    check(demography.male_shortage(tmp_path, 30_000))


def test_cohorts_and_individuals_are_one_distribution(tmp_path):
    check(demography.cohorts(tmp_path, 1_000))


def test_animals_diffuse_and_those_who_leave_are_counted(tmp_path):
    check(space.diffusion(tmp_path, 20_000))


def test_cheetahs_walk_as_a_correlated_random_walk(tmp_path):
    check(correlated_walk(tmp_path, 60))


def test_occupancy_becomes_uniform_or_proportional_to_habitat(tmp_path):
    check(space.stationary(tmp_path, 20_000))


def test_a_closed_line_of_any_slope_holds_everybody(tmp_path):
    check(space.closed_lines(tmp_path, 1_000, (0.0, 45.0, 63.4, 135.0)))


def test_crossings_of_a_permeable_line_are_binomial_on_diagonals_too(tmp_path):
    check(space.permeable_lines(tmp_path, 10_000))


def test_females_find_mates_as_geometry_says(tmp_path):
    check(space.mate_finding(tmp_path, 200))


def test_cells_of_one_and_of_five_kilometres_hold_the_same_number(tmp_path):
    check(space.two_grids(tmp_path, 3))


def test_kills_follow_the_disc_equation_and_prey_lose_them(tmp_path):
    check(predation.functional_response(tmp_path, 150))


def test_scarce_prey_is_not_overdrawn_and_hunger_lowers_condition(tmp_path):
    check(predation.scarcity(tmp_path, 10))


def test_lives_are_geometric_or_tabulated(tmp_path):
    check(cheetahs.lifespans(tmp_path, 200))


def test_litters_come_at_their_interval_and_sooner_when_lost(tmp_path):
    check(cheetahs.litter_intervals(tmp_path))


@pytest.mark.parametrize("name", ["Serengeti-like", "predator-free"])
def test_growth_is_that_of_the_two_sex_stage_matrix(tmp_path, name):
    check(cheetahs.growth(tmp_path, name, 100))


def test_no_more_territories_are_held_than_fit(tmp_path):
    check(cheetahs.territories(tmp_path, 20))


def test_a_release_survives_its_pulse_like_a_binomial(tmp_path):
    check(cheetahs.release(tmp_path, 300))


def test_unrelated_founders_have_the_gene_diversity_of_their_number(tmp_path):
    check(cheetahs.founders(tmp_path))
