"""What each model of camera traps counts in a package, and the effort behind it, by site."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import (
    CameraBlock,
    InstantBlock,
    MovementBlock,
    SpaceToEvent,
    TimeToEvent,
)
from ustyurt_models.survey.read.camtrap.effort import Watch, watch_of
from ustyurt_models.survey.read.camtrap.events import Events, events_of, moments_of
from ustyurt_models.survey.read.camtrap.instants import Seen, look_in_order, views_of
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage
from ustyurt_models.survey.read.camtrap.times import DAY_S
from ustyurt_models.survey.read.camtrap.waits import first_passages

__all__ = ["Tally", "tally_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """Events and effort by site.

    Attributes
    ----------
    effort : numpy.ndarray
        Camera days, days waited, or instants looked at, shape (site,).
    events : numpy.ndarray
        Passages, first passages, or instants with animals in view, int64, shape (site,).
    trials : numpy.ndarray
        Occasions, or instants looked at, that could give an event each; zero where events are
        counted without such; shape (site,).
    each : numpy.ndarray
        Effort of a trial without event: days watched of an occasion, one instant; shape (site,).
    size, size_site : numpy.ndarray
        Animals where counted, and the site, shape (counted,).
    measured : numpy.ndarray
        Observations whose distance, angle and speed count, bool, shape (observation,).
    share, share_site : numpy.ndarray
        Of occasions with a passage, the share of time before it, and the site, shape (first,).
    hour, hour_site : numpy.ndarray
        Local hour of passages by sure clocks, and the site, shape (passage,).
    """

    effort: Floats
    events: Ints
    trials: Floats
    each: Floats
    size: Floats
    size_site: Ints
    measured: NDArray[np.bool_]
    share: Floats = field(default_factory=lambda: np.empty(0))
    share_site: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    hour: Floats = field(default_factory=lambda: np.empty(0))
    hour_site: Ints = field(default_factory=lambda: np.empty(0, np.int64))


def _at_start(package: CamtrapPackage, events: Events, taxon: str) -> NDArray[np.bool_]:
    """Return which observations of the species stand at the beginning of a passage."""
    seen = package.observations
    keys = set(zip(events.deployment.tolist(), events.start_s.tolist(), strict=True))
    at = zip(seen.deployment.tolist(), seen.start_s.tolist(), strict=True)
    own = (seen.kind == "animal") & (np.char.lower(seen.species) == taxon.lower())
    return own & np.array([key in keys for key in at], bool)


def _passages(package: CamtrapPackage, settings: MovementBlock) -> tuple[Tally, Events]:
    """Count passages and camera days; only hours of the day need a sure clock."""
    deployments, watch = package.deployments, watch_of(package)
    taxon = settings.taxon or settings.species
    events = events_of(package, taxon, settings.independence_min)
    site, count = deployments.site, len(deployments.site_names)
    days = (watch.end_s - watch.start_s) / DAY_S
    counted = np.flatnonzero(np.isfinite(events.size))
    sure = np.flatnonzero(~deployments.doubtful_clock[events.deployment])
    local = events.start_s[sure] + deployments.offset_s[events.deployment[sure]]
    tally = Tally(
        effort=np.bincount(site[watch.deployment], days, count),
        events=np.bincount(site[events.deployment], minlength=count),
        trials=np.zeros(count),
        each=np.ones(count),
        size=events.size[counted],
        size_site=site[events.deployment[counted]],
        measured=_at_start(package, events, taxon),
        hour=np.mod(local, DAY_S) / 3600.0,
        hour_site=site[events.deployment[sure]],
    )
    return tally, events


def _sure(package: CamtrapPackage) -> Watch:
    """Return when cameras watched whose clock is right; models of moments need it."""
    watch = watch_of(package)
    sure = ~package.deployments.doubtful_clock[watch.deployment]
    require(bool(sure.any()), package.name, "must hold a camera that watched with a sure clock")
    return Watch(watch.deployment[sure], watch.start_s[sure], watch.end_s[sure])


def _first_passages(package: CamtrapPackage, settings: TimeToEvent) -> Tally:
    """Count occasions with a passage and the days waited."""
    whole, events = _passages(package, settings)
    site, count = package.deployments.site, len(package.deployments.site_names)
    sure = ~package.deployments.doubtful_clock[events.deployment]
    passages = (events.deployment[sure], events.start_s[sure])
    waits = first_passages(_sure(package), passages, settings.occasion_h, settings.random_seed)
    place = site[: waits.days.size]
    trials = np.bincount(place, waits.occasions, count)
    return replace(
        whole,
        effort=np.bincount(place, waits.days, count),
        events=np.bincount(place, waits.first, count).astype(np.int64),
        trials=trials,
        each=np.bincount(place, waits.watched, count) / np.maximum(trials, 1),
        share=waits.share,
        share_site=site[waits.share_deployment],
    )


def _instants(package: CamtrapPackage, settings: InstantBlock, stratum: Ints) -> Tally:
    """Count instants with animals in view.

    A camera with expected groups x in view is empty with probability exp(-x) and not with
    1 - exp(-x) = x exp(-x / 2) (1 + x^2 / 24 + ...): an instant with animals counts half of an
    empty one as effort, exact but for a share of x^2 / 12 in density.
    """
    deployments, seen = package.deployments, package.observations
    rows, first, size = moments_of(package, settings.taxon or settings.species)
    offset = float(deployments.offset_s[int(np.argmin(deployments.start_s))])
    count = len(deployments.site_names)
    moments = Seen(deployments.site[seen.deployment[first]], *_ends(package, first), size)
    spacing = (60.0 * settings.interval_min, settings.tolerance_s, offset)
    views = views_of((_sure(package), deployments.site, count), moments, spacing)
    if first.size and not views.at_instant.any():
        rule = f"must hold the species at instants every {settings.interval_min:g} min"
        advice = "give the spacing of the time-lapse pictures, or 'tolerance_s' of their clocks"
        require(False, f"{package.name}: observations", rule, f"{first.size} others", advice)
    if isinstance(settings, SpaceToEvent):
        rng = generator(settings.random_seed, "space to event")
        empty, found = look_in_order(views, stratum, rng)
    else:
        found = views.present.sum(axis=0)
        empty = views.watching.sum(axis=0) - found
    counted = np.isfinite(views.size)
    measured = np.zeros(seen.kind.size, bool)
    alike = {_key(package, row) for row in first[views.at_instant]}
    measured[[row for row in rows if _key(package, row) in alike]] = True
    return Tally(
        effort=empty + 0.5 * found,
        events=found.astype(np.int64),
        trials=(empty + found).astype(np.float64),
        each=np.ones(count),
        size=views.size[counted],
        size_site=np.nonzero(views.present)[1][counted],
        measured=measured,
    )


def _ends(package: CamtrapPackage, rows: Ints) -> tuple[Floats, Floats]:
    """Return begins and ends of observations; never at an instant where the clock is doubtful."""
    seen = package.observations
    doubtful = package.deployments.doubtful_clock[seen.deployment[rows]]
    return np.where(doubtful, np.inf, seen.start_s[rows]), np.where(
        doubtful, -np.inf, seen.end_s[rows]
    )


def _key(package: CamtrapPackage, row: int) -> tuple[int, float, float]:
    """Return camera and moment of an observation."""
    seen = package.observations
    return int(seen.deployment[row]), float(seen.start_s[row]), float(seen.end_s[row])


def tally_of(package: CamtrapPackage, settings: CameraBlock, stratum: Ints) -> Tally:
    """Count what the model of a survey block takes.

    Parameters
    ----------
    package : CamtrapPackage
        The package.
    settings : CameraBlock
        Which model, species, and how it counts.
    stratum : numpy.ndarray
        Stratum of each site, int64, shape (site,).

    Returns
    -------
    Tally
        By site of the package, those without effort included.

    Raises
    ------
    InputError
        When the species was never seen among others, or never at an instant.
    """
    if isinstance(settings, TimeToEvent):
        return _first_passages(package, settings)
    if isinstance(settings, InstantBlock):
        return _instants(package, settings, stratum)
    assert isinstance(settings, MovementBlock)
    return _passages(package, settings)[0]
