"""Counts per site and class: probabilities add up, limits and moments are right."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import gamma, poisson

from ustyurt_models.formulas.site_counts import (
    CV_FLOOR,
    FAMILIES,
    log_class_shares,
    log_negative_binomial,
    log_poisson,
    log_site_count,
    site_variance,
)

MEANS, CVS = st.floats(0.01, 20.0), st.floats(0.0, 2.5)


@given(mean=MEANS, cv=CVS, logit=st.floats(-6, 6), family=st.sampled_from(FAMILIES))
@settings(max_examples=60, deadline=None)
def test_probabilities_of_all_counts_add_to_one_with_the_stated_moments(mean, cv, logit, family):
    n = np.arange(4000)
    chance = np.exp(log_site_count(n, mean, family, cv, logit))
    assert chance.sum() == pytest.approx(1.0, abs=1e-6)
    lived_in = 1.0 - expit(logit) if family.startswith("zero-inflated") else 1.0
    found = (chance * n).sum()
    assert found == pytest.approx(lived_in * mean, rel=1e-5)
    spread = (chance * (n - found) ** 2).sum()
    assert spread == pytest.approx(site_variance(mean, family, cv, expit(logit)), rel=1e-3)


@pytest.mark.parametrize("count", [0, 1, 7])
@pytest.mark.parametrize("cv", [0.3, 1.0, 1.7])
def test_negative_binomial_is_poisson_mixed_over_gamma(count, cv):
    shape = 1 / (cv**2 + CV_FLOOR**2)
    mean = 2.4
    mixed = quad(
        lambda m: poisson.pmf(count, m) * gamma.pdf(m, shape, scale=mean / shape),
        0,
        200,
        limit=400,
        points=[1e-3, 0.1, 1, 10],
    )[0]
    assert np.exp(log_negative_binomial(count, mean, cv)) == pytest.approx(mixed, rel=1e-5)


def test_no_variation_among_sites_is_poisson():
    n = np.arange(12)
    gap = log_negative_binomial(n, 3.0, 0.0) - log_poisson(n, 3.0)
    assert np.abs(gap).max() < 5e-3


def test_count_and_classes_together_are_independent_poisson_classes():
    effective, density = np.array([0.3, 0.9, 0.4]), 1.7
    for counts in itertools.product(range(3), repeat=3):
        whole = log_site_count(sum(counts), density * effective.sum(), "poisson")
        apart = log_poisson(np.array(counts), density * effective).sum()
        found = whole + log_class_shares(np.array(counts), effective)
        assert found == pytest.approx(apart, abs=1e-12)


def test_classes_of_thinned_negative_binomial_sum_over_abundance():
    # Direct sum over the abundance N of a site, as unmarked's gdistsamp does it.
    mean, cv, share = 6.0, 0.8, np.array([0.2, 0.25, 0.1])
    counts = np.array([2, 1, 1])
    total = np.arange(counts.sum(), 2000)
    missed = total - counts.sum()
    log_seen = log_class_shares(
        np.column_stack([np.tile(counts, (total.size, 1)), missed]),
        np.append(share, 1 - share.sum()),
    )
    direct = np.logaddexp.reduce(log_negative_binomial(total, mean, cv) + log_seen)
    # The floor of the variation acts on both, so they agree to rounding.
    closed = log_negative_binomial(counts.sum(), mean * share.sum(), cv)
    assert closed + log_class_shares(counts, share) == pytest.approx(direct, abs=1e-9)


def test_extremes_stay_finite():
    for family in FAMILIES:
        for mean in (1e-12, 1e8):
            values = log_site_count(np.array([0, 1, 500]), mean, family, 0.0, -30.0)
            assert np.isfinite(values).all()
    assert log_class_shares([0, 0], [0.0, 1.0]) == 0.0
