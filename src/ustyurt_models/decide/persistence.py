"""Persistence by draw: whether the futures fall into two camps that a mean would hide."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.decide.futures import quantity

__all__ = ["PersistenceShape", "persistence_by_draw", "persistence_shape"]

_BINS = 10
_CAMP = 0.2
_THIRD = 1 / 3


@dataclass(frozen=True)
class PersistenceShape:
    """How persistence is spread over draws.

    Attributes
    ----------
    edges : numpy.ndarray
        Edges of the histogram, shape (bin + 1,), 0..1.
    counts : numpy.ndarray
        Draws per bin, shape (bin,).
    low_share, high_share : float
        Share of draws in the lowest and in the highest third.
    two_peaked : bool
        Whether both outer thirds hold at least a fifth of the draws and each is denser than
        the middle third, by more than two standard errors.
    """

    edges: np.ndarray
    counts: np.ndarray
    low_share: float
    high_share: float
    two_peaked: bool


def persistence_by_draw(results: xr.Dataset, year: int = -1) -> np.ndarray:
    """Return the share of replicates with cheetahs at the end of `year` (years since start).

    `results` is a single scenario; shape of the answer (draw,).
    """
    return (quantity(results, "cheetah")[..., year] > 0).mean(axis=1)


def persistence_shape(by_draw: np.ndarray) -> PersistenceShape:
    """Describe the spread of persistence over draws.

    Parameters
    ----------
    by_draw : numpy.ndarray
        Persistence of each draw, shape (draw,), 0..1.

    Returns
    -------
    PersistenceShape
        Histogram and whether it has two peaks.
    """
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    counts, _ = np.histogram(by_draw, edges)
    low, high = float(np.mean(by_draw < _THIRD)), float(np.mean(by_draw > 1 - _THIRD))
    middle = 1.0 - low - high
    return PersistenceShape(edges, counts, low, high, _valley(low, middle, high, by_draw.size))


def _valley(low: float, middle: float, high: float, draws: int) -> bool:
    """Whether both outer thirds are camps with a valley between them."""
    smaller = min(low, high)
    # Variance of a difference of two multinomial shares.
    error = np.sqrt(max(smaller + middle - (smaller - middle) ** 2, 0.0) / draws)
    return smaller >= _CAMP and smaller - middle > 2 * error
