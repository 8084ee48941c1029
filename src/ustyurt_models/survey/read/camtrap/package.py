"""A Camtrap DP package as read: deployments, observations, media and failures."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, InputError
from ustyurt_models.survey.read.camtrap.cells import Columns, check_table, shorten
from ustyurt_models.survey.read.camtrap.schema import TABLES
from ustyurt_models.survey.read.camtrap.source import PackageSource, read_package_source
from ustyurt_models.survey.read.camtrap.times import Moments, moment
from ustyurt_models.survey.read.positions import read_positions

__all__ = ["CamtrapPackage", "Deployments", "Failures", "Observations", "read_camtrap"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Deployments:
    """Cameras in the field, each from a start to an end at one place.

    Attributes
    ----------
    identity : tuple of str
        ``deploymentID``.
    site : numpy.ndarray
        Index into `site_names`: deployments of one ``locationID`` (else of one position) share a
        site, int64, shape (deployment,).
    site_names : tuple of str
        ``locationID``, else the first deployment there.
    position : numpy.ndarray
        Longitude and latitude [degrees], shape (deployment, 2).
    start_s, end_s : numpy.ndarray
        Seconds since 1970 in world time, each shape (deployment,).
    offset_s : numpy.ndarray
        What the clock of the camera was ahead of world time [s], shape (deployment,).
    reach_m : numpy.ndarray
        ``detectionDistance``; NaN where not given, shape (deployment,).
    doubtful_clock : numpy.ndarray
        ``timestampIssues``, bool, shape (deployment,).
    words : dict of str to tuple of str
        ``locationName``, ``habitat``, ``deploymentGroups``, ``featureType`` and ``cameraModel``.
    """

    identity: tuple[str, ...]
    site: Ints
    site_names: tuple[str, ...]
    position: Floats
    start_s: Floats
    end_s: Floats
    offset_s: Floats
    reach_m: Floats
    doubtful_clock: NDArray[np.bool_]
    words: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Observations:
    """What was seen. Arrays have shape (observation,).

    Attributes
    ----------
    deployment : numpy.ndarray
        Index into the deployments, int64.
    start_s, end_s : numpy.ndarray
        Seconds since 1970 in world time.
    event_level : numpy.ndarray
        Whether the observation is of a whole event, not of one picture, bool.
    kind : numpy.ndarray
        ``observationType``, text.
    species : numpy.ndarray
        ``scientificName``, text.
    count : numpy.ndarray
        Animals; NaN where not given.
    radius_m, angle_deg, speed_m_per_s : numpy.ndarray
        Where the animal was and how fast; NaN where not measured.
    individual, moment_name : numpy.ndarray
        ``individualID``; the event (``eventID``) or picture (``mediaID``), text.
    """

    deployment: Ints
    start_s: Floats
    end_s: Floats
    event_level: NDArray[np.bool_]
    kind: NDArray[np.str_]
    species: NDArray[np.str_]
    count: Floats
    radius_m: Floats
    angle_deg: Floats
    speed_m_per_s: Floats
    individual: NDArray[np.str_]
    moment_name: NDArray[np.str_]


@dataclass(frozen=True)
class Failures:
    """When a camera stood there but took no pictures. Arrays have shape (failure,).

    Attributes
    ----------
    deployment : numpy.ndarray
        Index into the deployments, int64.
    start_s, end_s : numpy.ndarray
        Seconds since 1970 in world time, cut to the deployment.
    reason : tuple of str
        May be empty.
    """

    deployment: Ints
    start_s: Floats
    end_s: Floats
    reason: tuple[str, ...]


@dataclass(frozen=True)
class CamtrapPackage:
    """A package that keeps the standard.

    Attributes
    ----------
    name : str
        Folder or zip.
    header : dict of str to str
        ``title``, ``status`` and ``source`` from the descriptor.
    version : str
        Of the standard.
    deployments, observations, failures
        The tables.
    media : int
        Media files listed.
    notes : tuple of str
        Remarks of the reader.
    """

    name: str
    header: dict[str, str]
    version: str
    deployments: Deployments
    observations: Observations
    failures: Failures
    media: int
    notes: tuple[str, ...]


def _sites(columns: Columns, position: Floats) -> tuple[Ints, tuple[str, ...]]:
    """Return the site of every deployment and the names of the sites."""
    place = [f"{lon:.6f} {lat:.6f}" for lon, lat in position]
    keys = [
        ("id", one) if one else ("at", at)
        for one, at in zip(columns.words("locationID"), place, strict=True)
    ]
    index = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    names: dict[int, str] = {}
    for key, identity in zip(keys, columns.words("deploymentID"), strict=True):
        names.setdefault(index[key], key[1] if key[0] == "id" else identity)
    return np.array([index[key] for key in keys], np.int64), tuple(names.values())


def _check_intervals(columns: Columns, first: str, last: str, faults: Faults) -> None:
    """Note rows that end before they start, with both readings."""
    start, end = columns.moment.get(first), columns.moment.get(last)
    if start is None or end is None:
        return
    for row in np.flatnonzero(end.utc_s < start.utc_s):
        told = [moment(one.utc_s[row], one.offset_s[row]) for one in (start, end)]
        where = f"{columns.table.where[row]}, column {last}"
        rule = f"must not lie before {first}; as written {told[0]} to {told[1]}"
        advice = f"exchanged {told[1]} to {told[0]}; or a wrong year, or day and month exchanged?"
        faults.add(where, rule, None, advice)


def _deployments(columns: Columns, faults: Faults) -> Deployments:
    """Convert the table of deployments."""
    found = read_positions(columns.table, faults)
    none = np.full((columns.rows, 2), np.nan)
    position = none if found is None else found.value
    _check_intervals(columns, "deploymentStart", "deploymentEnd", faults)
    faults.raise_if_any()
    start, end = columns.moment["deploymentStart"], columns.moment["deploymentEnd"]
    site, names = _sites(columns, position)
    words = ("locationName", "habitat", "deploymentGroups", "featureType", "cameraModel")
    return Deployments(
        identity=tuple(columns.words("deploymentID")),
        site=site,
        site_names=names,
        position=position,
        start_s=start.utc_s,
        end_s=end.utc_s,
        offset_s=start.offset_s,
        reach_m=columns.numbers("detectionDistance"),
        doubtful_clock=columns.numbers("timestampIssues") == 1.0,
        words={name: tuple(columns.words(name)) for name in words},
    )


def _failures(columns: Columns | None, deployments: Deployments, faults: Faults) -> Failures:
    """Convert the table of failures; one without an end lasts as long as its deployment."""
    if columns is None or not columns.rows:
        return Failures(np.empty(0, np.int64), np.empty(0), np.empty(0), ())
    at = {name: index for index, name in enumerate(deployments.identity)}
    deployment = np.array([at[name] for name in columns.words("deploymentID")], np.int64)
    start = columns.moment["failureStart"].utc_s
    none = Moments(np.full(columns.rows, np.nan), np.full(columns.rows, np.nan))
    end = columns.moment.get("failureEnd", none).utc_s
    last, first = deployments.end_s[deployment], deployments.start_s[deployment]
    end = np.where(np.isnan(end), last, end)
    for row in np.flatnonzero((end <= first) | (start >= last)):
        told = f"{moment(start[row])} to {moment(end[row])} UTC"
        within = f"{moment(first[row])} to {moment(last[row])} UTC"
        rule = f"must touch the time of its deployment, {within}"
        faults.add(columns.table.where[row], rule, told, "day and month exchanged?")
    cut = np.clip(start, first, last), np.clip(end, first, last)
    return Failures(deployment, *cut, tuple(columns.words("reason")))


def _text(values: list[str]) -> NDArray[np.str_]:
    """Return words as an array."""
    return np.array(values, np.str_)


def _observations(columns: Columns, deployments: Deployments) -> Observations:
    """Convert the table of observations."""
    at = {name: index for index, name in enumerate(deployments.identity)}
    event = _text(columns.words("observationLevel")) == "event"
    return Observations(
        deployment=np.array([at[name] for name in columns.words("deploymentID")], np.int64),
        start_s=columns.moment["eventStart"].utc_s,
        end_s=columns.moment["eventEnd"].utc_s,
        event_level=event,
        kind=_text(columns.words("observationType")),
        species=_text(columns.words("scientificName")),
        count=columns.numbers("count"),
        radius_m=columns.numbers("individualPositionRadius"),
        angle_deg=columns.numbers("individualPositionAngle"),
        speed_m_per_s=columns.numbers("individualSpeed"),
        individual=_text(columns.words("individualID")),
        moment_name=np.where(
            event, _text(columns.words("eventID")), _text(columns.words("mediaID"))
        ),
    )


def _check_seen(
    columns: Columns,
    seen: Observations,
    deployments: Deployments,
    failures: Failures,
    faults: Faults,
) -> None:
    """Note observations outside their deployment, or while the camera is said to have failed."""
    sure = ~deployments.doubtful_clock[seen.deployment]
    first, last = (ends[seen.deployment] for ends in (deployments.start_s, deployments.end_s))
    offset = deployments.offset_s[seen.deployment]
    outside = sure & ((seen.start_s < first) | (seen.start_s > last))
    for row in np.flatnonzero(outside):
        told = moment(seen.start_s[row], offset[row])
        within = f"{moment(first[row], offset[row])} to {moment(last[row], offset[row])}"
        rule = f"must lie in its deployment, {within}"
        advice = "a clock that was wrong? then timestampIssues = true in deployments.csv"
        faults.add(f"{columns.table.where[row]}, column eventStart", rule, told, advice)
    for one in range(failures.deployment.size):
        inside = (
            sure
            & (seen.deployment == failures.deployment[one])
            & (seen.start_s > failures.start_s[one])
            & (seen.start_s < failures.end_s[one])
        )
        for row in np.flatnonzero(inside):
            told = moment(seen.start_s[row], offset[row])
            rule = "must not lie in a failure of its camera; one of the two is wrong"
            faults.add(f"{columns.table.where[row]}, column eventStart", rule, told)


def _header(descriptor: Mapping[str, Any]) -> dict[str, str]:
    """Return what the descriptor says of the data, as other survey files do in their header."""
    found = {key: descriptor.get(key) for key in ("title", "status", "source")}
    if not isinstance(found["source"], str):
        found["source"] = descriptor.get("bibliographicCitation")
    return {key: value for key, value in found.items() if isinstance(value, str) and value}


def _convert(source: PackageSource, columns: dict[str, Columns], faults: Faults) -> CamtrapPackage:
    """Put checked tables together; what contradicts is noted."""
    deployments = _deployments(columns["deployments"], faults)
    observed = columns["observations"]
    _check_intervals(observed, "eventStart", "eventEnd", faults)
    seen = _observations(observed, deployments)
    failures = columns.get("failures")
    if failures is not None:
        _check_intervals(failures, "failureStart", "failureEnd", faults)
    failed = _failures(failures, deployments, faults)
    _check_seen(observed, seen, deployments, failed, faults)
    notes = list(source.notes)
    for name, one in columns.items():
        if one.unknown:
            notes.append(f"{name}: columns not of the standard: {', '.join(one.unknown)}")
    return CamtrapPackage(
        name=source.name,
        header=_header(source.descriptor),
        version=source.version,
        deployments=deployments,
        observations=seen,
        failures=failed,
        media=columns["media"].rows,
        notes=tuple(notes),
    )


def read_camtrap(path: Path) -> CamtrapPackage:
    """Read a Camtrap DP 1.0 package.

    Parameters
    ----------
    path : Path
        A folder, its ``datapackage.json``, or a zip.

    Returns
    -------
    CamtrapPackage
        Deployments, observations and failures in world time.

    Raises
    ------
    InputError
        With every fault of all tables at once: constraints of the standard, exchanged
        coordinates, moments without time zone or that cannot be, observations outside their
        deployment or during a failure.
    """
    source, faults = read_package_source(path), Faults()
    parents: dict[str, frozenset[str]] = {}
    columns: dict[str, Columns] = {}
    for name, fields in TABLES.items():
        if name not in source.tables:
            continue
        table = source.tables[name]
        columns[name] = check_table(table, fields, parents, faults)
        parents[name] = frozenset(columns[name].words(fields[0].name))
    if not columns["deployments"].rows:
        faults.add(f"{source.name}: deployments", "must hold at least one deployment")
    try:
        if faults.found:
            read_positions(columns["deployments"].table, faults)
            _check_intervals(columns["deployments"], "deploymentStart", "deploymentEnd", faults)
        else:
            package = _convert(source, columns, faults)
    except InputError as error:
        faults.extend(error)
    faults.found = list({str(fault): fault for fault in faults.found}.values())
    shorten(faults)
    faults.raise_if_any()
    return package
