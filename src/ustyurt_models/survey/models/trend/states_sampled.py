"""States of a trend as a shift from where the counts put them, so that a sampler meets no funnel.

Yearly log abundance is written as ``middle + spread * z``. Middle and spread are those of a normal
random walk with the same drift, process and counting error, given the counts: what the exact
smoother would say if growth did not depend on abundance and shocks had no heavy tail. The density
of the states is that of the model itself; the normal walk is only a change of variables, undone by
its Jacobian. Given the parameters `z` is nearly standard normal, whatever the counts tell.

References
----------
Papaspiliopoulos, Roberts & Skoeld 2007, Statistical Science 22:59 (partial non-centring).
Kleppe 2019, Statistics and Computing 29:795 (rescaling of latent states by their precision).
"""

from typing import NamedTuple

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.linalg import cholesky, solve_triangular
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.survey.models.trend.data import TrendData

__all__ = ["Walk", "first_guess", "path_around_counts"]

Floats = NDArray[np.float64]

_LOG_2PI = float(np.log(2 * np.pi))


class Walk(NamedTuple):
    """The normal random walk around which states are sampled."""

    drift: TensorVariable  # mean log growth of each year, shape (year - 1,)
    process: TensorVariable  # variance of yearly log growth
    seen: TensorVariable  # log counts minus log detection, shape (count,)
    noise: TensorVariable  # variance of log counts, shape (count,)


def _full(data: TrendData) -> NDArray[np.intp]:
    """Return the counts that are no lower limits."""
    return np.flatnonzero(~data.at_least)


def first_guess(data: TrendData, seen: TensorVariable) -> TensorVariable:
    """Interpolate log counts over their detection linearly, shape (year,)."""
    index_like = np.array([level.belief is None for level in data.levels])
    told = [i for i in _full(data) if not (data.detection_weight[i] @ index_like)]
    years, member = np.unique(data.index[told], return_inverse=True)
    mean = np.zeros((years.size, data.index.size))
    mean[member, told] = 1.0
    mean /= mean.sum(axis=1, keepdims=True)
    over = np.arange(data.years.size)
    between = np.stack([np.interp(over, years, one) for one in np.eye(years.size)], axis=1)
    return pt.dot(between @ mean, seen)


def _tied(data: TrendData, walk: Walk) -> tuple[TensorVariable, TensorVariable]:
    """Return precision matrix (year, year) and pull (year,) of the walk given the counts."""
    years, full = data.years.size, _full(data)
    step = np.diff(np.eye(years), axis=0)
    belongs = np.zeros((years, data.index.size))
    belongs[data.index[full], full] = 1.0
    start, first = np.eye(years)[0], data.start[1] ** -2.0
    told = pt.dot(belongs, 1.0 / walk.noise)
    precision = (step.T @ step) / walk.process + first * np.outer(start, start) + pt.diag(told)
    pull = pt.dot(step.T, walk.drift) / walk.process + first * data.start[0] * start
    return precision, pull + pt.dot(belongs, walk.seen / walk.noise)


def path_around_counts(data: TrendData, walk: Walk) -> tuple[TensorVariable, TensorVariable]:
    """Declare standard normal `state_z`; return log abundance and the log of its Jacobian.

    Parameters
    ----------
    data : TrendData
        Counts on the yearly axis.
    walk : Walk
        The normal walk.

    Returns
    -------
    tuple of TensorVariable
        Path, shape (year,), and log |d path / d z| - log density of z, which turns a density of the
        path into one of z.
    """
    z = pm.Normal("state_z", shape=data.years.size)
    precision, pull = _tied(data, walk)
    root = cholesky(precision)
    whitened = solve_triangular(root, pull, lower=True)
    path = solve_triangular(root.T, whitened + z, lower=False)
    change = -pt.sum(pt.log(pt.diag(root))) + 0.5 * pt.sum(z**2 + _LOG_2PI)
    return path, change
