"""Formulas of habitat hold their limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ustyurt_models.formulas import habitat

POSITIVE = st.floats(0.01, 1e4)


@given(POSITIVE, POSITIVE, st.floats(0, 20))
def test_livestock_take_a_share_that_follows_their_number(density, forage, factor):
    share = habitat.grazing_share(np.array([density]), 500.0, np.array([forage]))
    assert 0 <= share[0] <= 1
    direct = habitat.grazing_share(np.array([density * factor]), 500.0, np.array([forage]))
    if share[0] < 0.999999:
        np.testing.assert_allclose(
            habitat.scaled_grazing_share(share, factor), direct, rtol=1e-6, atol=1e-12
        )


def test_a_small_share_is_demand_over_supply():
    share = habitat.grazing_share(np.array([0.1]), 500.0, np.array([200.0]))
    assert share[0] == pytest.approx(0.1 * 500 / (200 * 100), rel=2e-3)


def test_no_livestock_take_nothing_and_bare_ground_has_no_gap():
    share = habitat.grazing_share(np.array([0.0, 1.0]), 500.0, np.array([200.0, 0.0]))
    assert share.tolist() == [0.0, 1.0]


@given(st.floats(-1e3, 1e3), st.floats(0.01, 1e3), st.floats(-1e5, 1e5))
def test_rise_and_decline_add_up_to_one(half, width, value):
    up, down = habitat.rise(value, half, width), habitat.decline(value, half, width)
    assert 0 <= up <= 1
    assert up + down == pytest.approx(1.0)
    assert habitat.decline(half, half, width) == 0.5


def test_half_the_capacity_is_left_at_the_half_distance_to_water():
    access = habitat.water_access(np.array([0.0, 15.0, 1e9]), 15.0)
    np.testing.assert_allclose(access, [1.0, 0.5, 0.0])


def test_places_add_their_influence():
    distance = np.array([[[0.0, 10.0]], [[10.0, 0.0]]])
    found = habitat.place_influence(distance, np.array([100, 400]), 10.0, 0.5)
    np.testing.assert_allclose(found, [[10 + 20 / np.e, 10 / np.e + 20]])


def test_usable_share_of_broken_ground_is_hit():
    random = np.random.default_rng(3)
    relief, calm = random.gamma(2.0, 40.0, (50, 40)), random.uniform(0.5, 1.0, (50, 40))
    where = random.random((50, 40)) < 0.7
    found = habitat.rugged_suitability(relief, calm, where, 0.07)
    assert found[where].mean() == pytest.approx(0.07, rel=1e-6)
    assert (found <= calm).all()


def test_a_gradient_scaled_to_the_evidence_keeps_its_slope():
    where = np.ones((1, 3), dtype=bool)
    latitude = np.array([[42.0, 43.0, 44.0]])
    raw = habitat.exponential_gradient(latitude, np.zeros((1, 3)), 0.35, 0.1)
    found = habitat.scale_to_mean(raw, where, 6.0)
    assert found.mean() == pytest.approx(6.0)
    np.testing.assert_allclose(np.diff(np.log(found)), 0.35)
