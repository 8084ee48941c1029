"""Independent events: which pictures of a species count as one passage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import did_you_mean, require
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage

__all__ = ["Events", "events_of", "moments_of", "species_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Events:
    """Passages of one species. Arrays of shape (event,), in order of deployment and time.

    Attributes
    ----------
    deployment : numpy.ndarray
        Index into the deployments, int64.
    start_s : numpy.ndarray
        First picture, seconds since 1970 in world time.
    size : numpy.ndarray
        Most animals seen at a time; NaN where nobody counted.
    level : str
        ``"event"`` or ``"media"``: which observations were used.
    """

    deployment: NDArray[np.int64]
    start_s: Floats
    size: Floats
    level: str


def species_of(package: CamtrapPackage) -> dict[str, int]:
    """Return the animals of a package with the number of their observations, most first."""
    seen = package.observations
    names, times = np.unique(seen.species[seen.kind == "animal"], return_counts=True)
    order = np.lexsort((names, -times))
    return {str(names[i]): int(times[i]) for i in order if names[i]}


def _rows(package: CamtrapPackage, species: str) -> tuple[NDArray[np.int64], str]:
    """Return the observations of a species at one level, so that none counts twice."""
    known = species_of(package)
    where = f"{package.name}: species"
    require(bool(species), where, "must be named", None, f"species = one of {list(known)[:8]}")
    seen = package.observations
    of_animal = seen.kind == "animal"
    events = bool((of_animal & seen.event_level).any())
    named = {name.lower(): name for name in known}
    name = named.get(species.lower())
    if known and name is None:
        advice = did_you_mean(species, known)
        require(False, where, "must be in the table observations", species, advice)
    if name is None:
        return np.empty(0, np.int64), "event" if events else "media"
    rows = np.flatnonzero(of_animal & (seen.species == name) & (seen.event_level == events))
    return rows, "event" if events else "media"


def _sizes(package: CamtrapPackage, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    """Add up counts of one moment (rows by sex or age); return one row and the size of each."""
    seen = package.observations
    keys: dict[tuple[object, ...], list[int]] = {}
    for row in rows.tolist():
        name = seen.moment_name[row]
        key = (seen.deployment[row], seen.start_s[row], seen.end_s[row], name)
        keys.setdefault(key, []).append(row)
    first = np.array([group[0] for group in keys.values()], np.int64)
    return first, np.array([seen.count[group].sum() for group in keys.values()], np.float64)


def moments_of(
    package: CamtrapPackage, species: str
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return the observations of a species with the animals of each moment.

    Parameters
    ----------
    package : CamtrapPackage
        The package.
    species : str
        ``scientificName``.

    Returns
    -------
    tuple of numpy.ndarray
        Rows of the observations at one level (int64); of these one row of each moment (int64); and
        the animals of that moment, rows by sex and age added up, NaN where nobody counted.

    Raises
    ------
    InputError
        When other animals were seen but never this one.
    """
    rows, _ = _rows(package, species)
    return rows, *_sizes(package, rows)


def events_of(package: CamtrapPackage, species: str, independence_min: float) -> Events:
    """Return the independent events of a species.

    Observations of one deployment belong to one event as long as none begins later than
    `independence_min` after the end of those before it. Where observations of whole events are
    there, those of single pictures are left out, since they describe the same animals. Sizes of
    rows with one moment are added up, as one row is written for each sex and age; the size of an
    event is the largest of its moments.

    Parameters
    ----------
    package : CamtrapPackage
        The package.
    species : str
        ``scientificName``.
    independence_min : float
        Shortest pause between two events [minute].

    Returns
    -------
    Events
        None when the package holds no animal at all.

    Raises
    ------
    InputError
        When other animals were seen but never this one, and for a negative pause.
    """
    rule = "must be at least 0 minutes"
    require(independence_min >= 0, "survey: independence", rule, independence_min)
    rows, level = _rows(package, species)
    first, size = _sizes(package, rows)
    seen = package.observations
    order = np.lexsort((seen.start_s[first], seen.deployment[first]))
    first, size = first[order], size[order]
    begins: list[int] = []
    sizes: list[float] = []
    until, at = -np.inf, -1
    for row, count in zip(first.tolist(), size.tolist(), strict=True):
        start, end = float(seen.start_s[row]), float(seen.end_s[row])
        if seen.deployment[row] != at or start - until > 60.0 * independence_min:
            begins.append(row)
            sizes.append(count)
            until, at = end, int(seen.deployment[row])
        else:
            sizes[-1] = float(np.fmax(sizes[-1], count))
            until = max(until, end)
    chosen = np.array(begins, np.int64)
    return Events(seen.deployment[chosen], seen.start_s[chosen], np.array(sizes, np.float64), level)
