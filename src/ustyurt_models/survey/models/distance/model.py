"""Line-transect distance sampling in PyMC: encounter rate, detection function, group size.

Groups met on transect i of stratum s are negative binomial with mean r_s L_i and variance
(1 + k_s^2) times the mean. The ratio of variance to mean does not depend on length, so cutting
a transect in two changes nothing, the estimate of r_s stays close to n / L, and its variance
close to the design-based estimator R2 (Fewster et al. 2009, Biometrics 65:225), which a spread
proportional to the squared mean misses when transects are unequal. Distances of detected groups
have density g(x) / esw on 0..w; sizes are zero-truncated negative binomial. Density of groups
is r_s / (2 esw g0). The likelihood uses sufficient statistics where there are any.

References
----------
Buckland et al. 2001, *Introduction to Distance Sampling*, ch. 3 (estimation).
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.detection import SPREAD_FLOOR, quadrature_rule
from ustyurt_models.study.surveys import DistanceBlock, LogNormal
from ustyurt_models.survey.models.distance.data import DistanceData

__all__ = ["build", "cumulative_half_normal", "cumulative_hazard_rate", "exponential", "sufficient"]


def _lognormal(name: str, prior: LogNormal, unit: float = 1.0, **kwargs) -> TensorVariable:
    """Declare a positive quantity with its median in `unit`."""
    return pm.LogNormal(name, mu=np.log(prior.median * unit), sigma=prior.sd_log, **kwargs)


def exponential(name: str, mean: float, **kwargs) -> TensorVariable:
    """Declare a spread with an exponential prior through a standard normal variable.

    The exponential is the penalised-complexity prior of a standard deviation (Simpson et al.
    2017, Statistical Science 32:1). Through a normal variable the posterior has normal tails
    even where the data do not tell the spread from zero, so every sampler copes.

    Parameters
    ----------
    name : str
        Name of the spread; the normal variable is called ``<name>_z``.
    mean : float
        Prior mean.
    **kwargs
        ``dims``.

    Returns
    -------
    TensorVariable
        The spread, > 0.
    """
    z = pm.Normal(f"{name}_z", **kwargs)
    above = 0.5 * pt.erfc(pt.clip(z, -8.0, 8.0) / np.sqrt(2))
    return pm.Deterministic(name, -mean * pt.log(above), **kwargs)


def cumulative_half_normal(sigma_m: TensorVariable, upper_m: np.ndarray) -> TensorVariable:
    """Integral of the half-normal from 0 to each of `upper_m`; shape (upper,)."""
    return sigma_m * np.sqrt(np.pi / 2) * pt.erf(upper_m / (sigma_m * np.sqrt(2)))


def _hazard(distance_m: TensorVariable, sigma_m: TensorVariable, shape: TensorVariable):
    """Hazard (x / sigma)^-b, bounded so that neither g nor its gradient overflows."""
    log_hazard = shape * (pt.log(sigma_m) - pt.log(distance_m))
    return pt.exp(pt.minimum(log_hazard, 50.0))


def cumulative_hazard_rate(
    sigma_m: TensorVariable, shape: TensorVariable, upper_m: np.ndarray
) -> TensorVariable:
    """Integral of the hazard-rate from 0 to each of `upper_m`, as `esw_hazard_rate` does it."""
    points, weights = quadrature_rule()
    upper = pt.as_tensor(upper_m)[:, None]
    edge = pt.minimum(sigma_m, upper)
    shoulder = edge * weights * -pt.expm1(-_hazard(edge * points, sigma_m, shape))
    log_length = pt.log(upper / edge)
    tail_m = edge * pt.exp(log_length * points)
    tail = log_length * weights * tail_m * -pt.expm1(-_hazard(tail_m, sigma_m, shape))
    return (shoulder + tail).sum(axis=-1)


def _log_overdispersed(
    count: TensorVariable, mean: TensorVariable, excess: TensorVariable
) -> TensorVariable:
    """Log probability of counts with variance (1 + excess) mean; see `log_overdispersed_count`."""
    k = mean / excess
    ways = pt.gammaln(count + k) - pt.gammaln(k) - pt.gammaln(count + 1)
    return ways - k * pt.log1p(excess) + count * (pt.log(excess) - pt.log1p(excess))


def sufficient(data: DistanceData, settings: DistanceBlock) -> dict[str, np.ndarray]:
    """Reduce a survey to what the likelihood reads.

    Parameters
    ----------
    data : DistanceData
        Truncated survey.
    settings : DistanceBlock
        Key, classes, group size.

    Returns
    -------
    dict of str to numpy.ndarray
        Values of the model's data variables: ``groups`` per transect; ``detections`` and either
        ``class_counts``, ``squares`` (sum of squared distances) or distinct distances ``seen``
        with their ``times``; distinct ``sizes`` with ``size_times``, or single ones with
        ``nearness`` (distance over truncation) when size depends on distance.
    """
    found: dict[str, np.ndarray] = {"groups": data.groups}
    if not data.distance_m.size:
        return found
    found["detections"] = np.array(float(data.distance_m.size))
    if data.cutpoints_m.size:
        found["class_counts"] = data.class_counts
    elif settings.key == "half-normal":
        found["squares"] = np.array(np.sum(data.distance_m**2))
    else:
        # Detections on the line itself have g = 1; the bound avoids log(0).
        seen, times = np.unique(np.maximum(data.distance_m, 1e-9), return_counts=True)
        found |= {"seen": seen, "times": times}
    if settings.group_size == "mean":
        spread = max(float(np.std(data.size)), 0.5)  # half an animal where all groups are alike
        found["sample_mean"] = np.array(data.size.mean())
        found["standard_error"] = np.array(spread / np.sqrt(data.size.size))
    elif settings.group_size == "model" and settings.size_bias:
        found["sizes"] = data.size
        found["nearness"] = data.distance_m / data.truncation_m
    elif settings.group_size == "model":
        sizes, times = np.unique(data.size, return_counts=True)
        found |= {"sizes": sizes, "size_times": times}
    return found


def _detection(
    data: DistanceData, settings: DistanceBlock, told: dict[str, TensorVariable]
) -> None:
    """Add the detection function and the likelihood of distances."""
    sigma = _lognormal("sigma_m", settings.priors.sigma_share, data.truncation_m)
    hazard = settings.key == "hazard-rate"
    shape = 1.0 + _lognormal("shape_excess", settings.priors.shape_excess) if hazard else None
    if "detections" not in told:
        return
    upper = data.cutpoints_m[1:] if "class_counts" in told else np.array([data.truncation_m])
    if shape is None:
        cumulative = cumulative_half_normal(sigma, upper)
    else:
        cumulative = cumulative_hazard_rate(sigma, shape, upper)
    log_esw = pt.log(cumulative[-1])
    if "class_counts" in told:
        inside = pt.concatenate([cumulative[:1], pt.diff(cumulative)])
        share = pt.log(pt.maximum(inside, 1e-300)) - log_esw
        pm.Potential("log_distances", pt.sum(told["class_counts"] * share))
        return
    if shape is None:
        log_g = -0.5 * told["squares"] / sigma**2
    else:
        hazards = _hazard(told["seen"], sigma, shape)
        log_g = pt.sum(told["times"] * pt.log(-pt.expm1(-hazards)))
    pm.Potential("log_distances", log_g - told["detections"] * log_esw)


def _encounters(
    data: DistanceData, settings: DistanceBlock, told: dict[str, TensorVariable]
) -> None:
    """Add encounter rates and the likelihood of groups per transect."""
    rate = _lognormal("encounter_rate_per_km", settings.priors.encounter_rate, dims="stratum")
    expected = rate[data.transect_stratum] * data.effort
    groups = told["groups"]
    if settings.encounter == "poisson":
        chance = groups * pt.log(expected) - expected - pt.gammaln(groups + 1)
    else:
        spread = exponential(
            "encounter_spread", settings.priors.encounter_spread_mean, dims="stratum"
        )
        excess = (spread**2 + SPREAD_FLOOR**2)[data.transect_stratum]
        chance = _log_overdispersed(groups, expected, excess)
    pm.Potential("log_groups", chance.sum())


def _sizes(settings: DistanceBlock, told: dict[str, TensorVariable]) -> None:
    """Add group size and the likelihood of the sizes of detected groups."""
    mean = _lognormal("mean_size_untruncated", settings.priors.mean_size)
    cv = exponential("size_cv", settings.priors.size_cv_mean)
    if settings.size_bias:
        slope = pm.Normal("size_slope", 0.0, settings.priors.size_slope_sd)
    if "sizes" not in told:
        return
    if settings.size_bias:
        mean = mean * pt.exp(slope * told["nearness"])
    dispersion = cv**2 + SPREAD_FLOOR**2
    untruncated = _log_overdispersed(told["sizes"], mean, dispersion * mean)
    log_seen = pt.log(-pt.expm1(-pt.log1p(dispersion * mean) / dispersion))
    pm.Potential("log_sizes", pt.sum(told.get("size_times", 1) * (untruncated - log_seen)))


def _mean_size(settings: DistanceBlock, told: dict[str, TensorVariable]) -> None:
    """Add mean size as a plain number whose sample mean has its standard error."""
    mean = _lognormal("mean_size", settings.priors.mean_size)
    if "sample_mean" in told:
        observed = pm.Normal.dist(mean, told["standard_error"])
        pm.Potential("log_sizes", pm.logp(observed, told["sample_mean"]))


def build(data: DistanceData, settings: DistanceBlock) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    data : DistanceData
        Truncated survey.
    settings : DistanceBlock
        Key and priors.

    Returns
    -------
    pymc.Model
        Free variables ``encounter_rate_per_km`` and ``encounter_spread`` (stratum), ``sigma_m``
        [m], and where they apply ``shape_excess``, ``mean_size_untruncated`` or ``mean_size``,
        ``size_cv`` and ``size_slope``. A survey of the same design can be put in its place with
        ``model.set_data`` and the values of `sufficient`.
    """
    with pm.Model(coords={"stratum": list(data.stratum)}) as model:
        told = {name: pm.Data(name, value) for name, value in sufficient(data, settings).items()}
        _encounters(data, settings, told)
        _detection(data, settings, told)
        if settings.group_size == "model":
            _sizes(settings, told)
        elif settings.group_size == "mean":
            _mean_size(settings, told)
    return model
