"""How well the trend reproduces the counts: predictive checks and leave-one-out likelihood."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.trend import path_covariance, sd_of_log
from ustyurt_models.survey.beliefs import lognormal_moments
from ustyurt_models.survey.models.trend.data import TrendData
from ustyurt_models.survey.models.trend.settings import TrendSettings

__all__ = ["log_likelihood", "predictive_p_values", "prior_sd"]

Floats = NDArray[np.float64]


def prior_sd(settings: TrendSettings) -> dict[str, float]:
    """Return the standard deviation of the logarithm under the prior, by variable."""
    return {
        "observation_cv": lognormal_moments(settings.observation_cv)[1],
        "process_sd": lognormal_moments(settings.process_sd)[1],
        "detection": lognormal_moments(settings.detection)[1],
    }


def _gaps_and_spread(posterior: xr.Dataset, data: TrendData) -> tuple[Floats, Floats]:
    """Return counts minus expectation (draw, count) and covariance (draw, count, count)."""
    draws = posterior.sizes["chain"] * posterior.sizes["draw"]
    growth = np.log(posterior["growth_ceiling"].values.reshape(draws, 1))
    growth = growth + np.log1p(-posterior["loss"].values.reshape(draws, -1))
    if "immigration" in posterior:
        growth = growth + np.log1p(posterior["immigration"].values.reshape(draws, 1))
    steps = np.cumsum(growth[:, data.period], axis=1)
    drift = np.concatenate([np.zeros((draws, 1)), steps], axis=1)[:, data.index]
    detection = np.log(posterior["detection"].values.reshape(draws, -1))
    mean = data.start[0] + drift + detection @ data.detection_weight.T
    process = posterior["process_sd"].values.reshape(draws, 1, 1) ** 2
    noise = sd_of_log(posterior["observation_cv"].values).reshape(draws, 1, 1) ** 2
    spread = data.start[1] ** 2 + process * path_covariance(data.index, data.index)
    return data.log_count - mean, spread + noise * np.eye(data.index.size)


def log_likelihood(posterior: xr.Dataset, data: TrendData, most: int = 1000) -> Floats:
    """Log density of each count given all the others, in closed form.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    data : TrendData
        Counts.
    most : int
        Draws used at most.

    Returns
    -------
    numpy.ndarray
        Shape (draw, count).

    References
    ----------
    Buerkner, Gabry & Vehtari 2021, Computational Statistics 36:1243, eq. 14-15.
    """
    step = max(posterior.sizes["chain"] * posterior.sizes["draw"] // most, 1)
    some = posterior.isel(draw=slice(None, None, step))
    gap, spread = _gaps_and_spread(some, data)
    precision = np.linalg.inv(spread)
    variance = 1.0 / np.diagonal(precision, axis1=1, axis2=2)
    residual = variance * (precision @ gap[..., None])[..., 0]
    return -0.5 * (np.log(2 * np.pi * variance) + residual**2 / variance)


def predictive_p_values(
    posterior: xr.Dataset, data: TrendData, rng: np.random.Generator, most: int = 500
) -> dict[str, tuple[float, str]]:
    """Posterior predictive tail probabilities, each with its meaning.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws with ``log_abundance``.
    data : TrendData
        Counts.
    rng : numpy.random.Generator
        Chance.
    most : int
        Draws used at most.

    Returns
    -------
    dict
        Check to (probability, meaning).
    """
    step = max(posterior.sizes["chain"] * posterior.sizes["draw"] // most, 1)
    some = posterior.isel(draw=slice(None, None, step))
    draws = some.sizes["chain"] * some.sizes["draw"]
    path = some["log_abundance"].values.reshape(draws, -1)[:, data.index]
    detection = np.log(some["detection"].values.reshape(draws, -1))
    noise = sd_of_log(some["observation_cv"].values).reshape(draws, 1)
    seen = (data.log_count - path - detection @ data.detection_weight.T) / noise
    again = rng.standard_normal(seen.shape)
    size = [(values**2).sum(axis=1) for values in (again, seen)]
    lag = [(values[:, 1:] * values[:, :-1]).sum(axis=1) for values in (again, seen)]
    high, order = float((size[0] >= size[1]).mean()), float((lag[0] >= lag[1]).mean())
    return {
        "counts, chi-square": (2 * min(high, 1 - high), "scatter of counts fits their error"),
        "counts, autocorrelation": (2 * min(order, 1 - order), "no run of high or low counts"),
    }
