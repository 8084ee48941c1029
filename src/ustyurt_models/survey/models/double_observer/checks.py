"""How well double-observer distance sampling reproduces its data: checks, pointwise likelihood."""

from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.mark_recapture import (
    history_probabilities,
    log_available,
    log_history,
)
from ustyurt_models.study.surveys import DoubleObserver
from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.models.distance import checks as of_distances
from ustyurt_models.survey.models.distance.prepare import DistanceData
from ustyurt_models.survey.models.double_observer.data import DoubleObserverSurvey
from ustyurt_models.survey.models.double_observer.detect import (
    class_shares,
    log_at_objects,
    logits,
)
from ustyurt_models.survey.predictive import chi_square_p, distance_checks

__all__ = ["distance_ranks", "log_likelihood", "predictive_p_values", "prior_sd"]

Floats = NDArray[np.float64]
Checks = dict[str, tuple[float, str]]

_FINE = 64  # classes of the distribution of distances between which it is taken as straight
_GROUPS = 6  # classes of distance in which marks are compared, at most
_WORK = 4_000_000  # numbers that a check may hold at a time


def prior_sd(settings: DoubleObserver) -> dict[str, float]:
    """Return the standard deviation of the logarithm under the prior, by variable."""
    own = {
        "mark_odds": settings.priors.mark_recapture.sd,
        "mark_odds_ratio": settings.priors.mark_recapture_effect_sd,
    }
    return of_distances.prior_sd(settings) | own


def _alone(survey: DoubleObserverSurvey) -> tuple[DistanceData, DoubleObserver]:
    """Return what distance sampling checks by itself.

    Under point independence that is counts and distances, under full independence counts only.
    """
    data = survey.data
    if survey.settings.independence == "full":
        data = replace(data, distance_m=np.empty(0))
    return data, survey.settings.model_copy(update={"group_size": "single"})


def _log_distances(some: xr.Dataset, survey: DoubleObserverSurvey) -> Floats:
    """Log probability of the distance of each object that counts under full independence."""
    kind, form, edges = survey.kinds.of_object, survey.data.form, survey.data.cutpoints_m
    if edges.size:
        shares = class_shares(some, survey, edges)
        here = shares[:, kind, survey.data.detection_class]
        return np.log(here) - np.log(shares.sum(axis=-1))[:, kind]
    mean = class_shares(some, survey, np.array([form.left_m, form.truncation_m]))[..., 0]
    x, where = survey.data.distance_m, "point" if form.point else "line"
    even = log_available(
        np.maximum(x, 1e-9 * form.truncation_m), form.left_m, form.truncation_m, where
    )
    return log_at_objects(some, survey) + even - np.log(mean[:, kind])


def log_likelihood(posterior: xr.Dataset, survey: DoubleObserverSurvey, most: int = 1000) -> Floats:
    """Log likelihood with the transect as the unit: count, marks and distances together.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey : DoubleObserverSurvey
        The survey.
    most : int
        Draws used at most.

    Returns
    -------
    numpy.ndarray
        Shape (draw, transect).
    """
    some, marks = thin(posterior, most), survey.marks
    total = of_distances.log_likelihood(some, *_alone(survey), most).copy()
    configuration = survey.settings.configuration
    each = log_history(marks.seen, logits(some, marks.columns), configuration)
    np.add.at(total.T, marks.transect, each.T)
    if survey.settings.distances:
        distances = _log_distances(some, survey)
        np.add.at(total.T, survey.data.detection_transect, distances.T)
    return total


def _chi_square(counts: Floats, expected: Floats) -> Floats:
    """Sum of squared misses over expectations, over all but the leading dimension."""
    each = (counts - expected) ** 2 / np.maximum(expected, 1e-9)
    return each.reshape(each.shape[0], -1).sum(axis=1)


def _tally(outcome: NDArray, group: NDArray, groups: int) -> Floats:
    """Count outcomes 0, 1, 2 by group of objects, shape (draw, group, outcome)."""
    parts = [(outcome == k) @ (group[:, None] == np.arange(groups)) for k in range(3)]
    return np.stack(parts, axis=-1).astype(float)


def _mark_check(some: xr.Dataset, survey: DoubleObserverSurvey, rng: np.random.Generator) -> Checks:
    """Compare who saw what, by distance, with replicates."""
    marks, trial = survey.marks, survey.settings.configuration == "trial"
    use = marks.seen[:, 1] if trial else np.ones(marks.distance_m.size, bool)
    chance = history_probabilities(logits(some, marks.columns[use]))[..., 1:]
    if trial:
        chance = chance * np.array([0.0, 1.0, 1.0])
    chance = chance / chance.sum(axis=-1, keepdims=True)
    outcome = (marks.seen[use] @ np.array([1, 2]) - 1)[None]
    distance = marks.distance_m[use]
    groups = int(np.clip(distance.size // 15, 1, _GROUPS))
    limits = np.quantile(distance, np.linspace(0, 1, groups + 1)[1:-1])
    group = np.searchsorted(limits, distance)
    member = (group[:, None] == np.arange(groups)).astype(float)
    expected = np.einsum("doh,og->dgh", chance, member)
    u = rng.random(chance.shape[:2])
    again = (u[..., None] > chance.cumsum(axis=-1)[..., :-1]).sum(axis=-1)
    seen = _chi_square(_tally(outcome, group, groups), expected)
    worse = _chi_square(_tally(again, group, groups), expected) >= seen
    return {"marks, chi-square": (float(worse.mean()), "who saw what fits at all distances")}


def distance_ranks(some: xr.Dataset, survey: DoubleObserverSurvey) -> Floats:
    """Return the fitted distribution function at each distance, shape (draw, detection)."""
    data, kind = survey.data, survey.kinds.of_object
    edges = np.linspace(data.form.left_m, data.form.truncation_m, _FINE + 1)
    shares = class_shares(some, survey, edges)
    below = np.concatenate([np.zeros((*shares.shape[:2], 1)), shares.cumsum(axis=-1)], axis=-1)
    below = below / below[..., -1:]
    place = (data.distance_m - edges[0]) / (edges[1] - edges[0])
    low = np.clip(place.astype(int), 0, _FINE - 1)
    part = place - low
    return below[:, kind, low] * (1 - part) + below[:, kind, low + 1] * part


def _distance_check(
    some: xr.Dataset, survey: DoubleObserverSurvey, rng: np.random.Generator
) -> Checks:
    """Compare distances with replicates under full independence."""
    data, edges = survey.data, survey.data.cutpoints_m
    if not edges.size:
        count = int(np.clip(np.sqrt(data.distance_m.size), 4, 12))
        edges = np.linspace(data.form.left_m, data.form.truncation_m, count + 1)
    shares = class_shares(some, survey, edges)
    shares = shares / shares.sum(axis=-1, keepdims=True)
    chance = np.einsum("dkc,k->dc", shares, survey.kinds.times / data.distance_m.size)
    counts = np.histogram(data.distance_m, edges)[0].astype(float)
    p = chi_square_p(counts, chance, rng)
    found = {"distances, chi-square": (p, "histogram of distances fits")}
    if data.cutpoints_m.size:
        return found
    return found | distance_checks(distance_ranks(some, survey), rng)


def predictive_p_values(
    posterior: xr.Dataset, survey: DoubleObserverSurvey, rng: np.random.Generator, most: int = 500
) -> Checks:
    """Posterior predictive tail probabilities, each with its meaning.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey : DoubleObserverSurvey
        The survey.
    rng : numpy.random.Generator
        Chance.
    most : int
        Draws used at most.

    Returns
    -------
    dict
        Check to (probability, meaning). Under full independence the distances have no part in the
        fit unless the settings say so; a small probability then speaks against it.
    """
    n = survey.marks.distance_m.size
    some = thin(posterior, int(np.clip(_WORK // (n * 20), 50, most)))
    found = of_distances.predictive_p_values(some, *_alone(survey), rng, most)
    if survey.data.distance_m.size >= 5:
        found |= _mark_check(some, survey, rng)
        if survey.settings.independence == "full":
            found |= _distance_check(some, survey, rng)
    return found
