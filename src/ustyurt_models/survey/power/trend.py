"""What several surveys say of a change: regression of log abundance on the year.

Each survey is analysed on its own and gives a posterior of log abundance with mean y and standard
deviation s. The log abundances differ from a straight line by the errors of the surveys, which
are independent, and by a random walk of yearly noise with known standard deviation tau. With flat
priors on level and slope the posterior of the slope is normal (generalised least squares). The
share of animals that all surveys miss alike moves the level only, so it is left out of y and s.

References
----------
Gerrodette 1987, Ecology 68:1364 (power of log-linear regression of abundances).
Buckland et al. 2001, *Introduction to Distance Sampling*, sec. 3.6 (weighted trends).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from ustyurt_models.checks import require

__all__ = ["chance_of_growth", "slope"]

Floats = NDArray[np.float64]


def slope(
    years: ArrayLike, log_animals: ArrayLike, sd_log: ArrayLike, process_sd: float = 0.0
) -> tuple[Floats, Floats]:
    """Estimate the yearly change of log abundance.

    Parameters
    ----------
    years : array_like
        Survey years, rising, at least two, shape (year,).
    log_animals, sd_log : array_like
        Posterior mean and standard deviation of log abundance, shape (..., year).
    process_sd : float
        Standard deviation of the yearly noise of log abundance.

    Returns
    -------
    tuple of numpy.ndarray
        Posterior mean and standard deviation of the slope [per year], shape (...,).

    Examples
    --------
    >>> middle, sd = slope([0, 1, 2], [0.0, 0.1, 0.2], [0.1, 0.1, 0.1])
    >>> round(float(middle), 3), round(float(sd), 4)
    (0.1, 0.0707)
    """
    at = np.asarray(years, np.float64)
    require(at.size >= 2, "years", "a change needs at least two surveys", at.size)
    y, s = np.asarray(log_animals, np.float64), np.asarray(sd_log, np.float64)
    since = at - at[0]
    walk = process_sd**2 * np.minimum.outer(since, since)
    covariance = walk + (s**2)[..., None] * np.eye(at.size)
    precision = np.linalg.inv(covariance)
    design = np.column_stack([np.ones(at.size), since])
    information = design.T @ precision @ design
    spread = np.linalg.inv(information)
    score = design.T @ (precision @ y[..., None])
    return (spread @ score)[..., 1, 0], np.sqrt(spread[..., 1, 1])


def chance_of_growth(
    years: ArrayLike, log_animals: ArrayLike, sd_log: ArrayLike, process_sd: float = 0.0
) -> Floats:
    """Posterior probability that abundance grows; one minus it that it declines.

    Parameters
    ----------
    years, log_animals, sd_log, process_sd
        See `slope`.

    Returns
    -------
    numpy.ndarray
        Shape (...,).
    """
    middle, sd = slope(years, log_animals, sd_log, process_sd)
    return ndtr(middle / sd)
