"""What must hold for cheetahs in any world: bookkeeping, kinship, extinction, neutral modules."""

import numpy as np
from cheetah_world import CAUSES, Colony, make_land, make_rates, season_key
from hypothesis import given, settings
from hypothesis import strategies as st

from ustyurt_models.ibm.cheetah_births import give_birth, mate
from ustyurt_models.ibm.cheetah_deaths import apply_ceiling, die
from ustyurt_models.ibm.cheetah_dispersal import disperse, leave_mother
from ustyurt_models.ibm.cheetah_state import CUB, EMPTY, GHOST, RESIDENT
from ustyurt_models.ibm.genetics import add_offspring, genetic_summary
from ustyurt_models.ibm.predation import hunt, update_condition


def rates_of(hazard=0.05, **changes):
    table = np.zeros((CAUSES, 2, 60))
    table[1, :, :4] = 2 * hazard
    table[7, :, 4:] = hazard
    usual = {
        "hazard": table, "range_biomass_kg": 800.0, "multiple_paternity": 0.5, "share_food": 1,
        "mate_radius_km": 40.0, "territory_km": 12.0, "tenure_loss": 0.2, "leave_condition": 0.4,
        "conception": np.full(4, 0.7), "dispersal_km": np.array([10.0, 20.0]),
    }  # fmt: skip
    return make_rates(**(usual | changes))


def start(females, males, number=0, slots=300, land=None, **changes):
    colony = Colony(make_land(15, 15, reach_km=16.0) if land is None else land, slots)
    if females + males:
        colony.release(females, males, ages=(8, 16), event=number + 1, partners=2)
    colony.cheetahs.since_release[:] = -1
    colony.rates = rates_of(**changes)
    colony.counts = np.full((2, colony.land.inside.size), 3, np.int32)
    colony.quota = np.zeros_like(colony.counts)
    return colony


def season(colony, t, replicate=0):
    """Pass one season; return how many died of anything but the ceiling."""
    c, s, tally, land, rates = (
        colony.cheetahs, colony.scratch, colony.tally, colony.land, colony.rates,
    )  # fmt: skip
    key = season_key(t, replicate)
    hunt(c, colony.counts, colony.quota, rates, land, s, key, tally)
    update_condition(c, rates)
    die(c, rates, land, s, 0.0, t % 4, key, tally)
    apply_ceiling(c, rates, s, key, tally)
    assert give_birth(c, colony.kinship, rates, land, s, key, tally) >= 0
    mate(c, rates, land, s, t % 4, key)
    leave_mother(c, rates)
    disperse(c, colony.counts, rates, land, s, 0, t % 4, key, tally)


POPULATIONS = {
    "females": st.integers(0, 8),
    "males": st.integers(0, 8),
    "number": st.integers(0, 2**40),
    "hazard": st.floats(0.0, 0.5),
}


@settings(max_examples=40)
@given(**POPULATIONS)
def test_births_less_deaths_and_emigrants_are_the_change_in_number(females, males, number, hazard):
    colony = start(females, males, number, hazard=hazard)
    tally = colony.tally
    for t in range(10):
        before = colony.alive().size + tally.births[0] - tally.deaths.sum() - tally.emigrants[0]
        was = tally.births[0], tally.deaths.sum(), tally.emigrants[0]
        season(colony, t)
        born, dead, left = np.array([tally.births[0], tally.deaths.sum(), tally.emigrants[0]]) - was
        size = before - was[0] + was[1] + was[2]
        assert colony.alive().size == size + born - dead - left
        assert tally.deaths_in_cell.sum() == tally.deaths.sum()


@settings(max_examples=40)
@given(**POPULATIONS)
def test_every_animal_is_there_once_and_stands_on_land(females, males, number, hazard):
    colony = start(females, males, number, hazard=hazard)
    c = colony.cheetahs
    for t in range(10):
        season(colony, t)
        alive = colony.alive()
        assert np.unique(c.identity[alive]).size == alive.size
        assert (colony.land.inside[c.cell[alive]] == 1).all()
        cubs = alive[c.stage[alive] == CUB]
        assert (c.stage[c.mother[cubs]] >= 1).all()
        assert (c.cell[cubs] == c.cell[c.mother[cubs]]).all()
        assert (c.stage[c.territorial == 1] == RESIDENT).all()
        assert (c.male[c.territorial == 1] == 1).all()


@settings(max_examples=25)
@given(**POPULATIONS)
def test_kinship_is_a_covariance_and_f_the_kinship_of_the_parents(females, males, number, hazard):
    colony = start(females, males, number, hazard=hazard)
    c, k = colony.cheetahs, colony.kinship
    out = np.zeros(3)
    for t in range(10):
        before = k.copy()
        where = {c.identity[i]: i for i in np.flatnonzero((c.stage >= 0) | (c.stage == GHOST))}
        season(colony, t)
        alive = colony.alive()
        if alive.size == 0:
            continue
        born = alive[(c.age[alive] == 0) & (c.mother_identity[alive] != 0)]
        for i in born:
            parents = where[c.mother_identity[i]], where[c.father_identity[i]]
            assert c.inbreeding[i] == before[parents]
        living = k[np.ix_(alive, alive)].astype(float)
        assert np.array_equal(living, living.T)
        assert np.array_equal(np.diag(living), 0.5 * (1 + c.inbreeding[alive]))
        assert np.linalg.eigvalsh(living).min() > -1e-9
        assert living.mean() >= 1 / (2 * alive.size) - 1e-12
        assert genetic_summary(c, k, out) == alive.size
        np.testing.assert_allclose(out[1], 1 - living.mean(), rtol=1e-12)


@settings(max_examples=25)
@given(**POPULATIONS)
def test_litters_written_together_have_the_kinship_of_one_birth_at_a_time(
    females, males, number, hazard
):
    colony = start(females, males, number, hazard=hazard)
    c, k = colony.cheetahs, colony.kinship
    for t in range(8):
        before, known = k.copy(), (c.stage != EMPTY)
        rows = {c.identity[i]: i for i in np.flatnonzero(known)}
        season(colony, t)
        born = np.flatnonzero((c.stage >= 0) & (c.age == 0) & (c.mother_identity != 0))
        # Where nobody's slot was freed and taken again, the old matrix still holds the parents.
        for slot in born:
            parents = rows[c.mother_identity[slot]], rows[c.father_identity[slot]]
            add_offspring(c, before, slot, *parents)
        here = np.flatnonzero(c.stage >= 0)
        assert np.array_equal(before[np.ix_(here, here)], k[np.ix_(here, here)])


@given(number=st.integers(0, 2**40))
def test_the_extinct_stay_extinct(number):
    colony = start(2, 0, number, hazard=0.5)
    gone = False
    for t in range(40):
        season(colony, t)
        assert not (gone and colony.alive().size)
        gone = gone or colony.alive().size == 0
    assert colony.tally.births[0] == 0


@settings(max_examples=20)
@given(number=st.integers(0, 2**40), slots=st.integers(150, 400))
def test_neutral_modules_and_spare_slots_change_no_number(number, slots):
    def course(**changes):
        room = changes.pop("slots", 300)
        colony = start(5, 5, number, slots=room, land=changes.pop("land", None), **changes)
        numbers = []
        for t in range(12):
            season(colony, t)
            c, here = colony.cheetahs, colony.alive()
            numbers.append([here.size, *c.cell[here], *c.condition[here], *colony.tally.deaths])
        return numbers

    usual = course()
    fenced = make_land(15, 15, reach_km=16.0)
    fenced.step_class[:] = 1
    assert course(slots=slots) == usual
    assert course(inbreeding_load=0.0, retaliation=0.0, protection_effect=0.5) == usual
    assert course(land=fenced) == usual
    assert course(ceiling_rule=1, ceiling=np.array([150, 150])) == usual


def test_quarterly_rates_give_the_yearly_survival():
    yearly, n = 0.7, 3000
    for steps in (1, 4):
        table = np.full((CAUSES, 2, 60), 0.0)
        table[7] = -np.log(yearly) / steps
        colony = start(n, 0, slots=n, hazard=0.0)
        rates = make_rates(hazard=table)
        for t in range(steps):
            die(
                colony.cheetahs, rates, colony.land, colony.scratch, 0.0, 0,
                season_key(t, steps), colony.tally,
            )  # fmt: skip
        error = np.sqrt(yearly * (1 - yearly) / n)
        assert abs(colony.alive().size / n - yearly) < 5 * error


def test_a_hunt_forgets_the_kills_of_the_one_before():
    once, twice = start(6, 6), start(6, 6)
    for colony, keys in ((once, (2,)), (twice, (1, 2))):
        c, s, land, rates = colony.cheetahs, colony.scratch, colony.land, colony.rates
        for number in keys:
            key = season_key(number)
            assert hunt(c, colony.counts, colony.quota, rates, land, s, key, colony.tally) > 0
    np.testing.assert_array_equal(once.quota, twice.quota)
    hunted = twice.scratch.hunted[: twice.scratch.hunted_cells[0]]
    assert np.isin(np.flatnonzero(twice.quota.any(0)), hunted).all()
