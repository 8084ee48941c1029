"""Likelihoods of detection histories, with the state of the site summed out; plain NumPy.

Visits of a site to which detection is the same are told apart by nothing but their number: `seen`
of them with a detection and `missed` without. That is all the likelihood needs.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "log_occupancy",
    "log_sigmoid",
    "log_visits",
    "occupied_given_history",
]

Floats = NDArray[np.float64]


def log_sigmoid(logit: Floats) -> Floats:
    """Log of 1 / (1 + exp(-logit)), without overflow."""
    return -np.logaddexp(0.0, -logit)


def log_visits(logit_p: Floats, seen: Floats, missed: Floats, exposure: Floats | float) -> Floats:
    """Log probability of the visits to an occupied site.

    A visit of effort e times the usual one sees nothing with probability (1 - p)^e: effort adds
    up as in a Poisson process of detections.

    Parameters
    ----------
    logit_p : numpy.ndarray
        Logit of detection on a usual visit, shape (..., part).
    seen, missed : numpy.ndarray
        Visits with and without detection, shape (..., part).
    exposure : numpy.ndarray or float
        Effort of each visit over the usual one.

    Returns
    -------
    numpy.ndarray
        Shape (...).

    References
    ----------
    MacKenzie et al. 2002, Ecology 83:2248, eq. 1 (the bracket of an occupied site).
    """
    log_miss = log_sigmoid(-logit_p) * exposure
    log_see = np.log(np.maximum(-np.expm1(log_miss), 1e-300))
    return (seen * log_see + missed * log_miss).sum(axis=-1)


def log_occupancy(logit_psi: Floats, visits: Floats, none_seen: NDArray[np.bool_]) -> Floats:
    """Log probability of a history in a single season.

    Parameters
    ----------
    logit_psi : numpy.ndarray
        Logit of occupancy, shape (..., site).
    visits : numpy.ndarray
        Log probability of the visits where the site is occupied, shape (..., site).
    none_seen : numpy.ndarray
        Sites without any detection, shape (site,); only these may be empty.

    Returns
    -------
    numpy.ndarray
        Shape (..., site).

    References
    ----------
    MacKenzie et al. 2002, Ecology 83:2248, eq. 1.
    """
    there = log_sigmoid(logit_psi) + visits
    return np.where(none_seen, np.logaddexp(there, log_sigmoid(-logit_psi)), there)


def occupied_given_history(
    logit_psi: Floats, visits: Floats, none_seen: NDArray[np.bool_]
) -> Floats:
    """Probability that a site is occupied, given its own history; arguments as `log_occupancy`.

    References
    ----------
    MacKenzie et al. 2006, *Occupancy Estimation and Modeling*, section 4.4.4.
    """
    there = log_sigmoid(logit_psi) + visits
    return np.exp(there - log_occupancy(logit_psi, visits, none_seen))
