"""A smooth field over the map as a sum of sine waves: Hilbert-space Gaussian process.

A Gaussian process on the rectangle [-L_1, L_1] x [-L_2, L_2] is approximated by
f(s) = sum_j sqrt(S(w_j)) phi_j(s) b_j with b_j standard normal, phi_j products of sines that
vanish on the rim, w_j their angular frequencies and S the spectral density of the kernel. The
basis is laid once; kernel parameters only change the weights.

References
----------
Solin & Särkkä 2020, Statistics and Computing 30:419.
Riutort-Mayol et al. 2023, Statistics and Computing 33:17 (numbers of functions, boundary).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Basis",
    "Kernel",
    "basis_functions",
    "choose_basis",
    "covariance",
    "longest_resolved_km",
    "shortest_resolved_km",
    "spectral_root",
]

Floats = NDArray[np.float64]
Kernel = Literal["matern52", "squared-exponential"]

#: Waves per axis are this times boundary over length scale (Riutort-Mayol et al. 2023, sec. 4.2).
_FUNCTIONS: dict[str, float] = {"matern52": 2.65, "squared-exponential": 1.75}
#: Room between positions and rim, where the waves vanish, in length scales. The paper's rule for
#: one axis (rim at 4.1 length scales from the middle) asks for more waves than two axes can bear;
#: with one length scale of room the variance at the outermost positions is right within 20 %.
_ROOM = 1.0
_LEAST_BOUNDARY = 1.2
_LEAST_FUNCTIONS, _MOST_FUNCTIONS = 3, 60


@dataclass(frozen=True)
class Basis:
    """Sine waves over the map.

    Attributes
    ----------
    centre_km : numpy.ndarray
        Middle of the rectangle, shape (axis,).
    half_km : numpy.ndarray
        Half of the extent of the positions, shape (axis,).
    boundary_km : numpy.ndarray
        Half of the sides of the rectangle, L, shape (axis,).
    order : numpy.ndarray
        Half-waves along each axis, int64, shape (function, axis).
    kernel : str
        Covariance function.
    """

    centre_km: Floats
    half_km: Floats
    boundary_km: Floats
    order: NDArray[np.int64]
    kernel: Kernel

    @property
    def frequency(self) -> Floats:
        """Angular frequency along each axis [1/km], shape (function, axis)."""
        return np.pi * self.order / (2.0 * self.boundary_km)

    @property
    def per_axis(self) -> NDArray[np.int64]:
        """Largest number of half-waves along each axis, shape (axis,)."""
        return self.order.max(axis=0)


def choose_basis(
    position_km: Floats,
    shortest_km: float,
    longest_km: float,
    kernel: Kernel = "matern52",
    per_axis: int | None = None,
) -> Basis:
    """Lay a basis that can show fields between two length scales.

    The rectangle reaches beyond the positions far enough for the longest length scale, and each
    axis has waves enough for the shortest. Waves of high order along both axes at once are left
    out: the kernel gives weight by the total frequency, so an ellipse holds all that matter.

    Parameters
    ----------
    position_km : numpy.ndarray
        Everything the field will be asked for, sites and cells, shape (point, axis).
    shortest_km, longest_km : float
        Length scales to show [km].
    kernel : str
        Covariance function.
    per_axis : int, optional
        Functions per axis instead of the number that the shortest length scale asks for.

    Returns
    -------
    Basis
        At most 60 functions per axis; `shortest_resolved_km` says what they can show.
    """
    low, high = position_km.min(axis=0), position_km.max(axis=0)
    half = np.maximum((high - low) / 2.0, 1e-3 * max(longest_km, 1e-6))
    boundary = np.maximum(half + _ROOM * longest_km, _LEAST_BOUNDARY * half)
    wanted = np.ceil(_FUNCTIONS[kernel] * boundary / shortest_km)
    if per_axis is not None:
        wanted = np.full(half.size, per_axis)
    count = np.clip(wanted, _LEAST_FUNCTIONS, _MOST_FUNCTIONS).astype(np.int64)
    grid = np.stack(np.meshgrid(*(np.arange(1, m + 1) for m in count), indexing="ij"), axis=-1)
    every = grid.reshape(-1, half.size)
    # Orders start at one, so that the ellipse passes through the last wave along each axis.
    within = (((every - 1) / np.maximum(count - 1, 1)) ** 2).sum(axis=1) <= 1.0 + 1e-12
    return Basis((low + high) / 2.0, half, boundary, every[within], kernel)


def shortest_resolved_km(basis: Basis) -> float:
    """Return the shortest length scale that the number of functions can show [km]."""
    need = _FUNCTIONS[basis.kernel] * basis.boundary_km / basis.per_axis
    return float(need.max())


def longest_resolved_km(basis: Basis) -> float:
    """Return the longest length scale that has room between positions and rim [km]."""
    return float(((basis.boundary_km - basis.half_km) / _ROOM).min())


def basis_functions(basis: Basis, position_km: Floats) -> Floats:
    """Evaluate the sine waves.

    Parameters
    ----------
    basis : Basis
        From `choose_basis`.
    position_km : numpy.ndarray
        Shape (point, axis).

    Returns
    -------
    numpy.ndarray
        Shape (point, function); orthonormal over the rectangle [1/km in two dimensions].
    """
    value = np.ones((position_km.shape[0], basis.order.shape[0]))
    for axis, edge in enumerate(basis.boundary_km):
        angle = np.pi / (2.0 * edge) * (position_km[:, axis] - basis.centre_km[axis] + edge)
        waves = np.sin(angle[:, None] * np.arange(1, basis.per_axis[axis] + 1)) / np.sqrt(edge)
        value *= waves[:, basis.order[:, axis] - 1]
    return value


def spectral_root(basis: Basis, sd: ArrayLike, length_km: ArrayLike) -> Floats:
    """Root of the spectral density at the frequency of each wave.

    Parameters
    ----------
    basis : Basis
        Waves and kernel.
    sd : array_like
        Standard deviation of the field, shape (...).
    length_km : array_like
        Length scale [km], shape (...).

    Returns
    -------
    numpy.ndarray
        Weight of each wave, shape (..., function); times `basis_functions` it has the unit of
        the field.
    """
    square = (basis.frequency**2).sum(axis=1)
    axes = basis.order.shape[1]
    size = np.asarray(length_km, float)[..., None]
    return np.asarray(sd, float)[..., None] * _unit_root(square, size, axes, basis.kernel)


def _unit_root(square: Floats, size: Floats, axes: int, kernel: Kernel) -> Floats:
    """Root of the spectral density of a field of standard deviation one.

    Rasmussen & Williams 2006, *Gaussian Processes for Machine Learning*, eqs. 4.11 and 4.15.
    """
    if kernel == "squared-exponential":
        return (2 * np.pi * size**2) ** (axes / 4) * np.exp(-0.25 * square * size**2)
    # Matern of smoothness 5/2; Gamma(5/2 + d/2) / Gamma(5/2) is 8/(3 sqrt(pi)) and 5/2.
    ratio = {1: 8.0 / (3.0 * np.sqrt(np.pi)), 2: 2.5}[axes]
    constant = (2.0 * np.sqrt(np.pi)) ** axes * ratio * 5.0**2.5
    return np.sqrt(constant * size**axes) * (5.0 + square * size**2) ** (-(5.0 + axes) / 4)


def covariance(distance_km: ArrayLike, sd: float, length_km: float, kernel: Kernel) -> Floats:
    """Covariance of the exact field at a distance.

    Parameters
    ----------
    distance_km : array_like
        Distance between two places [km].
    sd : float
        Standard deviation of the field.
    length_km : float
        Length scale [km].
    kernel : str
        Covariance function.

    Returns
    -------
    numpy.ndarray
        Covariance, broadcast.
    """
    r = np.asarray(distance_km, float) / length_km
    if kernel == "squared-exponential":
        return sd**2 * np.exp(-0.5 * r**2)
    near = np.sqrt(5.0) * r
    return sd**2 * (1.0 + near + near**2 / 3.0) * np.exp(-near)
