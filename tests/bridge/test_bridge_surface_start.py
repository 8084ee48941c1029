"""Prey of a density surface start where its draw has them: same sample for number and map."""

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.bridge.simulate import Simulator
from ustyurt_models.bridge.survey_grid import survey_grid
from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.landscape import load_land
from ustyurt_models.study.schema import Scenario

DRAWS, SAMPLES = 40, 500
SPECIES = "goitered_gazelle"


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


@pytest.fixture(scope="module")
def grid(land):
    return survey_grid(land)


def blocks_of(grid):
    """Quarter the map and halve each quarter: 8 blocks of cells."""
    x, y = grid["x_m"].to_numpy(), grid["y_m"].to_numpy()
    return (x > 0) * 4 + (y > 0) * 2 + (np.floor(y / 100_000).astype(int) % 2)


def surface(grid, samples=SAMPLES):
    """Return a posterior whose blocks vary by themselves and together, with 12,000 animals."""
    rng = np.random.default_rng(11)
    block = blocks_of(grid)
    base = rng.gamma(0.5, 1.0, block.size)  # most cells hold few, some many
    base *= 12_000 / (base @ grid["area_km2"].to_numpy())
    each = rng.lognormal(-0.125, 0.5, (samples, 8))
    whole = rng.lognormal(-0.045, 0.3, (samples, 1))
    density = (base * whole * each[:, block]).astype(np.float32)
    area = grid["area_km2"].to_numpy()
    zone = grid["zone"].to_numpy()
    names = ["KAZ", "UZB", "TKM"]
    per_zone = np.stack(
        [density[:, zone == i].astype(float) @ area[zone == i] for i in range(3)], 1
    )
    unit = {"abundance": "1", "density_per_km2": "km-2", "area_km2": "km2"}
    zone_area = np.bincount(zone, area, 3)
    abundance = xr.Dataset(
        {
            "abundance": (("draw", "stratum"), per_zone),
            "density_per_km2": (("draw", "stratum"), per_zone / zone_area),
            "area_km2": ("stratum", zone_area),
        },
        coords={"stratum": names},
    )
    for name, units in unit.items():
        abundance[name].attrs["units"] = units
    per_cell = ("cell", area, {"units": "km2"})
    place = {"units": "km"}
    cells = xr.Dataset(
        {
            "density_per_km2": (("draw", "cell"), density, {"units": "km-2"}),
            "area_km2": per_cell,
            "x_km": ("cell", grid["x_m"].to_numpy() / 1000, place),
            "y_km": ("cell", grid["y_m"].to_numpy() / 1000, place),
            "zone_index": ("cell", zone),
            "extrapolated": ("cell", np.zeros(zone.size, bool)),
        },
        coords={"cell": grid["cell"].to_numpy()},
        attrs={"on_landscape": 1},
    )
    return xr.DataTree.from_dict({"abundance": abundance, "cells": cells})


def model_of(land, posterior, draws=DRAWS):
    survey = {"model": "density_surface", "file": "-", "species": SPECIES}
    scenario = Scenario.model_validate(
        {
            "title": "surface",
            "start": 2030,
            "years": 1,
            "draws": draws,
            "seed": 5,
            "survey": {"counted": survey},
            "prey": {SPECIES: {"start": "survey:counted"}},
        }
    )
    return ScenarioModel(scenario, None, land, load_catalogue(), {"counted": posterior})


@pytest.fixture(scope="module")
def started(land, grid):
    """Expected and simulated animals by draw and cell at the start."""
    posterior = surface(grid)
    model = model_of(land, posterior)
    simulator = Simulator(model)
    simulated = np.array([simulator(draw, 0)["map_prey"][0, 0] for draw in range(DRAWS)])
    assert np.array_equal(model.zones.zones.inside_cell, grid["cell"])
    rows = model.starts[0].places.rows
    area = grid["area_km2"].to_numpy()
    expected = posterior["cells"]["density_per_km2"].to_numpy().astype(float) * area
    return expected, rows, simulated


def by_block(animals, grid):
    block = blocks_of(grid)
    return np.stack([animals[:, block == b].sum(axis=1) for b in range(8)], axis=1)


def test_total_of_every_draw_is_that_of_its_sample(started):
    expected, rows, simulated = started
    # Three zones, each rounded up or down by chance.
    assert np.abs(simulated.sum(axis=1) - expected[rows].sum(axis=1)).max() < 3.0


def test_every_block_has_the_mean_of_its_draw_within_chance(started, grid):
    expected, rows, simulated = started
    wanted, found = by_block(expected[rows], grid), by_block(simulated, grid)
    z = (found - wanted) / np.sqrt(wanted)  # placing is multinomial within zones: less than this
    assert np.abs(z).max() < 5.0
    assert abs(z.mean()) < 5.0 / np.sqrt(z.size)


def test_cells_have_the_mean_and_spread_of_placing_animals_one_by_one(started):
    expected, rows, simulated = started
    wanted = expected[rows]
    usual = wanted > 1.0
    z = ((simulated - wanted) / np.sqrt(wanted))[usual]
    assert abs(z.mean()) < 5.0 / np.sqrt(z.size)
    assert abs(z.var() - 1.0) < 0.05


def test_spread_between_draws_is_that_of_the_posterior_per_block_and_in_total(started, grid):
    expected, _, simulated = started
    for wanted, found in (
        (by_block(expected, grid), by_block(simulated, grid)),
        (expected.sum(axis=1, keepdims=True), simulated.sum(axis=1, keepdims=True)),
    ):
        error = wanted.std(axis=0) / np.sqrt(DRAWS)
        assert (np.abs(found.mean(axis=0) - wanted.mean(axis=0)) < 5 * error).all()
        ratio = np.log(found.std(axis=0, ddof=1) / wanted.std(axis=0))
        # Standard error of the log of a standard deviation, widened for the lognormal tail.
        assert (np.abs(ratio) < 5 * 1.5 / np.sqrt(2 * (DRAWS - 1))).all()


def test_the_same_draw_index_gives_number_and_map(started, grid):
    expected, rows, simulated = started
    own = np.corrcoef(by_block(expected[rows], grid).ravel(), by_block(simulated, grid).ravel())
    assert own[0, 1] > 0.995
    other = by_block(expected[np.roll(rows, 1)], grid)
    assert np.corrcoef(other.ravel(), by_block(simulated, grid).ravel())[0, 1] < 0.95


def test_a_survey_without_cells_on_the_landscape_starts_by_habitat(land, grid):
    tree = surface(grid, 5)
    tree["cells"].attrs["on_landscape"] = 0
    assert model_of(land, tree, 2).starts[0].places is None
    del tree["cells"]
    assert model_of(land, tree, 2).starts[0].places is None


def test_cells_with_another_number_of_draws_are_refused(land, grid):
    tree = surface(grid, 5)
    tree["cells"] = tree["cells"].to_dataset().isel(draw=slice(0, 4))
    with pytest.raises(InputError, match="must have the 5 draws of the abundance; got 4"):
        model_of(land, tree, 2)


def test_numbers_of_the_strips_searched_are_no_start(land, grid):
    posterior = surface(grid)
    posterior["abundance"].attrs["area_basis"] = "searched"
    with pytest.raises(InputError, match="it speaks of the strips searched"):
        model_of(land, posterior)
