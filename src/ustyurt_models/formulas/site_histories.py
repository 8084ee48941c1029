"""Likelihoods of detection histories, with the state of the site summed out; plain NumPy.

Visits of a site to which detection is the same are told apart by nothing but their number: `seen`
of them with a detection and `missed` without. That is all the likelihood needs.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "draw_states",
    "forward",
    "log_occupancy",
    "log_sigmoid",
    "log_visits",
    "occupied_given_history",
    "smooth",
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


def log_occupancy(logit_psi: Floats, there: Floats, away: Floats) -> Floats:
    """Log probability of a history in a single season.

    Parameters
    ----------
    logit_psi : numpy.ndarray
        Logit of occupancy, shape (..., site).
    there : numpy.ndarray
        Log probability of the visits where the site is occupied, shape (..., site).
    away : numpy.ndarray
        The same where it is empty, shape (..., site): without false detections 0 where nothing was
        seen and minus infinity elsewhere.

    Returns
    -------
    numpy.ndarray
        Shape (..., site).

    References
    ----------
    MacKenzie et al. 2002, Ecology 83:2248, eq. 1; Miller et al. 2011, Ecology 92:1422, eq. 1
    (false detections).
    """
    return np.logaddexp(log_sigmoid(logit_psi) + there, log_sigmoid(-logit_psi) + away)


def occupied_given_history(logit_psi: Floats, there: Floats, away: Floats) -> Floats:
    """Probability that a site is occupied, given its own history; arguments as `log_occupancy`.

    References
    ----------
    MacKenzie et al. 2006, *Occupancy Estimation and Modeling*, section 4.4.4.
    """
    whole = log_occupancy(logit_psi, there, away)
    return np.exp(log_sigmoid(logit_psi) + there - whole)


def forward(
    psi: Floats, gamma: Floats, epsilon: Floats, visits: Floats, none_seen: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Probability of occupancy given the past, season by season, with the log likelihood.

    Parameters
    ----------
    psi : numpy.ndarray
        Occupancy in the first season, shape (..., site).
    gamma, epsilon : numpy.ndarray
        Colonisation and local extinction after each season but the last, shape (..., site,
        season - 1).
    visits : numpy.ndarray
        Log probability of the visits of a season where the site is occupied, 0 without visits,
        shape (..., site, season).
    none_seen : numpy.ndarray
        Seasons without detection, shape (site, season).

    Returns
    -------
    tuple of numpy.ndarray
        Occupancy given all visits up to and with each season, shape (..., site, season), and the
        log probability of each history, shape (..., site).

    References
    ----------
    MacKenzie et al. 2003, Ecology 84:2200, eq. 3, as a forward pass scaled season by season.
    """
    before, total = psi, np.zeros(psi.shape)
    filtered = np.empty(visits.shape)
    for season in range(visits.shape[-1]):
        there = before * np.exp(visits[..., season])
        away = (1.0 - before) * none_seen[:, season]
        whole = np.maximum(there + away, 1e-300)
        filtered[..., season] = there / whole
        total = total + np.log(whole)
        if season + 1 < visits.shape[-1]:
            now = filtered[..., season]
            stays, comes = 1.0 - epsilon[..., season], gamma[..., season]
            before = now * stays + (1.0 - now) * comes
    return filtered, total


def smooth(filtered: Floats, gamma: Floats, epsilon: Floats) -> Floats:
    """Probability of occupancy in each season given the whole history.

    Parameters
    ----------
    filtered : numpy.ndarray
        From `forward`, shape (..., site, season).
    gamma, epsilon : numpy.ndarray
        Shape (..., site, season - 1).

    Returns
    -------
    numpy.ndarray
        Shape (..., site, season).

    References
    ----------
    Rauch, Tung & Striebel's backward pass for two states; Weir, Fiske & Royle 2009, Ecology
    90:1060 (smoothed occupancy).
    """
    out = filtered.copy()
    for season in range(filtered.shape[-1] - 2, -1, -1):
        now, later = filtered[..., season], out[..., season + 1]
        stays = now * (1.0 - epsilon[..., season])
        comes = (1.0 - now) * gamma[..., season]
        leaves = now * epsilon[..., season]
        empty = (1.0 - now) * (1.0 - gamma[..., season])
        from_there = stays / np.maximum(stays + comes, 1e-300)
        from_away = leaves / np.maximum(leaves + empty, 1e-300)
        out[..., season] = later * from_there + (1.0 - later) * from_away
    return out


def draw_states(
    filtered: Floats, gamma: Floats, epsilon: Floats, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Draw the states of all seasons given the whole history; arguments as `smooth`.

    References
    ----------
    Chib 1996, Journal of Econometrics 75:79 (backward sampling of a hidden Markov chain).
    """
    out = np.empty(filtered.shape, bool)
    out[..., -1] = rng.random(filtered.shape[:-1]) < filtered[..., -1]
    for season in range(filtered.shape[-1] - 2, -1, -1):
        now, later = filtered[..., season], out[..., season + 1]
        there = now * np.where(later, 1.0 - epsilon[..., season], epsilon[..., season])
        away = (1.0 - now) * np.where(later, gamma[..., season], 1.0 - gamma[..., season])
        chance = there / np.maximum(there + away, 1e-300)
        out[..., season] = rng.random(chance.shape) < chance
    return out
