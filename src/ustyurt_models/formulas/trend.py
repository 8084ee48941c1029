"""State-space trends: forms of growth, and what is Gaussian given the parameters in closed form.

Log abundance is a random walk with drift (exponential), or is drawn towards capacity (Gompertz);
log counts are log abundance plus log detection plus error. Given growth, detection and the
spreads, both are jointly normal. The theta-Ricker is not.

References
----------
Durbin & Koopman 2012, *Time Series Analysis by State Space Methods*, ch. 2 and 4.
Doucet 2010 (simulation by conditioning, "Matheron's rule").
Dennis, Ponciano, Lele, Taper & Staples 2006, Ecological Monographs 76:323 (Gompertz).
Clark, Brook, Delean, Akcakaya & Bradshaw 2010, Methods in Ecology and Evolution 1:253 (theta).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Regulation",
    "carry_forward",
    "detection_weights",
    "forecast_log_abundance",
    "path_covariance",
    "persistence",
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


@dataclass(frozen=True)
class Regulation:
    """How growth depends on abundance, for many draws at once.

    Attributes
    ----------
    form : str
        ``exponential``, ``gompertz`` or ``theta_ricker``.
    log_ceiling : numpy.ndarray
        Log growth of a closed population far below capacity, shape (draw,).
    log_capacity : numpy.ndarray
        Shape (draw,); not used by the exponential.
    theta : numpy.ndarray
        Power of the theta-Ricker, shape (draw,).
    log_full : float
        Gompertz: log abundance at which growth is the ceiling.
    """

    form: str
    log_ceiling: Floats
    log_capacity: Floats
    theta: Floats
    log_full: float = 0.0

    def growth(self, log_abundance: Floats) -> Floats:
        """Return log growth without losses and immigration.

        Parameters
        ----------
        log_abundance : numpy.ndarray
            Shape (draw,) or (draw, year).

        Returns
        -------
        numpy.ndarray
            Of the same shape. Gompertz: linear in log abundance, the ceiling at `log_full` and 0
            at capacity. Theta-Ricker: ``ceiling * (1 - (N / K) ** theta)``.
        """
        tail = (-1,) + (1,) * (log_abundance.ndim - 1)
        ceiling, capacity = self.log_ceiling.reshape(tail), self.log_capacity.reshape(tail)
        if self.form == "gompertz":
            share = (capacity - log_abundance) / (capacity - self.log_full)
        elif self.form == "theta_ricker":
            # Far above capacity the exponential would overflow; nothing is left there anyway.
            over = np.minimum(self.theta.reshape(tail) * (log_abundance - capacity), 50.0)
            share = -np.expm1(over)
        else:
            share = np.ones_like(log_abundance)
        return ceiling * share

    @property
    def keep(self) -> Floats:
        """Share of a deviation of log abundance that lasts a year, shape (draw,); Gaussian forms.

        A draw with capacity at `log_full` or below has no such share; it gets no pull at all.
        """
        if self.form != "gompertz":
            return np.ones_like(self.log_ceiling)
        return 1.0 - self.log_ceiling / (self.log_capacity - self.log_full)


def persistence(keep: Floats, years: int) -> Floats:
    """Return how much of a shock of each year is left in each later one.

    Parameters
    ----------
    keep : numpy.ndarray
        Share of a deviation that lasts a year, shape (draw,); one for a random walk.
    years : int
        Number of years, T.

    Returns
    -------
    numpy.ndarray
        ``keep ** (t - s)`` from the year s in which the shock is felt, shape (draw, T, T - 1).
    """
    gap = np.arange(years)[:, None] - np.arange(1, years)[None, :]
    powers = np.power(keep[:, None, None], np.maximum(gap, 0))
    return np.where(gap >= 0, powers, 0.0)


def sample_log_abundance(
    moves: tuple[Floats, Floats],
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
    moves : tuple of numpy.ndarray
        Of ``log N[t + 1] = keep * log N[t] + shift[t] + shock``: shift, shape (draw, year - 1),
        and keep, shape (draw,), which is one for a random walk.
    log_detection : numpy.ndarray
        Log detection of each count, shape (draw, count).
    sds : tuple of numpy.ndarray
        Standard deviation of process, shape (draw,), and of each log count, shape (draw, count).
    start : numpy.ndarray
        Log abundance in the first year, shape (draw,).
    data : tuple of numpy.ndarray
        Year index of each count (int64), shape (count,), and log counts, shape (count,) or
        (draw, count).
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    numpy.ndarray
        Shape (draw, year).
    """
    (shift, keep), (process, noise), (index, log_count) = moves, sds, data
    draws, steps = shift.shape
    lasting = persistence(keep, steps + 1)
    shocks = shift + process[:, None] * rng.standard_normal((draws, steps))
    first = start[:, None] * keep[:, None] ** np.arange(steps + 1)
    path = first + (lasting @ shocks[..., None])[..., 0]
    error = noise * rng.standard_normal((draws, index.size))
    simulated = path[:, index] + log_detection + error
    scaled = process[:, None, None] * lasting
    cross = scaled @ np.swapaxes(scaled[:, index], 1, 2)
    spread = cross[:, index, :] + noise[:, :, None] ** 2 * np.eye(index.size)
    gap = np.linalg.solve(spread, (log_count - simulated)[..., None])
    return path + (cross @ gap)[..., 0]


def carry_forward(
    last: Floats, regulation: Regulation, rest: Floats, process_sd: Floats, shocks: Floats
) -> Floats:
    """Carry log abundance forward by the form of growth itself.

    Parameters
    ----------
    last : numpy.ndarray
        Log abundance in the last year, shape (draw,).
    regulation : Regulation
        Growth by abundance.
    rest : numpy.ndarray
        Log growth by losses and immigration, shape (draw,).
    process_sd : numpy.ndarray
        Scale of yearly shocks, shape (draw,).
    shocks : numpy.ndarray
        Of scale one, shape (draw, year).

    Returns
    -------
    numpy.ndarray
        Shape (draw, year), the years after the last.
    """
    paths = np.empty_like(shocks)
    now = last
    for step in range(shocks.shape[1]):
        now = now + regulation.growth(now) + rest + process_sd * shocks[:, step]
        paths[:, step] = now
    return paths


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
