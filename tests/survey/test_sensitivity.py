import numpy as np
import pytest
from arviz_stats.base import array_stats
from hypothesis import given, settings
from hypothesis import strategies as st

from ustyurt_models.survey.sensitivity import (
    POWERS,
    diagnosis,
    distance_between,
    power_scaling,
    sensitivity_findings,
    sensitivity_node,
    sensitivity_of,
)
from ustyurt_models.survey.settings import DEFAULT_GATE

PRIOR_SD = 1.0


def normal_posterior(data_mean, data_se, draws=20_000):
    """Draws of a normal mean with a standard normal prior, log prior and log likelihood."""
    rng = np.random.default_rng(1)
    precision = 1 / PRIOR_SD**2 + 1 / data_se**2
    mean = data_mean / data_se**2 / precision
    theta = mean + rng.standard_normal(draws) / np.sqrt(precision)
    return theta, -0.5 * theta**2 / PRIOR_SD**2, -0.5 * ((data_mean - theta) / data_se) ** 2


@pytest.mark.parametrize("power", POWERS)
def test_weights_give_the_posterior_of_the_scaled_prior(power):
    theta, log_prior, _ = normal_posterior(1.0, 0.7)
    weights, khat = power_scaling(log_prior, power)
    precision = power / PRIOR_SD**2 + 1 / 0.7**2
    # Exact normal-normal update with prior precision times the power.
    assert weights @ theta == pytest.approx(1.0 / 0.7**2 / precision, abs=0.02)
    spread = np.sqrt(weights @ theta**2 - (weights @ theta) ** 2)
    assert spread == pytest.approx(precision**-0.5, rel=0.03)
    assert khat < 0.5


def test_distance_equals_that_of_arviz():
    rng = np.random.default_rng(2)
    values, weights = rng.normal(size=500), rng.random(500)
    lower, upper = rng.random(500), weights
    theirs = array_stats.power_scale_sense(
        values[None], lower[None], upper[None], 0.8, 1.25, chain_axis=0, draw_axis=1
    )
    ours = (distance_between(values, lower) + distance_between(values, upper)) / np.log2(1.25) / 2
    assert ours == pytest.approx(float(theirs), rel=2e-3)


@given(st.integers(0, 1000), st.floats(0.01, 100.0), st.floats(-50.0, 50.0))
@settings(max_examples=50, deadline=None)
def test_distance_does_not_depend_on_the_unit(seed, scale, shift):
    rng = np.random.default_rng(seed)
    values, weights = rng.gamma(2.0, size=100), rng.random(100)
    plain = distance_between(values, weights)
    assert 0 <= plain <= 1
    assert distance_between(scale * values + shift, weights) == pytest.approx(plain, rel=1e-4)


def test_even_weights_move_nothing():
    assert distance_between(np.random.default_rng(3).normal(size=200), np.ones(200)) < 1e-6


def test_strong_data_conflict_and_silence_are_told_apart():
    cases = {"data": (0.5, 0.05), "conflict": (8.0, 1.0), "silence": (0.0, 50.0)}
    words = {}
    for name, (mean, se) in cases.items():
        theta, log_prior, log_likelihood = normal_posterior(mean, se)
        node = sensitivity_node({"theta": theta}, log_prior, log_likelihood, 0.05)
        words[name] = str(node["diagnosis"].values[0])
        finding = sensitivity_findings(node, DEFAULT_GATE)[0]
        assert finding.verdict == ("pass" if name == "data" else "look")
    assert words["data"] == "rests on the data"
    assert words["conflict"].startswith("prior-data conflict")
    assert words["silence"].startswith("strong prior or weak likelihood")


def test_what_is_drawn_apart_from_prior_and_data_is_said_to_rest_on_neither():
    _, log_prior, log_likelihood = normal_posterior(0.5, 0.05)
    apart = np.random.default_rng(9).gamma(40.0, size=log_prior.size)
    node = sensitivity_node({"believed": apart}, log_prior, log_likelihood, 0.05)
    assert str(node["diagnosis"].values[0]).startswith("no sensitivity: moved by neither")
    assert sensitivity_findings(node, DEFAULT_GATE)[0].verdict == "pass"
    fixed = sensitivity_node({"one": np.ones(1000)}, log_prior[:1000], log_likelihood[:1000], 0.05)
    assert str(fixed["diagnosis"].values[0]).startswith("no sensitivity")


@pytest.mark.parametrize(
    ("prior", "likelihood", "words"),
    [
        (0.01, 0.2, "rests on the data"),
        (0.01, 0.049, "no sensitivity"),
        (0.0, 0.0, "no sensitivity"),
        (0.05, 0.049, "strong prior or weak likelihood"),
        (0.05, 0.05, "prior-data conflict"),
        (0.049, 0.05, "rests on the data"),
        (np.nan, 0.2, "could not be computed"),
        (0.01, np.nan, "could not be computed"),
    ],
)
def test_diagnosis_names_each_case_at_its_limit(prior, likelihood, words):
    assert diagnosis(prior, likelihood, 0.05).startswith(words)


def test_sensitivity_to_the_data_grows_with_their_weight():
    found = [sensitivity_of(*normal_posterior(0.5, se)[::2])[0] for se in (3.0, 1.0, 0.3)]
    assert found[0] < found[1] < found[2]
