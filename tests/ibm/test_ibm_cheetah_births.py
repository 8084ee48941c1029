import math

import numpy as np
import pytest
from cheetah_world import CAUSES, Colony, make_land, make_rates, season_key

from ustyurt_models.ibm.cheetah_births import give_birth, mate
from ustyurt_models.ibm.cheetah_deaths import die
from ustyurt_models.ibm.cheetah_dispersal import leave_mother
from ustyurt_models.ibm.cheetah_releases import add_released
from ustyurt_models.ibm.cheetah_state import NO_SLOT, CheetahRelease


def breed(colony, rates, number, season=0, replicate=0):
    key = season_key(number, replicate)
    c, s = colony.cheetahs, colony.scratch
    if rates.gestation == 0:
        mate(c, rates, colony.land, s, season, key)
    born = give_birth(c, colony.kinship, rates, colony.land, s, key, colony.tally)
    if rates.gestation == 1:
        mate(c, rates, colony.land, s, season, key)
    return born


def grow(colony, rates, number, replicate=0):
    key = season_key(number, replicate)
    die(colony.cheetahs, rates, colony.land, colony.scratch, 0.0, 0, key, colony.tally)


def test_rarity_of_males_costs_matings_as_geometry_says():
    land = make_land(43, 43)
    radius_km = 22.0
    rates = make_rates(mate_radius_km=radius_km)
    middle = 21 * 43 + 21
    y, x = np.divmod(np.arange(43 * 43), 43)
    inside = np.flatnonzero(land.inside)
    reach = 5.0 * np.hypot(y - 21, x - 21) <= radius_km
    share = reach[inside].mean()
    rng = np.random.default_rng(3)
    males, replicates = 6, 1500
    found = 0
    colony = Colony(land, slots=8)
    (female,) = colony.release(1, 0, cell=middle)
    slots = colony.release(0, males, event=2)
    for replicate in range(replicates):
        colony.cheetahs.cell[slots] = rng.choice(inside, males)
        colony.cheetahs.litter_due[female] = 0
        key = season_key(0, replicate)
        found += mate(colony.cheetahs, rates, land, colony.scratch, 0, key)
    chance = 1 - (1 - share) ** males
    assert abs(found / replicates - chance) < 5 * math.sqrt(chance * (1 - chance) / replicates)


def test_litters_follow_the_table_and_sexes_are_even():
    rates = make_rates()
    colony = Colony(make_land(5, 5), slots=4000)
    colony.release(800, 1)
    breed(colony, rates, 0)
    sizes = colony.cheetahs.litter_due[:800].copy()
    table = np.diff(np.concatenate([[0.0], rates.litter]))
    counts = np.bincount(sizes, minlength=6)[1:]
    expected = 800 * table
    assert ((counts - expected) ** 2 / expected).sum() < 20  # chi-square, 4 df, p = 0.0005
    born = breed(colony, rates, 1)
    assert born == sizes.sum() == colony.tally.births[0]
    cubs = colony.cheetahs.stage == 0
    males = colony.cheetahs.male[cubs].sum()
    assert abs(males - born / 2) < 5 * math.sqrt(born / 4)


@pytest.mark.parametrize(("remate_age", "interval"), [(6, 7), (5, 6)])
def test_litters_follow_when_cubs_are_grown_and_sooner_when_lost(remate_age, interval):
    hazard = np.zeros((CAUSES, 2, 400))
    rates = make_rates(hazard=hazard, dependency=6, remate_age=remate_age, male_share=1.0)
    lossy = hazard.copy()
    lossy[1, :, 0] = 1e9
    intervals = {}
    for name, table in (("reared", hazard), ("lost", lossy)):
        colony = Colony(make_land(5, 5), slots=64)
        colony.release(1, 1)
        births = []
        for t in range(24):
            grow(colony, rates._replace(hazard=table), t)
            if breed(colony, rates, t) > 0:
                births.append(t)
            leave_mother(colony.cheetahs, rates)
        intervals[name] = set(np.diff(births).tolist())
    assert intervals == {"reared": {interval}, "lost": {2}}


def test_numbers_of_a_yearly_life_table_match_leslie():
    hazard = np.zeros((CAUSES, 2, 64))
    hazard[7, 0, 0] = -math.log(0.5)
    hazard[7, 0, 1:3] = -math.log(0.85)
    hazard[7, 0, 3:12] = -math.log(0.88)
    hazard[8, 0, 12:] = 1e9
    hazard[7, 1, :20] = 1e9
    rates = make_rates(
        seasons_per_year=1,
        hazard=hazard,
        orphan_age=0,
        breed_age_female=3,
        breed_age_male=20,
        last_breed_age=12,
        conception=np.array([0.5]),
        gestation=0,
        dependency=1,
        remate_age=1,
    )
    land = make_land(5, 5)
    replicates = 80
    females = np.zeros((replicates, 6))
    for replicate in range(replicates):
        colony = Colony(land, slots=1000)
        colony.release(100, 0, ages=(3, 3), event=2 * replicate)
        colony.release(0, 1, ages=(30, 30), event=2 * replicate + 1)
        for t in range(1, 6):
            assert breed(colony, rates, t, replicate=replicate) >= 0
            grow(colony, rates, t, replicate)
            leave_mother(colony.cheetahs, rates)
            females[replicate, t] = (colony.cheetahs.male[colony.alive()] == 0).sum()
    for t, expected in ((1, 127.375), (5, 194.5217)):
        error = females[:, t].std(ddof=1) / math.sqrt(replicates)
        assert abs(females[:, t].mean() - expected) < 5 * error


def test_territory_holders_sire_first_and_some_litters_have_two_fathers():
    rates = make_rates(multiple_paternity=0.4)
    colony = Colony(make_land(5, 5), slots=1100)
    females = colony.release(1000, 0)
    holder, *floaters = colony.release(0, 4, event=2)
    colony.cheetahs.territorial[holder] = 1
    breed(colony, rates, 0)
    sire = colony.cheetahs.sire[females]
    assert (sire[:, 0] == holder).all()
    second = sire[:, 1] >= 0
    assert abs(second.mean() - 0.4) < 5 * math.sqrt(0.24 / 1000)
    assert set(sire[second, 1].tolist()) == set(floaters)


def test_too_few_slots_are_told_and_never_lose_an_animal():
    colony = Colony(make_land(5, 5), slots=4)
    colony.release(2, 1)
    rates = make_rates()
    breed(colony, rates, 0)
    assert breed(colony, rates, 1) == NO_SLOT
    release = CheetahRelease(np.uint64(9), np.uint64(0), 3, 3, 8, 8, 12, 0, 0, 0, 0, 1)
    full = Colony(make_land(5, 5), slots=4)
    status = add_released(full.cheetahs, full.kinship, full.related, release, full.tally)
    assert status == NO_SLOT


def test_released_males_join_in_coalitions_of_the_size_asked_for():
    colony = Colony(make_land(5, 5))
    colony.release(3, 5, partners=2)
    c = colony.cheetahs
    assert (c.coalition[:3] == 0).all()
    sizes = sorted(np.unique(c.coalition[3:8], return_counts=True)[1].tolist())
    assert sizes == [1, 2, 2]


def test_the_same_release_brings_the_same_animals_whenever_it_happens():
    first, second = Colony(make_land(5, 5)), Colony(make_land(5, 5))
    second.release(2, 2, event=77)
    one, other = first.release(3, 2, ages=(8, 16)), second.release(3, 2, ages=(8, 16))
    for trait in ("identity", "age", "male"):
        np.testing.assert_array_equal(
            getattr(first.cheetahs, trait)[one], getattr(second.cheetahs, trait)[other]
        )


@pytest.mark.parametrize("age", [7, 301])
def test_too_young_and_too_old_females_do_not_conceive(age):
    colony = Colony(make_land(5, 5))
    colony.release(1, 0, ages=(age, age))
    colony.release(0, 1, event=2)
    rates = make_rates()
    assert mate(colony.cheetahs, rates, colony.land, colony.scratch, 0, season_key(0)) == 0


def lives_of(seasons_late):
    """Identity, sex, age and litters of a growing population that begins some seasons late."""
    hazard = np.zeros((CAUSES, 2, 400))
    hazard[7] = 0.05
    rates = make_rates(hazard=hazard, conception=np.full(4, 0.6), multiple_paternity=0.3)
    colony = Colony(make_land(5, 5), slots=600)
    colony.release(6, 6, season=seasons_late)
    for t in range(seasons_late, seasons_late + 24):
        grow(colony, rates, t)
        assert breed(colony, rates, t) >= 0
        leave_mother(colony.cheetahs, rates)
    c = colony.cheetahs
    assert c.litters.sum() > 10
    assert colony.alive().size > 30
    return [array.tolist() for array in (c.stage, c.identity, c.male, c.age, c.litters, c.sire)]


def test_who_begins_later_has_the_same_life_later():
    on_time = lives_of(0)
    assert lives_of(1) == on_time
    assert lives_of(9) == on_time


def test_a_litter_that_comes_later_holds_the_same_cubs():
    litters = []
    for wait in (0, 1, 5):
        colony = Colony(make_land(5, 5), slots=12)
        colony.release(1, 1)
        breed(colony, make_rates(), wait)
        breed(colony, make_rates(), wait + 1)
        cubs = colony.cheetahs.stage == 0
        litters.append((colony.cheetahs.identity[cubs], colony.cheetahs.male[cubs]))
    assert litters[0][0].size > 0
    for later in litters[1:]:
        np.testing.assert_array_equal(later, litters[0])
