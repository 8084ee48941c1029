"""Tail probabilities and quantiles, written out because imports would outlast the whole check."""

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["binomial_tail", "chi_square_tail", "quantile"]


def chi_square_tail(statistic: float) -> float:
    """Probability of a chi-square statistic with one degree of freedom, or a larger one.

    Parameters
    ----------
    statistic : float
        Chi-square, >= 0.
    """
    return math.erfc(math.sqrt(0.5 * statistic))


def binomial_tail(successes: int, trials: int, probability: float) -> float:
    """Probability of so many successes or more in independent trials.

    Parameters
    ----------
    successes, trials : int
        0 <= successes <= trials.
    probability : float
        Chance of success in each, in (0, 1).

    Returns
    -------
    float
        Upper tail, summed from its largest terms.
    """
    if successes <= 0:
        return 1.0
    odds = probability / (1.0 - probability)
    log_term = (
        math.lgamma(trials + 1)
        - math.lgamma(successes + 1)
        - math.lgamma(trials - successes + 1)
        + successes * math.log(probability)
        + (trials - successes) * math.log1p(-probability)
    )
    ratio, total = 1.0, 0.0
    for k in range(successes, trials + 1):
        total += ratio
        ratio *= (trials - k) / (k + 1) * odds
        if ratio < 1e-17 * total:
            break
    return min(1.0, math.exp(log_term + math.log(total)))


def quantile(values: NDArray[np.float64], share: float) -> float:
    """Return the value below which a share of the values lies, as `numpy.quantile` does.

    Parameters
    ----------
    values : numpy.ndarray
        Finite, at least one.
    share : float
        In [0, 1].
    """
    # numpy.quantile imports numpy.ma, which takes a tenth of a second.
    return float(np.interp(share * (values.size - 1), np.arange(values.size), np.sort(values)))
