"""Tension between estimates of the same numbers."""

import numpy as np
import pytest
from scipy.stats import chi2, norm

from ustyurt_models.formulas.agreement import chance_of_agreement, tension


def test_two_numbers_are_a_z_test():
    found = tension([np.array([2.0]), np.array([3.5])], [np.eye(1) * 0.3, np.eye(1) * 0.5])
    z = 1.5 / np.sqrt(0.8)
    assert found.squares == pytest.approx(z**2)
    assert found.p == pytest.approx(2 * norm.sf(z))
    assert found.sd == pytest.approx(z)


def test_squares_follow_a_chi_square_when_all_agree():
    rng = np.random.default_rng(1)
    root = np.array([[0.3, 0.0], [0.2, 0.1]])
    spreads = [root @ root.T, np.eye(2) * 0.04, np.diag([0.1, 0.02])]
    roots = [np.linalg.cholesky(one) for one in spreads]
    squares = []
    for _ in range(2000):
        means = [np.array([5.0, 6.0]) + one @ rng.standard_normal(2) for one in roots]
        squares.append(tension(means, spreads).squares)
    # Three surveys, two strata: four degrees of freedom; mean 4, standard error 8^0.5 / 2000^0.5.
    assert np.mean(squares) == pytest.approx(4.0, abs=5 * np.sqrt(8 / 2000))
    assert np.mean(np.array(squares) > chi2.ppf(0.9, 4)) == pytest.approx(0.1, abs=0.034)


def test_equal_estimates_have_no_tension():
    found = tension([np.ones(2), np.ones(2)], [np.eye(2), 2 * np.eye(2)])
    assert found.squares == pytest.approx(0.0)
    assert found.p == pytest.approx(1.0)
    assert found.sd == pytest.approx(0.0, abs=1e-9)


def test_chances_are_those_of_a_log_normal_ratio():
    ratio = np.exp(np.random.default_rng(2).normal(0.3, 0.2, 200_000))
    tail, within = chance_of_agreement(ratio, 0.2)
    assert tail == pytest.approx(2 * norm.cdf(-1.5), abs=0.003)
    edge = np.log(1.2)
    assert within == pytest.approx(
        norm.cdf((edge - 0.3) / 0.2) - norm.cdf((-edge - 0.3) / 0.2), abs=0.005
    )


def test_no_difference_at_all_is_certain_agreement():
    tail, within = chance_of_agreement(np.ones(50), 0.1)
    assert (tail, within) == (1.0, 1.0)
