"""Exponential state-space trend: what is Gaussian given the parameters, in closed form.

Log abundance is a random walk with drift; log counts are log abundance plus log detection plus
error. Given growth, detection and the two spreads, everything is jointly normal.

References
----------
Durbin & Koopman 2012, *Time Series Analysis by State Space Methods*, ch. 2 and 4.
Doucet 2010 (simulation by conditioning, "Matheron's rule").
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "detection_weights",
    "forecast_log_abundance",
    "path_covariance",
    "sample_log_abundance",
    "sd_of_log",
]

Floats = NDArray[np.float64]


def sd_of_log(cv: ArrayLike) -> Floats:
    """Return the standard deviation of the logarithm of a log-normal with this `cv`."""
    return np.sqrt(np.log1p(np.square(cv)))


def path_covariance(elapsed_a: ArrayLike, elapsed_b: ArrayLike) -> Floats:
    """Return the covariance of a standard random walk at two sets of times since its start.

    Returns
    -------
    numpy.ndarray
        min(a, b), shape (a, b).
    """
    return np.minimum.outer(np.asarray(elapsed_a, float), np.asarray(elapsed_b, float))


def detection_weights(year: ArrayLike, changes: tuple[tuple[int, int], ...]) -> Floats:
    """Share of each level of detection in each year.

    Parameters
    ----------
    year : array_like
        Calendar years, shape (year,).
    changes : tuple of (int, int)
        Years from which to which detection moves from one level to the next, linearly on the
        logarithm; equal years are a step at that year.

    Returns
    -------
    numpy.ndarray
        Weights of log detection, shape (year, level), rows sum to one.
    """
    years = np.asarray(year, float)
    reached = [np.ones(years.size)]
    for begin, end in changes:
        if begin == end:
            reached.append((years >= begin).astype(float))
        else:
            reached.append(np.clip((years - begin) / (end - begin), 0.0, 1.0))
    reached.append(np.zeros(years.size))
    stacked = np.array(reached)
    return (stacked[:-1] - stacked[1:]).T


def sample_log_abundance(
    drift: Floats,
    log_detection: Floats,
    sds: tuple[Floats, Floats],
    start: Floats,
    data: tuple[NDArray[np.int64], Floats],
    rng: np.random.Generator,
) -> Floats:
    """Draw log abundance in every year given counts and parameters, one path per draw.

    A path and its counts are simulated from the model and moved by the regression of path on
    counts, which gives an exact draw from the conditional distribution.

    Parameters
    ----------
    drift : numpy.ndarray
        Log growth from each year to the next, shape (draw, year - 1).
    log_detection : numpy.ndarray
        Log detection of each count, shape (draw, count).
    sds : tuple of numpy.ndarray
        Standard deviation of process and of log observation, each shape (draw,).
    start : numpy.ndarray
        Log abundance in the first year, shape (draw,).
    data : tuple of numpy.ndarray
        Year index of each count (int64) and log counts, each shape (count,).
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    numpy.ndarray
        Shape (draw, year).
    """
    process, noise = sds
    index, log_count = data
    draws, steps = drift.shape
    shocks = process[:, None] * rng.standard_normal((draws, steps))
    first = start[:, None]
    path = np.concatenate([first, first + np.cumsum(drift + shocks, axis=1)], axis=1)
    error = noise[:, None] * rng.standard_normal((draws, index.size))
    simulated = path[:, index] + log_detection + error
    elapsed = np.arange(steps + 1)
    cross = process[:, None, None] ** 2 * path_covariance(elapsed, elapsed[index])
    spread = cross[:, index, :] + noise[:, None, None] ** 2 * np.eye(index.size)
    gap = np.linalg.solve(spread, (log_count - simulated)[..., None])
    return path + (cross @ gap)[..., 0]


def forecast_log_abundance(
    last: Floats, growth: Floats, process_sd: Floats, capacity: Floats, shocks: Floats
) -> Floats:
    """Carry log abundance forward with growth that falls linearly to zero at a ceiling.

    Parameters
    ----------
    last : numpy.ndarray
        Log abundance in the last year, shape (draw,).
    growth : numpy.ndarray
        Log growth far below the ceiling, shape (draw,).
    process_sd : numpy.ndarray
        Standard deviation of yearly log growth, shape (draw,).
    capacity : numpy.ndarray
        Ceiling [animals], shape (draw,); infinity for none.
    shocks : numpy.ndarray
        Standard normal, shape (draw, year).

    Returns
    -------
    numpy.ndarray
        Shape (draw, year), the years after the last.
    """
    paths = np.empty_like(shocks)
    now = last
    for step in range(shocks.shape[1]):
        room = 1.0 - np.exp(np.minimum(now, 50.0)) / capacity
        now = now + growth * np.clip(room, -1.0, 1.0) + process_sd * shocks[:, step]
        paths[:, step] = now
    return paths
