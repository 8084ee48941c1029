"""A closed line separates the grid, whatever its slope; permeability acts as asked."""

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.checks import InputError
from ustyurt_models.landscape.barriers import DIRECTIONS, cut_edges, step_permeability

SIZE = 24
X = np.arange(SIZE) * 5.0
Y = -np.arange(SIZE) * 5.0


def land_with(*shapes):
    """Build a grid with one barrier per list of lines."""
    cuts = [cut_edges(lines, X, Y) for lines in shapes]
    return xr.Dataset(
        {
            "barrier_east": (("barrier", "y", "x"), np.array([east for east, _ in cuts])),
            "barrier_south": (("barrier", "y", "x"), np.array([south for _, south in cuts])),
        },
        coords={"barrier": [f"line_{k}" for k in range(len(cuts))], "x": X, "y": Y},
    )


def flooded(chance, start):
    """Return the cells an animal can reach by steps that have any chance at all."""
    seen = np.zeros(chance.shape[1:], dtype=bool)
    seen[start] = True
    queue = [start]
    while queue:
        row, column = queue.pop()
        for k, (d_row, d_col) in enumerate(DIRECTIONS):
            to = row + d_row, column + d_col
            if chance[k, row, column] > 0 and not seen[to]:
                seen[to] = True
                queue.append(to)
    return seen


def ring(n_corners, radius, turn):
    angle = turn + np.linspace(0, 2 * np.pi, n_corners + 1)
    ring_ = np.column_stack([57.0 + radius * np.cos(angle), -58.0 + radius * np.sin(angle)])
    ring_[-1] = ring_[0]
    return ring_


def inside_ring(line):
    """Even-odd rule at the cell centres."""
    px, py = np.meshgrid(X, Y)
    inside = np.zeros(px.shape, dtype=bool)
    for (x0, y0), (x1, y1) in pairwise(line):
        between = (y0 >= py) != (y1 >= py)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= between & (px < x0 + (py - y0) / (y1 - y0) * (x1 - x0))
    return inside


@pytest.mark.parametrize("n_corners", [3, 4, 5, 17, 200])
@pytest.mark.parametrize("turn", [0.0, 0.1, np.pi / 4, 0.9])
def test_nothing_leaves_a_closed_line_of_any_slope(n_corners, turn):
    line = ring(n_corners, 41.3, turn)
    chance = step_permeability(land_with([line]), {"line_0": 0.0})
    reached = flooded(chance, (12, 11))
    home = inside_ring(line)
    assert not (reached & ~home).any()
    # A tip sharper than a cell may cut its last cell off from the rest.
    assert (home & ~reached).sum() <= (1 if n_corners < 5 else 0)


@pytest.mark.parametrize("seed", range(20))
def test_random_lines_across_the_grid_do_not_leak(seed):
    random = np.random.default_rng(seed)
    steps = np.linspace(-20, 140, 30)
    wiggle = random.normal(0, 6, 30).cumsum() - 58
    line = np.column_stack([steps, wiggle])
    chance = step_permeability(land_with([line]), {"line_0": 0.0})
    px, py = np.meshgrid(X, Y)
    above = py > np.interp(px, steps, wiggle)
    for side in (above, ~above):
        if side.any():
            start = tuple(np.argwhere(side)[0])
            assert not (flooded(chance, start) & ~side).any()


LAST = SIZE - 1


@pytest.mark.parametrize(
    ("line", "start", "beyond"),
    [
        ([(-20.0, 20.0), (150.0, -150.0)], (0, LAST), (LAST, 0)),
        ([(-20.0, -135.0), (140.0, 25.0)], (0, 0), (LAST, LAST)),
        ([(-20.0, -60.0), (150.0, -60.0)], (0, 0), (LAST, 0)),
        ([(60.0, 20.0), (60.0, -150.0)], (0, 0), (0, LAST)),
        ([(-20.0, 20.0), (35.0, -35.0), (35.0, -80.0), (200.0, -245.0)], (0, LAST), (LAST, 0)),
    ],
    ids=["diagonal", "counter-diagonal", "row", "column", "staircase"],
)
def test_lines_exactly_through_cell_centres_do_not_leak(line, start, beyond):
    chance = step_permeability(land_with([np.array(line)]), {"line_0": 0.0})
    reached = flooded(chance, start)
    assert reached.sum() > SIZE
    assert not reached[beyond]


def test_a_random_walk_never_crosses_a_closed_line():
    line = ring(7, 33.0, 0.4)
    chance = step_permeability(land_with([line]), {"line_0": 0.0})
    random = np.random.default_rng(5)
    row, column = 12, 11
    home = inside_ring(line)
    for k, u in zip(random.integers(0, 8, 20_000), random.random(20_000), strict=True):
        if u < chance[k, row, column]:
            row, column = row + DIRECTIONS[k][0], column + DIRECTIONS[k][1]
        assert home[row, column]


def test_open_barriers_change_nothing_but_the_rim():
    land = land_with([ring(6, 30.0, 0.2)])
    free = step_permeability(land, {})
    np.testing.assert_array_equal(step_permeability(land, {"line_0": 1.0}), free)
    assert free.dtype == np.float32
    assert free.shape == (8, SIZE, SIZE)
    assert (free[:, 1:-1, 1:-1] == 1).all()
    for k, (d_row, d_col) in enumerate(DIRECTIONS):
        rim = np.ones((SIZE, SIZE), dtype=bool)
        rim[max(0, -d_row) : SIZE - max(0, d_row), max(0, -d_col) : SIZE - max(0, d_col)] = False
        assert (free[k][rim] == 0).all()


def test_steps_there_and_back_have_the_same_chance():
    chance = step_permeability(land_with([ring(9, 37.0, 0.3)]), {"line_0": 0.4})
    for k, (d_row, d_col) in enumerate(DIRECTIONS):
        there = chance[k, 1:-1, 1:-1]
        back = np.roll(chance[(k + 4) % 8], (-d_row, -d_col), (0, 1))[1:-1, 1:-1]
        np.testing.assert_array_equal(there, back)


def test_the_least_permeable_of_two_lines_decides():
    line = ring(9, 37.0, 0.3)
    land = land_with([line], [line])
    both = step_permeability(land, {"line_0": 0.4, "line_1": 0.7})
    np.testing.assert_array_equal(both, step_permeability(land, {"line_0": 0.4}))


def test_a_straight_step_over_a_line_has_its_permeability():
    line = np.array([[62.5, 20.0], [62.5, -150.0]])
    chance = step_permeability(land_with([line]), {"line_0": 0.25})
    assert (chance[2, :, 12] == 0.25).all()
    assert (chance[6, :, 13] == 0.25).all()
    assert (chance[1, 1:, 12] == 0.25).all()
    assert (chance[2, :, :12] == 1).all()


def test_a_diagonal_step_takes_the_better_way_round_the_end_of_a_line():
    stub = np.array([[62.5, -62.4], [62.5, -70.0]])
    chance = step_permeability(land_with([stub]), {"line_0": 0.0})
    row, column = 13, 12
    assert chance[2, row, column] == 0
    assert chance[1, row, column] == 1


def test_unknown_barriers_and_impossible_values_are_refused_together():
    land = land_with([ring(5, 30.0, 0.0)])
    with pytest.raises(InputError) as caught:
        step_permeability(land, {"lime_0": 0.5, "line_0": 1.5})
    text = str(caught.value)
    assert "did you mean 'line_0'" in text
    assert "0..1" in text
