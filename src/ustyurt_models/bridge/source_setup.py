"""From the block `source` of a study to the settings of the kernels."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, betaincinv, ndtr

from ustyurt_models.checks import require
from ustyurt_models.formulas.source_projection import Projection, growth_and_structure
from ustyurt_models.ibm.source.breeding import FORMS
from ustyurt_models.ibm.source.environment import NOISE_GRID, NOISE_REACH
from ustyurt_models.ibm.source.state import (
    Additions,
    Breeding,
    Capacity,
    Dispersal,
    Heredity,
    Rates,
    Setup,
    Start,
    Takings,
)
from ustyurt_models.ibm.source.survival import CEILINGS
from ustyurt_models.study.source_founders import Founders, settled_patches
from ustyurt_models.study.source_plans import Plan, Take
from ustyurt_models.study.source_populations import SOURCE_EVENTS, SourcePopulation

__all__ = ["founders_of", "projection_of", "setup_of"]

_NO_END = 2_000_000_000
#: At least; a founder with an average load then hardly has two lethals at one of them.
_LETHAL_LOCI = 20
#: Beyond this a binomial rate is as good as a normal one.
_MOST_TRIALS = 100
_SEXES = ("female", "male", "any")


def _oldest(population: SourcePopulation) -> int:
    """Return the last age of tables by age; it holds for all older animals."""
    breeding, groups = population.breeding, population.groups.values()
    if population.maximum_age is not None:
        return population.maximum_age
    lists = [population.death.rates(sex)[0] for sex in range(2)]
    given = [one for group in groups for one in (group.females, group.males)]
    lists += [one for one in given if isinstance(one, tuple)]
    ages = [len(one) - 1 for one in lists] + list(population.breeds_from)
    ages += [age + 1 for age in (breeding.last_age_female, breeding.last_age_male) if age]
    ages += [group.ages[1] for group in groups if group.ages != "stable"]
    ages += [one.age for one in population.supplement]
    ages += [take.youngest for take in (*population.harvest, *population.removal)]
    if population.patches is not None:
        ages.append(population.patches.oldest + 1)
    ages += [t.oldest + 1 for t in (*population.harvest, *population.removal) if _bounded(t)]
    return max(*ages, 1)


def _bounded(take: Take) -> bool:
    """Tell whether a plan names an oldest age."""
    return "oldest" in take.model_fields_set


def _acts(population: SourcePopulation) -> dict[str, bool]:
    """Tell of the events that may be without effect whether they have any."""
    noise = [population.breeding.share_sd, population.breeding.poisson_log_sd]
    noise += [population.capacity.sd]
    for sex in range(2):
        noise += population.death.rates(sex)[1]
    return {
        "environment": any(noise) or bool(population.catastrophe),
        "dispersal": population.patches is not None and population.patches.emigration > 0,
        "harvest": bool(population.harvest),
        "removal": bool(population.removal),
        "supplement": bool(population.supplement),
        "ceiling": population.capacity.rule != "none",
    }


def _schedule(population: SourcePopulation) -> NDArray[np.int64]:
    """Return the codes of the events that have an effect, in order."""
    acts = _acts(population)
    return np.array(
        [SOURCE_EVENTS.index(event) for event in population.order if acts.get(event, True)],
        dtype=np.int64,
    )


def _by_age(values: tuple[float, ...], oldest: int) -> NDArray[np.float64]:
    """Return a table by age; the last value holds for all older ages."""
    return np.array([values[min(age, len(values) - 1)] for age in range(oldest + 1)])


def _breeds(population: SourcePopulation, sex: int, oldest: int) -> NDArray[np.bool_]:
    """Tell by age whether females (0) or males (1) are of breeding age."""
    ages = np.arange(oldest + 1)
    last = (population.breeding.last_age_female, population.breeding.last_age_male)[sex]
    return (ages >= population.breeds_from[sex]) & (ages <= (oldest if last is None else last))


def projection_of(population: SourcePopulation) -> Projection:
    """Return the mean rates of a population far below capacity."""
    breeding, oldest = population.breeding, _oldest(population)
    survival = 1.0 - np.array([_by_age(population.death.rates(sex)[0], oldest) for sex in range(2)])
    if population.maximum_age is not None:
        survival[:, population.maximum_age :] = 0.0
    brood = breeding.poisson
    if brood is None:
        brood = float(np.arange(len(breeding.brood)) @ np.array(breeding.brood))
    young = breeding.share * brood * _breeds(population, 0, oldest)
    male_share = breeding.male_share if population.sexes == 2 else 0.0
    return Projection(population.order, survival, young.astype(float), male_share)


def _quantiles(
    noise: str, mean: NDArray[np.float64], sd: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return quantiles of rates by normal score, shape (rate, NOISE_GRID)."""
    score = np.linspace(-NOISE_REACH, NOISE_REACH, NOISE_GRID)
    table = np.repeat(mean[:, None], NOISE_GRID, axis=1)
    quantile = _beta if noise == "beta" else _binomial
    for row, (m, s) in enumerate(zip(mean, sd, strict=True)):
        if s > 0.0 and 0.0 < m < 1.0:
            table[row] = quantile(float(m), float(s), score)
    return table


def _beta(mean: float, sd: float, score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return beta quantiles with that mean and spread."""
    size = mean * (1.0 - mean) / sd**2 - 1.0
    require(size > 0, "source", "a beta rate needs sd < sqrt(mean (1 - mean))", sd)
    quantile: NDArray[np.float64] = betaincinv(mean * size, (1.0 - mean) * size, ndtr(score))
    return quantile


def _binomial(mean: float, sd: float, score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return quantiles of the share of trials, as many as come nearest to the spread.

    Normal, cut at 0 and 1, where there would be more than `_MOST_TRIALS`.
    """
    trials = max(1, round(mean * (1.0 - mean) / sd**2))
    if trials > _MOST_TRIALS:
        return np.clip(mean + sd * score, 0.0, 1.0)
    cumulative = bdtr(np.arange(trials), trials, mean)
    return np.searchsorted(cumulative, ndtr(score)) / trials


def _rates(population: SourcePopulation, oldest: int) -> Rates:
    """Return deaths: one rate class for every sex and age."""
    mean, sd = np.empty((2, 2 * (oldest + 1)))
    for sex in range(2):
        rates, spread = population.death.rates(sex)
        mean[sex::2], sd[sex::2] = _by_age(rates, oldest), _by_age(spread, oldest)
    pairs, rate_class = np.unique(np.stack([mean, sd], axis=1), axis=0, return_inverse=True)
    tabled = population.noise != "normal"
    quantile = _quantiles(population.noise, 1.0 - pairs[:, 0], pairs[:, 1]) if tabled else None
    last = 2 * population.maximum_age if population.maximum_age else 2 * (oldest + 1)
    calamities = [(one.chance, one.survival, one.births) for one in population.catastrophe]
    return Rates(
        rate_class=rate_class.ravel().astype(np.int64),
        death=pairs[:, 0].copy(),
        death_sd=pairs[:, 1].copy(),
        quantile=np.empty((0, 0)) if quantile is None else quantile,
        last_class=last,
        correlation=population.noise_correlation,
        catastrophe=np.array(calamities, dtype=float).reshape(len(calamities), 3),
    )


def _breeding(population: SourcePopulation, oldest: int) -> Breeding:
    """Return births."""
    given, two = population.breeding, population.sexes == 2
    fertile, sire = np.zeros(2 * (oldest + 1)), np.zeros(2 * (oldest + 1), np.int64)
    fertile[0::2] = _breeds(population, 0, oldest)
    sire[1::2] = two & _breeds(population, 1, oldest)
    sire[0::2] = (not two) & _breeds(population, 0, oldest)
    tabled = population.noise != "normal" and given.share_sd > 0.0
    share = np.array([given.share]), np.array([given.share_sd])
    return Breeding(
        fertile=fertile,
        sire=sire,
        share=given.share,
        share_sd=given.share_sd,
        share_quantile=_quantiles(population.noise, *share) if tabled else np.empty((0, 0)),
        form=FORMS.index(given.density),
        strength=float(given.strength),
        power=float(given.steepness if given.density == "vortex" else given.theta),
        share_at_capacity=given.share_at_capacity or 0.0,
        allee=float(given.allee),
        brood=np.cumsum(given.brood, dtype=float) if given.brood else np.ones(1),
        brood_mean=-1.0 if given.poisson is None else float(given.poisson),
        brood_log_sd=float(given.poisson_log_sd),
        male_share=given.male_share if two else 0.0,
        pool_share=given.pool,
        mate_needed=int(two and given.mate_needed),
        monogamous=int(given.mating == "monogamy"),
        sire_by_young=int(given.paternity == "young"),
    )


def _capacity(population: SourcePopulation, patches: int) -> Capacity:
    """Return capacity by patch."""
    given = population.capacity
    by_sex = given.females is not None
    if by_sex:
        number = np.tile(np.array([given.females, given.males], dtype=float), patches)
    else:
        number = np.full(patches, np.inf if given.number is None else given.number, dtype=float)
    rule = CEILINGS.index(given.rule)
    return Capacity(number, int(by_sex), float(given.sd), rule)


def _dispersal(population: SourcePopulation) -> Dispersal:
    """Return where young animals go."""
    given = population.patches
    if given is None:
        return Dispersal(0, 0, 0.0, 0, 0, 1.0, 0)
    rows, columns = given.shape or (0, 0)
    return Dispersal(
        rows,
        columns,
        given.emigration,
        given.youngest,
        given.oldest,
        float(given.mean_distance),
        int(given.natal),
    )


def _plans(plans: tuple[Plan, ...], **more: Sequence[float]) -> list[NDArray]:
    """Return first, last and step of plans, then further columns; whole numbers but `share`."""
    columns: dict[str, Sequence[float]] = {
        "first": [one.from_step - 1 for one in plans],
        "last": [_NO_END if one.to_step is None else one.to_step - 1 for one in plans],
        "every": [one.every for one in plans],
    } | more
    return [
        np.array(column, dtype=float if name == "share" else np.int64)
        for name, column in columns.items()
    ]


def _takings(plans: tuple[Take, ...]) -> Takings:
    """Return harvest or removal as arrays."""
    return Takings(
        *_plans(
            plans,
            sex=[_SEXES.index(one.sex) for one in plans],
            youngest=[one.youngest for one in plans],
            oldest=[one.oldest for one in plans],
            number=[-1 if one.number is None else one.number for one in plans],
            share=[one.share or 0.0 for one in plans],
        )
    )


def _additions(population: SourcePopulation) -> Additions:
    """Return supplements as arrays."""
    plans = population.supplement
    males = [one.males if population.sexes == 2 else 0 for one in plans]
    return Additions(
        *_plans(
            plans,
            females=[one.females for one in plans],
            males=males,
            age=[one.age for one in plans],
            patch=[one.patch - 1 for one in plans],
        )
    )


def _group(
    given: Founders, population: SourcePopulation, structure: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return numbers (sex,) and cumulative shares of ages (sex, age) of a group of founders."""
    if isinstance(given.females, tuple):
        shares = np.zeros_like(structure)
        shares[0, : len(given.females)] = given.females
        if isinstance(given.males, tuple):
            shares[1, : len(given.males)] = given.males
        number = shares.sum(axis=1).astype(np.int64)
    else:
        number = np.array([given.females or 0, given.males or 0], dtype=np.int64)
        shares = structure
        if given.ages != "stable":
            shares = np.zeros_like(structure)
            shares[:, given.ages[0] : given.ages[1] + 1] = 1.0
    if given.number is not None:
        females = round(given.number * structure[0].sum()) if population.sexes == 2 else None
        both = given.number if females is None else females
        number = np.array([both, given.number - both], dtype=np.int64)
    total = np.maximum(shares.sum(axis=1, keepdims=True), 1e-300)
    return number, np.cumsum(shares / total, axis=1)


def _start(population: SourcePopulation) -> Start:
    """Return where founders stand, their numbers and ages."""
    groups, layout = population.groups, population.layout
    _, structure = growth_and_structure(projection_of(population))
    made = [_group(one, population, structure) for one in groups.values()]
    group = np.full(layout.size, -1, dtype=np.int64)
    for place, patches in enumerate(settled_patches(groups, layout)):
        group[list(patches)] = place
    return Start(
        group=group,
        number=np.stack([number for number, _ in made]),
        ages=np.stack([ages for _, ages in made]),
        random=np.array([one.drawn == "at random" for one in groups.values()], dtype=np.int64),
    )


def founders_of(start: Start) -> int:
    """Return the number of founders in all patches."""
    return int(start.number[start.group[start.group >= 0]].sum())


def _heredity(population: SourcePopulation, start: Start, steps: int, kept: int) -> Heredity:
    """Return genes; the largest number of alleles counts every animal that may come in."""
    given = population.genetics
    founders = founders_of(start)
    for plan in population.supplement:
        last = steps if plan.to_step is None else min(plan.to_step, steps)
        times = max(0, (last - plan.from_step) // plan.every + 1)
        founders += (plan.females + plan.males) * times
    unique = 2 * founders + 2 if given.loci > 0 else 1
    lethal_loci = max(_LETHAL_LOCI, math.ceil(given.lethals)) if given.lethals > 0.0 else 0
    return Heredity(
        loci=given.loci,
        frequencies=np.cumsum(given.frequencies, dtype=float),
        alleles=len(given.frequencies) or min(unique, 65_536),
        pedigree=int(given.pedigree),
        depression=0.5 * (given.diploid_lethal_equivalents - given.lethals),
        lethal_loci=lethal_loci,
        lethal_chance=given.lethals / max(1, 2 * lethal_loci),
        founder_kinship=given.founder_kinship,
        every=given.census_every,
        kept=kept,
    )


def setup_of(population: SourcePopulation, steps: int, kept: int = 0) -> Setup:
    """Return the settings of a population that runs for `steps` steps.

    Kinship with up to `kept` animals is followed on after they have been taken for releases.

    Raises
    ------
    InputError
        When a beta rate is asked for that cannot be.
    """
    oldest = _oldest(population)
    patches = population.layout.size
    start = _start(population)
    return Setup(
        schedule=_schedule(population),
        sexes=population.sexes,
        patches=patches,
        adult=np.array(population.breeds_from, dtype=np.int64),
        rates=_rates(population, oldest),
        breeding=_breeding(population, oldest),
        capacity=_capacity(population, patches),
        dispersal=_dispersal(population),
        heredity=_heredity(population, start, steps, kept),
        harvest=_takings(population.harvest),
        removal=_takings(population.removal),
        additions=_additions(population),
        start=start,
    )
