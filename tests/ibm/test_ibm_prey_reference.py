"""Kernels, one object per animal, and counts: the same process in distribution (case D9)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prey_driver import SIMPLE, demography, open_grid, plain_range, some_identities, step
from prey_reference import Animal, year_of_counts, year_of_objects
from scipy.stats import chi2_contingency

from ustyurt_models.ibm.prey_pass import AGE, BEAR, LOSE, MOVE, live_through
from ustyurt_models.ibm.prey_state import (
    PreyHarvest,
    PreyKind,
    empty_flows,
    empty_prey,
    empty_scratch,
    herd,
)

GRID = open_grid(4, 5)
INSIDE = np.flatnonzero(GRID.inside)
FOUNDERS, YEARS, OLDEST = 14, 4, 4


def small_kind(**of_land):
    """Return a species with births, crowding, poaching, old age and movement, on six cells."""
    rates = demography(SIMPLE).rates
    hazard = np.array([[0.5, 0.15, 0.1, 0.2], [0.6, 0.2, 0.2, 0.3]])
    rates = rates._replace(
        background=hazard,
        background_survival=np.exp(-hazard),
        crowding=np.array([0.5, 0.5, 0.2, 0.2]),
        poaching=np.array([0.0, 0.0, 0.05, 0.3]),
        birth_chance=np.array([0.0, 0.6, 0.9, 0.9]),
        litter=np.array([[0.0, 0.4, 1.0]] * 2),
        crowding_births=0.3,
        theta=1.6,
        crowding_cap=4.0,
        old_age=3,
    )
    attraction = np.random.default_rng(1).uniform(0.3, 1.0, (1, 20)) * GRID.inside
    changes = {"steps": np.array([2]), "capacity_around": np.full(20, 3.0), **of_land}
    return PreyKind(plain_range(GRID, attraction=attraction, **changes), rates)


def run(prey, n, kind, key, events, index=0):
    """Carry events out on prey; return the number left and the flows."""
    nothing = PreyHarvest(np.zeros(0), np.zeros(0), np.zeros((0, 4), np.int64))
    flows = empty_flows(20)
    moment = step(index=index, key=key, cells=20)
    scratch = empty_scratch(20, max(kind.land.herds, 1))
    codes = np.array(events, np.int64)
    n = live_through(prey, n, GRID, kind, scratch, moment, codes, nothing, flows)
    return n, flows


def founders(replicate=0):
    """Return founders of known ages and cells."""
    who = np.arange(FOUNDERS)
    return herd(some_identities(FOUNDERS, replicate), 1 + who % 2, who % 2, INSIDE[who % 3])


def by_kernels(kind, replicates):
    """Return counts by (replicate, sex, young or adult) at the end."""
    ends = np.zeros((replicates, 2, 2), int)
    for replicate in range(replicates):
        prey, n = empty_prey(500), FOUNDERS
        prey.word[:n] = founders(replicate).word
        for year in range(YEARS):
            key = 1_000_003 * replicate + year
            n, _ = run(prey, n, kind, key, (MOVE, BEAR, LOSE, AGE), year)
        np.add.at(ends[replicate], (prey.male[:n], (prey.age[:n] > 1).astype(int)), 1)
    return ends


def by_objects(kind, replicates):
    ends, rng, first = np.zeros((replicates, 2, 2), int), np.random.default_rng(5), founders()
    for replicate in range(replicates):
        traits = zip(first.age, first.male, first.cell, strict=True)
        animals = [Animal(*(int(trait) for trait in one)) for one in traits]
        for _ in range(YEARS):
            animals = year_of_objects(animals, GRID, kind, rng)
        for one in animals:
            ends[replicate, one.male, int(one.age > 1)] += 1
    return ends


def by_counts(kind, replicates):
    first, rng = founders(), np.random.default_rng(6)
    counts = np.zeros((replicates, 2, OLDEST, 20), int)
    np.add.at(counts, (slice(None), first.male, first.age, first.cell), 1)
    for _ in range(YEARS):
        counts = year_of_counts(counts, GRID, kind, rng)
    young, adult = counts[:, :, :2].sum(axis=(2, 3)), counts[:, :, 2:].sum(axis=(2, 3))
    return np.stack([young, adult], axis=2)


@pytest.fixture(scope="module")
def kernels():
    return by_kernels(small_kind(), 4_000)


@pytest.mark.parametrize(("other", "replicates"), [(by_objects, 800), (by_counts, 20_000)])
def test_all_three_agree_in_mean_spread_extinction_and_classes(kernels, other, replicates):
    ends = [kernels, other(small_kind(), replicates)]
    totals = [end.sum(axis=(1, 2)).astype(float) for end in ends]
    assert 0.05 < (totals[0] == 0).mean() < 0.95, "the world must let some lines die out"

    def gap(values):
        """Return the difference of means in standard errors."""
        errors = sum(one.var() / one.size for one in values)
        return abs(values[0].mean() - values[1].mean()) / np.sqrt(errors)

    assert gap(totals) < 4.5
    assert gap([(one - one.mean()) ** 2 for one in totals]) < 4.5
    assert gap([(one == 0).astype(float) for one in totals]) < 4.5
    # Joint state of a replicate: young and adult females and males, each 0, 1 or more.
    states = [np.minimum(end, 2).reshape(-1, 4) @ 3 ** np.arange(4) for end in ends]
    table = np.array([np.bincount(state, minlength=81) for state in states])
    rare = table.sum(axis=0) < 40
    table = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])
    assert chi2_contingency(table[:, table.sum(axis=0) > 0]).pvalue > 1e-4


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 120),
    st.integers(0, 2**31),
    st.permutations([MOVE, BEAR, LOSE, AGE]),
    st.sampled_from([0, 2]),
    st.sampled_from([0.0, 0.4]),
    st.sampled_from([-0.2, 0.0, 0.5]),
)
def test_births_less_deaths_and_moves_are_the_change(n, seed, order, herds, edge, immigration):
    kind = small_kind(herds=herds, edge_permeability=np.array([edge]), immigration=immigration)
    rng = np.random.default_rng(seed)
    prey = empty_prey(2_000)
    ages, males, cells = rng.integers(0, 4, n), rng.integers(0, 2, n), rng.choice(INSIDE, n)
    prey.word[:n] = herd(some_identities(n, seed), ages, males, cells).word
    together = empty_prey(2_000)
    together.word[:n] = prey.word[:n]
    all_left, _ = run(together, n, kind, seed, order)
    for event in order:
        before, was = prey.word[:n].copy(), np.bincount(prey.cell[:n], minlength=20)
        left, flows = run(prey, n, kind, seed, [event])
        births, deaths, (came, went) = flows.births[0], flows.deaths.sum(), flows.moved
        assert left == n + births - deaths + came - went
        now = np.bincount(prey.cell[:left], minlength=20)
        assert (GRID.inside[prey.cell[:left]] == 1).all()
        assert went == 0 or (event == MOVE and (edge > 0 or immigration < 0))
        if event == BEAR:
            assert np.isin(before, prey.word[:left]).all()
            assert (now[was == 0] == 0).all(), "young are born where their mothers are"
        if event == LOSE:
            assert np.isin(prey.word[:left], before).all(), "who survives stays as it was"
            assert (now <= was).all()
        if event == AGE:
            assert (now == was).all()
        n = left
    assert np.array_equal(np.sort(together.word[:all_left]), np.sort(prey.word[:n]))


def test_a_full_herd_is_reported():
    kind = small_kind()
    prey = founders()
    n, _ = run(prey, FOUNDERS, kind, 3, [BEAR])
    assert n == -1
