"""The species file of an ungulate: which evidence rows its vital rates, threats and ways come from.

A file holds no numbers about animals, only parameter ids; literal numbers are accepted so that
tests and what-if files can state a life history directly.
"""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from ustyurt_models.evidence.species_file import Table, read_species
from ustyurt_models.evidence.values import Quantity

__all__ = [
    "Barriers",
    "BirthClass",
    "Births",
    "Density",
    "Exchange",
    "Growth",
    "Litter",
    "MaleShortage",
    "Mass",
    "Movement",
    "PreySpecies",
    "SeasonWay",
    "Survival",
    "Threats",
    "load_prey_species",
]

SEASONS = ("spring", "summer", "autumn", "winter")

Season = Annotated[str, Field(pattern="^(spring|summer|autumn|winter)$")]
Bearing = Annotated[str, Field(pattern="^(N|NE|E|SE|S|SW|W|NW)$")]


def _exactly_one(table: BaseModel, names: tuple[str, ...]) -> None:
    """Raise unless exactly one of the fields `names` is given."""
    given = [name for name in names if getattr(table, name) is not None]
    if len(given) != 1:
        raise ValueError(f"give exactly one of {', '.join(names)}; got {given or 'none'}")


class Mass(Table):
    """Live mass."""

    adult_kg: Quantity
    """Mean mass of an animal of one year or more [kg]."""
    birth_kg: Quantity
    """Mass at birth [kg]; first-year animals count as the mean of birth and adult mass."""


class Survival(Table):
    """Yearly survival in a normal year without poaching and harvest; wolves are included."""

    young: Quantity | None = None
    """From birth to one year."""
    female: Quantity | None = None
    """Females of one year and more."""
    male_relative: Quantity = 1.0
    """Survival of adult males over that of females."""
    by_age: tuple[Quantity, ...] | None = None
    """Instead of `young` and `female`: survival by completed years 0, 1, ...; the last repeats."""
    maximum_age_yr: Quantity
    """Highest age; animals breed at it and do not live through it [y]."""

    @model_validator(mode="after")
    def _one_form(self) -> "Survival":
        _exactly_one(self, ("by_age", "female"))
        _exactly_one(self, ("by_age", "young"))
        return self


class Growth(Table):
    """What is known of growth as a whole."""

    maximum: Quantity
    """Growth factor far below capacity, without poaching, in an average year without jut or
    die-off. Natural hazards are scaled by one factor to agree with it."""
    least_scale: Quantity
    """Lowest factor; where it binds, growth stays below `maximum`."""


class Litter(Table):
    """Young per birth, in one of four forms."""

    twins: Quantity | None = None
    """Proportion of births that are twins; the others are single."""
    mean: Quantity | None = None
    """Mean litter, shared between the two whole numbers around it."""
    shares: tuple[Quantity, ...] | None = None
    """Chance of litters of 1, 2, ...; they sum to 1."""
    poisson: Quantity | None = None
    """Mean of a Poisson number, which may be 0."""

    @model_validator(mode="after")
    def _one_form(self) -> "Litter":
        _exactly_one(self, ("twins", "mean", "shares", "poisson"))
        return self


class BirthClass(Table):
    """How often females of some ages give birth, in one of three forms, and to how many."""

    chance: Quantity | None = None
    """Chance to give birth in a birth season."""
    young_per_female: Quantity | None = None
    """Young per female and year; the chance is this over the mean litter."""
    interval_yr: Quantity | None = None
    """Years between births; the chance is one over it."""
    litter: Litter

    @model_validator(mode="after")
    def _one_form(self) -> "BirthClass":
        _exactly_one(self, ("chance", "young_per_female", "interval_yr"))
        return self


class Births(Table):
    """Reproduction."""

    season: Season = "spring"
    """Season of births."""
    first_age_yr: Quantity
    """Age at first birth [y]; a fraction means that part of the females starts a year later."""
    full_age_yr: Quantity
    """From this age on the rates of `full` hold, before it those of `first` [y]."""
    first: BirthClass
    """Females from first birth to full age."""
    full: BirthClass
    """Females of full age."""
    male_share: Quantity
    """Proportion of newborns that are male."""
    forage: Quantity = 0.0
    """Change of log fecundity per unit of the forage anomaly of the year before."""
    winter: Quantity = 0.0
    """Loss of log fecundity per SD of winter severity above the mean."""


class MaleShortage(Table):
    """Conception when adult males are few."""

    half_share: Quantity
    """Adult-male share of rutting adults at which half the conceptions fail; 0 = off."""
    steepness: Quantity
    """Power of the curve."""
    rut: Season = "autumn"
    """Season of the rut."""
    male_age_yr: Quantity | None = None
    """Age from which males take part [y]."""
    male_age_days: Quantity | None = None
    """The same, where the evidence gives days."""

    @model_validator(mode="after")
    def _one_form(self) -> "MaleShortage":
        _exactly_one(self, ("male_age_yr", "male_age_days"))
        return self


class Threats(Table):
    """Causes of death beside background; all may be 0."""

    wolf_take: Quantity = 0.0
    """Share of animals taken by wolves in a year; part of natural mortality."""
    wolf_young: Quantity = 1.0
    """Wolf hazard of first-year animals over that of adults."""
    poaching_take: Quantity = 0.0
    """Share of adult females taken by poachers in a year at relative pressure 1."""
    poaching_male: Quantity = 1.0
    """Poaching hazard of adult males over that of adult females."""
    poaching_young: Quantity = 1.0
    """Poaching hazard of first-year animals over that of adult females."""
    jut_loss: Quantity = 0.0
    """Share of all animals lost in a jut winter, at the mean snow exposure of the habitat."""
    jut_frequency: Quantity = 0.0
    """Juts per year in the mean climate; enters the calibration of capacity only."""
    winter_slope: Quantity = 0.0
    """Hazard of adults in other winters per SD of severity above the mean."""
    winter_young: Quantity = 1.0
    """Winter hazard of first-year animals over that of adults."""
    snow_limit_cm: Quantity = 0.0
    """Snow depth at which winter hazard is half its maximum [cm]; 0 = snow plays no part."""
    drought_loss: Quantity = 0.0
    """Share of young lost, beyond a normal year, in a drought year."""
    drought_frequency: Quantity = 0.0
    """Drought years per year; says how dry a drought year is. Needed when `drought_loss` > 0."""
    drought_adult: Quantity = 0.0
    """Drought hazard of adults over that of young."""
    disease_loss: Quantity = 0.0
    """Share lost in a die-off."""
    disease_frequency: Quantity = 0.0
    """Die-offs per year; enters the calibration of capacity only."""
    disease_season: Season = "spring"
    """Season of die-offs."""


class Density(Table):
    """Density dependence."""

    maximum_per_km2: Quantity
    """Density at capacity where suitability is 1, before births in the mean year [km-2]."""
    theta: Quantity = 1.0
    """Shape: response = (number / capacity) ^ theta."""
    young: Quantity = 0.0
    """Share of the response borne by the hazard of first-year animals."""
    adult: Quantity = 0.0
    """Share borne by the hazard of older animals."""
    births: Quantity = 0.0
    """Share borne by log fecundity."""
    radius_km: Quantity = 0.0
    """Neighbours within this distance count [km]."""
    least: Quantity = 0.0
    """Least share by which growth falls at capacity, where the mean environment asks for less."""
    cap: Quantity = 10.0
    """Largest ratio of number to capacity that is felt."""
    water_half_km: Quantity = 0.0
    """Distance to water at which half the capacity is left [km]; 0 = water plays no part."""


class SeasonWay(Table):
    """How animals move in one season."""

    wander_km: Quantity = 0.0
    """Root mean square displacement of the undirected walk over the season [km]."""
    migration_km: Quantity = 0.0
    """Expected way along the bearing over the season, in open habitat [km]."""
    bearing: Bearing | None = None
    """Direction of migration."""
    directedness: Quantity = 0.0
    """Chance that a step keeps the bearing."""
    northward: Quantity = 0.0
    """Rise of log attraction per 100 km to the north."""
    southward: Quantity = 0.0
    """Rise of log attraction per 100 km to the south."""


class Movement(Table):
    """Movement by season."""

    spring: SeasonWay = SeasonWay()
    summer: SeasonWay = SeasonWay()
    autumn: SeasonWay = SeasonWay()
    winter: SeasonWay = SeasonWay()
    herds_per_cell: Quantity = 0.0
    """Herds into which the animals of a cell gather for the season's walk; 0 = each alone."""
    matrix_use: Quantity = 0.0
    """Attraction of unsuitable land relative to the best habitat."""

    def ways(self) -> tuple[SeasonWay, ...]:
        """Return the four seasons in order."""
        return (self.spring, self.summer, self.autumn, self.winter)


class Exchange(Table):
    """Exchange with the world outside the window."""

    immigration: Quantity = 0.0
    """Net immigrants per year as a share of the number present; may be negative."""
    season: Season = "spring"
    """When they come."""
    edge_permeability: Quantity = 0.0
    """Chance that a step over the window edge on land succeeds."""


Barriers = dict[str, Quantity]


class PreySpecies(Table):
    """One ungulate species."""

    id: str
    """Name in datasets and studies."""
    name: str
    """Common name."""
    scientific: str = ""
    """Scientific name."""
    mass: Mass
    survival: Survival
    births: Births
    growth: Growth | None = None
    male_shortage: MaleShortage | None = None
    threats: Threats = Threats()
    density: Density
    movement: Movement = Movement()
    exchange: Exchange = Exchange()
    barriers: Barriers = Field(default_factory=dict)
    """Permeability by barrier of the landscape, or by the first part of its name."""


def load_prey_species(name_or_path: str | Path) -> PreySpecies:
    """Read the species file of an ungulate.

    Parameters
    ----------
    name_or_path : str or pathlib.Path
        Name of a file that ships (``"saiga"``) or the path of a TOML file.

    Returns
    -------
    PreySpecies
        Checked settings.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    return read_species(PreySpecies, name_or_path)
