"""Simulate repeated visits, site by site; the twin of the models."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.read.histories import Histories

__all__ = [
    "VisitPlan",
    "simulate_counts",
    "simulate_dynamic",
    "simulate_false",
    "simulate_occupancy",
    "visit_sites",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VisitPlan:
    """What a survey knows of its sites before it goes there.

    Attributes
    ----------
    made : numpy.ndarray
        Visits made, bool, shape (site, occasion).
    season : numpy.ndarray
        Season of each occasion, int64, shape (occasion,); one season unless given.
    site_covariates, occasion_covariates : dict
        As of `Histories`.
    position : numpy.ndarray or None
        x and y [m], shape (site, 2).
    """

    made: NDArray[np.bool_]
    season: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    site_covariates: dict[str, NDArray] = field(default_factory=dict)
    occasion_covariates: dict[str, NDArray] = field(default_factory=dict)
    position: Floats | None = None


def visit_sites(plan: VisitPlan, seen: Floats) -> Histories:
    """Write down what was seen on the visits made.

    Parameters
    ----------
    plan : VisitPlan
        Visits.
    seen : numpy.ndarray
        What would be seen on every occasion, shape (site, occasion).
    """
    sites, occasions = plan.made.shape
    season = plan.season if plan.season.size else np.zeros(occasions, np.int64)
    return Histories(
        site=tuple(f"s{i + 1}" for i in range(sites)),
        occasion=tuple(f"v{j + 1}" for j in range(occasions)),
        y=np.where(plan.made, seen, np.nan),
        site_covariates=plan.site_covariates,
        occasion_covariates=plan.occasion_covariates,
        position=plan.position,
        position_kind="" if plan.position is None else "projected",
        season=season,
        seasons=tuple(str(t + 1) for t in range(int(season.max()) + 1)),
        header={"status": "simulated"},
    )


def simulate_occupancy(
    psi: Floats, p: Floats, plan: VisitPlan, rng: np.random.Generator
) -> tuple[Histories, NDArray[np.bool_]]:
    """Visit sites that are occupied or not.

    Parameters
    ----------
    psi : numpy.ndarray
        Probability of occupancy, shape (site,).
    p : numpy.ndarray
        Probability of detection where occupied, shape (site, occasion).
    plan : VisitPlan
        Visits.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    tuple of Histories and numpy.ndarray
        As if read from a file, and which sites are occupied, shape (site,).
    """
    occupied = rng.random(psi.shape) < psi
    seen = (rng.random(p.shape) < p) & occupied[:, None]
    return visit_sites(plan, seen.astype(float)), occupied


def simulate_false(
    occupied: NDArray[np.bool_],
    p: float,
    confirmed: float,
    false: float,
    plan: VisitPlan,
    rng: np.random.Generator,
) -> Histories:
    """Visit sites where detections may be false unless confirmed.

    Parameters
    ----------
    occupied : numpy.ndarray
        Occupied sites, shape (site,).
    p, confirmed, false : float
        Detection of either kind where occupied, the share of it that is confirmed, and false
        detection where empty.
    plan : VisitPlan
        Visits.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Histories
        0 nothing, 1 unconfirmed, 2 confirmed.
    """
    shape = plan.made.shape
    seen = rng.random(shape) < np.where(occupied, p, false)[:, None]
    sure = (rng.random(shape) < confirmed) & occupied[:, None]
    return visit_sites(plan, seen * (1.0 + sure))


def simulate_dynamic(
    psi: Floats,
    gamma: Floats,
    epsilon: Floats,
    p: Floats,
    plan: VisitPlan,
    rng: np.random.Generator,
) -> tuple[Histories, NDArray[np.bool_]]:
    """Visit sites that are won and lost between seasons.

    Parameters
    ----------
    psi : numpy.ndarray
        Occupancy in the first season, shape (site,).
    gamma, epsilon : numpy.ndarray
        Colonisation and local extinction, shape (site, season - 1).
    p : numpy.ndarray
        Probability of detection where occupied, shape (site, occasion).
    plan : VisitPlan
        Visits, with the season of each.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    tuple of Histories and numpy.ndarray
        As if read from a file, and which sites are occupied, shape (site, season).
    """
    states = [rng.random(psi.shape) < psi]
    for step in range(gamma.shape[1]):
        chance = np.where(states[-1], 1.0 - epsilon[:, step], gamma[:, step])
        states.append(rng.random(psi.shape) < chance)
    occupied = np.stack(states, axis=1)
    seen = (rng.random(p.shape) < p) & occupied[:, plan.season]
    return visit_sites(plan, seen.astype(float)), occupied


def simulate_counts(
    present: NDArray[np.int64], p: Floats, plan: VisitPlan, rng: np.random.Generator, how: str
) -> Histories:
    """Visit sites whose animals are each noticed with some probability.

    Parameters
    ----------
    present : numpy.ndarray
        Animals at each site, int64, shape (site,).
    p : numpy.ndarray
        Probability to notice one animal, shape (site, occasion).
    plan : VisitPlan
        Visits.
    rng : numpy.random.Generator
        Chance.
    how : str
        ``n_mixture`` writes down the animals noticed, ``royle_nichols`` whether there were any,
        ``removal`` the animals found first on each visit.

    Returns
    -------
    Histories
        As if read from a file.
    """
    if how != "removal":
        seen = rng.binomial(present[:, None], p).astype(float)
        return visit_sites(plan, seen if how == "n_mixture" else np.minimum(seen, 1.0))
    left, found = present.copy(), np.zeros(p.shape)
    for one in range(p.shape[1]):
        found[:, one] = rng.binomial(left, p[:, one]) * plan.made[:, one]
        left = left - found[:, one].astype(np.int64)
    return visit_sites(plan, found)
