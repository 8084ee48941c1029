"""Vital rates of cheetahs: from survival to hazards, litters, pulses and mate finding."""

import math

import numpy as np
from scipy.optimize import brentq

__all__ = [
    "cub_hazard_weights",
    "excess_hazard",
    "fading_shares",
    "hazard_of",
    "litter_cumulative",
    "mate_chance",
    "seasons_of",
    "truncated_poisson",
]


def seasons_of(months: float, seasons_per_year: int) -> int:
    """Return the number of steps closest to `months`, at least one."""
    return max(1, round(months * seasons_per_year / 12.0))


#: Survival below this is certain death; hazards stay finite.
_LEAST_SURVIVAL = 1e-12


def hazard_of(survival: float) -> float:
    """Hazard under which the share `survival`, 0..1, lives through the time it speaks of."""
    return -math.log(max(survival, _LEAST_SURVIVAL))


def excess_hazard(survival: float, baseline: float) -> float:
    """Yearly hazard that lowers survival from `baseline` to `survival`; 0 if it is not lower.

    Hazards of competing causes add up, so ``-ln survival = -ln baseline + excess``.
    """
    return max(0.0, hazard_of(survival) - hazard_of(baseline))


def truncated_poisson(rate: float, most: int) -> np.ndarray:
    """Chances of 1 .. `most` under a Poisson law of `rate` cut to that range, shape (most,)."""
    log_weight = np.arange(1, most + 1) * math.log(rate)
    log_weight -= np.cumsum(np.log(np.arange(1, most + 1)))
    weight = np.exp(log_weight - log_weight.max())
    return weight / weight.sum()


def litter_cumulative(mean: float, most: int) -> np.ndarray:
    """Cumulative chances of litters of 1 .. `most` cubs with a given mean.

    Parameters
    ----------
    mean : float
        Mean litter, strictly between 1 and `most`.
    most : int
        Largest litter.

    Returns
    -------
    numpy.ndarray
        Cumulative chances, shape (most,), of a Poisson law cut to 1 .. `most` whose rate is
        solved so that the mean is met; the last is exactly 1.
    """
    sizes = np.arange(1, most + 1)

    def gap(log_rate: float) -> float:
        return float(truncated_poisson(math.exp(log_rate), most) @ sizes) - mean

    log_rate = brentq(gap, -25.0, 25.0, xtol=1e-12)
    cumulative = np.cumsum(truncated_poisson(math.exp(log_rate), most))
    cumulative[-1] = 1.0
    return cumulative


def cub_hazard_weights(den_share: float, seasons_per_year: int) -> np.ndarray:
    """Shares of the first-year hazard of cubs by step; the first three months weigh most.

    Parameters
    ----------
    den_share : float
        Share of the first three months (``che_den_share``).
    seasons_per_year : int
        Steps per year; the rest of the hazard is spread evenly over the year.

    Returns
    -------
    numpy.ndarray
        Shape (seasons_per_year,), summing to 1.
    """
    edges = np.linspace(0.0, 1.0, seasons_per_year + 1)
    early = np.minimum(edges, 0.25) / 0.25
    late = np.maximum(edges - 0.25, 0.0) / 0.75
    return np.diff(den_share * early + (1.0 - den_share) * late)


def fading_shares(fade: float, seasons_per_year: int) -> np.ndarray:
    """Shares by step of a hazard that fades after a release and is spent within a year.

    Parameters
    ----------
    fade : float
        Hazard left after each three months (``rel_pulse_fade``), 0 < fade < 1.
    seasons_per_year : int
        Steps per year.

    Returns
    -------
    numpy.ndarray
        Shape (seasons_per_year,), summing to 1.
    """
    quarters = 4.0 * np.arange(seasons_per_year) / seasons_per_year
    weight = fade**quarters
    return weight / weight.sum()


def mate_chance(males: int, radius_km: float, area_km2: float) -> float:
    """Chance that a female finds a mate among males placed at random, away from edges.

    Returns
    -------
    float
        ``1 - (1 - pi r^2 / A)^M``: the Allee effect of rarity.
    """
    return 1.0 - (1.0 - math.pi * radius_km**2 / area_km2) ** males
