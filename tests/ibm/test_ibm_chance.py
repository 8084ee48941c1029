import numpy as np
import pytest
from scipy import stats

from ustyurt_models.ibm import chance

KEY = np.uint64(0x1234_5678_9ABC_DEF0)
N = 20_000


def test_uniform_numbers_are_uniform_and_uncorrelated_along_identities():
    values = np.array([chance.uniform(KEY, np.uint64(i), 3) for i in range(N)])
    assert stats.kstest(values, "uniform").pvalue > 0.001
    lagged = np.corrcoef(values[:-1], values[1:])[0, 1]
    assert abs(lagged) < 5 / np.sqrt(N)


def test_purposes_and_keys_give_independent_numbers():
    one = np.array([chance.uniform(KEY, np.uint64(i), 0) for i in range(N)])
    other = np.array([chance.uniform(KEY, np.uint64(i), 1) for i in range(N)])
    third = np.array([chance.uniform(KEY + np.uint64(1), np.uint64(i), 0) for i in range(N)])
    limit = 5 / np.sqrt(N)
    assert abs(np.corrcoef(one, other)[0, 1]) < limit
    assert abs(np.corrcoef(one, third)[0, 1]) < limit


def test_compiled_chance_equals_plain_python():
    with np.errstate(over="ignore"):
        for i in range(50):
            identity = np.uint64(i * 7919)
            assert chance.mix.py_func(KEY, identity) == chance.mix(KEY, identity)
            assert chance.normal.py_func(KEY, identity, 2) == chance.normal(KEY, identity, 2)
            args = (37, 0.3, KEY, identity, 4)
            assert chance.binomial.py_func(*args) == chance.binomial(*args)
            assert chance.poisson.py_func(5.5, KEY, identity, 4) == chance.poisson(
                5.5, KEY, identity, 4
            )


@pytest.mark.parametrize(("trials", "p"), [(1, 0.2), (7, 0.5), (40, 0.9), (300, 0.01), (25, 0.51)])
def test_binomial_numbers_follow_the_binomial_law(trials, p):
    values = np.array([chance.binomial(trials, p, KEY, np.uint64(i), 1) for i in range(N)])
    law = stats.binom(trials, p)
    assert abs(values.mean() - law.mean()) < 5 * law.std() / np.sqrt(N)
    ks = np.arange(trials + 1)
    expected = law.pmf(ks) * N
    seen = np.bincount(values, minlength=trials + 1)
    big = expected >= 10
    statistic = ((seen[big] - expected[big]) ** 2 / expected[big]).sum()
    assert stats.chi2.sf(statistic, big.sum()) > 1e-4


@pytest.mark.parametrize("mean", [0.05, 1.5, 15.9, 60.0])
def test_poisson_numbers_follow_the_poisson_law(mean):
    values = np.array([chance.poisson(mean, KEY, np.uint64(i), 1) for i in range(N)])
    assert abs(values.mean() - mean) < 5 * np.sqrt(mean / N)
    assert abs(values.var() / mean - 1) < 5 * np.sqrt((2 + 1 / mean) / N)


def test_binomial_edges_are_exact():
    assert chance.binomial(9, 0.0, KEY, np.uint64(1), 1) == 0
    assert chance.binomial(9, 1.0, KEY, np.uint64(1), 1) == 9
    assert chance.binomial(0, 0.5, KEY, np.uint64(1), 1) == 0
