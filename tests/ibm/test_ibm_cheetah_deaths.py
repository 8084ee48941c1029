import math

import numpy as np
import pytest
from cheetah_world import CAUSES, Colony, make_land, make_rates, season_key

from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES
from ustyurt_models.ibm.cheetah_deaths import apply_ceiling, die, fill_hazards
from ustyurt_models.ibm.cheetah_state import CEILING_HARD, CEILING_PROBABILISTIC

CAUSE = {name: k for k, name in enumerate(CHEETAH_DEATH_CAUSES)}


def pass_season(colony, rates, number, season=0, severity=0.0, replicate=0):
    return die(
        colony.cheetahs,
        rates,
        colony.land,
        colony.scratch,
        severity,
        season,
        season_key(number, replicate),
        colony.tally,
    )


def hazards_with(**by_cause):
    table = np.zeros((CAUSES, 2, 400))
    for name, value in by_cause.items():
        table[CAUSE[name]] = value
    return table


def test_causes_compete_on_the_hazard_scale():
    land = make_land(5, 5, road=0.5, people=1.0, poaching=2.0)
    rates = make_rates(
        hazard=hazards_with(road=0.2, herders_dogs=0.3, snare_poaching=0.1, disease=0.4)
    )
    colony = Colony(land, slots=2000)
    colony.release(1000, 1000)
    deaths = pass_season(colony, rates, 0)
    each = {"road": 0.1, "herders_dogs": 0.3, "snare_poaching": 0.2, "disease": 0.4}
    total = sum(each.values())
    chance = 1 - math.exp(-total)
    assert abs(deaths - 2000 * chance) < 5 * math.sqrt(2000 * chance * (1 - chance))
    assert colony.tally.deaths.sum() == deaths == colony.tally.deaths_in_cell.sum()
    for name, hazard in each.items():
        share = hazard / total
        found = colony.tally.deaths[CAUSE[name]] / deaths
        assert abs(found - share) < 5 * math.sqrt(share * (1 - share) / deaths)
    assert (colony.cheetahs.age[colony.alive()] == 17).all()


def test_a_release_dies_by_a_pulse_that_fades():
    pulse = np.zeros((2, 2, 4))
    pulse[0, 0] = -math.log(0.6), -math.log(0.8), 0.0, 0.0
    rates = make_rates(post_release=pulse)
    colony = Colony(make_land(5, 5), slots=3000)
    colony.release(1500, 1500)
    expected = 3000.0
    for season, survival in enumerate((0.6, 0.8, 1.0, 1.0, 1.0)):
        before = colony.alive().size
        pass_season(colony, rates, season)
        spread = math.sqrt(before * survival * (1 - survival))
        assert abs(colony.alive().size - before * survival) <= 5 * spread
        expected *= survival
    assert abs(colony.alive().size - expected) < 5 * math.sqrt(expected * 0.52)
    assert colony.tally.deaths[CAUSE["post_release"]] == colony.tally.deaths.sum()


def test_releases_of_ten_survive_like_a_binomial():
    pulse = np.zeros((2, 2, 4))
    pulse[0, 0, 0] = -math.log(0.6)
    rates = make_rates(post_release=pulse)
    left = np.zeros(400)
    for replicate in range(left.size):
        colony = Colony(make_land(5, 5), slots=16)
        colony.release(5, 5, event=replicate + 1)
        pass_season(colony, rates, 0, replicate=replicate)
        left[replicate] = colony.alive().size
    assert abs(left.mean() - 6) < 5 * math.sqrt(2.4 / left.size)
    assert 0.8 < left.var() / 2.4 < 1.25


def test_only_fresh_african_stock_feels_cold_and_only_in_winter():
    rates = make_rates(hazard=hazards_with(cold=0.2), cold_response=0.5, cold_seasons=8)
    colony = Colony(make_land(5, 5))
    (local,) = colony.release(1, 0)
    (african,) = colony.release(1, 0, event=2, african=1)
    hazards = np.zeros(CAUSES)

    def cold(slot, severity, season):
        return fill_hazards(colony.cheetahs, slot, rates, colony.land, severity, season, hazards)

    assert cold(african, 0.0, 3) == pytest.approx(0.2)
    assert cold(african, 2.0, 3) == pytest.approx(0.2 * math.e)
    assert cold(african, 0.0, 1) == 0
    assert cold(local, 2.0, 3) == 0
    colony.cheetahs.since_release[african] = 8
    assert cold(african, 2.0, 3) == 0


def test_protection_mitigation_and_conflict_act_on_their_causes():
    land = make_land(5, 5, people=1.0, poaching=1.0, protection=0.5, mitigation=0.25)
    rates = make_rates(
        hazard=hazards_with(herders_dogs=1.0, snare_poaching=1.0),
        protection_effect=0.8,
        retaliation=0.5,
    )
    colony = Colony(land)
    (slot,) = colony.release(1, 0)
    colony.cheetahs.conflict[slot] = 2.0
    hazards = np.zeros(CAUSES)
    fill_hazards(colony.cheetahs, slot, rates, land, 0.0, 0, hazards)
    assert hazards[CAUSE["herders_dogs"]] == pytest.approx(0.6 * 0.75 * 2.0)
    assert hazards[CAUSE["snare_poaching"]] == pytest.approx(0.6)


def test_starvation_sets_in_below_a_condition():
    rates = make_rates(hazard=hazards_with(starvation=1.2), starvation_condition=0.6)
    colony = Colony(make_land(5, 5))
    (slot,) = colony.release(1, 0)
    hazards = np.zeros(CAUSES)
    for condition, expected in ((1.0, 0.0), (0.6, 0.0), (0.3, 0.6), (0.0, 1.2)):
        colony.cheetahs.condition[slot] = condition
        total = fill_hazards(colony.cheetahs, slot, rates, colony.land, 0.0, 0, hazards)
        assert total == pytest.approx(expected)


def test_inbreeding_costs_cubs_the_published_survival():
    rates = make_rates(inbreeding_load=6.29 / 2, load_seasons=4)
    colony = Colony(make_land(5, 5))
    (slot,) = colony.release(1, 0, ages=(0, 0))
    hazards = np.zeros(CAUSES)
    published = {0.0625: 0.82155, 0.125: 0.67494, 0.25: 0.45555, 0.375: 0.30747, 0.5: 0.20753}
    for inbreeding, survival in published.items():
        colony.cheetahs.inbreeding[slot] = inbreeding
        total = 0.0
        for age in range(8):
            colony.cheetahs.age[slot] = age
            total += fill_hazards(colony.cheetahs, slot, rates, colony.land, 0.0, 0, hazards)
        assert math.exp(-total) == pytest.approx(survival, abs=6e-6)


def test_young_cubs_die_with_their_mother_and_old_ones_go_on():
    hazard = hazards_with()
    hazard[CAUSE["road"], 0, 16:] = 1e9
    rates = make_rates(hazard=hazard, orphan_age=4)
    colony = Colony(make_land(5, 5, road=1.0))
    (mother,) = colony.release(1, 0, ages=(20, 20))
    young, older = colony.release(0, 2, ages=(1, 1), event=2)
    c = colony.cheetahs
    c.stage[[young, older]], c.mother[[young, older]] = 0, mother
    c.age[older] = 4
    assert pass_season(colony, rates, 0) == 2
    assert colony.tally.deaths[CAUSE["orphaned"]] == 1
    assert colony.alive().tolist() == [older]
    assert c.stage[older] == 1


def test_a_hard_ceiling_keeps_exactly_k_of_each_sex():
    rates = make_rates(ceiling_rule=CEILING_HARD, ceiling=np.array([7, 3]))
    colony = Colony(make_land(5, 5))
    colony.release(30, 20)
    assert apply_ceiling(colony.cheetahs, rates, colony.scratch, season_key(0), colony.tally) == 40
    males = colony.cheetahs.male[colony.alive()]
    assert (males == 0).sum() == 7
    assert (males == 1).sum() == 3
    assert colony.tally.deaths[CAUSE["ceiling"]] == 40


def test_a_probabilistic_ceiling_keeps_k_in_the_mean():
    rates = make_rates(
        ceiling_rule=CEILING_PROBABILISTIC, ceiling=np.array([20, 0]), ceiling_per_sex=0
    )
    kept = []
    for replicate in range(300):
        colony = Colony(make_land(5, 5))
        colony.release(25, 25)
        key = season_key(0, replicate)
        apply_ceiling(colony.cheetahs, rates, colony.scratch, key, colony.tally)
        kept.append(colony.alive().size)
    assert abs(np.mean(kept) - 20) < 5 * math.sqrt(50 * 0.4 * 0.6 / 300)


def test_lifespan_under_one_hazard_is_geometric():
    rates = make_rates(hazard=hazards_with(disease=-math.log(0.7)))
    colony = Colony(make_land(5, 5), slots=2000)
    colony.release(2000, 0)
    for season in range(5):
        pass_season(colony, rates, season)
    share = 0.7**5
    assert abs(colony.alive().size - 2000 * share) < 5 * math.sqrt(2000 * share * (1 - share))
