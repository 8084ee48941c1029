"""The PyTensor graph of detection equals the NumPy formulas, and its gradient is sound."""

from dataclasses import replace

import numpy as np
import pytensor.tensor as pt
import pytest

from ustyurt_models.formulas import detection_adjustments as adjustments
from ustyurt_models.formulas import group_size
from ustyurt_models.formulas.detection_function import (
    DetectionForm,
    DetectionParameters,
    interval_integrals,
    log_detection,
)
from ustyurt_models.formulas.detection_keys import KEYS
from ustyurt_models.formulas.detection_rows import NODES
from ustyurt_models.study.surveys import LineTransect, PointTransect, Sampler
from ustyurt_models.survey.models.distance import detection as graph
from ustyurt_models.survey.models.distance.model import build
from ustyurt_models.survey.models.distance.prepare import prepare
from ustyurt_models.survey.models.distance.simulate_points import DistanceTruth, simulate_transects
from ustyurt_models.survey.models.distance.sizes import log_lognormal_poisson
from ustyurt_models.survey.samplers.flat import FlatModel

W = 200.0
SERIES = [((), "cosine"), ((2, 3), "cosine"), ((4,), "hermite"), ((2,), "polynomial")]
QUICK = Sampler(engine="laplace", draws=250)


def parameters(sigma_m, shape, a):
    coefficients = pt.constant(np.array(a)) if len(a) else None
    log_sigma = pt.constant(np.log(np.atleast_1d(sigma_m) / W))
    return graph.GraphParameters(log_sigma, pt.constant(np.float64(shape)), coefficients)


@pytest.mark.parametrize("point", [False, True])
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("orders", "series"), SERIES)
@pytest.mark.parametrize("rows", [2, NODES + 3])
def test_graph_equals_formulas(key, orders, series, point, rows):
    form = DetectionForm(key, W, 8.0, point, series, orders)
    sigma = np.linspace(40.0, 400.0, rows)
    a = np.array([0.12, 0.02])[: len(orders)]
    edges = np.array([8.0, 30.0, W])
    unit = W**2 if point else W
    got = graph.interval_integrals(form, edges / W, parameters(sigma, 2.7, a)).eval() * unit
    exact = interval_integrals(form, edges, DetectionParameters(sigma, 2.7, a))
    assert got == pytest.approx(exact, rel=1e-9 if rows == 2 else 2e-5)
    x = np.linspace(9.0, 190.0, rows)
    g = graph.log_detection(form, x / W, parameters(sigma, 2.7, a)).eval()
    assert g == pytest.approx(log_detection(form, x, DetectionParameters(sigma, 2.7, a)), abs=1e-12)


@pytest.mark.parametrize("monotone", [True, False])
@pytest.mark.parametrize(
    ("key", "series", "orders"),
    [
        ("half-normal", "cosine", (2, 3)),
        ("hazard-rate", "polynomial", (2, 4)),
        ("uniform", "cosine", (1, 2)),
        ("negative-exponential", "hermite", (4,)),
    ],
)
def test_bounded_coefficients_equal_formulas(key, series, orders, monotone):
    form = DetectionForm(key, W, 0.0, False, series, orders)
    for z in (
        np.zeros(len(orders)),
        np.full(len(orders), 0.7),
        np.array([-3.0, 5.0])[: len(orders)],
    ):
        known = parameters(90.0, 2.7, ())
        got = graph.bounded_coefficients(pt.constant(z), form, known, monotone)
        bounds = adjustments.coefficient_bounds(key, series, orders, 90.0 / W, 2.7, monotone)
        exact = adjustments.bounded_coefficients(z, bounds)
        assert got[0].eval() == pytest.approx(exact[0], rel=1e-9, abs=1e-12)
        assert got[1].eval() == pytest.approx(exact[1], rel=1e-9, abs=1e-12)


def test_lognormal_poisson_equals_formula():
    count, mean, cv = np.array([0.0, 1.0, 6.0, 80.0]), np.full(4, 5.0), np.full(4, 0.7)
    got = log_lognormal_poisson(*(pt.constant(v) for v in (count, mean, cv))).eval()
    assert got == pytest.approx(group_size.log_lognormal_poisson(count, mean, cv), rel=1e-10)


def survey(point=False, observers=None, key="hazard-rate"):
    form = DetectionForm(key, W, 0.0, point)
    observers = observers or {"a": 1.0, "b": 1.5}
    truth = DistanceTruth((60.0,), (10.0,), form, 80.0, observers=observers)
    return simulate_transects(
        truth, (np.full(12, 4.0 if point else 1.0),), np.random.default_rng(4)
    )


OPTIONS = [
    {"key": "half-normal", "scale": "observer"},
    {"key": "hazard-rate", "scale_random": ("observer",)},
    {"key": "negative-exponential", "left_truncation": "10 m"},
    {"key": "uniform", "adjustment": "cosine", "orders": (1, 2)},
    {"key": "hazard-rate", "adjustment": "cosine", "orders": (2,), "scale": "observer"},
    {"key": "half-normal", "cutpoints": ("0 m", "40 m", "90 m", "200 m"), "scale": "observer"},
    {"key": "half-normal", "encounter": "bootstrap"},
]


def flat_of(transects, options):
    block = PointTransect if transects.kind == "point" else LineTransect
    told = {"file": "-", "truncation": "200 m", "group_size": "single"} | options
    settings = block(**told)
    return FlatModel(build(prepare(transects, settings), settings))


@pytest.mark.parametrize("point", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: "-".join(map(str, o.values())))
def test_gradient_is_right_and_finite_at_extremes(options, point):
    flat = flat_of(survey(point), options)
    for shift in (-5.0, 0.0, 5.0):
        value, gradient = flat.log_density(flat.start + shift)
        assert np.isfinite(value)
        assert np.all(np.isfinite(gradient))
    point_ = flat.start + 0.1
    _, gradient = flat.log_density(point_)
    for i in range(point_.size):
        step = np.zeros_like(point_)
        step[i] = 1e-5
        slope = (flat.log_density(point_ + step)[0] - flat.log_density(point_ - step)[0]) / 2e-5
        assert gradient[i] == pytest.approx(slope, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("options", [OPTIONS[0], OPTIONS[3]])
def test_metres_and_kilometres_give_the_same_posterior(options):
    near = survey(True)
    far = replace(near, distance_m=near.distance_m * 1000)
    first, second = flat_of(near, options), flat_of(far, {"truncation": "200 km"} | options)
    scaled = 1 if options["key"] == "half-normal" else 0
    shift = np.zeros_like(first.start)
    names = [n for n in first.names if n == "sigma_m"]
    shift[2 if names else 0] = np.log(1000.0) * scaled
    rng = np.random.default_rng(1)
    points = first.start + rng.normal(0, 0.3, (4, first.start.size))
    gap = first.log_densities(points) - second.log_densities(points + shift)
    assert np.ptp(gap) == pytest.approx(0.0, abs=1e-8)
