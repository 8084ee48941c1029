import numpy as np
import pytest

from ustyurt_models.formulas.detection_function import (
    DetectionForm,
    DetectionParameters,
    integral_below,
    interval_integrals,
)
from ustyurt_models.formulas.detection_rows import NODES, row_integrals


@pytest.mark.parametrize("point", [False, True])
@pytest.mark.parametrize("shape", [1.1, 2.5, 6.0])
@pytest.mark.parametrize(("widest", "error"), [(10.0, 2e-5), (45.0, 1e-3)])
def test_many_rows_equal_single_integrals(shape, point, widest, error):
    form = DetectionForm("hazard-rate", 300.0, 10.0, point)
    rng = np.random.default_rng(3)
    sigma = 30.0 * np.exp(rng.uniform(0.0, np.log(widest), (3, NODES + 30)))
    edges = np.array([10.0, 80.0, 300.0])
    got = row_integrals(form, edges, sigma, np.full(3, shape))
    exact = interval_integrals(form, edges, DetectionParameters(sigma, shape))
    assert got == pytest.approx(exact, rel=error)


def test_rows_with_adjustments_equal_single_integrals():
    form = DetectionForm("half-normal", 300.0, 0.0, True, "cosine", (2,))
    sigma = np.linspace(60.0, 400.0, NODES + 5)[None]
    a = np.array([[0.15]])
    got = row_integrals(form, (0.0, 300.0), sigma, 1.0, a)
    exact = interval_integrals(form, (0.0, 300.0), DetectionParameters(sigma, 1.0, a[:, None]))
    assert got == pytest.approx(exact, rel=1e-7)


def test_equal_scales_are_no_trouble():
    form = DetectionForm("hazard-rate", 300.0)
    got = row_integrals(form, (0.0, 300.0), np.full((2, NODES + 1), 90.0), np.array([2.0, 3.0]))
    assert np.all(np.isfinite(got))
    assert np.ptp(got, axis=1).max() < 1e-9


@pytest.mark.parametrize("key", ["half-normal", "hazard-rate", "uniform", "negative-exponential"])
@pytest.mark.parametrize("point", [False, True])
def test_integral_below_ends_at_the_whole(key, point):
    form = DetectionForm(key, 300.0, 25.0, point)
    p = DetectionParameters(np.array([[80.0], [200.0]]), 2.4)
    distance = np.array([25.0, 60.0, 140.0, 300.0])
    below = integral_below(form, distance, p)
    assert below.shape == (2, 4)
    assert np.all(np.diff(below, axis=1) > 0)
    whole = interval_integrals(
        form, (25.0, 300.0), DetectionParameters(np.array([80.0, 200.0]), 2.4)
    )
    assert below[:, -1] == pytest.approx(whole[:, 0], rel=1e-9)
    assert np.all(below[:, 0] <= 1e-6 * below[:, -1])
