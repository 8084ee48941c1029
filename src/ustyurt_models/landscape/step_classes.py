"""Kinds of steps: which barriers a step in each direction meets, as one small number per step.

Kernels look a step's permeability up by its class, so that it may differ by species, season and
year without a copy of the grid for each. The rule is that of `barriers.step_permeability`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.checks import require
from ustyurt_models.landscape.barriers import DIRECTIONS

__all__ = ["StepClasses", "step_classes"]

_MOST_CLASSES = 256


@dataclass(frozen=True)
class StepClasses:
    """Classes of steps of a landscape.

    Attributes
    ----------
    barriers : tuple of str
        Names of the barriers.
    step_class : numpy.ndarray
        uint8, shape (8, cell): class of the step N, NE, E, SE, S, SW, W, NW.
    ways : numpy.ndarray
        bool, shape (class, 2, barrier): barriers met on each of the two ways round.
    """

    barriers: tuple[str, ...]
    step_class: np.ndarray
    ways: np.ndarray

    def permeability(self, by_barrier: Mapping[str, float]) -> np.ndarray:
        """Return the chance factor of each class, float64, shape (class,).

        Parameters
        ----------
        by_barrier : mapping of str to float
            Chance to pass each barrier, 0..1; those not named are open.
        """
        chance = np.array([by_barrier.get(name, 1.0) for name in self.barriers])
        way = np.where(self.ways, chance, 1.0).min(axis=2, initial=1.0)
        return way.max(axis=1)


def _shifted(layer: np.ndarray, d_row: int, d_col: int) -> np.ndarray:
    """Value of `layer` at the cell one step away, 0 beyond the grid."""
    padded = np.pad(layer, 1)
    rows, columns = layer.shape
    return padded[1 + d_row : 1 + d_row + rows, 1 + d_col : 1 + d_col + columns]


def step_classes(land: xr.Dataset) -> StepClasses:
    """Sort all steps of a landscape by the barriers that they meet.

    Parameters
    ----------
    land : xarray.Dataset
        Landscape with ``barrier_east`` and ``barrier_south``, shape (barrier, y, x).

    Returns
    -------
    StepClasses
        Class 0 is the open step. Steps over the rim of the grid count as open; the study region
        never touches it.

    Raises
    ------
    InputError
        When there are more than 256 kinds of steps.
    """
    names = tuple(str(name) for name in land["barrier"].to_numpy())
    bits = (1 << np.arange(len(names), dtype=np.int64))[:, None, None]
    east = (land["barrier_east"].to_numpy() * bits).sum(axis=0)
    south = (land["barrier_south"].to_numpy() * bits).sum(axis=0)
    straight = {
        (0, 1): east,
        (1, 0): south,
        (0, -1): _shifted(east, 0, -1),
        (-1, 0): _shifted(south, -1, 0),
    }
    pairs = [_ways(straight, d_row, d_col) for d_row, d_col in DIRECTIONS]
    first = np.stack([np.minimum(a, b) for a, b in pairs]).reshape(8, -1)
    second = np.stack([np.maximum(a, b) for a, b in pairs]).reshape(8, -1)
    code = np.stack([first.ravel(), second.ravel()], axis=1)
    kinds, place = np.unique(code, axis=0, return_inverse=True)
    require(
        len(kinds) <= _MOST_CLASSES,
        "landscape: barriers",
        f"must form at most {_MOST_CLASSES} kinds of steps",
        len(kinds),
        "merge barriers that run side by side",
    )
    ways = ((kinds[:, :, None] >> np.arange(len(names))) & 1).astype(bool)
    return StepClasses(names, place.reshape(first.shape).astype(np.uint8), ways)


def _ways(
    straight: Mapping[tuple[int, int], np.ndarray], d_row: int, d_col: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the barriers on the two ways of a step, as bits; a straight step has one way."""
    if d_row == 0 or d_col == 0:
        return straight[d_row, d_col], straight[d_row, d_col]
    vertical, horizontal = straight[d_row, 0], straight[0, d_col]
    return (
        vertical | _shifted(horizontal, d_row, 0),
        horizontal | _shifted(vertical, 0, d_col),
    )
