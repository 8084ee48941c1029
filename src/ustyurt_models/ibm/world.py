"""Everything one replicate needs, gathered: the fixed world, the changing state, the moment."""

from typing import NamedTuple

import numpy as np

from ustyurt_models.ibm.cheetah_founders import Brought
from ustyurt_models.ibm.cheetah_state import (
    CheetahLand,
    CheetahRates,
    Cheetahs,
    CheetahScratch,
    CheetahTally,
)
from ustyurt_models.ibm.loci import Loci
from ustyurt_models.ibm.management import Gates, Monitoring, Progress, Releases, Translocations
from ustyurt_models.ibm.outbreeding import Crossing
from ustyurt_models.ibm.prey_state import (
    Grid,
    Prey,
    PreyClimate,
    PreyHarvest,
    PreyKind,
    PreyScratch,
)

__all__ = [
    "Calendar",
    "Colony",
    "Flocks",
    "Harvests",
    "Managers",
    "Now",
    "Pasture",
    "Regimes",
    "State",
    "Weather",
    "World",
    "Zones",
]


class Calendar(NamedTuple):
    """Time of the study and what happens in it, in order."""

    years: int  # years simulated
    seasons: int  # steps per year
    schedule: np.ndarray  # int64, shape (event,), places in `study.engine.EVENTS`, in order
    regime: np.ndarray  # int64, shape (year,), state of barriers and land
    map_index: np.ndarray  # int64, shape (year + 1,), place among the maps, -1 for no map


class Weather(NamedTuple):
    """Weather by year; entry 0 is the year before the study. All arrays have shape (year + 1,)."""

    winter_severity: np.ndarray  # float64, anomaly W
    summer_drought: np.ndarray  # float64, anomaly D
    forage: np.ndarray  # float64, multiplier, mean about 1
    jut: np.ndarray  # int64, 1 in a jut winter
    disease: np.ndarray  # int64, 1 in a year with a die-off


class Regimes(NamedTuple):
    """Land under each regime of management; copied into the working land when it changes."""

    capacity: np.ndarray  # float64, shape (regime, species, cell), prey [animals]
    capacity_around: np.ndarray  # float64, shape (regime, species, cell), summed over neighbours
    pressure: np.ndarray  # float64, shape (regime, cell), relative poaching left by protection
    protection: np.ndarray  # float64, shape (regime, cell), 0..1
    mitigation: np.ndarray  # float64, shape (regime, cell), 0..1
    livestock_per_km2: np.ndarray  # float64, shape (regime, cell), sheep units


class Harvests(NamedTuple):
    """Legal offtake. All arrays have shape (harvest,) unless stated."""

    species: np.ndarray  # int64
    first_year: np.ndarray  # int64, year index
    last_year: np.ndarray  # int64, year index
    season: np.ndarray  # int64
    eligible: np.ndarray  # int64, shape (harvest, class), 1 where the class may be taken
    fraction: np.ndarray  # float64, share of the eligible; negative where a quota is set
    quota: np.ndarray  # int64, animals


class Zones(NamedTuple):
    """Reporting zones. Cells belong to one part each; zones are unions of parts."""

    part: np.ndarray  # int32, shape (cell,), part of each cell
    member: np.ndarray  # float64, shape (zone, part), 1 where the part belongs to the zone
    area_km2: np.ndarray  # float64, shape (zone,)
    inside_cell: np.ndarray  # int64, shape (cell inside,), flat index of cells in maps


class World(NamedTuple):
    """What stays the same during a replicate (working land is overwritten by regime)."""

    calendar: Calendar
    grid: Grid
    kinds: tuple[PreyKind, ...]
    adult_age: np.ndarray  # int64, shape (species,), as in `PreyRates` [seasons]
    mass_kg: np.ndarray  # float64, shape (species, class), as in `PreyRates`
    regimes: Regimes
    weather: Weather
    releases: Releases
    gates: Gates
    translocations: Translocations
    harvests: Harvests
    zones: Zones
    cheetah_rates: CheetahRates
    cheetah_land: CheetahLand
    crossing: Crossing
    prey_are_killed: bool  # whether the prey that cheetahs take leave the herds


class State(NamedTuple):
    """What changes during a replicate. All of it is changed in place."""

    herds: tuple[Prey, ...]
    alive: np.ndarray  # int64, shape (species,), prey animals in use
    conception: np.ndarray  # float64, shape (species,), left by the last rut
    harvest: np.ndarray  # float64, shape (class,), hazard of this season, work space
    bag: PreyHarvest  # room for all legal offtake, work space
    prey_scratch: PreyScratch
    counts: np.ndarray  # int32, shape (type, cell)
    quota: np.ndarray  # int32, shape (type, cell)
    cheetahs: Cheetahs
    kinship: np.ndarray  # float32, shape (slot, slot and spare), see `new_kinship`
    loci: Loci
    cheetah_scratch: CheetahScratch
    tally: CheetahTally
    progress: Progress
    granted: np.ndarray  # int64, shape (release, 3): decision, females, males; see `grants`
    granted_prey: np.ndarray  # int64, shape (translocation, 2): females, males; see `grants`
    prey_ages: np.ndarray  # int64, shape (translocation, animal), females first [seasons]
    brought: Brought
    monitoring: Monitoring


class Flocks(NamedTuple):
    """All prey, as events see them that concern every species."""

    herds: tuple[Prey, ...]
    alive: np.ndarray
    adult_age: np.ndarray
    mass_kg: np.ndarray
    counts: np.ndarray
    quota: np.ndarray


class Pasture(NamedTuple):
    """What else the life of prey takes."""

    grid: Grid
    kinds: tuple[PreyKind, ...]
    pressure: np.ndarray
    conception: np.ndarray
    harvests: Harvests
    harvest: np.ndarray
    bag: PreyHarvest
    scratch: PreyScratch


class Colony(NamedTuple):
    """All cheetahs and what they live by."""

    cheetahs: Cheetahs
    kinship: np.ndarray
    loci: Loci
    crossing: Crossing
    rates: CheetahRates
    land: CheetahLand
    scratch: CheetahScratch
    tally: CheetahTally
    prey_are_killed: bool


class Managers(NamedTuple):
    """What managers plan, know and have done."""

    releases: Releases
    gates: Gates
    translocations: Translocations
    progress: Progress
    granted: np.ndarray
    granted_prey: np.ndarray
    prey_ages: np.ndarray
    brought: Brought
    monitoring: Monitoring


class Now(NamedTuple):
    """The moment: year, season and the keys of chance that go with it."""

    year: int  # index, 0 = first
    season: int  # step of the year
    step: int  # steps since the start
    regime: int
    replicate_key: np.uint64
    key: np.uint64  # key of this season
    climate: PreyClimate
