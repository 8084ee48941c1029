"""From the species file and one parameter set to the rates that the cheetah kernels take."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES
from ustyurt_models.evidence import value_of
from ustyurt_models.evidence.cheetah_species import CheetahSpecies
from ustyurt_models.formulas.cheetah_demography import (
    cub_hazard_weights,
    excess_hazard,
    fading_shares,
    hazard_of,
    litter_cumulative,
    seasons_of,
)
from ustyurt_models.formulas.predation import prey_preference
from ustyurt_models.ibm.cheetah_state import CEILING_EMERGENT, DISPERSER, RESIDENT, CheetahRates

__all__ = ["cheetah_rates"]

_CAUSE = {name: position for position, name in enumerate(CHEETAH_DEATH_CAUSES)}
_FEMALE, _MALE = 0, 1
_DAYS_PER_YEAR = 365.0
_DAYS_PER_MONTH = _DAYS_PER_YEAR / 12.0
#: Ages the hazard tables reach beyond the start of old age [y]; the last age repeats.
_OLD_YEARS = 2


class _Values:
    """Values of a species file in one parameter set, with the step length."""

    def __init__(
        self,
        species: CheetahSpecies,
        parameters: Mapping[str, float],
        seasons_per_year: int,
        switches: Mapping[str, bool],
    ):
        self._species = species
        self._parameters = parameters
        self._switches = switches
        self.paternity = species.births.paternity
        self.seasons_per_year = seasons_per_year

    def __call__(self, table: str, key: str) -> float:
        """Return the value of ``[table] key``."""
        return value_of(getattr(getattr(self._species, table), key), self._parameters)

    def on(self, process: str) -> bool:
        """Return whether `process` is switched on; it is unless the study says otherwise."""
        return self._switches.get(process, True)

    def seasons(self, months: float) -> int:
        """Return `months` in steps."""
        return seasons_of(months, self.seasons_per_year)

    def per_step(self, quarterly_hazard: float) -> float:
        """Return a hazard per step from one per three months."""
        return quarterly_hazard * 4.0 / self.seasons_per_year


def cheetah_rates(
    species: CheetahSpecies,
    parameters: Mapping[str, float],
    prey_mass_kg: Sequence[tuple[float, float]],
    cell_km: float,
    seasons_per_year: int = 4,
    switches: Mapping[str, bool] | None = None,
) -> CheetahRates:
    """Translate yearly evidence into rates per step.

    Parameters
    ----------
    species : CheetahSpecies
        Which evidence is used for what.
    parameters : mapping of str to float
        One parameter set.
    prey_mass_kg : sequence of (young, adult)
        Live mass of the young and of the adults of each prey species, in the order of the
        study [kg]; gives the prey types ``2 * species + (0 young | 1 adult)``.
    cell_km : float
        Size of a cell [km].
    seasons_per_year : int
        Steps per year.
    switches : mapping of str to bool, optional
        Processes of the study that are off (``study.Processes``); what is not named is on.

    Returns
    -------
    CheetahRates
        Without any ceiling; replace ``ceiling_rule`` and ``ceiling`` for theory tests.
    """
    v = _Values(species, parameters, seasons_per_year, switches or {})
    return CheetahRates(
        seasons_per_year=seasons_per_year,
        **_food(v, prey_mass_kg),
        **_deaths(v),
        **_births(v),
        **_space(v, cell_km),
        ceiling_rule=CEILING_EMERGENT,
        ceiling_per_sex=0,
        ceiling=np.zeros(2, np.int64),
    )


def _food(v: _Values, prey_mass_kg: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Return the part of the rates about hunting and condition."""
    days = _DAYS_PER_YEAR / v.seasons_per_year
    searched_km2 = v("food", "search_km_per_day") * v("food", "strip_km") * days
    searched_km2 *= v("food", "success")
    # A hunt is at a group and brings one animal of it, whatever the number that was met.
    per_animal_km2 = searched_km2 / v("food", "prey_group")

    def preference(mass_kg: float) -> float:
        if not v.on("prey_switching"):
            return 1.0
        low, high = v("food", "preferred_low_kg"), v("food", "preferred_high_kg")
        spread, smallest = v("food", "preference_spread"), v("food", "preference_small")
        return prey_preference(mass_kg, min(low, high), high, spread, smallest)

    mass = np.array(prey_mass_kg, dtype=float).reshape(-1)
    liked = np.array([preference(kg) for kg in mass])
    vulnerable = np.tile([v("food", "young_vulnerability"), 1.0], len(prey_mass_kg))
    stock = v("food", "stock_attack") if v.on("livestock_predation") else 0.0
    return {
        "need_kg": v("food", "need_kg_per_yr") / v.seasons_per_year,
        "cub_need": v("food", "cub_need"),
        "surplus": v("food", "surplus"),
        "interference_km2": v("food", "interference_km2") if v.on("interference") else 0.0,
        "attack_km2": per_animal_km2 * liked * vulnerable,
        "mass_kg": mass,
        "food_kg": mass * liked,
        "small_attack_km2": searched_km2 * preference(v("food", "small_prey_kg")),
        "livestock_attack_km2": per_animal_km2 * stock,
        "livestock_kg": v("food", "stock_kg"),
        "range_biomass_kg": (10_000.0 * v("space", "adult_kg") / v("space", "predator_kg_per_10t")),
        "condition_memory": v("food", "condition_memory") ** (4.0 / v.seasons_per_year),
    }


def _deaths(v: _Values) -> dict[str, Any]:
    """Return the part of the rates about deaths."""
    steps = v.seasons_per_year
    quarters = 4.0 * np.arange(steps + 1) / steps
    winter = np.diff(np.clip(quarters, 3.0, 4.0))
    guard_matters = v.on("conflict_feedback")
    return {
        "hazard": _hazard_table(v),
        "starvation_condition": v("threats", "starve_condition"),
        "retaliation": v("threats", "retaliation") if guard_matters else 0.0,
        "protection_effect": v("threats", "guard"),
        "cold_season": winter,
        "cold_response": v("threats", "cold_response"),
        "cold_seasons": round(v("threats", "cold_years") * steps),
        "post_release": _post_release(v),
        "orphan_age": v.seasons(v("survival", "orphan_months")),
        "inbreeding_load": (
            0.5 * v("births", "lethal_equivalents") if v.on("inbreeding_depression") else 0.0
        ),
        "load_seasons": steps,
    }


def _hazard_table(v: _Values) -> np.ndarray:
    """Return hazards per step at exposure 1, shape (cause, sex, age)."""
    steps = v.seasons_per_year
    old = round(v("survival", "old_age_yr") * steps)
    table = np.zeros((len(CHEETAH_DEATH_CAUSES), 2, old + _OLD_YEARS * steps))
    independence = max(steps, v.seasons(v("births", "independence_months")))
    subadult_end = v.seasons(v("survival", "subadult_end_months"))
    _fill_cubs(v, table)
    adult = {_FEMALE: v("survival", "female"), _MALE: v("survival", "male")}
    conflict = _conflict(v)
    shares = np.array(
        [v("threats", f"{name}_share") for name in ("herders", "road", "snare")], float
    )
    shares /= shares.sum()
    for sex in (_FEMALE, _MALE):
        grown = hazard_of(adult[sex]) / steps
        table[_CAUSE["disease"], sex, steps:] = grown
        # The row speaks of animals that have left their mother; yearlings run her risk.
        table[_CAUSE["disease"], sex, independence:subadult_end] = (
            hazard_of(v("survival", "subadult")) / steps
        )
        table[_CAUSE["old_age"], sex, old:] = (
            excess_hazard(v("survival", "old"), adult[sex]) / steps
        )
        human = shares * conflict[sex] / steps
        for cause, hazard in zip(("herders_dogs", "road", "snare_poaching"), human, strict=True):
            table[_CAUSE[cause], sex, steps:] = hazard
    table[_CAUSE["starvation"]] = v.per_step(hazard_of(1.0 - v("threats", "starve")))
    table[_CAUSE["cold"]] = hazard_of(1.0 - v("threats", "cold"))
    for cause, process in _SWITCH.items():
        if not v.on(process):
            table[_CAUSE[cause]] = 0.0
    # The causes of an animal side by side in memory: they are read together.
    return np.asfortranarray(table)


_SWITCH = {
    "starvation": "starvation",
    "cub_loss": "cub_loss",
    "road": "road",
    "herders_dogs": "herders_dogs",
    "snare_poaching": "snare_poaching",
    "other_carnivores": "other_carnivores",
    "cold": "cold",
    "disease": "cheetah_disease",
    "old_age": "old_age",
}


def _fill_cubs(v: _Values, table: np.ndarray) -> None:
    """Write the first-year hazards of both sexes into `table`.

    Carnivores take their part of the first-year hazard; the rest is cub loss of other kinds.
    """
    total = hazard_of(v("survival", "cub"))
    carnivores = min(total, hazard_of(1.0 - v("survival", "cub_carnivores")))
    weights = cub_hazard_weights(v("survival", "den_share"), v.seasons_per_year)
    table[_CAUSE["cub_loss"], :, : weights.size] = (total - carnivores) * weights
    table[_CAUSE["other_carnivores"], :, : weights.size] = carnivores * weights


def _conflict(v: _Values) -> tuple[float, float]:
    """Return the yearly hazard of all human causes on conflict farmland, females and males."""
    return (
        excess_hazard(v("threats", "farm_female"), v("survival", "female")),
        excess_hazard(v("threats", "farm_male"), v("survival", "male")),
    )


def _post_release(v: _Values) -> np.ndarray:
    """Return the hazard after release, shape (soft, captive, seasons since release).

    What the sources measured is natural mortality plus the pulse, and for hard releases
    onto farmland also human causes; the pulse is what the others leave unexplained.
    """
    pulse = np.zeros((2, 2, v.seasons_per_year))
    if not v.on("post_release"):
        return pulse
    natural = math.sqrt(v("survival", "female") * v("survival", "male"))
    on_farmland = natural * math.exp(-sum(_conflict(v)) / 2.0)
    wild_soft = excess_hazard(v("threats", "soft_release"), natural)
    captive_soft = excess_hazard(v("threats", "captive_release"), natural)
    wild_hard = excess_hazard(v("threats", "hard_release"), on_farmland)
    captive_soft = max(captive_soft, wild_soft)
    yearly = np.array(
        [[wild_hard, wild_hard + captive_soft - wild_soft], [wild_soft, captive_soft]]
    )
    shares = fading_shares(v("threats", "release_fade"), v.seasons_per_year)
    pulse[:] = yearly[:, :, np.newaxis] * shares
    return pulse


def _births(v: _Values) -> dict[str, Any]:
    """Return the part of the rates about reproduction."""
    steps = v.seasons_per_year
    gestation_months = v("births", "gestation_days") / _DAYS_PER_MONTH
    gestation = min(1, round(gestation_months * steps / 12.0))
    dependency = v.seasons(v("births", "independence_months"))
    free_quarter = 1.0 - v("births", "conceive")
    conceive = 1.0 - free_quarter ** (4.0 / steps) if v.on("cheetah_births") else 0.0
    radius = v("births", "mate_km") if v.on("mate_finding") else math.inf
    return {
        "breed_age_female": v.seasons(v("births", "first_litter_months") - gestation_months),
        "breed_stage": RESIDENT if v.on("dispersal") else DISPERSER,
        "breed_age_male": v.seasons(v("births", "sire_months")),
        "last_breed_age": round(v("births", "last_litter_yr") * steps),
        "breed_condition": v("births", "condition"),
        "conception": np.full(steps, conceive),
        "litter": litter_cumulative(v("births", "litter_mean"), round(v("births", "litter_most"))),
        "male_share": v("births", "male_share"),
        "multiple_paternity": v("births", "multiple_paternity"),
        "sires_per_cub": int(v.paternity == "cub"),
        "gestation": gestation,
        "mate_radius_km": radius,
        "territorial_first": 1,
        "dependency": dependency,
        "remate_age": _remate_age(v, dependency, gestation),
    }


def _remate_age(v: _Values, dependency: int, gestation: int) -> int:
    """Return the age of cubs from which their mother may conceive again [steps].

    Published intervals between litters are as long as cubs depend, so the next litter is
    conceived a gestation before they leave; it is never born before they do.
    """
    return max(v.seasons(v("births", "interval_months")), dependency) - gestation


def _space(v: _Values, cell_km: float) -> dict[str, Any]:
    """Return the part of the rates about ranges and dispersal."""
    moving = 1.0 if v.on("dispersal") else 0.0
    hard = v("space", "explore_km") * moving
    turns = np.arange(5) * math.pi / 4.0
    search = v("space", "search_km") * moving / cell_km
    return {
        "dispersal_km": moving
        * np.array([v("space", "dispersal_female_km"), v("space", "dispersal_male_km")]),
        "explore_km": np.array([hard, hard * v("space", "explore_soft")]),
        "explore_seasons": (
            v.seasons(v("space", "explore_days") / _DAYS_PER_MONTH) if moving else 0
        ),
        "turn": np.exp(v("space", "persistence") * np.cos(turns)),
        "matrix_weight": v("space", "matrix"),
        "territory_km": v("space", "territory_km") if v.on("territoriality") else 0.0,
        "share_food": 1 if v.on("territoriality") else 0,
        "settle_suitability": v("space", "settle_suitability"),
        "search_steps": round(search),
        "float_seasons": v.seasons(v("space", "float_months")),
        "tenure_loss": (
            -math.expm1(-12.0 / (v.seasons_per_year * v("space", "tenure_months")))
            if v.on("territoriality") and moving
            else 0.0
        ),
        "leave_condition": v("space", "leave_condition"),
    }
