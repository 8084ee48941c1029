"""Life tables: growth, stable structure, and the strength of density dependence by solving.

A life table is stated on the hazard scale, by season of the year, sex and completed years of age,
so that causes add up and any length of step can be derived from it. Breeding happens at the start
of the birth season; an animal of age a has passed a birth seasons since its own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq

__all__ = [
    "DensityResponse",
    "LifeTable",
    "calibrate_density",
    "growth_factor",
    "leslie_matrix",
    "net_reproduction",
    "reproductive_values",
    "scale_to_growth",
    "seasonal_cycle",
    "seasonal_structure",
    "survivorship",
    "with_crowding",
]

_FEMALE = 0


@dataclass(frozen=True)
class LifeTable:
    """What happens to an animal, on average, by age.

    Attributes
    ----------
    hazard : numpy.ndarray
        float64, shape (season, sex, age): hazard of a season of the year, sex 0 female, 1 male,
        age in completed years 0..A. Season 0 is the first after the birth pulse. The highest age
        is reached and bred at, and not survived.
    young_per_female : numpy.ndarray
        float64, shape (age,): mean litter times birth chance, by age of the mother; age 0 is 0.
    male_share : float
        Proportion of newborns that are male.
    """

    hazard: np.ndarray
    young_per_female: np.ndarray
    male_share: float


@dataclass(frozen=True)
class DensityResponse:
    """How crowding is shared between vital rates.

    Attributes
    ----------
    young : float
        Response of the yearly hazard of first-year animals.
    adult : float
        Response of the yearly hazard of older animals.
    births : float
        Response of log fecundity.
    """

    young: float
    adult: float
    births: float


def survivorship(life: LifeTable) -> np.ndarray:
    """Return the chance to reach each age, float64, shape (sex, age); 1 at age 0."""
    yearly = life.hazard.sum(axis=0)
    before = np.cumsum(yearly, axis=1) - yearly
    return np.exp(-before)


def _daughters(life: LifeTable) -> np.ndarray:
    """Daughters a newborn female leaves at each age: survivorship times maternity."""
    return survivorship(life)[_FEMALE] * life.young_per_female * (1.0 - life.male_share)


def net_reproduction(life: LifeTable) -> float:
    """Return R0, daughters per newborn female over her life; above 1 exactly when growth is."""
    return float(_daughters(life).sum())


def growth_factor(life: LifeTable) -> float:
    """Return the yearly growth factor lambda, the root of the Euler-Lotka equation.

    ``sum over ages a of lambda^-a l(a) m(a) = 1`` (Caswell 2001, *Matrix Population Models*,
    ch. 5); 0 when nobody breeds.
    """
    daughters = _daughters(life)
    ages = np.flatnonzero(daughters)
    if ages.size == 0:
        return 0.0
    weights = daughters[ages]

    def excess(log_growth: float) -> float:
        return float((weights * np.exp(-ages * log_growth)).sum()) - 1.0

    # At the first age alone, or the last, the root would be log(R0) / age.
    bounds = math.log(weights.sum()) / np.array([ages[0], ages[-1]])
    low, high = float(bounds.min()) - 1e-6, float(bounds.max()) + 1e-6
    return math.exp(brentq(excess, low, high, xtol=1e-13))


def leslie_matrix(life: LifeTable) -> np.ndarray:
    """Return the female projection matrix counted just before breeding, ages 1..A.

    Breeding, then deaths, then ageing: newborns of a year count only if they live to its end.
    """
    survive = np.exp(-life.hazard.sum(axis=0)[_FEMALE])
    oldest = survive.size - 1
    matrix = np.zeros((oldest, oldest))
    matrix[0] = life.young_per_female[1:] * (1.0 - life.male_share) * survive[0]
    matrix[np.arange(1, oldest), np.arange(oldest - 1)] = survive[1:oldest]
    return matrix


def reproductive_values(life: LifeTable) -> np.ndarray:
    """Return the reproductive value of females aged 1..A just before breeding; 1 at age 1."""
    values, vectors = np.linalg.eig(leslie_matrix(life).T)
    vector = np.abs(vectors[:, np.argmax(values.real)].real)
    return vector / vector[0]


def with_crowding(life: LifeTable, response: DensityResponse, strength: float) -> LifeTable:
    """Return the life table at crowding `strength` (strength times the shares of `response`)."""
    seasons = life.hazard.shape[0]
    hazard = life.hazard + strength * response.adult / seasons
    hazard[:, :, 0] = life.hazard[:, :, 0] + strength * response.young / seasons
    fecundity = life.young_per_female * math.exp(-strength * response.births)
    return replace(life, hazard=hazard, young_per_female=fecundity)


def calibrate_density(life: LifeTable, response: DensityResponse, least_fall: float = 0.0) -> float:
    """Solve for the strength c at which the population neither grows nor shrinks.

    With crowding (N / K)^theta, extra yearly hazards ``c * share * crowding`` and fecundity
    ``exp(-c * births * crowding)``, growth is then maximal far below K and exactly 1 at N = K.
    Growth is 1 exactly when R0 is 1, which is what is solved.

    Parameters
    ----------
    life : LifeTable
        Life table far below capacity in the mean environment.
    response : DensityResponse
        Shares; at least one above 0.
    least_fall : float
        Crowding lowers the growth factor at N = K by at least this share. It matters where the
        mean environment alone allows next to no growth: such a population would otherwise have
        no limit in a run of years better than the mean.

    Returns
    -------
    float
        c; 0 when the population cannot grow even without crowding and `least_fall` is 0.
    """

    def replacement(strength: float) -> float:
        return math.log(max(net_reproduction(with_crowding(life, response, strength)), 1e-300))

    free = growth_factor(life)

    def fall(strength: float) -> float:
        return growth_factor(with_crowding(life, response, strength)) - free * (1.0 - least_fall)

    floor = _root(fall) if least_fall > 0.0 and free > 0.0 else 0.0
    return max(floor, _root(replacement) if net_reproduction(life) > 1.0 else 0.0)


def _root(falling: Callable[[float], float]) -> float:
    """Return where a function that falls from a positive value at 0 crosses 0."""
    high = 1.0
    while falling(high) > 0.0:
        high *= 2.0
    return float(brentq(falling, 0.0, high, xtol=1e-12))


def scale_to_growth(life: LifeTable, natural: np.ndarray, growth: float) -> float:
    """Solve for the factor on `natural` hazards at which the population grows by `growth`.

    Growth factors are known better than survival by age. The life table says how hazards differ
    between ages, growth says how high they are.

    Parameters
    ----------
    life : LifeTable
        Life table without the hazards that are scaled.
    natural : numpy.ndarray
        float64, shape (sex, age), yearly hazards to be scaled.
    growth : float
        Yearly growth factor wanted.

    Returns
    -------
    float
        Factor, >= 0; 0 when births could not carry that growth even without these hazards.
    """
    seasons = life.hazard.shape[0]

    def log_replacement(factor: float) -> float:
        # Growth is lambda exactly when R0 with all hazards raised by log(lambda) is 1.
        hazard = life.hazard + (factor * natural + math.log(growth)) / seasons
        return math.log(max(net_reproduction(replace(life, hazard=hazard)), 1e-300))

    if log_replacement(0.0) <= 0.0:
        return 0.0
    high = 1.0
    while log_replacement(high) > 0.0:
        high *= 2.0
    return float(brentq(log_replacement, 0.0, high, xtol=1e-12))


def seasonal_structure(life: LifeTable, growth: float) -> np.ndarray:
    """Return the stable structure at the start of every season, before births.

    Parameters
    ----------
    life : LifeTable
        The life table.
    growth : float
        Yearly growth factor of the stable population.

    Returns
    -------
    numpy.ndarray
        float64, shape (season, sex, age): animals per animal present at the start of season 0;
        ages are completed years, 0 at the start of season 0 does not occur.
    """
    ages = np.arange(life.hazard.shape[2])
    reach = survivorship(life) * growth**-ages
    reach *= np.array([1.0 - life.male_share, life.male_share])[:, None]
    structure = np.empty_like(life.hazard)
    present = reach / reach[:, 1:].sum()
    for season in range(life.hazard.shape[0]):
        structure[season] = present
        present = present * np.exp(-life.hazard[season])
    structure[0, :, 0] = 0.0
    return structure


def seasonal_cycle(life: LifeTable) -> np.ndarray:
    """Return animals at the start of each season, shape (season,), 1 before births, at growth 1.

    At capacity the number follows this cycle through the year; crowding is measured against it.
    """
    return seasonal_structure(life, 1.0).sum(axis=(1, 2))
