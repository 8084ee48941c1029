"""The sum of sine waves stands in for the exact field, and says when it cannot."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad

from ustyurt_models.formulas.hsgp import (
    Basis,
    basis_functions,
    choose_basis,
    covariance,
    longest_resolved_km,
    shortest_resolved_km,
    spectral_root,
)

KERNELS = ("matern52", "squared-exponential")


def places(count=150):
    return np.random.default_rng(1).uniform(-1, 1, (count, 2)) * [300.0, 420.0]


def approximate(basis, at_km, sd, length_km):
    weighted = basis_functions(basis, at_km) * spectral_root(basis, sd, length_km)
    return weighted @ weighted.T


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("length_km", [60.0, 90.0, 120.0])
def test_covariance_of_the_waves_is_that_of_the_kernel(kernel, length_km):
    at = places()
    basis = choose_basis(at, 60.0, 180.0, kernel)
    apart = np.linalg.norm(at[:, None] - at[None], axis=-1)
    exact = covariance(apart, 1.3, length_km, kernel)
    assert np.abs(approximate(basis, at, 1.3, length_km) - exact).max() < 0.05 * 1.3**2


@pytest.mark.parametrize("kernel", KERNELS)
def test_longest_length_scale_keeps_its_variance_up_to_the_rim(kernel):
    at = places()
    basis = choose_basis(at, 60.0, 180.0, kernel)
    variance = np.diag(approximate(basis, at, 1.0, 180.0))
    assert variance.min() > 0.8
    assert variance.max() < 1.01


@pytest.mark.parametrize("kernel", KERNELS)
def test_too_few_waves_lose_variance_and_the_basis_says_so(kernel):
    at = places()
    few = choose_basis(at, 60.0, 180.0, kernel, per_axis=8)
    assert shortest_resolved_km(few) > 100.0
    assert np.diag(approximate(few, at, 1.0, 40.0)).mean() < 0.7
    enough = choose_basis(at, 60.0, 180.0, kernel)
    assert shortest_resolved_km(enough) <= 60.0
    assert longest_resolved_km(enough) == pytest.approx(180.0)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("axes", [1, 2])
def test_spectral_density_integrates_to_the_variance(kernel, axes):
    # Variance = integral of S(w) over all frequencies / (2 pi)^d; in polar form for two axes.
    def density(w):
        order = np.full((1, axes), 1, np.int64)
        edge = np.full(axes, np.pi / 2 / max(w, 1e-12) * np.sqrt(axes))
        basis = Basis(np.zeros(axes), edge, edge, order, kernel)
        return float(spectral_root(basis, 1.4, 30.0)[0]) ** 2

    shell = (lambda w: 2 * density(w)) if axes == 1 else (lambda w: 2 * np.pi * w * density(w))
    total = quad(shell, 0, 0.2, epsrel=1e-9, limit=300)[0]
    total += quad(shell, 0.2, np.inf, epsrel=1e-6, limit=300)[0]
    assert total / (2 * np.pi) ** axes == pytest.approx(1.4**2, rel=1e-4)


def test_waves_are_orthonormal_over_their_rectangle():
    basis = choose_basis(places(20), 300.0, 100.0, per_axis=3)
    (left, bottom), (right, top) = (
        basis.centre_km - basis.boundary_km,
        basis.centre_km + basis.boundary_km,
    )

    def product(y, x, i, j):
        values = basis_functions(basis, np.array([[x, y]]))[0]
        return values[i] * values[j]

    for i, j, expected in ((0, 0, 1.0), (1, 1, 1.0), (0, 1, 0.0), (1, 2, 0.0)):
        found = dblquad(product, left, right, bottom, top, args=(i, j), epsabs=1e-7)[0]
        assert found == pytest.approx(expected, abs=1e-5)


def test_parameters_broadcast_over_draws():
    basis = choose_basis(places(20), 100.0, 150.0)
    sd, length = np.array([0.5, 1.0]), np.array([100.0, 150.0])
    many = spectral_root(basis, sd, length)
    assert many.shape == (2, basis.order.shape[0])
    np.testing.assert_allclose(many[1], spectral_root(basis, 1.0, 150.0))


@given(
    short=st.floats(5, 200),
    ratio=st.floats(1.0, 10.0),
    wide=st.floats(1, 1000),
    kernel=st.sampled_from(KERNELS),
)
@settings(max_examples=40, deadline=None)
def test_any_extent_gives_a_finite_bounded_basis(short, ratio, wide, kernel):
    at = np.array([[0.0, 0.0], [wide, 3.0], [wide / 2, 7.0]])
    basis = choose_basis(at, short, short * ratio, kernel)
    values = basis_functions(basis, at) * spectral_root(basis, 1.0, short)
    assert np.isfinite(values).all()
    assert basis.per_axis.max() <= 60
    assert (np.abs(at - basis.centre_km) <= basis.boundary_km).all()
    assert longest_resolved_km(basis) >= short * ratio * 0.999


def test_all_positions_on_one_line_still_give_a_field():
    at = np.column_stack([np.linspace(0, 100, 30), np.full(30, 5.0)])
    basis = choose_basis(at, 20.0, 50.0)
    assert np.isfinite(approximate(basis, at, 1.0, 30.0)).all()
