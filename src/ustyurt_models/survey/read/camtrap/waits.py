"""Time to event: how long cameras waited for a first passage.

The time of a deployment is cut into occasions of equal length, the first of which begins at a
random moment so that no hour of the day comes first everywhere. In each, the camera waits for a
passage to begin; what comes after the first has no part. Time in failures is no waiting.

References
----------
Moeller, Lukacs & Horne 2018, Ecosphere 9:e02331.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.seeds import generator
from ustyurt_models.survey.read.camtrap.effort import Watch
from ustyurt_models.survey.read.camtrap.times import DAY_S

__all__ = ["Waits", "first_passages"]

Floats = NDArray[np.float64]

_MOST_OCCASIONS = 1_000_000


@dataclass(frozen=True)
class Waits:
    """What each deployment waited.

    Attributes
    ----------
    days : numpy.ndarray
        Time waited until first passages or ends of occasions [day], shape (deployment,).
    first : numpy.ndarray
        Occasions with a passage, int64, shape (deployment,).
    occasions : numpy.ndarray
        Occasions in which the camera watched, int64, shape (deployment,).
    watched : numpy.ndarray
        Time watched, whether waiting or not [day], shape (deployment,).
    share : numpy.ndarray
        Of each occasion with a passage, the share of its watched time before it, shape (first,).
    share_deployment : numpy.ndarray
        Its deployment, int64, shape (first,).
    """

    days: Floats
    first: NDArray[np.int64]
    occasions: NDArray[np.int64]
    watched: Floats
    share: Floats
    share_deployment: NDArray[np.int64]


def _clock(watch: Watch, deployment: int) -> tuple[Floats, Floats]:
    """Return moments and the time watched up to them [s], to be interpolated."""
    own = watch.deployment == deployment
    ends = np.stack([watch.start_s[own], watch.end_s[own]], axis=1)
    length = ends[:, 1] - ends[:, 0]
    done = np.cumsum(length)
    return ends.ravel(), np.stack([done - length, done], axis=1).ravel()


def _wait(
    clock: tuple[Floats, Floats], passages: Floats, length_s: float, phase: float
) -> tuple[float, int, Floats]:
    """Return time waited [s], occasions watched, and shares before the first passages."""
    start, end = clock[0][0] - phase * length_s, clock[0][-1]
    count = int(np.ceil((end - start) / length_s))
    require(count <= _MOST_OCCASIONS, "survey: occasion_h", "must be longer", length_s / 3600.0)
    edge = start + length_s * np.arange(count + 1)
    until = edge[1:].copy()
    which = np.floor((np.sort(passages) - start) / length_s).astype(np.int64)
    hit, at = np.unique(np.clip(which, 0, count - 1), return_index=True)
    until[hit] = np.sort(passages)[at]
    before, waited, after = (np.interp(one, *clock) for one in (edge[:-1], until, edge[1:]))
    whole = after - before
    share = (waited - before)[hit] / np.maximum(whole[hit], 1e-9)
    return float((waited - before).sum()), int((whole > 0).sum()), share


def first_passages(
    watch: Watch, passages: tuple[NDArray[np.int64], Floats], occasion_h: float, seed: int
) -> Waits:
    """Return how long deployments waited for first passages.

    Parameters
    ----------
    watch : Watch
        When cameras watched.
    passages : tuple of numpy.ndarray
        Deployment (int64) and begin [s] of every passage, each shape (passage,).
    occasion_h : float
        Length of an occasion [hour].
    seed : int
        Of the moments at which first occasions begin.

    Returns
    -------
    Waits
        By deployment; zeros where none watched.
    """
    size = int(max(watch.deployment.max(initial=-1), passages[0].max(initial=-1))) + 1
    days, watched = np.zeros(size), np.zeros(size)
    first, occasions = np.zeros(size, np.int64), np.zeros(size, np.int64)
    shares: list[Floats] = []
    for one in np.unique(watch.deployment).tolist():
        phase = generator(seed, "time to event", one).random()
        own = passages[1][passages[0] == one]
        clock = _clock(watch, one)
        waited, count, share = _wait(clock, own, 3600.0 * occasion_h, phase)
        watched[one] = clock[1][-1] / DAY_S
        days[one], first[one], occasions[one] = waited / DAY_S, share.size, count
        shares.append(share)
    place = np.repeat(np.arange(size), first)
    return Waits(days, first, occasions, watched, np.concatenate([np.empty(0), *shares]), place)
