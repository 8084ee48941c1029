"""Climate: yearly anomalies of winter severity and summer drought, and what follows from them.

An anomaly is in standard deviations of the reference climate (mean 0, spread 1).
"""

from functools import lru_cache
from itertools import accumulate

import numpy as np
from scipy.special import ndtri

from ustyurt_models.checks import require

__all__ = [
    "anomalies",
    "extreme_threshold",
    "forage_anomaly",
    "innovation_factor",
    "shifted",
    "warming_c",
]

#: Middle years of the periods 1995-2014, 2041-2060 and 2081-2100, in which IPCC AR6 gives warming.
REFERENCE_YEAR, MIDDLE_YEAR, END_YEAR = 2005, 2050, 2090


@lru_cache(maxsize=1024)
def innovation_factor(autocorrelation: tuple[float, float], correlation: float) -> np.ndarray:
    """Lower Cholesky factor of the yearly shocks of two correlated AR(1) series.

    With stationary variance 1, lag-1 correlations a and b and correlation r within a year the
    shocks have variances ``1 - a**2`` and ``1 - b**2`` and covariance ``r * (1 - a * b)``.

    Parameters
    ----------
    autocorrelation : tuple of float
        Lag-1 correlations (a, b), each in (-1, 1).
    correlation : float
        Correlation r of the two series in the same year.

    Returns
    -------
    numpy.ndarray
        Shape (2, 2), read only: all replicates of a draw share it.

    References
    ----------
    Lütkepohl 2005, *New Introduction to Multiple Time Series Analysis*, ch. 2.1.
    """
    a, b = autocorrelation
    shocks = np.array(
        [[1 - a * a, correlation * (1 - a * b)], [correlation * (1 - a * b), 1 - b * b]]
    )
    possible = abs(a) < 1 and abs(b) < 1 and abs(correlation) < 1 and np.linalg.det(shocks) > 0
    rule = "correlations of winter and summer must be possible together"
    require(possible, "climate", rule, (a, b, correlation), "see cli_w_ar, cli_d_ar, cli_wd_corr")
    return _read_only(np.linalg.cholesky(shocks))


@lru_cache(maxsize=1024)
def _stationary_factor(correlation: float) -> np.ndarray:
    """Lower Cholesky factor of two series of variance 1, shape (2, 2), read only."""
    return _read_only(np.linalg.cholesky(np.array([[1.0, correlation], [correlation, 1.0]])))


def _read_only(array: np.ndarray) -> np.ndarray:
    """Return `array`, no longer writable."""
    array.flags.writeable = False
    return array


def anomalies(
    noise: np.ndarray, autocorrelation: tuple[float, float], correlation: float
) -> np.ndarray:
    """Turn independent noise into two stationary AR(1) series with mean 0 and variance 1.

    Parameters
    ----------
    noise : numpy.ndarray
        Standard normal, shape (year, 2).
    autocorrelation, correlation : tuple of float, float
        As in `innovation_factor`.

    Returns
    -------
    numpy.ndarray
        Winter severity and summer drought, shape (year, 2). The first year is drawn from the
        stationary distribution, so there is no run-in.
    """
    shocks = noise @ innovation_factor(autocorrelation, correlation).T
    if len(noise) == 0:
        return shocks
    shocks[0] = _stationary_factor(correlation) @ noise[0]
    # Plain numbers: an array a year would take longer than all the rest of the weather.
    a, b = autocorrelation
    winter, summer = shocks.T.tolist()
    return np.column_stack(
        (
            list(accumulate(winter, lambda last, shock: a * last + shock)),
            list(accumulate(summer, lambda last, shock: b * last + shock)),
        )
    )


def warming_c(years: np.ndarray, by_2050_c: float, by_2090_c: float) -> np.ndarray:
    """Warming since 1995-2014: straight from 0 in 2005 to 2050 and on to 2090 and beyond.

    Parameters
    ----------
    years : numpy.ndarray
        Calendar years.
    by_2050_c, by_2090_c : float
        Warming in 2041-2060 and in 2081-2100 [degree C].

    Returns
    -------
    numpy.ndarray
        Warming [degree C]; 0 before 2005.
    """
    early = by_2050_c * (years - REFERENCE_YEAR) / (MIDDLE_YEAR - REFERENCE_YEAR)
    slope = (by_2090_c - by_2050_c) / (END_YEAR - MIDDLE_YEAR)
    late = by_2050_c + slope * (years - MIDDLE_YEAR)
    return np.where(years <= MIDDLE_YEAR, np.maximum(early, 0.0), late)


def shifted(
    series: np.ndarray, mean_shift: np.ndarray, relative_spread_rise: np.ndarray
) -> np.ndarray:
    """Series with a changed mean and spread: ``mean_shift + (1 + rise) * series``.

    Parameters
    ----------
    series : numpy.ndarray
        Anomaly of the reference climate [SD], shape (year,).
    mean_shift : numpy.ndarray
        Change of the mean [SD], shape (year,).
    relative_spread_rise : numpy.ndarray
        Relative change of the spread, > -1, shape (year,).
    """
    return mean_shift + (1.0 + relative_spread_rise) * series


def forage_anomaly(drought: np.ndarray, log_fall_per_sd: float) -> np.ndarray:
    """Forage of the year over that of the mean year.

    ``exp(-s D - s**2 / 2)``: lognormal with mean 1 while D is standard normal; a trend of D lowers
    the mean.

    Parameters
    ----------
    drought : numpy.ndarray
        Summer drought D [SD].
    log_fall_per_sd : float
        Fall s of the logarithm of forage per SD of D.
    """
    return np.exp(-log_fall_per_sd * drought - 0.5 * log_fall_per_sd**2)


def extreme_threshold(frequency_per_yr: float) -> float:
    """Anomaly passed in a share `frequency_per_yr` of the years of the reference climate [SD]."""
    possible = 0.0 <= frequency_per_yr <= 1.0
    require(possible, "climate", "a yearly frequency must lie in 0..1", frequency_per_yr)
    return float(-ndtri(frequency_per_yr))
