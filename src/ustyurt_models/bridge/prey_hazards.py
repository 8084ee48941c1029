"""Hazards of prey by cause and class, from a species file and one parameter set.

Survival rows of the evidence speak of natural mortality in a normal year. Wolves are part of it
and are taken out of the background, so nothing is counted twice; winters, droughts and die-offs
come on top when they happen, poaching and harvest always. Where the species file gives a growth
factor, one factor scales natural hazards so that growth in an average year without catastrophe
agrees with it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from scipy.optimize import brentq

from ustyurt_models.evidence.prey_species import SEASONS, PreySpecies
from ustyurt_models.evidence.values import Quantity, value_of
from ustyurt_models.formulas.demography import LifeTable, scale_to_growth
from ustyurt_models.ibm.prey_state import CLASSES
from ustyurt_models.study.engine import Processes

__all__ = [
    "MEAN_POSITIVE",
    "Hazards",
    "by_class",
    "hazards_of",
    "jut_hazards",
    "scaled",
    "step_of_season",
    "switched",
]

#: Mean of the part of a standard normal anomaly above 0.
MEAN_POSITIVE = 1.0 / math.sqrt(2.0 * math.pi)


@dataclass(frozen=True)
class Hazards:
    """Hazards by class (young female, young male, adult female, adult male), mostly per year."""

    natural: np.ndarray  # float64, shape (sex, age in years), without wolves
    wolf: np.ndarray
    poaching: np.ndarray
    winter: np.ndarray  # per SD above the mean, whole winter
    jut: np.ndarray  # whole winter
    drought: np.ndarray  # per SD above the mean, whole summer
    disease: np.ndarray  # whole die-off


def _hazard(share: float) -> float:
    """Return the hazard under which `share` die."""
    return -math.log(max(1.0 - share, 1e-12))


def by_class(young: float, female: float, male: float | None = None) -> np.ndarray:
    """Return values by class from young, adult female and adult male."""
    return np.array([young, young, female, female if male is None else male])


def _natural(species: PreySpecies, parameters: Mapping[str, float]) -> np.ndarray:
    """Return natural hazards of a normal year, wolves included, shape (sex, age in years)."""
    survival = species.survival
    oldest = round(value_of(survival.maximum_age_yr, parameters))
    if survival.by_age is not None:
        listed = [value_of(entry, parameters) for entry in survival.by_age]
        by_age = [listed[min(age, len(listed) - 1)] for age in range(oldest + 1)]
        return np.broadcast_to([_hazard(1.0 - s) for s in by_age], (2, oldest + 1)).copy()
    assert survival.young is not None
    assert survival.female is not None
    female = value_of(survival.female, parameters)
    male = female * value_of(survival.male_relative, parameters)
    natural = np.empty((2, oldest + 1))
    natural[:, 0] = _hazard(1.0 - value_of(survival.young, parameters))
    natural[:, 1:] = [[_hazard(1.0 - female)], [_hazard(1.0 - male)]]
    return natural


def _drought_anomaly(frequency: float) -> float:
    """Return the mean anomaly of a drought year, the driest `frequency` of years."""
    normal = NormalDist()
    return normal.pdf(normal.inv_cdf(1.0 - frequency)) / frequency


def hazards_of(species: PreySpecies, parameters: Mapping[str, float]) -> Hazards:
    """Return all hazards as the evidence has them; natural ones still hold the wolves.

    Those of juts are 0: they depend on how many are young, see `jut_hazards`.
    """
    threats = species.threats

    def of(quantity: Quantity) -> float:
        return value_of(quantity, parameters)

    wolf = _hazard(of(threats.wolf_take))
    poached = _hazard(of(threats.poaching_take))
    cold = by_class(of(threats.winter_young), 1.0)
    drought = np.zeros(CLASSES)
    if of(threats.drought_loss) > 0.0:
        young = _hazard(of(threats.drought_loss)) / _drought_anomaly(of(threats.drought_frequency))
        drought = young * by_class(1.0, of(threats.drought_adult))
    return Hazards(
        natural=_natural(species, parameters),
        wolf=by_class(wolf * of(threats.wolf_young), wolf),
        poaching=poached * by_class(of(threats.poaching_young), 1.0, of(threats.poaching_male)),
        winter=of(threats.winter_slope) * cold,
        jut=np.zeros(CLASSES),
        drought=drought,
        disease=np.full(CLASSES, _hazard(of(threats.disease_loss))),
    )


def jut_hazards(
    species: PreySpecies, parameters: Mapping[str, float], young_share: float
) -> np.ndarray:
    """Return the hazards of a jut winter under which the share of all animals given dies.

    Parameters
    ----------
    species, parameters
        As in `hazards_of`; ``threats.jut_loss`` is the share of the population that is lost.
    young_share : float
        Share of first-year animals among those alive at the start of winter; they meet
        ``threats.winter_young`` times the hazard of adults.

    Returns
    -------
    numpy.ndarray
        float64, shape (class,).
    """
    loss = value_of(species.threats.jut_loss, parameters)
    relative = value_of(species.threats.winter_young, parameters)

    def excess(adult: float) -> float:
        alive = young_share * math.exp(-relative * adult) + (1.0 - young_share) * math.exp(-adult)
        return alive - (1.0 - loss)

    bound = _hazard(loss) / min(1.0, max(relative, 1e-3))
    adult = float(brentq(excess, 0.0, bound, xtol=1e-12)) if excess(bound) < 0.0 else bound
    return adult * by_class(relative, 1.0)


def scaled(
    species: PreySpecies, parameters: Mapping[str, float], hazards: Hazards, young: np.ndarray
) -> Hazards:
    """Scale natural hazards to the growth that is known, then take the wolves out of them."""
    natural = hazards.natural
    if species.growth is not None:
        yearly = np.zeros((1, *natural.shape))
        ordinary = MEAN_POSITIVE * (hazards.winter + hazards.drought)
        yearly[0, :, 0] = ordinary[:2]
        yearly[0, :, 1:] = ordinary[2:, None]
        male_share = value_of(species.births.male_share, parameters)
        growth = value_of(species.growth.maximum, parameters)
        factor = scale_to_growth(LifeTable(yearly, young, male_share), natural, growth)
        natural = natural * max(factor, value_of(species.growth.least_scale, parameters))
    limit = by_class(natural[0, 0], natural[0, 1:].min(), natural[1, 1:].min())
    wolf = np.minimum(hazards.wolf, limit)
    is_young = np.arange(natural.shape[1]) == 0
    natural = natural - np.where(is_young, wolf[:2, None], wolf[2:, None])
    return replace(hazards, natural=natural, wolf=wolf)


def switched(hazards: Hazards, processes: Processes) -> Hazards:
    """Set the hazards of processes that are off to 0."""
    return Hazards(
        natural=hazards.natural * processes.baseline_mortality,
        wolf=hazards.wolf * processes.wolf,
        poaching=hazards.poaching * processes.poaching,
        winter=hazards.winter * processes.winter,
        jut=hazards.jut * (processes.winter and processes.catastrophes),
        drought=hazards.drought * processes.drought,
        disease=hazards.disease * (processes.disease and processes.catastrophes),
    )


def step_of_season(season: str, steps: int) -> int:
    """Return the step of the year in which a season falls."""
    return SEASONS.index(season) * steps // len(SEASONS)
