"""What a source population is made of: settings, animals, working arrays and the record."""

from typing import NamedTuple

import numpy as np

__all__ = [
    "ADULT",
    "BLOCK",
    "NEWBORN",
    "SUBADULT",
    "Additions",
    "Animals",
    "Block",
    "Breeding",
    "Capacity",
    "Dispersal",
    "Heredity",
    "Now",
    "Rates",
    "Record",
    "Setup",
    "Start",
    "State",
    "Takings",
    "empty_record",
    "empty_state",
]

#: Stages of the census.
NEWBORN, SUBADULT, ADULT = 0, 1, 2

#: Animals whose fate is decided in one go.
BLOCK = 1024

# A class of animals is the number 2 * age in steps + sex (0 female, 1 male); tables by class have
# shape (class,). The last age of a table holds for all older animals.


class Animals(NamedTuple):
    """Animals of one population, the oldest first. Shape (slots,), or (1,) where not in use."""

    identity: np.ndarray  # uint64, addresses the animal's own chance
    kind: np.ndarray  # uint16, class
    patch: np.ndarray  # uint16
    inbreeding: np.ndarray  # float32, F
    row: np.ndarray  # int32, row of the kinship matrix
    genes: np.ndarray  # uint16, shape (slots, 2 * (loci + lethal_loci), up to whole words), alleles
    words: np.ndarray  # uint64, the same memory as `genes`, for copying


class Rates(NamedTuple):
    """Deaths. Rates are per step; rate classes hold what dies alike."""

    rate_class: np.ndarray  # int64 (class,)
    death: np.ndarray  # float64 (rate class,), mean chance of death
    death_sd: np.ndarray  # float64 (rate class,), environmental noise
    quantile: np.ndarray  # float64 (rate class, NOISE_GRID) survival by normal score; or (0, 0)
    last_class: int  # animals of this class and above die for sure; number of classes if none
    correlation: float  # of the noise of births with that of survival
    catastrophe: np.ndarray  # float64 (catastrophe, 3): chance, factors of survival and births


class Breeding(NamedTuple):
    """Births."""

    fertile: np.ndarray  # float64 (class,), share of `share` that applies; 0: does not breed
    sire: np.ndarray  # int64 (class,), 1: may be a sire
    share: float  # share of fertile females that breed in a step, at low density
    share_sd: float
    share_quantile: np.ndarray  # float64 (1, NOISE_GRID) or (0, 0)
    form: int  # response to density, see `breeding.FORMS`
    strength: float
    power: float
    share_at_capacity: float
    allee: float
    brood: np.ndarray  # float64 (size + 1,), cumulative chance of 0, 1, 2 ... young
    brood_mean: float  # mean of a Poisson brood; negative: by the table
    brood_log_sd: float  # environmental noise of the log of that mean
    male_share: float  # of newborns
    pool_share: float  # share of grown males that may breed in a step
    mate_needed: int
    monogamous: int
    sire_by_young: int  # 1: every young has a sire of its own


class Capacity(NamedTuple):
    """Carrying capacity by patch, and what happens above it."""

    number: np.ndarray  # float64 (patch,) or (2 * patch,) by sex; infinite without a limit
    by_sex: int
    noise_sd: float  # relative
    rule: int  # see `survival.CEILINGS`


class Dispersal(NamedTuple):
    """Where young animals go."""

    rows: int  # of the grid; 0: patches without places
    columns: int
    chance: float
    youngest: int  # age in steps
    oldest: int
    mean_distance: float  # in sides of a cell
    natal: int  # 1: the patch of birth is a target as any other


class Heredity(NamedTuple):
    """Genes."""

    loci: int
    frequencies: np.ndarray  # float64 (allele,), cumulative; empty: every founder gene unique
    alleles: int  # largest number of different alleles at a locus
    pedigree: int  # 1: kinship matrix
    depression: float  # haploid lethal equivalents that selection does not remove
    lethal_loci: int  # after the neutral ones; founder genes at them are unique
    lethal_chance: float  # that a founder gene at such a locus is a recessive lethal
    founder_kinship: float
    every: int  # steps between genetic censuses
    kept: int  # animals whose kinship is kept after they leave, at most


class Takings(NamedTuple):
    """Animals taken, shape (plan,)."""

    first: np.ndarray  # int64, step
    last: np.ndarray  # int64
    every: np.ndarray  # int64
    sex: np.ndarray  # int64, 0, 1, or 2 for both
    youngest: np.ndarray  # int64, age in steps
    oldest: np.ndarray  # int64
    number: np.ndarray  # int64, negative: by share
    share: np.ndarray  # float64


class Additions(NamedTuple):
    """Unrelated animals brought in, shape (plan,)."""

    first: np.ndarray  # int64, step
    last: np.ndarray  # int64
    every: np.ndarray  # int64
    females: np.ndarray  # int64
    males: np.ndarray  # int64
    age: np.ndarray  # int64, steps
    patch: np.ndarray  # int64


class Start(NamedTuple):
    """Founders, by groups of patches that begin alike."""

    group: np.ndarray  # int64 (patch,), group of its founders; negative: none
    number: np.ndarray  # int64 (group, 2), females and males of a patch
    ages: np.ndarray  # float64 (group, 2, age), cumulative
    random: np.ndarray  # int64 (group,), 1: ages one by one; 0: as evenly as whole animals allow


class Setup(NamedTuple):
    """All settings of a population."""

    schedule: np.ndarray  # int64 (event,), see `run.EVENTS`
    sexes: int
    patches: int
    adult: np.ndarray  # int64 (2,), age at first breeding of females and males
    rates: Rates
    breeding: Breeding
    capacity: Capacity
    dispersal: Dispersal
    heredity: Heredity
    harvest: Takings
    removal: Takings
    additions: Additions
    start: Start


class Block(NamedTuple):
    """Fates of the animals at hand. Shape (BLOCK,)."""

    stays: np.ndarray  # int64, 1: stays
    slot: np.ndarray  # int64, slots of those who stay, so far


class State(NamedTuple):
    """Animals and working arrays; all arrays change in place."""

    animals: Animals
    alive: np.ndarray  # int64 (1,)
    founders: np.ndarray  # int64 (1,), unrelated animals so far
    lethals: np.ndarray  # uint64 (1,), key by which founder genes are lethal or not
    kinship: np.ndarray  # float64 (rows, rows)
    row_used: np.ndarray  # uint8 (rows,)
    kept_rows: np.ndarray  # int32 (heredity.kept,), rows of animals that have left
    kept: np.ndarray  # int64 (1,), how many of them
    weather: np.ndarray  # float64 (5,): noise of births, of survival and of capacity, two factors
    survival: np.ndarray  # float64 (class,)
    share: np.ndarray  # float64 (patch,), share of fertile females that breed
    brood_none: np.ndarray  # float64 (patch,), chance of an empty Poisson brood
    brood_mean: np.ndarray  # float64 (patch,)
    present: np.ndarray  # int64 (2 * patch,), animals by patch, or patch and sex
    wanted: np.ndarray  # float64 (2 * patch,), animals that may stay
    ready: np.ndarray  # int64 (patch,), fertile females that want a mate
    pool_start: np.ndarray  # int64 (patch + 1,)
    pool_size: np.ndarray  # int64 (patch,)
    pool: np.ndarray  # int32 (slots,) or (1,), slots of the sires, patch after patch
    mate: np.ndarray  # int32 (slots,) or (1,), slot of the male of a monogamous female; -1: none
    dam: np.ndarray  # int32 (slots,) or (1,), slot of the mother of each newborn
    sire: np.ndarray  # int32 (slots,) or (1,)
    block: Block
    allele_count: np.ndarray  # int64 (allele,)
    class_count: np.ndarray  # int64 (class,)
    measures: np.ndarray  # float64 (4,)
    taken: np.ndarray  # int64 (2,)


class Record(NamedTuple):
    """What happened. Flows of a step stand at the census that ends it."""

    number: np.ndarray  # int64 (census, sex, stage)
    births: np.ndarray  # int64 (census,)
    deaths: np.ndarray  # int64 (census,)
    cut: np.ndarray  # int64 (census,), above the ceiling
    harvested: np.ndarray  # int64 (census,)
    removed: np.ndarray  # int64 (census, sex), taken for releases
    supplemented: np.ndarray  # int64 (census,)
    occupied: np.ndarray  # int64 (census,), patches with animals
    inbreeding: np.ndarray  # float64 (census,), mean F
    heterozygosity: np.ndarray  # float64 (census,), expected, over loci
    alleles: np.ndarray  # float64 (census,), mean over loci
    gene_diversity: np.ndarray  # float64 (census,), 1 - mean kinship


class Now(NamedTuple):
    """The step at hand."""

    step: int
    key: np.uint64


def empty_state(setup: Setup, slots: int) -> State:
    """Return the state of nobody, with room for `slots` animals; unused traits take no room."""
    heredity, patches = setup.heredity, setup.patches
    genetic = heredity.loci > 0 or heredity.pedigree > 0
    words = -(-2 * (heredity.loci + heredity.lethal_loci) // 4)
    gene_words = np.empty((slots if words else 1, words), np.uint64)
    rows = slots + heredity.kept if heredity.pedigree else 1
    listed = genetic or setup.breeding.monogamous > 0
    animals = Animals(
        identity=np.empty(slots, np.uint64),
        kind=np.empty(slots, np.uint16),
        patch=np.empty(slots if patches > 1 else 1, np.uint16),
        inbreeding=np.empty(slots if genetic else 1, np.float32),
        row=np.zeros(slots if heredity.pedigree else 1, np.int32),
        genes=gene_words.view(np.uint16),
        words=gene_words,
    )
    return State(
        animals=animals,
        alive=np.zeros(1, np.int64),
        founders=np.zeros(1, np.int64),
        lethals=np.zeros(1, np.uint64),
        kinship=np.zeros((rows, rows)),
        row_used=np.zeros(rows, np.uint8),
        kept_rows=np.zeros(heredity.kept, np.int32),
        kept=np.zeros(1, np.int64),
        weather=np.array([0.0, 0.0, 0.0, 1.0, 1.0]),
        survival=np.zeros(setup.rates.rate_class.size),
        share=np.zeros(patches),
        brood_none=np.zeros(patches),
        brood_mean=np.zeros(patches),
        present=np.zeros(2 * patches, np.int64),
        wanted=np.zeros(2 * patches),
        ready=np.zeros(patches, np.int64),
        pool_start=np.zeros(patches + 1, np.int64),
        pool_size=np.zeros(patches, np.int64),
        pool=np.empty(slots if listed else 1, np.int32),
        mate=np.empty(slots if setup.breeding.monogamous else 1, np.int32),
        dam=np.empty(slots if genetic else 1, np.int32),
        sire=np.empty(slots if genetic else 1, np.int32),
        block=Block(np.zeros(BLOCK, np.int64), np.zeros(BLOCK, np.int64)),
        allele_count=np.zeros(heredity.alleles, np.int64),
        class_count=np.zeros(setup.rates.rate_class.size, np.int64),
        measures=np.zeros(4),
        taken=np.zeros(2, np.int64),
    )


def empty_record(steps: int) -> Record:
    """Return a record of `steps` steps at zero; genetic measures are NaN until taken."""
    rows = steps + 1

    def flow() -> np.ndarray:
        return np.zeros(rows, np.int64)

    return Record(
        number=np.zeros((rows, 2, 3), np.int64),
        births=flow(),
        deaths=flow(),
        cut=flow(),
        harvested=flow(),
        removed=np.zeros((rows, 2), np.int64),
        supplemented=flow(),
        occupied=flow(),
        inbreeding=np.full(rows, np.nan),
        heterozygosity=np.full(rows, np.nan),
        alleles=np.full(rows, np.nan),
        gene_diversity=np.full(rows, np.nan),
    )
