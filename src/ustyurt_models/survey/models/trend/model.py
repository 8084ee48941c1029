"""State-space trend of counts in PyMC.

Log growth in a year = log(ceiling of a closed population) * response to abundance
+ log(1 - loss of the period) + log(1 + immigration) + process error.
Log count = log abundance + log detection + error; a lower limit says that such a count would have
been so large or larger. The ceiling comes from the demography of the species, so growth beyond it
can only be explained by immigration, by better detection, or by lucky years: the posterior says
how much by which.

Where all is normal given the parameters (`TrendSettings.exact`) the states are integrated out: by
rotation where all counts err alike, else by the Kalman filter. Other forms sample the states,
around where the counts put them (`states_sampled`).
"""

from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.trend import path_covariance
from ustyurt_models.survey.beliefs import logit_moments, lognormal_moments, normal_moments
from ustyurt_models.survey.models.trend.data import TrendData
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.models.trend.states_sampled import (
    Walk,
    first_guess,
    path_around_counts,
)
from ustyurt_models.survey.settings import Belief

__all__ = ["LATENT", "build", "detection_of", "noise_of"]

#: Free variables that are states.
LATENT = ("state_z", "excess")

_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class _Growth:
    """Growth as the model sees it.

    Attributes
    ----------
    ceiling : TensorVariable
        Log growth of a closed population far below capacity.
    rest : TensorVariable
        Log growth by losses and immigration, shape (period,).
    capacity, theta : TensorVariable or None
        Log capacity, and power; where the form has them.
    """

    ceiling: TensorVariable
    rest: TensorVariable
    capacity: TensorVariable | None
    theta: TensorVariable | None


def _probability(name: str, belief: Belief, **kwargs) -> TensorVariable:
    """Declare a probability that is normal on the logit."""
    mean, sd = logit_moments(belief)
    z = pm.Normal(f"{name}_z", **kwargs)
    return pm.Deterministic(name, pm.math.sigmoid(mean + sd * z), **kwargs)


def _ceiling(settings: TrendSettings) -> TensorVariable:
    """Declare the growth factor of a closed population: PERT between its limits."""
    belief = settings.growth_ceiling
    width = belief.high - belief.low
    peak = (belief.value - belief.low) / width
    share = pm.Beta("ceiling_share", 1.0 + 4.0 * peak, 1.0 + 4.0 * (1.0 - peak))
    return pm.Deterministic("growth_ceiling", belief.low + width * share)


def _growth(settings: TrendSettings) -> _Growth:
    """Declare what growth is made of."""
    ceiling = pt.log(_ceiling(settings))
    losses = [_probability(f"loss_{i + 1}", belief) for i, belief in enumerate(settings.loss)]
    rest = pt.log1p(-pt.stack(losses))
    if settings.immigration is not None:
        mean, sd = normal_moments(settings.immigration)
        immigration = mean + sd * pm.Normal("immigration_z")
        rest = rest + pt.log1p(pm.Deterministic("immigration", pt.maximum(immigration, -0.9)))
    capacity = theta = None
    if settings.growth != "exponential" and settings.capacity is not None:
        moments = lognormal_moments(settings.capacity)
        capacity = pt.log(pm.LogNormal("capacity", *moments))
    if settings.theta is not None:
        theta = pm.LogNormal("theta", *lognormal_moments(settings.theta))
    return _Growth(ceiling, rest, capacity, theta)


def detection_of(data: TrendData) -> TensorVariable:
    """Declare log detection of every level, shape (level,)."""
    found = []
    for i, level in enumerate(data.levels):
        name = f"detection_{i + 1}"
        if level.belief is None:
            mean, sd = level.scale
            scale = mean + sd * pm.Normal(f"{name}_z")
            pm.Deterministic(name, pt.exp(scale))
            found.append(scale)
        else:
            found.append(pt.log(_probability(name, level.belief)))
    return pt.stack(found)


def noise_of(data: TrendData, settings: TrendSettings) -> TensorVariable:
    """Declare the variance of every log count, shape (count,)."""
    known = ~np.isnan(data.sd_log)
    variance = pt.as_tensor(np.where(known, np.nan_to_num(data.sd_log) ** 2, 0.0))
    beliefs = [settings.observation_cv, *(settings.method(name).cv for name in data.cv_groups)]
    for group, belief in enumerate(beliefs):
        members = (data.cv_group == group) & ~known
        if belief is None or not members.any():
            continue
        name = "observation_cv" if group == 0 else f"observation_cv_{group}"
        cv = pm.LogNormal(name, *lognormal_moments(belief))
        variance = variance + pt.log1p(cv**2) * members
    return variance


def _log_seen(data: TrendData) -> TensorVariable:
    """Declare log counts, those of lower limits as what a full count would have been at least.

    The excess is flat on the logarithm of the count: the density of the limit's tail is integrated
    over it by sampling.
    """
    seen = pm.Data("log_count", data.log_count)
    if not data.at_least.any():
        return seen
    excess = pm.Exponential("excess", 1.0, shape=int(data.at_least.sum()))
    pm.Potential("prior_excess_is_flat", excess.sum())
    return seen + pt.dot(np.eye(data.index.size)[:, data.at_least], excess)


def _rotated(
    data: TrendData, gap: TensorVariable, process: TensorVariable, noise: TensorVariable
) -> TensorVariable:
    """Log density of counts that err alike: random walk plus error, made diagonal.

    The covariance is process * min(t, t') + noise * identity; the eigenvectors of the first
    part do not depend on parameters, so no matrix is factorised while sampling.
    """
    values, vectors = np.linalg.eigh(path_covariance(data.index, data.index))
    variance = process * np.maximum(values, 0.0) + noise
    rotated = pt.dot(vectors.T, gap)
    return -0.5 * pt.sum(rotated**2 / variance + pt.log(2 * np.pi * variance))


def _filtered(
    data: TrendData,
    seen: TensorVariable,
    first: TensorVariable,
    moves: tuple[TensorVariable, TensorVariable],
    sds: tuple[TensorVariable, TensorVariable],
) -> TensorVariable:
    """Log density of counts by the Kalman filter of one state, year by year."""
    (shift, keep), (process, noise) = moves, sds
    mean, spread, terms = first, pt.zeros_like(first), []
    for year in range(data.years.size):
        if year:
            mean = keep * mean + shift[year - 1]
            spread = keep**2 * spread + process
        for i in np.flatnonzero(data.index == year):
            total = spread + noise[int(i)]
            gap = seen[int(i)] - mean
            terms.append(gap**2 / total + pt.log(total))
            gain = spread / total
            mean, spread = mean + gain * gap, noise[int(i)] * gain
    return -0.5 * (pt.sum(pt.stack(terms)) + len(terms) * _LOG_2PI)


def _exact(data: TrendData, settings: TrendSettings, growth: _Growth) -> None:
    """Declare the likelihood of the counts with the states integrated out."""
    start = pm.Data("start_mean", np.array(data.start[0]))
    first = start + data.start[1] * pm.Normal("start_z")
    pm.Deterministic("log_abundance_start", first)
    detection = pt.dot(data.detection_weight, detection_of(data))
    noise = noise_of(data, settings)
    process = pm.LogNormal("process_sd", *lognormal_moments(settings.process_sd)) ** 2
    seen = _log_seen(data) - detection
    if growth.capacity is None:
        shift, keep = (growth.ceiling + growth.rest)[data.period], pt.ones_like(growth.ceiling)
    else:
        pull = growth.ceiling / (growth.capacity - np.log(settings.full_growth_at))
        shift, keep = growth.rest[data.period] + pull * growth.capacity, 1.0 - pull
    if growth.capacity is None and data.alike:
        drift = pt.concatenate([pt.zeros(1), pt.cumsum(shift)])
        density = _rotated(data, seen - first - drift[data.index], process, noise[0])
    else:
        density = _filtered(data, seen, first, (shift, keep), (process, noise))
    pm.Potential("log_counts", density)


def _response(settings: TrendSettings, growth: _Growth, path: TensorVariable) -> TensorVariable:
    """Return growth as a share of the ceiling at log abundance `path`, of the same shape."""
    if growth.capacity is None:
        return pt.ones_like(path)
    if growth.theta is None:
        full = np.log(settings.full_growth_at)
        return (growth.capacity - path) / (growth.capacity - full)
    return -pt.expm1(pt.minimum(growth.theta * (path - growth.capacity), 50.0))


def _tail(settings: TrendSettings) -> TensorVariable | None:
    """Declare degrees of freedom of yearly log growth, where its tail is heavy."""
    if settings.process == "normal":
        return None
    # Juarez & Steel 2010, Journal of Business & Economic Statistics 28:52; kept above one.
    freedom = 1.0 + pm.Gamma("freedom_over_one", 2.0, 0.1)
    return pm.Deterministic("tail_freedom", freedom)


def _log_shocks(
    shock: TensorVariable, scale: TensorVariable, freedom: TensorVariable | None
) -> TensorVariable:
    """Return the log density of yearly shocks, summed over years."""
    if freedom is None:
        return pt.sum(pm.logp(pm.Normal.dist(0.0, scale), shock))
    return pt.sum(pm.logp(pm.StudentT.dist(nu=freedom, mu=0.0, sigma=scale), shock))


def _states(
    data: TrendData,
    settings: TrendSettings,
    growth: _Growth,
    counted: tuple[TensorVariable, TensorVariable],
) -> TensorVariable:
    """Declare log abundance of every year, shape (year,), given log counts and their variance."""
    scale = pm.LogNormal("process_sd", *lognormal_moments(settings.process_sd))
    freedom, moved = _tail(settings), growth.rest[data.period]
    # Where abundance nears capacity the guess may be far off; the walk must stay a sane one.
    share = pt.clip(_response(settings, growth, first_guess(data, counted[0])), -1.0, 1.0)
    drift = growth.ceiling * share[:-1] + moved
    path, change = path_around_counts(data, Walk(drift, scale**2, *counted))
    grown = path[:-1] + growth.ceiling * _response(settings, growth, path[:-1]) + moved
    first = pm.logp(pm.Normal.dist(data.start[0], data.start[1]), path[0])
    density = first + _log_shocks(path[1:] - grown, scale, freedom)
    pm.Potential("latent_state_z", density + change)
    pm.Deterministic("log_abundance_start", path[0])
    return pm.Deterministic("log_abundance_path", path)


def _sampled(data: TrendData, settings: TrendSettings, growth: _Growth) -> None:
    """Declare states and the likelihood of the counts given them."""
    detection = pt.dot(data.detection_weight, detection_of(data))
    variance = noise_of(data, settings)
    seen = pm.Data("log_count", data.log_count) - detection
    path = _states(data, settings, growth, (seen, variance))
    noise = pt.sqrt(variance)
    z = (seen - path[data.index]) / noise
    full = np.flatnonzero(~data.at_least)
    density = -0.5 * pt.sum(z[full] ** 2 + 2 * pt.log(noise[full]) + _LOG_2PI)
    if data.at_least.any():
        over = pm.logcdf(pm.Normal.dist(0.0, 1.0), -z[np.flatnonzero(data.at_least)])
        density = density + pt.sum(over)
    pm.Potential("log_counts", density)


def build(data: TrendData, settings: TrendSettings) -> pm.Model:
    """Build the model of a count series.

    Parameters
    ----------
    data : TrendData
        Counts on the yearly axis.
    settings : TrendSettings
        Priors from the evidence.

    Returns
    -------
    pymc.Model
        Variables ``growth_ceiling``, ``loss_1`` ..., ``immigration``, ``detection_1`` ...,
        ``observation_cv`` and ``process_sd``, and where the form has them ``capacity``, ``theta``,
        ``tail_freedom`` and ``log_abundance_path``; data variables ``log_count`` and
        ``start_mean``.
    """
    with pm.Model() as model:
        growth = _growth(settings)
        declare = _exact if settings.exact else _sampled
        declare(data, settings, growth)
    return model
