"""Key functions of detection functions: how detection falls with distance, 1 at distance zero.

All functions broadcast: distances, scale and shape may have any shapes that fit together. Distance
and scale only need the same unit.

References
----------
Buckland et al. 2001, *Introduction to Distance Sampling*, sec. 2.3.
Hayes & Buckland 1983, Biometrics 39:29-42 (hazard-rate).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["KEYS", "SCALED", "key_slope", "key_value", "log_key"]

Floats = NDArray[np.float64]

#: Keys by name.
KEYS = ("half-normal", "hazard-rate", "uniform", "negative-exponential")

#: Keys with a scale; the uniform has none.
SCALED = ("half-normal", "hazard-rate", "negative-exponential")

_LOG_HAZARD_MOST = 50.0  # above, g is 1 to the last digit; bounds what is exponentiated
_LOG_HAZARD_LEAST = -300.0  # below, g would leave the range of floating point
_SHARE_LEAST = 1e-9  # distance over scale: keeps log(0) away from the hazard-rate


def _log_hazard(distance: ArrayLike, scale: ArrayLike, shape: ArrayLike) -> Floats:
    """Log of the hazard (x / sigma)^-b of the hazard-rate key, bounded."""
    share = np.maximum(np.asarray(distance, float) / np.asarray(scale, float), _SHARE_LEAST)
    log_hazard = -np.asarray(shape, float) * np.log(share)
    return np.clip(log_hazard, _LOG_HAZARD_LEAST, _LOG_HAZARD_MOST)


def log_key(key: str, distance: ArrayLike, scale: ArrayLike, shape: ArrayLike = 1.0) -> Floats:
    """Logarithm of the key function.

    Half-normal: exp(-x^2 / (2 sigma^2)). Hazard-rate: 1 - exp(-(x / sigma)^-b). Uniform: 1.
    Negative exponential: exp(-x / sigma).

    Parameters
    ----------
    key : str
        One of `KEYS`.
    distance : array_like
        Distance x from the line or the point [m].
    scale : array_like
        Scale sigma [m], > 0; not used by the uniform.
    shape : array_like, optional
        Shape b of the hazard-rate; a shoulder at zero needs b > 1. Not used by the others.

    Returns
    -------
    numpy.ndarray
        Log probability of detection, 0 at distance zero.
    """
    x = np.asarray(distance, float)
    if key == "half-normal":
        return -0.5 * np.square(x / np.asarray(scale, float))
    if key == "hazard-rate":
        return np.log(-np.expm1(-np.exp(_log_hazard(x, scale, shape))))
    if key == "negative-exponential":
        return -x / np.asarray(scale, float)
    return np.zeros(np.broadcast_shapes(x.shape, np.shape(scale)))


def key_value(key: str, distance: ArrayLike, scale: ArrayLike, shape: ArrayLike = 1.0) -> Floats:
    """Key function itself, see `log_key`.

    Parameters
    ----------
    key : str
        One of `KEYS`.
    distance, scale, shape : array_like
        As in `log_key`.

    Returns
    -------
    numpy.ndarray
        Probability of detection in [0, 1].
    """
    if key == "hazard-rate":
        return -np.expm1(-np.exp(_log_hazard(distance, scale, shape)))
    return np.exp(log_key(key, distance, scale, shape))


def key_slope(key: str, distance: ArrayLike, scale: ArrayLike, shape: ArrayLike = 1.0) -> Floats:
    """Relative fall of the key, -d log(key) / dx; what adjustment terms may use up.

    Parameters
    ----------
    key : str
        One of `KEYS`.
    distance, scale, shape : array_like
        As in `log_key`; distance > 0.

    Returns
    -------
    numpy.ndarray
        Relative fall per unit of distance, >= 0.
    """
    x, sigma = np.asarray(distance, float), np.asarray(scale, float)
    if key == "half-normal":
        return x / sigma**2
    if key == "hazard-rate":
        hazard = np.exp(_log_hazard(x, sigma, shape))
        return np.asarray(shape, float) * hazard * np.exp(-hazard) / (x * -np.expm1(-hazard))
    if key == "negative-exponential":
        return np.broadcast_to(1.0 / sigma, np.broadcast_shapes(x.shape, sigma.shape))
    return np.zeros(np.broadcast_shapes(x.shape, sigma.shape))
