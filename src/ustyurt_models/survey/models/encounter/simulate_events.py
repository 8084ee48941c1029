"""Simulated cameras that wait for events, in time or in space: twins of the models."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.models.encounter.data import Encounters
from ustyurt_models.survey.models.encounter.simulate import EncounterTruth
from ustyurt_models.survey.read.camtrap.instants import Views, look_in_order

__all__ = ["InstantPlan", "events_of_views", "simulate_instants", "simulate_waits"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class InstantPlan:
    """When cameras are looked at.

    Attributes
    ----------
    cameras : int
        Cameras of each stratum.
    instants : int
        Instants of each camera.
    ordered : bool
        Whether cameras are looked at in random order until the first with animals in view (space to
        event), or all of them (instantaneous sampling).
    """

    cameras: int
    instants: int
    ordered: bool = True


def _crowding(truth: EncounterTruth, cameras: int, rng: np.random.Generator) -> Floats:
    """Draw by how much more than others each camera sees, mean one, shape (camera,)."""
    if truth.spread <= 0:
        return np.ones(cameras)
    k = truth.spread**-2
    return rng.gamma(k, 1.0 / k, cameras)


def _sized(truth: EncounterTruth, site: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Draw one plus Poisson group sizes, shape (event,)."""
    return 1.0 + rng.poisson(truth.mean_size - 1.0, site.size).astype(np.float64)


def simulate_waits(
    truth: EncounterTruth, occasions: int, cameras: int, rng: np.random.Generator
) -> Encounters:
    """Draw how long cameras wait for first passages in occasions of a day.

    Parameters
    ----------
    truth : EncounterTruth
        Parameters.
    occasions : int
        Occasions of each camera.
    cameras : int
        Cameras of each stratum.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Encounters
        As if read from a package.
    """
    stratum = np.repeat(np.arange(len(truth.density_per_km2)), cameras)
    swept_km2 = truth.day_range_km * truth.radius_m / 1000.0
    swept_km2 *= (2.0 + np.deg2rad(truth.angle_deg)) / np.pi
    rate = np.array(truth.density_per_km2)[stratum] * swept_km2
    rate = np.maximum(rate * _crowding(truth, stratum.size, rng), 1e-12)
    wait = rng.exponential(1.0, (stratum.size, occasions)) / rate[:, None]
    first = wait < 1.0
    site = np.nonzero(first)[0]
    return Encounters(
        site=tuple(f"cam{i + 1}" for i in range(stratum.size)),
        effort=np.minimum(wait, 1.0).sum(axis=1),
        events=first.sum(axis=1).astype(np.int64),
        stratum=stratum.astype(np.int64),
        strata=tuple(f"stratum_{i + 1}" for i in range(len(truth.density_per_km2))),
        size=_sized(truth, site, rng),
        size_site=site,
        trials=np.full(stratum.size, float(occasions)),
        each=np.ones(stratum.size),
        share=wait[first],
        share_site=site,
        header={"status": "simulated"},
    )


def events_of_views(
    views: Views, stratum: NDArray[np.int64], rng: np.random.Generator | None
) -> tuple[Floats, NDArray[np.int64]]:
    """Return effort and events by camera, in random order until the first, or of all cameras.

    Parameters
    ----------
    views : Views
        What cameras saw at instants.
    stratum : numpy.ndarray
        Stratum of each camera, int64, shape (site,).
    rng : numpy.random.Generator or None
        Gives the order; None looks at all.

    Returns
    -------
    tuple of numpy.ndarray
        Instants looked at, those with animals by half, and instants with animals, shape (site,).
    """
    found = (views.present & views.watching).sum(axis=0)
    empty = views.watching.sum(axis=0) - found
    if rng is not None:
        empty, found = look_in_order(views, stratum, rng)
    return empty + 0.5 * found, found.astype(np.int64)


def simulate_instants(
    truth: EncounterTruth, plan: InstantPlan, rng: np.random.Generator
) -> Encounters:
    """Draw what is in view of cameras at instants, each instant by itself.

    Parameters
    ----------
    truth : EncounterTruth
        Parameters; movement has no part.
    plan : InstantPlan
        Cameras and instants.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Encounters
        As if read from a package.
    """
    stratum = np.repeat(np.arange(len(truth.density_per_km2)), plan.cameras)
    viewed_km2 = 0.5 * np.deg2rad(truth.angle_deg) * truth.radius_m**2 / 1e6
    expected = np.array(truth.density_per_km2)[stratum] * viewed_km2
    expected = expected * _crowding(truth, stratum.size, rng)
    shape = (plan.instants, stratum.size)
    present = rng.poisson(expected, shape) > 0
    site = np.nonzero(present)[1]
    size = _sized(truth, site, rng)
    views = Views(np.ones(shape, bool), present, size, np.empty(0, bool))
    effort, events = events_of_views(views, stratum, rng if plan.ordered else None)
    trials = effort + 0.5 * events
    kept = effort > 0
    place = np.cumsum(kept) - 1
    return Encounters(
        site=tuple(f"cam{i + 1}" for i in np.flatnonzero(kept)),
        effort=effort[kept],
        events=events[kept],
        stratum=stratum[kept].astype(np.int64),
        strata=tuple(f"stratum_{i + 1}" for i in range(len(truth.density_per_km2))),
        size=size,
        size_site=place[site],
        trials=trials[kept],
        each=np.ones(int(kept.sum())),
        radius_m=rng.rayleigh(truth.radius_m / np.sqrt(2.0), site.size),
        angle_deg=rng.normal(0.0, truth.angle_deg / np.sqrt(2.0 * np.pi), site.size),
        header={"status": "simulated"},
    )
