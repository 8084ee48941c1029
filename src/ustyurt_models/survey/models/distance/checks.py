"""How well the line-transect model reproduces its data: predictive checks, pointwise likelihood."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import spearmanr

from ustyurt_models.formulas.detection import (
    SPREAD_FLOOR,
    bin_probabilities,
    esw_half_normal,
    esw_hazard_rate,
    log_distance_density,
    log_overdispersed_count,
)
from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.models.distance.data import DistanceData
from ustyurt_models.survey.models.distance.results import detection_at

__all__ = ["log_likelihood", "predictive_p_values", "prior_sd"]

Floats = NDArray[np.float64]


def prior_sd(settings: DistanceBlock) -> dict[str, float]:
    """Return the standard deviation of the logarithm under the prior, by variable."""
    return {
        "encounter_rate_per_km": settings.priors.encounter_rate.sd_log,
        "sigma_m": settings.priors.sigma_share.sd_log,
        "shape_excess": settings.priors.shape_excess.sd_log,
        "mean_size_untruncated": settings.priors.mean_size.sd_log,
    }


def _thin(posterior: xr.Dataset, most: int) -> xr.Dataset:
    """Keep at most `most` draws, evenly spread, as one chain."""
    step = max(posterior.sizes["chain"] * posterior.sizes["draw"] // most, 1)
    return posterior.isel(draw=slice(None, None, step))


def _cumulative(posterior: xr.Dataset, upper_m: Floats, key: str) -> Floats:
    """Integral of g from 0 to each distance, shape (draw, upper)."""
    sigma = posterior["sigma_m"].values.reshape(-1, 1)
    if key == "half-normal":
        return esw_half_normal(sigma, upper_m)
    shape = 1.0 + posterior["shape_excess"].values.reshape(-1, 1)
    safe = np.maximum(upper_m, 1e-9)
    return esw_hazard_rate(*np.broadcast_arrays(sigma, shape, safe))


def _log_counts(expected: Floats, spread: Floats | None, groups: NDArray[np.int64]) -> Floats:
    """Log probability of the groups per transect, shape (draw, transect)."""
    if spread is None:
        return groups * np.log(expected) - expected - gammaln(groups + 1)
    return log_overdispersed_count(groups, expected, spread)


def _log_sizes(posterior: xr.Dataset, data: DistanceData) -> Floats:
    """Log probability of each group size, shape (draw, detection); zero-truncated."""
    mean = posterior["mean_size_untruncated"].values.reshape(-1, 1)
    if "size_slope" in posterior:
        slope = posterior["size_slope"].values.reshape(-1, 1)
        mean = mean * np.exp(slope * data.distance_m / data.truncation_m)
    dispersion = posterior["size_cv"].values.reshape(-1, 1) ** 2 + SPREAD_FLOOR**2
    log_zero = -np.log1p(dispersion * mean) / dispersion
    untruncated = log_overdispersed_count(data.size, mean, np.sqrt(dispersion * mean))
    return untruncated - np.log(-np.expm1(log_zero))


def _expected(posterior: xr.Dataset, data: DistanceData) -> tuple[Floats, Floats | None]:
    """Return expected groups per transect and their spread, each shape (draw, transect)."""
    strata = len(data.stratum)
    rate = posterior["encounter_rate_per_km"].values.reshape(-1, strata)
    expected = rate[:, data.transect_stratum] * data.effort
    if "encounter_spread" not in posterior:
        return expected, None
    spread = posterior["encounter_spread"].values.reshape(-1, strata)
    return expected, spread[:, data.transect_stratum]


def log_likelihood(
    posterior: xr.Dataset, data: DistanceData, settings: DistanceBlock, most: int = 1000
) -> Floats:
    """Log likelihood with the transect as the unit: count, distances and sizes together.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    data : DistanceData
        Survey.
    settings : DistanceBlock
        Key and group size.
    most : int
        Draws used at most.

    Returns
    -------
    numpy.ndarray
        Shape (draw, transect).
    """
    some = _thin(posterior, most)
    total = _log_counts(*_expected(some, data), data.groups)
    if not data.distance_m.size:
        return total
    if data.cutpoints_m.size:
        chance = bin_probabilities(lambda c: _cumulative(some, c, settings.key), data.cutpoints_m)
        seen = np.clip(
            np.searchsorted(data.cutpoints_m, data.distance_m, side="right") - 1,
            0,
            chance.shape[1] - 1,
        )
        part = np.log(chance[:, seen])
    else:
        g = detection_at(some, data.distance_m, settings.key).reshape(-1, data.distance_m.size)
        part = log_distance_density(g, some["esw_m"].values.reshape(-1, 1))
    if settings.group_size == "model":
        part = part + _log_sizes(some, data)
    for detection, transect in enumerate(data.detection_transect):
        total[:, transect] += part[:, detection]
    return total


def _chi_square(counts: Floats, expected: Floats) -> Floats:
    return ((counts - expected) ** 2 / np.maximum(expected, 1e-9)).sum(axis=-1)


def _distance_checks(
    some: xr.Dataset, data: DistanceData, key: str, rng: np.random.Generator
) -> dict[str, tuple[float, str]]:
    """Compare the histogram and the distribution of distances with replicates."""
    n = data.distance_m.size
    edges = data.cutpoints_m
    if not edges.size:
        edges = np.linspace(0.0, data.truncation_m, int(np.clip(np.sqrt(n), 4, 12)) + 1)
    chance = bin_probabilities(lambda c: _cumulative(some, c, key), edges)
    seen = np.histogram(data.distance_m, edges)[0].astype(float)
    again = np.array([rng.multinomial(n, row) for row in chance], float)
    worse = _chi_square(again, n * chance) >= _chi_square(seen, n * chance)
    checks = {"distances, chi-square": (float(worse.mean()), "histogram of distances fits")}
    if not data.cutpoints_m.size:
        whole = some["esw_m"].values.reshape(-1, 1)
        u = np.sort(_cumulative(some, data.distance_m, key) / whole, axis=1)
        ranks = (2 * np.arange(1, n + 1) - 1) / (2 * n)
        uniform = np.sort(rng.random(u.shape), axis=1)
        miss = [((values - ranks) ** 2).sum(axis=1) for values in (uniform, u)]
        p = float((miss[0] >= miss[1]).mean())
        checks["distances, Cramer-von Mises"] = (p, "distribution of distances fits")
    return checks


def _count_checks(
    some: xr.Dataset, data: DistanceData, rng: np.random.Generator
) -> dict[str, tuple[float, str]]:
    """Compare groups per transect with replicates: Freeman-Tukey and dispersion."""
    expected, spread = _expected(some, data)
    if spread is None:
        again = rng.poisson(expected)
    else:
        k = expected / (spread**2 + SPREAD_FLOOR**2)
        again = rng.negative_binomial(np.maximum(k, 1e-9), k / (k + expected))
    roots = [((np.sqrt(n) - np.sqrt(expected)) ** 2).sum(1) for n in (again, data.groups)]
    pearson = [((n - expected) ** 2 / expected).sum(1) for n in (again, data.groups)]
    high = float((pearson[0] >= pearson[1]).mean())
    return {
        "transects, Freeman-Tukey": (
            float((roots[0] >= roots[1]).mean()),
            "groups per transect fit",
        ),
        "transects, dispersion": (2 * min(high, 1 - high), "spread among transects fits"),
    }


def predictive_p_values(
    posterior: xr.Dataset,
    data: DistanceData,
    settings: DistanceBlock,
    rng: np.random.Generator,
    most: int = 500,
) -> dict[str, tuple[float, str]]:
    """Posterior predictive tail probabilities, each with its meaning.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    data : DistanceData
        Survey.
    settings : DistanceBlock
        Key and group size.
    rng : numpy.random.Generator
        Chance.
    most : int
        Draws used at most.

    Returns
    -------
    dict
        Check to (probability, meaning).
    """
    some = _thin(posterior, most)
    checks = _count_checks(some, data, rng)
    n = data.distance_m.size
    if n >= 5:
        checks |= _distance_checks(some, data, settings.key, rng)
    if n >= 8 and np.ptp(data.size) > 0 and settings.group_size != "single":
        p = float(spearmanr(data.size, data.distance_m).pvalue)
        meaning = "size of groups unrelated to distance; low: set size_bias = true"
        if not settings.size_bias:
            checks["size bias"] = (max(p, 0.0011), meaning)
    return checks
