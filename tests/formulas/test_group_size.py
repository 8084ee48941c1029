import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import lognorm, poisson

from ustyurt_models.formulas.group_size import log_lognormal_poisson, truncated_lognormal_mean


@pytest.mark.parametrize("mean", [0.5, 3.0, 40.0])
@pytest.mark.parametrize("cv", [0.1, 0.6, 1.5])
@pytest.mark.parametrize("count", [0, 1, 7, 120])
def test_lognormal_poisson_equals_numerical_integral(count, mean, cv):
    s = np.sqrt(np.log1p(cv**2))
    centre = np.log(mean) - s**2 / 2

    def inside(t):
        return poisson.pmf(count, np.exp(t)) * np.exp(-0.5 * ((t - centre) / s) ** 2)

    mode = max(centre - 8 * s, min(np.log(count + 0.5), centre + 8 * s))
    limits = (centre - 10 * s, centre + 12 * s)
    total = quad(inside, *limits, points=[mode], epsabs=0, limit=400)[0]
    exact = total / (s * np.sqrt(2 * np.pi))
    if exact > 1e-50:
        got = float(log_lognormal_poisson(count, mean, cv))
        assert got == pytest.approx(np.log(exact), rel=1e-4, abs=2e-4)


def test_probabilities_sum_to_one_and_have_the_mean():
    counts = np.arange(4000)
    p = np.exp(log_lognormal_poisson(counts, 9.0, 0.8))
    assert p.sum() == pytest.approx(1.0, abs=1e-4)
    assert (p * counts).sum() == pytest.approx(9.0, rel=1e-3)


def test_mean_of_seen_groups_leaves_out_empty_ones():
    counts = np.arange(1, 4000)
    p = np.exp(log_lognormal_poisson(counts, 2.0, 0.9))
    assert float(truncated_lognormal_mean(2.0, 0.9)) == pytest.approx(
        (p * counts).sum() / p.sum(), rel=1e-3
    )


def test_little_spread_is_poisson():
    counts = np.arange(30)
    assert log_lognormal_poisson(counts, 6.0, 1e-3) == pytest.approx(
        poisson.logpmf(counts, 6.0), abs=1e-3
    )


def test_lognormal_factor_has_the_stated_spread():
    s = np.sqrt(np.log1p(0.6**2))
    assert lognorm.std(s) / lognorm.mean(s) == pytest.approx(0.6)
