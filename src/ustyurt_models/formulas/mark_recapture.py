"""Double-observer distance sampling: capture histories, detection on the line, weights.

Two observers search the same strip. Each detects an object at distance x with covariates z with a
probability p_j(x, z) that is logistic in a linear predictor. Objects seen by nobody leave no
trace, so every probability here is conditional on being seen.

*Independent* observers mark for each other, and an object counts when either of them saw it:
p. = p_1 + p_2 - p_1 p_2. In the *trial* configuration observer 2 only sets up trials for observer
1, and an object counts when observer 1 saw it: p. = p_1.

Under *full* independence p. is the detection function at every distance. Under *point*
independence it is so at distance zero only; the shape g(x, z), with g(0, z) = 1, comes from the
distances: p(x, z) = p.(0, z) g(x, z) (Laake & Borchers 2004, eq. 6.28).

Functions broadcast over leading dimensions: (draw, object, observer) and the like.

References
----------
Laake & Borchers 2004, Methods for incomplete detection at distance zero, in *Advanced Distance
Sampling*, ch. 6.
Burt et al. 2014, Methods in Ecology and Evolution 5:1180 (both configurations, both kinds of
independence).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_expit

from ustyurt_models.formulas.detection import quadrature_rule

__all__ = [
    "NODES",
    "Configuration",
    "DistanceRule",
    "count_per_seen",
    "distance_rule",
    "expected_size",
    "history_probabilities",
    "log_available",
    "log_history",
    "log_seen",
    "mean_detection",
    "mean_on_line",
]

Floats = NDArray[np.float64]
Configuration = Literal["independent", "trial"]

#: Nodes per panel: a logit that falls by 25 over the strip is integrated to a relative 1e-6.
NODES = 32


@dataclass(frozen=True)
class DistanceRule:
    """Distances and weights that integrate over the positions an object may have.

    Attributes
    ----------
    distance_m : numpy.ndarray
        Nodes [m], shape (node,).
    weight : numpy.ndarray
        Share of the searched area that a node stands for, summing to one, shape (node,).
    panel : numpy.ndarray
        Distance class of each node, int64, shape (node,); zeros without classes.
    """

    distance_m: Floats
    weight: Floats
    panel: NDArray[np.int64]


def distance_rule(
    edges_m: ArrayLike, kind: Literal["line", "point"] = "line", nodes: int = NODES
) -> DistanceRule:
    """Gauss-Legendre rule over the searched area, panel by panel.

    Parameters
    ----------
    edges_m : array_like
        Increasing limits of the panels [m], shape (edge,): left truncation, limits of distance
        classes if any, right truncation.
    kind : {"line", "point"}
        Objects are even over distance from a line, or over the disc around a point, where the
        share of the area grows with distance.
    nodes : int
        Nodes per panel.

    Returns
    -------
    DistanceRule
        Nodes and weights.
    """
    edges = np.asarray(edges_m, float)
    points, weights = quadrature_rule(nodes)
    width = np.diff(edges)[:, None]
    at = (edges[:-1, None] + width * points).ravel()
    share = (width * weights).ravel() * np.exp(log_available(at, edges[0], edges[-1], kind))
    return DistanceRule(at, share, np.repeat(np.arange(edges.size - 1), nodes))


def log_available(
    distance_m: ArrayLike, left_m: float, truncation_m: float, kind: str = "line"
) -> Floats:
    """Log density [1/m] of the distance of any object in the searched area, seen or not.

    Parameters
    ----------
    distance_m : array_like
        Distances [m].
    left_m, truncation_m : float
        Nearest and furthest distance searched [m].
    kind : {"line", "point"}
        1 / (w - l) for lines, 2 x / (w^2 - l^2) for points.

    Returns
    -------
    numpy.ndarray
        Log density; -inf on a point itself.
    """
    x = np.asarray(distance_m, float)
    if kind == "line":
        return np.full(x.shape, -np.log(truncation_m - left_m))
    with np.errstate(divide="ignore"):
        return np.log(2.0 * x) - np.log(truncation_m**2 - left_m**2)


def log_seen(logit: Floats, configuration: Configuration) -> Floats:
    """Log probability p. that an object is seen by those who count.

    Parameters
    ----------
    logit : numpy.ndarray
        Logit of p_1 and p_2, shape (..., observer).
    configuration : {"independent", "trial"}
        Either observer counts, or only the first.

    Returns
    -------
    numpy.ndarray
        Shape (...). p_1 + p_2 - p_1 p_2, here as p_1 + (1 - p_1) p_2, which stays exact when
        both are small.
    """
    first = log_expit(logit[..., 0])
    if configuration == "trial":
        return first
    return np.logaddexp(first, log_expit(-logit[..., 0]) + log_expit(logit[..., 1]))


def log_history(seen: NDArray[np.bool_], logit: Floats, configuration: Configuration) -> Floats:
    """Log probability of who saw an object, given that it entered the data.

    Parameters
    ----------
    seen : numpy.ndarray
        Whether each observer saw it, bool, shape (object, observer).
    logit : numpy.ndarray
        Logit of p_1 and p_2 at its distance and covariates, shape (..., object, observer).
    configuration : {"independent", "trial"}
        Independent: multinomial over (1,0), (0,1), (1,1) with the class (0,0) removed (Laake &
        Borchers 2004, eq. 6.8). Trial: Bernoulli of observer 1 among the objects that observer
        2 saw; the others say nothing (eq. 6.12).

    Returns
    -------
    numpy.ndarray
        Shape (..., object).
    """
    each = log_expit(np.where(seen, logit, -logit))
    if configuration == "trial":
        return np.where(seen[..., 1], each[..., 0], 0.0)
    return each.sum(axis=-1) - log_seen(logit, configuration)


def history_probabilities(logit: Floats) -> Floats:
    """Probabilities of being seen by nobody, only 1, only 2, and both.

    Parameters
    ----------
    logit : numpy.ndarray
        Logit of p_1 and p_2, shape (..., observer).

    Returns
    -------
    numpy.ndarray
        Shape (..., 4), summing to one.
    """
    first, second = log_expit(logit[..., 0]), log_expit(logit[..., 1])
    not_first, not_second = log_expit(-logit[..., 0]), log_expit(-logit[..., 1])
    each = (not_first + not_second, first + not_second, not_first + second, first + second)
    return np.exp(np.stack(each, axis=-1))


def mean_detection(detection: Floats, rule: DistanceRule) -> Floats:
    """Average detection over the positions an object may have.

    Parameters
    ----------
    detection : numpy.ndarray
        p at the nodes, shape (..., node).
    rule : DistanceRule
        Nodes.

    Returns
    -------
    numpy.ndarray
        Shape (...). Laake & Borchers 2004, eq. 6.11 and 6.13.
    """
    return detection @ rule.weight


def count_per_seen(share: Floats, detection: Floats, size: ArrayLike = 1.0) -> Floats:
    """Objects (or animals) present per object seen: the Horvitz-Thompson mean of size / p.

    Parameters
    ----------
    share : numpy.ndarray
        Share of every seen object's kind among the seen, summing to one, shape (..., object).
    detection : numpy.ndarray
        Mean detection of objects of that kind, shape (..., object).
    size : array_like
        Animals in each; one to count objects.

    Returns
    -------
    numpy.ndarray
        Shape (...). Borchers et al. 1998, Biometrics 54:1207.
    """
    return (share * np.asarray(size, float) / detection).sum(axis=-1)


def expected_size(share: Floats, detection: Floats, size: ArrayLike) -> Floats:
    """Mean size of groups in the population, not among the seen.

    Parameters
    ----------
    share, detection, size
        As in `count_per_seen`.

    Returns
    -------
    numpy.ndarray
        Animals per group, shape (...).
    """
    return count_per_seen(share, detection, size) / count_per_seen(share, detection)


def mean_on_line(share: Floats, detection: Floats, on_line: Floats) -> Floats:
    """Average detection at distance zero over the objects of the population.

    Parameters
    ----------
    share, detection
        As in `count_per_seen`.
    on_line : numpy.ndarray
        Detection at distance zero of objects of each kind, shape (..., object).

    Returns
    -------
    numpy.ndarray
        Shape (...).
    """
    return (share * on_line / detection).sum(axis=-1) / count_per_seen(share, detection)
