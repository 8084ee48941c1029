"""Animals at the visited sites given what was seen, likelihood by site, predictive checks."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.formulas.hidden_counts import left_out, log_seldom_seen, removal_shares
from ustyurt_models.formulas.site_counts import CV_FLOOR
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.models.sites.counts import (
    CountData,
    expected,
    log_rows,
    spread_of,
    terms,
)
from ustyurt_models.survey.models.sites.results import by_blocks, describe_all
from ustyurt_models.survey.predictive import dispersion_p, freeman_tukey_p

__all__ = ["beyond", "bounded_by", "derive", "log_likelihood", "predictive_p_values"]

Floats = NDArray[np.float64]
Draws = Mapping[str, Floats]

_MEANINGS = {
    "abundance_total": ("1", "animals at the visited sites, given what was seen"),
    "animals_mean": ("1", "expected animals at a site, mean of the visited sites"),
    "animals_at_average": ("1", "expected animals at a site with average covariates"),
    "p_at_average": ("1", "probability to notice one animal on a visit, average covariates"),
    "p_detect": ("1", "mean probability to notice one animal on a visit"),
    "site_cv": ("1", "variation of animals among sites beyond covariates"),
    "empty_logit": ("1", "logit of the share of sites without animals"),
}


def _numbers(data: CountData) -> int:
    """Numbers that the largest array holds per draw."""
    hidden = data.upto + 1 if data.settings.model != "removal" else 1
    return data.tallies.visits.shape[0] * max(hidden, data.tallies.visits.shape[1])


def _shape(draws: Draws) -> Floats:
    """Return the shape of the negative binomial, shape (draw, 1)."""
    return (1.0 / (spread_of(draws)[0] ** 2 + CV_FLOOR**2))[:, None]


def _unseen(draws: Draws, data: CountData, rng: np.random.Generator) -> Floats:
    """Draw the animals that no pass found, shape (draw, site)."""
    see, miss = log_rows(draws, data)
    found = data.tallies.total.sum(axis=1)
    whole = removal_shares(see, miss, data.tallies.visits > 0).sum(axis=-1)
    mean, empty = expected(draws, data), expit(spread_of(draws)[1])[:, None]
    rate, none = mean, np.exp(-mean * whole)
    if data.settings.family.endswith("negative-binomial"):
        k = _shape(draws)
        rate = mean * rng.gamma(k + found, 1.0 / (k + mean * whole))
        none = (1.0 + mean * whole / k) ** -k
    lived = (1.0 - empty) * none / (empty + (1.0 - empty) * none)
    here = (found > 0) | (rng.random(lived.shape) < lived)
    return rng.poisson(rate * (1.0 - whole)) * here


def _present(draws: Draws, data: CountData, rng: np.random.Generator) -> Floats:
    """Draw the animals at each site given what was seen there, shape (draw, site)."""
    if data.settings.model == "removal":
        return data.tallies.total.sum(axis=1) + _unseen(draws, data, rng)
    each = terms(draws, data)
    chance = np.exp(each - each.max(axis=-1, keepdims=True)).cumsum(axis=-1)
    at = rng.random(each.shape[:-1])[..., None] * chance[..., -1:]
    return (chance < at).sum(axis=-1).astype(float)


def _mean_p(draws: Draws, data: CountData) -> Floats:
    """Return the probability to notice one animal, averaged over visits, shape (draw,)."""
    visits = data.tallies.visits
    return (-np.expm1(log_rows(draws, data)[1]) * visits).sum(axis=(1, 2)) / visits.sum()


def derive(posterior: xr.Dataset, data: CountData, rng: np.random.Generator) -> xr.Dataset:
    """Add the animals at the visited sites and mean detection.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables.
    data : CountData
        Counts.
    rng : numpy.random.Generator
        Chance of the animals not seen.

    Returns
    -------
    xarray.Dataset
        The posterior; every variable has a unit.
    """

    def results(draws: Draws) -> Floats:
        lived_in = 1.0 - expit(spread_of(draws)[1])
        mean = expected(draws, data).mean(axis=1) * lived_in
        total = _present(draws, data, rng).sum(axis=1)
        return np.column_stack([total, mean, _mean_p(draws, data)])

    found = by_blocks(posterior, _numbers(data), results)
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    out = posterior.copy()
    for name, values in zip(("abundance_total", "animals_mean", "p_detect"), found.T, strict=True):
        out[name] = (("chain", "draw"), values.reshape(shape))
    out["animals_at_average"] = np.exp(out["lambda_intercept"])
    out["p_at_average"] = 1.0 / (1.0 + np.exp(-out["p_intercept"]))
    return describe_all(out, _MEANINGS, ("lambda",))


def log_likelihood(posterior: xr.Dataset, data: CountData, most: int = 1000) -> Floats:
    """Log likelihood of what was seen at each site, shape (draw, site)."""

    def each(draws: Draws) -> Floats:
        return np.logaddexp.reduce(terms(draws, data), axis=-1)

    return by_blocks(thin(posterior, most), _numbers(data), each)


def beyond(posterior: xr.Dataset, data: CountData, most: int = 200) -> float:
    """Return the largest share of a site's likelihood beyond the bound, over some draws.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    data : CountData
        Counts; removal has no bound.
    most : int
        Draws used at most.
    """
    if data.settings.model == "removal":
        return 0.0

    def shares(draws: Draws) -> Floats:
        mean, limit = expected(draws, data), np.zeros(())
        if data.settings.family.endswith("negative-binomial"):
            limit = mean / (_shape(draws) + mean)
        each = terms(draws, data)
        return left_out(each, np.broadcast_to(limit, each.shape[:-1]))

    return float(by_blocks(thin(posterior, most), _numbers(data), shares).max())


def bounded_by(posterior: xr.Dataset, data: CountData, most: int = 1000) -> float:
    """Return by how much the best number fits better than ever more animals seen ever more seldom.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws; those nearest to the maximum decide.
    data : CountData
        Counts of N-mixture or removal.
    most : int
        Draws used at most.

    Returns
    -------
    float
        Difference of log likelihoods, about 0 where the counts set no upper limit to the number.
    """
    tallies, settings = data.tallies, data.settings

    def each(draws: Draws) -> Floats:
        see, miss = log_rows(draws, data)
        once = np.exp(see)
        if settings.model == "removal":
            # As many found in all as with fewer animals, but no fewer on later passes.
            shares = removal_shares(see, miss, tallies.visits > 0).sum(axis=-1, keepdims=True)
            once = once * shares / (once * tallies.visits).sum(axis=-1, keepdims=True)
        mean = expected(draws, data)[..., None] * once
        cv, empty = (one[:, None] for one in spread_of(draws))
        limit = log_seldom_seen(
            tallies.counts, tallies.visits, tallies.total, mean, (settings.family, cv, empty)
        )
        here = np.logaddexp.reduce(terms(draws, data), axis=-1)
        return np.stack([here.sum(axis=-1), limit.sum(axis=-1)], axis=-1)

    best = by_blocks(thin(posterior, most), _numbers(data), each).max(axis=0)
    return float(best[0] - best[1])


def _expected_seen(draws: Draws, data: CountData) -> Floats:
    """Return what is expected to be seen at each site in all, shape (draw, site)."""
    tallies, mean = data.tallies, expected(draws, data)
    see, miss = log_rows(draws, data)
    lived_in = (1.0 - expit(spread_of(draws)[1]))[:, None]
    if data.settings.model == "removal":
        return lived_in * mean * removal_shares(see, miss, tallies.visits > 0).sum(axis=-1)
    p = -np.expm1(miss)
    if data.settings.model == "n_mixture":
        return lived_in * mean * (tallies.visits * p).sum(axis=-1)
    some = -np.expm1(-mean[..., None] * p)
    if data.settings.family.endswith("negative-binomial"):
        k = _shape(draws)[..., None]
        some = 1.0 - (1.0 + mean[..., None] * p / k) ** -k
    return lived_in * (tallies.visits * some).sum(axis=-1)


def _again(draws: Draws, data: CountData, rng: np.random.Generator) -> Floats:
    """Draw what would be seen at each site in all, shape (draw, site)."""
    tallies, rate = data.tallies, expected(draws, data)
    see, miss = log_rows(draws, data)
    if data.settings.family.endswith("negative-binomial"):
        k = _shape(draws)
        rate = rate * rng.gamma(np.broadcast_to(k, rate.shape), 1.0 / k)
    lived_in = rng.random(rate.shape) >= expit(spread_of(draws)[1])[:, None]
    present = rng.poisson(rate) * lived_in
    if data.settings.model == "removal":
        whole = removal_shares(see, miss, tallies.visits > 0).sum(axis=-1)
        return rng.binomial(present, np.clip(whole, 0.0, 1.0)).astype(float)
    made = tallies.visits.astype(np.int64)
    if data.settings.model == "n_mixture":
        tries = made * present[..., None]
        return rng.binomial(tries, -np.expm1(miss)).sum(axis=-1).astype(float)
    return rng.binomial(made, -np.expm1(present[..., None] * miss)).sum(axis=-1).astype(float)


def predictive_p_values(
    posterior: xr.Dataset, data: CountData, rng: np.random.Generator, most: int = 500
) -> dict[str, tuple[float, str]]:
    """Posterior predictive tail probabilities, each with its meaning."""
    some = thin(posterior, most)

    def both(draws: Draws) -> Floats:
        return np.stack([_again(draws, data, rng), _expected_seen(draws, data)], axis=-1)

    found = by_blocks(some, _numbers(data), both)
    again, mean, seen = found[..., 0], found[..., 1], data.tallies.total.sum(axis=1)
    none, nothing = (again == 0).sum(axis=1), (seen == 0).sum()
    many = float((none > nothing).mean() + 0.5 * (none == nothing).mean())
    spread = "spread among sites fits; low: another family or covariates"
    return {
        "counts, Freeman-Tukey": (freeman_tukey_p(seen, again, mean), "totals per site fit"),
        "counts, dispersion": (dispersion_p(seen, again, mean), spread),
        "sites with nothing": (2 * min(many, 1 - many), "number of sites with nothing seen fits"),
    }
