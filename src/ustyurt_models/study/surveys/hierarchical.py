"""Density that depends on place: hierarchical distance sampling and density surfaces."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.quantities import AreaKm2, LengthM, refuse
from ustyurt_models.study.surveys.candidates import Family
from ustyurt_models.study.surveys.common import LengthUnit
from ustyurt_models.study.surveys.distance import DistanceBlock
from ustyurt_models.study.surveys.priors import DistancePriors, LogNormal, Normal

__all__ = ["DensitySurface", "HierarchicalBlock", "HierarchicalDistance", "HierarchicalPriors"]

Positive = Annotated[float, Field(gt=0)]
#: Options of distance sampling that counts per site do not take: `family` says how counts spread,
#: and numbers averaged over candidates would no longer be those of the cells.
_NOT_HERE = ("pooling", "average", "encounter")


class HierarchicalPriors(DistancePriors):
    """Priors of density that depends on place, besides those of distance sampling."""

    density: LogNormal = LogNormal(median=1.0, sd_log=3.0)
    """Groups per km2 at average covariates; nearly flat (95 % within 0.003 to 360)."""
    density_coefficient_sd: Positive = 2.0
    """Normal prior of effects of standardised covariates, and of levels, on log density."""
    site_cv_mean: Positive = 1.0
    """Exponential prior of the coefficient of variation of density among sites beyond covariates
    and field (negative binomial)."""
    empty: Normal = Normal(mean=0.0, sd=1.5)
    """Logit of the share of sites without any animal (zero-inflated); about flat from 0 to 1."""
    field_sd_mean: Positive = 1.0
    """Exponential prior of the standard deviation of the field on log density; 1 lets places
    differ by a factor of 7 either way."""


class HierarchicalBlock(DistanceBlock):
    """Counts per site and distance class, with covariates on density."""

    transect: Literal["line", "point"] | None = None
    """Lines or points; as the file says unless given."""
    sides: Literal[1, 2] = 2
    """Sides of a line that were searched."""
    density: str = ""
    """Covariates of log density, such as ``forage + forage^2 + slope``: columns of the file, layers
    of the grid, or the place itself as ``x_km`` and ``y_km``."""
    density_random: tuple[str, ...] = ()
    """Factors with random effects on log density, such as ``route`` or ``year``."""
    family: Family = "negative-binomial"
    """Distribution of groups around the expected number of a site."""
    at: dict[str, str | float] = Field(default_factory=dict)
    """Values at which to predict what the cells do not tell, such as ``{ year = "2025" }``."""
    grid: str = ""
    """Table of cells to predict to. Unless given, a density surface takes the landscape of the
    study; hierarchical distance sampling the areas of strata, or the landscape without them."""
    grid_units: dict[str, LengthUnit] = Field(default_factory=dict)
    """Unit of covariates of the grid's file that are lengths, such as ``{ elevation = "ft" }``;
    they are taken to metres."""
    cell_area: AreaKm2 | None = None
    """Area of every cell of the grid's file, where it has no column of areas."""
    priors: HierarchicalPriors = HierarchicalPriors()
    """What is believed before the data."""

    @property
    def maps_landscape(self) -> bool:
        """Whether it predicts to the cells of the landscape of the study."""
        return not self.grid

    @property
    def has_map(self) -> bool:
        """Whether it predicts to cells, of the landscape or of a grid of its own."""
        return True

    @model_validator(mode="after")
    def _options_apply(self) -> "HierarchicalBlock":
        changed = [
            name
            for name in _NOT_HERE
            if getattr(self, name) != type(self).model_fields[name].get_default()
        ]
        if changed:
            raise refuse(f"counts per site do not take {', '.join(map(repr, changed))}")
        if self.group_size == "weighted":
            raise refuse("counts per site do not take group_size 'weighted'")
        return self


class HierarchicalDistance(HierarchicalBlock):
    """Hierarchical distance sampling."""

    model: Literal["hierarchical_distance"] = "hierarchical_distance"
    """Counts per site and distance class, with covariates on density."""


class DensitySurface(HierarchicalBlock):
    """Hierarchical distance sampling with a spatial field."""

    model: Literal["density_surface"] = "density_surface"
    """Hierarchical distance sampling with a smooth field over the map."""
    kernel: Literal["matern52", "squared-exponential"] = "matern52"
    """How smooth the field is: bends of any kind, or very smooth ones only."""
    length_scale: LengthM | None = None
    """Distance over which density is alike, middle of its prior; 95 % of the prior lie between
    0.375 and 2 times this. A sixth of the longer side of the map unless given."""
    basis: Annotated[int, Field(ge=3, le=60)] | None = None
    """Waves per axis; chosen from the length scale unless given."""
