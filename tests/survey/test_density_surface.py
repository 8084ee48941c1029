"""Density surfaces: the map is found, cells add up to totals, predictions stream."""

import json
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.contracts import ABUNDANCE, CELLS, check_dataset
from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.formulas.hsgp import basis_functions, choose_basis, spectral_root
from ustyurt_models.study.surveys import DensitySurface
from ustyurt_models.survey.covariates import Design
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.hierarchical.checks import log_likelihood
from ustyurt_models.survey.models.hierarchical.data import survey_of
from ustyurt_models.survey.models.hierarchical.field import (
    LONGEST_SHARE,
    SHORTEST_SHARE,
    length_prior,
)
from ustyurt_models.survey.models.hierarchical.predict import (
    CellTable,
    DensityDraws,
    Surface,
    cell_blocks,
    zone_totals,
)
from ustyurt_models.survey.models.hierarchical.simulate import (
    Sites,
    SiteTruth,
    draw_field,
    simulate_sites,
)
from ustyurt_models.survey.models.hierarchical.stream import write_surface
from ustyurt_models.survey.models.hierarchical.survey_model import survey_model
from ustyurt_models.survey.read.grid import GridTable
from ustyurt_models.survey.samplers.flat import FlatModel

SIDE_KM, CELL_KM = 120.0, 5.0
SD, LENGTH_KM, MEAN = 0.9, 35.0, 1.2
NUTS = {"engine": "nutpie", "draws": 400, "tune": 400, "chains": 2}


def region(seed=2):
    """Return cells, sites on some of them, and the true density of the cells."""
    rng = np.random.default_rng(seed)
    middle = np.arange(CELL_KM / 2, SIDE_KM, CELL_KM)
    place = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 2)
    forage = place[:, 0] / SIDE_KM * 40.0 + rng.normal(0, 5.0, len(place))
    chosen = np.sort(rng.choice(len(place), 220, replace=False))
    z = (forage - forage[chosen].mean()) / forage[chosen].std(ddof=1)
    field = draw_field(place, SD, LENGTH_KM, rng)
    density = MEAN * np.exp(0.4 * z + field)
    grid = GridTable(
        1000.0 * place,
        "projected",
        np.full(len(place), CELL_KM**2),
        np.where(place[:, 1] > SIDE_KM / 2, "north", "south"),
        {"forage": forage},
        {},
    )
    form = DetectionForm("half-normal", 400.0)
    truth = SiteTruth(density[chosen], form, np.full(chosen.size, 180.0))
    sites = Sites(np.full(chosen.size, 3.0), {}, grid.position[chosen], "projected")
    return simulate_sites(truth, sites, rng), grid, density


def block(**options):
    told = {
        "file": "-",
        "truncation": "400 m",
        "group_size": "single",
        "density": "forage",
        "family": "poisson",
        "length_scale": "40 km",
        "sampler": NUTS,
    }
    return DensitySurface(**(told | options))


def model_of(transects, grid, **options):
    return survey_model(survey_of(transects, block(**options), own_grid=grid))


@pytest.fixture(scope="module")
def simulated():
    return region()


@pytest.fixture(scope="module")
def fitted(simulated):
    transects, grid, density = simulated
    model = model_of(transects, grid)
    return model, fit_model(model, 1), density


def test_length_prior_has_its_median_and_its_limits():
    longest, mean = length_prior(40.0)
    add = np.random.default_rng(1).exponential(mean, 200_000)
    length = 1.0 / (1.0 / longest + add)
    assert longest == 40.0 * LONGEST_SHARE
    assert np.median(length) == pytest.approx(40.0, rel=0.01)
    assert np.quantile(length, 0.05) == pytest.approx(40.0 * SHORTEST_SHARE, rel=0.01)
    assert pytest.approx(0.375, abs=0.001) == SHORTEST_SHARE


@pytest.mark.parametrize("kernel", ["matern52", "squared-exponential"])
def test_graph_with_field_equals_the_formulas(simulated, kernel):
    transects, grid, _ = simulated
    model = model_of(transects, grid, kernel=kernel, basis=6, family="negative-binomial")
    flat = FlatModel(model.build())
    rng = np.random.default_rng(3)
    points = flat.start + rng.normal(0, 0.3, (4, flat.start.size))
    whole, _ = flat.log_priors(points)
    found = flat.log_densities(points) - whole
    values = {
        name: (("chain", "draw", *(f"{name}_{i}" for i in range(v.ndim - 1))), v[None])
        for name, v in flat.constrain(points).items()
    }
    by_hand = log_likelihood(xr.Dataset(values), model.survey, model.places, model.field)
    np.testing.assert_allclose(np.diff(found), np.diff(by_hand.sum(axis=1)), rtol=1e-6, atol=1e-6)


def test_total_and_parameters_hold_the_truth(fitted):
    _, tree, density = fitted
    posterior = tree["posterior"].to_dataset()
    truth = {
        "abundance_total": CELL_KM**2 * density.sum(),
        "field_sd": SD,
        "field_length_km": LENGTH_KM,
        "sigma_m": 180.0,
    }
    for name, true in truth.items():
        low, high = np.quantile(posterior[name], [0.005, 0.995])
        assert low < true < high, name


def test_the_map_is_found_and_its_intervals_are_honest(fitted):
    _, tree, density = fitted
    draws = tree["cells"]["density_per_km2"].to_numpy()
    assert np.corrcoef(np.log(draws).mean(axis=0), np.log(density))[0, 1] > 0.8
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    # Neighbouring cells err together: the share is not known to better than some 0.1.
    assert 0.78 < ((low < density) & (density < high)).mean() < 1.0


def test_diagnostics_do_not_stop_a_sound_surface(fitted):
    _, tree, _ = fitted
    node = tree["diagnostics"].to_dataset()
    stops = node["check"].to_numpy()[node["verdict"].to_numpy() == "stop"]
    assert stops.tolist() == []
    assert float(node["value"].sel(check="field, waves enough")) > 0.9
    assert "animals extrapolated" in node["check"].to_numpy()


def test_abundance_is_the_sum_of_the_cells_draw_by_draw(fitted):
    _, tree, _ = fitted
    abundance, cells = tree["abundance"].to_dataset(), tree["cells"].to_dataset()
    check_dataset(abundance, ABUNDANCE, "abundance")
    check_dataset(cells, CELLS, "cells")
    assert abundance.sizes["draw"] == cells.sizes["draw"] == 800
    assert cells["density_per_km2"].dtype == np.float32
    names = abundance["stratum"].to_numpy().tolist()
    assert names == ["north", "south"]
    for index, name in enumerate(names):
        mine = cells["zone_index"].to_numpy() == index
        area = cells["area_km2"].to_numpy()[mine]
        summed = cells["density_per_km2"].to_numpy()[:, mine].astype(float) @ area
        np.testing.assert_allclose(summed, abundance["abundance"].sel(stratum=name), rtol=1e-5)


def test_streamed_file_holds_what_the_cells_hold(fitted, tmp_path):
    model, tree, _ = fitted
    posterior = tree["posterior"].to_dataset()
    path = model.predict(posterior, tmp_path / "surface.nc", mass=0.9, keep_draws=True)
    with xr.open_dataset(path) as written:
        cells = tree["cells"]["density_per_km2"].to_numpy()
        np.testing.assert_allclose(written["density_per_km2"], cells, rtol=1e-6)
        assert written["extrapolated"].dtype == np.uint8
        np.testing.assert_array_equal(written["extrapolated"], tree["cells"]["extrapolated"])
        np.testing.assert_allclose(written["mean"], cells.mean(axis=0, dtype=float), rtol=1e-5)
        np.testing.assert_allclose(written["sd"], cells.std(axis=0, ddof=1, dtype=float), rtol=1e-4)
        low, high = np.quantile(cells, [0.05, 0.95], axis=0)
        np.testing.assert_allclose(written["low"], low, rtol=1e-5)
        np.testing.assert_allclose(written["high"], high, rtol=1e-5)
        total = tree["abundance"]["abundance"].to_numpy()
        np.testing.assert_allclose(written["abundance"], total, rtol=1e-5)
        assert written["mean"].attrs["units"] == "km-2"
        assert json.loads(written.attrs["zone_names"]) == ["north", "south"]
    assert not path.with_name("surface.nc.part").exists()


def wide(cells, draws=1000):
    """Return a surface over many cells with draws from its prior."""
    rng = np.random.default_rng(4)
    place = rng.uniform(0, 500, (cells, 2))
    table = {"forage": rng.normal(0, 1, cells)}
    design = Design.learn("forage", {"forage": table["forage"][:200]}, "test")
    basis = choose_basis(place[:1000], 150.0, 200.0)
    wave = spectral_root(basis, 0.6, 150.0) * rng.standard_normal((draws, basis.order.shape[0]))
    drawn = DensityDraws(rng.normal(-1, 0.2, draws), rng.normal(0.3, 0.1, (draws, 1)), wave)
    none = np.zeros(cells, np.int64)
    found = CellTable(table, place, np.ones(cells), none, ("region",), none - 1)
    return Surface(design, partial(basis_functions, basis)), drawn, found


def test_memory_does_not_grow_with_the_cells(tmp_path):
    peaks = []
    for cells in (4_000, 40_000):
        surface, draws, table = wide(cells)
        tracemalloc.start()
        write_surface(surface, draws, table, tmp_path / "wide.nc")
        peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
    # All draws of 40,000 cells would be 153 MiB; a block of them is 4.
    assert peaks[1] < peaks[0] + 10.0 < 70.0


@pytest.mark.parametrize("how", ["stream", "node"])
@pytest.mark.parametrize(
    ("cells", "limit_mib"), [(8_000, 350), pytest.param(200_000, 2048, marks=pytest.mark.slow)]
)
def test_a_fresh_process_predicts_a_thousand_draws_of_all_cells(tmp_path, cells, limit_mib, how):
    benchmarks = Path(__file__).parents[2] / "benchmarks"
    code = (
        f"import json, sys; sys.path.insert(0, {str(benchmarks)!r})\n"
        "import pathlib, survey_maps\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        f"found = survey_maps.prediction('{cells}', '{how}', folder, '600 km')\n"
        "print(json.dumps(found))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["numbers"] >= 1000 * cells
    assert found["peak_mib"] < limit_mib
    if how == "stream":  # what it takes beyond the process itself does not grow with the cells
        assert found["peak_mib"] - found["before_mib"] < 120


def test_blocks_do_not_change_the_prediction():
    surface, draws, cells = wide(530, 20)
    whole = np.concatenate([d for _, d in cell_blocks(surface, draws, cells, 530)], axis=1)
    parts = np.concatenate([d for _, d in cell_blocks(surface, draws, cells, 100)], axis=1)
    np.testing.assert_allclose(whole, parts, rtol=1e-5)
    total = zone_totals(surface, draws, cells, 64)
    np.testing.assert_allclose(total[:, 0], whole.sum(axis=1, dtype=float), rtol=1e-5)


def test_number_of_extrapolated_cells_is_in_the_nodes(fitted):
    model, tree, _ = fitted
    cells, abundance = tree["cells"].to_dataset(), tree["abundance"].to_dataset()
    forage = model.places.site_covariates["forage"]
    value = model.places.cells.covariates["forage"]
    outside = (value < forage.min()) | (value > forage.max())
    assert np.array_equal(cells["extrapolated"], outside)
    assert cells.attrs["cells_extrapolated"] == abundance.attrs["cells_extrapolated"]
    assert abundance.attrs["cells_extrapolated"] == outside.sum()


def test_too_few_waves_are_noticed(fitted, simulated):
    model, tree, _ = fitted
    transects, grid, _ = simulated
    posterior = tree["posterior"].to_dataset()
    poor = model_of(transects, grid, basis=3)
    fewer = posterior.isel(wave=slice(0, poor.field.basis.order.shape[0]))
    verdicts = {}
    for name, one, draws in (("poor", poor, fewer), ("good", model, posterior)):
        found = {finding.check: finding for finding in one.findings(draws)}
        verdicts[name] = found["field, waves enough"]
    assert verdicts["poor"].verdict == "stop"
    assert "larger basis" in verdicts["poor"].meaning
    assert verdicts["good"].verdict == "pass"


def test_animals_in_unknown_country_are_said_to_be_extrapolated(fitted, simulated):
    model, tree, _ = fitted
    transects, grid, _ = simulated
    posterior = tree["posterior"].to_dataset()
    few = {finding.check: finding for finding in model.findings(posterior)}
    assert few["animals extrapolated"].verdict == "pass"
    forage = grid.covariates["forage"]
    stretched = replace(grid, covariates={"forage": np.where(forage > 25.0, forage + 25.0, forage)})
    sites = replace(transects, transect_covariates={"forage": sampled(transects, grid)})
    far = model_of(sites, stretched).findings(posterior)
    many = {finding.check: finding for finding in far}["animals extrapolated"]
    assert many.verdict == "look"
    assert many.value > 0.3


def sampled(transects, grid):
    """Forage of the cells that the sites stand on."""
    cell = [np.flatnonzero((grid.position == at).all(axis=1))[0] for at in transects.position]
    return grid.covariates["forage"][cell]
