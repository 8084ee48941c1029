"""The cells a density surface is predicted to are those of the landscape's region."""

import json

import numpy as np
import pytest

from ustyurt_models.bridge.survey_grid import survey_grid
from ustyurt_models.landscape import load_land, restrict
from ustyurt_models.landscape.land import cell_size_km, zones


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


def test_every_cell_inside_is_there_once_with_its_place_and_layers(land):
    grid = survey_grid(land)
    inside = land["inside"].to_numpy()
    assert np.array_equal(grid["cell"], np.flatnonzero(inside.ravel()))
    assert float(grid["area_km2"].sum()) == pytest.approx(inside.sum() * cell_size_km(land) ** 2)
    row, column = np.divmod(grid["cell"].to_numpy(), inside.shape[1])
    assert np.array_equal(grid["x_m"], land["x"].to_numpy()[column])
    assert np.array_equal(grid["y_m"], land["y"].to_numpy()[row])
    for name in ("forage", "elevation", "suitability_goitered_gazelle", "core"):
        np.testing.assert_array_equal(grid[name], land[name].to_numpy()[row, column])
    assert grid["forage"].attrs["units"] == land["forage"].attrs["units"]
    assert grid["x_m"].dtype == np.float64
    assert "crs_wkt" in grid.attrs


def test_zones_tile_the_region_and_are_those_of_the_landscape(land):
    grid = survey_grid(land)
    names = json.loads(grid.attrs["zone_names"])
    assert set(names) <= set(zones(land))
    for number, name in enumerate(names):
        assert int((grid["zone"] == number).sum()) == int(zones(land)[name].sum())


def test_a_region_cut_to_one_country_has_that_zone_alone(land):
    grid = survey_grid(restrict(land, "UZB"))
    assert json.loads(grid.attrs["zone_names"]) == ["UZB"]
    assert grid.sizes["cell"] == int(zones(land)["UZB"].sum())


def test_zones_that_do_not_tile_become_one_region(land):
    patched = land["zone"].copy()
    patched[:] = np.where(land["country"] == 2, 0, land["zone"])
    grid = survey_grid(land.assign(zone=patched))
    assert json.loads(grid.attrs["zone_names"]) == ["region"]
    assert (grid["zone"] == 0).all()
