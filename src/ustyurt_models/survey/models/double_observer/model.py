"""Double-observer distance sampling in PyMC: who saw what, how far away, how often per kilometre.

Three likelihoods. *Marks*: the capture history of every object given that it was seen, logistic in
distance and covariates (`formulas.mark_recapture`). *Distances*: under point independence the
detection function g(x, z) of distance sampling, which shares no parameter with the marks; under
full independence p.(x, z) of the marks itself, if the settings let distances inform it.
*Encounters*: objects per transect, as in distance sampling with one observer. What mixture of
covariates and sizes is seen has no model: `results.derive` weighs the seen objects by a Bayesian
bootstrap and divides by their detection.

References
----------
Laake & Borchers 2004, in *Advanced Distance Sampling*, ch. 6, eq. 6.8 and 6.12 (marks), 6.11
(distances under full independence), 6.28 (point independence).
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.survey.models.distance import model as distance_model
from ustyurt_models.survey.models.distance.encounters import add_encounters
from ustyurt_models.survey.models.double_observer.data import DoubleObserverSurvey
from ustyurt_models.survey.models.double_observer.detect import rule_of

__all__ = ["build", "log_marks", "log_seen", "mark_times"]


def mark_times(survey: DoubleObserverSurvey) -> dict[str, np.ndarray]:
    """Reduce the marks to distinct rows of the design.

    Parameters
    ----------
    survey : DoubleObserverSurvey
        The survey.

    Returns
    -------
    dict of str to numpy.ndarray
        ``mark_columns`` (row, observer, column) and ``mark_times`` (row, history): objects with
        those columns that were seen by 1 only, by 2 only and by both.
    """
    marks = survey.marks
    flat = marks.columns.reshape(marks.columns.shape[0], -1)
    if not flat.shape[1]:
        flat = np.zeros((flat.shape[0], 1))  # one row for all where the formula is empty
    _, first, row = np.unique(flat, axis=0, return_index=True, return_inverse=True)
    history = marks.seen @ np.array([1, 2]) - 1
    times = np.zeros((first.size, 3))
    np.add.at(times, (row.ravel(), history), 1.0)
    if survey.settings.configuration == "trial":
        times[:, 0] = 0.0  # what observer 2 missed is no trial of observer 1
    used = times.sum(axis=1) > 0
    return {"mark_columns": marks.columns[first[used]], "mark_times": times[used]}


def _softplus(value: TensorVariable) -> TensorVariable:
    """Log of 1 + exp(value), -log of a probability with logit -value.

    Written out since the operations `softplus` and `clip` run value by value where nothing is
    compiled; bounded at odds of exp(500) so that nothing overflows.
    """
    return pt.log1p(pt.exp(pt.maximum(pt.minimum(value, 500.0), -500.0)))


def log_seen(logit: TensorVariable, configuration: str) -> TensorVariable:
    """Log p. of objects with logits of shape (..., observer); twin of the formula in NumPy."""
    if configuration == "trial":
        return -_softplus(-logit[..., 0])
    log_missed = -_softplus(logit[..., 0]) - _softplus(logit[..., 1])
    return pt.log(-pt.expm1(log_missed))


def log_marks(logit: TensorVariable, times: TensorVariable, configuration: str) -> TensorVariable:
    """Log probability of the capture histories given that objects were seen.

    Parameters
    ----------
    logit : TensorVariable
        Of conditional detection, shape (row, observer).
    times : TensorVariable
        Objects seen by 1 only, by 2 only, by both, shape (row, 3).
    configuration : str
        ``"independent"`` or ``"trial"``.

    Returns
    -------
    TensorVariable
        Sum over rows; twin of `formulas.mark_recapture.log_history`.
    """
    yes, no = -_softplus(-logit), -_softplus(logit)
    if configuration == "trial":
        return pt.sum(times[:, 1] * no[:, 0] + times[:, 2] * yes[:, 0])
    each = times[:, 0] * (yes[:, 0] + no[:, 1]) + times[:, 1] * (no[:, 0] + yes[:, 1])
    each = each + times[:, 2] * (yes[:, 0] + yes[:, 1])
    return pt.sum(each - times.sum(axis=1) * log_seen(logit, configuration))


def _logit(model: pm.Model, columns: np.ndarray | TensorVariable) -> TensorVariable:
    """Linear predictor of conditional detection at columns (..., column), shape (...)."""
    value = model["mark_intercept"] + pt.zeros(columns.shape[:-1])
    if "mark_effect" in model.named_vars:
        value = value + pt.dot(columns, model["mark_effect"])
    return value


def _add_marks(model: pm.Model, survey: DoubleObserverSurvey) -> None:
    """Add conditional detection and the likelihood of who saw what."""
    priors = survey.settings.priors
    told = {name: pm.Data(name, value) for name, value in mark_times(survey).items()}
    pm.Normal("mark_intercept", priors.mark_recapture.mean, priors.mark_recapture.sd)
    if survey.design.names:
        model.add_coord("mark_term", list(survey.design.names))
        pm.Normal("mark_effect", 0.0, priors.mark_recapture_effect_sd, dims="mark_term")
    logit = _logit(model, told["mark_columns"])
    configuration = survey.settings.configuration
    pm.Potential("log_marks", log_marks(logit, told["mark_times"], configuration))


def _add_distances(model: pm.Model, survey: DoubleObserverSurvey) -> None:
    """Add the likelihood of distances under full independence: p.(x, z) over its mean."""
    configuration, kinds = survey.settings.configuration, survey.kinds
    edges = survey.data.cutpoints_m
    rule = rule_of(survey, edges if edges.size else None)
    logit = _logit(model, survey.columns_at(rule.distance_m))
    share = pt.exp(log_seen(logit, configuration)) * rule.weight
    whole = -pt.sum(kinds.times * pt.log(share.sum(axis=-1)))
    if edges.size:
        by_class = share.reshape((kinds.count, edges.size - 1, -1)).sum(axis=-1)
        here = pt.log(by_class[kinds.of_object, survey.data.detection_class])
    else:
        here = log_seen(_logit(model, survey.marks.columns[survey.marks.counts]), configuration)
    pm.Potential("log_distances", whole + pt.sum(here))


def build(survey: DoubleObserverSurvey) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    survey : DoubleObserverSurvey
        The survey with its settings.

    Returns
    -------
    pymc.Model
        Free variables of the encounters (see distance sampling), ``mark_intercept`` and, where
        the formula has terms, ``mark_effect``; under point independence those of the key.
    """
    settings, data = survey.settings, survey.data
    if settings.independence == "point":
        # Sizes have no model here: they are weighted by detection when density is derived.
        alone = settings.model_copy(update={"group_size": "single"})
        with distance_model.build(data, alone) as model:
            _add_marks(model, survey)
        return model
    with pm.Model(coords={"stratum": list(data.stratum)}) as model:
        if settings.encounter != "bootstrap":
            add_encounters(data, settings, {"groups": pm.Data("groups", data.groups)})
        _add_marks(model, survey)
        if settings.distances:
            _add_distances(model, survey)
    return model
