"""Counts of animals of which some are missed, with the number present summed out; plain NumPy.

The sums over the number present N run from 0 to a bound. What lies beyond is bounded by a
geometric series: where successive terms fall by a factor r < 1 that does not rise again, the rest
is at most the last term times r / (1 - r).

References
----------
Royle 2004, Biometrics 60:108 (N-mixture).
Royle & Nichols 2003, Ecology 84:777 (detections that grow with abundance).
Dorazio, Jelks & Jordan 2005, Biometrics 61:1093 (removal).
Dennis, Morgan & Ridout 2015, Biometrics 71:237 (numbers that run to infinity).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from ustyurt_models.formulas.site_counts import log_site_count

__all__ = [
    "count_covariance",
    "left_out",
    "log_removal_shares",
    "log_seldom_seen",
    "log_ways",
    "n_mixture_given",
    "removal_shares",
    "royle_nichols_given",
]

Floats = NDArray[np.float64]

#: Log probability of what cannot be; finite, so that gradients stay finite.
IMPOSSIBLE = -1e9


def log_ways(y: Floats, upto: int) -> Floats:
    """Log of the ways to choose the animals counted, summed over visits.

    Parameters
    ----------
    y : numpy.ndarray
        Counts, NaN without visit, shape (site, visit).
    upto : int
        Largest number present.

    Returns
    -------
    numpy.ndarray
        Sum over visits of log binomial(N, y), about minus infinity where N < y, shape (site,
        upto + 1).
    """
    n = np.arange(upto + 1.0)
    total = np.zeros((len(y), upto + 1))
    for counts in y.T:
        seen = np.nan_to_num(counts)[:, None]
        missed = np.maximum(n - seen, 0.0)
        ways = gammaln(n + 1) - gammaln(seen + 1) - gammaln(missed + 1)
        total += np.where(n >= seen, ways, IMPOSSIBLE)
    return total


def n_mixture_given(ways: Floats, log_see: Floats, log_miss: Floats) -> Floats:
    """Log probability of the counts of a site for every number present.

    Parameters
    ----------
    ways : numpy.ndarray
        From `log_ways`, shape (site, N).
    log_see : numpy.ndarray
        Sum over the animals counted of the log odds of being counted, shape (..., site).
    log_miss : numpy.ndarray
        Sum over visits of the log probability to miss one animal, shape (..., site).

    Returns
    -------
    numpy.ndarray
        Shape (..., site, N).
    """
    n = np.arange(ways.shape[-1])
    return ways + log_see[..., None] + n * log_miss[..., None]


def royle_nichols_given(seen: Floats, missed: Floats, log_miss: Floats, upto: int) -> Floats:
    """Log probability of detections at a site for every number present.

    Parameters
    ----------
    seen, missed : numpy.ndarray
        Visits with and without detection, shape (site, part).
    log_miss : numpy.ndarray
        Log probability that a visit misses one animal, shape (..., site, part).
    upto : int
        Largest number present.

    Returns
    -------
    numpy.ndarray
        Shape (..., site, upto + 1).
    """
    n = np.arange(upto + 1.0)
    total = np.zeros((*log_miss.shape[:-1], upto + 1))
    for part in range(seen.shape[1]):
        none = n * log_miss[..., part, None]
        some = np.log(np.maximum(-np.expm1(none), 1e-300))
        total += seen[:, part, None] * some + missed[:, part, None] * none
    return total


def left_out(terms: Floats, limit: Floats) -> Floats:
    """Bound the share of a sum over the number present that lies beyond its last term.

    Parameters
    ----------
    terms : numpy.ndarray
        Logarithms of the terms, shape (..., N).
    limit : numpy.ndarray
        Factor between successive terms far out, shape (...); 0 for Poisson.

    Returns
    -------
    numpy.ndarray
        Shape (...); 1 where the terms do not fall.
    """
    ratio = np.maximum(np.exp(np.minimum(terms[..., -1] - terms[..., -2], 1.0)), limit)
    whole = np.logaddexp.reduce(terms, axis=-1)
    falls = ratio < 1.0
    rest = np.exp(terms[..., -1] - whole) * ratio / np.where(falls, 1.0 - ratio, 1.0)
    return np.where(falls, np.minimum(rest, 1.0), 1.0)


def removal_shares(log_see: Floats, log_miss: Floats, made: NDArray[np.bool_]) -> Floats:
    """Probability that an animal is found first on each pass.

    Parameters
    ----------
    log_see, log_miss : numpy.ndarray
        Log probability to find and to miss an animal on a pass, shape (..., site, pass).
    made : numpy.ndarray
        Passes made, shape (site, pass).

    Returns
    -------
    numpy.ndarray
        Shape (..., site, pass); 0 where no pass was made.
    """
    miss = np.where(made, log_miss, 0.0)
    before = np.cumsum(miss, axis=-1) - miss
    return np.where(made, np.exp(before + log_see), 0.0)


def log_removal_shares(y: Floats, shares: Floats) -> Floats:
    """Log probability of the passes on which the animals found were found, given how many.

    Parameters
    ----------
    y : numpy.ndarray
        Animals found first on each pass, 0 without pass, shape (site, pass).
    shares : numpy.ndarray
        From `removal_shares`, shape (..., site, pass).

    Returns
    -------
    numpy.ndarray
        Multinomial, shape (..., site).
    """
    part = shares / np.maximum(shares.sum(axis=-1, keepdims=True), 1e-300)
    ways = gammaln(y.sum(axis=-1) + 1) - gammaln(y + 1).sum(axis=-1)
    return ways + (y * np.log(np.maximum(part, 1e-300))).sum(axis=-1)


def log_seldom_seen(
    y: Floats,
    visits: Floats,
    total: Floats,
    mean: Floats,
    spread: tuple[str, Floats, Floats],
) -> Floats:
    """Log probability of counts of ever more animals that are seen ever more seldom.

    As numbers grow and detection falls with their product held, no animal is counted twice: the
    counts of a site are Poisson, with a mean that varies among sites as the family says.

    Parameters
    ----------
    y : numpy.ndarray
        Counts, NaN without visit, shape (site, visit).
    visits, total : numpy.ndarray
        Visits of each kind, and animals counted on them, shape (site, kind).
    mean : numpy.ndarray
        Animals expected to be counted on a visit, > 0, shape (draw, site, kind).
    spread : tuple of str and two numpy.ndarray
        Family, cv among sites, logit of the share of empty sites, each shape (draw, 1).

    Returns
    -------
    numpy.ndarray
        Shape (draw, site).

    References
    ----------
    Dennis, Morgan & Ridout 2015, Biometrics 71:237, section 3.
    """
    seen, (family, cv, empty) = np.nan_to_num(y), spread
    found, whole = seen.sum(axis=1), (visits * mean).sum(axis=-1)
    split = gammaln(found + 1) - gammaln(seen + 1).sum(axis=1) - found * np.log(whole)
    split = split + (total * np.log(mean)).sum(axis=-1)
    return log_site_count(found, whole, family, cv, empty) + split


def count_covariance(y: Floats) -> float:
    """Mean covariance between the counts of two visits to the same site.

    Where it is not above zero, the maximum of the Poisson N-mixture likelihood lies at infinitely
    many animals that are never seen.

    Parameters
    ----------
    y : numpy.ndarray
        Counts, NaN without visit, shape (site, visit).

    Returns
    -------
    float
        NaN where no two visits share two sites.

    References
    ----------
    Dennis, Morgan & Ridout 2015, Biometrics 71:237 (covariance diagnostic).
    """
    found = []
    for i in range(y.shape[1]):
        for j in range(i + 1, y.shape[1]):
            both = np.isfinite(y[:, i]) & np.isfinite(y[:, j])
            if both.sum() > 1:
                a, b = y[both, i], y[both, j]
                found.append(float(((a - a.mean()) * (b - b.mean())).mean()))
    return float(np.mean(found)) if found else float("nan")
