"""From a species file and one parameter set to the vital rates that the prey kernels use.

Survival rows of the evidence speak of natural mortality in a normal year. Wolves are part of it
and are taken out of the background, so nothing is counted twice; winters, droughts and die-offs
come on top when they happen, poaching and harvest always. Where the species file gives a growth
factor, one factor scales natural hazards so that growth in an average year without catastrophe
agrees with it. Capacity is that of the unpoached population in the mean environment, in which
juts and die-offs enter with their mean hazard.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from ustyurt_models.bridge.prey_births import birth_table, litter_table
from ustyurt_models.evidence.prey_species import SEASONS, PreySpecies
from ustyurt_models.evidence.values import Quantity, value_of
from ustyurt_models.formulas.demography import (
    DensityResponse,
    LifeTable,
    calibrate_density,
    growth_factor,
    scale_to_growth,
    seasonal_cycle,
    seasonal_structure,
    with_crowding,
)
from ustyurt_models.ibm.prey_state import CLASSES, PreyRates
from ustyurt_models.study.engine import Engine, Processes

__all__ = ["PreyDemography", "prey_demography", "step_of_season"]

#: Mean of the part of a standard normal anomaly above 0.
_MEAN_POSITIVE = 1.0 / math.sqrt(2.0 * math.pi)
_NEVER = 30_000
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class PreyDemography:
    """Vital rates of one species in one draw, with what follows from them.

    Attributes
    ----------
    rates : PreyRates
        For the kernels.
    growth : float
        Yearly growth factor far below capacity, mean environment, no poaching or harvest.
    growth_poached : float
        The same with poaching at relative pressure 1.
    strength : float
        Strength of the density response; 0 where growth is not above 1 (or the process is off).
    structure : numpy.ndarray
        float64, shape (season, 2 * age in seasons): cumulative stable structure of the poached
        population at the start of each step of the year; females by age, then males.
    """

    rates: PreyRates
    growth: float
    growth_poached: float
    strength: float
    structure: np.ndarray


@dataclass(frozen=True)
class _Hazards:
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


def _by_class(young: float, female: float, male: float | None = None) -> np.ndarray:
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


def _hazards(species: PreySpecies, parameters: Mapping[str, float]) -> _Hazards:
    """Return all hazards as the evidence has them; natural ones still hold the wolves."""
    threats = species.threats

    def of(quantity: Quantity) -> float:
        return value_of(quantity, parameters)

    wolf = _hazard(of(threats.wolf_take))
    poached = _hazard(of(threats.poaching_take))
    cold = _by_class(of(threats.winter_young), 1.0)
    drought = np.zeros(CLASSES)
    if of(threats.drought_loss) > 0.0:
        young = _hazard(of(threats.drought_loss)) / _drought_anomaly(of(threats.drought_frequency))
        drought = young * _by_class(1.0, of(threats.drought_adult))
    return _Hazards(
        natural=_natural(species, parameters),
        wolf=_by_class(wolf * of(threats.wolf_young), wolf),
        poaching=poached * _by_class(of(threats.poaching_young), 1.0, of(threats.poaching_male)),
        winter=of(threats.winter_slope) * cold,
        jut=_hazard(of(threats.jut_loss)) * cold,
        drought=drought,
        disease=np.full(CLASSES, _hazard(of(threats.disease_loss))),
    )


def _scaled(
    species: PreySpecies, parameters: Mapping[str, float], hazards: _Hazards, young: np.ndarray
) -> _Hazards:
    """Scale natural hazards to the growth that is known, then take the wolves out of them."""
    natural = hazards.natural
    if species.growth is not None:
        yearly = np.zeros((1, *natural.shape))
        ordinary = _MEAN_POSITIVE * (hazards.winter + hazards.drought)
        yearly[0, :, 0] = ordinary[:2]
        yearly[0, :, 1:] = ordinary[2:, None]
        male_share = value_of(species.births.male_share, parameters)
        growth = value_of(species.growth.maximum, parameters)
        factor = scale_to_growth(LifeTable(yearly, young, male_share), natural, growth)
        natural = natural * max(factor, value_of(species.growth.least_scale, parameters))
    limit = _by_class(natural[0, 0], natural[0, 1:].min(), natural[1, 1:].min())
    wolf = np.minimum(hazards.wolf, limit)
    is_young = np.arange(natural.shape[1]) == 0
    natural = natural - np.where(is_young, wolf[:2, None], wolf[2:, None])
    return replace(hazards, natural=natural, wolf=wolf)


def _switched(hazards: _Hazards, processes: Processes) -> _Hazards:
    """Set the hazards of processes that are off to 0."""
    return _Hazards(
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


def _life_table(
    species: PreySpecies,
    parameters: Mapping[str, float],
    hazards: _Hazards,
    steps: int,
    young_per_female: np.ndarray,
) -> LifeTable:
    """Return the life table of the mean environment without poaching; season 0 = births."""
    threats = species.threats
    juts = value_of(threats.jut_frequency, parameters) if hazards.jut.any() else 0.0
    sick = value_of(threats.disease_frequency, parameters)
    by_step = np.repeat(hazards.wolf[None] / steps, steps, axis=0)
    winter = (1.0 - juts) * _MEAN_POSITIVE * hazards.winter + juts * hazards.jut
    by_step[step_of_season("winter", steps)] += winter
    by_step[step_of_season("summer", steps)] += _MEAN_POSITIVE * hazards.drought
    by_step[step_of_season(threats.disease_season, steps)] += sick * hazards.disease
    hazard = np.repeat(hazards.natural[None] / steps, steps, axis=0)
    hazard[:, :, 0] += by_step[:, :2]
    hazard[:, :, 1:] += by_step[:, 2:, None]
    birth_step = step_of_season(species.births.season, steps)
    male_share = value_of(species.births.male_share, parameters)
    return LifeTable(np.roll(hazard, -birth_step, axis=0), young_per_female, male_share)


def _poached(life: LifeTable, hazards: _Hazards) -> LifeTable:
    """Return the life table with poaching at relative pressure 1."""
    hazard = life.hazard.copy()
    hazard[:, :, 0] += hazards.poaching[:2] / hazard.shape[0]
    hazard[:, :, 1:] += hazards.poaching[2:, None] / hazard.shape[0]
    return LifeTable(hazard, life.young_per_female, life.male_share)


def _cumulative_structure(life: LifeTable, birth_step: int) -> np.ndarray:
    """Return the cumulative stable structure by step of the year, see `PreyDemography`."""
    growth = growth_factor(life)
    by_year = seasonal_structure(life, growth if growth > 0.0 else 1.0)
    steps, sexes, years = by_year.shape
    fine = np.zeros((steps, sexes, years * steps))
    for season in range(steps):
        fine[(season + birth_step) % steps, :, season::steps] = by_year[season]
    flat = fine.reshape(steps, -1).cumsum(axis=1)
    return flat / flat[:, -1:]


def _response(
    species: PreySpecies, parameters: Mapping[str, float], processes: Processes, engine: Engine
) -> DensityResponse:
    """Return the shares of the density response; none where it is off or a ceiling."""
    density = species.density
    if engine.capacity_rule != "logistic" or not processes.density_dependence:
        return DensityResponse(0.0, 0.0, 0.0)
    shares = (density.young, density.adult, density.births)
    return DensityResponse(*(value_of(share, parameters) for share in shares))


def _rut(
    species: PreySpecies, parameters: Mapping[str, float], processes: Processes, steps: int
) -> dict[str, Any]:
    """Return the fields of `PreyRates` that describe the rut."""
    shortage = species.male_shortage
    birth_step = step_of_season(species.births.season, steps)
    if shortage is None:
        return {
            "rut_season": birth_step,
            "rut_female_age": 0,
            "rut_male_age": 0,
            "shortage_share": 0.0,
            "shortage_steepness": 1.0,
        }
    rut_step = step_of_season(shortage.rut, steps)
    until_birth = steps - (rut_step - birth_step) % steps
    first = math.floor(value_of(species.births.first_age_yr, parameters)) * steps
    if shortage.male_age_yr is not None:
        male_yr = value_of(shortage.male_age_yr, parameters)
    else:
        assert shortage.male_age_days is not None
        male_yr = value_of(shortage.male_age_days, parameters) / _DAYS_PER_YEAR
    share = value_of(shortage.half_share, parameters) if processes.male_shortage else 0.0
    return {
        "rut_season": rut_step,
        "rut_female_age": max(0, first - until_birth),
        "rut_male_age": round(male_yr * steps),
        "shortage_share": share,
        "shortage_steepness": value_of(shortage.steepness, parameters),
    }


def prey_demography(
    species: PreySpecies, parameters: Mapping[str, float], engine: Engine, processes: Processes
) -> PreyDemography:
    """Return the vital rates of one species under one parameter set.

    Parameters
    ----------
    species : PreySpecies
        The species file.
    parameters : mapping of str to float
        Parameter id -> value of one draw.
    engine : Engine
        Steps per year and capacity rule.
    processes : Processes
        Switches; what is off has hazard 0.

    Returns
    -------
    PreyDemography
        Rates and what follows from them.
    """
    steps = engine.seasons_per_year
    hazards = _hazards(species, parameters)
    years = hazards.natural.shape[1]
    chance, young = birth_table(species.births, parameters, years)
    winter_births = value_of(species.births.winter, parameters)
    usual_young = young * math.exp(-winter_births * _MEAN_POSITIVE)
    hazards = _switched(_scaled(species, parameters, hazards, usual_young), processes)
    winter_births *= processes.winter
    young = young * math.exp(-winter_births * _MEAN_POSITIVE) * processes.births
    life = _life_table(species, parameters, hazards, steps, young)
    response = _response(species, parameters, processes, engine)
    strength = 0.0
    if max(response.young, response.adult, response.births) > 0.0:
        strength = calibrate_density(life, response)
    birth_step = step_of_season(species.births.season, steps)
    ceiling = engine.capacity_rule == "ceiling" and processes.density_dependence
    mass_kg = value_of(species.mass.adult_kg, parameters)
    young_kg = 0.5 * (value_of(species.mass.birth_kg, parameters) + mass_kg)
    crowding = strength * _by_class(response.young, response.adult) / steps
    background = np.repeat(hazards.natural / steps, steps, axis=1)
    rates = PreyRates(
        background=background,
        background_survival=np.exp(-background),
        crowding=np.ones(CLASSES) if ceiling else crowding,
        winter=hazards.winter,
        jut=hazards.jut,
        drought=hazards.drought,
        wolf=hazards.wolf / steps,
        poaching=hazards.poaching / steps,
        disease=hazards.disease,
        birth_chance=np.repeat(chance, steps) * float(processes.births),
        litter=litter_table(species.births, parameters),
        cycle=np.roll(seasonal_cycle(with_crowding(life, response, strength)), birth_step),
        mass_kg=_by_class(young_kg, mass_kg),
        adult_age=steps,
        old_age=years * steps - 1 if processes.old_age else _NEVER,
        full_litter_age=math.ceil(value_of(species.births.full_age_yr, parameters)) * steps,
        birth_season=birth_step,
        winter_season=step_of_season("winter", steps),
        drought_season=step_of_season("summer", steps),
        disease_season=step_of_season(species.threats.disease_season, steps),
        theta=0.0 if ceiling else value_of(species.density.theta, parameters),
        crowding_cap=value_of(species.density.cap, parameters),
        crowding_births=strength * response.births,
        forage_births=value_of(species.births.forage, parameters) * processes.drought,
        winter_births=winter_births,
        male_share_at_birth=life.male_share,
        **_rut(species, parameters, processes, steps),
    )
    poached = _poached(life, hazards)
    return PreyDemography(
        rates=rates,
        growth=growth_factor(life),
        growth_poached=growth_factor(poached),
        strength=strength,
        structure=_cumulative_structure(poached, birth_step),
    )
