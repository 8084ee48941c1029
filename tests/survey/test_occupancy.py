"""Occupancy: likelihood against enumeration, recovery, few detections, effort, misuse."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from scipy.special import expit

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import OCCUPANCY, check_dataset
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.html import fragment
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.quality_files import QualityPages
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Occupancy, Sampler
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.check import check_survey
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.sites.data import describe, survey_of
from ustyurt_models.survey.models.sites.simulate import VisitPlan, simulate_occupancy
from ustyurt_models.survey.models.sites.survey_model import survey_model
from ustyurt_models.survey.samplers.flat import FlatModel

QUICK = Sampler(engine="laplace", draws=250)


def block(**options):
    return Occupancy(**({"file": "-", "sampler": QUICK} | options))


def simulated(sites=120, psi=0.6, p=0.4, replicate=0, occasions=4):
    """Sites with a covariate of each kind, one visit in ten not made."""
    rng = generator(7, "occupancy", replicate)
    forage, date = rng.normal(size=sites), rng.normal(size=(sites, occasions))
    made = rng.random((sites, occasions)) < 0.9
    made[0] = False
    plan = VisitPlan(made, site_covariates={"forage": forage}, occasion_covariates={"date": date})
    logit_psi = np.log(psi / (1 - psi)) + 1.0 * forage
    logit_p = np.log(p / (1 - p)) - 0.7 * date
    return simulate_occupancy(expit(logit_psi), expit(logit_p), plan, rng)


def fit(histories, seed=5, **options):
    return fit_model(survey_model(survey_of(histories, block(**options))), seed)


@pytest.fixture(scope="module")
def fitted():
    return fit(simulated()[0], psi="forage", detection="date")


def test_answer_has_the_declared_form_and_passes_the_gate(fitted):
    check_dataset(fitted["occupancy"].to_dataset(), OCCUPANCY, "occupancy")
    assert fitted.attrs["verdict"] != "stop"
    for variable in fitted["posterior"].data_vars.values():
        assert np.isfinite(variable).all(), variable.name
        assert {"units", "long_name"} <= set(variable.attrs)
    assert fitted["occupancy"].attrs["sites"] == 119  # the first was never visited


def test_graph_and_pointwise_likelihood_are_the_sum_over_states():
    histories = simulated(sites=12)[0]
    model = survey_model(survey_of(histories, block(psi="forage", detection="date")))
    flat = FlatModel(model.build())
    points = generator(1, "points").normal(size=(3, flat.start.size)) * 0.7
    variables = {name: values[None] for name, values in flat.constrain(points).items()}
    posterior = _dataset(variables)
    each, unit = model.log_likelihood(posterior)
    assert unit == "site"
    prior = flat.log_priors(points)[0]
    assert flat.log_densities(points) - prior == pytest.approx(each.sum(axis=1), abs=1e-9)
    kept = model.data.survey.histories
    columns = model.data.psi.columns[:, 0]
    dates = kept.occasion_covariates["date"]
    z = (dates - dates[kept.visited].mean()) / dates[kept.visited].std(ddof=1)
    for draw in range(3):
        psi = expit(points[draw, 0] + points[draw, 1] * columns)
        p = expit(points[draw, 2] + points[draw, 3] * z)
        for site in range(len(kept.site)):
            y = kept.y[site]
            there = np.nanprod(np.where(y == 1, p[site], np.where(y == 0, 1 - p[site], np.nan)))
            whole = psi[site] * there + (1 - psi[site]) * (np.nansum(y) == 0)
            assert each[draw, site] == pytest.approx(np.log(whole), rel=1e-9)


def _dataset(variables):
    return xr.Dataset(
        {
            name: (("chain", "draw", *(f"{name}_{i}" for i in range(v.ndim - 2))), v)
            for name, v in variables.items()
        }
    )


def test_probabilities_of_all_histories_sum_to_one():
    plan = VisitPlan(np.ones((8, 3), bool))
    y = np.array(list(itertools.product((0.0, 1.0), repeat=3)))
    histories = replace(simulate_occupancy(np.ones(8), np.ones((8, 3)), plan, generator(1, "a"))[0])
    model = survey_model(survey_of(replace(histories, y=y), block()))
    draws = _dataset({"psi_intercept": np.array([[0.3]]), "p_intercept": np.array([[-1.2]])})
    assert np.exp(model.log_likelihood(draws)[0]).sum() == pytest.approx(1.0, abs=1e-12)
    assert model.data.kinds.size == 4  # only the number of detections matters


def test_gradients_are_finite_where_probabilities_are_all_but_zero_or_one():
    model = survey_model(survey_of(simulated(sites=20)[0], block(psi="forage", detection="date")))
    flat = FlatModel(model.build())
    for shift in (-30.0, -5.0, 5.0, 30.0):
        value, gradient = flat.log_density(flat.start + shift)
        assert np.isfinite(value)
        assert np.isfinite(gradient).all()


def test_intervals_hold_the_number_of_occupied_sites_about_as_often_as_they_say():
    hits, count = 0, 20
    for replicate in range(count):
        histories, occupied = simulated(sites=60, replicate=replicate)
        tree = fit(histories, psi="forage", detection="date")
        draws = tree["posterior"]["occupied_sites"].values
        low, high = np.quantile(draws, [0.05, 0.95])
        hits += low <= occupied[1:].sum() <= high
    assert hits >= 14  # 90 % intervals of 20 surveys: 14 or more with probability 0.998


def test_few_detections_give_a_wide_answer_and_a_word_about_the_prior():
    y = np.zeros((60, 3))
    y[[4, 20, 41], [0, 2, 1]] = 1.0
    histories = replace(simulated(sites=60, occasions=3)[0], y=y)
    tree = fit_model(survey_model(survey_of(histories, block(sampler=Sampler(draws=250)))), 5)
    assert tree.attrs["verdict"] == "look"
    low, high = np.quantile(tree["posterior"]["occupied_share"].values, [0.025, 0.975])
    assert low < 0.1
    assert high > 0.5
    found = tree["diagnostics"].to_dataset().sel(check="sites with detections")
    assert str(found["verdict"].values) == "look"
    assert "believed before" in str(found["meaning"].values)


def test_histories_without_any_detection_give_no_error_and_no_certainty():
    histories = replace(simulated(sites=40)[0], y=np.zeros((40, 4)))
    tree = fit_model(survey_model(survey_of(histories, block(sampler=Sampler(draws=250)))), 5)
    assert np.isfinite(tree["posterior"]["psi_mean"]).all()
    assert tree.attrs["verdict"] in ("look", "stop")
    assert float(tree["posterior"]["occupied_share"].quantile(0.975)) > 0.2


def test_longer_visits_see_more_and_equal_effort_changes_nothing():
    histories, _ = simulated(sites=30)
    plain = fit(histories)["posterior"]["psi_mean"].values
    even = fit(replace(histories, effort=np.full(histories.y.shape, 3.0), effort_unit="hour"))
    assert even["posterior"]["psi_mean"].values == pytest.approx(plain, rel=1e-6)
    rng = generator(3, "effort")
    effort = rng.uniform(0.2, 4.0, (800, 3))
    plan = VisitPlan(np.ones((800, 3), bool))
    seen, _ = simulate_occupancy(np.full(800, 0.6), 1 - 0.7**effort, plan, rng)
    tree = fit(replace(seen, effort=effort, effort_unit="hour"))
    usual = 1 - 0.7 ** np.median(effort)
    p = tree["posterior"]["p_at_average"]
    assert abs(float(p.mean()) - usual) < 3 * float(p.std())
    psi = tree["posterior"]["psi_at_average"]
    assert abs(float(psi.mean()) - 0.6) < 3 * float(psi.std())


def test_visits_without_a_covariate_and_sites_without_visits_are_left_out_with_a_note():
    histories, _ = simulated(sites=30)
    date = histories.occasion_covariates["date"].copy()
    date[3, :] = np.nan
    gaps = replace(histories, occasion_covariates={"date": date})
    survey = survey_of(gaps, block(detection="date"))
    assert survey.idle == 2
    assert "left out" in " ".join(survey.histories.notes)
    assert "28 sites (2 more never visited)" in describe(survey)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"psi": "forrage"}, "forrage"),
        ({"detection": "datum"}, "datum"),
        ({"psi_random": ("region",)}, "region"),
        ({"psi": "constant"}, "must differ"),
    ],
)
def test_unknown_and_constant_covariates_are_refused(options, said):
    histories, _ = simulated(sites=20)
    covariates = histories.site_covariates | {"constant": np.ones(20)}
    with pytest.raises(InputError, match=said):
        survey_model(survey_of(replace(histories, site_covariates=covariates), block(**options)))


def test_random_effects_of_a_factor_are_estimated():
    rng = generator(9, "random")
    region = np.repeat(np.array(["a", "b", "c", "d", "e", "f"]), 40)
    effect = np.repeat([-2.0, -1.0, 0.0, 0.5, 1.0, 2.0], 40)
    plan = VisitPlan(np.ones((240, 4), bool), site_covariates={"region": region})
    histories, _ = simulate_occupancy(expit(effect), np.full((240, 4), 0.5), plan, rng)
    tree = fit(histories, psi_random=("region",), sampler=Sampler(draws=250))
    found = tree["posterior"]["psi_region"].mean(("chain", "draw")).values
    assert np.corrcoef(found, effect[::40])[0, 1] > 0.9
    assert "psi: region[a]" in tree["effects"]["term"].values


def test_the_report_says_where_not_how_many(fitted, tmp_path):
    path = save_posterior(fitted, tmp_path / "occupancy.nc")
    text = fragment(survey_part(SurveyResult.of("foxes", load_posterior(path))))
    assert "not numbers of animals" in text
    assert "odds of occupancy" in text
    assert "probability, median 0.5" in text
    assert "share with detections" in text
    assert "truncation distance" not in text


def test_a_study_is_checked_with_a_line_and_a_page_about_the_visits(tmp_path):
    (tmp_path / "fox.csv").write_text("site,y.1,y.2\nA,0,1\nB,0,0\n", encoding="utf-8")
    survey = Occupancy(file="fox.csv")
    assert check_survey(survey, tmp_path).startswith("2 sites, 4 visits, 1 detections at 1 sites")
    study = SimpleNamespace(folder=tmp_path, results_folder=tmp_path / "results")
    line = QualityPages().of_survey("fox", survey, study)
    page = (tmp_path / "results" / "check" / "fox.html").read_text(encoding="utf-8")
    assert "fox.html" in line
    assert "visits to sites" in page
    assert "distance" not in page
