"""From cameras to detection histories: what was seen at every site on every occasion."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.survey.read.camtrap.effort import (
    Occasions,
    effort_days,
    occasions_of,
    watch_of,
)
from ustyurt_models.survey.read.camtrap.events import Events, events_of
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage
from ustyurt_models.survey.read.histories import Histories, check_histories

__all__ = ["VisitRules", "camera_histories"]

Floats = NDArray[np.float64]

_WORDS = ("locationName", "habitat", "deploymentGroups", "featureType", "cameraModel")


@dataclass(frozen=True)
class VisitRules:
    """How continuous watching becomes visits.

    Attributes
    ----------
    occasion_days : float
        Length of an occasion [day].
    independence_min : float
        Shortest pause between two events [minute].
    anchor : str
        A local date at whose midnight an occasion begins; the day of the first start if empty.
    record : {"detections", "counts"}
        Whether 1 means seen, or the number of independent events is kept.
    seasons : {"none", "year"}
        Whether all occasions are one season, or each calendar year is one.
    """

    occasion_days: float = 10.0
    independence_min: float = 30.0
    anchor: str = ""
    record: Literal["detections", "counts"] = "detections"
    seasons: Literal["none", "year"] = "none"


def _count(events: Events, occasions: Occasions, days: Floats) -> Floats:
    """Count events by deployment and occasion; one on an edge falls to the side that watched."""
    counts = np.zeros(days.shape)
    for deployment, start in zip(events.deployment, events.start_s, strict=True):
        for moment in (start, start - 1.0, start + 1.0):
            at = int(np.searchsorted(occasions.edge_s, moment, side="right")) - 1
            if 0 <= at < days.shape[1] and days[deployment, at] > 0:
                counts[deployment, at] += 1
                break
        else:
            raise AssertionError("an event without effort passed the reader")
    return counts


def _by_site(values: Floats, site: NDArray[np.int64], sites: int) -> Floats:
    """Add up rows of deployments by site."""
    total = np.zeros((sites, values.shape[1]))
    np.add.at(total, site, values)
    return total


def _covariates(package: CamtrapPackage, kept: NDArray[np.int64]) -> dict[str, NDArray]:
    """Return words of deployments that are the same in all deployments of each site."""
    site, found = package.deployments.site, {}
    for name in _WORDS:
        words = np.array(package.deployments.words[name], np.str_)
        one = [np.unique(words[site == index]) for index in kept]
        if any(word[0] for word in one) and all(word.size == 1 for word in one):
            found[name] = np.array([word[0] for word in one], np.str_)
    return found


def _seasons(names: tuple[str, ...], rule: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the season of every occasion and the names of the seasons."""
    if rule == "none":
        return np.zeros(len(names), np.int64), ("1",)
    years = [str(dt.datetime.fromisoformat(name).year) for name in names]
    known = tuple(dict.fromkeys(years))
    return np.array([known.index(year) for year in years], np.int64), known


def camera_histories(package: CamtrapPackage, species: str, rules: VisitRules) -> Histories:
    """Build detection histories from the continuous effort of cameras.

    The effort of a site on an occasion is the time that its cameras watched, without failures. An
    occasion without effort is missing, never a zero; one that was watched in part keeps its
    effort. Deployments whose clock is not trusted are left out with their effort.

    Parameters
    ----------
    package : CamtrapPackage
        The package.
    species : str
        ``scientificName``.
    rules : VisitRules
        Length of occasions, independence of events.

    Returns
    -------
    Histories
        Sites are locations; effort in camera days. Occasions on which nobody watched at all are
        left out.

    Raises
    ------
    InputError
        When the species was never seen among others, or no camera watched at all.
    """
    deployments, watch = package.deployments, watch_of(package)
    occasions = occasions_of(package, rules.occasion_days, rules.anchor)
    events = events_of(package, species, rules.independence_min)
    sure = ~deployments.doubtful_clock
    days = effort_days(watch, sure.size, occasions.edge_s) * sure[:, None]
    require(bool((days > 0).any()), package.name, "must hold a camera that watched")
    trusted = sure[events.deployment]
    events = Events(
        events.deployment[trusted], events.start_s[trusted], events.size[trusted], events.level
    )
    sites = len(deployments.site_names)
    effort = _by_site(days, deployments.site, sites)
    y = _by_site(_count(events, occasions, days), deployments.site, sites)
    rows, used = np.flatnonzero(effort.sum(1) > 0), np.flatnonzero(effort.sum(0) > 0)
    effort, y = effort[np.ix_(rows, used)], y[np.ix_(rows, used)]
    seen = y if rules.record == "counts" else np.minimum(y, 1.0)
    names = tuple(occasions.names[i] for i in used)
    season, seasons = _seasons(names, rules.seasons)
    first = [int(np.flatnonzero(deployments.site == index)[0]) for index in rows]
    histories = Histories(
        site=tuple(deployments.site_names[i] for i in rows),
        occasion=names,
        y=np.where(effort > 0, seen, np.nan),
        effort=np.where(effort > 0, effort, np.nan),
        effort_unit="day",
        site_covariates=_covariates(package, rows),
        position=deployments.position[first],
        position_kind="lonlat",
        season=season,
        seasons=seasons,
        header=package.header,
        notes=(*package.notes, *_remarks(package, rules, events, sites - rows.size)),
    )
    check_histories(histories, where=package.name)
    return histories


def _remarks(
    package: CamtrapPackage, rules: VisitRules, events: Events, idle: int
) -> tuple[str, ...]:
    """Say by which rules the histories came about."""
    told = [
        f"occasions of {rules.occasion_days:g} days; {events.start_s.size} events at least "
        f"{rules.independence_min:g} minutes apart, from observations of the level {events.level}"
    ]
    doubtful = int(package.deployments.doubtful_clock.sum())
    if doubtful:
        told.append(f"{doubtful} deployments with a doubtful clock left out with their effort")
    if idle:
        told.append(f"{idle} sites left out because no camera watched there")
    return tuple(told)
