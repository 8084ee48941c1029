"""State and numbers of the ungulates inside a replicate: arrays only, allocated outside kernels.

Words used by every prey kernel
-------------------------------
season
    One engine step. ``seasons_per_year`` is 4 (spring, summer, autumn, winter) or 1; with 1 all
    seasonal events share step 0. Ages are counted in seasons lived.
class
    ``2 * adult + male``: 0 young female, 1 young male, 2 adult female, 3 adult male, where
    adult means one year or more (``age >= PreyRates.adult_age``).
key
    Key of (replicate, season, species). Two species never share a key.
hazard
    Competing causes add up on this scale; chance to live through a step is ``exp(-sum)``.
"""

from typing import NamedTuple

import numpy as np

__all__ = [
    "CAUSES",
    "CLASSES",
    "Grid",
    "Lanes",
    "Prey",
    "PreyClimate",
    "PreyKind",
    "PreyRange",
    "PreyRates",
    "PreyScratch",
    "PreyStep",
    "empty_passage",
    "empty_prey",
    "empty_scratch",
]

#: Number of causes of death, in the order of `contracts.PREY_DEATH_CAUSES`.
CAUSES = 10
#: Number of classes of sex and stage.
CLASSES = 4
#: Walks done side by side.
LANES = 16


class Prey(NamedTuple):
    """Ungulates of one species, 15 bytes each. All arrays have shape (slots,)."""

    identity: np.ndarray  # uint64, never reused; addresses the animal's own chance
    age: np.ndarray  # int16, seasons lived
    male: np.ndarray  # uint8, 0 female, 1 male
    cell: np.ndarray  # int32, y * nx + x


class Grid(NamedTuple):
    """The land as every species meets it. The outermost ring of cells is never inside."""

    inside: np.ndarray  # uint8, shape (cell,), 1 in the study region
    step_class: np.ndarray  # uint8, shape (8, cell): kind of lines on the step N, NE, ... NW
    offset: np.ndarray  # int64, shape (8,): change of the flat index by a step
    nx: int  # columns


class PreyRange(NamedTuple):
    """The land as one species sees it, with its ways of moving."""

    attraction: np.ndarray  # float64, shape (season, cell), relative; occupancy follows it
    permeability: np.ndarray  # float64, shape (regime, season, class of step), chance 0..1
    passage: np.ndarray  # uint32, shape (season, cell, 8), step chance * 2^31; filled on use
    passage_regime: np.ndarray  # int64, shape (season,), regime that `passage` holds; -1 none
    capacity: np.ndarray  # float64, shape (cell,), animals before births in the mean year
    capacity_around: np.ndarray  # float64, shape (cell,), capacity summed over the neighbourhood
    snow_exposure: np.ndarray  # float64, shape (cell,), winter hazard relative to the habitat mean
    entry_cell: np.ndarray  # int32, shape (entry,), cells at the window edge
    entry_cumulative: np.ndarray  # float64, shape (entry,), cumulative share of immigrants
    newcomer_cumulative: np.ndarray  # float64, shape (2 * age,): females by age, then males
    steps: np.ndarray  # int64, shape (season,), proposed steps of the walk
    bearing: np.ndarray  # int64, shape (season,), direction 0..7 of migration
    directedness: np.ndarray  # float64, shape (season,), chance that a step keeps the bearing
    edge_permeability: np.ndarray  # float64, shape (season,), of a step over the edge; 0 = closed
    herds: int  # herds per cell that walk together; 0 = every animal walks alone
    immigration: float  # expected immigrants per year as a share of the number present
    immigration_season: int  # step of the year in which immigrants come
    radius: int  # cells; density is felt over the (2 r + 1)^2 neighbourhood


class PreyRates(NamedTuple):
    """Vital rates of one species in one draw, per season where not stated otherwise."""

    background: np.ndarray  # float64, shape (sex, age), hazard
    background_survival: np.ndarray  # float64, shape (sex, age), exp(-background)
    crowding: np.ndarray  # float64, shape (class,), hazard at crowding 1
    winter: np.ndarray  # float64, shape (class,), hazard in winter per unit of W > 0
    jut: np.ndarray  # float64, shape (class,), hazard in a jut winter, instead of `winter`
    drought: np.ndarray  # float64, shape (class,), hazard in summer per unit of D > 0
    wolf: np.ndarray  # float64, shape (class,), hazard
    poaching: np.ndarray  # float64, shape (class,), hazard at relative pressure 1
    disease: np.ndarray  # float64, shape (class,), hazard in the season of a die-off
    birth_chance: np.ndarray  # float64, shape (age,), chance to give birth in the birth season
    litter: np.ndarray  # float64, shape (2, size), cumulative chance of litters 0, 1, 2, ...
    cycle: np.ndarray  # float64, shape (season,), number at the start of a season at capacity
    mass_kg: np.ndarray  # float64, shape (class,), live mass for biomass
    adult_age: int  # seasons; from here on an animal counts as adult
    old_age: int  # seasons; deaths at this age or beyond are certain
    full_litter_age: int  # seasons; younger mothers use row 0 of `litter`, others row 1
    rut_female_age: int  # seasons; females counted at the rut
    rut_male_age: int  # seasons; males counted at the rut
    birth_season: int  # step of the year of births
    rut_season: int  # step of the year of the rut
    winter_season: int  # step of the year of winter deaths
    drought_season: int  # step of the year of drought deaths
    disease_season: int  # step of the year of die-offs
    theta: float  # shape of the density response; 0 = ceiling
    crowding_cap: float  # largest ratio of number to capacity that is felt
    crowding_births: float  # log fecundity lost at crowding 1
    forage_births: float  # log fecundity per unit of forage anomaly (multiplier - 1)
    winter_births: float  # log fecundity lost per unit of W > 0 in the winter before
    male_share_at_birth: float  # proportion of newborns that are male
    shortage_share: float  # adult-male share at the rut at which half the conceptions fail; 0 = off
    shortage_steepness: float  # power of the male-shortage curve


class PreyKind(NamedTuple):
    """Everything that stays the same for one species over a replicate."""

    land: PreyRange
    rates: PreyRates


class PreyClimate(NamedTuple):
    """What the weather of one year means to prey; the same for all species."""

    winter_severity: float  # anomaly W of this year's winter
    winter_before: float  # anomaly W of the winter before this year's births
    summer_drought: float  # anomaly D of this year's summer
    forage: float  # forage multiplier of this year, mean about 1
    forage_before: float  # forage multiplier of the year before
    jut: int  # 1 when this year's winter is a jut
    disease: int  # 1 when a die-off happens this year


class PreyStep(NamedTuple):
    """One species in one season: when it is, and what acts from outside."""

    season: int  # step of the year, 0 = the first
    season_index: int  # steps since the start of the study
    regime: int  # state of the barriers, index into `PreyRange.permeability`
    key: np.uint64  # key of (replicate, season, species)
    conception: float  # share of conceptions left by the last rut, see `rut_conception`
    pressure: np.ndarray  # float64, shape (cell,), relative poaching left by protection
    harvest: np.ndarray  # float64, shape (class,), harvest hazard of this season
    climate: PreyClimate


class Lanes(NamedTuple):
    """Walks done side by side. All arrays have shape (lane,)."""

    who: np.ndarray  # int64, herd or animal
    key: np.ndarray  # uint64, address of the walk's chance
    cell: np.ndarray  # int64, where it is


class PreyScratch(NamedTuple):
    """Working arrays, shared by all species one after the other; contents mean nothing between."""

    number: np.ndarray  # int32, shape (cell,), animals in the cell
    grazers: np.ndarray  # int32, shape (cell,), animals but the newborns of this season
    rows: np.ndarray  # int32, shape (cell,), running sums along rows
    around: np.ndarray  # int32, shape (cell,), grazers in the neighbourhood
    crowding: np.ndarray  # float64, shape (cell,), (number / capacity) ^ theta
    threat: np.ndarray  # float64, shape (class, 7), hazards of the season before the place weighs
    survival: np.ndarray  # float64, shape (cell, class), chance to escape all causes of the place
    destination: np.ndarray  # int32, shape (cell * most herds,), where a herd's walk ends
    lanes: Lanes  # walks under way


def empty_passage(seasons: int, cells: int) -> dict[str, np.ndarray]:
    """Return the fields of `PreyRange` that kernels fill on first use."""
    return {
        "passage": np.zeros((seasons, cells, 8), np.uint32),
        "passage_regime": np.full(seasons, -1, np.int64),
    }


def empty_prey(slots: int) -> Prey:
    """Return arrays for up to `slots` animals of one species."""
    return Prey(
        identity=np.zeros(slots, np.uint64),
        age=np.zeros(slots, np.int16),
        male=np.zeros(slots, np.uint8),
        cell=np.zeros(slots, np.int32),
    )


def empty_scratch(cells: int, herds: int) -> PreyScratch:
    """Return working arrays for a grid of `cells` and at most `herds` herds per cell."""
    return PreyScratch(
        number=np.zeros(cells, np.int32),
        grazers=np.zeros(cells, np.int32),
        rows=np.zeros(cells, np.int32),
        around=np.zeros(cells, np.int32),
        crowding=np.zeros(cells, np.float64),
        threat=np.zeros((CLASSES, 7), np.float64),
        survival=np.ones((cells, CLASSES), np.float64),
        destination=np.full(cells * max(herds, 1), -1, np.int32),
        lanes=Lanes(
            np.zeros(LANES, np.int64), np.zeros(LANES, np.uint64), np.zeros(LANES, np.int64)
        ),
    )
