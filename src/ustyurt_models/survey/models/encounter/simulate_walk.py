"""Animals that really walk past the sectors of cameras: no formula of any model is used."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Walk", "snapshots_of", "walk_past", "watch_walk"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Walk:
    """Groups that walk on a square without edges, past cameras on it.

    Attributes
    ----------
    side_m : float
        Side of the square [m]; what leaves on one side comes in on the other.
    groups : int
        Groups on it.
    speed_m_per_day : float
        While moving.
    turn_per_day : float
        Rate at which a group takes a new direction.
    active : float
        Share of time that a group moves; it stands still between.
    radius_m, angle_rad : float
        Sector of the cameras; an animal inside it is seen.
    step_m : float
        Length of a step; small against the radius.
    """

    side_m: float
    groups: int
    speed_m_per_day: float
    turn_per_day: float = 20.0
    active: float = 1.0
    radius_m: float = 20.0
    angle_rad: float = 0.73
    step_m: float = 0.5


def _tracks(walk: Walk, steps: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return x and y of all groups at all steps [m], each shape (step, group)."""
    step_day = walk.step_m / walk.speed_m_per_day
    shape = (steps, walk.groups)
    turns = rng.random(shape) < -np.expm1(-walk.turn_per_day * step_day)
    turns[0] = True
    drawn = rng.uniform(0.0, 2.0 * np.pi, shape)
    last = np.maximum.accumulate(np.where(turns, np.arange(steps)[:, None], 0), axis=0)
    heading = np.take_along_axis(drawn, last, axis=0)
    moves = np.ones(shape)
    if walk.active < 1.0:
        chosen = rng.random(shape) < walk.active
        moves = np.take_along_axis(chosen, last, axis=0).astype(float)
    x = rng.uniform(0.0, walk.side_m, walk.groups) + np.cumsum(
        walk.step_m * moves * np.cos(heading), axis=0
    )
    y = rng.uniform(0.0, walk.side_m, walk.groups) + np.cumsum(
        walk.step_m * moves * np.sin(heading), axis=0
    )
    return x % walk.side_m, y % walk.side_m


def _inside(
    walk: Walk, track: tuple[Floats, Floats], place: Floats, face: float
) -> tuple[NDArray[np.bool_], Floats]:
    """Return which steps of which groups lie in the sector of a camera, and how far away [m]."""
    half = walk.side_m / 2.0
    across = (track[0] - place[0] + half) % walk.side_m - half
    along = (track[1] - place[1] + half) % walk.side_m - half
    away_m = np.hypot(across, along)
    inside = away_m < walk.radius_m
    turned = np.arctan2(along[inside], across[inside]) - face
    inside[inside] = np.abs((turned + np.pi) % (2 * np.pi) - np.pi) < walk.angle_rad / 2.0
    return inside, away_m


def _steps(walk: Walk, days: float) -> int:
    """Return the number of steps in a time."""
    return int(days * walk.speed_m_per_day / walk.step_m)


def _watched(
    walk: Walk, cameras: int, days: float, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.bool_], Floats]]:
    """Return what `_inside` says of each camera, at random places with random directions."""
    track = _tracks(walk, _steps(walk, days), rng)
    place = rng.uniform(0.0, walk.side_m, (cameras, 2))
    faces = rng.uniform(-np.pi, np.pi, cameras)
    return (_inside(walk, track, place[i], faces[i]) for i in range(cameras))


def walk_past(walk: Walk, cameras: int, days: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Count how often walking groups enter the sectors of cameras.

    A passage begins when a group stands inside the sector that stood outside before.

    Parameters
    ----------
    walk : Walk
        Groups, movement and sector.
    cameras : int
        Cameras at random places with random directions.
    days : float
        How long they watch.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    numpy.ndarray
        Passages, int64, shape (camera,).
    """
    (_, entered), _ = watch_walk(walk, cameras, days, rng)
    return entered.sum(axis=0)


def watch_walk(
    walk: Walk, cameras: int, days: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], float]:
    """Count the groups in the sectors of cameras at every step of walking groups.

    Parameters
    ----------
    walk, cameras, days, rng
        As in `walk_past`.

    Returns
    -------
    tuple
        Groups in view, int64, shape (step, camera), and groups that came in since the step before,
        stacked along a first axis of two; and the days of a step.
    """
    views = np.zeros((2, _steps(walk, days), cameras), np.int64)
    for i, (inside, _) in enumerate(_watched(walk, cameras, days, rng)):
        views[0, :, i] = inside.sum(axis=1)
        views[1, 1:, i] = (inside[1:] & ~inside[:-1]).sum(axis=1)
    return views, walk.step_m / walk.speed_m_per_day


def snapshots_of(
    walk: Walk, cameras: int, days: float, sigma_m: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Floats, int]:
    """Look at walking groups at every step, and miss the far ones.

    Parameters
    ----------
    walk, cameras, days, rng
        As in `walk_past`.
    sigma_m : float
        Scale of half-normal detection [m].

    Returns
    -------
    tuple
        Camera of each detection, its distance [m], and the number of snapshot moments.
    """
    camera, distance = [], []
    for i, (inside, away_m) in enumerate(_watched(walk, cameras, days, rng)):
        near = away_m[inside]
        near = near[rng.random(near.size) < np.exp(-0.5 * (near / sigma_m) ** 2)]
        camera.append(np.full(near.size, i))
        distance.append(near)
    return np.concatenate(camera), np.concatenate(distance), _steps(walk, days)
