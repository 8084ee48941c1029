"""Limiting cases with exact answers, through study files and the full engine (fast versions).

The same cases with many replicates are the table of `benchmarks/theory.py`.
"""

import pytest

from theory_cases import (
    catastrophe,
    galton_watson,
    kinship_drift,
    leslie_growth,
    lifespan,
    mate_limitation,
    order_of_events,
    quarterly_survival,
    rates_of_zero_and_one,
    survive_and_breed,
)


def check(metrics):
    missed = [f"{one.metric}: {one.value:.6g}, expected {one.target}" for one in metrics]
    assert all(one.ok for one in metrics), missed


def test_females_grow_as_the_leslie_matrix_says(tmp_path):
    check(leslie_growth(tmp_path, 600))


def test_four_steps_a_year_give_the_same_growth(tmp_path):
    check(leslie_growth(tmp_path, 200, seasons=4))


def test_quarterly_rates_give_the_yearly_survival(tmp_path):
    check(quarterly_survival(tmp_path, 20_000))


def test_deaths_before_births_give_the_slower_growth(tmp_path):
    check(order_of_events(tmp_path, 100_000))


def test_survive_and_breed_has_the_spread_of_a_branching_process(tmp_path):
    check(survive_and_breed(tmp_path, 600))


def test_an_animal_lives_as_long_as_its_life_table_says(tmp_path):
    check(lifespan(tmp_path, 50_000))


def test_rates_of_zero_and_one_give_exact_counts(tmp_path):
    check(rates_of_zero_and_one(tmp_path))


@pytest.mark.parametrize(("mean", "founders"), [(0.9, 1), (1.0, 5), (1.2, 5), (1.5, 1)])
def test_lines_die_out_as_galton_and_watson_say(tmp_path, mean, founders):
    check(galton_watson(tmp_path, mean, founders, 250))


def test_total_catastrophes_leave_nobody_at_their_rate(tmp_path):
    check(catastrophe(tmp_path, 400))


@pytest.mark.parametrize("founders", [(5, 5), (2, 2)])
def test_without_a_male_there_are_no_births(tmp_path, founders):
    check(mate_limitation(tmp_path, founders, 10, 400))


@pytest.mark.parametrize(("males", "females", "replicates"), [(3, 12, 150), (20, 20, 40)])
def test_inbreeding_follows_the_recursion_of_two_sexes(tmp_path, males, females, replicates):
    check(kinship_drift(tmp_path, males, females, 10, replicates))


@pytest.mark.slow
def test_small_populations_drift_for_twenty_generations(tmp_path):
    check(kinship_drift(tmp_path, 3, 12, 20, 400))


@pytest.mark.slow
def test_mate_limitation_drives_small_populations_out(tmp_path):
    check(mate_limitation(tmp_path, (2, 2), 50, 600))
