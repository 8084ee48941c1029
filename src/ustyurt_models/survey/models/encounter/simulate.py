"""Simulated cameras: passages drawn by the model itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.models.encounter.data import Encounters

__all__ = ["EncounterTruth", "simulate_encounters"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EncounterTruth:
    """What simulated passages are drawn from; the model's parameters.

    Attributes
    ----------
    density_per_km2 : tuple of float
        Groups per square kilometre, by stratum.
    day_range_km, radius_m, angle_deg : float
        Movement, and the sector of a camera.
    spread : float
        Coefficient of variation of passages between cameras beyond chance.
    mean_size : float
        Mean of one plus Poisson group sizes.
    """

    density_per_km2: tuple[float, ...]
    day_range_km: float = 8.0
    radius_m: float = 10.0
    angle_deg: float = 42.0
    spread: float = 0.0
    mean_size: float = 3.0


def simulate_encounters(
    truth: EncounterTruth, days: tuple[Floats, ...], rng: np.random.Generator
) -> Encounters:
    """Draw passages by the model itself.

    Parameters
    ----------
    truth : EncounterTruth
        Parameters.
    days : tuple of numpy.ndarray
        Camera days by stratum, each shape (site,).
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Encounters
        As if read from a package.
    """
    strata = tuple(f"stratum_{i + 1}" for i in range(len(days)))
    stratum = np.repeat(np.arange(len(days)), [one.size for one in days])
    watched = np.concatenate(days)
    swept_km2 = truth.day_range_km * truth.radius_m / 1000.0
    swept_km2 *= (2.0 + np.deg2rad(truth.angle_deg)) / np.pi
    expected = np.array(truth.density_per_km2)[stratum] * watched * swept_km2
    if truth.spread > 0:
        k = truth.spread**-2
        expected = expected * rng.gamma(k, 1.0 / k, expected.size)
    events = rng.poisson(expected)
    site = np.repeat(np.arange(watched.size), events)
    return Encounters(
        site=tuple(f"cam{i + 1}" for i in range(watched.size)),
        effort=watched,
        events=events.astype(np.int64),
        stratum=stratum.astype(np.int64),
        strata=strata,
        size=1.0 + rng.poisson(truth.mean_size - 1.0, site.size).astype(np.float64),
        size_site=site,
        radius_m=rng.rayleigh(truth.radius_m / np.sqrt(2.0), site.size),
        angle_deg=rng.normal(0.0, truth.angle_deg / np.sqrt(2.0 * np.pi), site.size),
        header={"status": "simulated"},
    )
