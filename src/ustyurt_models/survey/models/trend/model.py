"""State-space trend of published counts in PyMC, with the states integrated out exactly.

Log growth in a year = log(ceiling of a closed population) + log(1 - loss of the period)
+ log(1 + immigration) + process error. Log count = log abundance + log detection + error.
The ceiling comes from the demography of the species, so growth beyond it can only be explained
by immigration, by better detection, or by lucky years: the posterior says how much by which.
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.trend import path_covariance
from ustyurt_models.survey.beliefs import logit_moments, lognormal_moments, normal_moments
from ustyurt_models.survey.models.trend.data import TrendData
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.settings import Belief

__all__ = ["build"]


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


def _losses(settings: TrendSettings) -> TensorVariable:
    """Declare the yearly loss of each period."""
    parts = [_probability(f"loss_{i + 1}", belief) for i, belief in enumerate(settings.loss)]
    return pt.stack(parts)


def _log_density(
    data: TrendData, gap: TensorVariable, process: TensorVariable, noise: TensorVariable
) -> TensorVariable:
    """Log density of the counts: random walk plus error, rotated so that it is diagonal.

    The covariance is process * min(t, t') + noise * identity; the eigenvectors of the first
    part do not depend on parameters, so no matrix is factorised while sampling.
    """
    values, vectors = np.linalg.eigh(path_covariance(data.index, data.index))
    variance = process * np.maximum(values, 0.0) + noise
    rotated = pt.dot(vectors.T, gap)
    return -0.5 * pt.sum(rotated**2 / variance + pt.log(2 * np.pi * variance))


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
        ``observation_cv`` and ``process_sd``; data variables ``log_count`` and ``start_mean``.
    """
    with pm.Model() as model:
        log_ceiling = pt.log(_ceiling(settings))
        log_kept = pt.log1p(-_losses(settings))
        log_open = pt.as_tensor(0.0)
        if settings.immigration is not None:
            mean, sd = normal_moments(settings.immigration)
            immigration = mean + sd * pm.Normal("immigration_z")
            log_open = pt.log1p(pm.Deterministic("immigration", pt.maximum(immigration, -0.9)))
        levels = data.detection_weight.shape[1]
        detection = pt.stack(
            [pt.log(_probability(f"detection_{i + 1}", settings.detection)) for i in range(levels)]
        )
        cv_mean, cv_sd = lognormal_moments(settings.observation_cv)
        noise = pt.log1p(pm.LogNormal("observation_cv", cv_mean, cv_sd) ** 2)
        process = pm.LogNormal("process_sd", *lognormal_moments(settings.process_sd)) ** 2
        per_period = log_ceiling + log_kept + log_open
        drift = pt.concatenate([pt.zeros(1), pt.cumsum(per_period[data.period])])
        first = pm.Data("start_mean", np.array(data.start[0])) + data.start[1] * pm.Normal(
            "start_z"
        )
        pm.Deterministic("log_abundance_start", first)
        mean = first + drift[data.index] + pt.dot(data.detection_weight, detection)
        gap = pm.Data("log_count", data.log_count) - mean
        pm.Potential("log_counts", _log_density(data, gap, process, noise))
    return model
