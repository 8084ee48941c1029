"""State of the cheetahs inside a replicate: arrays, rates, land and tallies.

One season calls the event kernels in this order (numbers are those of ``models/ODD.md``)::

    2  add_released(cheetahs, kinship, source_kinship, release, tally)         cheetah_releases
    6  hunt(cheetahs, counts, quota, rates, land, scratch, key, tally)         predation
    7  update_condition(cheetahs, rates)                                       predation
    8  die(cheetahs, rates, land, scratch, severity, season, key, tally)       cheetah_deaths
    9  give_birth(cheetahs, kinship, rates, land, scratch, key, tally)         cheetah_births
    9  mate(cheetahs, rates, land, scratch, season, key)                       cheetah_births
    10 leave_mother(cheetahs, rates)                                           cheetah_dispersal
    10 disperse(cheetahs, counts, rates, land, scratch, regime, season, key, tally)
                                                                               cheetah_dispersal
    -  apply_ceiling(cheetahs, rates, scratch, key, tally)                     cheetah_deaths
    11 genetic_summary(cheetahs, kinship, out)                                 genetics
    12 mark_ranges(cheetahs, land, occupied)                                   cheetah_dispersal

With ``gestation = 0`` (one step a year) ``mate`` comes before ``give_birth``.

``key`` is the season key of the replicate (uint64), a fixed step from that of the season before
(see ``cheetah_slots.lived``). An animal keeps its slot for life; the lowest free slot is used
first, so results do not depend on the number of slots. A kernel that needs more slots than there
are (``add_released``, ``give_birth``) returns ``NO_SLOT``: rerun with more slots.
"""

import math
from typing import NamedTuple

import numpy as np

__all__ = [
    "CEILING_EMERGENT",
    "CEILING_HARD",
    "CEILING_PROBABILISTIC",
    "CUB",
    "DISPERSER",
    "EMPTY",
    "GHOST",
    "LANES",
    "NO_SLOT",
    "RESIDENT",
    "TYPE_LANES",
    "CheetahLand",
    "CheetahRates",
    "CheetahRelease",
    "CheetahScratch",
    "CheetahTally",
    "Cheetahs",
    "new_cheetahs",
    "new_kinship",
    "new_scratch",
    "new_tally",
]

#: Stages; CUB, DISPERSER, RESIDENT are the positions in ``contracts.CHEETAH_STAGES``.
CUB = 0
DISPERSER = 1
RESIDENT = 2
#: A free slot.
EMPTY = -1
#: A sire that died while a female carries his litter: only its kinship is kept until the birth.
GHOST = -2
#: Status: more animals than slots, rerun the replicate with more slots.
NO_SLOT = -1

#: Rules of an optional capacity; in real studies capacity emerges from food and spacing.
CEILING_EMERGENT = 0
CEILING_HARD = 1
CEILING_PROBABILISTIC = 2


# One line of cache.
_SPARE = 16
#: Side by side on the widest machine: numbers of 32 bits (two turns of 64), types of prey.
LANES, TYPE_LANES = 16, 8
#: Attacks of one cheetah that are worked on side by side; a multiple of `LANES`.
ATTACKS = 64


class Cheetahs(NamedTuple):
    """Cheetahs. All arrays have shape (slots,) unless stated; ``stage < 0`` marks a free slot."""

    identity: np.ndarray  # uint64, never reused; addresses the animal's own chance
    born_key: np.ndarray  # uint64, key of the season of birth or release, 0 for first residents
    mother_identity: np.ndarray  # uint64, 0 for founders
    father_identity: np.ndarray  # uint64, 0 for founders
    mother: np.ndarray  # int32, slot of the mother while dependent, else -1
    male: np.ndarray  # uint8, 1 for males
    stage: np.ndarray  # int8, CUB, DISPERSER, RESIDENT, EMPTY or GHOST
    age: np.ndarray  # int16, seasons lived
    cell: np.ndarray  # int32, home-range centre as index into the land
    heading: np.ndarray  # int8, last direction walked 0..7, -1 none
    coalition: np.ndarray  # uint64, shared by brothers or released partners; 0 alone
    territorial: np.ndarray  # uint8, 1 for males that hold a territory
    wandering: np.ndarray  # int16, seasons spent dispersing so far
    condition: np.ndarray  # float64, smoothed intake over requirement, 0..1
    need_kg: np.ndarray  # float64, live prey mass needed this season, cubs included
    intake_kg: np.ndarray  # float64, live prey mass taken this season
    conflict: np.ndarray  # float64, smoothed livestock kills per season
    range_cells: np.ndarray  # int16, cells of the home range this season
    inbreeding: np.ndarray  # float64, inbreeding coefficient F
    crossing: np.ndarray  # float64, what crossing sources adds to the log of survival as a cub
    ancestry: np.ndarray  # float64, shape (slots, columns), share of genes from each founder group
    source: np.ndarray  # int16, founder group of released animals, -1 for born here
    since_release: np.ndarray  # int16, seasons since release, -1 for born here
    captive: np.ndarray  # uint8, 1 released from captivity
    african: np.ndarray  # uint8, 1 released and of African origin
    soft: np.ndarray  # uint8, 1 released after holding on site
    dependents: np.ndarray  # int16, living cubs younger than the age of independence
    litter_due: np.ndarray  # int16, cubs carried, 0 when not pregnant
    litters: np.ndarray  # int16, litters borne since birth or release
    sire: np.ndarray  # int32, shape (slots, 2), slots of the sires of the carried litter, -1 none
    top: np.ndarray  # int64, shape (1,), one more than the highest slot in use, or more


class CheetahRates(NamedTuple):
    """Rates per season, built by ``bridge.cheetah`` from the evidence."""

    seasons_per_year: int
    # food
    need_kg: float  # live prey mass per adult and season [kg]
    cub_need: float  # need of one dependent cub over that of an adult
    surplus: float  # largest intake over need: hunting stops at satiation
    interference_km2: float  # area in which one rival halves what is found [km2], 0 is off
    attack_km2: np.ndarray  # shape (type,), area searched times success times preference [km2]
    mass_kg: np.ndarray  # shape (type,), live mass [kg]
    food_kg: np.ndarray  # shape (type,), live mass times preference 0..1 [kg]
    small_attack_km2: float  # the same for background small prey [km2]
    livestock_attack_km2: float  # the same for livestock, unguarded [km2]
    livestock_kg: float  # mass of one sheep unit [kg]
    range_biomass_kg: float  # prey mass a home range is stretched to hold [kg]
    condition_memory: float  # weight of last season's condition
    # deaths: contracts.CHEETAH_DEATH_CAUSES by sex (0 female, 1 male) by age in seasons
    hazard: np.ndarray  # shape (cause, sex, age), at exposure 1
    starvation_condition: float  # below this condition starvation begins
    retaliation: float  # rise of the herders' hazard per livestock killed per season
    protection_effect: float  # share of snaring and persecution removed where protection is 1
    cold_season: np.ndarray  # shape (season,), share of the yearly cold hazard
    cold_response: float  # log change of the cold hazard per unit of winter severity
    cold_seasons: int  # seasons after release during which cold stress acts
    post_release: np.ndarray  # shape (soft, captive, seasons since release), hazard
    orphan_age: int  # cubs younger than this die with their mother [seasons]
    inbreeding_load: float  # B of exp(-B F): half the diploid lethal equivalents
    load_seasons: int  # seasons of life over which the load acts
    # reproduction
    breed_age_female: int  # youngest age at conception [seasons]
    breed_stage: int  # RESIDENT: only females with a home range conceive; DISPERSER: all
    breed_age_male: int  # youngest age of a sire [seasons]
    last_breed_age: int  # oldest age at conception [seasons]
    breed_condition: float  # lowest condition for conception
    conception: np.ndarray  # shape (season,), chance of a female that has met a male
    litter: np.ndarray  # shape (sizes,), cumulative chance of 1, 2, ... cubs
    male_share: float  # share of males at birth
    multiple_paternity: float  # share of litters with a second sire, if there is one in reach
    sires_per_cub: int  # 1: every cub draws its own sire (theory tests), 0: sires per litter
    gestation: int  # 1: births precede mating within a season, 0: they follow it
    mate_radius_km: float  # reach of a female that looks for a male [km]
    territorial_first: int  # 1: territory holders sire before floaters
    # space
    dependency: int  # age of independence [seasons]
    remate_age: int  # age of cubs from which their mother may conceive again [seasons]
    dispersal_km: np.ndarray  # shape (sex,), mean distance walked per season of dispersal [km]
    explore_km: np.ndarray  # shape (soft,), the same in the exploratory phase after release [km]
    explore_seasons: int  # length of the exploratory phase [seasons]
    turn: np.ndarray  # shape (5,), relative weight of a step 0, 45, ... 180 degrees off the heading
    matrix_weight: float  # relative weight of stepping onto wholly unsuitable ground
    territory_km: float  # spacing of the territories of males [km], 0 switches it off
    share_food: int  # 1: settlers leave residents the prey mass of their ranges
    settle_suitability: float  # least suitability of a home-range centre
    search_steps: int  # steps around for a place after the walk; 0: where it ends
    float_seasons: int  # seasons of dispersal after which a male settles without territory
    tenure_loss: float  # chance per season that a coalition gives up its territory
    leave_condition: float  # residents in worse condition abandon their range, 0 switches it off
    # capacity, off (emergent) in real studies
    ceiling_rule: int  # CEILING_EMERGENT, CEILING_HARD or CEILING_PROBABILISTIC
    ceiling_per_sex: int  # 1: `ceiling` holds for each sex, 0: for both together
    ceiling: np.ndarray  # int64, shape (sex,); without sexes the first entry holds


class CheetahLand(NamedTuple):
    """Land as cheetahs meet it. Cells are flat indices y * nx + x; row 0 lies north."""

    ny: int
    nx: int
    cell_km: float
    edge_open: int  # 1: who steps outside leaves as an emigrant, 0: the step fails
    inside: np.ndarray  # uint8 (cell,)
    suitability: np.ndarray  # float64 (cell,), 0..1
    road: np.ndarray  # float64 (cell,), exposure to traffic, 1 = conflict farmland
    people: np.ndarray  # float64 (cell,), exposure to herders and dogs, 1 = conflict farmland
    poaching: np.ndarray  # float64 (cell,), exposure to snares, 1 = conflict farmland
    carnivores: np.ndarray  # float64 (cell,), pressure of other carnivores, 1 = reference
    protection: np.ndarray  # float64 (cell,), 0..1, may change with the year
    mitigation: np.ndarray  # float64 (cell,), share of livestock losses and conflict prevented
    livestock_per_km2: np.ndarray  # float64 (cell,), sheep units
    small_prey_kg_per_km2: np.ndarray  # float64 (cell,)
    step_class: np.ndarray  # uint8 (8, cell), kind of lines on the step N, NE, ... NW
    permeability: np.ndarray  # float64 (regime, season, class), chance that a step succeeds
    offset_y: np.ndarray  # int32 (disc,), cells of a disc in order of distance
    offset_x: np.ndarray  # int32 (disc,)
    offset_km: np.ndarray  # float64 (disc,), distance from the centre [km]
    range_least: int  # cells of the smallest home range
    range_most: int  # cells of the largest home range


class CheetahRelease(NamedTuple):
    """One release: animals of one founder group at one cell."""

    event: np.uint64  # address of the release; identity = mix(event, number)
    key: np.uint64  # key of the season, 0 before the first
    females: int
    males: int
    age_least: int  # seasons
    age_most: int  # seasons
    cell: int
    source: int  # founder group
    captive: int  # 1 bred or held in captivity
    african: int  # 1 of African origin
    soft: int  # 1 after holding on site
    partners: int  # males per coalition, 1 for single males


class CheetahScratch(NamedTuple):
    """Work space of the kernels; ``hunted`` carries from a hunt to those who bury its kills."""

    order: np.ndarray  # int32 (slots,)
    priority: np.ndarray  # float64 (slots,)
    unsorted: np.ndarray  # int32 (slots,)
    unsorted_priority: np.ndarray  # float64 (slots,)
    newborn_father: np.ndarray  # int32 (slots,)
    bucket: np.ndarray  # int64 (slots + 2,)
    y: np.ndarray  # int64 (slots,), row of the cell
    x: np.ndarray  # int64 (slots,), column of the cell
    leader: np.ndarray  # int32 (slots,), lowest slot of the coalition, itself when alone
    partner: np.ndarray  # int32 (slots,), next slot of the coalition, -1 after the last
    last: np.ndarray  # int32 (slots,), last slot of the coalition of a leader
    hashed: np.ndarray  # int32 (power of two,), leaders by hash of their coalition
    mover: np.ndarray  # uint8 (slots,), 1 for leaders that leave, 2 for others that may move
    tied: np.ndarray  # uint8 (slots,), 1 for mothers of cubs too young to conceive again
    claims: np.ndarray  # int64 (2,), homes and territories entered by `cheetah_space.claim`
    claim: np.ndarray  # int32 (2, slot), number of the home and of the territory, -1 without
    claimed: np.ndarray  # int32 (2, 2, claim), row and column of each home and territory
    hunters: np.ndarray  # int32 (row * width,), see `interference.count_hunters`
    disc_y: np.ndarray  # int32 (row of the largest home range,), its rows around the centre
    disc_first: np.ndarray  # int32 (row,), first column of each row around the centre
    disc_last: np.ndarray  # int32 (row,), the column after its last
    inside_before: np.ndarray  # int32 (row * width,), cells inside west of each column
    hazards: np.ndarray  # float64 (cause,)
    cells: np.ndarray  # int32 (disc,), rows of `larder` of the home range at hand
    reach: np.ndarray  # float64 (disc + 1,), running sum over them of area attacked times animals
    weight: np.ndarray  # float64 (8,), running sum over directions of a step
    point: np.ndarray  # float64 (ATTACKS,), where attacks fall along `reach`
    place: np.ndarray  # int64 (ATTACKS,), and on which of `cells`
    larder: np.ndarray  # float64 (cell, 5 + whole TYPE_LANES), what cells offer, see `predation`
    food_kg: np.ndarray  # float64 (cell,), preferred prey biomass for who looks for a place [kg]
    known: np.ndarray  # int64 (cell,), `scan` plus row of `larder`; less than `scan`: unknown
    scan: np.ndarray  # int64 (1,), number of the scan at hand
    hunted: np.ndarray  # int32 (cell,), cells of all home ranges of the last hunt, by row
    hunted_cells: np.ndarray  # int64 (1,), how many of them


class CheetahTally(NamedTuple):
    """Running sums of events; the caller sets them to zero when a year begins."""

    deaths: np.ndarray  # int64 (cause,)
    deaths_in_cell: np.ndarray  # int64 (cause, cell)
    independent_deaths: np.ndarray  # int64 (1,), by causes other than the ceiling
    births: np.ndarray  # int64 (1,)
    emigrants: np.ndarray  # int64 (1,)
    released: np.ndarray  # int64 (1,)
    kills: np.ndarray  # int64 (type,)
    livestock: np.ndarray  # float64 (1,), sheep units


def new_cheetahs(slots: int, sources: int = 1) -> Cheetahs:
    """Return empty slots for `slots` cheetahs with `sources` columns of ancestry."""
    kinds: dict[str, np.dtype] = {
        "identity": np.dtype(np.uint64),
        "born_key": np.dtype(np.uint64),
        "mother_identity": np.dtype(np.uint64),
        "father_identity": np.dtype(np.uint64),
        "coalition": np.dtype(np.uint64),
        "mother": np.dtype(np.int32),
        "cell": np.dtype(np.int32),
        "stage": np.dtype(np.int8),
        "heading": np.dtype(np.int8),
    }
    for name in ("male", "territorial", "captive", "african", "soft"):
        kinds[name] = np.dtype(np.uint8)
    short = ("age", "wandering", "range_cells", "source", "since_release", "dependents")
    for name in (*short, "litter_due", "litters"):
        kinds[name] = np.dtype(np.int16)
    for name in ("condition", "need_kg", "intake_kg", "conflict", "inbreeding", "crossing"):
        kinds[name] = np.dtype(np.float64)
    arrays = {name: np.zeros(slots, kind) for name, kind in kinds.items()}
    arrays["stage"][:] = EMPTY
    arrays["mother"][:] = -1
    arrays["ancestry"] = np.zeros((slots, sources))
    arrays["sire"] = np.full((slots, 2), -1, np.int32)
    arrays["top"] = np.zeros(1, np.int64)
    return Cheetahs(**arrays)


def new_kinship(slots: int) -> np.ndarray:
    """Return the kinship matrix of `slots` empty slots, float32, shape (slots, slots + spare).

    Kinship is a sum of halved halves: 24 bits hold it exactly through 23 generations, and to one
    part in 10 million ever after. Half the memory is what births among a thousand wait for.

    Spare columns are never used. Without them rows of, say, 256 slots would begin at the same
    places of the cache, and a column would not fit it.
    """
    return np.zeros((slots, slots + _SPARE), np.float32)


def _disc_rows(y: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows of a disc of cells, with the first column of each and the one past its last.

    Nearer cells come first in a disc, so that a row has no gaps even where the last ring is cut.
    """
    rows, row = np.unique(y, return_inverse=True)
    first = np.full(rows.size, x.max(initial=0), np.int32)
    last = np.full(rows.size, x.min(initial=0), np.int32)
    np.minimum.at(first, row, x)
    np.maximum.at(last, row, x)
    return rows.astype(np.int32), first, last + np.int32(1)


def _whole(number: int, lanes: int) -> int:
    """Return the least multiple of `lanes` that is not below `number`."""
    return -(-number // lanes) * lanes


def new_scratch(slots: int, types: int, land: CheetahLand, causes: int) -> CheetahScratch:
    """Return work space for `slots` cheetahs, `types` of prey and `causes` of death on `land`."""
    cells, disc = land.inside.size, land.offset_y.size
    width, type_width = _whole(land.nx + 1, LANES), _whole(types, TYPE_LANES)
    whole = {
        "order": slots,
        "unsorted": slots,
        "newborn_father": slots,
        "leader": slots,
        "partner": slots,
        "last": slots,
        "hashed": 2 ** math.ceil(math.log2(2 * slots)),
        "claim": (2, slots),
        "claimed": (2, 2, slots),
        "hunters": land.ny * width,
        "hunted": cells,
        "cells": disc,
    }
    real = {
        "priority": slots,
        "unsorted_priority": slots,
        "hazards": causes,
        "reach": disc + 1,
        "weight": 8,
        "point": ATTACKS,
        "food_kg": cells,
    }
    wide = {"bucket": slots + 2, "y": slots, "x": slots}
    wide |= {"known": cells, "scan": 1, "claims": 2, "hunted_cells": 1, "place": ATTACKS}
    disc_y, disc_first, disc_last = _disc_rows(
        land.offset_y[: land.range_most], land.offset_x[: land.range_most]
    )
    before = np.zeros((land.ny, width), np.int32)
    np.cumsum(land.inside.reshape(land.ny, land.nx), axis=1, out=before[:, 1 : land.nx + 1])
    return CheetahScratch(
        disc_y=disc_y,
        disc_first=disc_first,
        disc_last=disc_last,
        inside_before=before.ravel(),
        **{name: np.zeros(shape, np.int32) for name, shape in whole.items()},
        **{name: np.zeros(shape) for name, shape in real.items()},
        **{name: np.zeros(shape, np.int64) for name, shape in wide.items()},
        mover=np.zeros(slots, np.uint8),
        tied=np.zeros(slots, np.uint8),
        larder=np.zeros((cells, 5 + type_width)),
    )


def new_tally(causes: int, types: int, cells: int) -> CheetahTally:
    """Return tallies at zero for `causes` of death, `types` of prey and `cells` of land."""
    return CheetahTally(
        deaths=np.zeros(causes, np.int64),
        deaths_in_cell=np.zeros((causes, cells), np.int64),
        independent_deaths=np.zeros(1, np.int64),
        births=np.zeros(1, np.int64),
        emigrants=np.zeros(1, np.int64),
        released=np.zeros(1, np.int64),
        kills=np.zeros(types, np.int64),
        livestock=np.zeros(1),
    )
