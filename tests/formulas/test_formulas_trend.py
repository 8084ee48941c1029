import numpy as np
import pytest

from ustyurt_models.formulas import trend as t


def test_detection_moves_linearly_between_levels():
    weights = t.detection_weights([2014, 2015, 2018, 2022, 2030], ((2014, 2022),))
    assert weights[:, 1] == pytest.approx([0.0, 1 / 8, 0.5, 1.0, 1.0])
    assert weights.sum(axis=1) == pytest.approx(np.ones(5))


def test_equal_years_are_a_step():
    weights = t.detection_weights([2015, 2016, 2017], ((2016, 2016),))
    assert weights[:, 1].tolist() == [0.0, 1.0, 1.0]


def test_no_change_means_one_level():
    assert t.detection_weights([2000, 2001], ()).tolist() == [[1.0], [1.0]]


def test_sampled_paths_have_the_exact_conditional_mean_and_spread():
    # Two counts of a walk observed at years 0 and 2; the middle year is known in closed form.
    draws, process, noise, drift = 40_000, 0.3, 0.2, 0.1
    rng = np.random.default_rng(11)
    log_count = np.array([5.0, 5.9])
    path = t.sample_log_abundance(
        (np.full((draws, 2), drift), np.ones(draws)),
        np.zeros((draws, 2)),
        (np.full(draws, process), np.full((draws, 2), noise)),
        np.full(draws, 5.1),
        (np.array([0, 2]), log_count),
        rng,
    )
    assert np.all(path[:, 0] == 5.1)
    v = process**2
    gain = v / (2 * v + noise**2)
    mean = 5.1 + drift + gain * (5.9 - 5.1 - 2 * drift)
    variance = v - gain * v
    error = np.sqrt(variance / draws)
    assert path[:, 1].mean() == pytest.approx(mean, abs=5 * error)
    assert path[:, 1].var() == pytest.approx(variance, rel=5 * np.sqrt(2 / draws))


def test_forecast_without_ceiling_is_exponential():
    path = t.forecast_log_abundance(
        np.zeros(1), np.array([0.2]), np.zeros(1), np.array([np.inf]), np.zeros((1, 3))
    )
    assert path[0] == pytest.approx([0.2, 0.4, 0.6])


def test_forecast_settles_at_its_ceiling():
    path = t.forecast_log_abundance(
        np.log([100.0]), np.array([0.4]), np.zeros(1), np.array([5000.0]), np.zeros((1, 80))
    )
    assert np.exp(path[0, -1]) == pytest.approx(5000.0, rel=1e-3)


def test_sd_of_log_is_that_of_a_lognormal():
    sd = float(t.sd_of_log(0.3))
    assert np.sqrt(np.expm1(sd**2)) == pytest.approx(0.3)
