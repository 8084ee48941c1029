"""What the random encounter model needs: passages and camera days by site, and what moves."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import CameraEncounter
from ustyurt_models.study.surveys.common import Believed, Trials
from ustyurt_models.survey.beliefs import Known, belief_from, known_probability
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.read.camtrap.effort import watch_of
from ustyurt_models.survey.read.camtrap.events import Events, events_of
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage, read_camtrap
from ustyurt_models.survey.read.camtrap.source import DESCRIPTOR
from ustyurt_models.survey.read.camtrap.times import DAY_S
from ustyurt_models.survey.settings import Belief

__all__ = ["Encounters", "describe", "encounters_of", "load", "survey_of"]

Floats = NDArray[np.float64]

#: Measurements below which a scale cannot be told from them.
_FEWEST = 10


@dataclass(frozen=True)
class Encounters:
    """Passages of one species at cameras.

    Attributes
    ----------
    site : tuple of str
        Where cameras stood.
    days : numpy.ndarray
        Camera days, > 0, shape (site,).
    events : numpy.ndarray
        Passages, int64, shape (site,).
    stratum : numpy.ndarray
        Index into `strata`, int64, shape (site,).
    strata : tuple of str
        Names.
    size, size_site : numpy.ndarray
        Animals of the passages that were counted, and the site of each, shape (passage,).
    radius_m, angle_deg, speed_m_per_s : numpy.ndarray
        Measurements at the beginning of passages, each of its own length.
    header : dict of str to str
        Title, status and source.
    """

    site: tuple[str, ...]
    days: Floats
    events: NDArray[np.int64]
    stratum: NDArray[np.int64]
    strata: tuple[str, ...]
    size: Floats
    size_site: NDArray[np.int64]
    radius_m: Floats = field(default_factory=lambda: np.empty(0))
    angle_deg: Floats = field(default_factory=lambda: np.empty(0))
    speed_m_per_s: Floats = field(default_factory=lambda: np.empty(0))
    header: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EncounterSurvey:
    """Passages with all that the model is told.

    Attributes
    ----------
    seen : Encounters
        As read.
    area_km2 : numpy.ndarray
        Area of each stratum, shape (stratum,).
    settings : CameraEncounter
        Block of the study file.
    beliefs : dict of str to Belief
        ``day_range_km``, ``speed_m_per_s``, ``radius_m``, ``angle_deg``: those that are not
        measured.
    activity : Belief, Trials or None
        Share of the day that animals are active.
    """

    seen: Encounters
    area_km2: Floats
    settings: CameraEncounter
    beliefs: dict[str, Belief]
    activity: Known | None = None

    @property
    def header(self) -> dict[str, str]:
        """Title, status and source of the package."""
        return self.seen.header


def _first_measured(package: CamtrapPackage, events: Events, values: Floats) -> Floats:
    """Return what was measured at the beginning of events, where it was."""
    seen = package.observations
    known = np.flatnonzero(np.isfinite(values))
    keys = set(zip(events.deployment.tolist(), events.start_s.tolist(), strict=True))
    at = zip(seen.deployment[known].tolist(), seen.start_s[known].tolist(), strict=True)
    return values[known[[key in keys for key in at]]]


def encounters_of(package: CamtrapPackage, settings: CameraEncounter) -> Encounters:
    """Count passages and camera days of a package by site.

    Parameters
    ----------
    package : CamtrapPackage
        The package; deployments with a doubtful clock count, since only their length matters.
    settings : CameraEncounter
        Species, pause between passages, column of strata.

    Returns
    -------
    Encounters
        Sites where a camera watched.

    Raises
    ------
    InputError
        When the species was never seen among others, no camera watched, or the strata of a site
        differ.
    """
    deployments, watch = package.deployments, watch_of(package)
    taxon = settings.taxon or settings.species
    events = events_of(package, taxon, settings.independence_min)
    count, faults = len(deployments.site_names), Faults()
    site = deployments.site
    days = np.bincount(site[watch.deployment], (watch.end_s - watch.start_s) / DAY_S, count)
    times = np.bincount(site[events.deployment], minlength=count)
    words = deployments.words.get(settings.strata, ("all",) * site.size)
    own = [sorted({words[i] for i in np.flatnonzero(site == index)}) for index in range(count)]
    for name, found in zip(deployments.site_names, own, strict=True):
        if len(found) > 1 or not found[0]:
            rule = f"must have one {settings.strata} in all deployments"
            faults.add(f"{package.name}: site {name}", rule, found)
    kept = np.flatnonzero(days > 0)
    if not kept.size:
        faults.add(package.name, "must hold a camera that watched")
    faults.raise_if_any()
    strata = tuple(sorted({own[i][0] for i in kept}))
    place = np.full(count, -1)
    place[kept] = np.arange(kept.size)
    counted = np.flatnonzero(np.isfinite(events.size))
    seen = package.observations
    of_species = (seen.kind == "animal") & (np.char.lower(seen.species) == taxon.lower())

    def measured(values: Floats) -> Floats:
        return _first_measured(package, events, np.where(of_species, values, np.nan))

    return Encounters(
        site=tuple(deployments.site_names[i] for i in kept),
        days=days[kept],
        events=times[kept],
        stratum=np.array([strata.index(own[i][0]) for i in kept], np.int64),
        strata=strata,
        size=events.size[counted],
        size_site=place[site[events.deployment[counted]]],
        radius_m=measured(seen.radius_m),
        angle_deg=measured(seen.angle_deg),
        speed_m_per_s=measured(seen.speed_m_per_s),
        header=package.header,
    )


def _areas(seen: Encounters, settings: CameraEncounter, faults: Faults) -> Floats:
    """Return the areas of the study file; none may be missing."""
    for name in sorted(set(settings.areas) - set(seen.strata)):
        rule = f"must name a stratum of the cameras {list(seen.strata)}"
        faults.add("survey: areas", rule, name)
    for name in seen.strata:
        if name not in settings.areas:
            advice = "cameras know no area"
            place = f"survey: area of stratum {name!r}"
            faults.add(place, "must be given as areas = { ... }", None, advice)
    return np.array([settings.areas.get(name, np.nan) for name in seen.strata])


def _belief(
    given: tuple[float, float, float] | str, catalogue: Catalogue | None, where: str
) -> Belief:
    """Return limits of the study file, or an evidence row, as a belief."""
    if isinstance(given, str):
        require(catalogue is not None, where, "needs the evidence catalogue", given)
        assert catalogue is not None
        return belief_from(catalogue, given, where)
    low, value, high = given
    return Belief(value, low, high, "study file")


def _activity(
    given: Believed | str | None, catalogue: Catalogue | None, where: str
) -> Known | None:
    """Return what is known of the share of the day that animals are active."""
    if given is None or isinstance(given, Trials | tuple):
        return known_probability(given, "", catalogue, where)
    return _belief(given, catalogue, where)


def survey_of(
    seen: Encounters, settings: CameraEncounter, catalogue: Catalogue | None = None
) -> EncounterSurvey:
    """Prepare passages that have been read or simulated.

    Parameters
    ----------
    seen : Encounters
        Passages.
    settings : CameraEncounter
        Movement, detection, areas, priors.
    catalogue : Catalogue, optional
        Evidence for what the cameras do not tell.

    Returns
    -------
    EncounterSurvey
        What the model takes.

    Raises
    ------
    InputError
        Missing areas; measurements that are asked for and are too few; passages without counts.
    """
    faults = Faults()
    area, beliefs = _areas(seen, settings, faults), {}
    for name in ("day_range_km", "speed_m_per_s", "radius_m", "angle_deg"):
        given, where = getattr(settings, name), f"survey: {name}"
        if given is None:
            continue
        if given != "data":
            beliefs[name] = _belief(given, catalogue, where)
        elif name == "day_range_km":
            faults.add(where, "must be a belief", given, "write speed_m_per_s = 'data'")
        elif (values := getattr(seen, name)).size < _FEWEST:
            rule = f"must be measured at {_FEWEST} passages at least, or given as a belief"
            faults.add(where, rule, values.size, f"{name} = [low, middle, high]")
        elif name != "angle_deg" and not values.min() > 0:
            faults.add(where, "must be > 0 wherever it was measured", float(values.min()))
        elif not np.ptp(values) > 0:
            faults.add(where, "must differ between passages", float(values[0]), "a default value?")
    if settings.group_size == "mean" and seen.events.sum() > 0 and not seen.size.size:
        advice = "fill count in observations.csv, or write group_size = 'single'"
        faults.add("survey: group_size", "needs counts of animals", None, advice)
    faults.raise_if_any()
    active = _activity(settings.activity, catalogue, "survey: activity")
    return EncounterSurvey(seen, area, settings, beliefs, active)


def load(
    spec: CameraEncounter, folder: Path, catalogue: Catalogue | None, context: Context
) -> EncounterSurvey:
    """Read the package of a survey block; see `registry`."""
    rule = "must be the folder or zip of the package, so that all of its tables are watched"
    require(Path(spec.file).name != DESCRIPTOR, "survey: file", rule, spec.file)
    taxon = spec.taxon or spec.species
    require(bool(taxon), "survey: taxon", "must be the scientific name in the package")
    return survey_of(encounters_of(read_camtrap(folder / spec.file), spec), spec, catalogue)


def describe(survey: EncounterSurvey) -> str:
    """Say in one line what the package holds of the species."""
    seen = survey.seen
    return (
        f"{len(seen.site)} sites, {seen.days.sum():,.0f} camera days, "
        f"{seen.events.sum():,} passages at {np.count_nonzero(seen.events)} sites, "
        f"{seen.size.sum():,.0f} animals counted"
    )
