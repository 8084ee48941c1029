"""Occupancy of several species at once: those seldom seen learn from the others."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.quantities import refuse
from ustyurt_models.study.surveys.priors import Share
from ustyurt_models.study.surveys.sites import Columns, SiteBlock, SitePriors

__all__ = ["CommunityOccupancy", "CommunityPriors"]

Positive = Annotated[float, Field(gt=0)]


class CommunityPriors(SitePriors):
    """Priors of a community: of its typical species, and of how much species differ."""

    psi: Share = Share()
    """Probability that a typical species occupies a site with average covariates; about flat."""
    psi_coefficient_sd: Positive = 1.5
    """Normal prior of effects of standardised covariates on the logit of psi of a typical
    species; 1.5 lets the odds change by a factor of 19 either way (95 %)."""
    species_sd_mean: Positive = 1.0
    """Exponential prior of the standard deviation among species of the logits of psi and of
    detection; at 1 the odds of two in three species lie within a factor of 2.7 of the typical."""
    slope_sd_mean: Positive = 0.5
    """Exponential prior of the standard deviation among species of the effect of a covariate."""


class CommunityOccupancy(SiteBlock):
    """Single-season occupancy of several species that were looked for on the same visits.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import CommunityOccupancy
    >>> block = CommunityOccupancy(file="visits.csv", visit_column="visit", psi="forage")
    >>> block.priors.species_sd_mean
    1.0
    """

    tells: ClassVar[Literal["abundance", "site counts", "occupancy"]] = "occupancy"

    model: Literal["community_occupancy"] = "community_occupancy"
    """Occupancy of several species with partial pooling."""
    members: dict[str, str] = Field(default_factory=dict)
    """Species that were looked for: name in the study to name in the file (`scientificName` of
    cameras). All species of a table unless given; cameras and patrols need it."""
    never_seen: tuple[str, ...] = ()
    """Species that were looked for on every visit and never seen: all that is known of them comes
    from the others."""
    species_column: str = "species"
    """Column of the table with the species."""
    visit_column: str = ""
    """Column with the visit, where the table has one row per site, visit and species; else there
    is one row per site and species, with the columns `visits`."""
    seen_column: str = ""
    """Column with 0 and 1 in a table with a row per visit; a row means seen unless given."""
    psi: str = ""
    """Covariates of the logit of occupancy: columns of sites. Every species has its own effects."""
    psi_random: tuple[str, ...] = ()
    """Factors with random effects on the logit of occupancy that all species share."""
    priors: CommunityPriors = CommunityPriors()
    """What is believed before the data."""

    def _patterns(self) -> dict[str, Columns]:
        """Return nothing where every visit has its own rows."""
        return {} if self.visit_column else super()._patterns()

    @model_validator(mode="after")
    def _options_fit(self) -> "CommunityOccupancy":
        if self.on_map:
            raise refuse("a community is not predicted to cells; take occupancy for a map")
        if (self.cameras or self.patrols) and not self.members:
            raise refuse("'members' must say which species were looked for")
        if self.visit_column and (self.occasion or not isinstance(self.search, str)):
            rule = "'occasion' and several columns of 'search' are for tables with a row per site"
            raise refuse(rule)
        if self.seen_column and not self.visit_column:
            raise refuse("'seen_column' needs 'visit_column'")
        twice = sorted(set(self.never_seen) & set(self.members))
        if twice:
            raise refuse(f"{twice[0]!r} must not stand in both 'members' and 'never_seen'")
        return self
