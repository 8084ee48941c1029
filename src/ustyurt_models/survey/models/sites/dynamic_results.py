"""Dynamic occupancy: occupied sites by season given the data, likelihood by site, checks."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.site_histories import draw_states, forward, smooth
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.models.sites.checks import detection_checks
from ustyurt_models.survey.models.sites.dynamic import DynamicData, state_draws
from ustyurt_models.survey.models.sites.occupancy import visit_logs
from ustyurt_models.survey.models.sites.predictors import linear_draws
from ustyurt_models.survey.models.sites.results import (
    average_shares,
    by_blocks,
    describe_all,
    mean_detection,
)

__all__ = ["derive", "log_likelihood", "predictive_p_values", "projected", "smoothed"]

Floats = NDArray[np.float64]
Draws = Mapping[str, Floats]

_MEANINGS = {
    "turnover": ("1", "sites colonised or lost from a season to the next, share of all sites"),
    "occupied_change": ("1", "share occupied in the last season over that in the first"),
    "gamma_mean": ("1", "mean probability that an empty site is colonised by the next season"),
    "epsilon_mean": ("1", "mean probability that an occupied site is empty by the next season"),
}


def projected(psi: Floats, gamma: Floats, epsilon: Floats) -> Floats:
    """Return expected occupancy by season without the data, shape (draw, site, season)."""
    found = [psi]
    for season in range(gamma.shape[-1]):
        now = found[-1]
        found.append(now * (1.0 - epsilon[..., season]) + (1.0 - now) * gamma[..., season])
    return np.stack(found, axis=-1)


def _drawn(draws: Draws, data: DynamicData, rng: np.random.Generator) -> Floats:
    """Return the results of some draws, shape (draw, result)."""
    psi, gamma, epsilon = state_draws(draws, data)
    logs = visit_logs(draws, data.p, data.visits)
    filtered, _ = forward(psi, gamma, epsilon, logs, data.visits.none_seen)
    states = draw_states(filtered, gamma, epsilon, rng)
    occupied = states.sum(axis=1)
    turned = (states[..., 1:] != states[..., :-1]).mean(axis=1)
    expected = projected(psi, gamma, epsilon).mean(axis=1)
    single = [gamma.mean(axis=(1, 2)), epsilon.mean(axis=(1, 2))]
    single.append(mean_detection(draws, data.p, data.visits))
    return np.column_stack([occupied, expected, turned, *single])


def derive(posterior: xr.Dataset, data: DynamicData, rng: np.random.Generator) -> xr.Dataset:
    """Add occupied sites by season, turnover and means of all probabilities.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables.
    data : DynamicData
        Histories.
    rng : numpy.random.Generator
        Chance of the states that the histories leave open.

    Returns
    -------
    xarray.Dataset
        The posterior; every variable has a unit.
    """
    sites, seasons = data.visits.seen.shape[:2]
    numbers = data.visits.seen.size
    found = by_blocks(posterior, numbers, lambda draws: _drawn(draws, data, rng))
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    names = list(data.survey.histories.seasons)
    out = posterior.assign_coords(season=names, step=names[1:])
    ends = np.cumsum([seasons, seasons, seasons - 1, 1, 1])
    parts = np.split(found, ends, axis=1)
    columns = ("occupied_sites", "psi_mean", "turnover", "gamma_mean", "epsilon_mean", "p_detect")
    dims: dict[str, tuple[str, ...]] = {"turnover": ("step",)}
    dims |= {"occupied_sites": ("season",), "psi_mean": ("season",)}
    for name, values in zip(columns, parts, strict=True):
        own = dims.get(name, ())
        wanted = (*shape, values.shape[1]) if own else shape
        out[name] = (("chain", "draw", *own), values.reshape(wanted))
    out["occupied_share"] = out["occupied_sites"] / sites
    first, last = (out["occupied_share"].isel(season=i, drop=True) for i in (0, -1))
    out["occupied_change"] = last / np.maximum(first, 0.5 / sites)
    priors = data.settings.priors
    shares = {"psi": priors.psi, "gamma": priors.gamma, "epsilon": priors.epsilon}
    average_shares(out, shares | {"p": priors.detection})
    return describe_all(out, _MEANINGS)


def smoothed(draws: Draws, data: DynamicData) -> Floats:
    """Return occupancy given the whole history, shape (draw, site, season)."""
    psi, gamma, epsilon = state_draws(draws, data)
    logs = visit_logs(draws, data.p, data.visits)
    filtered, _ = forward(psi, gamma, epsilon, logs, data.visits.none_seen)
    return smooth(filtered, gamma, epsilon)


def log_likelihood(posterior: xr.Dataset, data: DynamicData, most: int = 1000) -> Floats:
    """Log likelihood of each site's history, shape (draw, site), at most about `most` draws."""

    def each(draws: Draws) -> Floats:
        logs = visit_logs(draws, data.p, data.visits)
        return forward(*state_draws(draws, data), logs, data.visits.none_seen)[1]

    return by_blocks(thin(posterior, most), data.visits.seen.size, each)


def predictive_p_values(
    posterior: xr.Dataset, data: DynamicData, rng: np.random.Generator, most: int = 300
) -> dict[str, tuple[float, str]]:
    """Posterior predictive tail probabilities, each with its meaning."""
    some = thin(posterior, most)

    def states(draws: Draws) -> Floats:
        psi, gamma, epsilon = state_draws(draws, data)
        state = [rng.random(psi.shape) < psi]
        for season in range(gamma.shape[-1]):
            chance = np.where(state[-1], 1.0 - epsilon[..., season], gamma[..., season])
            state.append(rng.random(chance.shape) < chance)
        return np.stack([projected(psi, gamma, epsilon), np.stack(state, axis=-1)], axis=-1)

    both = by_blocks(some, data.visits.seen.size, states)
    logit_p = by_blocks(some, data.p.columns.shape[0], lambda draws: linear_draws(draws, data.p))
    return detection_checks(both[..., 0], both[..., 1] > 0, logit_p, data.visits, rng)
