"""Single-season occupancy: data, PyMC graph and log probabilities of histories.

Site i is occupied with probability psi_i; on visit j to an occupied site the species is detected
with probability p_ij, elsewhere never, or falsely with a small probability unless confirmed.
Whether a site is occupied is summed out, so no discrete variable is left.

References
----------
MacKenzie et al. 2002, Ecology 83:2248; Miller et al. 2011, Ecology 92:1422 (false detections).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.checks import require
from ustyurt_models.formulas import site_histories
from ustyurt_models.study.surveys import Occupancy
from ustyurt_models.survey.models.hierarchical.field import Field, FieldOptions, add_field
from ustyurt_models.survey.models.sites.data import SiteSurvey
from ustyurt_models.survey.models.sites.detection import detection_predictor
from ustyurt_models.survey.models.sites.graph import (
    Beliefs,
    coords_of,
    intercept_prior,
    linear,
    log_visits,
)
from ustyurt_models.survey.models.sites.places import SitePlaces, field_of_sites, place_sites
from ustyurt_models.survey.models.sites.predictors import Predictor, linear_draws
from ustyurt_models.survey.models.sites.visits import Visits, count_visits, unique_sites

__all__ = [
    "OccupancyData",
    "build",
    "occupancy_data",
    "psi_draws",
    "psi_graph",
    "states",
    "visit_graph",
    "visit_logs",
    "visit_states",
    "wave_coords",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OccupancyData:
    """What the likelihood needs.

    Attributes
    ----------
    survey : SiteSurvey
        Histories and settings.
    places : SitePlaces
        What occupancy depends on, and where the sites and cells are.
    field : Field or None
        Waves of a smooth field on the logit of occupancy.
    p : Predictor
        Of detection, one row per kind of visit.
    visits : Visits
        Of every site; a single season.
    confirmed : numpy.ndarray
        Confirmed detections where others may be false, else 0, shape (site,).
    kinds, times : numpy.ndarray
        A site of each kind, and how many are like it, shape (kind,).
    label : str
        Name of the source, where several tell of one occupancy.
    """

    survey: SiteSurvey
    places: SitePlaces
    field: Field | None
    p: Predictor
    visits: Visits
    confirmed: Floats
    kinds: NDArray[np.int64]
    times: Floats
    label: str = ""

    @property
    def suffix(self) -> str:
        """End of the names of its own variables, where there are several sources."""
        return f"_{self.label}" if self.label else ""

    @property
    def unconfirmed(self) -> Floats:
        """Detections that may be false, shape (site,)."""
        return self.visits.seen.sum(axis=(1, 2)) - self.confirmed

    @property
    def psi(self) -> Predictor:
        """Of occupancy, one row per site."""
        return self.places.state

    @property
    def predictors(self) -> tuple[Predictor, ...]:
        """What psi and detection depend on."""
        return (self.psi, self.p)

    @property
    def settings(self) -> Occupancy:
        """Block of the study file."""
        assert isinstance(self.survey.settings, Occupancy)
        return self.survey.settings


def occupancy_data(survey: SiteSurvey) -> OccupancyData:
    """Lay out histories for the likelihood.

    Parameters
    ----------
    survey : SiteSurvey
        The survey.

    Raises
    ------
    InputError
        As `place_sites` and `detection_predictor`.
    """
    settings, seasons = survey.settings, survey.histories.seasons
    assert isinstance(settings, Occupancy)
    rule = "must be a single one: between seasons sites are won and lost"
    require(len(seasons) == 1, "survey: seasons", rule, len(seasons), "take dynamic_occupancy")
    places, field = place_sites(survey, "psi", (settings.psi, settings.psi_random)), None
    state = places.state.key
    if settings.field:
        sd_mean = settings.priors.field_sd_mean
        options = FieldOptions(settings.length_scale, settings.kernel, settings.basis, sd_mean)
        field = field_of_sites(options, places)
        assert places.site_km is not None
        state = np.concatenate([state, places.site_km], axis=1)
    p, row = detection_predictor(survey)
    visits = count_visits(survey.histories, row, survey.exposure)
    confirmed = (survey.histories.y == 2.0).sum(axis=1).astype(float)
    kinds, times = unique_sites(visits, np.concatenate([state, confirmed[:, None]], axis=1))
    return OccupancyData(survey, places, field, p, visits, confirmed, kinds, times)


def build(data: OccupancyData) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    data : OccupancyData
        Histories.

    Returns
    -------
    pymc.Model
        Free variables ``psi_intercept``, ``p_intercept`` and, where they apply, ``psi_effect``,
        ``p_effect``, ``psi_<factor>``, ``p_<factor>``, ``field_sd``, ``field_length_km``,
        ``field_weight``.
    """
    visits = data.visits.of(data.kinds)
    coords = coords_of([data.psi, data.p]) | wave_coords(data)
    with pm.Model(coords=coords) as model:
        logit = psi_graph(data, data.kinds)
        away = -pt.softplus(logit)
        seen_there, seen_away = visit_graph(data, visits, data.kinds)
        # Log odds of being occupied with this history, for log psi is log (1 - psi) + logit.
        odds = logit + seen_there
        if seen_away is None:
            value = away + pt.switch(visits.none_seen[:, 0], pt.softplus(odds), odds)
        else:
            value = away + pt.logaddexp(odds, seen_away)
        pm.Potential("log_histories", (data.times * value).sum())
    return model


def wave_coords(data: OccupancyData) -> dict[str, list[str]]:
    """Return the names of the waves of the field, if there is one."""
    return (
        {} if data.field is None else {"wave": list(map(str, range(len(data.field.basis.order))))}
    )


def psi_graph(data: OccupancyData, sites: NDArray[np.int64]) -> TensorVariable:
    """Declare the logit of occupancy of some sites in the model at hand; twin of `psi_draws`."""
    priors = data.settings.priors
    beliefs = Beliefs(priors.psi, priors.psi_coefficient_sd, priors.random_sd_mean)
    logit = linear(data.psi.at(sites), beliefs)
    if data.field is None:
        return logit
    assert data.places.site_km is not None
    return logit + add_field(data.field, data.places.site_km[sites])


def visit_graph(
    data: OccupancyData, visits: Visits, sites: NDArray[np.int64]
) -> tuple[TensorVariable, TensorVariable | None]:
    """Declare the log probability of the visits in the model at hand; twin of `visit_states`.

    Parameters
    ----------
    data : OccupancyData
        Histories.
    visits : Visits
        Those of `sites`.
    sites : numpy.ndarray
        Sites of `data`.

    Returns
    -------
    tuple of TensorVariable
        Where a site is occupied, and where it is empty: none where detections are never false.
    """
    priors = data.settings.priors
    beliefs = Beliefs(priors.detection, priors.detection_coefficient_sd, priors.random_sd_mean)
    logit_p = linear(data.p, beliefs)[visits.row[:, 0]]
    there = log_visits(logit_p, visits, season=0)
    if not data.settings.false_positives:
        return there, None
    sure = pm.Normal(f"confirmed{data.suffix}_intercept", *intercept_prior(priors.confirmed))
    false = pm.Normal(f"false{data.suffix}_intercept", *intercept_prior(priors.false_positive))
    yes, no = data.confirmed[sites], data.unconfirmed[sites]
    there = there - yes * pt.softplus(-sure) - no * pt.softplus(sure)
    everywhere = false * np.ones(visits.row[:, 0].shape)
    # Not minus infinity, whose gradient would be none.
    return there, log_visits(everywhere, visits, season=0) + np.where(yes > 0, -1e6, 0.0)


def psi_draws(draws: Mapping[str, Floats], data: OccupancyData) -> Floats:
    """Return the logit of occupancy, shape (draw, site)."""
    value = linear_draws(draws, data.psi)
    if data.field is None:
        return value
    assert data.places.site_km is not None
    return value + draws["field_weight"] @ data.field.waves(data.places.site_km).T


def states(draws: Mapping[str, Floats], data: OccupancyData) -> tuple[Floats, Floats, Floats]:
    """Return what decides between the two states of every site.

    Parameters
    ----------
    draws : mapping of str to numpy.ndarray
        Some draws.
    data : OccupancyData
        Histories.

    Returns
    -------
    tuple of numpy.ndarray
        Logit of psi, and log probability of the visits where the site is occupied and where it is
        empty, each shape (draw, site).

    References
    ----------
    Miller et al. 2011, Ecology 92:1422, eq. 1: p11 is detection of either kind, b the share of it
    that is confirmed, p10 false detection.
    """
    return psi_draws(draws, data), *visit_states(draws, data)


def visit_states(draws: Mapping[str, Floats], data: OccupancyData) -> tuple[Floats, Floats]:
    """Return the log probability of the visits where a site is occupied and where it is empty.

    Returns
    -------
    tuple of numpy.ndarray
        Each shape (draw, site).
    """
    visits = data.visits
    there = visit_logs(draws, data.p, visits)[..., 0]
    if not data.settings.false_positives:
        away = np.where(visits.none_seen[:, 0], 0.0, -np.inf)
        return there, np.broadcast_to(away, there.shape)
    sure, false = (
        draws[f"{name}{data.suffix}_intercept"][:, None] for name in ("confirmed", "false")
    )
    there = there + data.confirmed * site_histories.log_sigmoid(sure)
    there = there + data.unconfirmed * site_histories.log_sigmoid(-sure)
    everywhere = np.broadcast_to(false[..., None, None], (len(false), *visits.row.shape))
    away = site_histories.log_visits(everywhere, visits.seen, visits.missed, visits.exposure)
    return there, away[..., 0] + np.where(data.confirmed > 0, -1e6, 0.0)


def visit_logs(draws: Mapping[str, Floats], p: Predictor, visits: Visits) -> Floats:
    """Return log probabilities of the visits to occupied sites, shape (draw, site, season)."""
    logit = linear_draws(draws, p)[:, visits.row]
    return site_histories.log_visits(logit, visits.seen, visits.missed, visits.exposure)
