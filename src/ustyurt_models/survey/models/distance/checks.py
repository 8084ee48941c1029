"""How well distance sampling reproduces its data: predictive checks, pointwise likelihood."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import gammaln

from ustyurt_models.formulas.detection import SPREAD_FLOOR, log_overdispersed_count
from ustyurt_models.formulas.detection_function import DetectionParameters, integral_below
from ustyurt_models.formulas.group_size import log_lognormal_poisson
from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.draws import draws_of, thin
from ustyurt_models.survey.models.distance.curves import DrawnCurves, drawn_curves
from ustyurt_models.survey.models.distance.encounters import rate_name
from ustyurt_models.survey.models.distance.prepare import DistanceData
from ustyurt_models.survey.predictive import (
    chi_square_p,
    dispersion_p,
    distance_checks,
    freeman_tukey_p,
    rank_correlation_p,
)

__all__ = ["fitted_shares", "log_likelihood", "predictive_p_values", "prior_sd"]

Floats = NDArray[np.float64]

_WORK = 100_000  # distances times draws that a check may evaluate
_SORTED = 5_000_000  # detections times replicates that a check may sort
_CLASSES = 8  # for the chi-square of exact distances
_COUNTED = 1_000_000  # transects times replicates
_FEWEST = 5  # distances below this number say nothing of the fit


def prior_sd(settings: DistanceBlock) -> dict[str, float]:
    """Return the standard deviation of the logarithm under the prior, by variable.

    Parameters
    ----------
    settings : DistanceBlock
        Priors.

    Returns
    -------
    dict of str to float
        Only of positive variables.
    """
    priors = settings.priors
    own_rates = settings.pooling == "none" and settings.encounter != "bootstrap"
    found = {
        "sigma_m": priors.sigma_share.sd_log,
        "shape_excess": priors.shape_excess.sd_log,
        "mean_size_untruncated": priors.mean_size.sd_log,
    }
    if own_rates:
        found |= {rate_name(point): priors.encounter_rate.sd_log for point in (False, True)}
    return found


def _expected(posterior: xr.Dataset, data: DistanceData) -> tuple[Floats, Floats | None]:
    """Return expected groups per transect and their spread, each shape (draw, transect)."""
    rate = draws_of(posterior, rate_name(data.form.point))
    expected = rate[:, data.transect_stratum] * data.effort
    if "encounter_spread" not in posterior:
        return expected, None
    return expected, draws_of(posterior, "encounter_spread")[:, data.transect_stratum]


def _log_counts(posterior: xr.Dataset, data: DistanceData, settings: DistanceBlock) -> Floats:
    """Log probability of the groups per transect, shape (draw, transect)."""
    expected, spread = _expected(posterior, data)
    if settings.encounter == "bootstrap":
        return np.zeros_like(expected)
    if spread is None:
        return data.groups * np.log(expected) - expected - gammaln(data.groups + 1)
    return log_overdispersed_count(data.groups, expected, spread)


def _log_sizes(posterior: xr.Dataset, data: DistanceData, settings: DistanceBlock) -> Floats:
    """Log probability of each group size, shape (draw, detection); zero-truncated."""
    mean = draws_of(posterior, "mean_size_untruncated")[:, None]
    if "size_slope" in posterior:
        slope = draws_of(posterior, "size_slope")[:, None]
        mean = mean * np.exp(slope * data.distance_m / data.truncation_m)
    dispersion = draws_of(posterior, "size_cv")[:, None] ** 2 + SPREAD_FLOOR**2
    if settings.group_size == "lognormal":
        spread = np.sqrt(dispersion)
        log_zero = log_lognormal_poisson(0.0, mean, spread)
        return log_lognormal_poisson(data.size, mean, spread) - np.log(-np.expm1(log_zero))
    log_zero = -np.log1p(dispersion * mean) / dispersion
    untruncated = log_overdispersed_count(data.size, mean, np.sqrt(dispersion * mean))
    return untruncated - np.log(-np.expm1(log_zero))


def _log_distances(curves: DrawnCurves) -> Floats:
    """Log density, or log chance of the class, of each distance, shape (draw, detection)."""
    data = curves.data
    if data.cutpoints_m.size:
        inside = curves.integrals(data.cutpoints_m)
        chance = inside / inside.sum(axis=-1, keepdims=True)
        return np.log(chance[:, data.scale.row, data.detection_class])
    g = np.maximum(curves.at(data.distance_m, data.scale.row), 1e-300)
    value = np.log(g) - np.log(curves.whole())[:, data.scale.row]
    if data.form.point:
        value = value + np.log(np.maximum(data.distance_m, 1e-9 * data.truncation_m))
    return value


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
    some = thin(posterior, most)
    total = _log_counts(some, data, settings)
    if not data.distance_m.size:
        return total
    part = _log_distances(drawn_curves(some, data))
    if settings.group_size in ("model", "lognormal") and not data.scale.with_size:
        part = part + _log_sizes(some, data, settings)
    order = np.argsort(data.detection_transect, kind="stable")
    transect = data.detection_transect[order]
    starts = np.flatnonzero(np.diff(transect, prepend=-1))
    total[:, transect[starts]] += np.add.reduceat(part[:, order], starts, axis=1)
    return total


def fitted_shares(posterior: xr.Dataset, data: DistanceData, most: int = 500) -> Floats:
    """Return the fitted cumulative probability of each distance.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    data : DistanceData
        Survey with exact distances.
    most : int
        Draws used at most; fewer where detections are many.

    Returns
    -------
    numpy.ndarray
        Uniform under the model, shape (draw, detection).
    """
    both = np.column_stack([data.scale.row, data.distance_m])
    distinct, each = np.unique(both, axis=0, return_inverse=True)
    draws = int(np.clip(_WORK // distinct.shape[0], 50, most))
    curves = drawn_curves(thin(posterior, draws), data)
    row = distinct[:, 0].astype(np.int64)
    parameters = DetectionParameters(
        curves.sigma_m[:, row], curves.shape[:, None], curves.coefficients[:, None]
    )
    below = integral_below(data.form, distinct[:, 1], parameters) / curves.whole()[:, row]
    return np.clip(below, 0.0, 1.0)[:, each.ravel()]


def _edges_between_heaps(data: DistanceData) -> Floats:
    """Classes of about equal counts whose limits lie between recorded distances.

    Distances are often rounded; limits halfway between recorded values keep each heap whole.
    """
    form, n = data.form, data.distance_m.size
    values, times = np.unique(data.distance_m, return_counts=True)
    classes = int(np.clip(np.sqrt(n), 4, _CLASSES))
    wanted = np.arange(1, classes) * n / classes
    last = np.unique(np.clip(np.searchsorted(np.cumsum(times), wanted), 0, values.size - 2))
    inner = (values[last] + values[last + 1]) / 2
    return np.concatenate([[form.left_m], inner, [form.truncation_m]])


def _class_check(curves: DrawnCurves, rng: np.random.Generator) -> dict[str, tuple[float, str]]:
    """Compare the histogram of distances with replicates."""
    data = curves.data
    n = data.distance_m.size
    edges = data.cutpoints_m if data.cutpoints_m.size else _edges_between_heaps(data)
    inside = curves.integrals(edges)
    chance = inside / inside.sum(axis=-1, keepdims=True)
    mean = (data.scale.times[:, None] * chance).sum(axis=1) / n
    seen = np.histogram(data.distance_m, edges)[0].astype(float)
    p = chi_square_p(seen, mean / mean.sum(axis=1, keepdims=True), rng)
    return {"distances, chi-square": (p, "histogram of distances fits")}


def _count_checks(
    some: xr.Dataset, data: DistanceData, rng: np.random.Generator
) -> dict[str, tuple[float, str]]:
    """Compare groups per transect with replicates: Freeman-Tukey and dispersion."""
    expected, spread = _expected(some, data)
    # Several replicates per draw where transects are few, so that p-values are fine enough.
    times = max(1, _COUNTED // expected.size)
    expected = np.repeat(expected, times, axis=0)
    if spread is None:
        again = rng.poisson(expected)
    else:
        k = expected / (np.repeat(spread, times, axis=0) ** 2 + SPREAD_FLOOR**2)
        again = rng.negative_binomial(np.maximum(k, 1e-9), k / (k + expected))
    seen, drawn = data.groups.astype(np.float64), again.astype(np.float64)
    roots = freeman_tukey_p(seen, drawn, expected)
    pearson = dispersion_p(seen, drawn, expected)
    return {
        "transects, Freeman-Tukey": (roots, "groups per transect fit"),
        "transects, dispersion": (pearson, "spread among transects fits"),
    }


def _size_check(data: DistanceData, settings: DistanceBlock) -> dict[str, tuple[float, str]]:
    """Compare sizes with distances where the model takes them for unrelated."""
    known = settings.group_size == "single" or settings.size_bias or data.scale.with_size
    if data.distance_m.size < 8 or np.ptp(data.size) == 0 or known:
        return {}
    p = rank_correlation_p(data.size.astype(float), data.distance_m)
    meaning = "size of groups unrelated to distance; low: set size_bias = true"
    return {"size bias": (max(p, 0.0011), meaning)}


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
    some = thin(posterior, most)
    checks = {} if settings.encounter == "bootstrap" else _count_checks(some, data, rng)
    if data.distance_m.size >= _FEWEST:
        checks |= _class_check(drawn_curves(some, data), rng)
        if not data.cutpoints_m.size:
            u = fitted_shares(some, data, most)
            # Several replicates per draw where draws are few, so that p-values are fine enough.
            again = max(1, min(most, _SORTED // data.distance_m.size) // u.shape[0])
            checks |= distance_checks(np.repeat(u, again, axis=0), rng)
    return checks | _size_check(data, settings)
