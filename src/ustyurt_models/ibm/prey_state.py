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

from typing import Any, NamedTuple

import numpy as np

from ustyurt_models.ibm import prey_word

__all__ = [
    "BLOCK",
    "CAUSES",
    "CERTAIN",
    "CLASSES",
    "Grid",
    "Lanes",
    "Prey",
    "PreyClimate",
    "PreyFlows",
    "PreyHarvest",
    "PreyKind",
    "PreyRange",
    "PreyRates",
    "PreyScratch",
    "PreyStep",
    "empty_bag",
    "empty_flows",
    "empty_passage",
    "empty_prey",
    "empty_scratch",
    "herd",
]

#: Number of causes of death, in the order of `contracts.PREY_DEATH_CAUSES`.
CAUSES = 10
#: Number of classes of sex and stage.
CLASSES = 4
#: Walks done side by side.
LANES = 1024
#: Animals that one vectorised pass decides on before the few that it befalls are visited.
BLOCK = 1024
#: Chances are compared as whole numbers: p means p * CERTAIN against 31 random bits.
CERTAIN = 2147483648.0


class Prey(NamedTuple):
    """Ungulates of one species, 8 bytes each, in no particular order; see `prey_word`.

    The properties are copies for reading outside kernels.
    """

    word: np.ndarray  # uint64, shape (slots,)

    @property
    def cell(self) -> np.ndarray:
        """Cell of each animal, int64, shape (slots,)."""
        return _read_only(prey_word.cell_of.py_func(self.word))

    @property
    def age(self) -> np.ndarray:
        """Age of each animal [seasons], int64, shape (slots,)."""
        return _read_only(prey_word.age_of.py_func(self.word))

    @property
    def male(self) -> np.ndarray:
        """1 for males, 0 for females, int64, shape (slots,)."""
        return _read_only(prey_word.male_of.py_func(self.word))

    @property
    def mark(self) -> np.ndarray:
        """What an animal keeps for life beside its sex, int64, shape (slots,)."""
        return _read_only(self.word >> np.uint64(33))


def _read_only(field: np.ndarray) -> np.ndarray:
    """Return a copy as int64 that cannot be mistaken for the state."""
    copy = field.astype(np.int64)
    copy.flags.writeable = False
    return copy


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
    conception: np.ndarray  # float64, shape (1,), share of conceptions left by the last rut
    pressure: np.ndarray  # float64, shape (cell,), relative poaching left by protection
    harvest: np.ndarray  # float64, shape (class,), harvest hazard of this season
    climate: PreyClimate


class PreyHarvest(NamedTuple):
    """Legal offtake of one species that falls due. All arrays have shape (harvest,) or more."""

    share: np.ndarray  # float64, of the eligible; negative where a quota is set
    quota: np.ndarray  # float64, animals
    eligible: np.ndarray  # int64, shape (harvest, class), 1 where the class may be taken


class PreyFlows(NamedTuple):
    """What happened to one species: by year, and by cell over all years. All is added to.

    Causes are in the order of `contracts.PREY_DEATH_CAUSES`; those of a cell lie side by side.
    """

    births: np.ndarray  # int64, shape (1,), this year
    deaths: np.ndarray  # int64, shape (cause,), this year
    moved: np.ndarray  # int64, shape (2,), immigrants and emigrants of this year
    births_in_cell: np.ndarray  # int32, shape (cell,), or without cells where not asked for
    deaths_in_cell: np.ndarray  # int32, shape (cell, cause), likewise


class Lanes(NamedTuple):
    """Walks done side by side. All arrays have shape (lane,)."""

    who: np.ndarray  # int64, herd
    key: np.ndarray  # uint64, address of the walk's chance
    cell: np.ndarray  # int64, where it is


class PreyScratch(NamedTuple):
    """Working arrays, shared by all species one after the other; contents mean nothing between."""

    number: np.ndarray  # uint64, shape (cell,), animals; those but newborns in the upper 32 bits
    grazers: np.ndarray  # int32, shape (cell,), animals but the newborns of this season
    rows: np.ndarray  # int32, shape (cell,), running sums along rows
    around: np.ndarray  # int32, shape (cell,), grazers in the neighbourhood
    crowding: np.ndarray  # float64, shape (cell,), (number / capacity) ^ theta
    threat: np.ndarray  # float64, shape (class, 7), hazards of the season before the place weighs
    survival: np.ndarray  # uint32, shape (class * cell,), chance to escape causes of the place
    own: np.ndarray  # uint32, shape (2 * age,), chance by age and sex
    destination: np.ndarray  # int32, shape (cell * most herds,), where a herd's walk ends
    lanes: Lanes  # walks under way
    marked: np.ndarray  # uint8, shape (BLOCK,), 1 for the animals of a block that an event befalls
    listed: np.ndarray  # int64, shape (BLOCK + 1,), their places in the block


def empty_bag(harvests: int) -> PreyHarvest:
    """Return room for up to `harvests` rules of offtake."""
    return PreyHarvest(
        share=np.zeros(harvests),
        quota=np.zeros(harvests),
        eligible=np.zeros((harvests, CLASSES), np.int64),
    )


def empty_flows(cells: int) -> PreyFlows:
    """Return flows at zero, mapped over `cells`; with 0 there are no maps."""
    return PreyFlows(
        births=np.zeros(1, np.int64),
        deaths=np.zeros(CAUSES, np.int64),
        moved=np.zeros(2, np.int64),
        births_in_cell=np.zeros(cells, np.int32),
        deaths_in_cell=np.zeros((cells, CAUSES), np.int32),
    )


def empty_passage(seasons: int, cells: int) -> dict[str, np.ndarray]:
    """Return the fields of `PreyRange` that kernels fill on first use."""
    return {
        "passage": np.zeros((seasons, cells, 8), np.uint32),
        "passage_regime": np.full(seasons, -1, np.int64),
    }


def empty_prey(slots: int) -> Prey:
    """Return arrays for up to `slots` animals of one species."""
    return Prey(word=np.zeros(slots, np.uint64))


def herd(identity: Any, age: Any, male: Any, cell: Any) -> Prey:
    """Return animals from their traits (integers or arrays); marks are upper bits of identity."""
    traits = (np.asarray(one).astype(np.uint64) for one in (identity, age, male, cell))
    return Prey(word=np.atleast_1d(prey_word.pack.py_func(*traits)))


def empty_scratch(cells: int, herds: int) -> PreyScratch:
    """Return working arrays for a grid of `cells` and at most `herds` herds per cell."""
    return PreyScratch(
        number=np.zeros(cells, np.uint64),
        grazers=np.zeros(cells, np.int32),
        rows=np.zeros(cells, np.int32),
        around=np.zeros(cells, np.int32),
        crowding=np.zeros(cells, np.float64),
        threat=np.zeros((CLASSES, 7), np.float64),
        survival=np.zeros(cells * CLASSES, np.uint32),
        own=np.zeros(2 * (prey_word.MOST_AGE + 1), np.uint32),
        destination=np.full(cells * max(herds, 1), -1, np.int32),
        lanes=Lanes(
            np.zeros(LANES, np.int64), np.zeros(LANES, np.uint64), np.zeros(LANES, np.int64)
        ),
        marked=np.zeros(BLOCK, np.uint8),
        listed=np.zeros(BLOCK + 1, np.int64),
    )
