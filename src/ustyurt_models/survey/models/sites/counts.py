"""Animals at sites that visits miss: data, PyMC graphs, and log probabilities by number present.

N_i animals are at site i, with expectation lambda_i and a Poisson, negative binomial or
zero-inflated distribution. N-mixture: each visit counts each of them with probability p_ij.
Royle-Nichols: each visit notices each of them with probability p_ij, and only whether any was
noticed is written down. Removal: each pass finds each of those left with probability p_ij. The
number present is summed out: exactly for removal, otherwise up to a bound that grows until what is
left out is below 1e-8.

References
----------
Royle 2004, Biometrics 60:108; Royle & Nichols 2003, Ecology 84:777; Dorazio, Jelks & Jordan 2005,
Biometrics 61:1093.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable
from scipy.special import gammaln

from ustyurt_models.checks import require
from ustyurt_models.formulas.hidden_counts import (
    log_removal_shares,
    log_ways,
    n_mixture_given,
    removal_shares,
    royle_nichols_given,
)
from ustyurt_models.formulas.site_counts import log_site_count
from ustyurt_models.formulas.site_histories import log_sigmoid
from ustyurt_models.study.surveys import SiteCounts
from ustyurt_models.survey.models.hierarchical.model import log_count
from ustyurt_models.survey.models.sites.data import SiteSurvey
from ustyurt_models.survey.models.sites.detection import detection_predictor
from ustyurt_models.survey.models.sites.graph import Beliefs, coords_of, linear
from ustyurt_models.survey.models.sites.places import place_sites
from ustyurt_models.survey.models.sites.predictors import Predictor, linear_draws
from ustyurt_models.survey.models.sites.tallies import Tallies, tally

__all__ = ["CountData", "build", "count_data", "expected", "log_rows", "spread_of", "terms"]

Floats = NDArray[np.float64]
Draws = Mapping[str, Floats]

_FIRST_BOUND = 30  # animals present beyond the largest count


@dataclass(frozen=True)
class CountData:
    """What the likelihood needs.

    Attributes
    ----------
    survey : SiteSurvey
        Counts and settings.
    animals : Predictor
        Of log animals, one row per site.
    p : Predictor
        Of detection, one row per kind of visit.
    tallies : Tallies
        Of every site.
    kinds, times : numpy.ndarray
        A site of each kind, and how many are like it, shape (kind,).
    upto : int
        Largest number present that is summed over.
    """

    survey: SiteSurvey
    animals: Predictor
    p: Predictor
    tallies: Tallies
    kinds: NDArray[np.int64]
    times: Floats
    upto: int

    @property
    def predictors(self) -> tuple[Predictor, ...]:
        """What animals and detection depend on."""
        return (self.animals, self.p)

    @property
    def settings(self) -> SiteCounts:
        """Block of the study file."""
        assert isinstance(self.survey.settings, SiteCounts)
        return self.survey.settings

    @cached_property
    def ways(self) -> Floats:
        """Ways to choose the animals counted, shape (site, N); 0 where only detections are."""
        if self.settings.model == "n_mixture":
            return log_ways(self.tallies.counts, self.upto)
        return np.zeros((len(self.tallies.visits), self.upto + 1))

    def wider(self) -> "CountData":
        """Return the same with twice the bound."""
        return replace(self, upto=2 * self.upto)


def count_data(survey: SiteSurvey) -> CountData:
    """Lay out counts for the likelihood.

    Parameters
    ----------
    survey : SiteSurvey
        The survey, of a single season.

    Raises
    ------
    InputError
        Several seasons; covariates that are no columns.
    """
    settings, seasons = survey.settings, survey.histories.seasons
    assert isinstance(settings, SiteCounts)
    rule = "must be a single one: between seasons animals come and go"
    advice = "fit one season at a time, or make season a covariate of sites"
    require(len(seasons) == 1, "survey: seasons", rule, len(seasons), advice)
    options = (settings.animals, settings.animals_random)
    animals = place_sites(survey, "lambda", options).state
    p, row = detection_predictor(survey)
    passes = settings.model == "removal"
    tallies = tally(survey.histories, row, survey.exposure, passes)
    kinds, times = tallies.unique(animals.key)
    upto = int(np.nanmax(tallies.counts)) + _FIRST_BOUND
    return CountData(survey, animals, p, tallies, kinds, times, upto)


def _graph_logs(logit_p: TensorVariable, tallies: Tallies) -> tuple[TensorVariable, TensorVariable]:
    """Return log probabilities to see and to miss one animal, shape (site, part)."""
    logit = logit_p[tallies.row]
    if np.all(tallies.exposure == 1.0):
        return -pt.softplus(-logit), -pt.softplus(logit)
    miss = -pt.softplus(logit) * tallies.exposure
    return pt.log(pt.maximum(-pt.expm1(miss), 1e-300)), miss


def _graph_given(
    data: CountData, tallies: Tallies, see: TensorVariable, miss: TensorVariable
) -> TensorVariable:
    """Log probability of what was seen by number present; twin of `formulas.hidden_counts`."""
    n = np.arange(data.upto + 1.0)[None]
    if data.settings.model == "n_mixture":
        odds = (tallies.total * (see - miss)).sum(axis=-1)
        none = (tallies.visits * miss).sum(axis=-1)
        return data.ways[data.kinds] + odds[:, None] + n * none[:, None]
    total = np.zeros((len(data.kinds), data.upto + 1))
    for part in range(tallies.visits.shape[1]):
        none = n * miss[:, part][:, None]
        some = pt.log(pt.maximum(-pt.expm1(none), 1e-300))
        seen, missed = tallies.total[:, part], tallies.visits[:, part] - tallies.total[:, part]
        total = total + seen[:, None] * some + missed[:, None] * none
    return total


def _graph_removal(
    data: CountData,
    tallies: Tallies,
    see: TensorVariable,
    miss: TensorVariable,
    mean: TensorVariable,
) -> TensorVariable:
    """Log probability of passes; twin of `removal_shares` and `log_removal_shares`."""
    made, y = tallies.visits, tallies.total
    before, shares = np.zeros(len(made)), []
    for one in range(made.shape[1]):
        shares.append(pt.exp(before + see[:, one]) * made[:, one])
        before = before + miss[:, one] * made[:, one]
    whole, found = -pt.expm1(before), y.sum(axis=1)
    value = log_count(data.settings, found, mean * whole)
    value = value + gammaln(found + 1) - gammaln(y + 1).sum(axis=1)
    for one, share in enumerate(shares):
        value = value + y[:, one] * (
            pt.log(pt.maximum(share, 1e-300)) - pt.log(pt.maximum(whole, 1e-300))
        )
    return value


def build(data: CountData) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    data : CountData
        Counts.

    Returns
    -------
    pymc.Model
        Free variables ``lambda_intercept``, ``p_intercept`` and, where they apply, their effects,
        ``site_cv`` and ``empty_logit``.
    """
    priors, tallies = data.settings.priors, data.tallies.of(data.kinds)
    spread = priors.random_sd_mean
    with pm.Model(coords=coords_of([data.animals, data.p])) as model:
        beliefs = Beliefs(priors.animals, priors.animals_coefficient_sd, spread)
        mean = pt.exp(linear(data.animals.at(data.kinds), beliefs))
        seen = Beliefs(priors.detection, priors.detection_coefficient_sd, spread)
        see, miss = _graph_logs(linear(data.p, seen), tallies)
        if data.settings.model == "removal":
            value = _graph_removal(data, tallies, see, miss, mean)
        else:
            n = np.arange(data.upto + 1.0)[None]
            each = log_count(data.settings, n, mean[:, None])
            each = each + _graph_given(data, tallies, see, miss)
            top = each.max(axis=1)
            value = top + pt.log(pt.exp(each - top[:, None]).sum(axis=1))
        pm.Potential("log_counts", (data.times * value).sum())
    return model


def expected(draws: Draws, data: CountData) -> Floats:
    """Return animals expected at a site that can have some, shape (draw, site)."""
    return np.exp(linear_draws(draws, data.animals))


def spread_of(draws: Draws) -> tuple[Floats, Floats]:
    """Return cv among sites and logit of empty sites, each shape (draw,)."""
    count = len(draws["lambda_intercept"])
    none = np.full(count, -np.inf)
    return draws.get("site_cv", np.zeros(count)), draws.get("empty_logit", none)


def log_rows(draws: Draws, data: CountData) -> tuple[Floats, Floats]:
    """Return log probabilities to see and to miss one animal, shape (draw, site, part)."""
    miss = log_sigmoid(-linear_draws(draws, data.p))[:, data.tallies.row] * data.tallies.exposure
    return np.log(np.maximum(-np.expm1(miss), 1e-300)), miss


def terms(draws: Draws, data: CountData) -> Floats:
    """Return log probabilities of each number present together with what was seen.

    Parameters
    ----------
    draws : mapping of str to numpy.ndarray
        Some draws.
    data : CountData
        Counts; for removal the number present is not needed.

    Returns
    -------
    numpy.ndarray
        Shape (draw, site, N); for removal the log likelihood, shape (draw, site, 1).
    """
    tallies, settings = data.tallies, data.settings
    see, miss = log_rows(draws, data)
    mean = expected(draws, data)
    cv, empty = (one[:, None] for one in spread_of(draws))
    if settings.model == "removal":
        shares = removal_shares(see, miss, tallies.visits > 0)
        found = tallies.total.sum(axis=1)
        whole = log_site_count(found, mean * shares.sum(axis=-1), settings.family, cv, empty)
        return (whole + log_removal_shares(tallies.total, shares))[..., None]
    n, more = np.arange(data.upto + 1.0), (cv[..., None], empty[..., None])
    prior = log_site_count(n, mean[..., None], settings.family, *more)
    if settings.model == "n_mixture":
        odds = (tallies.total * (see - miss)).sum(axis=-1)
        return prior + n_mixture_given(data.ways, odds, (tallies.visits * miss).sum(axis=-1))
    missed = tallies.visits - tallies.total
    return prior + royle_nichols_given(tallies.total, missed, miss, data.upto)
