"""Poor or wrong visits to sites, for every model of them: honest width or refusal, never a NaN."""

import re
from dataclasses import replace

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.html import fragment
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.study.surveys import (
    DynamicOccupancy,
    NMixture,
    Occupancy,
    Removal,
    RoyleNichols,
    Sampler,
)
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.sites.data import load, survey_of
from ustyurt_models.survey.models.sites.survey_model import survey_model
from ustyurt_models.survey.read.grid import GridTable
from ustyurt_models.survey.read.histories import Histories

QUICK = Sampler(draws=250)
BLOCKS = {
    "occupancy": Occupancy,
    "dynamic_occupancy": DynamicOccupancy,
    "n_mixture": NMixture,
    "royle_nichols": RoyleNichols,
    "removal": Removal,
}
SITES, VISITS = 60, 4
#: What each model answers with.
ANSWER = {name: "abundance_total" for name in BLOCKS} | {
    "occupancy": "occupied_sites",
    "dynamic_occupancy": "occupied_sites",
}
COUNTED = ("n_mixture", "royle_nichols", "removal")
every_model = pytest.mark.parametrize("how", list(BLOCKS))


def block(how, **options):
    told = {"visits": "y.{season}.{visit}"} if how == "dynamic_occupancy" else {}
    return BLOCKS[how](**({"file": "-", "sampler": QUICK} | told | options))


def visited(how, y, **more):
    """Return histories of these visits; two seasons for the model that needs them."""
    y = np.asarray(y, float)
    season = np.zeros(y.shape[1], np.int64)
    if how == "dynamic_occupancy":
        season = np.repeat([0, 1], [(y.shape[1] + 1) // 2, y.shape[1] // 2])
    names = tuple(str(year) for year in 2024 + np.unique(season))
    sites, visits = (tuple(map(str, range(count))) for count in y.shape)
    return Histories(sites, visits, y, season=season, seasons=names, **more)


def fit(how, y, **options):
    tree = fit_model(survey_model(survey_of(visited(how, y), block(how, **options))), 5)
    for name, values in tree["posterior"].data_vars.items():
        assert np.isfinite(values).all(), name
    return tree


def finding(tree, check):
    return tree["diagnostics"].to_dataset().sel(check=check)


def answer(tree, how, probabilities=(0.025, 0.5, 0.975)):
    """Return quantiles of the answer; of the last season, where there are several."""
    values = tree["posterior"][ANSWER[how]]
    values = values.isel(season=-1) if "season" in values.dims else values
    return np.quantile(values, probabilities)


def three_seen(sites=SITES, visits=VISITS):
    y = np.zeros((sites, visits))
    y[[3, 20, 41], [0, 2, 3]] = 1.0
    return y


@pytest.fixture(scope="module", params=list(BLOCKS))
def thin(request):
    """Return a model's name, and its fit to three detections in sixty sites."""
    return request.param, fit(request.param, three_seen())


def test_three_detections_in_sixty_sites_give_a_wide_answer_and_name_the_prior(thin):
    how, tree = thin
    low, _, high = answer(tree, how)
    least = 1 if how == "dynamic_occupancy" else 3  # two of the three were seen in the last season
    assert low >= least
    assert high > 4 * low
    found = finding(tree, "sites with detections")
    assert float(found["value"]) == 3
    assert str(found["verdict"].values) == "look"
    assert tree.attrs["verdict"] in ("look", "stop")


def test_the_report_of_three_detections_warns_in_plain_words(thin, tmp_path):
    path = save_posterior(thin[1], tmp_path / "thin.nc")
    text = fragment(survey_part(SurveyResult.of("foxes", load_posterior(path))))
    assert "can hardly tell an animal that is rare from one that is hard to see" in text
    assert "what was believed before" in text
    assert "look how the numbers change with it before using them" in text
    assert not re.search(r"\bnan\b", re.sub(r"<[^>]*>", " ", text), re.IGNORECASE)


@every_model
def test_no_detection_at_all_is_no_proof_of_absence(how):
    tree = fit(how, np.zeros((SITES, VISITS)))
    low, _, high = answer(tree, how)
    assert low < 1
    assert high > 3  # more than nothing is far from excluded
    assert str(finding(tree, "sites with detections")["verdict"].values) == "look"
    assert tree.attrs["verdict"] in ("look", "stop")


@every_model
def test_a_site_never_visited_is_left_out_and_changes_nothing(how):
    y = three_seen()
    idle = np.concatenate([y, np.full((2, VISITS), np.nan)])
    survey = survey_of(visited(how, idle), block(how))
    assert survey.idle == 2
    assert len(survey.histories.site) == SITES
    plain, more = fit(how, y), fit(how, idle)
    assert np.array_equal(plain["posterior"][ANSWER[how]], more["posterior"][ANSWER[how]])
    assert more["observed_data"].attrs["never_visited"] == 2


@every_model
def test_one_visit_per_site_is_called_not_enough(how):
    rng = np.random.default_rng(6)
    seasons = 2 if how == "dynamic_occupancy" else 1
    tree = fit(how, (rng.random((SITES, seasons)) < 0.4).astype(float))
    found = finding(tree, "sites visited again")
    assert float(found["value"]) == 0
    assert str(found["verdict"].values) == "look"
    assert "only their product is known" in str(found["meaning"].values)
    low, _, high = answer(tree, how)
    seen = float(np.nansum(tree["observed_data"]["site_detections"].isel(season=-1)))
    assert low < 1.3 * seen  # all there was may have been seen, or most may have been missed
    assert high > 1.8 * seen


@every_model
def test_repeats_are_let_pass(how):
    rng = np.random.default_rng(6)
    y = (rng.random((SITES, 1)) < 0.6) * (rng.random((SITES, VISITS)) < 0.6)
    found = finding(fit(how, y.astype(float)), "sites visited again")
    assert float(found["value"]) == SITES
    assert str(found["verdict"].values) == "pass"


@every_model
def test_detection_on_every_visit_gives_no_error(how):
    tree = fit(how, np.ones((SITES, VISITS)))
    low, _, high = answer(tree, how)
    if how in ("occupancy", "dynamic_occupancy"):
        assert low == high == SITES
    else:
        assert low >= SITES
    if how == "removal":
        # Passes that find as many again and again set no limit to the animals.
        assert str(finding(tree, "upper limit of the number")["verdict"].values) == "look"


@every_model
def test_a_single_site_gives_an_answer_as_wide_as_the_prior(how):
    tree = fit(how, [[0.0, 1.0, 0.0, 1.0]])
    assert str(finding(tree, "sites with detections")["verdict"].values) == "look"
    rate = (
        "lambda_intercept" if how in ("n_mixture", "royle_nichols", "removal") else "psi_intercept"
    )
    assert float(tree["posterior"][rate].std()) > 0.5


@every_model
def test_rows_that_come_twice_are_refused(how, tmp_path):
    names = "y.2024.1,y.2024.2,y.2025.1" if how == "dynamic_occupancy" else "y.1,y.2,y.3"
    path = tmp_path / "sites.csv"
    path.write_text(f"site,{names}\na,1,0,1\nb,0,0,1\na,1,0,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="a"):
        load(block(how, file="sites.csv"), tmp_path, None, Context())


@every_model
def test_what_cannot_be_seen_is_refused(how):
    for wrong in (-1.0, 0.5, np.inf):
        y = three_seen()
        y[0, 0] = wrong
        with pytest.raises(InputError):
            survey_of(visited(how, y), block(how))


@every_model
def test_effort_that_is_a_thousand_times_too_large_moves_nothing(how):
    """Metres for kilometres: effort counts as a share of the usual visit."""
    rng = np.random.default_rng(2)
    effort = rng.uniform(1.0, 3.0, (SITES, VISITS))
    y = ((rng.random((SITES, 1)) < 0.5) * (rng.random((SITES, VISITS)) < 0.4)).astype(float)
    found = []
    for unit, factor in (("km", 1.0), ("m", 1000.0)):
        seen = visited(how, y, effort=factor * effort, effort_unit=unit)
        found.append(fit_model(survey_model(survey_of(seen, block(how))), 5))
    names = ("p_intercept", "p_at_average")
    for name in names:
        one, other = (tree["posterior"][name].values for tree in found)
        assert one == pytest.approx(other, abs=1e-6)


@every_model
def test_a_covariate_that_is_alike_everywhere_is_refused(how):
    seen = replace(visited(how, three_seen()), site_covariates={"forage": np.ones(SITES)})
    option = "animals" if how in COUNTED else "psi"
    with pytest.raises(InputError, match="forage"):
        survey_model(survey_of(seen, block(how, **{option: "forage"})))


@every_model
def test_a_covariate_far_from_zero_is_fitted_as_near_it(how):
    rng = np.random.default_rng(9)
    forage = rng.normal(size=SITES)
    y = three_seen() + (rng.random((SITES, VISITS)) < 0.2 + 0.2 * (forage[:, None] > 0))
    y, found = np.minimum(y, 1.0), []
    option = "animals" if how in COUNTED else "psi"
    for values in (forage, 1e6 + 100.0 * forage):
        seen = replace(visited(how, y), site_covariates={"forage": values})
        tree = fit_model(survey_model(survey_of(seen, block(how, **{option: "forage"}))), 5)
        found.append(np.median(tree["posterior"][ANSWER[how]]))
    assert found[0] == pytest.approx(found[1], rel=0.01)


def test_a_level_that_no_site_has_is_not_predicted():
    grid = GridTable(
        np.array([[0.0, 0.0], [1000.0, 0.0]]),
        "projected",
        np.ones(2),
        np.full(2, "all"),
        {"soil": np.array(["clay", "salt"])},
        {},
    )
    soil = np.array(["clay", "sand"] * (SITES // 2))
    place = np.tile([[0.0, 0.0], [1000.0, 0.0]], (SITES // 2, 1))
    told = {"position": place, "position_kind": "projected", "site_covariates": {"soil": soil}}
    seen = visited("occupancy", three_seen(), **told)
    with pytest.raises(InputError, match="salt"):
        survey_model(survey_of(seen, block("occupancy", psi="soil", grid="-"), grid))
