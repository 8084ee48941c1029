"""Detection by two observers for every draw of a posterior: on the line, at distances, on average.

Arrays have leading dimension ``draw`` (chains laid end to end) and then ``kind``: objects that
detection cannot tell apart but for their distance. Where distances are integrated over, draws are
worked on in blocks, so that memory does not grow with their number.
"""

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.detection_function import DetectionParameters, detection
from ustyurt_models.formulas.mark_recapture import DistanceRule, distance_rule, log_seen
from ustyurt_models.survey.draws import draws_of
from ustyurt_models.survey.models.distance.curves import drawn_curves, searched_measure
from ustyurt_models.survey.models.double_observer.data import DoubleObserverSurvey

__all__ = [
    "average",
    "class_shares",
    "detection_at",
    "log_at_objects",
    "logit_on_line",
    "logits",
    "rule_of",
]

Floats = NDArray[np.float64]

_MOST = 4_000_000  # numbers worked on at a time


def rule_of(
    survey: DoubleObserverSurvey, edges_m: Floats | None = None, nodes: int = 32
) -> DistanceRule:
    """Return nodes that integrate over the searched area.

    Parameters
    ----------
    survey : DoubleObserverSurvey
        The survey.
    edges_m : numpy.ndarray, optional
        Limits of distance classes, which become panels; one panel unless given.
    nodes : int
        Nodes per panel.
    """
    form = survey.data.form
    edges = np.array([form.left_m, form.truncation_m]) if edges_m is None else edges_m
    return distance_rule(edges, "point" if form.point else "line", nodes)


def logits(posterior: xr.Dataset, columns: Floats, block: slice = slice(None)) -> Floats:
    """Logit of conditional detection where the design has the given columns.

    Parameters
    ----------
    posterior : xarray.Dataset
        With ``mark_intercept`` and, where the formula has terms, ``mark_effect``.
    columns : numpy.ndarray
        Shape (..., column).
    block : slice
        Draws wanted.

    Returns
    -------
    numpy.ndarray
        Shape (draw, ...).
    """
    intercept = draws_of(posterior, "mark_intercept")[block]
    value = intercept.reshape(-1, *([1] * (columns.ndim - 1)))
    if not columns.shape[-1]:
        return np.broadcast_to(value, (intercept.size, *columns.shape[:-1]))
    flat = columns.reshape(-1, columns.shape[-1])
    effect = draws_of(posterior, "mark_effect")[block]
    return value + (effect @ flat.T).reshape(-1, *columns.shape[:-1])


def logit_on_line(posterior: xr.Dataset, survey: DoubleObserverSurvey) -> Floats:
    """Logit of detection at distance zero by both observers, shape (draw, kind, observer)."""
    return logits(posterior, survey.columns_at(np.zeros(1))[:, 0])


def _on_line(posterior: xr.Dataset, survey: DoubleObserverSurvey) -> Floats:
    """Return detection at distance zero by those who count, shape (draw, kind)."""
    return np.exp(log_seen(logit_on_line(posterior, survey), survey.settings.configuration))


def _seen_blockwise(
    posterior: xr.Dataset,
    survey: DoubleObserverSurvey,
    distance_m: Floats,
    reduce: Callable[[Floats], Floats],
) -> Floats:
    """Reduce p.(x, z) of the marks, shape (draw, kind, node), block by block of draws."""
    columns = survey.columns_at(distance_m)
    draws = posterior.sizes["chain"] * posterior.sizes["draw"]
    step = max(_MOST // max(2 * survey.kinds.count * distance_m.size, 1), 1)
    parts = []
    for begin in range(0, draws, step):
        value = logits(posterior, columns, slice(begin, begin + step))
        parts.append(reduce(np.exp(log_seen(value, survey.settings.configuration))))
    return np.concatenate(parts)


def detection_at(posterior: xr.Dataset, survey: DoubleObserverSurvey, distance_m: Floats) -> Floats:
    """Return detection at distances by those who count, shape (draw, kind, node).

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey : DoubleObserverSurvey
        The survey.
    distance_m : numpy.ndarray
        Shape (node,).

    Returns
    -------
    numpy.ndarray
        Probability.
    """
    if survey.settings.independence == "full":
        return _seen_blockwise(posterior, survey, distance_m, np.asarray)
    curves, row = drawn_curves(posterior, survey.data), survey.kinds.scale_row
    parameters = DetectionParameters(
        curves.sigma_m[:, row, None],
        curves.shape[:, None, None],
        curves.coefficients[:, None, None],
    )
    g = detection(survey.data.form, distance_m, parameters)
    return _on_line(posterior, survey)[..., None] * g


def log_at_objects(posterior: xr.Dataset, survey: DoubleObserverSurvey) -> Floats:
    """Log detection of the objects that count at their own distance, shape (draw, detection).

    Under point independence without the part on the line, which all distances share.
    """
    if survey.settings.independence == "full":
        value = logits(posterior, survey.marks.columns[survey.marks.counts])
        return log_seen(value, survey.settings.configuration)
    curves, row = drawn_curves(posterior, survey.data), survey.data.scale.row
    return np.log(np.maximum(curves.at(survey.data.distance_m, row), 1e-300))


def class_shares(posterior: xr.Dataset, survey: DoubleObserverSurvey, edges_m: Floats) -> Floats:
    """Chance to lie in a class of distance and to be seen, for an object in the searched area.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey : DoubleObserverSurvey
        The survey.
    edges_m : numpy.ndarray
        Limits of classes, shape (class + 1,).

    Returns
    -------
    numpy.ndarray
        Shape (draw, kind, class); under point independence without the part on the line.
    """
    if survey.settings.independence == "point":
        curves, row = drawn_curves(posterior, survey.data), survey.kinds.scale_row
        return curves.integrals(edges_m)[:, row] / searched_measure(survey.data)
    classes = edges_m.size - 1
    rule = rule_of(survey, edges_m, max(4, 32 // classes) if classes > 1 else 32)

    def by_class(p: Floats) -> Floats:
        return (p * rule.weight).reshape(*p.shape[:-1], classes, -1).sum(axis=-1)

    return _seen_blockwise(posterior, survey, rule.distance_m, by_class)


def average(posterior: xr.Dataset, survey: DoubleObserverSurvey) -> Floats:
    """Average detection by those who count over the searched area, shape (draw, kind)."""
    form = survey.data.form
    whole = class_shares(posterior, survey, np.array([form.left_m, form.truncation_m]))[..., 0]
    if survey.settings.independence == "point":
        whole = whole * _on_line(posterior, survey)
    return np.maximum(whole, 1e-300)
