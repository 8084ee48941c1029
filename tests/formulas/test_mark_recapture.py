from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.special import expit, logit

from ustyurt_models.formulas.mark_recapture import (
    count_per_seen,
    distance_rule,
    expected_size,
    history_probabilities,
    log_available,
    log_history,
    log_seen,
    mean_detection,
    mean_on_line,
)

HISTORIES = np.array([[True, False], [False, True], [True, True]])
LOGITS = arrays(float, (5, 2), elements=st.floats(-30, 30))


def softplus(x):
    return np.logaddexp(0.0, x)


@given(LOGITS)
def test_histories_of_seen_objects_have_total_probability_one(value):
    chance = np.exp(log_history(HISTORIES, value[:, None, :], "independent"))
    assert chance.sum(axis=1) == pytest.approx(1.0)


@given(LOGITS)
def test_all_four_histories_have_total_probability_one(value):
    chance = history_probabilities(value)
    assert chance.sum(axis=1) == pytest.approx(1.0)
    np.testing.assert_allclose(np.exp(log_seen(value, "independent")), chance[:, 1:].sum(axis=1))


@given(LOGITS)
def test_trials_of_observer_one_have_total_probability_one(value):
    outcome = np.array([[True, True], [False, True]])
    chance = np.exp(log_history(outcome, value[:, None, :], "trial"))
    assert chance.sum(axis=1) == pytest.approx(1.0)


@given(LOGITS)
def test_two_observers_see_more_than_either_and_are_exchangeable(value):
    both = log_seen(value, "independent")
    assert np.all(both >= np.log(expit(value)).max(axis=1) - 1e-12)
    assert np.all(both <= 1e-15)
    np.testing.assert_allclose(both, log_seen(value[:, ::-1], "independent"), rtol=1e-9, atol=1e-14)


def test_history_equals_the_product_written_out():
    p1, p2 = 0.3, 0.8
    value = logit(np.array([p1, p2]))
    pooled = p1 + p2 - p1 * p2
    wanted = np.log([p1 * (1 - p2) / pooled, (1 - p1) * p2 / pooled, p1 * p2 / pooled])
    np.testing.assert_allclose(log_history(HISTORIES, value, "independent"), wanted)
    np.testing.assert_allclose(
        log_history(HISTORIES, value, "trial"), [0.0, np.log(0.7), np.log(0.3)]
    )


@pytest.mark.parametrize("size", [1e-3, 700.0, 1e6])
@pytest.mark.parametrize("configuration", ["independent", "trial"])
def test_extreme_logits_stay_finite(size, configuration):
    value = np.array([[-size, -size], [size, -size], [size, size]])
    for row in value:
        assert np.all(np.isfinite(log_history(HISTORIES, row, configuration)))
    assert np.all(np.isfinite(log_seen(value, configuration)))


@pytest.mark.parametrize("slope", [-0.01, -1.0, -6.25, 2.0])
@pytest.mark.parametrize("intercept", [-3.0, 0.0, 4.0])
def test_mean_of_a_logistic_curve_equals_its_closed_form(intercept, slope):
    rule = distance_rule([0.0, 4.0])
    found = mean_detection(expit(intercept + slope * rule.distance_m), rule)
    exact = (softplus(intercept + 4 * slope) - softplus(intercept)) / (4 * slope)
    assert found == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("kind", ["line", "point"])
@pytest.mark.parametrize("edges", [[0.0, 4.0], [0.5, 4.0], [0.0, 1.0, 1.5, 4.0]])
def test_mean_detection_equals_adaptive_integration(kind, edges):
    def detection(x):
        value = np.stack([1.5 - 1.2 * x, 0.5 - 0.4 * x**2 / 4], axis=-1)
        return np.exp(log_seen(value, "independent"))

    def integrand(x):
        return float(detection(x) * np.exp(log_available(x, edges[0], edges[-1], kind)))

    rule = distance_rule(edges, kind)
    assert rule.weight.sum() == pytest.approx(1.0)
    at_nodes = detection(rule.distance_m)
    assert mean_detection(at_nodes, rule) == pytest.approx(quad(integrand, edges[0], edges[-1])[0])
    for panel, (low, high) in enumerate(pairwise(edges)):
        part = (at_nodes * rule.weight)[rule.panel == panel].sum()
        assert part == pytest.approx(quad(integrand, low, high)[0])


@pytest.mark.parametrize("kind", ["line", "point"])
def test_full_independence_likelihood_normalises_over_histories_and_distances(kind):
    """Sum over who saw it and integral over where it was is one."""
    rule = distance_rule([0.0, 3.0], kind)

    def logits(x):
        return np.stack([1.0 - 0.9 * np.asarray(x), 0.2 - 0.3 * np.asarray(x)], axis=-1)

    mean = mean_detection(np.exp(log_seen(logits(rule.distance_m), "independent")), rule)

    def density(x, history):
        value = logits(x)
        who = log_history(history, value, "independent")
        where = log_seen(value, "independent") + log_available(x, 0.0, 3.0, kind) - np.log(mean)
        return float(np.exp(who + where))

    total = sum(quad(density, 1e-12, 3.0, args=(history,))[0] for history in HISTORIES)
    assert total == pytest.approx(1.0)


def test_equal_detection_gives_seen_over_p():
    share = np.full(4, 0.25)
    assert count_per_seen(share, np.full(4, 0.4)) == pytest.approx(2.5)
    assert expected_size(share, np.full(4, 0.4), [1, 2, 3, 6]) == pytest.approx(3.0)
    assert mean_on_line(share, np.full(4, 0.4), np.full(4, 0.9)) == pytest.approx(0.9)


def test_large_groups_seen_more_easily_are_weighted_down():
    share, detection = np.array([0.5, 0.5]), np.array([0.2, 0.8])
    assert expected_size(share, detection, [1, 5]) == pytest.approx((1 / 0.2 + 5 / 0.8) / 6.25)


def test_weights_recover_a_population_that_was_surveyed():
    """Seen objects over their detection give back groups, animals, size and g(0)."""
    rng = np.random.default_rng(20261122)
    n = 200_000
    x, kind = rng.uniform(0, 4, n), rng.random(n) < 0.3
    size = 1 + rng.poisson(np.where(kind, 4.0, 1.0))
    value = np.stack([1.0 - 0.8 * x + 1.5 * kind, -0.5 - 0.3 * x + 0.5 * kind], axis=-1)
    seen = (rng.random((n, 2)) < expit(value)).any(axis=1)
    rule = distance_rule([0.0, 4.0])
    at = np.stack(
        [
            np.stack(
                [1.0 - 0.8 * rule.distance_m + 1.5 * k, -0.5 - 0.3 * rule.distance_m + 0.5 * k]
            )
            for k in (0, 1)
        ]
    )
    p = mean_detection(np.exp(log_seen(np.moveaxis(at, 1, -1), "independent")), rule)
    on_line = np.exp(log_seen(np.array([[1.0, -0.5], [2.5, 0.0]]), "independent"))
    mine = p[kind[seen].astype(int)]
    share = np.full(seen.sum(), 1 / seen.sum())
    weights = size[seen] / mine
    error = np.sqrt(((1 - mine) / mine**2).sum())
    assert abs(seen.sum() * count_per_seen(share, mine) - n) < 5 * error
    error = np.sqrt(((1 - mine) * weights**2).sum())
    assert abs(weights.sum() - size.sum()) < 5 * error
    assert expected_size(share, mine, size[seen]) == pytest.approx(size.mean(), rel=0.02)
    truth = on_line[kind.astype(int)].mean()
    assert mean_on_line(share, mine, on_line[kind[seen].astype(int)]) == pytest.approx(
        truth, rel=0.01
    )
