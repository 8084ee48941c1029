"""Simulated line-transect surveys: the twin of the model, for tests, coverage and examples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from ustyurt_models.formulas.detection import (
    esw_half_normal,
    esw_hazard_rate,
    half_normal,
    hazard_rate,
    size_given_truncation,
)
from ustyurt_models.survey.read.distance import Transects

__all__ = [
    "LineTransectTruth",
    "scale_for_esw",
    "simulate_line_transect",
    "untruncated_mean_for",
]


@dataclass(frozen=True)
class LineTransectTruth:
    """What a simulated survey is drawn from; the model's parameters.

    Attributes
    ----------
    group_density_per_km2 : tuple of float
        Groups per square kilometre, by stratum.
    area_km2 : tuple of float
        Area, by stratum.
    sigma_m : float
        Scale of the detection function.
    shape : float or None
        Hazard-rate shape; ``None`` for the half-normal.
    truncation_m : float
        Distance beyond which nothing is recorded.
    encounter_spread : float
        k in variance = (1 + k^2) mean of the groups on a transect; 0 is Poisson.
    mean_size_untruncated : float
        Mean group size before truncation at one; 0 for single animals.
    size_cv : float
        Coefficient of variation of group size beyond Poisson.
    detection_on_line : float
        Probability of detection on the line.
    """

    group_density_per_km2: tuple[float, ...]
    area_km2: tuple[float, ...]
    sigma_m: float
    shape: float | None
    truncation_m: float
    encounter_spread: float = 0.0
    mean_size_untruncated: float = 0.0
    size_cv: float = 0.5
    detection_on_line: float = 1.0

    @property
    def esw_m(self) -> float:
        """Effective strip half-width [m]."""
        if self.shape is None:
            return float(esw_half_normal(self.sigma_m, self.truncation_m))
        return float(esw_hazard_rate(self.sigma_m, self.shape, self.truncation_m))

    @property
    def mean_size(self) -> float:
        """Mean group size [animals]."""
        if self.mean_size_untruncated == 0:
            return 1.0
        return float(size_given_truncation(self.mean_size_untruncated, self.size_cv**2))

    @property
    def abundance(self) -> NDArray[np.float64]:
        """Expected animals, shape (stratum,)."""
        return np.multiply(self.group_density_per_km2, self.area_km2) * self.mean_size


def scale_for_esw(esw_m: float, shape: float | None, truncation_m: float) -> float:
    """Find the scale that gives an effective strip half-width.

    Parameters
    ----------
    esw_m : float
        Effective strip half-width wanted [m], below `truncation_m`.
    shape : float or None
        Hazard-rate shape; ``None`` for the half-normal.
    truncation_m : float
        Truncation distance [m].

    Returns
    -------
    float
        Scale [m].
    """

    def miss(sigma_m: float) -> float:
        if shape is None:
            return float(esw_half_normal(sigma_m, truncation_m)) - esw_m
        return float(esw_hazard_rate(sigma_m, shape, truncation_m)) - esw_m

    return float(brentq(miss, 1e-3 * truncation_m, 1e3 * truncation_m))


def untruncated_mean_for(mean_size: float, size_cv: float) -> float:
    """Find the mean before truncation at one that gives a mean group size.

    Parameters
    ----------
    mean_size : float
        Mean size of groups [animals], > 1.
    size_cv : float
        Coefficient of variation beyond Poisson.

    Returns
    -------
    float
        Mean before truncation.
    """
    return float(
        brentq(lambda m: float(size_given_truncation(m, size_cv**2)) - mean_size, 1e-6, mean_size)
    )


def _distances(
    truth: LineTransectTruth, count: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw distances of detected groups by rejection, shape (count,)."""
    kept = np.empty(0)
    while kept.size < count:
        trial = rng.uniform(0.0, truth.truncation_m, 4 * (count - kept.size) + 8)
        if truth.shape is None:
            g = half_normal(trial, truth.sigma_m)
        else:
            g = hazard_rate(trial, truth.sigma_m, truth.shape)
        kept = np.concatenate([kept, trial[rng.random(trial.size) < g]])
    return kept[:count]


def _sizes(truth: LineTransectTruth, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw sizes of groups, zeros left out, shape (count,)."""
    if truth.mean_size_untruncated == 0:
        return np.ones(count, np.int64)
    k = truth.size_cv**-2
    kept = np.empty(0, np.int64)
    while kept.size < count:
        trial = rng.negative_binomial(k, k / (k + truth.mean_size_untruncated), 2 * count + 8)
        kept = np.concatenate([kept, trial[trial > 0]])
    return kept[:count]


def simulate_line_transect(
    truth: LineTransectTruth,
    effort_km: tuple[NDArray[np.float64], ...],
    rng: np.random.Generator,
    strata: tuple[str, ...] = (),
) -> Transects:
    """Walk the transects through a simulated population.

    Parameters
    ----------
    truth : LineTransectTruth
        Density, detection, group size.
    effort_km : tuple of numpy.ndarray
        Lengths of the transects of each stratum, each shape (transect,).
    rng : numpy.random.Generator
        Chance.
    strata : tuple of str, optional
        Names of the strata.

    Returns
    -------
    Transects
        As if read from a file.
    """
    names = strata or tuple(f"stratum_{i + 1}" for i in range(len(effort_km)))
    stratum = np.repeat(np.arange(len(effort_km)), [lengths.size for lengths in effort_km])
    effort = np.concatenate(effort_km)
    searched_km = 2.0 * truth.esw_m / 1000.0 * truth.detection_on_line
    expected = np.asarray(truth.group_density_per_km2)[stratum] * searched_km * effort
    if truth.encounter_spread > 0:
        k = expected / truth.encounter_spread**2
        groups = rng.negative_binomial(k, k / (k + expected))
    else:
        groups = rng.poisson(expected)
    total = int(groups.sum())
    return Transects(
        stratum=names,
        area_km2=np.asarray(truth.area_km2, float),
        transect=tuple(f"{names[s]}/{i + 1}" for i, s in enumerate(stratum)),
        transect_stratum=stratum.astype(np.int64),
        effort=effort,
        detection_transect=np.repeat(np.arange(effort.size), groups).astype(np.int64),
        distance_m=_distances(truth, total, rng),
        size=_sizes(truth, total, rng),
        has_size=truth.mean_size_untruncated > 0,
        header={"status": "simulated"},
    )
