"""Single-season occupancy: occupied sites given the data, likelihood by site, predictive checks."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.formulas.site_histories import log_occupancy, occupied_given_history
from ustyurt_models.survey.models.distance.curves import thin
from ustyurt_models.survey.models.sites.checks import detection_checks
from ustyurt_models.survey.models.sites.occupancy import OccupancyData, psi_draws, visit_logs
from ustyurt_models.survey.models.sites.predictors import linear_draws
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
    none = visits.none_seen[:, 0]

    def totals(draws: Draws) -> Floats:
        logit = psi_draws(draws, data)
        chance = occupied_given_history(logit, visit_logs(draws, data.p, visits)[..., 0], none)
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
    average_shares(out, {"psi": priors.psi, "p": priors.detection})
    return describe_all(out, {})


def log_likelihood(posterior: xr.Dataset, data: OccupancyData, most: int = 1000) -> Floats:
    """Log likelihood of each site's history, shape (draw, site), at most about `most` draws."""
    none = data.visits.none_seen[:, 0]

    def each(draws: Draws) -> Floats:
        there = visit_logs(draws, data.p, data.visits)[..., 0]
        return log_occupancy(psi_draws(draws, data), there, none)

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
    return detection_checks(psi, occupied, logit_p, data.visits, rng)


def site_columns(posterior: xr.Dataset, data: OccupancyData, mass: float) -> dict[str, Floats]:
    """Summarise every site: psi, and the probability that it is occupied given its history.

    Returns
    -------
    dict of str to numpy.ndarray
        ``psi_median``, ``psi_low``, ``psi_high``, ``occupied``, each shape (site,).
    """
    some, none = thin(posterior, 1000), data.visits.none_seen[:, 0]
    psi = expit(by_blocks(some, data.visits.seen.size, lambda draws: psi_draws(draws, data)))

    def chance(draws: Draws) -> Floats:
        there = visit_logs(draws, data.p, data.visits)[..., 0]
        return occupied_given_history(psi_draws(draws, data), there, none)

    occupied = by_blocks(some, data.visits.seen.size, chance).mean(axis=0)
    low, median, high = np.quantile(psi, [(1 - mass) / 2, 0.5, (1 + mass) / 2], axis=0)
    return {"psi_median": median, "psi_low": low, "psi_high": high, "occupied": occupied}
