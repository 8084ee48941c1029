"""Smooth densities through draws: exact parts, known targets, odd shapes."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import multivariate_t, norm

from ustyurt_models.formulas.mixtures import Mixture, fit_mixture


def two():
    return Mixture(
        np.log([0.3, 0.7]),
        np.array([[0.0, 1.0], [2.0, -1.0]]),
        np.array([[[1.0, 0.0], [0.4, 0.8]], [[0.5, 0.0], [0.0, 1.5]]]),
        7.0,
    )


def test_density_is_that_of_a_mixture_of_t():
    mixture = two()
    points = np.random.default_rng(1).normal(0, 2, (20, 2))
    parts = [
        np.log(weight) + multivariate_t(centre, root @ root.T, df=7.0).logpdf(points)
        for weight, centre, root in zip((0.3, 0.7), mixture.centre, mixture.root, strict=True)
    ]
    assert mixture.log_density(points) == pytest.approx(logsumexp(parts, axis=0))


def test_density_integrates_to_one():
    draws = np.random.default_rng(2).gamma(3.0, size=(3000, 1))
    mixture = fit_mixture(np.log(draws))
    whole = quad(lambda x: np.exp(mixture.log_density(np.array([[x]])))[0], -15, 15, limit=200)[0]
    assert whole == pytest.approx(1.0, abs=1e-6)


def test_draws_have_the_density():
    draws = two().draw(40000, np.random.default_rng(3))
    # Moments of the mixture: centres weighted, t stretches variances by df / (df - 2).
    assert draws.mean(axis=0) == pytest.approx([1.4, -0.4], abs=0.03)
    inside = [root @ root.T * 7 / 5 for root in two().root]
    between = np.cov(two().centre.T, aweights=[0.3, 0.7], bias=True)
    expected = 0.3 * inside[0] + 0.7 * inside[1] + between
    assert np.cov(draws.T) == pytest.approx(expected, abs=0.06)


def test_normal_draws_give_one_normal():
    draws = np.random.default_rng(4).normal(8.0, 0.3, (4000, 1))
    mixture = fit_mixture(draws)
    assert mixture.log_weight.size == 1
    assert mixture.freedom > 100
    x = np.linspace(7, 9, 9)
    exact = norm(draws.mean(), draws.std()).logpdf(x)
    assert mixture.log_density(x[:, None]) == pytest.approx(exact, abs=0.02)


def test_a_skewed_posterior_is_followed_where_a_normal_fails():
    rng = np.random.default_rng(5)
    draws = np.log(rng.gamma(2.0, size=4000))[:, None]
    fresh = np.log(rng.gamma(2.0, size=20000))
    exact = 2 * fresh - np.exp(fresh)  # log density of log gamma(2), constant log Gamma(2) = 0
    mixture = fit_mixture(draws)
    lost = float(np.mean(exact - mixture.log_density(fresh[:, None])))
    lost_normal = float(np.mean(exact - norm(draws.mean(), draws.std()).logpdf(fresh)))
    # Parameters over twice the draws is what fitting costs: 8 / 8000; a normal loses 0.08.
    assert -0.002 < lost < 0.008
    assert lost_normal > 8 * lost


def test_correlated_strata_stay_correlated():
    rng = np.random.default_rng(6)
    shared = rng.normal(0, 0.3, (4000, 1))
    draws = shared + rng.normal(0, 0.1, (4000, 3))
    mixture = fit_mixture(draws)
    again = mixture.draw(20000, rng)
    assert np.corrcoef(again.T)[0, 1] == pytest.approx(0.9, abs=0.02)


def test_few_effective_draws_keep_it_simple():
    draws = np.log(np.random.default_rng(7).gamma(4.0, size=4000))[:, None]
    many, few = fit_mixture(draws), fit_mixture(draws, effective=60.0)
    assert few.log_weight.size <= many.log_weight.size
    assert few.log_weight.size == 1


def test_heavy_tails_are_kept():
    draws = np.random.default_rng(8).standard_t(5.0, (4000, 1))
    mixture = fit_mixture(draws)
    far = float(mixture.log_density(np.array([[9.0]]))[0])
    assert far > norm(0, draws.std()).logpdf(9.0) + 5
