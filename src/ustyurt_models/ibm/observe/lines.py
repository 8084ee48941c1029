"""Line transects through the simulated animals."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.formulas.detection import half_normal, hazard_rate
from ustyurt_models.ibm.observe.ground import Ground, Lines, scatter
from ustyurt_models.ibm.observe.groups import Groups

__all__ = ["Eye", "Sightings", "walk_lines"]


class Eye(NamedTuple):
    """How well observers see."""

    sigma_m: float  # scale of the detection function
    shape: float | None  # of the hazard-rate; None for the half-normal
    on_line: float  # detection on the line
    truncation_m: float  # distance beyond which nothing is recorded
    round_m: float  # distances are rounded to multiples of this; 0 = exact

    def detects(self, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the chance to see a group at a distance."""
        if self.shape is None:
            return self.on_line * half_normal(distance_m, self.sigma_m)
        return self.on_line * hazard_rate(distance_m, self.sigma_m, self.shape)

    def recorded(self, distance_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return distances as they are written down."""
        if self.round_m == 0.0:
            return distance_m
        return np.minimum(np.round(distance_m / self.round_m) * self.round_m, self.truncation_m)


class Sightings(NamedTuple):
    """Groups seen. All arrays have shape (sighting,)."""

    line: NDArray[np.int64]
    distance_m: NDArray[np.float64]  # perpendicular, as recorded
    size: NDArray[np.int64]


def walk_lines(
    ground: Ground,
    zone: NDArray[np.bool_],
    lines: Lines,
    groups: Groups,
    eye: Eye,
    rng: np.random.Generator,
) -> Sightings:
    """See groups from lines; a group may be seen from two lines that pass close by.

    Parameters
    ----------
    ground : Ground
        The grid.
    zone : numpy.ndarray
        Bool, shape (row, column); groups outside are not recorded.
    lines : Lines
        From `lay_lines`.
    groups : Groups
        From `gather`.
    eye : Eye
        Detection.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Sightings
        In the order of the lines.
    """
    here = zone.ravel()[groups.cell]
    x, y = scatter(ground, groups.cell, rng)
    x, y, size = x[here], y[here], groups.size[here]
    order = np.argsort(x, kind="stable")
    x, y, size = x[order], y[order], size[order]
    first = np.searchsorted(x, lines.x_m - eye.truncation_m)
    last = np.searchsorted(x, lines.x_m + eye.truncation_m)
    near = [
        np.arange(a, b)[(y[a:b] >= low) & (y[a:b] <= high)]
        for a, b, low, high in zip(first, last, lines.low_m, lines.high_m, strict=True)
    ]
    line = np.repeat(np.arange(len(near)), [one.size for one in near])
    who = np.concatenate([*near, np.zeros(0, np.int64)])
    distance = np.abs(x[who] - lines.x_m[line])
    seen = rng.random(who.size) < eye.detects(distance)
    return Sightings(line[seen], eye.recorded(distance[seen]), size[who[seen]])
