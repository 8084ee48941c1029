"""Counts per site and distance class: Poisson, negative binomial and zero-inflated marginals.

Of the groups at a site, n are seen, in classes n_1, n_2, ... With expected groups seen m_j in
class j (density times effective area) and m = sum m_j, the number n has the marginal of its
family with mean m, and the classes given n are multinomial with shares m_j / m. For Poisson and
negative binomial abundance this is the exact likelihood with the abundance of the site summed
out, since thinning a negative binomial leaves its shape as it is.

References
----------
Royle, Dawson & Bates 2004, Ecology 85:1591 (distance sampling with covariates on density).
Sillett et al. 2012, Ecological Applications 22:1997 (negative binomial).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, log_expit

__all__ = [
    "CV_FLOOR",
    "FAMILIES",
    "log_class_shares",
    "log_negative_binomial",
    "log_poisson",
    "log_site_count",
    "log_zero_inflated",
    "site_variance",
]

Floats = NDArray[np.float64]

#: Distribution of the number of groups around what is expected at a site.
FAMILIES = ("poisson", "negative-binomial", "zero-inflated", "zero-inflated-negative-binomial")

#: Added in quadrature to the variation among sites: 1 % keeps the limit to Poisson stable.
CV_FLOOR = 0.01


def log_poisson(count: ArrayLike, mean: ArrayLike) -> Floats:
    """Log probability of a Poisson count.

    Parameters
    ----------
    count : array_like
        Whole numbers >= 0.
    mean : array_like
        Expectation, > 0.

    Returns
    -------
    numpy.ndarray
        Log probability, broadcast.
    """
    n, m = np.asarray(count, float), np.asarray(mean, float)
    return n * np.log(m) - m - gammaln(n + 1)


def log_negative_binomial(count: ArrayLike, mean: ArrayLike, cv: ArrayLike) -> Floats:
    """Log probability of a count whose expectation varies among sites (gamma) with a given cv.

    Variance is mean + (cv mean)^2: the shape is 1 / cv^2 at every site, whatever its size.

    Parameters
    ----------
    count : array_like
        Whole numbers >= 0.
    mean : array_like
        Expectation, > 0.
    cv : array_like
        Coefficient of variation of density among sites beyond covariates, >= 0.

    Returns
    -------
    numpy.ndarray
        Log probability, broadcast.
    """
    n, m = np.asarray(count, float), np.asarray(mean, float)
    k = 1.0 / (np.square(np.asarray(cv, float)) + CV_FLOOR**2)
    ways = gammaln(n + k) - gammaln(k) - gammaln(n + 1)
    return ways - k * np.log1p(m / k) + n * (np.log(m) - np.log(k + m))


def log_zero_inflated(log_count: ArrayLike, count: ArrayLike, logit_empty: ArrayLike) -> Floats:
    """Log probability when a share of the sites has no animals at all.

    Parameters
    ----------
    log_count : array_like
        Log probability of the count at a site that can have animals.
    count : array_like
        The count.
    logit_empty : array_like
        Logit of the share of sites that are empty for no reason in the covariates.

    Returns
    -------
    numpy.ndarray
        Log probability, broadcast.
    """
    lived_in = log_expit(-np.asarray(logit_empty, float)) + np.asarray(log_count, float)
    empty = log_expit(np.asarray(logit_empty, float))
    return np.where(np.asarray(count) == 0, np.logaddexp(empty, lived_in), lived_in)


def log_site_count(
    count: ArrayLike,
    mean: ArrayLike,
    family: str,
    cv: ArrayLike = 0.0,
    logit_empty: ArrayLike = -np.inf,
) -> Floats:
    """Log probability of the groups seen at each site.

    Parameters
    ----------
    count : array_like
        Groups seen.
    mean : array_like
        Groups expected at a site that can have animals, > 0.
    family : str
        One of `FAMILIES`.
    cv : array_like
        Variation among sites of the negative binomial.
    logit_empty : array_like
        Logit of the share of empty sites of the zero-inflated families.

    Returns
    -------
    numpy.ndarray
        Log probability, broadcast.
    """
    if family in ("poisson", "zero-inflated"):
        plain = log_poisson(count, mean)
    else:
        plain = log_negative_binomial(count, mean, cv)
    if family.startswith("zero-inflated"):
        return log_zero_inflated(plain, count, logit_empty)
    return plain


def log_class_shares(counts: ArrayLike, effective: ArrayLike) -> Floats:
    """Log probability of the classes given their sum (multinomial).

    Parameters
    ----------
    counts : array_like
        Groups per class, shape (..., class).
    effective : array_like
        Effective area of each class in any unit, >= 0, shape (..., class); only ratios matter.

    Returns
    -------
    numpy.ndarray
        Log probability, shape (...); 0 where nothing was seen.
    """
    n, area = np.asarray(counts, float), np.asarray(effective, float)
    share = area / area.sum(axis=-1, keepdims=True)
    ways = gammaln(n.sum(axis=-1) + 1) - gammaln(n + 1).sum(axis=-1)
    return ways + (n * np.log(np.maximum(share, 1e-300))).sum(axis=-1)


def site_variance(
    mean: ArrayLike, family: str, cv: ArrayLike = 0.0, empty: ArrayLike = 0.0
) -> Floats:
    """Variance of the groups seen at a site.

    Parameters
    ----------
    mean : array_like
        Groups expected at a site that can have animals.
    family : str
        One of `FAMILIES`.
    cv : array_like
        Variation among sites of the negative binomial.
    empty : array_like
        Share of empty sites of the zero-inflated families.

    Returns
    -------
    numpy.ndarray
        Variance of the count, broadcast.
    """
    m = np.asarray(mean, float)
    square = np.zeros_like(m)
    if family.endswith("negative-binomial"):
        square = (np.square(np.asarray(cv, float)) + CV_FLOOR**2) * m**2
    if not family.startswith("zero-inflated"):
        return m + square
    e = np.asarray(empty, float)
    return (1.0 - e) * (m + square + e * m**2)
