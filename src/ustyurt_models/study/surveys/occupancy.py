"""Occupancy: where a species is, told from repeated visits that may miss it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.quantities import LengthM, refuse
from ustyurt_models.study.surveys.candidates import OccupancyCandidate, require_other_candidates
from ustyurt_models.study.surveys.priors import Share
from ustyurt_models.study.surveys.sites import PlacedBlock, RandomPriors, SiteBlock, SitePriors

__all__ = ["FalsePriors", "Occupancy", "OccupancyPriors", "PsiBlock", "PsiPriors"]

Positive = Annotated[float, Field(gt=0)]


class PsiPriors(RandomPriors):
    """Priors of occupancy."""

    psi: Share = Share()
    """Probability that a site with average covariates is occupied; about flat from 0 to 1."""
    psi_coefficient_sd: Positive = 1.5
    """Normal prior of effects of standardised covariates, and of levels, on the logit of psi;
    1.5 lets the odds change by a factor of 19 either way (95 %)."""
    field_sd_mean: Positive = 1.0
    """Exponential prior of the standard deviation of the field on the logit of psi."""


class FalsePriors(SitePriors):
    """Priors of detections that may be false, besides those of detection."""

    false_positive: Share = Share(median=0.03, sd_logit=1.0)
    """Probability of an unconfirmed detection on a visit to an empty site; 95 % within 0.004 to
    0.18."""
    confirmed: Share = Share()
    """Share of the detections at occupied sites that are confirmed; about flat from 0 to 1."""


class OccupancyPriors(FalsePriors, PsiPriors):
    """Priors of occupancy and of detection."""


class PsiBlock(PlacedBlock):
    """What occupancy depends on."""

    psi: str = ""
    """Covariates of the logit of occupancy, such as ``forage + slope``: columns of sites, layers of
    the grid, or the place itself as ``x_km`` and ``y_km``."""
    psi_random: tuple[str, ...] = ()
    """Factors with random effects on the logit of occupancy, such as ``block``."""
    field: bool = False
    """A smooth field over the map on the logit of occupancy; needs positions and cells."""
    kernel: Literal["matern52", "squared-exponential"] = "matern52"
    """How smooth the field is: bends of any kind, or very smooth ones only."""
    length_scale: LengthM | None = None
    """Distance over which occupancy is alike, middle of its prior; 95 % of the prior lie between
    0.375 and 2 times this. A sixth of the longer side of the map unless given."""
    basis: Annotated[int, Field(ge=3, le=60)] | None = None
    """Waves per axis; chosen from the length scale unless given."""

    @model_validator(mode="after")
    def _field_options_need_a_field(self) -> "PsiBlock":
        if not self.field and (self.length_scale is not None or self.basis is not None):
            raise refuse("'length_scale' and 'basis' need field = true")
        return self


class Occupancy(PsiBlock, SiteBlock):
    """Single-season occupancy.

    Examples
    --------
    >>> from ustyurt_models import Occupancy, fit_survey
    >>> block = Occupancy(file="points.csv", visits="det{visit}", psi="elev + elev^2")
    >>> block.priors.psi.median
    0.5
    >>> tree = fit_survey(block, "surveys", seed=1)  # doctest: +SKIP
    >>> tree["occupancy"]["occupied_sites"].median()  # doctest: +SKIP
    """

    tells: ClassVar[Literal["abundance", "site counts", "occupancy"]] = "occupancy"

    model: Literal["occupancy"] = "occupancy"
    """Single-season occupancy."""
    false_positives: bool = False
    """Detections may be false unless confirmed: visits hold 0, 1 (unconfirmed), 2 (confirmed)."""
    candidates: tuple[OccupancyCandidate, ...] = ()
    """Further models of the same visits, such as ``{ psi = "forage", detection = "date" }``,
    compared by leave-one-out (sites)."""
    average: bool = False
    """Average over the model and `candidates` with stacking weights."""
    priors: OccupancyPriors = OccupancyPriors()
    """What is believed before the data."""

    @model_validator(mode="after")
    def _candidates_differ(self) -> "Occupancy":
        if self.average and self.on_map:
            raise refuse("'average' is not for maps: numbers would no longer be those of the cells")
        require_other_candidates(self)
        return self
