"""Dynamic occupancy: the forward pass against enumeration, smoothing, recovery, misuse."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError
from scipy.special import expit

from ustyurt_models.checks import InputError
from ustyurt_models.contracts import OCCUPANCY, check_dataset
from ustyurt_models.formulas.site_histories import draw_states, forward, smooth
from ustyurt_models.report.chapters.surveys import survey_part
from ustyurt_models.report.html import fragment
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import DynamicOccupancy, Sampler
from ustyurt_models.survey import load_posterior, save_posterior
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.sites.data import survey_of
from ustyurt_models.survey.models.sites.simulate import VisitPlan, simulate_dynamic
from ustyurt_models.survey.models.sites.survey_model import survey_model
from ustyurt_models.survey.samplers.flat import FlatModel

QUICK = Sampler(engine="laplace", draws=250)
PATTERN = "y{season}.{visit}"


def block(**options):
    return DynamicOccupancy(**({"file": "-", "visits": PATTERN, "sampler": QUICK} | options))


def simulated(sites=150, seasons=4, visits=3, replicate=0):
    """Colonisation rises with forage; one visit in ten is not made, a season is skipped."""
    rng = generator(13, "dynamic", replicate)
    forage = rng.normal(size=sites)
    made = rng.random((sites, seasons * visits)) < 0.9
    made[: sites // 5, visits : 2 * visits] = False
    season = np.repeat(np.arange(seasons), visits)
    plan = VisitPlan(made, season, site_covariates={"forage": forage})
    gamma = np.repeat(expit(-1.0 + 0.8 * forage)[:, None], seasons - 1, axis=1)
    epsilon = np.full((sites, seasons - 1), 0.25)
    p = np.full((sites, seasons * visits), 0.5)
    return simulate_dynamic(np.full(sites, 0.5), gamma, epsilon, p, plan, rng)


def fit(histories, seed=5, **options):
    return fit_model(survey_model(survey_of(histories, block(**options))), seed)


def enumerated(psi, gamma, epsilon, visits, none_seen):
    """Sum over all paths of states, one by one: likelihood and occupancy by season."""
    seasons = visits.size
    whole, occupied = 0.0, np.zeros(seasons)
    for path in itertools.product((0, 1), repeat=seasons):
        chance = psi if path[0] else 1 - psi
        for t in range(seasons - 1):
            comes = gamma[t] if path[t + 1] else 1 - gamma[t]
            stays = 1 - epsilon[t] if path[t + 1] else epsilon[t]
            chance *= stays if path[t] else comes
        for t in range(seasons):
            chance *= np.exp(visits[t]) if path[t] else float(none_seen[t])
        whole += chance
        occupied += chance * np.array(path)
    return np.log(whole), occupied / whole


@pytest.mark.parametrize("seasons", [1, 2, 3, 4])
def test_forward_and_smoothed_states_are_those_of_all_paths(seasons):
    rng = generator(1, "paths", seasons)
    psi = rng.random(6)
    gamma, epsilon = rng.random((2, 6, seasons - 1))
    visits = np.log(rng.random((6, seasons)))
    none = rng.random((6, seasons)) < 0.6
    visits[0], none[0] = 0.0, True  # never visited
    filtered, total = forward(psi, gamma, epsilon, visits, none)
    found = smooth(filtered, gamma, epsilon)
    for site in range(6):
        whole, occupied = enumerated(
            psi[site], gamma[site], epsilon[site], visits[site], none[site]
        )
        assert total[site] == pytest.approx(whole, abs=1e-12)
        assert found[site] == pytest.approx(occupied, abs=1e-12)
    many = np.broadcast_to(filtered, (4000, *filtered.shape))
    wide = (np.broadcast_to(one, (4000, *one.shape)) for one in (gamma, epsilon))
    drawn = draw_states(many, *wide, rng)
    assert drawn.mean(axis=0) == pytest.approx(found, abs=0.04)  # 5 standard errors


def test_graph_and_pointwise_likelihood_agree():
    histories = simulated(sites=25)[0]
    options = {"psi": "forage", "colonisation": "forage", "extinction": "season"}
    model = survey_model(survey_of(histories, block(**options)))
    flat = FlatModel(model.build())
    points = generator(1, "points").normal(size=(4, flat.start.size)) * 0.8
    variables = flat.constrain(points)
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *(f"{name}_{i}" for i in range(v.ndim - 1))), v[None])
            for name, v in variables.items()
        }
    )
    each = model.log_likelihood(posterior)[0]
    graph = flat.log_densities(points) - flat.log_priors(points)[0]
    assert graph == pytest.approx(each.sum(axis=1), abs=1e-8)
    value, gradient = flat.log_density(flat.start + 20.0)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


@pytest.fixture(scope="module")
def fitted():
    return fit(simulated()[0], colonisation="forage")


def test_answer_has_the_declared_form_and_passes_the_gate(fitted):
    check_dataset(fitted["occupancy"].to_dataset(), OCCUPANCY, "dynamic")
    assert fitted.attrs["verdict"] != "stop"
    assert fitted["occupancy"].sizes["season"] == 4
    for variable in fitted["posterior"].data_vars.values():
        assert np.isfinite(variable).all(), variable.name
        assert {"units", "long_name"} <= set(variable.attrs)


def test_intervals_hold_the_occupied_sites_of_every_season_about_as_often_as_they_say():
    hits, count = 0, 12
    for replicate in range(count):
        histories, occupied = simulated(sites=80, replicate=replicate)
        draws = fit(histories, colonisation="forage")["posterior"]["occupied_sites"].values
        low, high = np.quantile(draws.reshape(-1, 4), [0.05, 0.95], axis=0)
        hits += int(((low <= occupied.sum(axis=0)) & (occupied.sum(axis=0) <= high)).sum())
    assert hits >= 36  # 90 % intervals, 48 of them: fewer than 36 less than once in 1,000


def test_effects_on_colonisation_are_found(fitted):
    effect = fitted["posterior"]["gamma_effect"].values.ravel()
    assert abs(effect.mean() - 0.8) < 3 * effect.std()
    assert "gamma: forage" in fitted["effects"]["term"].values


def test_a_season_that_nobody_visited_is_bridged_and_unsure():
    histories, _ = simulated()
    y = histories.y.copy()
    y[:, 3:6] = np.nan
    tree = fit(replace(histories, y=y), colonisation="forage")
    spread = tree["posterior"]["occupied_share"].std(("chain", "draw")).values
    assert np.isfinite(spread).all()
    assert spread[1] > 1.5 * max(spread[0], spread[2])


def test_a_single_season_and_unnamed_seasons_are_refused():
    histories, _ = simulated(sites=20, seasons=1)
    with pytest.raises(InputError, match="at least two"):
        survey_model(survey_of(histories, block()))
    with pytest.raises(ValidationError, match="season"):
        block(visits="det{visit}")
    with pytest.raises(ValidationError, match="map"):
        block(map=True)


def test_the_report_shows_every_season(fitted, tmp_path):
    path = save_posterior(fitted, tmp_path / "dynamic.nc")
    text = fragment(survey_part(SurveyResult.of("foxes", load_posterior(path))))
    assert "in 4 seasons" in text
    assert "odds of colonisation" in text
