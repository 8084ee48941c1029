"""Distributions fitted to rows of evidence: what is met, what is stated, what is never passed."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from ustyurt_models.checks import InputError
from ustyurt_models.evidence import Parameter, load_catalogue
from ustyurt_models.evidence.distributions import INTERVAL, fit
from ustyurt_models.evidence.families import QUANTILES
from ustyurt_models.evidence.rules import DISTRIBUTIONS
from ustyurt_models.evidence.units import bounds

repeatable = settings(derandomize=True, deadline=None, max_examples=60)
GRID = np.linspace(1e-9, 1 - 1e-9, 401)
SHAPES = st.floats(0.7, 300)
POSITIVE = st.floats(0.01, 1e4)


def row(distribution: str, low, value, high, unit: str = "ratio") -> Parameter:
    """Return a row with these numbers."""
    return Parameter(
        "sai_x", "saiga", "x", value, low, high, unit, distribution, "-", "-", ("expert",), "C", "x"
    )


def ordered(numbers: tuple[float, float, float]) -> tuple[float, float, float]:
    """Sort three numbers and leave out those without a range worth the name."""
    low, value, high = sorted(numbers)
    assume(high - low > 1e-3 * max(1.0, abs(high)))
    return low, value, high


@repeatable
@given(SHAPES, SHAPES)
def test_a_beta_is_found_again_from_its_quantiles(a, b):
    target = stats.beta(a, b).ppf(INTERVAL)
    assume(target[0] > 0 and target[2] < 1 - 1e-12 and target[2] - target[0] > 1e-6)
    fitted = fit(row("beta", *target, unit="prob"))
    assert fitted.fit_error < 1e-3
    np.testing.assert_allclose(fitted.quantile(INTERVAL), target, atol=1e-3 * np.ptp(target))


@repeatable
@given(SHAPES, POSITIVE)
def test_a_gamma_is_found_again_from_its_quantiles(shape, scale):
    target = stats.gamma(shape, scale=scale).ppf(INTERVAL)
    fitted = fit(row("gamma", *target))
    assert fitted.fit_error < 1e-3
    np.testing.assert_allclose(fitted.numbers, (shape, scale), rtol=0.02)


@repeatable
@given(st.floats(-50, 50), st.floats(0.1, 20))
def test_a_gumbel_is_found_again_from_its_quantiles(location, scale):
    target = stats.gumbel_r(location, scale).ppf(INTERVAL)
    fitted = fit(row("gumbel", *target, unit="-"))
    np.testing.assert_allclose(fitted.numbers, (location, scale), rtol=1e-6, atol=1e-6)


@repeatable
@given(st.tuples(*[st.floats(-1e3, 1e3)] * 3))
def test_a_normal_meets_any_three_quantiles(numbers):
    target = ordered(numbers)
    fitted = fit(row("normal", *target, unit="-"))
    np.testing.assert_allclose(
        fitted.quantile(INTERVAL), target, atol=1e-6 * (target[2] - target[0])
    )
    assert fitted.fit_error < 1e-6


@repeatable
@given(st.tuples(*[POSITIVE] * 3))
def test_a_lognormal_meets_any_three_quantiles(numbers):
    target = ordered(numbers)
    fitted = fit(row("lognormal", *target))
    np.testing.assert_allclose(fitted.quantile(INTERVAL), target, rtol=1e-6)


def test_an_even_normal_is_the_textbook_one():
    fitted = fit(row("normal", -1.96, 0.0, 1.96, unit="-"))
    sd = 1.96 / stats.norm.ppf(0.975)
    np.testing.assert_allclose(fitted.quantile(GRID), stats.norm(0, sd).ppf(GRID), rtol=1e-6)


def test_a_normal_is_cut_at_the_physical_limit_and_not_piled_up_there():
    fitted = fit(row("normal", 0.0, 0.1, 0.2, unit="fraction"))
    values = fitted.quantile(GRID)
    sd = 0.1 / stats.norm.ppf(0.975)
    exact = stats.truncnorm(-0.1 / sd, 0.9 / sd, loc=0.1, scale=sd).ppf(GRID)
    np.testing.assert_allclose(values, exact, atol=1e-9)
    assert values[1] > 0
    assert 0 < fitted.fit_error < 0.1


FAMILIES = sorted(set(DISTRIBUTIONS) - {"none", "covariate", "discrete"})


@repeatable
@given(st.sampled_from(FAMILIES), st.tuples(*[st.floats(0.001, 0.999)] * 3))
def test_values_rise_with_probability_and_stay_possible(family, numbers):
    unit = {"gamma": "kg", "gumbel": "C"}.get(family, "prob")
    values = fit(row(family, *ordered(numbers), unit=unit)).quantile(GRID)
    assert np.isfinite(values).all()
    assert (np.diff(values) >= -1e-12).all()
    assert bounds(unit)[0] <= values.min()
    assert values.max() <= bounds(unit)[1]


@repeatable
@given(st.sampled_from(["triangular", "uniform", "beta-scaled"]), st.tuples(*[POSITIVE] * 3))
def test_families_with_ends_never_pass_them(family, numbers):
    low, value, high = ordered(numbers)
    values = fit(row(family, low, value, high)).quantile(np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(values[[0, 2]], [low, high], rtol=1e-9)


def test_a_triangular_is_the_textbook_one():
    values = fit(row("triangular", 10.0, 12.0, 20.0)).quantile(GRID)
    exact = stats.triang(0.2, loc=10, scale=10).ppf(GRID)
    np.testing.assert_allclose(values, exact, rtol=1e-9)


def test_beta_scaled_has_its_mode_at_the_value():
    fitted = fit(row("beta-scaled", 0.0, 0.3, 0.7))
    a, b, low, high = fitted.numbers
    assert low + (high - low) * (a - 1) / (a + b - 2) == pytest.approx(0.3)


def test_discrete_gives_each_whole_number_its_weight():
    values = fit(row("discrete", 6, 8, 10)).quantile((np.arange(38000) + 0.5) / 38000)
    found, counts = np.unique(values, return_counts=True)
    assert found.tolist() == [6, 7, 8, 9, 10]
    assert counts.tolist() == [6000, 8000, 10000, 8000, 6000]


def test_a_gumbel_with_low_extremes_mirrors_one_with_high_extremes():
    high = fit(row("gumbel", -1, 0, 3, unit="-")).quantile(GRID)
    low = fit(row("gumbel", -3, 0, 1, unit="-")).quantile(1 - GRID)
    np.testing.assert_allclose(low, -high, atol=1e-9)


@pytest.mark.parametrize(
    "family", ["constant", "poisson", "negative binomial", "truncated poisson"]
)
def test_spread_among_litters_is_not_doubt_about_their_mean(family):
    assert set(fit(row(family, 1.0, 3.3, 6.0)).quantile(GRID)) == {3.3}


@pytest.mark.parametrize("ends", [(None, None), (2.0, 2.0)])
def test_a_row_without_a_range_is_a_constant(ends):
    assert set(fit(row("lognormal", ends[0], 2.0, ends[1])).quantile(GRID)) == {2.0}


def test_what_a_family_cannot_meet_is_stated():
    fitted = fit(row("beta", 0.75, 0.75, 0.96, unit="prob"))
    miss = np.abs(fitted.quantile(INTERVAL) - [0.75, 0.75, 0.96]) / 0.21
    assert fitted.fit_error == pytest.approx(miss.max())
    assert fitted.fit_error > 0.3


def test_a_fact_cannot_be_drawn():
    with pytest.raises(InputError, match="states a fact"):
        fit(row("none", None, None, None, unit="qualitative"))


@pytest.mark.parametrize("word", [*FAMILIES, "discrete"])
def test_each_word_of_the_column_has_a_distribution(word):
    numbers = (0.0, 0.5, 1.0) if word == "discrete" else (0.2, 0.4, 0.6)
    assert fit(row(word, *numbers)).family in QUANTILES


def test_each_shipped_row_is_fitted_inside_its_physical_range():
    for shipped in load_catalogue():
        if not shipped.drawable:
            continue
        values = fit(shipped).quantile(GRID)
        lowest, highest = bounds(shipped.unit)
        assert np.isfinite(values).all(), shipped.id
        assert lowest <= values.min(), shipped.id
        assert values.max() <= highest, shipped.id


def test_shipped_medians_stay_near_the_stated_values():
    for shipped in load_catalogue():
        if shipped.constant or not shipped.drawable:
            continue
        fitted = fit(shipped)
        if fitted.family in ("beta", "gamma", "gumbel", "lognormal", "normal"):
            width = shipped.high - shipped.low
            assert abs(fitted.quantile(INTERVAL)[1] - shipped.value) <= 0.12 * width, shipped.id
