"""Activity level from the hours of passages: kernel, known densities, resampled cameras."""

import numpy as np
import pytest
from scipy.stats import vonmises

from ustyurt_models.formulas.activity import (
    activity_level,
    circular_density,
    kernel_concentration,
    resampled_activity,
)
from ustyurt_models.seeds import generator


def hours(kappa, count, rng):
    """Two peaks of equal weight, twelve hours apart."""
    angle = vonmises.rvs(kappa, size=count, random_state=rng) + np.pi * rng.integers(0, 2, count)
    return np.mod(angle, 2 * np.pi) * 24 / (2 * np.pi)


def true_level(kappa):
    angle = np.linspace(0, 2 * np.pi, 4000)
    density = 0.5 * (vonmises.pdf(angle, kappa) + vonmises.pdf(angle - np.pi, kappa))
    return 1 / (2 * np.pi * density.max())


def test_density_of_binned_hours_is_the_sum_of_von_mises_kernels():
    bins, kappa = 512, 12.0
    counts = np.zeros(bins)
    counts[[10, 200]] = [1.0, 3.0]
    angle = 2 * np.pi * np.arange(bins) / bins
    wanted = sum(
        share * vonmises.pdf(angle - angle[at], kappa) for at, share in ((10, 0.25), (200, 0.75))
    )
    found = circular_density(counts, kappa)
    assert found == pytest.approx(wanted, abs=1e-9)
    assert found.mean() * 2 * np.pi == pytest.approx(1.0)


def test_kernels_follow_the_rule_of_taylor():
    rng = generator(1, "taylor")
    data = np.mod(vonmises.rvs(40.0, size=4000, random_state=rng), 2 * np.pi) * 24 / (2 * np.pi)
    # I2(2k) / I0(k)^2 tends to sqrt(pi k), so the kernel has (3 n / 4)^(2/5) kappa.
    assert kernel_concentration(data) == pytest.approx((0.75 * 4000) ** 0.4 * 40.0, rel=0.1)


@pytest.mark.parametrize("kappa", [0.5, 2.0, 8.0])
def test_level_of_two_peaks_is_found(kappa):
    rng = generator(2, "peaks", int(10 * kappa))
    found = np.mean([activity_level(hours(kappa, 400, rng)) for _ in range(10)])
    assert found == pytest.approx(true_level(kappa), rel=0.12)


def test_animals_active_all_day_have_a_level_near_one():
    rng = generator(3, "flat")
    assert 0.75 < activity_level(rng.uniform(0, 24, 1000)) <= 1.0


def test_resampled_cameras_are_wider_when_cameras_have_hours_of_their_own():
    rng = generator(4, "cameras")
    camera = np.repeat(np.arange(12), 20)
    alike = hours(2.0, 240, rng)
    own = np.repeat(rng.uniform(0, 24, 12), 20) + rng.normal(0, 0.5, 240)
    for data in (alike, own):
        drawn = resampled_activity(data, camera, 200, rng)
        assert np.median(drawn) == pytest.approx(activity_level(data), rel=0.02)
    widths = [np.log(resampled_activity(data, camera, 200, rng)).std() for data in (alike, own)]
    assert widths[1] > 1.3 * widths[0]
