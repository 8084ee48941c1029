"""From a species file and one parameter set to the vital rates that the prey kernels use.

Capacity is that of the unpoached population in the mean environment, in which juts and die-offs
enter with their mean hazard.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ustyurt_models.bridge.prey_births import birth_table, litter_table
from ustyurt_models.bridge.prey_hazards import (
    MEAN_POSITIVE,
    Hazards,
    by_class,
    hazards_of,
    jut_hazards,
    scaled,
    step_of_season,
    switched,
)
from ustyurt_models.checks import require
from ustyurt_models.evidence.prey_species import PreySpecies
from ustyurt_models.evidence.values import value_of
from ustyurt_models.formulas.demography import (
    DensityResponse,
    LifeTable,
    calibrate_density,
    growth_factor,
    seasonal_cycle,
    seasonal_structure,
    with_crowding,
)
from ustyurt_models.ibm.prey_state import CLASSES, PreyRates
from ustyurt_models.ibm.prey_word import MOST_AGE
from ustyurt_models.study.engine import Engine, Processes

__all__ = ["PreyDemography", "prey_demography"]

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
        Strength of the density response; 0 where the process is off.
    structure : numpy.ndarray
        float64, shape (season, 2 * age in seasons): cumulative stable structure of the poached
        population at the start of each step of the year; females by age, then males.
    """

    rates: PreyRates
    growth: float
    growth_poached: float
    strength: float
    structure: np.ndarray


def _life_table(
    species: PreySpecies,
    parameters: Mapping[str, float],
    hazards: Hazards,
    steps: int,
    young_per_female: np.ndarray,
) -> LifeTable:
    """Return the life table of the mean environment without poaching; season 0 = births."""
    threats = species.threats
    juts = value_of(threats.jut_frequency, parameters) if hazards.jut.any() else 0.0
    sick = value_of(threats.disease_frequency, parameters)
    by_step = np.repeat(hazards.wolf[None] / steps, steps, axis=0)
    winter = (1.0 - juts) * MEAN_POSITIVE * hazards.winter + juts * hazards.jut
    by_step[step_of_season("winter", steps)] += winter
    by_step[step_of_season("summer", steps)] += MEAN_POSITIVE * hazards.drought
    by_step[step_of_season(threats.disease_season, steps)] += sick * hazards.disease
    hazard = np.repeat(hazards.natural[None] / steps, steps, axis=0)
    hazard[:, :, 0] += by_step[:, :2]
    hazard[:, :, 1:] += by_step[:, 2:, None]
    birth_step = step_of_season(species.births.season, steps)
    male_share = value_of(species.births.male_share, parameters)
    return LifeTable(np.roll(hazard, -birth_step, axis=0), young_per_female, male_share)


def _young_share(life: LifeTable, species: PreySpecies) -> float:
    """Return the share of first-year animals at the start of winter in the growing population."""
    growth = growth_factor(life)
    if growth <= 0.0:
        return 0.0
    steps = life.hazard.shape[0]
    born = step_of_season(species.births.season, steps)
    present = seasonal_structure(life, growth)[(step_of_season("winter", steps) - born) % steps]
    return float(present[:, 0].sum() / present.sum())


def _poached(life: LifeTable, hazards: Hazards) -> LifeTable:
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


def _death_fields(hazards: Hazards, steps: int) -> dict[str, Any]:
    """Return the fields of `PreyRates` that are hazards but for density, per step."""
    background = np.repeat(hazards.natural / steps, steps, axis=1)
    return {
        "background": background,
        "background_survival": np.exp(-background),
        "winter": hazards.winter,
        "jut": hazards.jut,
        "drought": hazards.drought,
        "wolf": hazards.wolf / steps,
        "poaching": hazards.poaching / steps,
        "disease": hazards.disease,
    }


def _birth_fields(
    species: PreySpecies, parameters: Mapping[str, float], processes: Processes, chance: np.ndarray
) -> dict[str, Any]:
    """Return the fields of `PreyRates` about births but for their density; `chance` per step."""
    births = species.births
    steps = chance.size // _years(species, parameters)
    return {
        "birth_chance": chance * float(processes.births),
        "litter": litter_table(births, parameters),
        "full_litter_age": math.ceil(value_of(births.full_age_yr, parameters)) * steps,
        "forage_births": value_of(births.forage, parameters) * processes.drought,
        "winter_births": value_of(births.winter, parameters) * processes.winter,
        "male_share_at_birth": value_of(births.male_share, parameters),
    }


def _density_fields(
    species: PreySpecies,
    parameters: Mapping[str, float],
    life: LifeTable,
    response: DensityResponse,
    ceiling: bool,
) -> tuple[float, dict[str, Any]]:
    """Return the strength solved for, and the fields of `PreyRates` that depend on it."""
    steps = life.hazard.shape[0]
    strength = 0.0
    if max(response.young, response.adult, response.births) > 0.0:
        least = value_of(species.density.least, parameters)
        strength = calibrate_density(life, response, least)
    at_capacity = seasonal_cycle(with_crowding(life, response, strength))
    crowding = strength * by_class(response.young, response.adult) / steps
    return strength, {
        "crowding": np.ones(CLASSES) if ceiling else crowding,
        "crowding_births": strength * response.births,
        "theta": 0.0 if ceiling else value_of(species.density.theta, parameters),
        "crowding_cap": value_of(species.density.cap, parameters),
        "cycle": np.roll(at_capacity, step_of_season(species.births.season, steps)),
    }


def _plain_fields(
    species: PreySpecies, parameters: Mapping[str, float], processes: Processes, steps: int
) -> dict[str, Any]:
    """Return mass, ages and calendar among the fields of `PreyRates`."""
    mass_kg = value_of(species.mass.adult_kg, parameters)
    young_kg = 0.5 * (value_of(species.mass.birth_kg, parameters) + mass_kg)
    last = _years(species, parameters) * steps - 1
    return {
        "mass_kg": by_class(young_kg, mass_kg),
        "adult_age": steps,
        "old_age": last if processes.old_age else _NEVER,
        "birth_season": step_of_season(species.births.season, steps),
        "winter_season": step_of_season("winter", steps),
        "drought_season": step_of_season("summer", steps),
        "disease_season": step_of_season(species.threats.disease_season, steps),
    }


def _years(species: PreySpecies, parameters: Mapping[str, float]) -> int:
    """Return the number of ages in completed years, 0 to the highest."""
    return round(value_of(species.survival.maximum_age_yr, parameters)) + 1


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
    require(
        _years(species, parameters) * steps <= MOST_AGE,
        f"{species.id}.survival.maximum_age_yr",
        f"must stay below {MOST_AGE // steps} years with {steps} steps a year",
        _years(species, parameters) - 1,
    )
    chance, young = birth_table(species.births, parameters, _years(species, parameters))
    usual_loss = value_of(species.births.winter, parameters) * MEAN_POSITIVE
    usual_young = young * math.exp(-usual_loss)
    hazards = hazards_of(species, parameters)
    hazards = switched(scaled(species, parameters, hazards, usual_young), processes)
    young = young * math.exp(-usual_loss * processes.winter) * processes.births
    calm = _life_table(species, parameters, hazards, steps, young)
    if processes.winter and processes.catastrophes:
        share = _young_share(calm, species)
        hazards = replace(hazards, jut=jut_hazards(species, parameters, share))
    life = _life_table(species, parameters, hazards, steps, young)
    response = _response(species, parameters, processes, engine)
    ceiling = engine.capacity_rule == "ceiling" and processes.density_dependence
    strength, density = _density_fields(species, parameters, life, response, ceiling)
    rates = PreyRates(
        **_death_fields(hazards, steps),
        **_birth_fields(species, parameters, processes, np.repeat(chance, steps)),
        **density,
        **_plain_fields(species, parameters, processes, steps),
        **_rut(species, parameters, processes, steps),
    )
    poached = _poached(life, hazards)
    return PreyDemography(
        rates=rates,
        growth=growth_factor(life),
        growth_poached=growth_factor(poached),
        strength=strength,
        structure=_cumulative_structure(poached, rates.birth_season),
    )
