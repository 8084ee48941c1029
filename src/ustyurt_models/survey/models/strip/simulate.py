"""Simulated strip counts: the twin of the model, for tests, coverage and examples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.read.strips import Strips

__all__ = ["StripTruth", "simulate_strips"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StripTruth:
    """What a simulated survey is drawn from; the model's parameters.

    Attributes
    ----------
    density_per_km2 : tuple of float
        Groups (animals, when `median_size` is 0) per square kilometre, by stratum.
    area_km2 : tuple of float
        Area, by stratum.
    spread : float
        k in variance = (1 + k^2) mean of what is counted in a strip; 0 is Poisson.
    median_size, size_sd_log : float
        Log-normal group size; a median of 0 counts animals without groups.
    eye_bias, eye_error : float
        Mean estimate by eye over true size, and the spread of its logarithm.
    photographed : float
        Share of groups that are also photographed; 1 means all sizes are exact counts.
    found : float
        Share of the groups in a strip that is counted.
    """

    density_per_km2: tuple[float, ...]
    area_km2: tuple[float, ...]
    spread: float = 0.0
    median_size: float = 0.0
    size_sd_log: float = 1.0
    eye_bias: float = 1.0
    eye_error: float = 0.0
    photographed: float = 1.0
    found: float = 1.0


def _clumped(expected: Floats, spread: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw counts with variance (1 + spread^2) times the mean."""
    if spread == 0:
        return rng.poisson(expected)
    k = np.maximum(expected / spread**2, 1e-12)
    return rng.negative_binomial(k, 1.0 / (1.0 + spread**2))


def _sizes(count: int, truth: StripTruth, rng: np.random.Generator) -> Floats:
    """Sizes of groups in whole animals, at least one."""
    draws = truth.median_size * np.exp(truth.size_sd_log * rng.standard_normal(count))
    return np.maximum(np.rint(draws), 1.0)


def simulate_strips(
    truth: StripTruth, strips_km: tuple[tuple[Floats, Floats], ...], rng: np.random.Generator
) -> tuple[Strips, Floats]:
    """Draw a population in strips and outside, and count the strips.

    Parameters
    ----------
    truth : StripTruth
        Density, sizes, counting.
    strips_km : tuple of (lengths, widths)
        By stratum, two arrays of shape (strip,).
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    tuple
        The survey as if read from a file, and the true number of animals, shape (stratum,).
    """
    strata = [f"stratum_{i + 1}" for i in range(len(strips_km))]
    length, width = (np.concatenate([one[part] for one in strips_km]) for part in (0, 1))
    stratum = np.repeat(np.arange(len(strata)), [one[0].size for one in strips_km])
    km2 = length * width
    density = np.array(truth.density_per_km2)
    present = _clumped(density[stratum] * km2, truth.spread, rng)
    outside = np.array(truth.area_km2) - np.bincount(stratum, km2, len(strata))
    elsewhere = _clumped(density * outside, truth.spread, rng)
    seen = rng.binomial(present, truth.found)
    has_groups = truth.median_size > 0
    animals: Floats = np.bincount(stratum, present, len(strata)) + elsewhere
    group_strip = np.empty(0, np.int64)
    eye = photo = np.empty(0)
    if has_groups:
        group_strip = np.repeat(np.arange(km2.size), seen)
        photo = _sizes(group_strip.size, truth, rng)
        hidden = np.repeat(stratum, present - seen)
        of_seen = np.bincount(stratum[group_strip], photo, len(strata))
        of_missed = np.bincount(hidden, _sizes(hidden.size, truth, rng), len(strata))
        beyond = np.array([_sizes(int(count), truth, rng).sum() for count in elsewhere])
        animals = of_seen + of_missed + beyond
        eye, photo = _records(photo, truth, rng)
    return (
        Strips(
            stratum=tuple(strata),
            area_km2=np.array(truth.area_km2, float),
            strip=tuple(f"{strata[s]}/{i + 1}" for i, s in enumerate(stratum)),
            strip_stratum=stratum.astype(np.int64),
            length_km=length,
            width_km=width,
            count=np.empty(0, np.int64) if has_groups else seen.astype(np.int64),
            group_strip=group_strip.astype(np.int64),
            eye=eye,
            photo=photo,
            has_groups=has_groups,
            header={"status": "simulated"},
        ),
        animals,
    )


def _records(size: Floats, truth: StripTruth, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Write down each group: estimate by eye, and count where photographed."""
    if truth.photographed >= 1:
        return np.full(size.size, np.nan), size
    noise = truth.eye_error * rng.standard_normal(size.size) - truth.eye_error**2 / 2
    eye = np.maximum(np.rint(truth.eye_bias * size * np.exp(noise)), 1.0)
    photo = np.where(rng.random(size.size) < truth.photographed, size, np.nan)
    return eye, photo
