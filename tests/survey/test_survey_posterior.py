import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.study.surveys import LineTransect, Sampler, Trend
from ustyurt_models.survey import cell_density, fit_survey, load_posterior, save_posterior
from ustyurt_models.survey.cells import cell_density_blocks
from ustyurt_models.survey.check import check_survey
from ustyurt_models.survey.diagnostics import leave_one_out, sampler_findings
from ustyurt_models.survey.judgement import above, below, require_pass, table, worst
from ustyurt_models.survey.settings import DEFAULT_GATE

SURVEYS = Path(__file__).parents[2] / "scenarios" / "surveys"


QUICK = Sampler(engine="laplace", draws=250)
GAZELLE = LineTransect(
    file="gazelle_transects.csv", species="goitered_gazelle", truncation="800 m", sampler=QUICK
)


@pytest.fixture(scope="module")
def gazelle():
    return fit_survey(GAZELLE, SURVEYS, 4, load_catalogue())


def test_abundance_keeps_the_contract(gazelle):
    check_dataset(gazelle["abundance"].to_dataset(), ABUNDANCE, "gazelle")


def test_simulated_survey_is_marked_in_the_posterior(gazelle):
    assert gazelle.attrs["status"] == "simulated"
    assert "SIMULATED" in gazelle.attrs["title"]


def test_truth_of_the_simulated_survey_is_inside_its_interval(gazelle):
    # 0.05 per km2 in KAZ and UZB and 0.0224 in TKM, over the areas in the file.
    truth = 0.05 * (93775 + 71050) + np.sqrt(0.01 * 0.05) * 35050
    low, high = np.quantile(gazelle["abundance"]["abundance_total"], [0.025, 0.975])
    assert low < truth < high


def test_posterior_survives_the_file(gazelle, tmp_path):
    path = save_posterior(gazelle, tmp_path / "deep" / "gazelle.nc")
    loaded = load_posterior(path)
    for node in ("posterior", "abundance", "detection", "diagnostics"):
        xr.testing.assert_identical(loaded[node].to_dataset(), gazelle[node].to_dataset())
    assert loaded.attrs["survey_digest"] == gazelle.attrs["survey_digest"]
    assert json.loads(loaded.attrs["versions"])["ustyurt_models"]
    assert [p.name for p in path.parent.iterdir()] == ["gazelle.nc"]


def test_every_variable_has_a_unit(gazelle):
    for name, variable in gazelle["posterior"].data_vars.items():
        assert variable.attrs["units"], name


def test_damaged_posterior_is_a_clear_error(gazelle, tmp_path):
    path = save_posterior(gazelle, tmp_path / "gazelle.nc")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(InputError, match="must be a posterior that can be read"):
        load_posterior(path)
    with pytest.raises(InputError, match="must exist"):
        load_posterior(tmp_path / "nothing.nc")


def test_detection_band_encloses_its_median(gazelle):
    node = gazelle["detection"].to_dataset()
    assert np.all((node["low"] <= node["median"]) & (node["median"] <= node["high"]))
    assert int(node["count"].sum()) == gazelle["observed_data"].sizes["detection"]


def test_gate_lets_good_fits_pass_and_names_what_stops(gazelle):
    assert gazelle["diagnostics"].attrs["verdict"] != "stop"
    assert require_pass(gazelle, "survey.gazelle", accept=False) in ("pass", "look")
    bad = gazelle.copy()
    bad["diagnostics"] = xr.DataTree(table([above("R-hat", 1.3, (1.01, 1.05), "chains agree")]))
    with pytest.raises(InputError, match="R-hat"):
        require_pass(bad, "survey.gazelle", accept=False)
    assert require_pass(bad, "survey.gazelle", accept=True) == "stop"


def test_missing_number_is_a_stop():
    assert above("x", float("nan"), (1, 2), "").verdict == "stop"
    assert below("x", float("nan"), (2, 1), "").verdict == "stop"
    findings = [above("x", 0.5, (1, 2), ""), above("y", 1.5, (1, 2), "")]
    assert worst(findings) == "look"


def test_chains_that_disagree_are_stopped():
    rng = np.random.default_rng(1)
    apart = rng.standard_normal((4, 500)) + np.arange(4)[:, None]
    posterior = xr.Dataset({"a": (("chain", "draw"), apart)})
    stats = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((4, 500), bool))})
    words = {f.check: f.verdict for f in sampler_findings(posterior, stats, DEFAULT_GATE)}
    assert words["R-hat"] == "stop"
    assert words["divergences"] == "pass"


def test_leave_one_out_equals_the_exact_value_of_a_normal_mean():
    # y_i ~ N(mu, 1), flat prior: p(y_i | rest) is normal with mean of the rest and 1 + 1/(n-1).
    rng = np.random.default_rng(2)
    y = rng.standard_normal(30)
    mu = y.mean() + rng.standard_normal(20_000) / np.sqrt(y.size)
    log_likelihood = -0.5 * np.log(2 * np.pi) - 0.5 * (y - mu[:, None]) ** 2
    rest = (y.sum() - y) / (y.size - 1)
    variance = 1 + 1 / (y.size - 1)
    exact = (-0.5 * np.log(2 * np.pi * variance) - 0.5 * (y - rest) ** 2 / variance).sum()
    elpd = leave_one_out(log_likelihood, "count", DEFAULT_GATE)[0].value
    assert elpd == pytest.approx(exact, abs=0.02)


def test_cells_hold_exactly_the_animals_of_their_stratum(gazelle):
    node = gazelle["abundance"].to_dataset()
    rng = np.random.default_rng(3)
    stratum = rng.integers(-1, 3, 400)
    weight = rng.random(400)
    density = cell_density(node, stratum, weight, 25.0)
    assert density.shape == (node.sizes["draw"], 400)
    assert np.all(density[:, stratum == -1] == 0)
    for i in range(3):
        total = density[:, stratum == i].sum(axis=1) * 25.0
        assert np.allclose(total, node["abundance"][:, i])
    blocks = np.concatenate(list(cell_density_blocks(node, stratum, weight, 25.0, 77)))
    assert np.array_equal(blocks, density)


def test_stratum_without_habitat_is_refused(gazelle):
    node = gazelle["abundance"].to_dataset()
    with pytest.raises(InputError, match="must hold cells with habitat"):
        cell_density(node, np.zeros(5, np.int64), np.ones(5), 25.0)


def test_check_says_what_a_survey_holds_without_fitting():
    catalogue = load_catalogue()
    said = check_survey(GAZELLE, SURVEYS, catalogue)
    assert "groups within 800 m, simulated" in said
    saiga = Trend(file="saiga_counts.csv", species="saiga")
    assert check_survey(saiga, SURVEYS, catalogue) == "18 counts, 2000-2024, real"


@pytest.mark.slow
def test_fast_path_agrees_with_hamiltonian_sampling(gazelle):
    exact = Sampler(engine="nutpie", draws=1000, tune=500, chains=4)
    spec = GAZELLE.model_copy(update={"sampler": exact})
    tree = fit_survey(spec, SURVEYS, 4, load_catalogue())
    assert tree["diagnostics"].attrs["verdict"] != "stop"
    for name in ("abundance_total", "esw_m", "mean_size"):
        exact, fast = tree["posterior"][name], gazelle["posterior"][name]
        assert float(fast.median()) == pytest.approx(
            float(exact.median()), abs=0.2 * float(exact.std())
        )
        assert float(fast.std() / exact.std()) == pytest.approx(1.0, abs=0.25)
