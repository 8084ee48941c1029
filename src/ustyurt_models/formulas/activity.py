"""Share of the day that animals are active, from the hours at which they pass cameras.

If all animals are active at the busiest hour, the rate of passages at that hour stands for
everybody moving, and the mean rate over its peak is the share of time active: with the circular
density f of the times, in radians, activity = 1 / (2 pi max f). The density is a kernel estimate
with von Mises kernels; their concentration follows from the concentration of the data.

References
----------
Rowcliffe et al. 2014, Methods in Ecology and Evolution 5:1170-1179 (activity level).
Taylor 2008, Computational Statistics & Data Analysis 52:3493-3500 (bandwidth, equation 7).
Ridout & Linkie 2009, Journal of Agricultural, Biological and Environmental Statistics 14:322-337
(the largest of the first three moments, for activity with two peaks).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ive

__all__ = ["activity_level", "circular_density", "kernel_concentration", "resampled_activity"]

Floats = NDArray[np.float64]

_DAY_H = 24.0
_BINS = 512
_MOST = 100.0  # concentration of the data beyond which the rule of thumb is not trusted
_MOMENTS = (1, 2, 3)


def _binned(hours: Floats) -> Floats:
    """Count times in equal bins around the clock, shape (bin,)."""
    at = np.floor(np.mod(hours, _DAY_H) / _DAY_H * _BINS).astype(np.int64) % _BINS
    return np.bincount(at, minlength=_BINS).astype(np.float64)


def _concentration(moment: int, length: float) -> float:
    """Return kappa of a von Mises distribution whose moment has a given length."""

    def excess(kappa: float) -> float:
        return float(ive(moment, kappa) / ive(0, kappa)) - length

    return 0.0 if length <= 0 else _MOST if excess(_MOST) < 0 else float(brentq(excess, 0, _MOST))


def kernel_concentration(hours: Floats) -> float:
    """Return the concentration of the kernels for times of day (Taylor 2008).

    Parameters
    ----------
    hours : numpy.ndarray
        Times of day [hour], shape (passage,).

    Returns
    -------
    float
        Kappa of the von Mises kernels, > 0.
    """
    angle = 2.0 * np.pi * hours / _DAY_H
    lengths = [abs(np.exp(1j * k * angle).mean()) for k in _MOMENTS]
    kappa = max(_concentration(k, float(one)) for k, one in zip(_MOMENTS, lengths, strict=True))
    kappa = max(kappa, 1e-3)
    sharp = ive(2, 2.0 * kappa) / ive(0, kappa) ** 2  # the exponentials cancel
    return float((3.0 * hours.size * kappa**2 * sharp / (4.0 * np.sqrt(np.pi))) ** 0.4)


def circular_density(counts: Floats, concentration: float) -> Floats:
    """Return the kernel density of binned times around the clock.

    Parameters
    ----------
    counts : numpy.ndarray
        Passages by bin, shape (bin,).
    concentration : float
        Kappa of the kernels.

    Returns
    -------
    numpy.ndarray
        Density per radian; its mean times 2 pi is one; shape (bin,).
    """
    angle = 2.0 * np.pi * np.arange(counts.size) / counts.size
    kernel = np.exp(concentration * (np.cos(angle) - 1.0))
    kernel /= 2.0 * np.pi * kernel.mean()
    smooth = np.fft.irfft(np.fft.rfft(counts) * np.fft.rfft(kernel), counts.size)
    return smooth / counts.sum()


def activity_level(hours: Floats) -> float:
    """Return the share of the day that animals are active.

    Parameters
    ----------
    hours : numpy.ndarray
        Times of day of passages [hour], shape (passage,); at least one.

    Returns
    -------
    float
        In (0, 1].

    Examples
    --------
    >>> round(activity_level(np.linspace(0.0, 24.0, 480, endpoint=False)), 2)
    1.0
    """
    density = circular_density(_binned(hours), kernel_concentration(hours))
    return min(1.0, 1.0 / (2.0 * np.pi * float(density.max())))


def resampled_activity(
    hours: Floats, camera: NDArray[np.int64], count: int, rng: np.random.Generator
) -> Floats:
    """Draw the activity level by resampling cameras with all their passages.

    Cameras, not passages, are drawn, because one group that passes a camera again and again at
    its hour tells less than as many groups. The peak of a resampled density is higher than that of
    the data, so draws are scaled to have the estimate as their median.

    Parameters
    ----------
    hours : numpy.ndarray
        Times of day of passages [hour], shape (passage,).
    camera : numpy.ndarray
        Camera of each, int64, shape (passage,).
    count : int
        Draws.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    numpy.ndarray
        In (0, 1], shape (count,).
    """
    concentration, estimate = kernel_concentration(hours), activity_level(hours)
    own = np.stack([_binned(hours[camera == one]) for one in np.unique(camera)])
    peaks = np.empty(count)
    for i in range(count):
        weight = np.bincount(rng.integers(0, own.shape[0], own.shape[0]), minlength=own.shape[0])
        peaks[i] = circular_density(weight @ own, concentration).max()
    return np.minimum(1.0, estimate * np.median(peaks) / peaks)
