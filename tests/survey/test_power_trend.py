import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ustyurt_models.checks import InputError
from ustyurt_models.survey.power.trend import chance_of_growth, slope

YEARS = np.array([0.0, 1.0, 3.0, 4.0, 8.0])


def test_slope_equals_weighted_least_squares():
    y, s = np.array([3.0, 2.9, 2.5, 2.6, 2.0]), np.array([0.1, 0.3, 0.2, 0.1, 0.4])
    found, sd = slope(YEARS, y, s)
    line, covariance = np.polyfit(YEARS, y, 1, w=1 / s, cov="unscaled")
    assert float(found) == pytest.approx(line[0])
    assert float(sd) == pytest.approx(np.sqrt(covariance[0, 0]))


def test_perfect_surveys_leave_the_noise_of_the_population():
    # A random walk is known from its ends: slope (y_T - y_0) / T, standard deviation tau / sqrt(T).
    y = np.array([3.0, 2.9, 2.5, 2.6, 2.0])
    found, sd = slope(YEARS, y, np.full(5, 1e-6), 0.2)
    assert float(found) == pytest.approx((y[-1] - y[0]) / 8)
    assert float(sd) == pytest.approx(0.2 / np.sqrt(8))


def test_two_surveys_give_the_straight_line_between_them():
    found, sd = slope([2, 6], [1.0, 2.0], [0.3, 0.4])
    assert float(found) == pytest.approx(0.25)
    assert float(sd) == pytest.approx(0.5 / 4)


def test_what_surveys_miss_alike_does_not_move_the_slope():
    y, s = np.array([3.0, 2.9, 2.5, 2.6, 2.0]), np.full(5, 0.2)
    assert slope(YEARS, y, s, 0.1)[0] == pytest.approx(slope(YEARS, y - 0.7, s, 0.1)[0])


def test_one_survey_is_refused():
    with pytest.raises(InputError, match="at least two surveys"):
        slope([0], [1.0], [0.1])


@pytest.mark.parametrize("process_sd", [0.0, 0.1])
def test_false_alarms_come_at_the_stated_rate(process_sd):
    rng = np.random.default_rng(4)
    futures, sd = 20_000, np.array([0.1, 0.25, 0.15, 0.3, 0.2])
    steps = rng.normal(0.0, process_sd, (futures, 9))
    steps[:, 0] = 0.0
    truth = np.cumsum(steps, axis=1)[:, YEARS.astype(int)]
    growth = chance_of_growth(YEARS, truth + sd * rng.standard_normal((futures, 5)), sd, process_sd)
    for alarms in (growth >= 0.9, growth <= 0.1):
        assert stats.binomtest(int(alarms.sum()), futures, 0.1).pvalue > 1e-3


@given(
    sd=st.lists(st.floats(0.01, 2.0), min_size=5, max_size=5),
    share=st.lists(st.floats(0.1, 1.0), min_size=5, max_size=5),
    process_sd=st.floats(0.0, 0.5),
)
def test_better_surveys_never_widen_the_slope(sd, share, process_sd):
    plain = slope(YEARS, np.zeros(5), np.array(sd), process_sd)[1]
    better = slope(YEARS, np.zeros(5), np.array(sd) * share, process_sd)[1]
    assert better <= plain * (1 + 1e-9)


@given(st.floats(0.05, 1.0), st.integers(0, 3))
def test_a_further_survey_never_widens_the_slope(sd, left_out):
    some = np.delete(YEARS, left_out + 1)
    fewer = slope(some, np.zeros(4), np.full(4, sd))[1]
    assert slope(YEARS, np.zeros(5), np.full(5, sd))[1] <= fewer * (1 + 1e-9)
