"""Occupancy on a map: a smooth field, prediction to cells, coincident sites, misuse."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy.special import expit

from ustyurt_models.checks import InputError
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.content import Figure
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Occupancy, Sampler
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.fit import fit_model
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
        total = cells["occupied_area_km2"].values
        np.testing.assert_allclose(written["occupied_area_km2"], total, rtol=1e-5)
    assert total.min() > 0
    assert total.sum(axis=1).max() <= 400 * 25.0


def test_the_report_draws_occupancy_and_says_what_a_cell_is(fitted, tmp_path):
    path = save_posterior(fitted[1], tmp_path / "psi.nc")
    part = survey_part(SurveyResult.of("map", load_posterior(path)))
    assert "map_occupancy_map" in {b.name for b in part.walk() if isinstance(b, Figure)}


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
