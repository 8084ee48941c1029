"""Populations that animals are taken from, captive or wild, outside the plateau.

Ages, rates and times are in steps of the population: years, unless `steps_per_year` or `step_days`
says otherwise. Rates are per step.
"""

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import Fraction, refuse
from ustyurt_models.study.source_founders import Founders, Patches, settled_patches
from ustyurt_models.study.source_plans import MOST_AGE, Age, Number, Step, Supplement, Take

__all__ = [
    "SOURCE_EVENTS",
    "Ceiling",
    "Death",
    "Heritage",
    "Reproduction",
    "SourcePopulation",
]

SourceEvent = Literal[
    "environment",
    "breeding",
    "mortality",
    "ageing",
    "dispersal",
    "harvest",
    "removal",
    "supplement",
    "ceiling",
    "census",
]
#: The yearly cycle of Vortex: EV, Breed, Mortality, Age, Disperse, Harvest, Supplement,
#: Ktruncation, Census. Removals for releases stand beside the harvest.
SOURCE_EVENTS: tuple[SourceEvent, ...] = get_args(SourceEvent)
DAYS_PER_YEAR = 365.25

Spread = Annotated[float, Field(ge=0, le=10)]
#: Genes are numbered in 16 bits.
_MOST_FOUNDERS = 32_000
_WHOLE = 1e-9


class Death(Block):
    """Chance of death per step by age; the last entry holds for all older animals."""

    female: Annotated[tuple[Fraction, ...], Field(min_length=1)]
    """Females by age from 0 on."""
    male: tuple[Fraction, ...] = ()
    """Males by age from 0 on; as females unless given."""
    cv: Spread | None = None
    """Environmental noise of every rate, relative to the rate."""
    female_sd: tuple[Spread, ...] = ()
    """Environmental noise of each entry of `female`, instead of `cv`."""
    male_sd: tuple[Spread, ...] = ()
    """Environmental noise of each entry of `male`; as females unless given."""

    @model_validator(mode="after")
    def _same_length(self) -> "Death":
        if self.cv is not None and (self.female_sd or self.male_sd):
            raise refuse("needs either 'cv' or '*_sd'")
        if self.female_sd and len(self.female_sd) != len(self.female):
            raise refuse("'female_sd' must have as many entries as 'female'")
        male = self.male or self.female
        if self.male_sd and len(self.male_sd) != len(male):
            raise refuse("'male_sd' must have as many entries as the rates of males")
        if self.female_sd and not self.male_sd and len(male) != len(self.female):
            raise refuse("'male_sd' is required when males have other ages than females")
        return self

    def rates(self, sex: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return chances of death by age, and their noise, of females (0) or males (1)."""
        mean = self.male if sex == 1 and self.male else self.female
        if self.cv is not None:
            return mean, tuple(self.cv * rate for rate in mean)
        given = self.male_sd if sex == 1 and self.male_sd else self.female_sd
        return mean, given or (0.0,) * len(mean)


class Reproduction(Block):
    """Births. Young of a step are counted at age 0."""

    first_age_female: Age
    """Age at which females first breed."""
    first_age_male: Age | None = None
    """Age at which males first breed; as females unless given."""
    last_age_female: Age | None = None
    """Age at which females last breed; until death unless given."""
    last_age_male: Age | None = None
    """Age at which males last breed; until death unless given."""
    share: Fraction = 1.0
    """Share of grown females that breed in a step; far below capacity with a density form."""
    share_sd: Spread = 0.0
    """Environmental noise of that share."""
    density: Literal["none", "ricker", "theta_logistic", "vortex"] = "none"
    """Response of births to N/K of the patch."""
    strength: Annotated[float, Field(ge=0, le=100)] = 1.0
    """b of ``exp(-b N/K)`` (ricker) and of ``1 - b (N/K)^theta`` (theta_logistic)."""
    theta: Annotated[float, Field(gt=0, le=100)] = 1.0
    """theta of theta_logistic."""
    share_at_capacity: Fraction | None = None
    """PK of vortex, ``(P0 - (P0 - PK) (N/K)^B) N/(A + N)``; P0 is `share`."""
    steepness: Annotated[float, Field(gt=0, le=100)] = 1.0
    """B of vortex."""
    allee: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """A of vortex [animals]."""
    brood: tuple[Fraction, ...] = ()
    """Chances of 0, 1, 2, ... young of a female that breeds; or `poisson`."""
    poisson: Annotated[float, Field(ge=0, le=100)] | None = None
    """Mean of a Poisson number of young; or `brood`."""
    poisson_log_sd: Spread = 0.0
    """Environmental noise of the logarithm of that mean."""
    male_share: Fraction = 0.5
    """Share of males among newborns."""
    pool: Fraction = 1.0
    """Share of grown males that may breed in a step."""
    mating: Literal["polygyny", "monogamy"] = "polygyny"
    """Monogamous males have one female in a step."""
    mate_needed: bool = True
    """Nobody breeds in a patch without a male of the pool."""
    paternity: Literal["brood", "young"] = "brood"
    """One sire for a brood, or one drawn for every young."""

    @model_validator(mode="after")
    def _consistent(self) -> "Reproduction":
        if bool(self.brood) == (self.poisson is not None):
            raise refuse("needs either 'brood' or 'poisson'")
        if self.brood and abs(sum(self.brood) - 1.0) > _WHOLE:
            raise refuse("'brood' must sum to 1", f"it sums to {sum(self.brood):g}")
        if (self.share_at_capacity is not None) != (self.density == "vortex"):
            raise refuse("'share_at_capacity' goes with density = 'vortex', and only with it")
        if self.poisson_log_sd > 0 and self.poisson is None:
            raise refuse("'poisson_log_sd' goes with 'poisson'")
        if self.mating == "monogamy" and self.paternity == "young":
            raise refuse("young of a monogamous pair have one sire")
        if self.mating == "monogamy" and not self.mate_needed:
            raise refuse("monogamous females need a mate")
        return self


class Ceiling(Block):
    """Carrying capacity K of a patch."""

    rule: Literal["none", "ceiling_hard", "ceiling_probabilistic"] = "none"
    """Above K: nothing, exactly K stay, or each of N stays with chance K/N (Vortex)."""
    number: Annotated[float, Field(gt=0)] | tuple[Annotated[float, Field(gt=0)], ...] | None = None
    """K; one number, or one per patch."""
    females: Number | None = None
    """With `males`, instead of `number`: K of females."""
    males: Number | None = None
    """K of males."""
    sd: Spread = 0.0
    """Environmental noise of K, relative to K, drawn every step."""

    @model_validator(mode="after")
    def _one_way(self) -> "Ceiling":
        by_sex = (self.females, self.males)
        if by_sex.count(None) == 1:
            raise refuse("'females' and 'males' go together")
        if self.number is not None and self.females is not None:
            raise refuse("needs either 'number' or 'females' and 'males'")
        if self.rule != "none" and self.number is None and self.females is None:
            raise refuse("a ceiling needs 'number', or 'females' and 'males'")
        return self


class Heritage(Block):
    """Genes, kinship and what inbreeding does."""

    loci: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Neutral, unlinked loci."""
    frequencies: tuple[Fraction, ...] = ()
    """Frequencies of alleles among founders; every founder gene is unique unless given."""
    pedigree: bool = False
    """Keep the exact kinship of the living; F is then by pedigree."""
    founder_kinship: Fraction = 0.0
    """Kinship of any two founders, and their own F."""
    diploid_lethal_equivalents: Annotated[float, Field(ge=0, le=100)] = 0.0
    """Survival of the first step falls by ``exp(-B F)``, B half of this number."""
    lethal_share: Fraction = 0.0
    """Share of these that are recessive lethals, which selection removes; half in Vortex."""
    census_every: Step = 1
    """Steps between two measurements of genes."""

    @model_validator(mode="after")
    def _measurable(self) -> "Heritage":
        if self.frequencies and abs(sum(self.frequencies) - 1.0) > _WHOLE:
            raise refuse("'frequencies' must sum to 1")
        by_loci = self.loci > 0 and not self.frequencies
        if self.diploid_lethal_equivalents > 0 and not (self.pedigree or by_loci):
            raise refuse("inbreeding needs 'pedigree', or 'loci' with unique founder genes")
        if self.lethal_share > 0 and self.founder_kinship > 0:
            raise refuse("'lethal_share' must be 0 when founders are related")
        if self.frequencies and self.founder_kinship > 0 and not self.pedigree:
            raise refuse("related founders need 'pedigree', or unique founder genes")
        return self

    @property
    def lethals(self) -> float:
        """Recessive lethals that a founder carries in the mean."""
        return self.lethal_share * self.diploid_lethal_equivalents

    @property
    def active(self) -> bool:
        """Whether anything is inherited."""
        return self.loci > 0 or self.pedigree


class Calamity(Block):
    """A catastrophe."""

    chance: Fraction
    """Per step."""
    survival: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Factor of survival."""
    births: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Factor of the share of females that breed."""


class SourcePopulation(Block):
    """One population, simulated animal by animal."""

    steps_per_year: Annotated[int, Field(ge=1, le=365)] = 1
    """Steps in a year of the study; or `step_days`."""
    step_days: Annotated[float, Field(gt=0, le=366)] | None = None
    """Length of a step, as programs with time steps in days state it."""
    order: tuple[SourceEvent, ...] = SOURCE_EVENTS
    """Order of events in a step; an event that is left out does not happen."""
    sexes: Annotated[int, Field(ge=1, le=2)] = 2
    """1: females only, or animals that are both."""
    maximum_age: Annotated[int, Field(ge=1, le=MOST_AGE)] | None = None
    """Animals of this age breed once more and die; none unless given."""
    death: Death
    """Chances of death."""
    breeding: Reproduction
    """Births."""
    noise: Literal["normal", "beta", "binomial"] = "normal"
    """Environmental noise of rates: normal, cut at 0 and 1; or beta with that mean and spread; or
    the share of so many trials that has nearly that spread (Vortex), which may well be 0 or 1."""
    noise_correlation: Annotated[float, Field(ge=-1, le=1)] = 0.0
    """Correlation of the noise of births with that of survival."""
    catastrophe: tuple[Calamity, ...] = ()
    """Catastrophes."""
    capacity: Ceiling = Ceiling()
    """Carrying capacity."""
    patches: Patches | None = None
    """Several patches; one unless given."""
    genetics: Heritage = Heritage()
    """Genes."""
    founders: Founders | None = None
    """Animals at the start; or `founder_group`."""
    founder_group: tuple[Founders, ...] = ()
    """Animals at the start that differ by patch, each group with patches of its own."""
    supplement: tuple[Supplement, ...] = ()
    """Animals brought in."""
    harvest: tuple[Take, ...] = ()
    """Offtake."""
    removal: tuple[Take, ...] = ()
    """Animals taken for purposes outside the study; releases that name this source come on top."""

    @model_validator(mode="after")
    def _consistent(self) -> "SourcePopulation":
        twice = sorted({event for event in self.order if self.order.count(event) > 1})
        if twice:
            raise refuse(f"'order' must name each event once; twice: {', '.join(twice)}")
        if "census" not in self.order:
            raise refuse("'order' must contain 'census', or there is no result")
        if self.step_days is not None and self.steps_per_year != 1:
            raise refuse("needs either 'steps_per_year' or 'step_days'")
        if self.sexes == 2 and self.genetics.active and not self.breeding.mate_needed:
            raise refuse("genes of two sexes need a mate: 'mate_needed' must be true")
        if self.sexes == 1 and self.breeding.mating == "monogamy":
            raise refuse("monogamy needs two sexes")
        form = self.breeding.density
        if form != "none" and self.capacity.number is None and self.capacity.females is None:
            raise refuse("births that respond to density need 'capacity'")
        if self.noise != "normal" and form != "none" and self.breeding.share_sd > 0:
            raise refuse(f"a {self.noise} noise of the breeding share needs density = 'none'")
        patches = self.layout.size
        if isinstance(self.capacity.number, tuple) and len(self.capacity.number) != patches:
            raise refuse(f"'capacity.number' must be one number, or one for each of {patches}")
        for place, plan in enumerate(self.supplement):
            if plan.patch > patches:
                raise refuse(f"'supplement[{place}].patch' must lie in 1..{patches}")
        if (self.founders is None) != bool(self.founder_group):
            raise refuse("needs either 'founders' or 'founder_group'")
        settled = settled_patches(self.groups, self.layout)
        neutral = self.genetics.loci > 0 and not self.genetics.frequencies
        if neutral or self.genetics.lethals > 0:
            founders = zip(self.groups.values(), settled, strict=True)
            if sum(one.size * len(places) for one, places in founders) > _MOST_FOUNDERS:
                raise refuse(f"unique founder genes need at most {_MOST_FOUNDERS:,} founders")
        return self

    @property
    def layout(self) -> Patches:
        """Patches; a single one unless given."""
        return self.patches or Patches(count=1)

    @property
    def groups(self) -> dict[str, Founders]:
        """Groups of founders by their name in the study."""
        if self.founders is not None:
            return {"founders": self.founders}
        return {f"founder_group[{place}]": one for place, one in enumerate(self.founder_group)}

    @property
    def breeds_from(self) -> tuple[int, int]:
        """First breeding age of females and of males."""
        female, male = self.breeding.first_age_female, self.breeding.first_age_male
        return female, female if male is None else male

    @property
    def rate_per_year(self) -> float:
        """Steps in a year."""
        return self.steps_per_year if self.step_days is None else DAYS_PER_YEAR / self.step_days

    def steps(self, years: int) -> int:
        """Return the whole steps in so many years."""
        return int(years * self.rate_per_year + _WHOLE)
