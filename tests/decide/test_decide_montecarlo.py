"""Monte-Carlo errors with draws as clusters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import beta, t

from ustyurt_models.decide import mean_of, share_of


def test_error_of_a_mean_is_the_spread_of_draw_means():
    values = np.random.default_rng(1).normal(size=(30, 4)) + np.arange(30)[:, None]
    means = values.mean(axis=1)
    found = mean_of(values)
    assert found.value == pytest.approx(means.mean())
    assert found.error == pytest.approx(means.std(ddof=1) / np.sqrt(30))
    assert found.high - found.value == pytest.approx(t.ppf(0.975, 29) * found.error)


def test_identical_replicates_do_not_shrink_the_error():
    one = np.random.default_rng(2).normal(size=(20, 1))
    assert mean_of(np.repeat(one, 9, axis=1)).error == pytest.approx(mean_of(one).error)


def test_unknown_futures_are_left_out():
    values = np.array([[1.0, np.nan], [3.0, 5.0], [np.nan, np.nan]])
    found = mean_of(values)
    assert found.value == 3.0
    assert found.futures == 3
    assert np.isnan(mean_of(np.full((3, 2), np.nan)).value)


def test_ratio_of_two_means_follows_the_linearised_error():
    rng = np.random.default_rng(3)
    reference = rng.gamma(20, size=(400, 2))
    values = 0.8 * reference + rng.normal(size=(400, 2))
    found = mean_of(values, reference)
    repeats = []
    for _ in range(400):
        x = rng.gamma(20, size=(400, 2))
        repeats.append((0.8 * x + rng.normal(size=(400, 2))).sum() / x.sum())
    assert found.value == pytest.approx(0.8, abs=5 * found.error)
    assert found.error == pytest.approx(np.std(repeats), rel=0.2)


def test_share_without_clustering_is_clopper_pearson():
    holds = np.zeros((40, 1), bool)
    holds[:10] = True
    found = share_of(holds)
    # (D - 1) / D: the between-draw variance is the unbiased one.
    effective = 40 * 39 / 40
    assert found.value == 0.25
    assert found.low == pytest.approx(beta.ppf(0.025, 0.25 * effective, 0.75 * effective + 1))
    assert found.high == pytest.approx(beta.ppf(0.975, 0.25 * effective + 1, 0.75 * effective))


def test_certain_outcome_keeps_an_interval_that_counts_draws():
    found = share_of(np.ones((50, 20), bool))
    assert (found.value, found.error, found.high) == (1.0, 0.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 50))
    assert share_of(np.zeros((50, 20), bool)).high == pytest.approx(1 - found.low)


def test_single_draw_uses_its_replicates():
    holds = np.array([[True] * 30 + [False] * 10])
    found = share_of(holds)
    assert found.error == pytest.approx(np.sqrt(0.75 * 0.25 / 39))


@settings(max_examples=60, deadline=None)
@given(arrays(bool, st.tuples(st.integers(2, 12), st.integers(1, 6))))
def test_interval_holds_the_share(holds):
    found = share_of(holds)
    assert 0 <= found.low <= found.value + 1e-12
    assert found.value <= found.high + 1e-12 <= 1 + 2e-12
    assert found.value == pytest.approx(holds.mean())


@pytest.mark.slow
@pytest.mark.parametrize(("draws", "replicates", "p"), [(40, 5, 0.3), (200, 5, 0.9)])
def test_interval_covers_the_true_share_of_clustered_futures(draws, replicates, p):
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(1000):
        each = rng.beta(1.5 * p, 1.5 * (1 - p), (draws, 1))
        found = share_of(rng.random((draws, replicates)) < each)
        covered += found.low <= p <= found.high
    # The method is conservative: at least nominal, within 5 binomial standard errors.
    assert covered / 1000 >= 0.95 - 5 * np.sqrt(0.95 * 0.05 / 1000)
