"""Camera traps among the simulated animals.

An animal that moves at random through an area A at day range v crosses the detection sector of a
camera (radius r, angle theta) at the rate v r (2 + theta) / (pi A) a day: the ideal-gas model
behind the random encounter model (Rowcliffe et al. 2008, Journal of Applied Ecology 45:1228).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.ibm.observe.ground import Ground
from ustyurt_models.ibm.observe.groups import Groups
from ustyurt_models.ibm.observe.snapshot import Cats

__all__ = ["Camera", "Contacts", "contact_rate", "see_cats", "see_groups"]

Floats = NDArray[np.float64]


class Camera(NamedTuple):
    """What all cameras have in common."""

    radius_m: float  # reach of the sensor
    angle_rad: float  # of the sector that it watches
    days: float  # on watch


class Contacts(NamedTuple):
    """Passages of groups or animals. All arrays have shape (contact,)."""

    camera: NDArray[np.int64]
    day: Floats  # since the camera was set
    size: NDArray[np.int64]  # animals
    who: NDArray[np.int64]  # place of the animal in `Cats`; -1 for groups of prey


def contact_rate(camera: Camera, day_range_m: float) -> float:
    """Return passages per day of one animal per square metre [m2 per day]."""
    return day_range_m * camera.radius_m * (2.0 + camera.angle_rad) / np.pi


def _cells(ground: Ground, x_m: Floats, y_m: Floats) -> NDArray[np.int64]:
    """Return the flat cell of each point."""
    column = np.floor((x_m - ground.x_m[0]) / ground.cell_m + 0.5).astype(np.int64)
    row = np.floor((ground.y_m[0] - y_m) / ground.cell_m + 0.5).astype(np.int64)
    return row * ground.columns + column


def _contacts(
    expected: Floats, days: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Draw passages; return camera, passer and day, ordered by camera and day."""
    times = rng.poisson(expected)
    at, who = np.nonzero(times)
    at, who = np.repeat(at, times[at, who]), np.repeat(who, times[at, who])
    day = rng.uniform(0.0, days, at.size)
    order = np.lexsort((day, at))
    return at[order], who[order], day[order]


def see_groups(
    ground: Ground,
    place: tuple[Floats, Floats],
    groups: Groups,
    camera: Camera,
    day_range_m: float,
    rng: np.random.Generator,
) -> Contacts:
    """Photograph groups of prey that pass.

    Parameters
    ----------
    ground : Ground
        The grid.
    place : tuple of numpy.ndarray
        x and y of the cameras [m], each shape (camera,).
    groups : Groups
        From `gather`; they roam their cell.
    camera : Camera
        Sensor and days.
    day_range_m : float
        Distance that a group moves in a day [m].
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Contacts
        Ordered by camera and day.
    """
    cell = _cells(ground, *place)
    order = np.argsort(groups.cell, kind="stable")
    first = np.searchsorted(groups.cell[order], cell, side="left")
    last = np.searchsorted(groups.cell[order], cell, side="right")
    rate = contact_rate(camera, day_range_m) / ground.cell_m**2 * camera.days
    # Of the groups of a cell each passes independently, at the same rate.
    passages = rng.poisson(rate * (last - first))
    at = np.repeat(np.arange(cell.size), passages)
    which = first[at] + np.floor(rng.random(at.size) * (last - first)[at]).astype(np.int64)
    day = rng.uniform(0.0, camera.days, at.size)
    sorted_ = np.lexsort((day, at))
    size = groups.size[order][which[sorted_]]
    return Contacts(at[sorted_], day[sorted_], size, np.full(at.size, -1))


def see_cats(
    ground: Ground,
    place: tuple[Floats, Floats],
    cats: Cats,
    camera: Camera,
    day_range_m: float,
    rng: np.random.Generator,
) -> Contacts:
    """Photograph cheetahs that pass; every cheetah can be told by its spots.

    A cheetah roams a disc around the centre of its range, as large as its range.

    Parameters
    ----------
    ground, place, camera, day_range_m, rng
        As `see_groups`.
    cats : Cats
        The living.

    Returns
    -------
    Contacts
        Ordered by camera and day.
    """
    row, column = np.divmod(cats.cell, ground.columns)
    area_m2 = cats.range_cells * ground.cell_m**2
    away = np.hypot(place[0][:, None] - ground.x_m[column], place[1][:, None] - ground.y_m[row])
    roams = np.pi * away**2 <= area_m2
    expected = roams * (contact_rate(camera, day_range_m) * camera.days / area_m2)
    at, who, day = _contacts(expected, camera.days, rng)
    return Contacts(at, day, np.ones(at.size, np.int64), who)
