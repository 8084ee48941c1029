import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from ustyurt_models.formulas.detection_adjustments import (
    ADJUSTMENTS,
    bounded_coefficients,
    coefficient_bounds,
    term,
    term_slope,
)
from ustyurt_models.formulas.detection_function import (
    DetectionForm,
    DetectionParameters,
    class_probabilities,
    detection,
    effective_radius_m,
    effective_width_m,
    interval_integrals,
    log_detection,
    log_distance_density,
    mean_detection,
)
from ustyurt_models.formulas.detection_keys import KEYS, key_slope, key_value, log_key

WIDTH = 400.0
SERIES = [("cosine", (2, 3)), ("hermite", (4, 6)), ("polynomial", (2, 4))]


def integral(form, parameters, low, high):
    """Integrate numerically, piece by piece around the scale."""
    sigma = float(np.asarray(parameters.sigma_m))
    cuts = [low, *(c for c in (0.5 * sigma, sigma, 2 * sigma, 4 * sigma) if low < c < high), high]

    def f(x):
        return float(detection(form, x, parameters)) * (x if form.point else 1.0)

    parts = itertools.pairwise(cuts)
    return sum(quad(f, a, b, epsabs=0, epsrel=1e-11, limit=200)[0] for a, b in parts)


@pytest.mark.parametrize("point", [False, True])
@pytest.mark.parametrize("left_m", [0.0, 35.0])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("share", [0.08, 0.4, 1.0, 3.0])
def test_integrals_of_keys_equal_numerical_ones(key, left_m, share, point):
    form = DetectionForm(key, WIDTH, left_m, point)
    p = DetectionParameters(share * WIDTH, 2.3)
    edges = np.array([left_m, 60.0, 150.0, WIDTH])
    exact = [integral(form, p, a, b) for a, b in itertools.pairwise(edges)]
    assert interval_integrals(form, edges, p) == pytest.approx(exact, rel=1e-6, abs=1e-12)
    whole = effective_radius_m(form, p) ** 2 / 2 if point else effective_width_m(form, p)
    assert float(whole) == pytest.approx(sum(exact), rel=1e-6)


@pytest.mark.parametrize("point", [False, True])
@pytest.mark.parametrize("shape", [1.02, 1.5, 3.0, 8.0, 20.0])
@pytest.mark.parametrize("share", [0.05, 0.3, 1.0, 2.5])
def test_steep_hazard_rates_keep_their_accuracy(shape, share, point):
    form = DetectionForm("hazard-rate", WIDTH, 0.0, point)
    p = DetectionParameters(share * WIDTH, shape)
    exact = integral(form, p, 0.0, WIDTH)
    got = interval_integrals(form, (0.0, WIDTH), p)[0]
    assert got == pytest.approx(exact, rel=3e-6)


@pytest.mark.parametrize("point", [False, True])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("series", "orders"), SERIES)
def test_integrals_with_adjustments_equal_numerical_ones(key, series, orders, point):
    form = DetectionForm(key, WIDTH, 20.0, point, series, orders)
    p = DetectionParameters(170.0, 2.5, (-0.05, 0.01))
    exact = integral(form, p, 20.0, WIDTH)
    assert interval_integrals(form, (20.0, WIDTH), p)[0] == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("point", [False, True])
@pytest.mark.parametrize("key", KEYS)
def test_density_of_distances_integrates_to_one(key, point):
    form = DetectionForm(key, WIDTH, 10.0, point, "cosine", (2,))
    p = DetectionParameters(150.0, 2.5, (0.1,))
    total, _ = quad(
        lambda x: float(np.exp(log_distance_density(form, x, p))), 10.0, WIDTH, points=[150.0]
    )
    assert total == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("point", [False, True])
def test_class_probabilities_are_shares_of_unequal_classes(point):
    form = DetectionForm("hazard-rate", WIDTH, 5.0, point)
    p = DetectionParameters(90.0, 3.0)
    cut = np.array([5.0, 20.0, 110.0, WIDTH])
    chance = class_probabilities(form, cut, p)
    total = integral(form, p, 5.0, WIDTH)
    parts = [integral(form, p, a, b) / total for a, b in itertools.pairwise(cut)]
    assert chance == pytest.approx(parts, rel=1e-6)
    assert chance.sum() == pytest.approx(1.0, rel=1e-12)


def test_parameters_broadcast_over_draws_and_rows():
    form = DetectionForm("half-normal", WIDTH, 0.0, True, "cosine", (2, 3))
    sigma = np.array([[80.0, 120.0, 200.0], [90.0, 130.0, 210.0]])
    a = np.array([[[0.1, 0.02]], [[0.0, -0.01]]])
    together = interval_integrals(form, (0.0, 100.0, WIDTH), DetectionParameters(sigma, 1.0, a))
    assert together.shape == (2, 3, 2)
    for draw, row in np.ndindex(2, 3):
        alone = DetectionParameters(sigma[draw, row], 1.0, a[draw, 0])
        got = interval_integrals(form, (0.0, 100.0, WIDTH), alone)
        assert together[draw, row] == pytest.approx(got, rel=1e-12)
    g = detection(form, np.array([0.0, 50.0]), DetectionParameters(sigma[:, :1], 1.0, a))
    assert g.shape == (2, 2)
    assert g[:, 0] == pytest.approx(1.0)


def test_uniform_key_detects_all_within_the_truncation_distances():
    for point in (False, True):
        form = DetectionForm("uniform", WIDTH, 30.0, point)
        assert float(mean_detection(form, DetectionParameters(1.0))) == pytest.approx(1.0)


@given(
    key=st.sampled_from(KEYS),
    share=st.floats(0.02, 50.0),
    shape=st.floats(1.01, 30.0),
    left=st.floats(0.0, 0.5),
    point=st.booleans(),
)
def test_mean_detection_is_a_probability(key, share, shape, left, point):
    form = DetectionForm(key, WIDTH, left * WIDTH, point)
    p = float(mean_detection(form, DetectionParameters(share * WIDTH, shape)))
    assert 0 <= p <= 1 + 1e-6


@pytest.mark.parametrize("key", KEYS)
def test_logarithm_and_value_of_keys_agree_and_are_finite_at_extremes(key):
    x = np.array([0.0, 1e-12, 1.0, 100.0, 1e6])
    for sigma in (1e-3, 1.0, 1e5):
        for shape in (1.01, 3.0, 40.0):
            logarithm = log_key(key, x, sigma, shape)
            assert np.exp(logarithm) == pytest.approx(key_value(key, x, sigma, shape), rel=1e-9)
            assert np.all(np.isfinite(logarithm))
            assert np.all(np.isfinite(key_slope(key, x[2:4], sigma, shape)))


@pytest.mark.parametrize("key", KEYS)
def test_slope_of_key_is_its_derivative(key):
    x = np.array([20.0, 90.0, 250.0])
    step = 1e-4
    ahead, back = (log_key(key, x + s, 110.0, 2.4) for s in (step, -step))
    assert key_slope(key, x, 110.0, 2.4) == pytest.approx(-(ahead - back) / (2 * step), rel=1e-6)


@pytest.mark.parametrize("series", ADJUSTMENTS)
def test_slope_of_terms_is_their_derivative(series):
    s = np.linspace(0.05, 0.95, 7)
    for order in (1, 2, 3, 4, 6):
        numeric = (term(series, order, s + 1e-6) - term(series, order, s - 1e-6)) / 2e-6
        assert term_slope(series, order, s) == pytest.approx(numeric, rel=1e-6, abs=1e-6)


def test_hermite_terms_are_the_probabilists():
    s = np.linspace(0, 1, 5)
    assert term("hermite", 4, s) == pytest.approx(s**4 - 6 * s**2 + 3)
    assert term("hermite", 6, s) == pytest.approx(s**6 - 15 * s**4 + 45 * s**2 - 15)


CASES = st.sampled_from(
    [
        ("half-normal", "cosine", (2,)),
        ("half-normal", "cosine", (2, 3, 4)),
        ("half-normal", "hermite", (4, 6)),
        ("hazard-rate", "cosine", (2, 3)),
        ("hazard-rate", "polynomial", (2, 4)),
        ("uniform", "cosine", (1,)),
        ("uniform", "cosine", (1, 2, 3)),
        ("uniform", "polynomial", (2, 4)),
        ("negative-exponential", "cosine", (2,)),
    ]
)


@settings(deadline=None, max_examples=200)
@given(
    case=CASES,
    share=st.floats(0.05, 20.0),
    shape=st.floats(1.05, 12.0),
    z=st.lists(st.floats(-30, 30), min_size=3, max_size=3),
)
def test_bounded_adjustments_never_let_detection_rise(case, share, shape, z):
    key, series, orders = case
    bounds = coefficient_bounds(key, series, orders, share, shape)
    a, log_density = bounded_coefficients(np.array(z[: len(orders)]), bounds)
    assert np.isfinite(log_density)
    form = DetectionForm(key, 1.0, 0.0, False, series, orders)
    g = detection(form, np.linspace(0, 1, 301), DetectionParameters(share, shape, a))
    assert g[0] == pytest.approx(1.0)
    assert np.all(g >= 0)
    assert g.max() <= 1 + 1e-3
    assert np.diff(g).max() <= 3e-4


@pytest.mark.parametrize("monotone", [True, False])
def test_map_of_coefficients_fills_the_allowed_interval(monotone):
    bounds = coefficient_bounds("half-normal", "cosine", (2,), 0.474, 1.0, monotone)
    z = np.linspace(-50, 50, 2001)[:, None]
    a, _ = bounded_coefficients(z, bounds)
    assert np.diff(a[:, 0]).min() > -1e-12  # rounding
    first = bounds.rows[..., 0]
    high = (bounds.most / first)[first > 0].min()
    low = (bounds.most / first)[first < 0].max()
    assert a.max() <= high
    assert a.min() >= low
    assert np.ptp(a) > 0.85 * (high - low)


def test_coefficients_are_uniform_under_their_log_density():
    bounds = coefficient_bounds("half-normal", "cosine", (2,), 0.474)
    z = np.linspace(-1.5, 1.5, 40001)
    a, log_density = bounded_coefficients(z[:, None], bounds)
    slope = np.gradient(a[:, 0], z)
    ratio = np.exp(log_density) / slope
    assert ratio == pytest.approx(ratio[20000], rel=1e-3)


def test_log_detection_of_adjusted_form_is_zero_at_the_line():
    form = DetectionForm("hazard-rate", WIDTH, 0.0, False, "hermite", (4,))
    assert float(log_detection(form, 0.0, DetectionParameters(90.0, 2.0, (0.02,)))) == 0.0
