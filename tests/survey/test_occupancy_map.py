"""Occupancy on a map: a smooth field, prediction to cells, coincident sites, misuse."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.special import expit

from ustyurt_models.checks import InputError
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.content import Figure, Note, Paragraph
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Occupancy, Sampler
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.hierarchical.predict import extrapolated
from ustyurt_models.survey.models.hierarchical.simulate import draw_field
from ustyurt_models.survey.models.sites.data import survey_of
from ustyurt_models.survey.models.sites.simulate import VisitPlan, simulate_occupancy
from ustyurt_models.survey.models.sites.survey_model import survey_model
from ustyurt_models.survey.read.grid import GridTable

QUICK = Sampler(draws=200, tune=300, chains=2)


def block(**options):
    told = {"file": "-", "sampler": QUICK, "grid": "cells.csv", "psi": "forage"}
    return Occupancy(**(told | options))


def world(sites=250):
    """Cells of 5 km with a field and a covariate, and sites on some of them, two on one spot."""
    rng = generator(3, "map")
    axis = np.arange(2500.0, 100_000.0, 5000.0)
    cells = np.array([(x, y) for x in axis for y in axis])
    field = draw_field(cells / 1000.0, 1.2, 40.0, rng)
    forage = rng.normal(size=len(cells))
    psi = expit(0.3 + 0.8 * forage + field)
    chosen = rng.choice(len(cells), sites, replace=False)
    chosen[1] = chosen[0]
    covariates = {"forage": forage[chosen]}
    plan = VisitPlan(np.ones((sites, 4), bool), site_covariates=covariates, position=cells[chosen])
    histories, _ = simulate_occupancy(psi[chosen], np.full((sites, 4), 0.5), plan, rng)
    area, zone = np.full(len(cells), 25.0), np.where(cells[:, 1] > 50_000, "north", "south")
    grid = GridTable(cells, "projected", area, zone, {"forage": forage}, {})
    return histories, grid, psi


@pytest.fixture(scope="module")
def fitted():
    histories, grid, psi = world()
    model = survey_model(
        survey_of(histories, block(field=True, length_scale="40 km", basis=11), grid)
    )
    return model, fit_model(model, 5), psi


def test_the_map_follows_the_true_surface_better_than_covariates_alone(fitted):
    _, tree, psi = fitted
    found = tree["occupancy_cells"]["psi"].mean("draw").values
    histories, grid, _ = world()
    plain = fit_model(survey_model(survey_of(histories, block(), grid)), 5)
    without = plain["occupancy_cells"]["psi"].mean("draw").values
    assert np.corrcoef(found, psi)[0, 1] > 0.75
    assert np.abs(found - psi).mean() < 0.8 * np.abs(without - psi).mean()


def test_streamed_cells_are_those_of_the_tree(fitted, tmp_path):
    model, tree, _ = fitted
    posterior = tree["posterior"].to_dataset()
    path = model.predict(posterior, tmp_path / "psi.nc", mass=0.9, keep_draws=True)
    with xr.open_dataset(path) as written:
        cells = tree["occupancy_cells"]
        np.testing.assert_allclose(written["psi"], cells["psi"], rtol=1e-6)
        assert written["mean"].attrs["units"] == "1"
        assert written["extrapolated"].dtype == np.uint8
        np.testing.assert_array_equal(written["extrapolated"], cells["extrapolated"])
        total = cells["occupied_area_km2"].values
        np.testing.assert_allclose(written["occupied_area_km2"], total, rtol=1e-5)
    assert total.min() > 0
    assert total.sum(axis=1).max() <= 400 * 25.0


def test_the_report_draws_occupancy_and_says_what_is_extrapolated(fitted, tmp_path):
    model, tree, _ = fitted
    forage = model.data.places.cells.covariates["forage"]
    known = model.data.psi.columns[:, 0]
    z = (forage - model.data.psi.design.variables["forage"].centre) / (
        model.data.psi.design.variables["forage"].scale
    )
    outside = (z < known.min() - 1e-9) | (z > known.max() + 1e-9)
    np.testing.assert_array_equal(tree["occupancy_cells"]["extrapolated"], outside)
    assert 0 < outside.sum() < 20
    path = save_posterior(tree, tmp_path / "psi.nc")
    part = survey_part(SurveyResult.of("map", load_posterior(path)))
    figure = {b.name: b for b in part.walk() if isinstance(b, Figure)}["map_occupancy_map"]
    assert "Hatched" in figure.caption
    (said,) = (b.text for b in part.walk() if isinstance(b, Paragraph) and "map's area" in b.text)
    assert said.startswith(f"{100 * outside.mean():.2g}")
    assert "psi there is an extrapolation" in said


@pytest.mark.parametrize("formula", ["slope", "slope^2", "slope:forage"])
def test_a_covariate_that_enters_only_as_a_square_or_product_is_looked_at(formula):
    histories, grid, _ = world()
    visited = (grid.position[:, None] == histories.position[None]).all(axis=2).any(axis=1)
    slope = np.where(visited, generator(6, "slope").normal(size=visited.size), 99.0)
    told = replace(grid, covariates={"forage": np.zeros(visited.size), "slope": slope})
    data = survey_model(survey_of(histories, block(psi=formula), told)).data
    found = extrapolated(data.psi.design, data.places.cells)
    np.testing.assert_array_equal(found, ~visited)


def test_a_map_of_unlike_country_warns():
    histories, grid, _ = world()
    forage = grid.covariates["forage"]
    visited = (grid.position[:, None] == histories.position[None]).all(axis=2).any(axis=1)
    unlike = replace(grid, covariates={"forage": np.where(visited, forage, forage + 10.0)})
    tree = fit_model(survey_model(survey_of(histories, block(), unlike)), 5)
    part = survey_part(SurveyResult.of("map", tree))
    notes = [b.text for b in part.walk() if isinstance(b, Note) and b.level == "warning"]
    assert any("psi there is an extrapolation" in text for text in notes)


def test_covariates_that_the_file_lacks_are_sampled_from_the_cells():
    histories, grid, _ = world()
    bare = survey_of(replace(histories, site_covariates={}), block(), grid)
    full = survey_of(histories, block(), grid)
    found, known = (survey_model(one).data.psi.columns for one in (bare, full))
    np.testing.assert_allclose(found, known)


def test_a_field_without_positions_or_cells_is_refused():
    histories, grid, _ = world(30)
    lost = survey_of(replace(histories, position=None, position_kind=""), block(field=True), grid)
    with pytest.raises(InputError, match="position"):
        survey_model(lost)
    without = survey_of(histories, block(field=True))
    with pytest.raises(InputError, match="grid"):
        survey_model(without)


def test_a_fresh_process_writes_a_thousand_draws_of_psi_to_netcdf_and_geotiff(tmp_path):
    rasterio = pytest.importorskip("rasterio", reason="the extra 'geo' is not installed")
    benchmarks = Path(__file__).parents[2] / "benchmarks"
    code = (
        f"import json, sys; sys.path.insert(0, {str(benchmarks)!r})\n"
        "import pathlib, survey_maps\n"
        f"found = survey_maps.occupancy_map('8000', pathlib.Path({str(tmp_path)!r}))\n"
        "print(json.dumps(found))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["numbers"] == 8_000 * 1000
    # What it takes beyond the process itself does not grow with the cells: blocks of 1,000.
    assert found["peak_mib"] - found["before_mib"] < 120
    with (
        xr.open_dataset(tmp_path / "psi_8000.nc") as cells,
        rasterio.open(tmp_path / "psi_8000.tif") as file,
    ):
        assert file.crs.to_epsg() == 32640
        assert file.descriptions == ("mean", "sd", "low", "high", "extrapolated")
        assert (file.height, file.width) == (200, 40)
        some = np.random.default_rng(1).choice(8_000, 200, replace=False)
        at = 1000.0 * np.column_stack([cells["x_km"][some], cells["y_km"][some]])
        values = np.array(list(file.sample(at)))
        for band, name in enumerate(file.descriptions):
            np.testing.assert_array_equal(values[:, band], cells[name][some])
            assert file.tags(band + 1)["units"] == cells[name].attrs["units"]
        assert values[:, 2].min() > 0.0
        assert np.all(values[:, 2] < values[:, 0])
        assert np.all(values[:, 0] < values[:, 3])
        assert values[:, 3].max() < 1.0
        assert set(values[:, 4]) <= {0.0, 1.0}


def test_cells_off_a_regular_grid_make_no_geotiff(tmp_path):
    tiff = pytest.importorskip("ustyurt_models.landscape.surface_tiff")
    place = np.array([0.5, 1.5, 2.9, 0.5, 1.5, 2.5]), np.array([0.5, 0.5, 0.5, 1.5, 1.5, 1.5])
    told = {name: ("cell", values) for name, values in zip(("x_km", "y_km"), place, strict=True)}
    told |= {name: ("cell", np.full(6, 0.5)) for name in tiff.BANDS}
    path = tmp_path / "off.nc"
    xr.Dataset(told, attrs={"interval_mass": 0.9}).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(InputError, match="crs"):
        tiff.write_surface_tiff(path, tmp_path / "off.tif")
    with pytest.raises(InputError, match="regular grid"):
        tiff.write_surface_tiff(path, tmp_path / "off.tif", "EPSG:32640")
    assert [one.name for one in tmp_path.iterdir()] == ["off.nc"]


def test_sites_on_one_spot_share_one_field_value(fitted):
    model, tree, _ = fitted
    node = tree["sites"].to_dataset()
    first, second = (node.isel(site=i) for i in (0, 1))
    for name in ("psi_median", "psi_low", "psi_high"):
        assert float(first[name]) == pytest.approx(float(second[name]), rel=1e-12)
    np.testing.assert_array_equal(model.data.places.site_km[0], model.data.places.site_km[1])
    assert tree.attrs["verdict"] != "stop"
