"""Demographic limiting cases through the prey kernels; numbers from validation_numbers, part A."""

import numpy as np
import pytest
from prey_driver import (
    AGEING,
    BIRTHS,
    DEATHS,
    demography,
    founders,
    open_grid,
    plain_range,
    replicates,
    run_year,
    some_identities,
    step,
)

from ustyurt_models.ibm.prey_births import measure_crowding
from ustyurt_models.ibm.prey_deaths import die, weigh_hazards
from ustyurt_models.ibm.prey_state import PreyKind, empty_flows, empty_prey, empty_scratch, herd

A1 = """
id = "a1"
name = "Case A1"
mass = { adult_kg = 1.0, birth_kg = 1.0 }
density = { maximum_per_km2 = 1.0 }
[survival]
by_age = [0.5, 0.85, 0.85, 0.88]
maximum_age_yr = 12
[births]
first_age_yr = 3
full_age_yr = 3
male_share = 0.5
first = { chance = 0.5, litter = { shares = [0.10, 0.20, 0.30, 0.25, 0.15] } }
full = { chance = 0.5, litter = { shares = [0.10, 0.20, 0.30, 0.25, 0.15] } }
"""
A1B = A1.replace("maximum_age_yr = 12", "maximum_age_yr = 13").replace("_age_yr = 3", "_age_yr = 4")

POISSON = """
id = "poisson"
name = "Discrete generations or survive-and-breed"
mass = {{ adult_kg = 1.0, birth_kg = 1.0 }}
density = {{ maximum_per_km2 = 1.0 }}
survival = {{ by_age = [1.0, {survival}], maximum_age_yr = {oldest} }}
[births]
first_age_yr = 1
full_age_yr = 1
male_share = 0.0
first = {{ chance = 1.0, litter = {{ poisson = {mean} }} }}
full = {{ chance = 1.0, litter = {{ poisson = {mean} }} }}
"""


def within(values, expected, standard_errors=5.0):
    error = values.std(ddof=1) / np.sqrt(values.shape[0])
    return abs(values.mean() - expected) <= standard_errors * error


def test_females_grow_as_the_leslie_matrix_says():
    numbers, ages = replicates(demography(A1), founders(100, 3, 0, 4), 10, 2000, slots=4000)
    females = numbers[:, :, 0]
    for year, expected in ((1, 127.375), (5, 194.5217), (10, 300.1840)):
        assert within(females[:, year - 1], expected), year
    matrix = np.linalg.matrix_power(leslie_matrix_of_a1(), 10)
    for age in range(1, 13):
        expected = 100.0 * matrix[age - 1, 2]
        if expected > 0.0:
            assert within(ages[:, age], expected), age


def leslie_matrix_of_a1():
    survival = np.array([0.85, 0.85] + [0.88] * 9)
    matrix = np.diag(survival, -1)
    matrix[0, 2:] = 0.5 * 3.15 * 0.5 * 0.5
    return matrix


def test_seasonal_steps_give_the_same_yearly_growth():
    start = founders(100, 12, 0, 4)
    numbers, _ = replicates(demography(A1, seasons=4), start, 5, 1000, slots=4000)
    assert within(numbers[:, 0, 0], 127.375)
    assert within(numbers[:, 4, 0], 194.5217)


def test_deaths_before_births_give_the_slower_growth():
    # Newborns of a year are counted before they face their first year: case A1b.
    grid = open_grid(3, 3)
    demo = demography(A1B)
    kind = PreyKind(plain_range(grid), demo.rates)
    survival = np.array([0.5, 0.85, 0.85] + [0.88] * 9 + [0.88])
    matrix = np.zeros((13, 13))
    matrix[np.arange(1, 13), np.arange(12)] = survival[:12]
    matrix[0, 3:] = survival[3:] * 0.5 * 3.15 * 0.5
    values, vectors = np.linalg.eig(matrix)
    shares = np.abs(vectors[:, values.real.argmax()].real)
    counts = np.round(100_000 * shares / shares.sum()).astype(int)
    start = empty_prey(1_000_000)
    n = counts.sum()
    ages = np.repeat(np.arange(13), counts)
    start.word[:n] = herd(some_identities(n, 3), ages, 0, 4).word
    order = np.array([DEATHS, AGEING, BIRTHS], np.int64)
    flows = empty_flows(9)
    females = [n]
    for year in range(8):
        n = run_year(start, n, grid, kind, empty_scratch(9, 1), order, year, step(cells=9), flows)
        females.append(int((start.male[:n] == 0).sum()))
    growth = (females[-1] / females[0]) ** (1 / 8)
    assert growth == pytest.approx(1.0579066, abs=0.002)


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        (0.9, {1: 0.406570, 5: 0.802771, 10: 0.915083, 20: 0.976331}),
        (1.2, {1: 0.301194, 5: 0.584697, 10: 0.654690, 20: 0.682148}),
    ],
)
def test_lines_die_out_as_galton_and_watson_say(mean, expected):
    demo = demography(POISSON.format(survival=1.0, oldest=1, mean=mean))
    numbers, _ = replicates(demo, founders(1, 1, 0, 4), 20, 20_000, slots=20_000, key=11)
    for year, chance in expected.items():
        extinct = (numbers[:, year - 1].sum(axis=1) == 0).mean()
        assert abs(extinct - chance) < 5 * np.sqrt(chance * (1 - chance) / 20_000), year


def test_survive_and_breed_has_the_mean_and_spread_of_case_a3():
    demo = demography(POISSON.format(survival=0.8, oldest=400, mean=0.3))
    numbers, _ = replicates(demo, founders(20, 1, 0, 4), 10, 10_000, slots=4000, key=13)
    final = numbers[:, 9, 0]
    assert within(final, 51.8748)
    assert 0.95 < final.std() / 18.5939 < 1.05
    numbers, _ = replicates(demo, founders(1, 1, 0, 4), 30, 10_000, slots=4000, key=17)
    for year, chance in ((10, 0.523376), (30, 0.618849)):
        extinct = (numbers[:, year - 1].sum(axis=1) == 0).mean()
        assert abs(extinct - chance) < 5 * np.sqrt(chance * (1 - chance) / 10_000)


def test_the_highest_age_breeds_and_then_dies():
    demo = demography(A1)
    rates = demo.rates
    assert rates.old_age == 12
    assert rates.birth_chance[12] == 0.5
    assert demography(A1, seasons=4).rates.old_age == 4 * 13 - 1


CROWDED = (
    A1.replace("density = { maximum_per_km2 = 1.0 }", "")
    + """
[density]
maximum_per_km2 = 1.0
theta = 1.5
young = 1.0
adult = 0.2
births = 0.4
"""
)


@pytest.mark.parametrize("seasons", [1, 4])
@pytest.mark.parametrize("start_share", [0.05, 1.8])
def test_numbers_settle_at_the_calibrated_capacity(seasons, start_share):
    capacity = 60_000.0
    grid = open_grid(3, 3)
    demo = demography(CROWDED, seasons=seasons)
    land = plain_range(grid, seasons, capacity_around=np.full(9, capacity))
    n = int(capacity * start_share)
    prey = empty_prey(400_000)
    ages, males = seasons * (1 + np.arange(n) % 12), np.arange(n) // 12 % 2
    prey.word[:n] = herd(some_identities(n), ages, males, 4).word
    order = np.array([BIRTHS, DEATHS, AGEING], np.int64)
    flows = empty_flows(9)
    kind = PreyKind(land, demo.rates)
    numbers = []
    for year in range(90):
        n = run_year(
            prey,
            n,
            grid,
            kind,
            empty_scratch(9, 1),
            order,
            year * seasons,
            step(cells=9),
            flows,
        )
        numbers.append(n)
    assert np.mean(numbers[-30:]) / capacity == pytest.approx(1.0, abs=0.01)


def test_growth_far_below_capacity_is_that_of_the_life_table():
    crowded, free = demography(CROWDED), demography(A1)
    assert crowded.growth == pytest.approx(free.growth)
    assert crowded.growth == pytest.approx(1.0911286, abs=5e-8)
    assert crowded.strength > 0.0 == free.strength


def test_causes_share_the_deaths_by_their_hazards():
    demo = demography(A1)
    grid = open_grid(3, 3)
    hazards = {
        "crowding": 0.05,
        "winter": 0.02,
        "drought": 0.03,
        "wolf": 0.04,
        "poaching": 0.06,
        "disease": 0.07,
    }
    rates = demo.rates._replace(
        background=np.full((2, 13), 0.08),
        background_survival=np.exp(np.full((2, 13), -0.08)),
        **{name: np.full(4, value) for name, value in hazards.items()},
    )
    land = plain_range(grid, capacity_around=np.full(9, 100_000.0), snow_exposure=np.full(9, 2.0))
    climate = step().climate._replace(winter_severity=1.5, summer_drought=2.0, disease=1)
    moment = step(
        cells=9, climate=climate, pressure=np.full(9, 0.5), harvest=np.full(4, 0.09), key=5
    )
    n = 200_000
    prey = founders(n, 3, 0, 4)
    from_kernel = np.zeros(10, np.int64)
    scratch = empty_scratch(9, 1)
    left = one_season_of_deaths(prey, n, grid, PreyKind(land, rates), scratch, moment, from_kernel)
    crowding = 2.0**rates.theta
    parts = np.array(
        [0.08, 0.05 * crowding, 0.02 * 1.5 * 2, 0.03 * 2, 0.04, 0.06 * 0.5, 0.09, 0.07]
    )
    survival = np.exp(-parts.sum())
    assert abs(left - n * survival) < 5 * np.sqrt(n * survival * (1 - survival))
    assert from_kernel.sum() == n - left
    expected = (n - left) * parts / parts.sum()
    assert np.all(np.abs(from_kernel[:8] - expected) < 5 * np.sqrt(expected))
    assert from_kernel[8:].sum() == 0


def one_season_of_deaths(prey, n, grid, kind, scratch, moment, deaths):
    measure_crowding(prey, n, grid, kind, scratch, moment)
    weigh_hazards(kind, scratch, moment)
    flows = empty_flows(0)._replace(deaths=deaths)
    return die(prey, n, kind, scratch, moment, flows)


def test_survival_of_one_and_zero_is_exact():
    immortal = demography(A1.replace("[0.5, 0.85, 0.85, 0.88]", "[1.0]"))
    numbers, _ = replicates(
        immortal, founders(50, 1, 1, 4), 5, 1, slots=100, order=(DEATHS, AGEING)
    )
    assert (numbers[0, :, 1] == 50).all()
    doomed = demography(A1.replace("[0.5, 0.85, 0.85, 0.88]", "[0.0]"))
    numbers, _ = replicates(doomed, founders(50, 1, 1, 4), 2, 1, slots=100)
    assert (numbers == 0).all()


def test_a_small_crowded_population_is_the_poisson_ricker_chain():
    # Case A4: N' ~ Poisson(N exp(0.5 (1 - N / K))), K = 20, started at 20.
    text = POISSON.format(survival=1.0, oldest=1, mean=float(np.exp(0.5)))
    text = text.replace("{ maximum_per_km2 = 1.0 }", "{ maximum_per_km2 = 1.0, births = 1.0 }")
    demo = demography(text)
    assert demo.strength == pytest.approx(0.5)
    numbers, _ = replicates(
        demo, founders(20, 1, 0, 4), 100, 8_000, slots=1_000, key=19, capacity=20.0
    )
    final = numbers[:, 99].sum(axis=1)
    for year, chance in ((50, 0.002649), (100, 0.005683)):
        extinct = (numbers[:, year - 1].sum(axis=1) == 0).mean()
        assert abs(extinct - chance) < 5 * np.sqrt(chance / 8_000), year
    assert within(final, 18.7411)
    alive = final[final > 0]
    assert within(alive, 18.8482)
    assert 0.95 < alive.std() / 5.2947 < 1.05
