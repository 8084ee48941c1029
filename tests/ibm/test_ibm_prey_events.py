"""Properties of single prey events: kills, litters, rut, density, and compiled = plain Python."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prey_driver import SIMPLE, demography, open_grid, plain_range, some_identities, step

from ustyurt_models.ibm import prey_births, prey_deaths, prey_movement, prey_predation
from ustyurt_models.ibm.prey_state import PreyKind, empty_flows, empty_prey, empty_scratch, herd

GRID = open_grid(7, 7)
INSIDE = np.flatnonzero(GRID.inside).astype(np.int32)


def some_prey(n, seed=1, slots=None, oldest=40, **given_traits):
    rng = np.random.default_rng(seed)
    prey = empty_prey(slots or n)
    traits = {
        "age": rng.integers(0, oldest, n),
        "male": rng.integers(0, 2, n),
        "cell": rng.choice(INSIDE, n),
    }
    prey.word[:n] = herd(some_identities(n, seed), **{**traits, **given_traits}).word
    return prey


def copy_of(prey):
    return type(prey)(*(array.copy() for array in prey))


def rich_kind(herds=0):
    """Return a species with every process on, in a land with features."""
    demo = demography(SIMPLE, seasons=4)
    rng = np.random.default_rng(2)
    rates = demo.rates._replace(
        background=np.full((2, 16), 0.03),
        background_survival=np.exp(np.full((2, 16), -0.03)),
        crowding=np.full(4, 0.05),
        winter=np.full(4, 0.02),
        drought=np.full(4, 0.03),
        wolf=np.full(4, 0.02),
        poaching=np.array([0.01, 0.01, 0.02, 0.05]),
        disease=np.full(4, 0.3),
        theta=1.7,
        crowding_births=0.2,
        shortage_share=0.1,
        drought_season=0,
        winter_season=0,
    )
    land = plain_range(
        GRID,
        4,
        attraction=rng.uniform(0.1, 1.0, (4, 49)) * GRID.inside,
        capacity_around=rng.uniform(20.0, 60.0, 49),
        snow_exposure=rng.uniform(0.5, 2.0, 49),
        steps=np.full(4, 6),
        directedness=np.full(4, 0.2),
        edge_permeability=np.full(4, 0.3),
        herds=herds,
        immigration=0.1,
        radius=1,
    )
    climate = step().climate._replace(winter_severity=0.7, summer_drought=0.4, disease=1)
    moment = step(cells=49, climate=climate, pressure=rng.uniform(0.0, 2.0, 49), key=77)
    return PreyKind(land, rates), moment


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(0, 2**32), st.floats(0.0, 1.0))
def test_exactly_the_wanted_animals_are_killed(n, seed, share):
    prey = some_prey(n, seed % 1000)
    before = np.zeros((2, 49), np.int32)
    prey_predation.count_prey(prey, n, 4, 0, before)
    assert before.sum() == n
    quota = np.random.default_rng(seed).binomial(before, share).astype(np.int32)
    expected = before - quota
    killed = quota.sum()
    deaths = np.zeros(10, np.int64)
    left = prey_predation.remove_killed(
        prey, n, 4, 0, before.copy(), quota, np.uint64(seed), deaths
    )
    after = np.zeros((2, 49), np.int32)
    prey_predation.count_prey(prey, left, 4, 0, after)
    assert (after == expected).all()
    assert left == n - killed == n - deaths[8]
    assert (quota == 0).all()


def test_every_animal_of_a_cell_is_killed_with_the_same_chance():
    hits = np.zeros(10)
    for key in range(4_000):
        prey = some_prey(10, oldest=1, cell=INSIDE[0])
        all_of_them = prey.mark
        counts, quota = np.zeros((2, 49), np.int32), np.zeros((2, 49), np.int32)
        prey_predation.count_prey(prey, 10, 4, 0, counts)
        quota[0, INSIDE[0]] = 3
        left = prey_predation.remove_killed(
            prey, 10, 4, 0, counts, quota, np.uint64(key), np.zeros(10, np.int64)
        )
        assert left == 7
        hits += ~np.isin(all_of_them, prey.mark[:7])
    assert np.all(np.abs(hits / 4_000 - 0.3) < 5 * np.sqrt(0.21 / 4_000))


@pytest.mark.parametrize("herds", [0, 2])
def test_compiled_equals_plain_python(herds):
    kind, moment = rich_kind(herds)
    ends = []
    for plain in (False, True):

        def run(kernel, *arguments, plain=plain):
            return (kernel.py_func if plain else kernel)(*arguments)

        prey, n = some_prey(300, slots=900, oldest=14), 300
        scratch = empty_scratch(49, 2)
        flows = empty_flows(49)
        counts = np.zeros((2, 49), np.int32)
        numbers, zones = np.zeros((2, 2), np.int64), np.zeros(2)
        with np.errstate(over="ignore"):
            n = run(prey_movement.walk_prey, prey, n, GRID, kind, scratch, moment, flows.moved)
            n = run(prey_movement.immigrate, prey, n, kind, moment, flows.moved)
            run(prey_births.measure_crowding, prey, n, GRID, kind, scratch, moment)
            conception = run(prey_births.rut_conception, prey, n, kind.rates)
            n = run(prey_births.give_birth, prey, n, kind, scratch, moment)
            run(prey_deaths.weigh_hazards, kind, scratch, moment)
            n = run(prey_deaths.die, prey, n, kind, scratch, moment, flows)
            run(prey_predation.count_prey, prey, n, 4, 0, counts)
            quota = (counts // 2).astype(np.int32)
            killed = (counts, quota, moment.key, flows.deaths)
            n = run(prey_predation.remove_killed, prey, n, 4, 0, *killed)
            n = run(prey_predation.arrive, prey, n, 8, (2, 1), np.array([6, 7, 6]), moment.key)
            run(prey_predation.census, prey, n, 5, numbers)
            zone = np.arange(49, dtype=np.uint8) % 2
            run(prey_predation.biomass, prey, n, kind.rates.mass_kg, 4, zone, zones)
            run(prey_deaths.grow_older, prey, n)
        ends.append([n, conception, numbers, zones, *flows, *(a[:n] for a in prey)])
    for compiled, python in zip(*ends, strict=True):
        assert np.array_equal(compiled, python)
    assert ends[0][0] > 50


def test_slots_do_not_change_fates_and_too_few_are_reported():
    kind, moment = rich_kind()
    ends = []
    for slots in (600, 5_000):
        prey, n = some_prey(300, slots=slots), 300
        scratch = empty_scratch(49, 1)
        prey_births.measure_crowding(prey, n, GRID, kind, scratch, moment)
        n = prey_births.give_birth(prey, n, kind, scratch, moment)
        ends.append([array[:n].copy() for array in prey])
    for few, many in zip(*ends, strict=True):
        assert np.array_equal(few, many)
    prey = some_prey(300, slots=310)
    scratch = empty_scratch(49, 1)
    prey_births.measure_crowding(prey, 300, GRID, kind, scratch, moment)
    assert prey_births.give_birth(prey, 300, kind, scratch, moment) == -1
    assert prey_predation.arrive(prey, 300, 8, (20, 20), np.full(40, 4), np.uint64(1)) == -1
    places = (INSIDE, np.linspace(0.1, 1.0, INSIDE.size), np.array([0.5, 1.0]))
    assert prey_movement.settle(prey, 300, 20, *places, np.uint64(2)) == -1


def test_order_of_animals_changes_no_fate():
    kind, moment = rich_kind(herds=2)
    survivors = []
    for shuffle in (False, True):
        prey, n = some_prey(400, oldest=14), 400
        if shuffle:
            order = np.random.default_rng(4).permutation(n)
            prey = type(prey)(prey.word[order])
        scratch = empty_scratch(49, 2)
        n = prey_movement.walk_prey(prey, n, GRID, kind, scratch, moment, np.zeros(2, np.int64))
        prey_births.measure_crowding(prey, n, GRID, kind, scratch, moment)
        prey_deaths.weigh_hazards(kind, scratch, moment)
        n = prey_deaths.die(prey, n, kind, scratch, moment, empty_flows(0))
        survivors.append(np.sort(prey.word[:n]))
    assert np.array_equal(*survivors)


def test_crowding_is_number_over_capacity_of_the_neighbourhood():
    kind, moment = rich_kind()
    prey, n = some_prey(500), 500
    scratch = empty_scratch(49, 1)
    prey_births.measure_crowding(prey, n, GRID, kind, scratch, moment)
    grazing = np.bincount(prey.cell[prey.age > 0], minlength=49).reshape(7, 7)
    padded = np.pad(grazing, 1)
    around = sum(padded[1 + i : 8 + i, 1 + j : 8 + j] for i in (-1, 0, 1) for j in (-1, 0, 1))
    ratio = np.minimum(around.ravel() / kind.land.capacity_around, kind.rates.crowding_cap)
    occupied = np.bincount(prey.cell, minlength=49) > 0
    assert scratch.crowding[occupied] == pytest.approx(ratio[occupied] ** 1.7)


def test_a_ceiling_cuts_the_mean_number_to_capacity():
    kind, moment = rich_kind()
    quiet = {name: np.zeros(4) for name in ("winter", "drought", "wolf", "poaching", "disease")}
    rates = kind.rates._replace(
        background_survival=np.ones((2, 16)),
        background=np.zeros((2, 16)),
        crowding=np.ones(4),
        theta=0.0,
        **quiet,
    )
    land = kind.land._replace(radius=0, capacity_around=np.full(49, 400.0))
    left = []
    for key in range(50):
        prey = some_prey(1_000, age=5, cell=INSIDE[3])
        scratch = empty_scratch(49, 1)
        now = moment._replace(key=np.uint64(key))
        ceiling = PreyKind(land, rates)
        prey_births.measure_crowding(prey, 1_000, GRID, ceiling, scratch, now)
        prey_deaths.weigh_hazards(ceiling, scratch, now)
        flows = empty_flows(0)
        left.append(prey_deaths.die(prey, 1_000, ceiling, scratch, now, flows))
        assert flows.deaths[1] == 1_000 - left[-1]
    assert abs(np.mean(left) - 400.0) < 5 * np.sqrt(240.0 / 50)


def test_conception_collapses_when_males_are_few():
    kind, _ = rich_kind()
    rates = kind.rates._replace(
        shortage_share=0.01, shortage_steepness=4.0, rut_male_age=7, rut_female_age=3
    )
    expected = {0.2: 1.0, 0.025: 0.975, 0.01: 0.5, 0.005: 1 / 17}
    for share, conception in expected.items():
        prey = some_prey(2_000, age=8, male=np.arange(2_000) < share * 2_000)
        found = prey_births.rut_conception(prey, 2_000, rates)
        assert found == pytest.approx(conception, abs=0.001)
    prey = some_prey(2_000, age=8, male=0)
    assert prey_births.rut_conception(prey, 2_000, rates) == 0.0
    assert prey_births.rut_conception(prey, 2_000, rates._replace(shortage_share=0.0)) == 1.0


def test_litters_follow_their_table_and_sexes_the_sex_ratio():
    kind, moment = rich_kind()
    n = 20_000
    rates = kind.rates._replace(
        birth_chance=np.ones(16),
        litter=np.array([[0.0, 0.7, 1.0], [0.0, 0.7, 1.0]]),
        crowding_births=0.0,
        male_share_at_birth=0.4,
    )
    prey = some_prey(n, slots=4 * n, age=8, male=0)
    calm = moment._replace(climate=step().climate)
    scratch = empty_scratch(49, 1)
    total = prey_births.give_birth(prey, n, PreyKind(kind.land, rates), scratch, calm)
    born = total - n
    assert abs(born - 1.3 * n) < 5 * np.sqrt(n * 0.21)
    assert (prey.age[n:total] == 0).all()
    assert abs(prey.male[n:total].mean() - 0.4) < 5 * np.sqrt(0.24 / born)
    assert np.unique(prey.word[:total] >> np.uint64(20)).size == total


def test_census_biomass_and_map_count_everyone():
    kind, _ = rich_kind()
    prey, n = some_prey(700), 700
    numbers, zones = np.zeros((2, 2), np.int64), np.zeros(3)
    prey_predation.census(prey, n, 5, numbers)
    assert numbers.sum() == n
    assert numbers[1, 0] == ((prey.male == 1) & (prey.age < 5)).sum()
    zone = (np.arange(49) % 3).astype(np.uint8)
    prey_predation.biomass(prey, n, np.full(4, 2.5), kind.rates.adult_age, zone, zones)
    assert zones == pytest.approx(2.5 * np.bincount(zone[prey.cell], minlength=3))
    counts = np.zeros(49, np.int32)
    prey_predation.add_to_map(prey, n, counts)
    assert np.array_equal(counts, np.bincount(prey.cell, minlength=49))
