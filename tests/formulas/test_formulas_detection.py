import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gamma, gammaincc
from scipy.stats import nbinom

from ustyurt_models.formulas import detection as d
from ustyurt_models.formulas.detection_function import (
    DetectionForm,
    DetectionParameters,
    detection,
    effective_width_m,
)


@pytest.mark.parametrize("sigma_m", [5.0, 80.0, 300.0, 4000.0])
def test_half_normal_esw_equals_numerical_integral(sigma_m):
    exact, _ = quad(lambda x: float(d.half_normal(x, sigma_m)), 0, 500, points=[min(sigma_m, 499)])
    assert d.esw_half_normal(sigma_m, 500.0) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.6, 1.0, 2.5])
@pytest.mark.parametrize("shape", [1.05, 1.5, 2.0, 3.0, 8.0, 20.0])
def test_hazard_rate_esw_equals_incomplete_gamma_form(share, shape):
    # Integration by parts: w (1 - exp(-u)) + s Gamma(1 - 1/b, u) with u = (w / s)^-b, b > 1.
    w, s = 1000.0, 1000.0 * share
    u = (w / s) ** -shape
    tail = gamma(1 - 1 / shape) * gammaincc(1 - 1 / shape, u)
    exact = -w * np.expm1(-u) + s * tail
    assert d.esw_hazard_rate(s, shape, w) == pytest.approx(exact, rel=2e-6)


@given(
    sigma_m=st.floats(1.0, 1e5),
    shape=st.floats(1.01, 30.0),
    truncation_m=st.floats(10.0, 1e4),
)
def test_esw_lies_between_zero_and_truncation(sigma_m, shape, truncation_m):
    for esw in (
        d.esw_half_normal(sigma_m, truncation_m),
        d.esw_hazard_rate(sigma_m, shape, truncation_m),
    ):
        assert 0 < float(esw) <= truncation_m * (1 + 1e-6)


@pytest.mark.parametrize("shape", [1.5, 3.0])
def test_short_forms_equal_the_general_function(shape):
    x = np.linspace(0.0, 400.0, 9)
    for key, g, esw in (
        ("half-normal", d.half_normal(x, 150.0), d.esw_half_normal(150.0, 400.0)),
        ("hazard-rate", d.hazard_rate(x, 150.0, shape), d.esw_hazard_rate(150.0, shape, 400.0)),
    ):
        form, parameters = DetectionForm(key, 400.0), DetectionParameters(150.0, shape)
        assert g == pytest.approx(detection(form, x, parameters), rel=1e-12)
        assert float(esw) == pytest.approx(float(effective_width_m(form, parameters)), rel=1e-9)


def test_mean_of_truncated_sizes_equals_direct_sum():
    mean, a = 3.0, 0.49
    k = 1 / a
    n = np.arange(1, 4000)
    chance = nbinom.pmf(n, k, k / (k + mean))
    exact = (n * chance).sum() / chance.sum()
    assert float(d.size_given_truncation(mean, a)) == pytest.approx(exact, rel=1e-9)


def test_detection_is_certain_on_the_line_and_falls():
    x = np.linspace(0, 1000, 200)
    for g in (d.half_normal(x, 200.0), d.hazard_rate(x, 200.0, 2.0)):
        assert g[0] == 1.0
        assert np.all(np.diff(g) <= 0)
        assert np.all((g >= 0) & (g <= 1))


@pytest.mark.parametrize("nodes", [4, d.QUADRATURE_NODES])
def test_quadrature_rule_is_exact_and_computed_once(nodes):
    points, weights = d.quadrature_rule(nodes)
    for power in range(2 * nodes):
        assert weights @ points**power == pytest.approx(1 / (power + 1), rel=1e-12)
    assert d.quadrature_rule(nodes)[0] is points
    for values in (points, weights):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0.0
