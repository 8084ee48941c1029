"""Pieces of the PyMC graphs of all models of repeated visits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.study.surveys.priors import LogNormal, Share
from ustyurt_models.survey.models.distance.priors import exponential
from ustyurt_models.survey.models.sites.predictors import Predictor
from ustyurt_models.survey.models.sites.visits import Visits

__all__ = ["Beliefs", "coords_of", "intercept_prior", "linear", "log_visits"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Beliefs:
    """Priors of one predictor.

    Attributes
    ----------
    average : Share or LogNormal
        The quantity at average covariates.
    coefficient_sd : float
        Normal prior of effects.
    random_mean : float
        Exponential prior of the spread of random effects.
    """

    average: Share | LogNormal
    coefficient_sd: float
    random_mean: float


def intercept_prior(average: Share | LogNormal) -> tuple[float, float]:
    """Return mean and standard deviation of the intercept on the scale of its link."""
    if isinstance(average, Share):
        return float(np.log(average.median / (1.0 - average.median))), average.sd_logit
    return float(np.log(average.median)), average.sd_log


def coords_of(parts: Sequence[Predictor]) -> dict[str, list[str]]:
    """Return the names of the dimensions of some predictors."""
    coords: dict[str, list[str]] = {}
    for part in parts:
        if part.design.names:
            coords[f"{part.name}_term"] = list(part.design.names)
        coords |= {f"{part.name}_{f}_level": list(found) for f, (found, _) in part.levels.items()}
    return coords


def linear(part: Predictor, beliefs: Beliefs) -> TensorVariable:
    """Declare a predictor in the model at hand; twin of `predictors.linear_draws`.

    Parameters
    ----------
    part : Predictor
        Columns of any number of leading dimensions.
    beliefs : Beliefs
        Priors.

    Returns
    -------
    TensorVariable
        On the scale of the link, shape (row...).
    """
    mean, sd = intercept_prior(beliefs.average)
    value = pm.Normal(f"{part.name}_intercept", mean, sd) * np.ones(part.columns.shape[:-1])
    if part.design.names:
        dims = f"{part.name}_term"
        effect = pm.Normal(f"{part.name}_effect", 0.0, beliefs.coefficient_sd, dims=dims)
        for i in range(len(part.design.names)):
            value = value + effect[i] * part.columns[..., i]
    for factor, (_, index) in part.levels.items():
        dims = f"{part.name}_{factor}_level"
        spread = exponential(f"{part.name}_sd_{factor}", beliefs.random_mean)
        z = pm.Normal(f"{part.name}_{factor}_z", dims=dims)
        value = value + pm.Deterministic(f"{part.name}_{factor}", spread * z, dims=dims)[index]
    return value


def log_visits(logit_p: TensorVariable, visits: Visits, season: int) -> TensorVariable:
    """Log probability of the visits of a season; twin of `site_histories.log_visits`.

    Parameters
    ----------
    logit_p : TensorVariable
        Logit of detection on a usual visit, shape (site, part).
    visits : Visits
        What was seen.
    season : int
        Which season.
    """
    seen, missed = visits.seen[:, season], visits.missed[:, season]
    log_miss = -pt.softplus(logit_p)
    if np.all(visits.exposure == 1.0):
        # log p is log (1 - p) + logit p: one logarithm for both, of every visit at every step.
        return (seen * logit_p + (seen + missed) * log_miss).sum(axis=-1)
    log_miss = log_miss * visits.exposure[:, season]
    log_see = pt.log(pt.maximum(-pt.expm1(log_miss), 1e-300))
    return (seen * log_see + missed * log_miss).sum(axis=-1)
