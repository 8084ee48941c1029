"""Single-season occupancy: occupied sites given the data, likelihood by site, predictive checks."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.formulas.site_histories import log_occupancy, occupied_given_history
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.models.sites.checks import detection_checks
from ustyurt_models.survey.models.sites.occupancy import OccupancyData, psi_draws, states
from ustyurt_models.survey.models.sites.predictors import flat_draws, linear_draws
from ustyurt_models.survey.models.sites.results import (
    average_shares,
    by_blocks,
    describe_all,
    mean_detection,
)

__all__ = ["derive", "log_likelihood", "predictive_p_values", "site_columns"]

Floats = NDArray[np.float64]
Draws = Mapping[str, Floats]
Checks = dict[str, tuple[float, str]]

_MEANINGS = {
    "false_at_average": ("1", "probability of a false detection on a visit to an empty site"),
    "confirmed_at_average": ("1", "share of the detections at occupied sites that is confirmed"),
}


def derive(posterior: xr.Dataset, data: OccupancyData, rng: np.random.Generator) -> xr.Dataset:
    """Add how many of the visited sites are occupied, mean occupancy and detection.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables.
    data : OccupancyData
        Histories.
    rng : numpy.random.Generator
        Chance of the state of sites where nothing was seen.

    Returns
    -------
    xarray.Dataset
        The posterior; every variable has a unit.
    """
    visits, sites = data.visits, data.visits.seen.shape[0]

    def totals(draws: Draws) -> Floats:
        logit, there, away = states(draws, data)
        chance = occupied_given_history(logit, there, away)
        occupied = (rng.random(chance.shape) < chance).sum(axis=1)
        p = mean_detection(draws, data.p, visits)
        return np.column_stack([occupied, expit(logit).mean(axis=1), p])

    found = by_blocks(posterior, visits.seen.size, totals)
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    out = posterior.copy()
    for name, values in zip(("occupied_sites", "psi_mean", "p_detect"), found.T, strict=True):
        out[name] = (("chain", "draw"), values.reshape(shape))
    out["occupied_share"] = out["occupied_sites"] / sites
    priors = data.settings.priors
    shares = {"psi": priors.psi, "p": priors.detection}
    if data.settings.false_positives:
        shares |= {"false": priors.false_positive, "confirmed": priors.confirmed}
    average_shares(out, shares)
    return describe_all(out, _MEANINGS)


def log_likelihood(posterior: xr.Dataset, data: OccupancyData, most: int = 1000) -> Floats:
    """Log likelihood of each site's history, shape (draw, site), at most about `most` draws."""

    def each(draws: Draws) -> Floats:
        return log_occupancy(*states(draws, data))

    return by_blocks(thin(posterior, most), data.visits.seen.size, each)


def predictive_p_values(
    posterior: xr.Dataset, data: OccupancyData, rng: np.random.Generator, most: int = 500
) -> Checks:
    """Posterior predictive tail probabilities, each with its meaning."""
    some = thin(posterior, most)

    def chances(draws: Draws) -> Floats:
        return expit(psi_draws(draws, data))[:, :, None]

    psi = by_blocks(some, data.visits.seen.size, chances)
    logit_p = by_blocks(some, data.p.columns.shape[0], lambda draws: linear_draws(draws, data.p))
    occupied = rng.random(psi.shape) < psi
    false = None
    if data.settings.false_positives:
        false = expit(flat_draws(some)["false_intercept"])
    return detection_checks(psi, occupied, logit_p, data.visits, rng, false)


def site_columns(posterior: xr.Dataset, data: OccupancyData, mass: float) -> dict[str, Floats]:
    """Summarise every site: psi, and the probability that it is occupied given its history.

    Returns
    -------
    dict of str to numpy.ndarray
        ``psi_median``, ``psi_low``, ``psi_high``, ``occupied``, each shape (site,).
    """
    some = thin(posterior, 1000)
    psi = expit(by_blocks(some, data.visits.seen.size, lambda draws: psi_draws(draws, data)))

    def chance(draws: Draws) -> Floats:
        return occupied_given_history(*states(draws, data))

    occupied = by_blocks(some, data.visits.seen.size, chance).mean(axis=0)
    low, median, high = np.quantile(psi, [(1 - mass) / 2, 0.5, (1 + mass) / 2], axis=0)
    return {"psi_median": median, "psi_low": low, "psi_high": high, "occupied": occupied}
