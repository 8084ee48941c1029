import math

import numpy as np
from cheetah_world import CAUSES, Colony, make_land, make_rates, season_key

from ustyurt_models.ibm.cheetah_births import give_birth, mate
from ustyurt_models.ibm.cheetah_deaths import die
from ustyurt_models.ibm.cheetah_dispersal import disperse, leave_mother, mark_ranges
from ustyurt_models.ibm.genetics import genetic_summary
from ustyurt_models.ibm.predation import hunt, update_condition


def move(colony, rates, number):
    key = season_key(number)
    c, nobody = colony.cheetahs, np.zeros((2, colony.land.inside.size), np.int32)
    return disperse(c, nobody, rates, colony.land, colony.scratch, 0, 0, key, colony.tally)


def test_at_most_one_coalition_holds_each_territory_and_the_rest_float():
    land = make_land(12, 12, edge_open=0)
    rates = make_rates(territory_km=20.0, search_steps=200, float_seasons=3)
    colony = Colony(land, slots=80)
    for k in range(30):
        colony.release(0, 2, partners=2, cell=12 * (1 + k % 10) + 1 + k // 3, event=k + 1)
    for t in range(12):
        move(colony, rates, t)
    c = colony.cheetahs
    holders = {int(c.coalition[i]): int(c.cell[i]) for i in colony.alive() if c.territorial[i]}
    y, x = np.divmod(np.array(list(holders.values())), 12)
    apart = 5.0 * np.hypot(y[:, None] - y, x[:, None] - x)
    assert apart[~np.eye(len(holders), dtype=bool)].min() >= 20.0
    # 50 km square: no more than a 4 x 4 lattice of centres, no fewer than a loose cover.
    assert 5 <= len(holders) <= 16
    assert (c.stage[colony.alive()] == 2).all()
    assert (c.territorial[colony.alive()] == 0).sum() == 60 - 2 * len(holders)


def test_without_spacing_every_male_settles_where_it_comes_to():
    colony = Colony(make_land(edge_open=0))
    colony.release(0, 20)
    assert move(colony, make_rates(), 0) == 20


def test_coalitions_walk_together():
    colony = Colony(make_land(edge_open=0))
    colony.release(0, 6, partners=3)
    rates = make_rates(explore_seasons=9)
    for t in range(5):
        move(colony, rates, t)
        cells = colony.cheetahs.cell[:6]
        assert np.unique(cells[:3]).size == np.unique(cells[3:]).size == 1
        assert cells[0] != cells[3]


def test_a_closed_line_is_never_crossed():
    land = make_land(21, 21, edge_open=0)
    rates = make_rates(explore_seasons=100, explore_km=np.array([200.0, 200.0]))
    columns = np.arange(21 * 21) % 21
    west, east = columns == 12, columns == 13
    land.permeability[:, :, 1] = 0.0
    for direction in (1, 2, 3):
        land.step_class[direction, west] = 1
    for direction in (5, 6, 7):
        land.step_class[direction, east] = 1
    colony = Colony(land)
    colony.release(30, 30)
    for t in range(30):
        move(colony, rates, t)
        assert (colony.cheetahs.cell[:60] % 21 <= 12).all()
    assert len(np.unique(colony.cheetahs.cell[:60])) > 20


def test_crossings_of_a_permeable_line_are_binomial():
    land = make_land(9, 9)
    start, east = 40, 41
    land.suitability[:] = 0.0
    land.suitability[east] = 1.0
    land.step_class[2, start] = 1
    land.permeability[:, :, 1] = 0.3
    # No way to go and no place good enough: one step is tried in the search.
    one_step = make_rates(
        dispersal_km=np.full(2, 1e-9), search_steps=1, settle_suitability=2.0, matrix_weight=0.0
    )
    colony = Colony(land, slots=2000)
    colony.release(2000, 0, cell=start)
    move(colony, one_step, 0)
    crossed = (colony.cheetahs.cell == east).sum()
    assert crossed + (colony.cheetahs.cell == start).sum() == 2000
    assert abs(crossed - 600) < 5 * math.sqrt(2000 * 0.3 * 0.7)


def test_without_walk_and_search_everybody_stays_though_no_place_will_do():
    land = make_land(9, 9)
    still = make_rates(dispersal_km=np.zeros(2), search_steps=0, settle_suitability=2.0)
    colony = Colony(land)
    colony.release(20, 20, cell=40)
    for t in range(3):
        move(colony, still, t)
    assert (colony.cheetahs.cell[colony.alive()] == 40).all()


def test_who_walks_over_an_open_edge_is_an_emigrant_and_nobody_vanishes():
    land = make_land(9, 9)
    rates = make_rates(explore_seasons=100)
    colony = Colony(land)
    colony.release(20, 20)
    for t in range(4):
        move(colony, rates, t)
        assert colony.alive().size + colony.tally.emigrants[0] == 40
    assert colony.tally.emigrants[0] > 0


def test_released_animals_explore_before_they_settle():
    colony = Colony(make_land(edge_open=0))
    colony.release(5, 5)
    rates = make_rates(explore_seasons=2)
    settled = []
    for t in range(4):
        key = season_key(t)
        c, s = colony.cheetahs, colony.scratch
        die(c, rates, colony.land, s, 0.0, 0, key, colony.tally)
        move(colony, rates, t)
        settled.append(int((c.stage[colony.alive()] == 2).sum()))
    assert settled[:2] == [0, 0]
    assert settled[2] == 10


def test_hungry_residents_leave_and_mothers_stay():
    colony = Colony(make_land(edge_open=0))
    colony.release(2, 0)
    rates = make_rates(leave_condition=0.4)
    move(colony, rates, 0)
    c = colony.cheetahs
    c.condition[:2], c.dependents[1] = 0.1, 2
    move(colony, rates, 1)
    assert c.stage[:2].tolist() == [1, 2]


def test_ranges_cover_the_cells_looked_at():
    land = make_land(9, 9, reach_km=12.0)
    colony = Colony(land)
    colony.release(1, 0)
    colony.cheetahs.range_cells[0] = 5
    occupied = np.ones(81, np.uint8)
    assert mark_ranges(colony.cheetahs, land, occupied) == 5
    assert set(np.flatnonzero(occupied).tolist()) == {31, 39, 40, 41, 49}


def busy_rates():
    hazard = np.zeros((CAUSES, 2, 400))
    hazard[7], hazard[1, :, :4], hazard[0], hazard[2] = 0.05, 0.15, 1.0, 0.05
    return make_rates(
        hazard=hazard,
        attack_km2=np.array([100.0, 130.0]),
        turn=np.exp(np.cos(np.arange(5) * math.pi / 4)),
        territory_km=21.5,
        range_biomass_kg=4900.0,
        multiple_paternity=0.4,
        mate_radius_km=60.0,
        inbreeding_load=3.0,
        leave_condition=0.4,
        explore_seasons=1,
        post_release=np.full((2, 2, 4), 0.05),
    )


def live(colony, rates, counts, seasons, plain=False):
    """Run whole seasons in the order of the ODD; return F, gene diversity, founder genomes."""
    kernels = [hunt, update_condition, die, give_birth, mate, leave_mother, disperse]
    kernels += [genetic_summary, mark_ranges]
    hunts, condition, dies, births, mates, leaves, walks, genes, marks = (
        [kernel.py_func for kernel in kernels] if plain else kernels
    )
    c, k, s, land, tally = (
        colony.cheetahs, colony.kinship, colony.scratch, colony.land, colony.tally,
    )  # fmt: skip
    quota, out = np.zeros_like(counts), np.zeros(3)
    occupied = np.zeros(land.inside.size, np.uint8)
    for t in range(seasons):
        key = season_key(t)
        hunts(c, counts, quota, rates, land, s, key, tally)
        condition(c, rates)
        dies(c, rates, land, s, 0.3, t % 4, key, tally)
        births(c, k, rates, land, s, key, tally)
        mates(c, rates, land, s, t % 4, key)
        leaves(c, rates)
        walks(c, counts, rates, land, s, 0, t % 4, key, tally)
        genes(c, k, out)
        marks(c, land, occupied)
    return out, occupied


def start(slots):
    land = make_land(25, 25, edge_open=1, road=1.0)
    colony = Colony(land, slots=slots)
    for k in range(4):
        cell = 25 * (4 + 5 * k) + 5 + 4 * k
        colony.release(3, 3, ages=(8, 20), cell=cell, event=k + 1, partners=2)
    counts = np.random.default_rng(2).poisson(5, (2, land.inside.size)).astype(np.int32)
    counts[:, land.inside == 0] = 0
    return colony, counts


def test_compiled_seasons_equal_plain_python():
    results = []
    for plain in (False, True):
        colony, counts = start(120)
        with np.errstate(over="ignore", invalid="ignore"):
            out, occupied = live(colony, busy_rates(), counts, 8, plain)
        results.append((*colony.cheetahs, colony.kinship, *colony.tally, out, occupied))
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


def test_results_do_not_depend_on_the_number_of_slots():
    results = []
    for slots in (200, 333):
        colony, counts = start(slots)
        live(colony, busy_rates(), counts, 24)
        results.append([array[: colony.cheetahs.top[0]] for array in colony.cheetahs[:-1]])
        assert colony.tally.births[0] > 0
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


def test_births_deaths_and_emigrants_account_for_everybody():
    colony, counts = start(300)
    live(colony, busy_rates(), counts, 40)
    tally = colony.tally
    balance = tally.released[0] + tally.births[0] - tally.deaths.sum() - tally.emigrants[0]
    assert balance == colony.alive().size
