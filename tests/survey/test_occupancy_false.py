"""False detections: histories with confirmation, recovery, bias when they are ignored, misuse."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from ustyurt_models.checks import InputError
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Occupancy, Sampler
from ustyurt_models.survey.fit import fit_model
from ustyurt_models.survey.models.sites.data import survey_of
from ustyurt_models.survey.models.sites.simulate import VisitPlan, simulate_false
from ustyurt_models.survey.models.sites.survey_model import survey_model
from ustyurt_models.survey.samplers.flat import FlatModel

QUICK = Sampler(engine="laplace", draws=250)


def block(**options):
    return Occupancy(**({"file": "-", "sampler": QUICK, "false_positives": True} | options))


def simulated(sites=250, replicate=0):
    rng = generator(23, "false", replicate)
    occupied = rng.random(sites) < 0.4
    plan = VisitPlan(np.ones((sites, 5), bool))
    return simulate_false(occupied, 0.5, 0.4, 0.06, plan, rng), occupied


def draws_of(**values):
    return xr.Dataset(
        {f"{name}_intercept": (("chain", "draw"), [[value]]) for name, value in values.items()}
    )


def test_probabilities_of_all_histories_sum_to_one():
    y = np.array(list(itertools.product((0.0, 1.0, 2.0), repeat=3)))
    plan = VisitPlan(np.ones((27, 3), bool))
    histories = simulate_false(np.ones(27, bool), 0.5, 0.5, 0.1, plan, generator(1, "a"))
    model = survey_model(survey_of(replace(histories, y=y), block()))
    draws = draws_of(psi=0.4, p=-0.3, confirmed=0.7, false=-2.0)
    chance = np.exp(model.log_likelihood(draws)[0][0])
    assert chance.sum() == pytest.approx(1.0, abs=1e-12)
    psi, p, b, false = (1 / (1 + np.exp(-v)) for v in (0.4, -0.3, 0.7, -2.0))
    given = {0: 1 - p, 1: p * (1 - b), 2: p * b}
    wrong = {0: 1 - false, 1: false, 2: 0.0}
    for row, found in zip(y, chance, strict=True):
        both = [np.prod([table[int(v)] for v in row]) for table in (given, wrong)]
        assert found == pytest.approx(psi * both[0] + (1 - psi) * both[1], rel=1e-9)


def test_graph_and_pointwise_likelihood_agree():
    model = survey_model(survey_of(simulated(40)[0], block()))
    flat = FlatModel(model.build())
    points = generator(1, "points").normal(size=(3, flat.start.size))
    variables = {name: values[None] for name, values in flat.constrain(points).items()}
    posterior = xr.Dataset({name: (("chain", "draw"), v) for name, v in variables.items()})
    graph = flat.log_densities(points) - flat.log_priors(points)[0]
    assert graph == pytest.approx(model.log_likelihood(posterior)[0].sum(axis=1), abs=1e-9)
    assert np.isfinite(flat.log_density(flat.start + 15.0)[1]).all()


def test_occupied_sites_are_recovered_and_ignoring_false_detections_finds_too_many():
    histories, occupied = simulated()
    tree = fit_model(survey_model(survey_of(histories, block())), 5)
    posterior = tree["posterior"]
    low, high = np.quantile(posterior["occupied_sites"], [0.005, 0.995])
    assert low <= occupied.sum() <= high
    for name, truth in {"p": 0.5, "confirmed": 0.4, "false": 0.06}.items():
        draws = posterior[f"{name}_at_average"]
        assert abs(float(draws.mean()) - truth) < 3.5 * float(draws.std()), name
    assert tree.attrs["verdict"] != "stop"
    plain = replace(histories, y=np.minimum(histories.y, 1.0))
    naive = fit_model(survey_model(survey_of(plain, block(false_positives=False))), 5)
    assert float(naive["posterior"]["occupied_sites"].quantile(0.025)) > occupied.sum()


def test_without_any_confirmation_the_gate_says_what_the_answer_rests_on():
    histories, _ = simulated(80)
    plain = replace(histories, y=np.minimum(histories.y, 1.0))
    told = block(sampler=Sampler(draws=250))
    tree = fit_model(survey_model(survey_of(plain, told)), 5)
    found = tree["diagnostics"].to_dataset().sel(check="sites with confirmation")
    assert str(found["verdict"].values) == "look"
    assert "only the prior" in str(found["meaning"].values)


def test_confirmed_detections_need_the_option_and_seasons_another_model():
    histories, _ = simulated(20)
    with pytest.raises(InputError, match=r"0\.\.1"):
        survey_of(histories, block(false_positives=False))
    two = replace(histories, season=np.array([0, 0, 0, 1, 1]), seasons=("1", "2"))
    prepared = survey_of(two, block())
    with pytest.raises(InputError, match="dynamic_occupancy"):
        survey_model(prepared)
