"""Dynamic occupancy: data, PyMC graph and probabilities of histories over several seasons.

A site is occupied in the first season with probability psi; from one season to the next an empty
site is colonised with probability gamma and an occupied one becomes empty with probability epsilon.
The states of all seasons are summed out by a forward pass over all kinds of histories at once.

References
----------
MacKenzie et al. 2003, Ecology 84:2200.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.checks import require
from ustyurt_models.study.surveys import DynamicOccupancy
from ustyurt_models.survey.models.sites.data import SiteSurvey
from ustyurt_models.survey.models.sites.detection import detection_predictor, units_of
from ustyurt_models.survey.models.sites.graph import Beliefs, coords_of, linear, log_visits
from ustyurt_models.survey.models.sites.places import site_table
from ustyurt_models.survey.models.sites.predictors import (
    Predictor,
    learn_predictor,
    linear_draws,
)
from ustyurt_models.survey.models.sites.visits import Visits, count_visits, unique_sites

__all__ = ["DynamicData", "build", "dynamic_data", "state_draws"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DynamicData:
    """What the likelihood needs.

    Attributes
    ----------
    survey : SiteSurvey
        Histories and settings.
    psi : Predictor
        Of occupancy in the first season, one row per site.
    gamma, epsilon : Predictor
        Of colonisation and extinction, rows of shape (site, season - 1).
    p : Predictor
        Of detection, one row per kind of visit.
    visits : Visits
        Of every site and season.
    kinds, times : numpy.ndarray
        A site of each kind, and how many are like it, shape (kind,).
    """

    survey: SiteSurvey
    psi: Predictor
    gamma: Predictor
    epsilon: Predictor
    p: Predictor
    visits: Visits
    kinds: NDArray[np.int64]
    times: Floats

    @property
    def settings(self) -> DynamicOccupancy:
        """Block of the study file."""
        assert isinstance(self.survey.settings, DynamicOccupancy)
        return self.survey.settings

    @property
    def predictors(self) -> tuple[Predictor, ...]:
        """All predictors."""
        return (self.psi, self.gamma, self.epsilon, self.p)


def _between(survey: SiteSurvey) -> dict[str, NDArray]:
    """Return what colonisation and extinction may depend on, by site and step, laid flat."""
    seasons = survey.histories.seasons
    steps = len(seasons) - 1
    table = {name: np.repeat(values, steps) for name, values in site_table(survey).items()}
    table["season"] = np.tile(np.array(seasons[:-1], np.str_), len(survey.histories.site))
    return table


def dynamic_data(survey: SiteSurvey) -> DynamicData:
    """Lay out histories for the likelihood.

    Parameters
    ----------
    survey : SiteSurvey
        The survey, of at least two seasons.

    Raises
    ------
    InputError
        A single season; covariates that are no columns.
    """
    settings, histories = survey.settings, survey.histories
    assert isinstance(settings, DynamicOccupancy)
    steps = len(histories.seasons) - 1
    advice = "name the season in visits, such as det{season:2}{visit}; or take model occupancy"
    require(steps > 0, "survey: seasons", "must be at least two", steps + 1, advice)
    units, between = units_of(survey), _between(survey)
    shape = np.arange(len(histories.site) * steps).reshape(-1, steps)
    options = (settings.psi, settings.psi_random)
    psi = learn_predictor("psi", options, site_table(survey), "survey: psi", units)
    options = (settings.colonisation, settings.colonisation_random)
    gamma = learn_predictor("gamma", options, between, "survey: colonisation", units)
    options = (settings.extinction, settings.extinction_random)
    epsilon = learn_predictor("epsilon", options, between, "survey: extinction", units)
    p, row = detection_predictor(survey)
    visits = count_visits(histories, row, survey.exposure)
    flat = [part.key.reshape(len(histories.site), -1) for part in (gamma, epsilon)]
    kinds, times = unique_sites(visits, np.concatenate([psi.key, *flat], axis=1))
    return DynamicData(survey, psi, gamma.at(shape), epsilon.at(shape), p, visits, kinds, times)


def build(data: DynamicData) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    data : DynamicData
        Histories.

    Returns
    -------
    pymc.Model
        Free variables ``psi_intercept``, ``gamma_intercept``, ``epsilon_intercept``,
        ``p_intercept`` and, where they apply, the effects of each.
    """
    priors, visits = data.settings.priors, data.visits.of(data.kinds)
    sd, spread = priors.state_coefficient_sd, priors.random_sd_mean
    with pm.Model(coords=coords_of(data.predictors)) as model:
        logit = linear(data.psi.at(data.kinds), Beliefs(priors.psi, sd, spread))
        gamma = linear(data.gamma.at(data.kinds), Beliefs(priors.gamma, sd, spread))
        epsilon = linear(data.epsilon.at(data.kinds), Beliefs(priors.epsilon, sd, spread))
        seen = Beliefs(priors.detection, priors.detection_coefficient_sd, spread)
        logit_p = linear(data.p, seen)
        there, away = -pt.softplus(-logit), -pt.softplus(logit)
        seasons = visits.seen.shape[1]
        for season in range(seasons):
            there = there + log_visits(logit_p[visits.row[:, season]], visits, season)
            # Not minus infinity, whose gradient would be none.
            away = away + np.where(visits.none_seen[:, season], 0.0, -1e6)
            if season + 1 < seasons:
                comes, leaves = gamma[:, season], epsilon[:, season]
                there, away = (
                    pt.logaddexp(there - pt.softplus(leaves), away - pt.softplus(-comes)),
                    pt.logaddexp(there - pt.softplus(-leaves), away - pt.softplus(comes)),
                )
        pm.Potential("log_histories", (data.times * pt.logaddexp(there, away)).sum())
    return model


def state_draws(draws: Mapping[str, Floats], data: DynamicData) -> tuple[Floats, Floats, Floats]:
    """Return psi (draw, site), and gamma and epsilon (draw, site, season - 1)."""
    psi, gamma, epsilon = (
        expit(linear_draws(draws, part)) for part in (data.psi, data.gamma, data.epsilon)
    )
    return psi, gamma, epsilon
