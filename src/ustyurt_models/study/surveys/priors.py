"""Priors on scales that a biologist can read; weak statements about surveys in general."""

from typing import Annotated

from pydantic import Field

from ustyurt_models.study.block import Block

__all__ = ["DistancePriors", "LogNormal", "Normal", "Share"]

Positive = Annotated[float, Field(gt=0)]
Inside = Annotated[float, Field(gt=0, lt=1)]


class LogNormal(Block):
    """Prior of a positive quantity."""

    median: Positive
    """Median, in the unit of the quantity."""
    sd_log: Positive
    """Standard deviation of the logarithm: 0.7 is "within a factor of 4", 1.15 "of 10" (95 %)."""


class Normal(Block):
    """Prior of a quantity that may be negative."""

    mean: float = 0.0
    """Mean, in the unit of the quantity."""
    sd: Positive
    """Standard deviation."""


class Share(Block):
    """Prior of a probability: normal on the logit scale."""

    median: Inside = 0.5
    """Median."""
    sd_logit: Positive = 1.65
    """Standard deviation of the logit: 1.65 around 0.5 is about flat from 0 to 1, 0.5 says
    "between 0.27 and 0.73" (95 %)."""


class DistancePriors(Block):
    """Priors of distance sampling."""

    encounter_rate: LogNormal = LogNormal(median=0.1, sd_log=4.0)
    """Groups seen per kilometre or per visit; nearly flat (90 % within 0.0001 to 70)."""
    encounter_spread_mean: Annotated[float, Field(ge=0)] = 1.5
    """Exponential prior of k, where the variance of the groups on a transect is 1 + k^2 times its
    mean; 1.5 allows ratios up to about 20."""
    sigma_share: LogNormal = LogNormal(median=0.5, sd_log=1.0)
    """Scale of the detection function as a share of the truncation distance."""
    shape_excess: LogNormal = LogNormal(median=1.5, sd_log=0.8)
    """Hazard-rate shape minus one: shapes at or below one have no shoulder and are excluded."""
    adjustment_sd: Positive = 1.0
    """Normal prior of the coefficients of adjustment terms; most lie between -1 and 1."""
    coefficient_sd: Positive = 1.0
    """Normal prior of effects of standardised covariates, and of levels, on the log scale."""
    random_sd_mean: Positive = 0.5
    """Exponential prior of the standard deviation of random effects on the log scale."""
    pooling_sd_mean: Positive = 1.0
    """Exponential prior of the standard deviation of log encounter rates between strata."""
    mean_size: LogNormal = LogNormal(median=4.0, sd_log=1.2)
    """Mean group size before truncation at one."""
    size_cv_mean: Positive = 0.7
    """Exponential prior of the coefficient of variation of group size beyond Poisson."""
    size_slope_sd: Positive = 0.5
    """Normal prior of the change of log mean size from the line to the truncation distance."""
