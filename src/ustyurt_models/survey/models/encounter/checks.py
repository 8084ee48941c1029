"""How well models of camera traps reproduce their data: predictive checks, likelihood."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.site_counts import CV_FLOOR, log_negative_binomial
from ustyurt_models.study.surveys import CameraBlock
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.models.encounter.data import EncounterSurvey
from ustyurt_models.survey.predictive import both_tails_p, freeman_tukey_p

__all__ = ["log_likelihood", "predictive_p_values", "prior_sd"]

Floats = NDArray[np.float64]


def prior_sd(settings: CameraBlock) -> dict[str, float]:
    """Return the standard deviation of the logarithm under the prior, by variable."""
    priors = settings.priors
    return {
        "event_rate": priors.event_rate.sd_log,
        "mean_size": priors.mean_size.sd_log,
        "radius_scale_m": priors.radius_scale_m.sd_log,
        "angle_scale_deg": priors.angle_scale_deg.sd_log,
        "speed_median_m_per_s": priors.speed_m_per_s.sd_log,
    }


def _expected(some: xr.Dataset, survey: EncounterSurvey) -> Floats:
    """Return expected passages, shape (draw, site)."""
    rate = some["event_rate"].values.reshape(-1, survey.area_km2.size)
    return rate[:, survey.seen.stratum] * survey.seen.effort


def log_likelihood(posterior: xr.Dataset, survey: EncounterSurvey, most: int = 1000) -> Floats:
    """Log likelihood of the passages of each site.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey : EncounterSurvey
        The survey.
    most : int
        Draws used at most.

    Returns
    -------
    numpy.ndarray
        Shape (draw, site).
    """
    some = thin(posterior, most)
    spread = some["spread"].values.reshape(-1, 1)
    return log_negative_binomial(survey.seen.events, _expected(some, survey), spread)


def predictive_p_values(
    posterior: xr.Dataset, survey: EncounterSurvey, rng: np.random.Generator, most: int = 500
) -> dict[str, tuple[float, str]]:
    """Posterior predictive tail probabilities, each with its meaning.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey : EncounterSurvey
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
    y = survey.seen.events.astype(float)
    expected, again = _replicates(some, survey, rng)
    found = {
        "cameras, Freeman-Tukey": (
            freeman_tukey_p(y, again, expected),
            "events per camera fit",
        ),
        "cameras, without passage": (
            both_tails_p((again == 0).sum(1), np.atleast_1d((y == 0).sum())),
            "as many cameras as foreseen saw nothing",
        ),
        "cameras, largest": (
            both_tails_p(again.max(1), np.atleast_1d(y.max())),
            "the busiest camera fits",
        ),
    }
    if survey.seen.share.size:
        found |= _wait_check(some, survey, rng)
    if "radius_scale_m" in some:
        found |= _radius_check(some, survey, rng)
    return found


def _replicates(
    some: xr.Dataset, survey: EncounterSurvey, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return expected and replicated events, each shape (draw, site).

    Where every occasion or instant gives one event at most, events are binomial of those that the
    camera was tried; for space to event these are the instants at which its turn came.
    """
    expected, trials = _expected(some, survey), survey.seen.trials
    k = 1.0 / (some["spread"].values.reshape(-1, 1) ** 2 + CV_FLOOR**2)
    if not trials.any():
        return expected, rng.negative_binomial(k, k / (k + expected)).astype(float)
    own = rng.gamma(k, 1.0 / k, expected.shape)
    rate = expected / survey.seen.effort
    each = survey.seen.each
    again = rng.binomial(trials.astype(np.int64), -np.expm1(-rate * own * each)).astype(float)
    return trials * -np.expm1(-k * np.log1p(rate * each / k)), again


def _wait_check(
    some: xr.Dataset, survey: EncounterSurvey, rng: np.random.Generator
) -> dict[str, tuple[float, str]]:
    """Compare how early in their occasions first passages came with exponential waiting."""
    seen = survey.seen
    k = 1.0 / (some["spread"].values.reshape(-1, 1) ** 2 + CV_FLOOR**2)
    rate = _expected(some, survey) / seen.effort
    own = rng.gamma(k + seen.events, 1.0 / (k + rate * seen.effort))
    hazard = (rate * own * seen.each)[:, seen.share_site]
    early = -np.log1p(rng.random(hazard.shape) * np.expm1(-hazard)) / hazard
    tails = both_tails_p(early.mean(1), np.atleast_1d(seen.share.mean()))
    return {"waits, mean": (tails, "first passages come as early as exponential waiting has them")}


def _radius_check(
    some: xr.Dataset, survey: EncounterSurvey, rng: np.random.Generator
) -> dict[str, tuple[float, str]]:
    """Compare the share of near contacts with replicates: half-normal or not."""
    seen = survey.seen.radius_m
    scale = some["radius_scale_m"].values.reshape(-1, 1)
    again = rng.rayleigh(scale, (scale.shape[0], seen.size))
    near = [np.mean(r < scale, axis=-1) for r in (again, np.broadcast_to(seen, again.shape))]
    return {"distances, near": (both_tails_p(*near), "distances at first contact fit half-normal")}
