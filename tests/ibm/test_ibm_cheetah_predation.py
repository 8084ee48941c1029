import math

import numpy as np
import pytest
from cheetah_world import Colony, make_land, make_rates, season_key

from ustyurt_models.formulas.predation import holling_multi
from ustyurt_models.ibm.cheetah_state import new_scratch
from ustyurt_models.ibm.predation import hunt, update_condition


def herd(land, young, adults):
    """Prey of two types in every inside cell."""
    counts = np.zeros((2, land.inside.size), np.int32)
    counts[:, land.inside == 1] = np.array([[young], [adults]])
    return counts


def hunted(colony, counts, rates, key):
    quota = np.zeros_like(counts)
    total = hunt(
        colony.cheetahs, counts, quota, rates, colony.land, colony.scratch, key, colony.tally
    )
    assert total == quota.sum()
    assert (quota >= 0).all()
    assert (quota <= counts).all()
    return quota


def test_kills_in_a_large_herd_follow_the_multi_prey_response():
    land = make_land(13, 13, reach_km=20.0)
    rates = make_rates()
    counts = herd(land, 300, 500)
    colony = Colony(land)
    colony.release(1, 0)
    seasons = 400
    kills = np.array([hunted(colony, counts, rates, season_key(t)).sum(1) for t in range(seasons)])
    handling = rates.mass_kg / (rates.surplus * rates.need_kg)
    expected = holling_multi(np.array([300, 500]) / 25.0, rates.attack_km2, handling)
    error = kills.std(0, ddof=1) / math.sqrt(seasons)
    assert (np.abs(kills.mean(0) - expected) < 5 * error).all()
    # Poisson-like spread: one kill does not prevent or cause another in a large herd.
    np.testing.assert_allclose(kills.var(0) / kills.mean(0), 1.0, atol=0.4)


def test_rivals_lower_kills_as_beddington_and_deangelis_say():
    land = make_land(13, 13, reach_km=100.0)
    counts = herd(land, 0, 40)
    hunters, seasons, km2 = 20, 30, 400.0
    kills = []
    for interference in (0.0, km2):
        rates = make_rates(interference_km2=interference, range_biomass_kg=1e9)
        colony = Colony(land)
        colony.release(hunters, 0)
        kills.append(
            np.mean([hunted(colony, counts, rates, season_key(t)).sum() for t in range(seasons)])
        )
    met = 250.0 * 40 / 25.0
    handling = 22.0 / (1.3 * 350.0)
    rivals = (hunters - 1) / (land.inside.sum() * 25.0)
    expected = (1 + handling * met) / (1 + handling * met + km2 * rivals)
    assert kills[1] / kills[0] == pytest.approx(expected, rel=0.05)
    assert expected < 0.9


def test_a_lone_hunter_and_cubs_do_not_interfere():
    land = make_land(9, 9, reach_km=12.0)
    results = []
    for interference in (0.0, 1e6):
        rates = make_rates(interference_km2=interference)
        colony = Colony(land)
        mother, cub = colony.release(2, 0)
        colony.cheetahs.stage[cub], colony.cheetahs.mother[cub] = 0, mother
        results.append(hunted(colony, herd(land, 3, 20), rates, season_key(0)))
    np.testing.assert_array_equal(*results)


def test_kills_stand_where_prey_stands():
    land = make_land(9, 9, reach_km=12.0)
    rates = make_rates(range_biomass_kg=1e9)
    counts = herd(land, 0, 0)
    middle = 4 * 9 + 4
    counts[1, middle], counts[1, middle + 1] = 300, 100
    colony = Colony(land)
    colony.release(1, 0)
    total = sum(hunted(colony, counts, rates, season_key(t)) for t in range(200))
    assert total[0].sum() == 0
    share = total[1, middle] / total[1].sum()
    error = math.sqrt(0.75 * 0.25 / total[1].sum())
    assert abs(share - 0.75) < 5 * error


def test_scarce_prey_is_never_overdrawn_and_hunger_lowers_condition():
    land = make_land(9, 9, reach_km=40.0)
    rates = make_rates()
    counts = herd(land, 0, 0)
    counts[1, 4 * 9 + 4] = 3
    colony = Colony(land)
    colony.release(6, 6)
    quota = hunted(colony, counts, rates, season_key(0))
    assert quota.sum() <= 3
    fed = np.minimum(1.0, colony.cheetahs.intake_kg[:12] / rates.need_kg)
    update_condition(colony.cheetahs, rates)
    np.testing.assert_allclose(colony.cheetahs.condition[:12], 0.5 + 0.5 * fed)
    eaten = colony.cheetahs.intake_kg[:12].sum()
    assert math.isclose(eaten, quota.sum() * rates.mass_kg[1])


def test_hazards_of_several_cheetahs_add_up_and_nobody_goes_first():
    land = make_land(9, 9, reach_km=12.0)
    rates = make_rates(range_biomass_kg=1e9)
    counts = herd(land, 0, 1)
    colony = Colony(land)
    colony.release(2, 2)
    seasons = 600
    deaths, eaten = np.zeros(seasons), np.zeros((seasons, 4))
    for t in range(seasons):
        deaths[t] = hunted(colony, counts, rates, season_key(t)).sum()
        eaten[t] = colony.cheetahs.intake_kg[:4] / rates.mass_kg[1]
    cells = int(colony.cheetahs.range_cells[0])
    met = rates.attack_km2[1] / land.cell_km**2
    rate = met / (1 + met * rates.mass_kg[1] / (rates.surplus * rates.need_kg))
    expected = cells * -math.expm1(-4 * rate / cells)
    error = deaths.std() / math.sqrt(seasons)
    assert abs(deaths.mean() - expected) < 5 * error
    assert (np.abs(eaten.mean(0) - expected / 4) < 5 * eaten.std(0) / math.sqrt(seasons)).all()


def test_a_mother_needs_more_and_her_cubs_share_her_condition():
    land = make_land(9, 9)
    rates = make_rates()
    colony = Colony(land)
    mother, cub = colony.release(2, 0)
    c = colony.cheetahs
    c.stage[cub], c.mother[cub], c.dependents[mother] = 0, mother, 3
    hunted(colony, herd(land, 0, 0), rates, season_key(0))
    assert c.need_kg[mother] == rates.need_kg * 2.5
    update_condition(c, rates)
    assert c.condition[mother] == c.condition[cub] == 0.5


def test_home_ranges_shrink_as_prey_grows_between_bounds():
    land = make_land(31, 31, reach_km=30.0)
    rates = make_rates(range_biomass_kg=4889.0)
    cells = []
    for adults in (0, 1, 5, 20, 1000):
        colony = Colony(land)
        colony.release(1, 0)
        hunted(colony, herd(land, 0, adults), rates, season_key(0))
        cells.append(int(colony.cheetahs.range_cells[0]))
    assert cells[0] == land.range_most
    assert cells[-1] == land.range_least
    assert cells[2] == math.ceil(4889 / (5 * 22.0))
    assert cells == sorted(cells, reverse=True)


def test_intake_saturates_at_satiation():
    land = make_land(9, 9, reach_km=12.0)
    rates = make_rates(small_attack_km2=1e6)
    land.small_prey_kg_per_km2[:] = 100.0
    colony = Colony(land)
    colony.release(1, 0)
    hunted(colony, herd(land, 0, 0), rates, season_key(0))
    assert colony.cheetahs.intake_kg[0] == pytest.approx(rates.surplus * rates.need_kg, rel=1e-4)


def test_livestock_is_taken_instead_of_scarce_prey_unless_guarded():
    land = make_land(9, 9, reach_km=12.0, livestock_per_km2=5.0)
    rates = make_rates(livestock_attack_km2=2.0, condition_memory=0.0)
    taken = []
    for adults, guarded in ((0, 0.0), (2000, 0.0), (0, 1.0)):
        land.mitigation[:] = guarded
        colony = Colony(land)
        colony.release(20, 20)
        for t in range(10):
            hunted(colony, herd(land, 0, adults), rates, season_key(t))
        taken.append(colony.tally.livestock[0])
    assert taken[0] > 3 * taken[1] > 0
    assert taken[2] == 0


@pytest.mark.parametrize(
    ("types", "places"), [(3, (0, 2)), (8, (6, 7)), (9, (7, 8)), (17, (3, 16))]
)
def test_types_of_prey_that_are_absent_change_no_hunt(types, places):
    land, few = make_land(15, 15), make_rates(range_biomass_kg=2000.0)
    rates = few._replace(
        **{name: np.ones(types) for name in ("attack_km2", "mass_kg", "food_kg")},
    )
    for one, other in zip(few, rates, strict=True):
        if np.shape(other) == (types,):
            other[list(places)] = one
    two = np.random.default_rng(5).poisson(2, (2, land.inside.size)).astype(np.int32)
    counts = np.zeros((types, land.inside.size), np.int32)
    counts[list(places)] = two
    plain, spread = Colony(land), Colony(land)
    spread.scratch = new_scratch(256, types, land, 11)
    spread.tally = spread.tally._replace(kills=np.zeros(types, np.int64))
    for colony in (plain, spread):
        colony.release(7, 7)
    expected = hunted(plain, two, few, season_key(1))
    found = hunted(spread, counts, rates, season_key(1))
    assert expected.sum() > 20
    np.testing.assert_array_equal(found[list(places)], expected)
    np.testing.assert_array_equal(spread.cheetahs.intake_kg, plain.cheetahs.intake_kg)


def test_compiled_hunt_equals_plain_python():
    land = make_land(15, 15, livestock_per_km2=2.0, small_prey_kg_per_km2=1.0)
    rates = make_rates(
        livestock_attack_km2=2.0,
        small_attack_km2=10.0,
        range_biomass_kg=2000.0,
        interference_km2=500.0,
    )
    counts = np.random.default_rng(5).poisson(2, (2, land.inside.size)).astype(np.int32)
    results = []
    for run, conditions in ((hunt, update_condition), (hunt.py_func, update_condition.py_func)):
        colony = Colony(land)
        colony.release(7, 7)
        quota = np.zeros_like(counts)
        with np.errstate(over="ignore"):
            run(
                colony.cheetahs, counts, quota, rates, land, colony.scratch,
                season_key(1), colony.tally,
            )  # fmt: skip
            conditions(colony.cheetahs, rates)
        results.append((quota, *colony.cheetahs, colony.tally.kills, colony.tally.livestock))
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)
