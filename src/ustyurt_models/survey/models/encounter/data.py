"""What the random encounter model needs: passages and camera days by site, and what moves."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys import CameraBlock, InstantBlock, TimeToEvent
from ustyurt_models.study.surveys.common import Believed, Trials
from ustyurt_models.survey.beliefs import Known, belief_from, known_probability
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.models.encounter.tallies import tally_of
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage, read_camtrap
from ustyurt_models.survey.read.camtrap.source import DESCRIPTOR
from ustyurt_models.survey.settings import Belief

__all__ = [
    "EncounterSurvey",
    "Encounters",
    "describe",
    "effort_unit",
    "encounters_of",
    "load",
    "survey_of",
]

Floats = NDArray[np.float64]

#: Measurements below which a scale cannot be told from them.
_FEWEST = 10
#: Passages below which hours of the day tell no activity level; Rowcliffe et al. 2014 ask for 100.
_FEWEST_HOURS = 50


@dataclass(frozen=True)
class Encounters:
    """Passages of one species at cameras.

    Attributes
    ----------
    site : tuple of str
        Where cameras stood.
    effort : numpy.ndarray
        Camera days, days waited for first passages, or instants looked at, > 0, shape (site,).
    events : numpy.ndarray
        Passages, first passages, or instants with animals in view, int64, shape (site,).
    stratum : numpy.ndarray
        Index into `strata`, int64, shape (site,).
    strata : tuple of str
        Names.
    size, size_site : numpy.ndarray
        Animals of the passages that were counted, and the site of each, shape (passage,).
    radius_m, angle_deg, speed_m_per_s : numpy.ndarray
        Measurements at the beginning of passages, each of its own length.
    trials, each : numpy.ndarray
        Occasions or instants that could give one event each, and the effort of one without event,
        each shape (site,); no trials where events are counted without such.
    share, share_site : numpy.ndarray
        Of occasions with a passage, the share of the time before it, and the site, shape (first,).
    hour, hour_site : numpy.ndarray
        Local hour of passages by sure clocks, and the site of each, shape (passage,).
    header : dict of str to str
        Title, status and source.
    """

    site: tuple[str, ...]
    effort: Floats
    events: NDArray[np.int64]
    stratum: NDArray[np.int64]
    strata: tuple[str, ...]
    size: Floats
    size_site: NDArray[np.int64]
    radius_m: Floats = field(default_factory=lambda: np.empty(0))
    angle_deg: Floats = field(default_factory=lambda: np.empty(0))
    speed_m_per_s: Floats = field(default_factory=lambda: np.empty(0))
    trials: Floats = field(default_factory=lambda: np.empty(0))
    each: Floats = field(default_factory=lambda: np.empty(0))
    share: Floats = field(default_factory=lambda: np.empty(0))
    share_site: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    hour: Floats = field(default_factory=lambda: np.empty(0))
    hour_site: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
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
    settings : CameraBlock
        Block of the study file.
    beliefs : dict of str to Belief
        ``day_range_km``, ``speed_m_per_s``, ``radius_m``, ``angle_deg``: those that are not
        measured.
    activity : Belief, Trials or None
        Share of the day that animals are active; None when taken from the hours of passages.
    availability : Belief, Trials or None
        Share of the time that animals can be seen; None where it has no part.
    """

    seen: Encounters
    area_km2: Floats
    settings: CameraBlock
    beliefs: dict[str, Belief]
    activity: Known | None = None
    availability: Known | None = None

    @property
    def header(self) -> dict[str, str]:
        """Title, status and source of the package."""
        return self.seen.header


def _strata(package: CamtrapPackage, settings: CameraBlock) -> list[str]:
    """Return the stratum of every site; its deployments must agree."""
    deployments, faults = package.deployments, Faults()
    site, count = deployments.site, len(deployments.site_names)
    words = deployments.words.get(settings.strata, ("all",) * site.size)
    own = [sorted({words[i] for i in np.flatnonzero(site == index)}) for index in range(count)]
    for name, found in zip(deployments.site_names, own, strict=True):
        if len(found) > 1 or not found[0]:
            rule = f"must have one {settings.strata} in all deployments"
            faults.add(f"{package.name}: site {name}", rule, found)
    faults.raise_if_any()
    return [found[0] for found in own]


def encounters_of(package: CamtrapPackage, settings: CameraBlock) -> Encounters:
    """Count events and effort of a package by site.

    Parameters
    ----------
    package : CamtrapPackage
        The package. Deployments with a doubtful clock count where only their length matters.
    settings : CameraBlock
        Model, species, column of strata, and how events are counted.

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
    own = _strata(package, settings)
    names = sorted(set(own))
    tally = tally_of(package, settings, np.array([names.index(one) for one in own], np.int64))
    kept = np.flatnonzero(tally.effort > 0)
    require(kept.size > 0, package.name, "must hold a camera that watched")
    strata = tuple(sorted({own[i] for i in kept}))
    place = np.full(len(own), -1)
    place[kept] = np.arange(kept.size)
    seen = package.observations

    def measured(values: Floats) -> Floats:
        return values[tally.measured & np.isfinite(values)]

    return Encounters(
        site=tuple(package.deployments.site_names[i] for i in kept),
        effort=tally.effort[kept],
        events=tally.events[kept],
        trials=tally.trials[kept],
        each=tally.each[kept],
        stratum=np.array([strata.index(own[i]) for i in kept], np.int64),
        strata=strata,
        size=tally.size,
        size_site=place[tally.size_site],
        radius_m=measured(seen.radius_m),
        angle_deg=measured(seen.angle_deg),
        speed_m_per_s=measured(seen.speed_m_per_s),
        share=tally.share,
        share_site=place[tally.share_site],
        hour=tally.hour,
        hour_site=place[tally.hour_site],
        header=package.header,
    )


def _areas(seen: Encounters, settings: CameraBlock, faults: Faults) -> Floats:
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


def _share_known(settings: CameraBlock, name: str, catalogue: Catalogue | None) -> Known | None:
    """Return what is known of a share that a block may give."""
    given: Believed | str | None = getattr(settings, name, None)
    where = f"survey: {name}"
    if given == "data":
        return None
    if given is None or isinstance(given, Trials | tuple):
        return known_probability(given, "", catalogue, where)
    return _belief(given, catalogue, where)


def survey_of(
    seen: Encounters, settings: CameraBlock, catalogue: Catalogue | None = None
) -> EncounterSurvey:
    """Prepare passages that have been read or simulated.

    Parameters
    ----------
    seen : Encounters
        Passages.
    settings : CameraBlock
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
        given, where = getattr(settings, name, None), f"survey: {name}"
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
    if getattr(settings, "activity", None) == "data" and seen.hour.size < _FEWEST_HOURS:
        rule = f"must have {_FEWEST_HOURS} passages with a sure clock at least, or be given"
        faults.add("survey: activity", rule, seen.hour.size, "activity = [low, middle, high]")
    faults.raise_if_any()
    known = (_share_known(settings, name, catalogue) for name in ("activity", "availability"))
    return EncounterSurvey(seen, area, settings, beliefs, *known)


def load(
    spec: CameraBlock, folder: Path, catalogue: Catalogue | None, context: Context
) -> EncounterSurvey:
    """Read the package of a survey block; see `registry`."""
    rule = "must be the folder or zip of the package, so that all of its tables are watched"
    require(Path(spec.file).name != DESCRIPTOR, "survey: file", rule, spec.file)
    taxon = spec.taxon or spec.species
    require(bool(taxon), "survey: taxon", "must be the scientific name in the package")
    return survey_of(encounters_of(read_camtrap(folder / spec.file), spec), spec, catalogue)


def effort_unit(settings: CameraBlock) -> str:
    """Return what a unit of effort is, fit for "passages per …"."""
    if isinstance(settings, InstantBlock):
        return "instant of a camera"
    return "day waited" if isinstance(settings, TimeToEvent) else "camera day"


def _effort_words(survey: EncounterSurvey) -> str:
    """Say effort and events of a survey."""
    seen = survey.seen
    effort, events = f"{seen.effort.sum():,.0f}", f"{seen.events.sum():,}"
    sites = f"at {np.count_nonzero(seen.events)} sites"
    if isinstance(survey.settings, InstantBlock):
        return f"{seen.trials.sum():,.0f} instants looked at, {events} with the species {sites}"
    if isinstance(survey.settings, TimeToEvent):
        return f"{effort} days waited, {events} first passages {sites}"
    return f"{effort} camera days, {events} passages {sites}"


def describe(survey: EncounterSurvey) -> str:
    """Say in one line what the package holds of the species."""
    seen = survey.seen
    return (
        f"{len(seen.site)} sites, {_effort_words(survey)}, {seen.size.sum():,.0f} animals counted"
    )
