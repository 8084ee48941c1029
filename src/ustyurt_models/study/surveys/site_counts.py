"""Counts at sites that miss animals: N-mixture, Royle-Nichols and removal."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.quantities import AreaKm2, refuse
from ustyurt_models.study.surveys.candidates import CountCandidate, Family, require_other_candidates
from ustyurt_models.study.surveys.priors import LogNormal, Normal
from ustyurt_models.study.surveys.sites import SiteBlock, SitePriors

__all__ = ["CountPriors", "NMixture", "Removal", "RoyleNichols", "SiteCounts"]

Positive = Annotated[float, Field(gt=0)]


class CountPriors(SitePriors):
    """Priors of animals at sites, besides those of detection."""

    animals: LogNormal = LogNormal(median=1.0, sd_log=2.0)
    """Animals at a site with average covariates; 95 % within 0.02 to 50."""
    animals_coefficient_sd: Positive = 2.0
    """Normal prior of effects of standardised covariates, and of levels, on log animals."""
    site_cv_mean: Positive = 1.0
    """Exponential prior of the coefficient of variation of animals among sites beyond covariates
    (negative binomial)."""
    empty: Normal = Normal(mean=0.0, sd=1.5)
    """Logit of the share of sites without any animal (zero-inflated); about flat from 0 to 1."""


class SiteCounts(SiteBlock):
    """Animals at sites, told from repeated visits that miss some."""

    tells: ClassVar[Literal["abundance", "site counts", "occupancy"]] = "site counts"

    animals: str = ""
    """Covariates of the logarithm of animals at a site, such as ``forage + slope``: columns of
    sites."""
    animals_random: tuple[str, ...] = ()
    """Factors with random effects on the logarithm of animals, such as ``block``."""
    family: Family = "poisson"
    """Distribution of animals around the expected number of a site."""
    site_area: AreaKm2 | None = None
    """Area whose animals one site's visits can find; without it there is no density."""
    candidates: tuple[Family | CountCandidate, ...] = ()
    """Further families, or tables such as ``{ family = "negative-binomial", animals = "forage" }``,
    of models of the same visits, compared by leave-one-out (sites)."""
    average: bool = False
    """Average over the model and `candidates` with stacking weights."""
    priors: CountPriors = CountPriors()
    """What is believed before the data."""

    @model_validator(mode="after")
    def _sites_are_no_map(self) -> "SiteCounts":
        if self.on_map:
            raise refuse(
                "counts at sites are not predicted to cells: the area that a site stands for is "
                "not known; take hierarchical_distance or density_surface"
            )
        return self

    @model_validator(mode="after")
    def _candidates_differ(self) -> "SiteCounts":
        require_other_candidates(self)
        return self


class _CountedAtOnce(SiteCounts):
    """Counts in which one animal stands once a visit."""

    @model_validator(mode="after")
    def _visits_count_animals(self) -> "_CountedAtOnce":
        for source in ("cameras", "patrols"):
            if getattr(self, source) is not None:
                raise refuse(
                    f"{source!r} tell passages or sightings, in which one animal may stand many "
                    "times, and not animals counted at once; take royle_nichols or occupancy"
                )
        return self


class NMixture(_CountedAtOnce):
    """Repeated counts; each visit sees each animal of the site with the same probability.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import NMixture
    >>> block = NMixture(file="squares.csv", visits="count{visit}", family="negative-binomial")
    >>> block.priors.animals.median
    1.0
    """

    model: Literal["n_mixture"] = "n_mixture"
    """Repeated counts that miss animals (N-mixture)."""
    visits: str | tuple[str, ...] = "y.{visit}"
    """Columns of animals counted: a pattern such as ``count{visit}``, or their names."""


class RoyleNichols(SiteCounts):
    """Detections whose chance grows with the number of animals at the site.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import RoyleNichols
    >>> RoyleNichols(file="stops.csv", visits="visit{visit}").family
    'poisson'
    """

    model: Literal["royle_nichols"] = "royle_nichols"
    """Detections whose chance grows with the number of animals (Royle-Nichols)."""


class Removal(_CountedAtOnce):
    """Animals that are taken away, or counted once, on successive passes.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import Removal
    >>> Removal(file="burrows.csv", visits="pass{visit}").model
    'removal'
    """

    model: Literal["removal"] = "removal"
    """Animals counted once on successive passes (multinomial)."""
    visits: str | tuple[str, ...] = "y.{visit}"
    """Columns of animals found first on each pass, in the order of the passes."""
