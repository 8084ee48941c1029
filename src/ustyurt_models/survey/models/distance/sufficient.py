"""Sufficient statistics: what the likelihood reads of a survey, and no more."""

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.models.distance.prepare import DistanceData

__all__ = ["sufficient"]

_SHARE_LEAST = 1e-9  # detections on the line itself have g = 1; keeps log(0) away


def _by_row(data: DistanceData, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add up over the detections of each covariate row."""
    return np.bincount(data.scale.row, values, data.scale.fixed.shape[0])


def _class_counts(data: DistanceData) -> NDArray[np.float64]:
    """Count groups by covariate row and distance class, shape (row, class)."""
    counts = np.zeros((data.scale.fixed.shape[0], data.cutpoints_m.size - 1))
    np.add.at(counts, (data.scale.row, data.detection_class), 1.0)
    return counts


def _distances(data: DistanceData) -> dict[str, np.ndarray]:
    """Reduce distances, as shares of the truncation distance."""
    if data.cutpoints_m.size:
        return {"class_counts": _class_counts(data)}
    share = data.distance_m / data.truncation_m
    if not data.form.orders:
        if data.form.key == "half-normal":
            return {"squares": _by_row(data, share**2)}
        if data.form.key == "negative-exponential":
            return {"shares": _by_row(data, share)}
        if data.form.key == "uniform":
            return {}
    both = np.column_stack([data.scale.row, np.maximum(share, _SHARE_LEAST)])
    distinct, times = np.unique(both, axis=0, return_counts=True)
    return {
        "seen": distinct[:, 1],
        "seen_row": distinct[:, 0].astype(np.int64),
        "seen_times": times.astype(float),
    }


def _sizes(data: DistanceData, settings: DistanceBlock) -> dict[str, np.ndarray]:
    """Reduce group sizes."""
    if settings.group_size == "single" or data.scale.with_size:
        return {}
    if settings.group_size == "mean":
        spread = max(float(np.std(data.size)), 0.5)  # half an animal where all groups are alike
        error = spread / np.sqrt(data.size.size)
        return {"sample_mean": np.array(data.size.mean()), "standard_error": np.array(error)}
    if settings.size_bias:
        return {"sizes": data.size, "nearness": data.distance_m / data.truncation_m}
    sizes, times = np.unique(data.size, return_counts=True)
    return {"sizes": sizes, "size_times": times}


def _encounters(data: DistanceData) -> dict[str, np.ndarray]:
    """Count transects that are alike in stratum, effort and groups met."""
    both = np.column_stack([data.transect_stratum, data.effort, data.groups])
    distinct, times = np.unique(both, axis=0, return_counts=True)
    return {
        "met": distinct[:, 2],
        "met_stratum": distinct[:, 0].astype(np.int64),
        "met_effort": distinct[:, 1],
        "met_times": times.astype(float),
    }


def sufficient(data: DistanceData, settings: DistanceBlock) -> dict[str, np.ndarray]:
    """Reduce a survey to what the likelihood reads.

    Parameters
    ----------
    data : DistanceData
        Truncated survey.
    settings : DistanceBlock
        Key, classes, group size.

    Returns
    -------
    dict of str to numpy.ndarray
        Values of the model's data variables: ``groups`` per transect, and reduced to transects
        that are alike ``met`` (``met_stratum``, ``met_effort``, ``met_times``); ``detections`` per
        covariate row and either ``class_counts`` (row, class), sums of squared distances
        ``squares`` (row) or of distances ``shares`` (row), or distinct distances ``seen`` with
        their ``seen_row`` and ``seen_times``; distinct ``sizes`` with ``size_times``, or single
        ones with ``nearness`` when size depends on distance. Distances are shares of w.
    """
    found: dict[str, np.ndarray] = {}
    if settings.encounter != "bootstrap":
        found |= {"groups": data.groups} | _encounters(data)
    if not data.distance_m.size:
        return found
    found["detections"] = data.scale.times.astype(float)
    return found | _distances(data) | _sizes(data, settings)
