"""Estimates from simulated futures with their Monte-Carlo error.

Replicates of one draw share its parameters, so they are not independent: the draws are the
independent units (clusters), and errors come from the spread between them.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, stdtrit

__all__ = ["LEVEL", "Estimate", "mean_of", "share_of"]

#: Level of the Monte-Carlo intervals; a verdict falls only when the whole interval agrees.
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean or a share over futures.

    Attributes
    ----------
    value : float
        The estimate; NaN when no future says anything.
    error : float
        Monte-Carlo standard error, draws as clusters.
    low, high : float
        Monte-Carlo interval at `LEVEL`: where the value would lie with endless draws.
    futures : int
        Futures (draw x replicate) that entered.
    """

    value: float
    error: float
    low: float
    high: float
    futures: int


def mean_of(values: np.ndarray, reference: np.ndarray | None = None) -> Estimate:
    """Return the mean over futures, or the ratio of two means.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (draw, replicate); NaN where a future says nothing.
    reference : numpy.ndarray, optional
        Same shape; the mean of `values` is divided by its mean.

    Returns
    -------
    Estimate
        Ratio estimator with linearised between-cluster variance and a t interval.

    References
    ----------
    Cochran 1977, *Sampling Techniques*, ch. 6 and 9A.
    """
    below = np.ones_like(values, dtype=float) if reference is None else reference.astype(float)
    above = values.astype(float)
    known = np.isfinite(above) & np.isfinite(below)
    total = below[known].sum()
    if total == 0.0:
        return Estimate(math.nan, math.nan, math.nan, math.nan, int(known.sum()))
    value = float(above[known].sum() / total)
    residual = _by_cluster(np.where(known, above - value * below, 0.0), known)
    error = float(_spread(residual) / abs(total))
    reach = float(_t(residual.size) * error)
    return Estimate(value, error, value - reach, value + reach, int(known.sum()))


def share_of(holds: np.ndarray) -> Estimate:
    """Return the share of futures in which a condition holds.

    Parameters
    ----------
    holds : numpy.ndarray of bool
        Shape (draw, replicate).

    Returns
    -------
    Estimate
        With a Clopper-Pearson interval at the effective number of futures, so that a share
        of 0 or 1 keeps an honest interval: there every draw counts as one future.

    References
    ----------
    Korn and Graubard 1998, *Survey Methodology* 24:193-201.
    """
    plain = mean_of(holds)
    value, clusters = plain.value, _clusters(holds.shape)
    effective = float(clusters)
    if 0.0 < value < 1.0 and plain.error > 0.0:
        effective = float(np.clip(value * (1 - value) / plain.error**2, 1.0, holds.size))
        effective *= (_t(holds.size) / _t(clusters)) ** 2
    hits = value * effective
    low = 0.0 if hits <= 0 else float(betaincinv(hits, effective - hits + 1, (1 - LEVEL) / 2))
    missed = effective - hits
    high = 1.0 if missed <= 0 else float(betaincinv(hits + 1, missed, (1 + LEVEL) / 2))
    return Estimate(value, plain.error, low, high, plain.futures)


def _clusters(shape: tuple[int, ...]) -> int:
    """Count the independent units: draws, or replicates when there is a single draw."""
    return shape[0] if shape[0] > 1 else shape[1]


def _by_cluster(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Sum over the futures of a cluster; clusters without any known future are left out."""
    axis = 1 if values.shape[0] > 1 else 0
    return values.sum(axis=axis)[known.any(axis=axis)]


def _spread(residual: np.ndarray) -> float:
    """Return the standard error of a sum of independent, centred cluster totals."""
    count = residual.size
    if count < 2:
        return math.nan
    return float(np.sqrt(count / (count - 1) * np.sum(residual**2)))


def _t(count: int) -> float:
    """Quantile of Student's t for `count` independent units."""
    return float(stdtrit(max(count - 1, 1), (1 + LEVEL) / 2))
