"""How well the random encounter model reproduces its data: predictive checks, likelihood."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import gammaln

from ustyurt_models.formulas.detection import SPREAD_FLOOR
from ustyurt_models.study.surveys import CameraEncounter
from ustyurt_models.survey.models.encounter.data import EncounterSurvey

__all__ = ["log_likelihood", "predictive_p_values", "prior_sd"]

Floats = NDArray[np.float64]


def prior_sd(settings: CameraEncounter) -> dict[str, float]:
    """Return the standard deviation of the logarithm under the prior, by variable."""
    priors = settings.priors
    return {
        "event_rate": priors.event_rate.sd_log,
        "mean_size": priors.mean_size.sd_log,
        "radius_scale_m": priors.radius_scale_m.sd_log,
        "angle_scale_deg": priors.angle_scale_deg.sd_log,
        "speed_median_m_per_s": priors.speed_m_per_s.sd_log,
    }


def _thin(posterior: xr.Dataset, most: int) -> xr.Dataset:
    """Keep at most `most` draws, evenly spread."""
    step = max(posterior.sizes["chain"] * posterior.sizes["draw"] // most, 1)
    return posterior.isel(draw=slice(None, None, step))


def _expected(some: xr.Dataset, survey: EncounterSurvey) -> tuple[Floats, Floats]:
    """Return expected passages (draw, site) and the size k of the negative binomial (draw, 1)."""
    rate = some["event_rate"].values.reshape(-1, survey.area_km2.size)
    spread = some["spread"].values.reshape(-1, 1)
    return rate[:, survey.seen.stratum] * survey.seen.days, 1.0 / (spread**2 + SPREAD_FLOOR**2)


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
    expected, k = _expected(_thin(posterior, most), survey)
    y = survey.seen.events
    ways = gammaln(y + k) - gammaln(k) - gammaln(y + 1)
    return ways - k * np.log1p(expected / k) + y * (np.log(expected) - np.log(k + expected))


def _both_tails(again: Floats, seen: Floats) -> float:
    """Two-sided tail probability of a discrepancy."""
    high = float((again >= seen).mean())
    return min(2 * min(high, 1 - high + float((again == seen).mean())), 1.0)


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
    some = _thin(posterior, most)
    expected, k = _expected(some, survey)
    y = survey.seen.events
    again = rng.negative_binomial(k, k / (k + expected))
    roots = [((np.sqrt(n) - np.sqrt(expected)) ** 2).sum(1) for n in (again, y)]
    found = {
        "cameras, Freeman-Tukey": (
            float((roots[0] >= roots[1]).mean()),
            "passages per camera fit",
        ),
        "cameras, without passage": (
            _both_tails((again == 0).sum(1), np.atleast_1d((y == 0).sum())),
            "as many cameras as foreseen saw nothing",
        ),
        "cameras, largest": (
            _both_tails(again.max(1).astype(float), np.atleast_1d(y.max()).astype(float)),
            "the busiest camera fits",
        ),
    }
    if "radius_scale_m" in some:
        found |= _radius_check(some, survey, rng)
    return found


def _radius_check(
    some: xr.Dataset, survey: EncounterSurvey, rng: np.random.Generator
) -> dict[str, tuple[float, str]]:
    """Compare the share of near contacts with replicates: half-normal or not."""
    seen = survey.seen.radius_m
    scale = some["radius_scale_m"].values.reshape(-1, 1)
    again = rng.rayleigh(scale, (scale.shape[0], seen.size))
    near = [np.mean(r < scale, axis=-1) for r in (again, np.broadcast_to(seen, again.shape))]
    return {"distances, near": (_both_tails(*near), "distances at first contact fit half-normal")}
