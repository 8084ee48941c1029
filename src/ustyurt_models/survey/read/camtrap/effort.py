"""Effort of cameras: the time that each really watched, whole or cut into occasions."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.survey.read.camtrap.package import CamtrapPackage
from ustyurt_models.survey.read.camtrap.times import DAY_S

__all__ = ["Occasions", "Watch", "effort_days", "occasions_of", "watch_of"]

Floats = NDArray[np.float64]

#: More occasions than this are a mistyped length.
_MOST_OCCASIONS = 20_000


@dataclass(frozen=True)
class Watch:
    """When cameras watched: deployments without their failures. Arrays of shape (interval,).

    Attributes
    ----------
    deployment : numpy.ndarray
        Index into the deployments, int64.
    start_s, end_s : numpy.ndarray
        Seconds since 1970 in world time.
    """

    deployment: NDArray[np.int64]
    start_s: Floats
    end_s: Floats


@dataclass(frozen=True)
class Occasions:
    """Pieces of time of equal length, one after the other.

    Attributes
    ----------
    edge_s : numpy.ndarray
        Where they begin and end, seconds since 1970 in world time, shape (occasion + 1,).
    names : tuple of str
        Local date, and time where it is not midnight, of their beginnings.
    """

    edge_s: Floats
    names: tuple[str, ...]


def _holes(start: Floats, end: Floats) -> list[tuple[float, float]]:
    """Return failures without overlap, in order."""
    merged: list[tuple[float, float]] = []
    for one in sorted(zip(start.tolist(), end.tolist(), strict=True)):
        if merged and one[0] <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], one[1]))
        else:
            merged.append(one)
    return merged


def watch_of(package: CamtrapPackage) -> Watch:
    """Return when each camera watched.

    Parameters
    ----------
    package : CamtrapPackage
        Deployments and failures.

    Returns
    -------
    Watch
        Intervals in order of deployment and time; none for a deployment that failed throughout.
    """
    found: list[tuple[int, float, float]] = []
    deployments, failures = package.deployments, package.failures
    for index, (at, end) in enumerate(zip(deployments.start_s, deployments.end_s, strict=True)):
        own = failures.deployment == index
        for first, last in _holes(failures.start_s[own], failures.end_s[own]):
            if first > at:
                found.append((index, at, first))
            at = max(at, last)
        if end > at:
            found.append((index, at, end))
    columns = np.array(found, np.float64).reshape(-1, 3).T
    return Watch(columns[0].astype(np.int64), columns[1], columns[2])


def effort_days(watch: Watch, deployments: int, edge_s: Floats) -> Floats:
    """Return how long each deployment watched in each occasion.

    Parameters
    ----------
    watch : Watch
        From `watch_of`.
    deployments : int
        How many there are.
    edge_s : numpy.ndarray
        Edges of the occasions, rising, shape (occasion + 1,).

    Returns
    -------
    numpy.ndarray
        Days, shape (deployment, occasion).
    """
    days = np.zeros((deployments, edge_s.size - 1))
    first = np.maximum(np.searchsorted(edge_s, watch.start_s, side="right") - 1, 0)
    last = np.minimum(np.searchsorted(edge_s, watch.end_s, side="left"), edge_s.size - 1)
    for i in range(watch.deployment.size):
        inside = slice(int(first[i]), int(last[i]))
        begin = np.maximum(edge_s[:-1][inside], watch.start_s[i])
        end = np.minimum(edge_s[1:][inside], watch.end_s[i])
        days[watch.deployment[i], inside] += np.maximum(end - begin, 0.0) / DAY_S
    return days


def _anchor(anchor: str, first_s: float, offset_s: float) -> float:
    """Return local midnight of a date, of the day of the first start unless given."""
    if not anchor:
        return (first_s + offset_s) // DAY_S * DAY_S - offset_s
    try:
        day = dt.date.fromisoformat(anchor)
    except ValueError:
        require(False, "survey: anchor", "must be a day such as 2027-05-31", anchor)
        raise
    midnight = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return midnight.timestamp() - offset_s


def _name(edge_s: float, offset_s: float) -> str:
    """Return local date, with the time where it is not midnight."""
    local = dt.datetime.fromtimestamp(edge_s + offset_s, dt.UTC)
    midnight = local.hour == local.minute == local.second == 0
    return local.strftime("%Y-%m-%d" if midnight else "%Y-%m-%dT%H:%M:%S")


def occasions_of(package: CamtrapPackage, length_days: float, anchor: str = "") -> Occasions:
    """Cut the time of a package into occasions.

    Parameters
    ----------
    package : CamtrapPackage
        Its deployments; the clock of the first one tells where midnight is.
    length_days : float
        Length of an occasion [day].
    anchor : str
        A local date at whose midnight an occasion begins, before or after the data; the day of
        the first start unless given.

    Returns
    -------
    Occasions
        From the one that holds the first start to the one that holds the last end.

    Raises
    ------
    InputError
        For a length that is not positive or far too short, and an anchor that is no date.
    """
    require(length_days > 0, "survey: occasion", "must be longer than nothing", length_days)
    deployments = package.deployments
    first, last = float(deployments.start_s.min()), float(deployments.end_s.max())
    offset = float(deployments.offset_s[int(np.argmin(deployments.start_s))])
    length = length_days * DAY_S
    start = _anchor(anchor, first, offset)
    start += np.floor((first - start) / length) * length
    count = max(int(np.ceil((last - start) / length)), 1)
    rule = f"must not cut the survey into more than {_MOST_OCCASIONS} pieces"
    require(count <= _MOST_OCCASIONS, "survey: occasion", rule, count)
    edges = start + length * np.arange(count + 1)
    return Occasions(edges, tuple(_name(edge, offset) for edge in edges[:-1]))
