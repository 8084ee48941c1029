"""Density that depends on place: hierarchical distance sampling and density surfaces."""

from typing import Annotated, Literal

from pydantic import Field

from ustyurt_models.study.quantities import LengthM
from ustyurt_models.study.surveys.distance import DistanceBlock

__all__ = ["DensitySurface", "HierarchicalBlock", "HierarchicalDistance"]


class HierarchicalBlock(DistanceBlock):
    """Counts per site and distance class, with covariates on density."""

    transect: Literal["line", "point"] = "line"
    """Lines or points."""
    sides: Literal[1, 2] = 2
    """Sides of a line that were searched."""
    density: str = ""
    """Covariates of log density, such as ``forage + forage^2 + slope``."""
    density_random: tuple[str, ...] = ()
    """Factors with random effects on log density, such as ``route`` or ``year``."""
    family: Literal["poisson", "negative-binomial", "zero-inflated"] = "negative-binomial"
    """Distribution of groups around the expected number of a site."""
    grid: str = ""
    """Table of cells to predict to; the landscape of the study unless given."""


class HierarchicalDistance(HierarchicalBlock):
    """Hierarchical distance sampling."""

    model: Literal["hierarchical_distance"] = "hierarchical_distance"
    """Counts per site and distance class, with covariates on density."""


class DensitySurface(HierarchicalBlock):
    """Hierarchical distance sampling with a spatial field."""

    model: Literal["density_surface"] = "density_surface"
    """Hierarchical distance sampling with a smooth field over the map."""
    length_scale: LengthM | None = None
    """Distance over which density is alike, middle of its prior; a quarter of the extent unless
    given."""
    field_sd_mean: Annotated[float, Field(gt=0)] = 1.0
    """Exponential prior of the standard deviation of the field on log density."""
    basis: Annotated[int, Field(ge=3, le=60)] | None = None
    """Basis functions per axis; chosen from the length scale unless given."""
