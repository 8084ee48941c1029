"""Community occupancy: which species are where, likelihood by history, predictive checks."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.formulas.site_histories import log_occupancy, occupied_given_history
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.models.community.occupancy import CommunityData, states
from ustyurt_models.survey.models.community.species import species_draws
from ustyurt_models.survey.models.sites.checks import detection_checks
from ustyurt_models.survey.models.sites.predictors import flat_draws
from ustyurt_models.survey.models.sites.results import (
    average_shares,
    by_blocks,
    describe_all,
    detection_of,
)

__all__ = ["borrowed", "derive", "log_likelihood", "predictive_p_values", "present_draws"]

Floats = NDArray[np.float64]
Draws = Mapping[str, Floats]
Checks = dict[str, tuple[float, str]]

_MEANINGS = {
    "richness_mean": ("1", "species per visited site, given what was seen"),
    "species_present": ("1", "species that occupy any of the visited sites, given what was seen"),
    **{
        f"{name}_{key}": ("1", f"{words} on the logit of {name}")
        for name in ("psi", "p")
        for key, words in {
            "species": "intercept of each species",
            "sd_species": "standard deviation among species of the intercepts",
            "effect": "effects on a typical species",
            "effect_sd": "standard deviation among species of the effects",
            "species_effect": "effects on each species",
        }.items()
    },
}


def present_draws(draws: Draws, data: CommunityData, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw which species are where, given the histories, shape (draw, species, site)."""
    chance = occupied_given_history(*states(draws, data))
    return rng.random(chance.shape) < chance


def derive(posterior: xr.Dataset, data: CommunityData, rng: np.random.Generator) -> xr.Dataset:
    """Add occupied sites, mean occupancy and detection by species, and the number of species.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables.
    data : CommunityData
        Histories.
    rng : numpy.random.Generator
        Chance of the species that were not seen.

    Returns
    -------
    xarray.Dataset
        The posterior; every variable has a unit.
    """
    count = len(data.species)

    def totals(draws: Draws) -> Floats:
        present = present_draws(draws, data, rng)
        occupied = present.sum(axis=2)
        psi = expit(species_draws(draws, data.psi)).mean(axis=2)
        logit_p = species_draws(draws, data.p)
        p = [detection_of(logit_p[:, i], data.of(i)) for i in range(count)]
        richness = present.sum(axis=1).mean(axis=1)
        return np.column_stack([occupied, psi, *p, richness, (occupied > 0).sum(axis=1)])

    found = by_blocks(posterior, data.visits.seen.size, totals)
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    out = posterior.copy()
    by_species = np.split(found[:, : 3 * count], 3, axis=1)
    for name, values in zip(("occupied_sites", "psi_mean", "p_detect"), by_species, strict=True):
        out[name] = (("chain", "draw", "species"), values.reshape(*shape, count))
    for name, values in zip(("richness_mean", "species_present"), found[:, -2:].T, strict=True):
        out[name] = (("chain", "draw"), values.reshape(shape))
    out["occupied_share"] = out["occupied_sites"] / data.sites
    priors = data.settings.priors
    average_shares(out, {"psi": priors.psi, "p": priors.detection})
    return describe_all(out, _MEANINGS)


def borrowed(posterior: xr.Dataset, name: str, rng: np.random.Generator) -> Floats:
    """Return how much of what is known of each species comes from the others.

    The width of the central 68 % of the intercept of a species, over that of a species nobody ever
    looked for (drawn from the community), squared: as a share of variance this is the weight of
    the others in a mean of two normal sources (Gelman & Pardoe 2006, Technometrics 48:241).

    Parameters
    ----------
    posterior : xarray.Dataset
        Derived.
    name : str
        ``psi`` or ``p``.
    rng : numpy.random.Generator
        Chance of the species that nobody looked for.

    Returns
    -------
    numpy.ndarray
        Within 0 (own data only) and 1 (the others only), shape (species,).
    """
    draws = flat_draws(posterior)
    typical, spread = draws[f"{name}_intercept"], draws[f"{name}_sd_species"]
    fresh = typical + spread * rng.normal(size=typical.shape)
    tails = [0.16, 0.84]
    whole = np.diff(np.quantile(fresh, tails))[0]
    own = np.diff(np.quantile(draws[f"{name}_species"], tails, axis=0), axis=0)[0]
    return np.minimum((own / whole) ** 2, 1.0)


def log_likelihood(posterior: xr.Dataset, data: CommunityData, most: int = 1000) -> Floats:
    """Log likelihood of the history of each species at each site, shape (draw, species * site)."""

    def each(draws: Draws) -> Floats:
        value = log_occupancy(*states(draws, data))
        return value.reshape(len(value), -1)

    return by_blocks(thin(posterior, most), data.visits.seen.size, each)


def predictive_p_values(
    posterior: xr.Dataset, data: CommunityData, rng: np.random.Generator, most: int = 300
) -> dict[str, Checks]:
    """Posterior predictive tail probabilities by species, each with its meaning."""
    some, found = thin(posterior, most), {}
    psi = by_blocks(some, data.visits.seen.size, lambda d: expit(species_draws(d, data.psi)))
    logit_p = by_blocks(some, data.p.columns.size + 1, lambda d: species_draws(d, data.p))
    for number, name in enumerate(data.species):
        one = psi[:, number, :, None]
        occupied = rng.random(one.shape) < one
        visits = data.of(number)
        found[name] = detection_checks(one, occupied, logit_p[:, number], visits, rng)
    return found
