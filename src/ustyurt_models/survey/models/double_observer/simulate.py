"""Simulated surveys with two observers, with a known truth.

Under full independence each observer sees an object at distance x with a logistic probability of
his own. Under point independence an object at distance x is noticeable with probability g(x),
half-normal, and each observer sees a noticeable object with a probability of his own: the same g
for both makes their detections dependent everywhere but on the line.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.survey.read.distance import Transects

__all__ = ["DoubleObserverTruth", "simulate_double_observer"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DoubleObserverTruth:
    """What a simulated survey is drawn from.

    Attributes
    ----------
    group_density_per_km2 : tuple of float
        Groups, by stratum.
    area_km2 : tuple of float
        Areas of the strata.
    truncation_m : float
        Half-width of the strip.
    logit_on_line : tuple of float
        Logit of detection on the line of a dull object by observers 1 and 2.
    slope_per_m : float
        Change of the logit with distance; zero where `sigma_m` is given.
    sigma_m : float or None
        Scale of the common half-normal g of point independence; ``None`` for full independence.
    bright_share : float
        Share of groups that are easier to see: covariate ``bright`` 0 or 1.
    bright_logit : float
        What that adds to the logit of either observer.
    mean_size : tuple of float
        Mean size of dull and of bright groups [animals], >= 1; one plus Poisson.
    """

    group_density_per_km2: tuple[float, ...]
    area_km2: tuple[float, ...]
    truncation_m: float
    logit_on_line: tuple[float, float]
    slope_per_m: float = 0.0
    sigma_m: float | None = None
    bright_share: float = 0.0
    bright_logit: float = 0.0
    mean_size: tuple[float, float] = (1.0, 1.0)

    @property
    def group_abundance(self) -> float:
        """Expected groups in all strata."""
        return float(np.dot(self.group_density_per_km2, self.area_km2))

    @property
    def abundance(self) -> float:
        """Expected animals in all strata."""
        share = np.array([1 - self.bright_share, self.bright_share])
        return self.group_abundance * float(share @ self.mean_size)

    def detection(self, distance_m: Floats, bright: NDArray) -> Floats:
        """Probability that observers 1 and 2 see noticeable objects, shape (object, observer)."""
        common = self.slope_per_m * distance_m + self.bright_logit * bright
        return expit(np.asarray(self.logit_on_line) + common[:, None])


def simulate_double_observer(
    truth: DoubleObserverTruth, effort_km: tuple[Floats, ...], rng: np.random.Generator
) -> Transects:
    """Walk the lines with two observers.

    Parameters
    ----------
    truth : DoubleObserverTruth
        Density and detection.
    effort_km : tuple of numpy.ndarray
        Lengths of the lines of each stratum, each shape (transect,).
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Transects
        As if read from a file, with ``seen`` and the covariate ``bright``.
    """
    stratum = np.repeat(np.arange(len(effort_km)), [lengths.size for lengths in effort_km])
    effort = np.concatenate(effort_km)
    strip_km2 = 2.0 * truth.truncation_m / 1000.0 * effort
    present = rng.poisson(np.asarray(truth.group_density_per_km2)[stratum] * strip_km2)
    transect = np.repeat(np.arange(effort.size), present)
    distance = rng.uniform(0.0, truth.truncation_m, transect.size)
    bright = rng.random(transect.size) < truth.bright_share
    size = 1 + rng.poisson(np.asarray(truth.mean_size)[bright.astype(int)] - 1.0)
    seen = rng.random((transect.size, 2)) < truth.detection(distance, bright)
    if truth.sigma_m is not None:
        noticed = rng.random(transect.size) < np.exp(-0.5 * (distance / truth.sigma_m) ** 2)
        seen &= noticed[:, None]
    kept = seen.any(axis=1)
    names = tuple(f"stratum_{i + 1}" for i in range(len(effort_km)))
    return Transects(
        stratum=names,
        area_km2=np.asarray(truth.area_km2, float),
        transect=tuple(f"{names[s]}/{i + 1}" for i, s in enumerate(stratum)),
        transect_stratum=stratum.astype(np.int64),
        effort=effort,
        detection_transect=transect[kept].astype(np.int64),
        distance_m=distance[kept],
        size=size[kept].astype(np.int64),
        has_size=max(truth.mean_size) > 1,
        header={"status": "simulated"},
        covariates={"bright": bright[kept].astype(float)},
        seen=seen[kept],
    )
