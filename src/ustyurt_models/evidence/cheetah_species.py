"""The species file of the cheetah: which evidence rows its rates, threats and ways come from.

A file holds no numbers about animals, only parameter ids; literal numbers are accepted so that
tests and what-if files can state a life history directly.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from ustyurt_models.evidence.species_file import Table, read_species
from ustyurt_models.evidence.values import Quantity

__all__ = [
    "CheetahBirths",
    "CheetahCapacity",
    "CheetahFood",
    "CheetahSpace",
    "CheetahSpecies",
    "CheetahSurvival",
    "CheetahThreats",
    "load_cheetah_species",
]


class CheetahFood(Table):
    """Need, hunting and condition."""

    need_kg_per_yr: Quantity
    """Live prey mass one adult removes in a year [kg]."""
    cub_need: Quantity
    """Need of a dependent cub over that of an adult."""
    surplus: Quantity
    """Largest intake over need."""
    search_km_per_day: Quantity
    """Way walked per day [km]."""
    strip_km: Quantity
    """Width in which prey is met [km]."""
    success: Quantity
    """Share of hunts that end in a kill."""
    prey_group: Quantity
    """Wild prey that are met together, of which a hunt takes one."""
    interference_km2: Quantity
    """Area in which one more hunter halves what is found, far from satiation [km2]."""
    preferred_low_kg: Quantity
    """Lightest prey of preferred mass [kg]."""
    preferred_high_kg: Quantity
    """Heaviest prey of preferred mass [kg]."""
    preference_spread: Quantity
    """Standard deviation of preference over log mass beyond the preferred masses."""
    preference_small: Quantity
    """Least preference of prey lighter than the preferred masses."""
    young_vulnerability: Quantity
    """Attack rate on young over that on adults of the same mass."""
    small_prey_kg: Quantity
    """Mass of one background small prey [kg]."""
    small_prey_per_km2: Quantity
    """Density of background small prey [km-2]."""
    stock_attack: Quantity
    """Attack rate on livestock over that on prey of the preferred mass."""
    stock_kg: Quantity
    """Mass of the livestock taken [kg]."""
    stock_per_km2: Quantity
    """Mean density of small stock [km-2], spread by the share of forage it takes."""
    condition_memory: Quantity
    """Weight of last season's condition."""


class CheetahSurvival(Table):
    """Survival without people, as in protected reserves."""

    cub: Quantity
    """From birth to one year, other carnivores included."""
    cub_carnivores: Quantity
    """Chance that other carnivores kill a cub in its first year."""
    den_share: Quantity
    """Share of the first-year hazard in the first three months."""
    subadult: Quantity
    """Per year, from one year to `subadult_end_months`."""
    subadult_end_months: Quantity
    """End of sub-adult survival [months]."""
    female: Quantity
    """Adult females, per year."""
    male: Quantity
    """Adult males, per year."""
    old_age_yr: Quantity
    """Age from which survival is `old` [y]."""
    old: Quantity
    """Beyond that age, per year."""
    orphan_months: Quantity
    """Age from which cubs live on without their mother [months]."""


class CheetahThreats(Table):
    """Causes of death that depend on place, people, condition, weather and release."""

    farm_female: Quantity
    """Yearly survival of females on conflict farmland (exposure 1 to all human causes)."""
    farm_male: Quantity
    """Yearly survival of males there."""
    herders_share: Quantity
    """Weight of herders and dogs among human causes."""
    road_share: Quantity
    """Weight of roads among human causes."""
    snare_share: Quantity
    """Weight of snares and shooting among human causes."""
    snare_exposure: Quantity
    """Exposure to snares at mean poaching pressure; 1 is conflict farmland."""
    guard: Quantity
    """Share of persecution and snaring removed under full protection."""
    retaliation: Quantity
    """Relative rise of persecution per sheep unit killed in a season."""
    starve: Quantity
    """Chance to starve within three months at condition zero."""
    starve_condition: Quantity
    """Condition below which starvation begins."""
    cold: Quantity
    """Extra chance to die in a winter, animals of African origin."""
    cold_response: Quantity
    """Rise of the logarithm of that hazard per SD of winter severity."""
    cold_years: Quantity
    """Winters after release during which it acts."""
    hard_release: Quantity
    """First-year survival of wild animals after hard release on conflict farmland."""
    soft_release: Quantity
    """First-year survival of wild animals after soft release in a reserve."""
    captive_release: Quantity
    """First-year survival of captive-raised animals after soft release in a reserve."""
    release_fade: Quantity
    """Share of the post-release hazard left after three months."""


class CheetahBirths(Table):
    """Reproduction and inbreeding."""

    first_litter_months: Quantity
    """Age at first litter [months]."""
    sire_months: Quantity
    """Age at which males begin to sire [months]."""
    last_litter_yr: Quantity
    """Highest age at conception [y]."""
    gestation_days: Quantity
    """Length of gestation [d]."""
    litter_mean: Quantity
    """Mean litter at birth."""
    litter_most: Quantity
    """Largest litter."""
    male_share: Quantity
    """Proportion of newborns that are male."""
    conceive: Quantity
    """Chance of a free female with a male in reach to conceive within three months."""
    condition: Quantity
    """Least condition for conception."""
    mate_km: Quantity
    """Distance within which a female and a male meet [km]."""
    multiple_paternity: Quantity
    """Share of litters with a second sire."""
    paternity: Literal["litter", "cub"] = "litter"
    """Whether a litter has its sires, or every cub draws one of the males in reach."""
    independence_months: Quantity
    """Age at independence [months]."""
    interval_months: Quantity
    """From one litter to the next when cubs are reared [months]."""
    lethal_equivalents: Quantity
    """Per diploid genome, acting on first-year survival."""


class CheetahSpace(Table):
    """Home ranges, territories and dispersal."""

    adult_kg: Quantity
    """Mass of an adult, for the prey mass a home range is stretched to hold [kg]."""
    predator_kg_per_10t: Quantity
    """Predator mass per 10,000 kg of prey [kg]."""
    range_least_km2: Quantity
    """Smallest home range [km2]."""
    range_most_km2: Quantity
    """Largest home range [km2]."""
    territory_km: Quantity
    """Distance between centres of male territories [km]; 0 = no spacing."""
    tenure_months: Quantity
    """Mean time a coalition holds a territory [months]."""
    dispersal_female_km: Quantity
    """Mean dispersal distance of females [km]."""
    dispersal_male_km: Quantity
    """Mean dispersal distance of males [km]."""
    explore_days: Quantity
    """Length of the exploratory phase after release [d]."""
    explore_km: Quantity
    """Mean way of exploration after hard release [km]."""
    explore_soft: Quantity
    """Way of exploration after soft release over that after hard release."""
    persistence: Quantity
    """Concentration of steps around the last direction."""
    matrix: Quantity
    """Weight of a step onto unsuitable ground."""
    settle_suitability: Quantity
    """Least suitability of a home-range centre."""
    search_km: Quantity
    """Way searched for a free place per season [km]."""
    float_months: Quantity
    """Time after which a disperser settles without territory [months]."""
    leave_condition: Quantity
    """Condition below which a resident abandons its range."""


class CheetahCapacity(Table):
    """Published capacity rules, for the report only; nothing here caps the simulation."""

    carbone_kg_per_10t: Quantity
    """Predator mass per 10,000 kg of prey [kg]."""
    hayward_intercept: Quantity
    """Intercept of the regression, log10 cheetahs per km2."""
    hayward_slope: Quantity
    """Slope of the regression on log10 prey biomass."""


class CheetahSpecies(Table):
    """The cheetah."""

    id: str
    """Name in datasets and studies."""
    name: str
    """Common name."""
    scientific: str = ""
    """Scientific name."""
    food: CheetahFood
    survival: CheetahSurvival
    threats: CheetahThreats
    births: CheetahBirths
    space: CheetahSpace
    capacity: CheetahCapacity
    barriers: dict[str, Quantity] = Field(default_factory=dict)
    """Permeability by barrier of the landscape, or by the first part of its name."""


def load_cheetah_species(name_or_path: str | Path = "cheetah") -> CheetahSpecies:
    """Read the species file of the cheetah.

    Parameters
    ----------
    name_or_path : str or pathlib.Path
        Name of a file that ships or the path of a TOML file.

    Returns
    -------
    CheetahSpecies
        Checked settings.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    return read_species(CheetahSpecies, name_or_path)
