"""Movement of prey against theory: diffusion, habitat choice, closed lines, the window edge."""

import numpy as np
import pytest
import xarray as xr
from prey_driver import any_rates, open_grid, plain_range, step
from scipy import stats

from ustyurt_models.bridge.prey_land import prey_grid
from ustyurt_models.ibm.prey_movement import immigrate, settle, walk_prey
from ustyurt_models.ibm.prey_state import PreyKind, empty_prey, empty_scratch
from ustyurt_models.landscape.barriers import cut_edges

ANYONE = np.array([0.5, 0.5, 1.0, 1.0])


def crowd_at(cell, number, slots=None):
    prey = empty_prey(slots or number)
    cells = np.array([cell], np.int32)
    n = settle(prey, 0, number, cells, np.array([1.0]), ANYONE, np.uint64(3))
    assert n == number
    return prey


def walk(prey, n, grid, land, key=1):
    moved = np.zeros(2, np.int64)
    scratch = empty_scratch(grid.inside.size, max(land.herds, 1))
    kind = PreyKind(land, any_rates())
    left = walk_prey(prey, n, grid, kind, scratch, step(key=key, cells=1), moved)
    return left, moved


def test_mean_squared_displacement_is_that_of_the_random_walk():
    side, steps, n = 301, 200, 20_000
    grid = open_grid(side, side)
    prey = crowd_at(side * side // 2, n)
    left, _ = walk(prey, n, grid, plain_range(grid, steps=np.array([steps])))
    assert left == n
    y, x = np.divmod(prey.cell[:n], side)
    squares = (y - side // 2) ** 2 + (x - side // 2) ** 2
    assert abs(squares.mean() - 1.5 * steps) < 5 * squares.std() / np.sqrt(n)
    assert abs((x - side // 2).mean()) < 5 * np.sqrt(0.75 * steps / n)


def test_a_bearing_gives_drift():
    side, n = 101, 10_000
    grid = open_grid(side, side)
    prey = crowd_at(side * side // 2, n)
    land = plain_range(
        grid, steps=np.array([40]), bearing=np.array([4]), directedness=np.array([0.5])
    )
    walk(prey, n, grid, land)
    south = prey.cell[:n] // side - side // 2
    assert abs(south.mean() - 20.0) < 5 * south.std() / np.sqrt(n)


def test_occupancy_becomes_proportional_to_attraction():
    grid = open_grid(14, 14)
    rng = np.random.default_rng(5)
    attraction = rng.uniform(0.2, 2.0, (1, 196)) * grid.inside
    n = 20_000
    prey = crowd_at(6 * 14 + 6, n)
    walk(prey, n, grid, plain_range(grid, attraction=attraction, steps=np.array([800])))
    seen = np.bincount(prey.cell[:n], minlength=196)[grid.inside == 1]
    expected = n * attraction[0, grid.inside == 1] / attraction.sum()
    assert stats.chisquare(seen, expected).pvalue > 1e-4


def test_equal_attraction_gives_uniform_occupancy_and_no_losses():
    grid = open_grid(12, 12)
    n = 20_000
    prey = crowd_at(13, n)
    left, moved = walk(prey, n, grid, plain_range(grid, steps=np.array([500])))
    assert left == n
    assert (moved == 0).all()
    seen = np.bincount(prey.cell[:n], minlength=144)[grid.inside == 1]
    assert stats.chisquare(seen).pvalue > 1e-4


def test_unsuitable_cells_lose_their_share():
    grid = open_grid(8, 8)
    attraction = np.where(grid.inside == 1, 1.0, 0.0)[None]
    attraction[0, 3 * 8 + 3] = 0.0
    n = 10_000
    prey = crowd_at(9, n)
    walk(prey, n, grid, plain_range(grid, attraction=attraction, steps=np.array([300])))
    assert not (prey.cell[:n] == 3 * 8 + 3).any()


@pytest.mark.parametrize("herds", [0, 3])
def test_who_steps_over_an_open_edge_is_counted_and_nobody_vanishes(herds):
    grid = open_grid(9, 9)
    n = 5_000
    prey = crowd_at(40, n)
    before = prey.mark[:n]
    land = plain_range(grid, steps=np.array([30]), edge_permeability=np.array([0.7]), herds=herds)
    left, moved = walk(prey, n, grid, land)
    assert moved[0] == 0
    assert left + moved[1] == n
    if herds == 0:
        assert 0 < left < n
    assert np.isin(prey.mark[:left], before).all()
    assert (grid.inside[prey.cell[:left]] == 1).all()


def line_world(line, side=40):
    """Return a landscape of side x side cells of 1 m with one line."""
    x = np.arange(side) + 0.5
    y = x[::-1]
    inside = np.zeros((side, side), bool)
    inside[1:-1, 1:-1] = True
    east, south = cut_edges([line], x, y)
    layer = ("y", "x")
    return xr.Dataset(
        {
            "inside": (layer, inside),
            "country": (layer, np.ones((side, side), np.int8)),
            "barrier_east": (("barrier", *layer), east[None]),
            "barrier_south": (("barrier", *layer), south[None]),
        },
        coords={"x": x, "y": y, "barrier": ["wall"]},
    )


@pytest.mark.parametrize("angle_deg", [0.0, 17.0, 45.0, 63.4, 90.0, 111.0, 135.0, 171.0])
def test_nobody_crosses_a_closed_line_of_any_slope(angle_deg):
    centre, reach = np.array([20.3, 19.6]), 60.0
    along = np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    land = line_world(np.array([centre - reach * along, centre + reach * along]))
    grid, classes = prey_grid(land)
    inside = np.flatnonzero(grid.inside)
    x, y = inside % 40 + 0.5, 39.5 - inside // 40
    side = along[0] * (y - centre[1]) - along[1] * (x - centre[0])
    home = inside[side > 0].astype(np.int32)
    n = 4_000
    prey = empty_prey(n)
    shares = np.arange(1, home.size + 1) / home.size
    settle(prey, 0, n, home, shares, ANYONE, np.uint64(8))
    closed = classes.permeability({"wall": 0.0})[None, None]
    walk(prey, n, grid, plain_range(grid, permeability=closed, steps=np.array([400])))
    assert np.isin(prey.cell[:n], home).all()
    opened = classes.permeability({})[None, None]
    walk(prey, n, grid, plain_range(grid, permeability=opened, steps=np.array([400])))
    assert not np.isin(prey.cell[:n], home).all()


def test_crossings_of_a_permeable_line_are_binomial():
    land = line_world(np.array([[20.0, -10.0], [20.0, 60.0]]))
    grid, classes = prey_grid(land)
    n = 20_000
    prey = crowd_at(20 * 40 + 19, n)
    permeability = classes.permeability({"wall": 0.3})[None, None]
    eastward = plain_range(
        grid,
        permeability=permeability,
        steps=np.array([1]),
        bearing=np.array([2]),
        directedness=np.array([1.0]),
    )
    walk(prey, n, grid, eastward)
    crossed = (prey.cell[:n] % 40 == 20).sum()
    assert abs(crossed - 0.3 * n) < 5 * np.sqrt(n * 0.3 * 0.7)


def test_herds_walk_together_and_on_average_like_single_animals():
    side, n = 81, 3_000
    grid = open_grid(side, side)
    places = []
    for key in range(200):
        prey = crowd_at(side * side // 2, n)
        land = plain_range(grid, steps=np.array([20]), herds=3)
        walk(prey, n, grid, land, key=key)
        where = np.unique(prey.cell[:n])
        assert where.size <= 3
        places.append(where)
    together = np.concatenate(places)
    squares = (together // side - 40) ** 2 + (together % side - 40) ** 2
    assert abs(squares.mean() - 30.0) < 5 * squares.std() / np.sqrt(together.size)


def test_immigrants_come_as_a_poisson_number_to_the_edge():
    grid = open_grid(6, 6)
    entry = np.array([7, 8], np.int32)
    land = plain_range(
        grid, immigration=0.02, entry_cell=entry, entry_cumulative=np.array([0.25, 1.0])
    )
    kind = PreyKind(land, any_rates())
    arrived, at_first = [], 0
    for key in range(2_000):
        prey = crowd_at(14, 500, slots=600)
        moved = np.zeros(2, np.int64)
        n = immigrate(prey, 500, kind, step(key=key), moved)
        assert n == 500 + moved[0]
        arrived.append(moved[0])
        at_first += (prey.cell[500:n] == 7).sum()
    arrived = np.array(arrived)
    assert abs(arrived.mean() - 10.0) < 5 * np.sqrt(10.0 / arrived.size)
    assert abs(arrived.var() / 10.0 - 1) < 5 * np.sqrt(2.1 / arrived.size)
    total = arrived.sum()
    assert abs(at_first - 0.25 * total) < 5 * np.sqrt(0.25 * 0.75 * total)


def test_negative_exchange_lets_a_share_leave():
    grid = open_grid(6, 6)
    kind = PreyKind(plain_range(grid, immigration=-0.1), any_rates())
    moved = np.zeros(2, np.int64)
    n = immigrate(crowd_at(14, 20_000), 20_000, kind, step(), moved)
    assert n == 20_000 - moved[1]
    assert abs(moved[1] - 2_000) < 5 * np.sqrt(20_000 * 0.09)
