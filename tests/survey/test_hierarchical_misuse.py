"""Poor data give an honest wide answer or a clear refusal, never a crash or a NaN."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from ustyurt_models.checks import InputError
from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.study.surveys import HierarchicalDistance
from ustyurt_models.survey.fit import fit_model, fit_models
from ustyurt_models.survey.models.hierarchical.data import survey_of
from ustyurt_models.survey.models.hierarchical.simulate import Sites, SiteTruth, simulate_sites
from ustyurt_models.survey.models.hierarchical.survey_model import survey_model

LAPLACE = {"engine": "laplace", "draws": 200, "chains": 2}


def block(**options):
    told = {"file": "-", "sampler": LAPLACE, "group_size": "single", "truncation": "400 m"}
    return HierarchicalDistance(**(told | options))


def survey(sites=60, density=3.0, seed=1, **known):
    rng = np.random.default_rng(seed)
    form = DetectionForm("half-normal", 400.0)
    truth = SiteTruth(np.full(sites, density), form, np.full(sites, 180.0))
    told = {"covariates": {"forage": rng.normal(30, 5, sites)}, "area_km2": 500.0}
    return simulate_sites(truth, Sites(np.ones(sites), **(told | known)), rng)


def fit(transects, **options):
    return fit_model(survey_model(survey_of(transects, block(**options))), 1)


def finite(tree):
    values = tree["posterior"].to_dataset().data_vars.values()
    return all(np.isfinite(variable).all() for variable in values)


def test_no_detection_at_all_gives_a_wide_posterior_near_zero():
    nothing = survey(density=0.0)
    assert nothing.distance_m.size == 0
    tree = fit(nothing, density="forage")
    assert finite(tree)
    low, high = np.quantile(tree["abundance"]["abundance_total"], [0.05, 0.95])
    assert low < 1.0
    assert high < 500.0
    shift = tree["diagnostics"]["value"].sel(check="shift of sigma_m")
    assert float(shift) > 0.8  # without distances the scale is what the prior says


def test_three_detections_are_wide_and_sound():
    few = survey(60, 0.15, seed=4)
    assert 1 <= few.distance_m.size <= 6
    tree = fit(few, family="poisson")
    assert finite(tree)
    low, high = np.quantile(tree["abundance"]["abundance_total"], [0.05, 0.95])
    assert high / low > 4.0
    assert low < 500.0 * 0.15 < high


def test_one_site_gives_an_answer_without_covariates_and_a_refusal_with():
    tree = fit(survey(1, 30.0), family="negative-binomial")
    assert finite(tree)
    low, high = np.quantile(tree["abundance"]["abundance_total"], [0.05, 0.95])
    assert high / low > 3.0  # one site says nothing of the spread among sites
    with pytest.raises(InputError, match="forage: must differ between rows"):
        fit(survey(1, 30.0), density="forage")


def test_equal_exact_distances_are_refused():
    same = survey()
    same = replace(same, distance_m=np.full_like(same.distance_m, 25.0))
    with pytest.raises(InputError, match="must differ among detections"):
        fit(same)


def test_detections_without_effort_and_no_effort_anywhere_are_refused():
    transects = survey()
    met = int(transects.detection_transect[0])
    effort = transects.effort.copy()
    effort[met] = 0.0
    with pytest.raises(InputError, match="must have effort, for something was detected there"):
        fit(replace(transects, effort=effort))
    nothing = replace(
        survey(density=0.0), effort=np.zeros(60), distance_m=np.empty(0), size=np.empty(0, int)
    )
    with pytest.raises(InputError, match="must be > 0 at some site"):
        fit(nothing)


def test_metres_for_kilometres_are_noticed():
    transects = survey()
    with pytest.raises(InputError, match="metres and kilometres mixed up"):
        fit(replace(transects, distance_m=transects.distance_m / 1000.0))


def test_a_level_of_a_random_effect_that_is_not_there_is_refused():
    route = np.repeat(["a", "b", "c"], 20)
    transects = survey(covariates={"route": route})
    found = fit(transects, density_random=("route",), at={"route": "b"})
    assert finite(found)
    with pytest.raises(InputError, match=r"at: route: must be one of \['a', 'b', 'c'\]; got 'd'"):
        fit(transects, density_random=("route",), at={"route": "d"})


def test_a_missing_covariate_is_refused_where_someone_went_only():
    transects = survey()
    forage = transects.transect_covariates["forage"].copy()
    idle = np.setdiff1d(np.arange(60), transects.detection_transect)[0]
    forage[idle] = np.nan
    holes = replace(transects, transect_covariates={"forage": forage})
    with pytest.raises(InputError, match="must be known for every row that the model uses"):
        fit(holes, density="forage")
    effort = np.where(np.arange(60) == idle, 0.0, transects.effort)
    assert finite(fit(replace(holes, effort=effort), density="forage"))


@pytest.mark.parametrize(
    "option",
    [
        {"pooling": "partial"},
        {"average": True, "candidates": ("uniform",)},
        {"encounter": "poisson"},
    ],
)
def test_options_that_counts_per_site_do_not_take_are_refused(option):
    with pytest.raises(ValidationError, match=f"do not take '{next(iter(option))}'"):
        block(**option)
    with pytest.raises(ValidationError, match="do not take group_size 'weighted'"):
        block(group_size="weighted")


def test_a_uniform_key_with_scale_covariates_is_refused():
    with pytest.raises(InputError, match="the uniform key has no scale"):
        fit(survey(), key="uniform", scale="forage")


def test_adjustment_terms_and_candidates_work_as_in_distance_sampling():
    transects = survey(200)
    options = {"family": "poisson", "key": "uniform", "adjustment": "cosine", "orders": (1, 2)}
    keys = survey_model(survey_of(transects, block(**options)))
    other = survey_model(survey_of(transects, block(family="poisson")))
    tree = fit_models([other, keys], 1)
    totals = tree["comparison"].to_dataset()
    assert totals.sizes["fit"] == 2
    assert finite(tree)
    adjusted = fit_model(keys, 1)
    ratio = (
        adjusted["abundance"]["abundance_total"].median()
        / tree["abundance"]["abundance_total"].median()
    )
    assert 0.7 < float(ratio) < 1.4
    assert (adjusted["detection"]["median"].diff("distance_m") <= 1e-9).all()
