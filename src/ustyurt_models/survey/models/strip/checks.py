"""How well the strip model reproduces its data: predictive checks, pointwise likelihood."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.detection import SPREAD_FLOOR, log_overdispersed_count
from ustyurt_models.study.surveys import StripCounts
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.models.strip.data import StripSurvey
from ustyurt_models.survey.models.strip.model import rounding_variance
from ustyurt_models.survey.predictive import both_tails_p

__all__ = ["log_likelihood", "predictive_p_values", "prior_sd"]

Floats = NDArray[np.float64]


def prior_sd(settings: StripCounts) -> dict[str, float]:
    """Return the standard deviation of the logarithm under the prior, by variable."""
    priors = settings.priors
    return {
        "rate_per_km2": priors.rate.sd_log,
        "median_size": priors.mean_size.sd_log,
        "mean_size": priors.mean_size.sd_log,
        "eye_bias": priors.eye_bias.sd_log,
    }


def _column(posterior: xr.Dataset, name: str, absent: float) -> Floats:
    """Return a scalar variable as a column, shape (draw, 1)."""
    if name in posterior:
        return posterior[name].values.reshape(-1, 1)
    return np.full((posterior.sizes["chain"] * posterior.sizes["draw"], 1), absent)


def _expected(posterior: xr.Dataset, survey: StripSurvey) -> tuple[Floats, Floats]:
    """Return expected counts and their spread, each shape (draw, strip)."""
    strips, strata = survey.strips, survey.area_km2.size
    rate = posterior["rate_per_km2"].values.reshape(-1, strata)
    spread = posterior["spread"].values.reshape(-1, strata)
    return rate[:, strips.strip_stratum] * strips.searched_km2, spread[:, strips.strip_stratum]


def _normal(value: Floats, mean: Floats, variance: Floats) -> Floats:
    return -0.5 * (np.log(2 * np.pi * variance) + (value - mean) ** 2 / variance)


def _log_groups(posterior: xr.Dataset, survey: StripSurvey) -> Floats:
    """Log density of every group's records, shape (draw, group)."""
    eye, photo, by_eye = survey.strips.eye, survey.strips.photo, survey.by_eye
    bias, error = _column(posterior, "eye_bias", 1.0), _column(posterior, "eye_error", 0.0) ** 2
    total = np.zeros((bias.size, eye.size))
    if "median_size" in posterior:
        middle = np.log(_column(posterior, "median_size", 1.0))
        variance = _column(posterior, "size_sd_log", 0.0) ** 2
        size = np.where(by_eye, eye, photo)
        mean = np.where(by_eye, middle + np.log(bias) - error / 2, middle)
        spread = np.where(by_eye, variance + error, variance) + rounding_variance(size)
        total += _normal(np.log(size), mean, spread)
    if survey.calibrated:
        both = survey.paired
        ratio = np.log(eye[both] / photo[both])
        spread = error + rounding_variance(eye[both])
        total[:, both] += _normal(ratio, np.log(bias) - error / 2, spread)
    return total


def log_likelihood(posterior: xr.Dataset, survey: StripSurvey, most: int = 1000) -> Floats:
    """Log likelihood with the strip as the unit: count, sizes and calibration together.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey : StripSurvey
        The survey.
    most : int
        Draws used at most.

    Returns
    -------
    numpy.ndarray
        Shape (draw, strip).
    """
    some = thin(posterior, most)
    total = log_overdispersed_count(survey.counted, *_expected(some, survey))
    if survey.strips.has_groups:
        for strip, column in zip(
            survey.strips.group_strip, _log_groups(some, survey).T, strict=True
        ):
            total[:, strip] += column
    return total


def _count_checks(
    some: xr.Dataset, survey: StripSurvey, rng: np.random.Generator
) -> dict[str, tuple[float, str]]:
    """Compare counts per strip with replicates: Freeman-Tukey and dispersion."""
    expected, spread = _expected(some, survey)
    k = np.maximum(expected / (spread**2 + SPREAD_FLOOR**2), 1e-9)
    again = rng.negative_binomial(k, k / (k + expected))
    counted = (again, survey.counted)
    roots = [((np.sqrt(n) - np.sqrt(expected)) ** 2).sum(1) for n in counted]
    pearson = [((n - expected) ** 2 / expected).sum(1) for n in counted]
    return {
        "strips, Freeman-Tukey": (float((roots[0] >= roots[1]).mean()), "counts per strip fit"),
        "strips, dispersion": (both_tails_p(*pearson), "spread among strips fits"),
    }


def _slope(x: Floats, y: Floats) -> Floats:
    """Least-squares slope of y, shape (..., group), on x, shape (group,)."""
    centred = x - x.mean()
    return y @ centred / max(float(centred @ centred), 1e-12)


def _size_checks(
    some: xr.Dataset, survey: StripSurvey, rng: np.random.Generator
) -> dict[str, tuple[float, str]]:
    """Compare the mean of sizes, and of the largest, with replicates."""
    by_eye = survey.by_eye
    seen = np.where(by_eye, survey.strips.eye, survey.strips.photo)
    middle = np.log(_column(some, "median_size", 1.0))
    sigma = _column(some, "size_sd_log", 0.0)
    bias, error = _column(some, "eye_bias", 1.0), _column(some, "eye_error", 0.0)
    log_size = middle + sigma * rng.standard_normal((middle.size, seen.size))
    by = np.log(bias) - error**2 / 2 + error * rng.standard_normal(log_size.shape)
    again = np.maximum(np.rint(np.exp(log_size + np.where(by_eye, by, 0.0))), 1.0)
    top = max(seen.size // 10, 1)
    largest = [np.sort(values, axis=-1)[..., -top:].mean(-1) for values in (again, seen)]
    return {
        "sizes, mean": (
            both_tails_p(again.mean(1), np.mean(seen, keepdims=True)),
            "mean group size fits",
        ),
        "sizes, largest tenth": (both_tails_p(*largest), "large groups fit"),
    }


def _eye_checks(
    some: xr.Dataset, survey: StripSurvey, rng: np.random.Generator
) -> dict[str, tuple[float, str]]:
    """Test whether bias and error by eye are the same for small and large groups."""
    both = survey.paired
    x = np.log(survey.strips.photo[both])
    ratio = np.log(survey.strips.eye[both]) - x
    error = _column(some, "eye_error", 0.0)
    spread = np.sqrt(error**2 + rounding_variance(survey.strips.eye[both]))
    mean = np.log(_column(some, "eye_bias", 1.0)) - error**2 / 2
    noise = rng.standard_normal(spread.shape)
    bent = both_tails_p(_slope(x, mean + spread * noise), _slope(x, ratio))
    scaled = np.abs((ratio - mean) / spread)
    uneven = both_tails_p(_slope(x, np.abs(noise)), _slope(x, scaled))
    return {
        "eye, proportional bias": (bent, "the same bias for small and large groups"),
        "eye, proportional error": (uneven, "the same relative error for small and large groups"),
    }


def predictive_p_values(
    posterior: xr.Dataset, survey: StripSurvey, rng: np.random.Generator, most: int = 500
) -> dict[str, tuple[float, str]]:
    """Posterior predictive tail probabilities, each with its meaning.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey : StripSurvey
        The survey.
    rng : numpy.random.Generator
        Chance.
    most : int
        Draws used at most.

    Returns
    -------
    dict
        Check to (probability, meaning).
    """
    some = thin(posterior, most)
    checks = _count_checks(some, survey, rng)
    if survey.strips.group_strip.size >= 8 and "median_size" in posterior:
        checks |= _size_checks(some, survey, rng)
    if survey.paired.sum() >= 5 and np.ptp(survey.strips.photo[survey.paired]) > 0:
        checks |= _eye_checks(some, survey, rng)
    return checks
