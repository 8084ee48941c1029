"""Community occupancy: data, PyMC graph and log probabilities of histories.

Species s occupies site i with probability psi_si and is detected on visit j to an occupied site
with probability p_sij. The logits of both are those of a typical species plus what is the species'
own, drawn from a normal distribution of species. Whether a species is at a site is summed out.

References
----------
Dorazio & Royle 2005, JASA 100:389; Devarajan, Morelli & Tenan 2020, Ecography 43:1612 (review).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray

from ustyurt_models.formulas import site_histories
from ustyurt_models.study.surveys.community import CommunityOccupancy
from ustyurt_models.survey.models.community.data import CommunitySurvey
from ustyurt_models.survey.models.community.species import (
    SpeciesBeliefs,
    at_rows,
    species_draws,
    species_linear,
)
from ustyurt_models.survey.models.sites.detection import detection_predictor
from ustyurt_models.survey.models.sites.graph import coords_of, log_visits
from ustyurt_models.survey.models.sites.places import place_sites
from ustyurt_models.survey.models.sites.predictors import Predictor
from ustyurt_models.survey.models.sites.visits import (
    Visits,
    count_visits,
    join_visits,
    unique_sites,
)

__all__ = ["CommunityData", "build", "community_data", "states"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class CommunityData:
    """What the likelihood needs.

    Attributes
    ----------
    survey : CommunitySurvey
        Histories and settings.
    psi : Predictor
        Of occupancy, one row per site.
    p : Predictor
        Of detection, one row per kind of visit.
    visits : Visits
        Of every species and site, the sites of a species together, shape (species * site, 1, part).
    kinds, times : numpy.ndarray
        A species and site of each kind, and how many are like it, shape (kind,).
    """

    survey: CommunitySurvey
    psi: Predictor
    p: Predictor
    visits: Visits
    kinds: Ints
    times: Floats

    @property
    def predictors(self) -> tuple[Predictor, ...]:
        """What psi and detection depend on."""
        return (self.psi, self.p)

    @property
    def settings(self) -> CommunityOccupancy:
        """Block of the study file."""
        return self.survey.settings

    @property
    def species(self) -> tuple[str, ...]:
        """Names of the species."""
        return self.survey.found.species

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.survey.sites.histories.site)

    def of(self, number: int) -> Visits:
        """Return the visits of one species."""
        return self.visits.of(np.arange(number * self.sites, (number + 1) * self.sites))

    def beliefs(self, name: str) -> SpeciesBeliefs:
        """Return the priors of ``psi`` or ``p``."""
        told = self.settings.priors
        average = told.psi if name == "psi" else told.detection
        sd = told.psi_coefficient_sd if name == "psi" else told.detection_coefficient_sd
        spreads = (told.species_sd_mean, told.slope_sd_mean, told.random_sd_mean)
        return SpeciesBeliefs(average, sd, *spreads)


def community_data(survey: CommunitySurvey) -> CommunityData:
    """Lay out histories for the likelihood.

    Parameters
    ----------
    survey : CommunitySurvey
        The survey.

    Raises
    ------
    InputError
        As `place_sites` and `detection_predictor`.
    """
    settings, sites = survey.settings, survey.sites
    psi = place_sites(sites, "psi", (settings.psi, settings.psi_random)).state
    p, row = detection_predictor(sites)
    count = len(survey.found.species)
    found = [count_visits(survey.found.of(i), row, sites.exposure) for i in range(count)]
    visits = join_visits(found)
    which = np.repeat(np.arange(count), len(sites.histories.site)).astype(float)
    state = np.concatenate([np.tile(psi.key, (count, 1)), which[:, None]], axis=1)
    kinds, times = unique_sites(visits, state)
    return CommunityData(survey, psi, p, visits, kinds, times)


def build(data: CommunityData) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    data : CommunityData
        Histories.

    Returns
    -------
    pymc.Model
        For ``psi`` and ``p`` each: ``_intercept``, ``_sd_species``, ``_species`` and, where they
        apply, ``_effect``, ``_effect_sd``, ``_species_effect`` and ``_<factor>``.
    """
    visits = data.visits.of(data.kinds)
    species, site = np.divmod(data.kinds, data.sites)
    coords = coords_of(data.predictors) | {"species": list(data.species)}
    with pm.Model(coords=coords) as model:
        logit = at_rows(species_linear(data.psi, data.beliefs("psi")), species, site)
        table = species_linear(data.p, data.beliefs("p"))
        there = -pt.softplus(-logit)
        there = there + log_visits(at_rows(table, species, visits.row[:, 0]), visits, season=0)
        away = -pt.softplus(logit)
        value = pt.switch(visits.none_seen[:, 0], pt.logaddexp(there, away), there)
        pm.Potential("log_histories", (data.times * value).sum())
    return model


def states(draws: Mapping[str, Floats], data: CommunityData) -> tuple[Floats, Floats, Floats]:
    """Return what decides whether a species is at a site.

    Parameters
    ----------
    draws : mapping of str to numpy.ndarray
        Some draws.
    data : CommunityData
        Histories.

    Returns
    -------
    tuple of numpy.ndarray
        Logit of psi, and log probability of the visits where the species is there and where it is
        not, each shape (draw, species, site).
    """
    logit, logit_p = species_draws(draws, data.psi), species_draws(draws, data.p)
    there = []
    for number in range(len(data.species)):
        one = data.of(number)
        log = site_histories.log_visits(
            logit_p[:, number][:, one.row], one.seen, one.missed, one.exposure
        )
        there.append(log[..., 0])
    none = data.visits.none_seen.reshape(len(data.species), data.sites)
    away = np.where(none, 0.0, -np.inf)
    return logit, np.stack(there, axis=1), np.broadcast_to(away, logit.shape)
