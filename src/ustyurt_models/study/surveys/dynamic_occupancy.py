"""Dynamic occupancy: sites are won and lost between seasons."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.quantities import refuse
from ustyurt_models.study.surveys.candidates import DynamicCandidate, require_other_candidates
from ustyurt_models.study.surveys.priors import Share
from ustyurt_models.study.surveys.sites import Columns, SiteBlock, SitePriors

__all__ = ["DynamicOccupancy", "DynamicPriors"]

Positive = Annotated[float, Field(gt=0)]


class DynamicPriors(SitePriors):
    """Priors of dynamic occupancy, besides those of detection."""

    psi: Share = Share()
    """Probability that a site with average covariates is occupied in the first season."""
    gamma: Share = Share()
    """Probability that an empty site is occupied one season later."""
    epsilon: Share = Share()
    """Probability that an occupied site is empty one season later."""
    state_coefficient_sd: Positive = 1.5
    """Normal prior of effects of standardised covariates, and of levels, on the logits of psi,
    colonisation and extinction; 1.5 lets the odds change by a factor of 19 either way (95 %)."""


class DynamicOccupancy(SiteBlock):
    """Occupancy over several seasons.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import DynamicOccupancy
    >>> block = DynamicOccupancy(file="quadrats.csv", visits="det{season:2}{visit}")
    >>> block.priors.gamma.median
    0.5
    """

    tells: ClassVar[Literal["abundance", "site counts", "occupancy"]] = "occupancy"

    model: Literal["dynamic_occupancy"] = "dynamic_occupancy"
    """Occupancy over several seasons."""
    visits: Columns = "y.{season}.{visit}"
    """Columns of what was seen: a pattern such as ``det{season:2}{visit}`` (season in two
    characters)."""
    psi: str = ""
    """Covariates of the logit of occupancy in the first season: columns of sites."""
    colonisation: str = ""
    """Covariates of the logit of colonisation: columns of sites, or ``season``, the one before."""
    extinction: str = ""
    """Covariates of the logit of local extinction: columns of sites, or ``season``, the one
    before."""
    psi_random: tuple[str, ...] = ()
    """Factors with random effects on the logit of occupancy in the first season."""
    colonisation_random: tuple[str, ...] = ()
    """Factors with random effects on the logit of colonisation, such as ``season``."""
    extinction_random: tuple[str, ...] = ()
    """Factors with random effects on the logit of local extinction, such as ``season``."""
    candidates: tuple[DynamicCandidate, ...] = ()
    """Further models of the same visits, such as ``{ colonisation = "forage" }``, compared by
    leave-one-out (sites)."""
    average: bool = False
    """Average over the model and `candidates` with stacking weights."""
    priors: DynamicPriors = DynamicPriors()
    """What is believed before the data."""

    @model_validator(mode="after")
    def _seasons_are_named(self) -> "DynamicOccupancy":
        if isinstance(self.visits, str) and "{season" not in self.visits:
            raise refuse("'visits' must hold {season}, such as det{season:2}{visit}")
        if not isinstance(self.visits, str):
            raise refuse("'visits' must be a pattern with {season} and {visit}")
        if self.on_map:
            raise refuse("dynamic occupancy is not predicted to cells; take occupancy for a map")
        return self

    @model_validator(mode="after")
    def _candidates_differ(self) -> "DynamicOccupancy":
        require_other_candidates(self)
        return self
