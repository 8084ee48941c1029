"""Counts that miss animals: sums over the number present, what they leave out, removal."""

import itertools

import numpy as np
import pytest
from scipy.stats import binom, multinomial, poisson

from ustyurt_models.formulas.hidden_counts import (
    count_covariance,
    left_out,
    log_removal_shares,
    log_seldom_seen,
    log_ways,
    n_mixture_given,
    removal_shares,
    royle_nichols_given,
)
from ustyurt_models.formulas.site_counts import log_site_count

NAN = np.nan


def test_counts_given_the_number_present_are_binomial():
    y = np.array([[2.0, 0.0, NAN], [1.0, 3.0, 4.0]])
    p = np.array([[0.2, 0.5, 0.9], [0.3, 0.3, 0.6]])
    made = np.isfinite(y)
    odds = np.where(made, np.nan_to_num(y) * np.log(p / (1 - p)), 0.0).sum(axis=1)
    none = np.where(made, np.log1p(-p), 0.0).sum(axis=1)
    found = n_mixture_given(log_ways(y, 9), odds, none)
    for site, n in itertools.product(range(2), range(10)):
        wanted = sum(binom.logpmf(y[site, j], n, p[site, j]) for j in range(3) if made[site, j])
        if np.isfinite(wanted):
            assert found[site, n] == pytest.approx(wanted, abs=1e-10)
        else:
            assert found[site, n] < -1e8


def test_detections_given_the_number_present_are_those_of_any_animal():
    miss = np.log1p(-np.array([[0.2, 0.6]]))
    found = royle_nichols_given(np.array([[2.0, 0.0]]), np.array([[1.0, 3.0]]), miss, 6)
    for n in range(1, 7):
        q = np.exp(n * miss[0])
        wanted = 2 * np.log1p(-q[0]) + np.log(q[0]) + 3 * np.log(q[1])
        assert found[0, n] == pytest.approx(wanted, abs=1e-12)
    assert found[0, 0] < -1000  # detections where nobody is


@pytest.mark.parametrize(
    ("family", "mean", "cv"),
    [("poisson", 4.0, 0.0), ("negative-binomial", 6.0, 1.4), ("zero-inflated", 5.0, 0.0)],
)
def test_what_a_sum_leaves_out_is_bounded_by_direct_summation(family, mean, cv):
    y = np.array([[3.0, 1.0, 2.0]])
    p = 0.3
    odds, none = np.array([6 * np.log(p / (1 - p))]), np.array([3 * np.log1p(-p)])

    def terms(upto):
        prior = log_site_count(np.arange(upto + 1.0), mean, family, cv, -0.5)
        return prior + n_mixture_given(log_ways(y, upto), odds, none)

    whole = np.logaddexp.reduce(terms(4000), axis=-1)
    limit = np.array([0.0])
    if family == "negative-binomial":
        k = 1 / (cv**2 + 1e-4)
        limit = np.array([mean / (k + mean)])
    for upto in (8, 12, 20, 40, 80):
        some = terms(upto)
        truth = float(-np.expm1(np.logaddexp.reduce(some, axis=-1) - whole)[0])
        bound = float(left_out(some, limit)[0])
        assert bound >= truth - 1e-12
        assert bound < 60 * truth + 1e-10
    assert left_out(terms(80), limit)[0] < 1e-8


def test_terms_that_still_rise_leave_everything_out():
    assert left_out(np.array([[0.0, 1.0, 2.0]]), np.zeros(1))[0] == 1.0


def test_passes_of_a_removal_are_multinomial():
    p = np.array([[0.4, 0.3, 0.5]])
    made = np.array([[True, False, True]])
    shares = removal_shares(np.log(p), np.log1p(-p), made)
    assert shares[0] == pytest.approx([0.4, 0.0, 0.6 * 0.5])
    y = np.array([[5.0, 0.0, 2.0]])
    wanted = multinomial.logpmf([5, 0, 2], 7, shares[0] / shares[0].sum())
    assert log_removal_shares(y, shares)[0] == pytest.approx(wanted)
    whole = shares.sum()
    total = log_site_count(7.0, 10.0 * whole, "poisson") + log_removal_shares(y, shares)[0]
    apart = sum(poisson.logpmf(n, 10.0 * s) for n, s in zip(y[0], shares[0], strict=True) if s > 0)
    assert total == pytest.approx(apart)


def test_covariance_between_visits_is_the_diagnostic_of_dennis():
    y = np.array([[3.0, 2.0, NAN], [0.0, 0.0, 1.0], [5.0, 4.0, 5.0]])
    pairs = [np.cov(y[:, 0], y[:, 1], bias=True)[0, 1]]
    for other in (0, 1):
        pairs.append(np.cov(y[1:, other], y[1:, 2], bias=True)[0, 1])
    assert count_covariance(y) == pytest.approx(np.mean(pairs))
    assert np.isnan(count_covariance(y[:, :1]))


@pytest.mark.parametrize(
    ("family", "cv", "empty"),
    [
        ("poisson", 0.0, -np.inf),
        ("negative-binomial", 0.7, -np.inf),
        ("zero-inflated", 0.0, -0.3),
        ("zero-inflated-negative-binomial", 0.8, -0.3),
    ],
)
def test_many_animals_seldom_seen_reach_their_limit(family, cv, empty):
    y = np.array([[2.0, 1.0, 3.0], [0.0, 0.0, np.nan], [4.0, 0.0, 1.0]])
    visits = np.isfinite(y).astype(float)
    mean, present = np.array([1.8, 2.1, 1.9]), 5000.0
    p = mean / present
    n = np.arange(40_001.0)
    prior = log_site_count(n, np.full((1, 3, 1), present), family, cv, empty)
    odds = (np.nan_to_num(y) * np.log(p / (1 - p))).sum(axis=1)[None]
    none = (visits * np.log1p(-p)).sum(axis=1)[None]
    given = n_mixture_given(log_ways(y, 40_000), odds, none)
    exact = np.logaddexp.reduce(prior + given, axis=-1)
    shape, each = (np.full((1, 1), cv), np.full((1, 1), empty)), np.tile(mean, (1, 3, 1))
    limit = log_seldom_seen(y, visits, np.nan_to_num(y), each, (family, *shape))
    assert limit == pytest.approx(exact, abs=0.002)
