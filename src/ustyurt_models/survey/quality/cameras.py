"""What a package of camera traps holds, before any model: effort, failures, species, hours."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.quality.findings import Finding
from ustyurt_models.survey.read.camtrap.effort import watch_of
from ustyurt_models.survey.read.camtrap.events import Events, events_of, species_of
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage
from ustyurt_models.survey.read.camtrap.times import DAY_S

__all__ = ["PAUSE_MIN", "CameraQuality", "SpeciesSeen", "assess_cameras"]

Floats = NDArray[np.float64]

#: Pause after which a passage counts as another one on the page; models say theirs.
#: O'Brien et al. 2003, Animal Conservation 6:131-139.
PAUSE_MIN = 30.0
_LOST = 0.2
_UNSURE = 0.05
_DOUBT = 0.001
_HOUR_S = 3600.0


@dataclass(frozen=True)
class SpeciesSeen:
    """One species of a package.

    Attributes
    ----------
    name : str
        Scientific name.
    observations, events, sites : int
        Rows, independent events, and sites where it was seen.
    mean_size : float
        Mean of the counts of events; NaN where nobody counted.
    by_hour : numpy.ndarray
        Events by hour of mean solar time, int64, shape (24,).
    """

    name: str
    observations: int
    events: int
    sites: int
    mean_size: float
    by_hour: NDArray[np.int64]


@dataclass(frozen=True)
class CameraQuality:
    """What was seen in a package.

    Attributes
    ----------
    package : CamtrapPackage
        The package.
    stood_days, watched_days : numpy.ndarray
        Time in the field, and without failures, shape (deployment,).
    observed : numpy.ndarray
        Observations of any kind, int64, shape (deployment,).
    site_days : numpy.ndarray
        Camera days, shape (site,).
    site_events : numpy.ndarray
        Independent events of all animals, int64, shape (site,).
    site_position : numpy.ndarray
        Longitude and latitude [degrees], shape (site, 2).
    species : tuple of SpeciesSeen
        Most observed first.
    findings : tuple of Finding
        Gravest first.
    """

    package: CamtrapPackage
    stood_days: Floats
    watched_days: Floats
    observed: NDArray[np.int64]
    site_days: Floats
    site_events: NDArray[np.int64]
    site_position: Floats
    species: tuple[SpeciesSeen, ...]
    findings: tuple[Finding, ...]


def _solar_hours(package: CamtrapPackage, events: Events) -> NDArray[np.int64]:
    """Return events by hour of mean solar time, which no time zone can shift."""
    longitude = package.deployments.position[events.deployment, 0]
    second = np.mod(events.start_s + longitude / 15.0 * _HOUR_S, DAY_S)
    return np.bincount((second // _HOUR_S).astype(np.int64), minlength=24)


def _species(package: CamtrapPackage) -> tuple[tuple[SpeciesSeen, ...], NDArray[np.int64]]:
    """Return every species, and the events of all by site."""
    found, by_site = [], np.zeros(len(package.deployments.site_names), np.int64)
    for name, observations in species_of(package).items():
        events = events_of(package, name, PAUSE_MIN)
        site = package.deployments.site[events.deployment]
        by_site += np.bincount(site, minlength=by_site.size)
        counted = events.size[np.isfinite(events.size)]
        mean = float(counted.mean()) if counted.size else math.nan
        hours = _solar_hours(package, events)
        sites = int(np.unique(site).size)
        found.append(SpeciesSeen(name, observations, site.size, sites, mean, hours))
    return tuple(found), by_site


def _named(names: list[str]) -> str:
    """List a few names."""
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _effort(package: CamtrapPackage, stood: Floats, watched: Floats) -> Iterator[Finding]:
    """Tell how much of the time was lost."""
    lost = 1.0 - watched.sum() / max(float(stood.sum()), 1e-9)
    text = f"{watched.sum():,.0f} camera days, {100 * lost:.0f} % of the time in the field lost."
    idle = [
        name for name, days in zip(package.deployments.identity, watched, strict=True) if not days
    ]
    if idle:
        text += f" Never watched: {_named(idle)}."
    if not watched.any():
        yield Finding("red", "Effort", text)
        return
    yield Finding("amber" if lost > _LOST or idle else "green", "Effort", text)
    if not package.failures.reason:
        text = (
            "No table of failures: every camera is taken to have watched from its start to its "
            "end. If one stopped earlier, write failures.csv (deploymentID, failureStart, "
            "failureEnd), or densities come out too low."
        )
        yield Finding("amber", "Failures", text)


def _silence(package: CamtrapPackage, observed: NDArray[np.int64]) -> Iterator[Finding]:
    """Tell cameras without any observation, and those that fell silent long before their end."""
    deployments, seen, watch = package.deployments, package.observations, watch_of(package)
    mute = [deployments.identity[i] for i in np.flatnonzero(observed == 0)]
    if mute:
        text = (
            f"No observation of any kind, not even blanks or people, from {len(mute)} of "
            f"{observed.size} deployments: {_named(mute)}. Did these cameras work?"
        )
        yield Finding("amber", "Silent cameras", text)
    early = []
    for i in np.flatnonzero(observed >= 5):
        times, own = seen.start_s[seen.deployment == i], watch.deployment == i
        last = times.max()
        gap = (watch.end_s[own] - np.maximum(watch.start_s[own], last)).clip(0.0).sum()
        span = (watch.end_s[own] - watch.start_s[own]).sum() - gap
        # Poisson chance of a gap as long, at the rate until the last observation.
        if span > 0 and math.exp(-times.size / span * gap) * observed.size < _DOUBT:
            early.append(f"{deployments.identity[i]} ({gap / DAY_S:.0f} days)")
    if early:
        text = (
            f"Fell silent longer before their end than chance allows: {_named(early)}. "
            "A battery or card that gave out belongs into failures.csv."
        )
        yield Finding("amber", "Stopped early?", text)


def _together(package: CamtrapPackage) -> Iterator[Finding]:
    """Tell sites with two cameras at a time."""
    deployments, double = package.deployments, []
    for index, name in enumerate(deployments.site_names):
        own = np.flatnonzero(deployments.site == index)
        own = own[np.argsort(deployments.start_s[own])]
        if np.any(
            deployments.start_s[own][1:] < np.maximum.accumulate(deployments.end_s[own])[:-1]
        ):
            double.append(name)
    if double:
        text = f"Two cameras at a time: {_named(double)}. Their camera days add up."
        yield Finding("amber", "Deployments that overlap", text)


def _clocks(package: CamtrapPackage) -> Finding:
    """Tell doubtful clocks, and time zones that do not fit the place."""
    deployments = package.deployments
    doubtful = int(deployments.doubtful_clock.sum())
    off = np.abs(deployments.offset_s / _HOUR_S - deployments.position[:, 0] / 15.0)
    if doubtful:
        text = f"{doubtful} deployments say timestampIssues; occasions leave them out."
        return Finding("amber", "Clocks", text)
    if (off > 3.0).any():
        text = (
            f"The time zone of {int((off > 3.0).sum())} deployments is more than three hours from "
            "the time of the sun there. World time is fine if the cameras showed it; if they "
            "showed local time, every hour of day is shifted."
        )
        return Finding("amber", "Clocks", text)
    return Finding("green", "Clocks", "Time zones fit the longitude of the cameras.")


def _names(package: CamtrapPackage) -> Finding:
    """Tell observations that nobody has named."""
    seen = package.observations
    unsure = np.isin(seen.kind, ("unknown", "unclassified"))
    unsure |= (seen.kind == "animal") & (seen.species == "")
    share = float(unsure.mean()) if unsure.size else 0.0
    text = (
        f"{int(unsure.sum())} of {unsure.size} observations are unknown, unclassified or unnamed."
    )
    return Finding("amber" if share > _UNSURE else "green", "Identification", text)


def _counts(species: tuple[SpeciesSeen, ...]) -> Finding:
    """Tell species without counts."""
    without = [one.name for one in species if math.isnan(one.mean_size)]
    if without:
        text = f"No counts for {_named(without)}: groups only, no animals."
        return Finding("amber", "Group sizes", text)
    return Finding("green", "Group sizes", "Animals were counted for every species.")


def assess_cameras(package: CamtrapPackage) -> CameraQuality:
    """Look at a package before any model.

    Parameters
    ----------
    package : CamtrapPackage
        From `read_camtrap`.

    Returns
    -------
    CameraQuality
        Effort, species, hours and what to look at.
    """
    deployments, watch = package.deployments, watch_of(package)
    count, sites = len(deployments.identity), len(deployments.site_names)
    stood = (deployments.end_s - deployments.start_s) / DAY_S
    watched = np.bincount(watch.deployment, (watch.end_s - watch.start_s) / DAY_S, count)
    observed = np.bincount(package.observations.deployment, minlength=count)
    species, site_events = _species(package)
    first = [int(np.flatnonzero(deployments.site == i)[0]) for i in range(sites)]
    found = [
        *_effort(package, stood, watched),
        *_silence(package, observed),
        *_together(package),
        _clocks(package),
        _names(package),
        _counts(species),
        *(Finding("amber", "Package", f"{note[0].upper()}{note[1:]}.") for note in package.notes),
    ]
    order = ("red", "amber", "green")
    return CameraQuality(
        package=package,
        stood_days=stood,
        watched_days=watched,
        observed=observed,
        site_days=np.bincount(deployments.site, watched, sites),
        site_events=site_events,
        site_position=deployments.position[first],
        species=species,
        findings=tuple(sorted(found, key=lambda one: order.index(one.light))),
    )
