"""Counts at sites that miss animals: graph, recovery, growing sums, warnings, misuse."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import ABUNDANCE, check_dataset
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.html import fragment
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import NMixture, Removal, RoyleNichols, Sampler
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.sites.counts_results import beyond
from ustyurt_models.survey.models.sites.data import survey_of
from ustyurt_models.survey.models.sites.simulate import VisitPlan, simulate_counts
from ustyurt_models.survey.models.sites.survey_model import survey_model
from ustyurt_models.survey.samplers.flat import FlatModel

QUICK = Sampler(engine="laplace", draws=250)
BLOCKS = {"n_mixture": NMixture, "royle_nichols": RoyleNichols, "removal": Removal}
FAMILIES = ("poisson", "negative-binomial", "zero-inflated", "zero-inflated-negative-binomial")


def block(how="n_mixture", **options):
    return BLOCKS[how](**({"file": "-", "sampler": QUICK} | options))


def simulated(how="n_mixture", sites=120, mean=3.0, cv=0.0, p=0.4, replicate=0):
    """Sites with forage; one visit in ten is not made, except passes."""
    rng = generator(17, "counts", replicate)
    forage = rng.normal(size=sites)
    rate = mean * np.exp(0.5 * forage)
    if cv > 0:
        rate = rate * rng.gamma(cv**-2, cv**2, sites)
    present = rng.poisson(rate)
    made = (rng.random((sites, 4)) < 0.9) | (how == "removal")
    plan = VisitPlan(made, site_covariates={"forage": forage})
    made[:, 0] = True
    return simulate_counts(present, np.full((sites, 4), p), plan, rng, how), present


def fit(histories, how="n_mixture", **options):
    return fit_model(survey_model(survey_of(histories, block(how, **options))), 5)


@pytest.fixture(scope="module", params=list(BLOCKS))
def fitted(request):
    histories, present = simulated(request.param)
    return fit(histories, request.param, animals="forage"), present


def test_answer_has_the_declared_form_and_holds_the_truth(fitted):
    tree, present = fitted
    check_dataset(tree["abundance"].to_dataset(), ABUNDANCE, "counts")
    assert tree["abundance"].attrs["area_basis"] == "sites"
    assert tree.attrs["verdict"] != "stop"
    for variable in tree["posterior"].data_vars.values():
        assert np.isfinite(variable).all(), variable.name
        assert {"units", "long_name"} <= set(variable.attrs)
    low, high = np.quantile(tree["posterior"]["abundance_total"], [0.005, 0.995])
    assert low <= present.sum() <= high
    effect = tree["posterior"]["lambda_effect"].values.ravel()
    assert abs(effect.mean() - 0.5) < 3 * effect.std()


@pytest.mark.parametrize("how", list(BLOCKS))
@pytest.mark.parametrize("family", FAMILIES)
def test_graph_and_pointwise_likelihood_agree(how, family):
    histories = simulated(how, sites=20)[0]
    model = survey_model(survey_of(histories, block(how, family=family, animals="forage")))
    flat = FlatModel(model.build())
    points = generator(1, "points").normal(size=(3, flat.start.size)) * 0.5
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *(f"{name}_{i}" for i in range(v.ndim - 1))), v[None])
            for name, v in flat.constrain(points).items()
        }
    )
    each = model.log_likelihood(posterior)[0]
    graph = flat.log_densities(points) - flat.log_priors(points)[0]
    assert graph == pytest.approx(each.sum(axis=1), rel=1e-9)
    value, gradient = flat.log_density(flat.start - 12.0)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_intervals_hold_the_number_of_animals_about_as_often_as_they_say():
    hits, count = 0, 16
    for replicate in range(count):
        histories, present = simulated(sites=60, replicate=replicate)
        draws = fit(histories, animals="forage")["posterior"]["abundance_total"].values
        low, high = np.quantile(draws, [0.05, 0.95])
        hits += low <= present.sum() <= high
    assert hits >= 11  # 90 % intervals of 16 surveys: fewer than 11 less than once in 1,000


def test_the_sum_grows_until_nothing_that_matters_is_left_out():
    histories, present = simulated(mean=60.0, p=0.15, sites=60)
    model = survey_model(survey_of(histories, block(animals="forage")))
    first = model.data.upto
    tree = fit_model(model, 5)
    found = tree["diagnostics"].to_dataset().sel(check="sum left out")
    assert str(found["verdict"].values) == "pass"
    assert float(found["value"]) <= 1e-8
    assert first < present.max()
    assert beyond(tree["posterior"].to_dataset(), model.data) > 1e-8  # the first bound was short
    low, high = np.quantile(tree["posterior"]["abundance_total"], [0.005, 0.995])
    assert low <= present.sum() <= high


def test_counts_that_do_not_tell_number_from_detection_are_called_so():
    rng = generator(4, "poisson")
    plan = VisitPlan(np.ones((40, 3), bool))
    histories = simulate_counts(np.full(40, 1), np.ones((40, 3)), plan, rng, "n_mixture")
    # Counts that differ between visits as much as between sites: Poisson noise alone.
    tree = fit(replace(histories, y=rng.poisson(2.0, (40, 3)).astype(float)),
               sampler=Sampler(draws=250))  # fmt: skip
    found = tree["diagnostics"].to_dataset()
    words = found.sel(check="number against detection")
    assert str(words["verdict"].values) == "look"
    assert "rests on the assumptions" in str(words["meaning"].values)
    limit = found.sel(check="upper limit of the number")
    assert str(limit["verdict"].values) == "look"
    assert "set no upper limit to the number" in str(limit["meaning"].values)
    spread = np.log(tree["posterior"]["abundance_total"]).std(("chain", "draw"))
    assert float(spread) > 0.3


def test_counts_that_bound_the_number_are_let_pass(fitted):
    found = fitted[0]["diagnostics"].to_dataset()
    if "upper limit of the number" in found["check"].values:  # not for detections alone
        one = found.sel(check="upper limit of the number")
        assert float(one["value"]) > 10
        assert str(one["verdict"].values) == "pass"


def test_passes_that_do_not_fall_are_called_so():
    histories, _ = simulated("removal", p=0.03)
    found = fit(histories, "removal", sampler=Sampler(draws=250))["diagnostics"].to_dataset()
    one = found.sel(check="upper limit of the number")
    assert str(one["verdict"].values) == "look"


def test_negative_binomial_finds_the_variation_among_sites():
    histories, present = simulated(cv=1.0, sites=250)
    tree = fit(histories, animals="forage", family="negative-binomial")
    cv = tree["posterior"]["site_cv"].values
    assert abs(cv.mean() - 1.0) < 3 * cv.std()
    low, high = np.quantile(tree["posterior"]["abundance_total"], [0.005, 0.995])
    assert low <= present.sum() <= high


def test_sites_without_any_animal_give_no_error():
    histories, _ = simulated(sites=30)
    y = np.where(np.isfinite(histories.y), 0.0, np.nan)
    tree = fit(replace(histories, y=y), sampler=Sampler(draws=250))
    assert np.isfinite(tree["posterior"]["abundance_total"]).all()
    assert tree.attrs["verdict"] in ("look", "stop")


def test_seasons_maps_and_fractions_are_refused():
    histories, _ = simulated(sites=10)
    two = replace(histories, season=np.array([0, 0, 1, 1]), seasons=("1", "2"))
    with pytest.raises(InputError, match="single one"):
        survey_model(survey_of(two, block()))
    with pytest.raises(ValidationError, match="not known"):
        block(map=True)
    y = histories.y.copy()
    y[0, 0] = 2.5
    with pytest.raises(InputError, match="whole number"):
        survey_of(replace(histories, y=y), block())
    with pytest.raises(InputError, match=r"0\.\.1"):
        survey_of(replace(histories, y=np.full(y.shape, 3.0)), block("royle_nichols"))


def test_the_report_says_that_sites_are_no_region(fitted, tmp_path):
    path = save_posterior(fitted[0], tmp_path / "counts.nc")
    text = fragment(survey_part(SurveyResult.of("hares", load_posterior(path))))
    assert "no number of a region" in text
    assert "animals at a site" in text


@pytest.mark.parametrize("model", [NMixture, Removal])
def test_passages_of_cameras_are_no_counts_of_animals(model):
    with pytest.raises(ValidationError, match="one animal may stand many times"):
        model(file="cameras.zip", cameras={"occasion_days": 1})


def test_detections_of_cameras_can_tell_of_numbers():
    assert RoyleNichols(file="cameras.zip", cameras={"occasion_days": 1}).cameras is not None
