"""Occupancy from several sources: occupied sites, likelihood by site, predictive checks."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.formulas.site_histories import log_occupancy, occupied_given_history
from ustyurt_models.study.surveys.priors import Share
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.models.sites.checks import detection_checks
from ustyurt_models.survey.models.sites.occupancy import psi_draws
from ustyurt_models.survey.models.sites.predictors import flat_draws, linear_draws
from ustyurt_models.survey.models.sites.results import (
    average_shares,
    by_blocks,
    describe_all,
    mean_detection,
    unit_of,
)
from ustyurt_models.survey.models.sources.occupancy import SourceData, states

__all__ = ["derive", "log_likelihood", "predictive_p_values", "psi_of_sites", "site_columns"]

Floats = NDArray[np.float64]
Draws = Mapping[str, Floats]
Checks = dict[str, tuple[float, str]]

_FALSE = {
    "false": "probability of a false detection on a visit to an empty site",
    "confirmed": "share of the detections at occupied sites that is confirmed",
}


def _shares(data: SourceData) -> dict[str, Share]:
    """Return the priors of probabilities, by the name of their intercept."""
    found: dict[str, Share] = {"psi": data.settings.priors.psi}
    for name, part in data.parts.items():
        priors = part.settings.priors
        found[f"p_{name}"] = priors.detection
        if part.settings.false_positives:
            found |= {f"false_{name}": priors.false_positive, f"confirmed_{name}": priors.confirmed}
    return found


def _meanings(out: xr.Dataset, data: SourceData) -> dict[str, tuple[str, str]]:
    """Return unit and meaning of the variables that are named after sources."""
    found = {"source_p_detect": ("1", "mean probability of detection on a visit, where occupied")}
    longest = sorted(data.parts, key=len, reverse=True)
    for key in map(str, out.data_vars):
        for part in ("p", *_FALSE):
            name = next((n for n in longest if key.startswith(f"{part}_{n}_")), None)
            if name is None:
                continue
            rest = key.removeprefix(f"{part}_{name}_")
            if part in _FALSE:
                logit = "logit of the " if rest == "intercept" else ""
                found[key] = ("1", f"{logit}{_FALSE[part]}, {name}")
            else:
                unit, meaning = unit_of(f"p_{rest}", "logit")
                found[key] = (unit, f"{meaning}, {name}")
    return found


def derive(posterior: xr.Dataset, data: SourceData, rng: np.random.Generator) -> xr.Dataset:
    """Add how many of the sites are occupied, mean occupancy, and detection by source.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables.
    data : SourceData
        Histories.
    rng : numpy.random.Generator
        Chance of the state of sites where nothing sure was seen.

    Returns
    -------
    xarray.Dataset
        The posterior; every variable has a unit. ``p_detect`` is over the visits of all sources.
    """
    weight = np.array(
        [(part.visits.seen + part.visits.missed).sum() for part in data.parts.values()]
    )

    def totals(draws: Draws) -> Floats:
        logit, there, away = states(draws, data)
        chance = occupied_given_history(logit, there, away)
        occupied = (rng.random(chance.shape) < chance).sum(axis=1)
        p = [mean_detection(draws, part.p, part.visits) for part in data.parts.values()]
        overall = np.column_stack(p) @ weight / weight.sum()
        return np.column_stack([occupied, expit(logit).mean(axis=1), overall, *p])

    found = by_blocks(posterior, data.size, totals)
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    out = posterior.copy()
    for name, values in zip(("occupied_sites", "psi_mean", "p_detect"), found.T, strict=False):
        out[name] = (("chain", "draw"), values.reshape(shape))
    by_source = found[:, 3:].reshape(*shape, -1)
    out["source_p_detect"] = (("chain", "draw", "source"), by_source)
    out["occupied_share"] = out["occupied_sites"] / data.sites
    out = out.assign_coords(source=list(data.parts))
    average_shares(out, _shares(data))
    return describe_all(out, _meanings(out, data))


def psi_of_sites(posterior: xr.Dataset, data: SourceData, most: int = 1000) -> Floats:
    """Return psi of every site for some draws, shape (draw, site)."""
    some = thin(posterior, most)
    return expit(by_blocks(some, data.size, lambda draws: psi_draws(draws, data.whole)))


def log_likelihood(posterior: xr.Dataset, data: SourceData, most: int = 1000) -> Floats:
    """Log likelihood of all that is known of each site, shape (draw, site)."""
    return by_blocks(
        thin(posterior, most), data.size, lambda draws: log_occupancy(*states(draws, data))
    )


def predictive_p_values(
    posterior: xr.Dataset, data: SourceData, rng: np.random.Generator, most: int = 500
) -> Checks:
    """Posterior predictive tail probabilities of every source, each with its meaning."""
    some = thin(posterior, most)
    found: Checks = {}
    psi = psi_of_sites(some, data, most)[:, :, None]
    occupied, flat = rng.random(psi.shape) < psi, flat_draws(some)
    for name, part in data.parts.items():
        at = data.survey.at[name]
        false = None
        if part.settings.false_positives:
            false = expit(flat[f"false_{name}_intercept"])
        logit_p = linear_draws(flat, part.p)
        checks = detection_checks(psi[:, at], occupied[:, at], logit_p, part.visits, rng, false)
        found |= {f"{name}: {check}": value for check, value in checks.items()}
    return found


def site_columns(posterior: xr.Dataset, data: SourceData, mass: float) -> dict[str, Floats]:
    """Summarise every site: psi, and the probability that it is occupied given all sources."""
    psi = psi_of_sites(posterior, data)

    def chance(draws: Draws) -> Floats:
        return occupied_given_history(*states(draws, data))

    occupied = by_blocks(thin(posterior, 1000), data.size, chance).mean(axis=0)
    low, median, high = np.quantile(psi, [(1 - mass) / 2, 0.5, (1 + mass) / 2], axis=0)
    return {"psi_median": median, "psi_low": low, "psi_high": high, "occupied": occupied}
