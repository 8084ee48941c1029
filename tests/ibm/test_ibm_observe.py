"""Looking at simulated animals: designs, groups, lines, cameras and collars on their own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ustyurt_models.formulas.detection import esw_half_normal
from ustyurt_models.ibm.cheetah_state import CUB, DISPERSER, RESIDENT
from ustyurt_models.ibm.observe.cameras import Camera, contact_rate, see_cats, see_groups
from ustyurt_models.ibm.observe.collars import ALIVE, EXPIRED, LOST, follow
from ustyurt_models.ibm.observe.ground import Ground, lay_cameras, lay_lines, scatter
from ustyurt_models.ibm.observe.groups import Groups, gather, sizes
from ustyurt_models.ibm.observe.lines import Eye, walk_lines
from ustyurt_models.ibm.observe.snapshot import Cats, Snapshot

CELL_M = 5000.0
GROUND = Ground(CELL_M * np.arange(30) + 1000.0, CELL_M * np.arange(20)[::-1] - 7000.0, CELL_M)
ZONE = np.zeros((20, 30), bool)
ZONE[3:15, 5:25] = True
ZONE[3:8, 5:12] = False  # not convex
EYE = Eye(250.0, None, 0.9, 800.0, 0.0)


def rng(*path):
    return np.random.default_rng(path)


def test_lines_have_the_effort_asked_for_and_search_every_cell_alike():
    effort, by_cell = [], np.zeros(ZONE.shape)
    for i in range(400):
        lines = lay_lines(GROUND, ZONE, 25, 30_000.0, rng(1, i))
        effort.append(lines.effort_m.sum())
        column = np.floor((lines.x_m - GROUND.x_m[0]) / CELL_M + 0.5).astype(int)
        for x, low, high in zip(column, lines.low_m, lines.high_m, strict=True):
            top = GROUND.y_m + CELL_M / 2
            by_cell[:, x] += np.clip(np.minimum(high, top) - np.maximum(low, top - CELL_M), 0, None)
    effort = np.array(effort)
    assert effort.mean() == pytest.approx(25 * 30_000.0, abs=5 * effort.std() / 20)
    inside = by_cell[ZONE]
    # The rim is searched like the middle.
    rim = np.zeros(ZONE.shape, bool)
    rim[3, 12:25] = rim[14, 5:25] = True
    assert by_cell[rim].mean() == pytest.approx(inside.mean(), rel=0.05)


def test_effort_is_the_length_inside_the_zone():
    lines = lay_lines(GROUND, ZONE, 25, 30_000.0, rng(2))
    for x, low, high, effort in zip(*lines, strict=True):
        y = np.linspace(low, high, 6001)
        column = int(np.floor((x - GROUND.x_m[0]) / CELL_M + 0.5))
        row = np.floor((GROUND.y_m[0] - y) / CELL_M + 0.5).astype(int)
        known = (row >= 0) & (row < 20)
        share = np.mean(known & ZONE[np.clip(row, 0, 19), column])
        assert effort == pytest.approx(share * (high - low), abs=30.0)
        assert effort > 0


def test_cameras_stand_in_the_zone_and_are_as_many_as_asked_for():
    counts = []
    for i in range(200):
        x, y = lay_cameras(GROUND, ZONE, 40, rng(3, i))
        column = np.floor((x - GROUND.x_m[0]) / CELL_M + 0.5).astype(int)
        row = np.floor((GROUND.y_m[0] - y) / CELL_M + 0.5).astype(int)
        assert ZONE[row, column].all()
        counts.append(x.size)
    assert np.mean(counts) == pytest.approx(40, abs=5 * np.std(counts) / np.sqrt(200) + 1e-9)


def test_animals_stand_in_their_cells():
    cell = rng(4).integers(0, 600, 5000)
    x, y = scatter(GROUND, cell, rng(5))
    column = np.floor((x - GROUND.x_m[0]) / CELL_M + 0.5).astype(int)
    row = np.floor((GROUND.y_m[0] - y) / CELL_M + 0.5).astype(int)
    assert np.array_equal(row * 30 + column, cell)


@given(
    st.lists(st.integers(0, 12), max_size=80),
    st.floats(1.0, 40.0),
    st.floats(0.0, 2.0),
    st.integers(0, 2**32),
)
@settings(max_examples=150, deadline=None)
def test_every_animal_is_in_one_group_of_its_cell(cells, mean, cv, seed):
    cell = np.array(cells, np.int64)
    groups = gather(cell, mean, cv, rng(seed))
    assert np.all(groups.size >= 1)
    gathered = np.bincount(groups.cell, groups.size, minlength=13)
    assert np.array_equal(gathered, np.bincount(cell, minlength=13))


def test_groups_have_the_mean_and_spread_asked_for():
    drawn = sizes(40_000, 6.0, 0.8, rng(6))
    # One and a negative binomial number of others: variance 5 + (0.8 * 5)^2 = 21.
    assert drawn.mean() == pytest.approx(6.0, abs=5 * np.sqrt(21 / 40_000))
    assert drawn.var() == pytest.approx(21.0, rel=0.06)
    assert np.all(sizes(100, 1.0, 0.8, rng(7)) == 1)
    many = gather(np.zeros(60_000, np.int64), 6.0, 0.8, rng(8))
    assert many.size.mean() == pytest.approx(6.0, rel=0.03)


def groups_everywhere(per_cell):
    cell = np.repeat(np.flatnonzero(ZONE), per_cell)
    return Groups(cell, 1 + np.arange(cell.size) % 7)


def test_as_many_groups_are_seen_as_the_effective_strip_holds():
    groups, seen, expected = groups_everywhere(20), [], []
    esw_m = float(esw_half_normal(EYE.sigma_m, EYE.truncation_m))
    for i in range(60):
        lines = lay_lines(GROUND, ZONE, 25, 30_000.0, rng(9, i))
        found = walk_lines(GROUND, ZONE, lines, groups, EYE, rng(10, i))
        seen.append(found.size.size)
        expected.append(20 / CELL_M**2 * 2 * esw_m * EYE.on_line * lines.effort_m.sum())
        assert found.distance_m.max() <= EYE.truncation_m
    gap = np.array(seen) - expected
    assert abs(gap.mean()) < 5 * gap.std() / np.sqrt(60)
    assert gap.std() < 3 * np.sqrt(np.mean(expected))


def test_distances_are_rounded_and_nobody_is_seen_outside_the_zone():
    groups = groups_everywhere(20)
    lines = lay_lines(GROUND, ZONE, 25, 30_000.0, rng(11))
    rough = walk_lines(GROUND, ZONE, lines, groups, EYE._replace(round_m=50.0), rng(12))
    exact = walk_lines(GROUND, ZONE, lines, groups, EYE, rng(12))
    assert np.all(rough.distance_m % 50.0 == 0)
    assert np.abs(rough.distance_m - exact.distance_m).max() <= 25.0
    outside = Groups(np.flatnonzero(~ZONE), np.ones((~ZONE).sum(), np.int64))
    assert walk_lines(GROUND, ZONE, lines, outside, EYE, rng(13)).size.size == 0


def test_the_random_encounter_model_gives_back_the_density():
    camera, v = Camera(12.0, np.deg2rad(42.0), 90.0), 9000.0
    groups, contacts, days = groups_everywhere(4), 0, 0.0
    for i in range(80):
        place = lay_cameras(GROUND, ZONE, 60, rng(14, i))
        seen = see_groups(GROUND, place, groups, camera, v, rng(15, i))
        contacts, days = contacts + seen.camera.size, days + 90.0 * place[0].size
        assert np.all((seen.day >= 0) & (seen.day < 90.0))
    density = contacts / days / contact_rate(camera, v)
    assert density == pytest.approx(4 / CELL_M**2, rel=5 / np.sqrt(contacts))


def cats_at(cells, range_cells=25, stage=RESIDENT, first=1):
    n = len(cells)
    return Cats(
        np.arange(first, first + n).astype(np.uint64),
        np.zeros(n, np.uint64),
        (np.arange(n) % 2).astype(np.uint8),
        np.full(n, stage, np.int8),
        np.full(n, 12, np.int16),
        np.array(cells, np.int64),
        np.full(n, range_cells, np.int64),
    )


def test_cheetahs_pass_cameras_of_their_range_only_and_at_the_gas_rate():
    cats, camera = cats_at([10 * 30 + 15]), Camera(12.0, np.deg2rad(42.0), 900.0)
    x, y = GROUND.x_m[15] + np.array([0.0, 10_000.0, 40_000.0]), np.full(3, GROUND.y_m[10])
    seen = [see_cats(GROUND, (x, y), cats, camera, 7000.0, rng(16, i)) for i in range(300)]
    counts = np.array([np.bincount(one.camera, minlength=3) for one in seen])
    rate = contact_rate(camera, 7000.0) * 900.0 / (25 * CELL_M**2)
    assert np.all(counts[:, 2] == 0)
    for camera_counts in counts[:, :2].T:
        assert camera_counts.mean() == pytest.approx(rate, abs=5 * np.sqrt(rate / 300))


def snapshot(census, cats):
    return Snapshot(census, (), cats)


def test_collars_tell_the_living_from_the_lost_and_the_expired():
    young = cats_at([7], stage=CUB, first=90)
    first = cats_at([1, 2, 3])
    both = Cats(*(np.concatenate(pair) for pair in zip(first, young, strict=True)))
    later = Cats(*(values[[0, 2]] for values in first))  # the second is gone
    scenes = [snapshot(0, both), snapshot(1, later), snapshot(2, later), snapshot(3, later)]
    fixes = follow(scenes, 3, 2, rng(17))
    told = {
        (int(who), int(census)): int(status)
        for who, census, status in zip(fixes.identity, fixes.census, fixes.status, strict=True)
    }
    assert 90 not in fixes.identity  # cubs carry no collar
    assert told[(2, 1)] == LOST
    assert (2, 2) not in told
    assert [told[(1, census)] for census in range(3)] == [ALIVE, ALIVE, ALIVE]
    # The battery lasts two censuses; the animal is caught again at once, as nobody else is there.
    expired = (fixes.identity == 1) & (fixes.census == 3)
    assert fixes.status[expired].tolist() == [EXPIRED, ALIVE]


def test_no_more_collars_are_worn_than_there_are():
    scenes = [snapshot(i, cats_at(range(20), stage=DISPERSER)) for i in range(4)]
    fixes = follow(scenes, 5, 10, rng(18))
    assert np.all(np.bincount(fixes.census) == 5)
    assert np.unique(fixes.identity).size == 5


@pytest.mark.parametrize("length_m", [12_000.0, 30_000.0, 55_000.0])
def test_no_line_lies_on_another_however_long_lines_are(length_m):
    for i in range(20):
        lines = lay_lines(GROUND, ZONE, 25, length_m, rng(3, i))
        order = np.lexsort((lines.low_m, lines.x_m))
        x, low, high = (field[order] for field in (lines.x_m, lines.low_m, lines.high_m))
        same = x[1:] == x[:-1]
        assert (low[1:] - high[:-1])[same].min(initial=0.0) > -1e-6
        assert np.diff(x)[~same].min() > 2 * EYE.truncation_m, "columns of lines stay apart"


@pytest.mark.parametrize("length_m", [12_000.0, 55_000.0])
def test_long_lines_have_the_effort_asked_for_too(length_m):
    effort = [lay_lines(GROUND, ZONE, 25, length_m, rng(4, i)).effort_m.sum() for i in range(400)]
    assert np.mean(effort) == pytest.approx(25 * length_m, abs=5 * np.std(effort) / 20)
