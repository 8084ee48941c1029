"""Group size: zero-truncated negative binomial or lognormal-Poisson, or the plain mean."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.detection import SPREAD_FLOOR
from ustyurt_models.formulas.group_size import NEWTON_STEPS, hermite_rule
from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.models.distance.encounters import log_overdispersed
from ustyurt_models.survey.models.distance.priors import exponential, log_normal, within

__all__ = ["add_mean_size", "add_sizes", "log_lognormal_poisson"]


def log_lognormal_poisson(
    count: TensorVariable, mean: TensorVariable, cv: TensorVariable
) -> TensorVariable:
    """Log probability of lognormal-Poisson counts; see `formulas.group_size`."""
    variance = pt.log1p(cv**2) + 0.0 * mean
    centre = pt.log(mean) - variance / 2
    n = count + 0.0 * centre
    start = (n * pt.log(n + 0.5) + centre / variance) / (n + 1.0 / variance)
    mode = start
    for _ in range(NEWTON_STEPS):
        rate = pt.exp(mode)
        step = (n - rate - (mode - centre) / variance) / (rate + 1.0 / variance)
        mode = mode + within(step, -2.0, 2.0)
    width = 1.0 / pt.sqrt(pt.exp(mode) + 1.0 / variance)
    points, log_weights = hermite_rule()
    t = mode[..., None] + width[..., None] * points
    inside = n[..., None] * t - pt.exp(t) - 0.5 * (t - centre[..., None]) ** 2 / variance[..., None]
    constant = pt.log(width) - 0.5 * pt.log(2 * np.pi * variance) - pt.gammaln(n + 1)
    return pt.logsumexp(inside + log_weights, axis=-1) + constant


def add_sizes(settings: DistanceBlock, told: dict[str, TensorVariable]) -> None:
    """Add group size and the likelihood of the sizes of detected groups to the open model.

    Parameters
    ----------
    settings : DistanceBlock
        Distribution, size bias, priors.
    told : dict of str to TensorVariable
        Data variables.
    """
    mean = log_normal("mean_size_untruncated", settings.priors.mean_size)
    cv = exponential("size_cv", settings.priors.size_cv_mean)
    if settings.size_bias:
        slope = pm.Normal("size_slope", 0.0, settings.priors.size_slope_sd)
    if "sizes" not in told:
        return
    sizes = told["sizes"]
    if settings.size_bias:
        mean = mean * pt.exp(slope * told["nearness"])
    if settings.group_size == "lognormal":
        spread = pt.sqrt(cv**2 + SPREAD_FLOOR**2)
        each = mean + 0.0 * sizes
        untruncated = log_lognormal_poisson(sizes, each, spread)
        log_seen = pt.log(-pt.expm1(log_lognormal_poisson(0 * sizes, each, spread)))
    else:
        dispersion = cv**2 + SPREAD_FLOOR**2
        untruncated = log_overdispersed(sizes, mean, dispersion * mean)
        log_seen = pt.log(-pt.expm1(-pt.log1p(dispersion * mean) / dispersion))
    pm.Potential("log_sizes", pt.sum(told.get("size_times", 1) * (untruncated - log_seen)))


def add_mean_size(settings: DistanceBlock, told: dict[str, TensorVariable]) -> None:
    """Add mean size as a plain number whose sample mean has its standard error.

    Parameters
    ----------
    settings : DistanceBlock
        Prior.
    told : dict of str to TensorVariable
        Data variables.
    """
    mean = log_normal("mean_size", settings.priors.mean_size)
    if "sample_mean" in told:
        observed = pm.Normal.dist(mean, told["standard_error"])
        pm.Potential("log_sizes", pm.logp(observed, told["sample_mean"]))
