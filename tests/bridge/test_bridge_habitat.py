"""Maps of surveys give places at the start and the suitability of the land, draw by draw."""

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.bridge.simulate import Simulator
from ustyurt_models.bridge.survey_grid import survey_grid
from ustyurt_models.bridge.survey_map import survey_map
from ustyurt_models.checks import InputError
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.landscape import load_land
from ustyurt_models.study.schema import Scenario

DRAWS, SAMPLES, SEED = 30, 400, 5
SPECIES = "goitered_gazelle"


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


@pytest.fixture(scope="module")
def grid(land):
    return survey_grid(land)


def cells_of(grid, name, value, units):
    """Return a node with a value in every cell of the landscape."""
    area = grid["area_km2"].to_numpy()
    return xr.Dataset(
        {
            name: (("draw", "cell"), value.astype(np.float32), {"units": units}),
            "area_km2": ("cell", area, {"units": "km2"}),
            "x_km": ("cell", grid["x_m"].to_numpy() / 1000, {"units": "km"}),
            "y_km": ("cell", grid["y_m"].to_numpy() / 1000, {"units": "km"}),
            "zone_index": ("cell", grid["zone"].to_numpy()),
            "extrapolated": ("cell", np.zeros(area.size, bool)),
        },
        coords={"cell": grid["cell"].to_numpy()},
        attrs={"on_landscape": 1},
    )


@pytest.fixture(scope="module")
def occupied(grid):
    """Return the posterior of an occupancy map: high in the east, each sample by its own."""
    rng = np.random.default_rng(3)
    east = grid["x_m"].to_numpy() > 0
    logit = np.where(east, 1.0, -2.0) + rng.normal(0.0, 0.7, (SAMPLES, 1))
    psi = 1.0 / (1.0 + np.exp(-logit - rng.normal(0.0, 0.2, (SAMPLES, east.size))))
    return xr.DataTree.from_dict({"occupancy_cells": cells_of(grid, "psi", psi, "1")})


def density(grid, extrapolated=None):
    """Return the posterior of a density surface, of which one cell stands out."""
    value = np.random.default_rng(4).gamma(2.0, 0.5, (SAMPLES, grid.sizes["cell"]))
    value[:, 7] = 40.0
    cells = cells_of(grid, "density_per_km2", value, "km-2")
    if extrapolated is not None:
        cells["extrapolated"][extrapolated] = True
    total = xr.Dataset(
        {"abundance": (("draw", "stratum"), np.ones((SAMPLES, 1)))}, coords={"stratum": ["all"]}
    )
    return xr.DataTree.from_dict({"abundance": total, "cells": cells})


def model_of(land, posterior, prey, model="occupancy", **changes):
    survey = {"model": model, "file": "-", "species": changes.pop("species", SPECIES)}
    if model == "occupancy":
        survey["map"] = True
    study = {
        "title": "habitat", "start": 2030, "years": 1, "draws": DRAWS, "seed": SEED,
        "survey": {"tracks": survey}, "prey": {SPECIES: prey},
    }  # fmt: skip
    scenario = Scenario.model_validate(study | changes)
    return ScenarioModel(scenario, None, land, load_catalogue(), {"tracks": posterior})


def test_a_number_stands_where_the_same_draw_of_the_map_says(land, grid, occupied):
    model = model_of(land, occupied, {"start": 8000, "places": "survey:tracks"})
    simulator = Simulator(model)
    east = grid["x_m"].to_numpy() > 0
    psi, area = occupied["occupancy_cells"]["psi"].to_numpy(), grid["area_km2"].to_numpy()
    rows = model.starts[0].places.rows
    assert len(set(rows.tolist())) > 20
    apart = []
    for draw in range(DRAWS):
        animals = simulator(draw, 0)["map_prey"][0, 0]
        assert animals.sum() == 8000
        weight = psi[rows[draw]].astype(float) * area
        share = weight[east].sum() / weight.sum()
        apart.append((animals[east].sum() - 8000 * share) / np.sqrt(8000 * share * (1 - share)))
    assert np.abs(apart).max() < 4.5
    assert 0.6 < np.std(apart) < 1.4


def test_suitability_of_a_draw_is_its_occupancy_and_sets_capacity(land, grid, occupied):
    plain = model_of(land, occupied, {"start": "0.1 per km2"})
    model = model_of(land, occupied, {"start": "0.1 per km2", "suitability": "survey:tracks"})
    psi, area = occupied["occupancy_cells"]["psi"].to_numpy().astype(float), grid["area_km2"]
    layer = f"suitability_{SPECIES}"
    for draw in (0, 7):
        row = model.habitats[SPECIES].rows[draw]
        found = model.land_of(draw)[layer].to_numpy().ravel()
        np.testing.assert_array_equal(found[grid["cell"].to_numpy()], psi[row])
        assert found[~land["inside"].to_numpy().ravel()].sum() == 0
        old = land[layer].to_numpy().astype(float).ravel()
        ours, theirs = (m.at(draw).world.regimes.capacity[0, 0] for m in (model, plain))
        known = (theirs > 0) & (old > 0) & (found > 0)
        np.testing.assert_allclose(ours[known] / found[known], theirs[known] / old[known])
        # Numbers given per km2 of habitat speak of the habitat of the same draw.
        expected = 0.1 * float((psi[row] * area.to_numpy()).sum())
        assert model.starts[0].abundance[draw, 0] == pytest.approx(expected)
    assert len(np.unique(model.starts[0].abundance)) > 20
    assert len(np.unique(plain.starts[0].abundance)) == 1


def test_cheetahs_take_the_suitability_that_a_survey_tells(land, grid, occupied):
    model = model_of(
        land, occupied, {"start": 10}, species="cheetah", cheetah={"suitability": "survey:tracks"}
    )
    row = model.habitats["cheetah"].rows[3]
    psi = occupied["occupancy_cells"]["psi"].to_numpy()
    found = model.at(3).world.cheetah_land.suitability[grid["cell"].to_numpy()]
    np.testing.assert_array_equal(found, psi[row])


def test_density_is_scaled_by_the_best_cell_within_the_surveyed_range(land, grid):
    inside = land["inside"].to_numpy()
    for extrapolated in (None, 7):
        found = survey_map("tracks", density(grid, extrapolated), SEED, DRAWS, land)
        value = found.value[found.rows[2]].astype(float)
        best = 40.0 if extrapolated is None else np.delete(value, 7).max()
        suitable = found.suitability(2, inside.size)
        expected = np.minimum(value / best, 1.0)
        np.testing.assert_allclose(suitable[grid["cell"].to_numpy()], expected)
        assert suitable.max() == 1.0


def test_a_map_that_extrapolates_says_so_where_it_becomes_habitat(land, grid, occupied):
    prey = {"start": 8000, "places": "survey:tracks", "suitability": "survey:tracks"}
    assert model_of(land, occupied, prey).map_warnings == ()
    cells = occupied["occupancy_cells"].to_dataset().copy()
    psi, area = cells["psi"].mean("draw").to_numpy(), grid["area_km2"].to_numpy()
    east = grid["x_m"].to_numpy() > 0
    cells["extrapolated"] = ("cell", east)
    model = model_of(land, xr.DataTree.from_dict({"occupancy_cells": cells}), prey)
    habitat, places = model.map_warnings
    assert habitat.startswith(f"habitat of {SPECIES}: {100 * east.mean():.2g} % of the area")
    part = (psi * area)[east].sum() / (psi * area).sum()
    assert f"with {100 * part:.2g} % of its occupied area" in habitat
    assert places.startswith(f"places of {SPECIES} at the start")
    some = survey_map("tracks", density(grid, 7), SEED, DRAWS, land)
    assert 0.0 < some.extrapolated_area < 0.001 < some.extrapolated_weight < 0.05
    assert "of its animals" in some.warning("habitat of saiga")


def test_maps_that_do_not_fit_the_landscape_are_refused(land, grid, occupied):
    whole = occupied["occupancy_cells"].to_dataset()
    cut = xr.DataTree.from_dict({"occupancy_cells": whole.isel(cell=slice(0, -3))})
    with pytest.raises(InputError, match=r"3 cells missing, 0\.038 % of the region"):
        survey_map("tracks", cut, SEED, DRAWS, land)
    other = xr.DataTree.from_dict({"occupancy_cells": whole.assign_attrs(on_landscape=0)})
    with pytest.raises(InputError, match="must say its projection"):
        survey_map("tracks", other, SEED, DRAWS, land)
    with pytest.raises(InputError, match="must predict cells"):
        survey_map("tracks", xr.DataTree(), SEED, DRAWS, land)
    start = {"start": "survey:tracks", "places": "survey:tracks"}
    with pytest.raises(InputError, match="tells already where"):
        model_of(land, density(grid), start, model="density_surface")
