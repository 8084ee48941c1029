"""From encounter rates and detection functions to densities, by strata.

Without covariates the density of groups is the encounter rate over the area searched effectively
per unit of effort. With covariates of the scale each detected group stands for 1 / p groups, where
p is its own mean detection probability (Horvitz-Thompson; Marques & Buckland 2003, Biometrics
59:924): the mean of 1 / p over the detected groups of a stratum is drawn with Dirichlet weights
(Bayesian bootstrap, Rubin 1981, Annals of Statistics 9:130), so that the chance of which groups
were met is in the posterior. With ``encounter = "bootstrap"`` whole transects get the weights
instead, and encounter rates need no model.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.models.distance.prepare import DistanceData

__all__ = ["PerEffort", "bootstrap_per_effort", "model_per_effort"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class PerEffort:
    """What stands behind each unit of effort, by draw and stratum, shapes (draw, stratum).

    Attributes
    ----------
    found : numpy.ndarray
        Groups detected.
    groups : numpy.ndarray
        Groups present in the area searched.
    animals : numpy.ndarray or None
        Animals present, where group size is among the covariates.
    """

    found: Floats
    groups: Floats
    animals: Floats | None


@dataclass(frozen=True)
class _Kinds:
    """Detections that are alike: same place (stratum or transect), covariates and size."""

    place: Integers
    row: Integers
    size: Integers
    times: Integers


def _kinds(data: DistanceData, place: Integers) -> _Kinds:
    """Count detections that are alike; sorted by place."""
    size = data.size if data.scale.with_size else np.ones_like(data.size)
    both = np.column_stack([place, data.scale.row, size])
    distinct, times = np.unique(both, axis=0, return_counts=True)
    return _Kinds(distinct[:, 0], distinct[:, 1], distinct[:, 2], times)


def _by_place(values: Floats, place: Integers, count: int) -> Floats:
    """Add up columns that belong to the same place, shape (draw, place)."""
    out = np.zeros((values.shape[0], count))
    if place.size:
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        out[:, place[starts]] = np.add.reduceat(values, starts, axis=1)
    return out


def model_per_effort(
    data: DistanceData, rate: Floats, p_detect: Floats, rng: np.random.Generator
) -> PerEffort:
    """Combine modelled encounter rates with the groups that each detected group stands for.

    Parameters
    ----------
    data : DistanceData
        The survey.
    rate : numpy.ndarray
        Groups detected per unit of effort, shape (draw, stratum).
    p_detect : numpy.ndarray
        Mean detection probability, shape (draw, row).
    rng : numpy.random.Generator
        Chance of the Dirichlet weights.

    Returns
    -------
    PerEffort
        A stratum without detections takes the covariates of all detections.
    """
    if p_detect.shape[1] == 1 and not data.scale.with_size:
        return PerEffort(rate, rate / p_detect, None)
    strata = len(data.stratum)
    kinds = _kinds(data, data.detection_stratum)
    weight = rng.gamma(kinds.times, size=(rate.shape[0], kinds.times.size))
    stands_for = weight / p_detect[:, kinds.row]
    parts = [weight, stands_for, stands_for * kinds.size]
    sums = [_by_place(part, kinds.place, strata) for part in parts]
    empty = np.bincount(kinds.place, minlength=strata) == 0
    for part, total in zip(parts, sums, strict=True):
        total[:, empty] = part.sum(axis=1, keepdims=True)
    groups = rate * sums[1] / sums[0]
    animals = rate * sums[2] / sums[0] if data.scale.with_size else None
    return PerEffort(rate, groups, animals)


def bootstrap_per_effort(
    data: DistanceData, p_detect: Floats, rng: np.random.Generator
) -> PerEffort:
    """Weigh whole transects at random: no model of encounters, as in a design-based estimate.

    Weights of the K transects of a stratum are Dirichlet with (K - 2) / K each, so that for equal
    effort the variance of the encounter rate is that of the design-based estimators R2 and P2.

    Parameters
    ----------
    data : DistanceData
        The survey; every stratum has at least three transects.
    p_detect : numpy.ndarray
        Mean detection probability, shape (draw, row).
    rng : numpy.random.Generator
        Chance of the weights.

    Returns
    -------
    PerEffort
        By draw and stratum.
    """
    strata, draws = len(data.stratum), p_detect.shape[0]
    number = np.bincount(data.transect_stratum, minlength=strata)[data.transect_stratum]
    weight = rng.gamma((number - 2) / number, size=(draws, number.size))
    order = np.argsort(data.transect_stratum, kind="stable")
    place = data.transect_stratum[order]
    effort = _by_place((weight * data.effort)[:, order], place, strata)
    kinds = _kinds(data, data.detection_transect)
    found = weight[:, kinds.place] * kinds.times
    stands_for = found / p_detect[:, kinds.row]
    stratum = data.transect_stratum[kinds.place]
    by = np.argsort(stratum, kind="stable")
    parts = [found, stands_for, stands_for * kinds.size]
    sums = [_by_place(part[:, by], stratum[by], strata) / effort for part in parts]
    return PerEffort(sums[0], sums[1], sums[2] if data.scale.with_size else None)
