"""Quantile-quantile data of fitted distances, with a band that holds for all of them at once."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

__all__ = ["qq_node", "simultaneous_band"]

Floats = NDArray[np.float64]

_REPLICATES = 2000
_MOST = 200  # ranks at which the band is calibrated


def simultaneous_band(
    count: int, mass: float, rng: np.random.Generator, ranks: NDArray[np.int64] | None = None
) -> tuple[Floats, Floats]:
    """Limits that all order statistics of uniform numbers keep together with probability `mass`.

    Order statistic i of n uniform numbers is Beta(i, n + 1 - i); the pointwise level is found by
    simulation so that the whole curve stays inside with the wanted probability.

    Parameters
    ----------
    count : int
        Numbers n.
    mass : float
        Probability.
    rng : numpy.random.Generator
        Chance of the calibration.
    ranks : numpy.ndarray, optional
        Ranks i from 1 to n at which limits are wanted; all of them unless given.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper limits, each shape (rank,).

    References
    ----------
    Säilynoja, Bürkner & Vehtari 2022, Statistics and Computing 32:32, algorithm 1.
    """
    i = np.arange(1, count + 1) if ranks is None else ranks
    some = i[np.unique(np.linspace(0, i.size - 1, min(i.size, _MOST)).astype(int))]
    sample = np.sort(rng.random((_REPLICATES, count)), axis=1)[:, some - 1]
    tail = betainc(some, count + 1 - some, sample)
    worst = np.minimum(tail, 1 - tail).min(axis=1)
    level = np.quantile(worst, 1 - mass)
    return betaincinv(i, count + 1 - i, level), betaincinv(i, count + 1 - i, 1 - level)


def qq_node(u: Floats, mass: float, rng: np.random.Generator) -> xr.Dataset:
    """Compare fitted with empirical cumulative probabilities of the detections.

    Parameters
    ----------
    u : numpy.ndarray
        Fitted cumulative probabilities of the detections, shape (draw, detection), at least one.
    mass : float
        Mass of the interval over draws and of the simultaneous band.
    rng : numpy.random.Generator
        Chance of the band.

    Returns
    -------
    xarray.Dataset
        Over ``rank``: ``empirical`` (share of detections up to it), ``fitted`` with ``low`` and
        ``high`` over draws, and ``band_low``, ``band_high`` where all fitted values lie together
        with probability `mass` if the model holds. Attribute ``outside`` is the share of ranks
        whose fitted value leaves the band.
    """
    ordered = np.sort(u, axis=1)
    count = ordered.shape[1]
    low, middle, high = np.quantile(ordered, [(1 - mass) / 2, 0.5, (1 + mass) / 2], axis=0)
    band_low, band_high = simultaneous_band(count, mass, rng)

    def over_rank(values: Floats, meaning: str) -> tuple[str, Floats, dict[str, str]]:
        return "rank", values, {"units": "1", "long_name": meaning}

    node = xr.Dataset(
        {
            "empirical": over_rank((np.arange(count) + 0.5) / count, "share of detections"),
            "fitted": over_rank(middle, "fitted cumulative probability, median"),
            "low": over_rank(low, "fitted cumulative probability, lower limit"),
            "high": over_rank(high, "fitted cumulative probability, upper limit"),
            "band_low": over_rank(band_low, "simultaneous band, lower limit"),
            "band_high": over_rank(band_high, "simultaneous band, upper limit"),
        },
        coords={"rank": np.arange(1, count + 1)},
    )
    outside = float(np.mean((middle < band_low) | (middle > band_high)))
    node.attrs = {"interval_mass": mass, "interval_type": "equal-tailed", "outside": outside}
    return node
