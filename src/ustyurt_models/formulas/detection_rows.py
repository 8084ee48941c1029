"""Integrals of detection functions at many scales at once, one per row of covariates.

The integral is a smooth function of the log scale, so with many rows it is computed at a few
scales between the smallest and the largest and interpolated by a Chebyshev series of its logarithm
(relative error below 2e-5 for scales that differ tenfold and hazard-rate shapes up to 6, below
1e-3 for scales that differ by a factor of 45).
"""

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike, NDArray

from ustyurt_models.formulas.detection_function import (
    DetectionForm,
    DetectionParameters,
    interval_integrals,
)

__all__ = ["NODES", "interpolation_nodes", "row_integrals"]

Floats = NDArray[np.float64]

#: Scales at which integrals are computed when there are more rows than this.
NODES = 32


def interpolation_nodes() -> tuple[Floats, Floats]:
    """Chebyshev points on [-1, 1] and the matrix from values there to coefficients.

    Returns
    -------
    tuple of numpy.ndarray
        Points, shape (node,), and matrix, shape (coefficient, node).
    """
    angle = (np.arange(NODES) + 0.5) * np.pi / NODES
    matrix = 2.0 / NODES * np.cos(np.outer(np.arange(NODES), angle))
    matrix[0] /= 2
    return np.cos(angle), matrix


def row_integrals(
    form: DetectionForm,
    edges_m: ArrayLike,
    sigma_m: Floats,
    shape: ArrayLike = 1.0,
    coefficients: Floats | None = None,
) -> Floats:
    """Integrals between edges for every draw and row; see `interval_integrals`.

    Parameters
    ----------
    form : DetectionForm
        Key, truncation, adjustments.
    edges_m : array_like
        Increasing distances [m], shape (edge,).
    sigma_m : numpy.ndarray
        Scales [m], shape (draw, row).
    shape : array_like
        Hazard-rate shape, shape (draw,) or a number.
    coefficients : numpy.ndarray, optional
        Of the adjustment terms, shape (draw, order).

    Returns
    -------
    numpy.ndarray
        Shape (draw, row, edge - 1); [m] for lines, [m2] for points.
    """
    b = np.asarray(shape, float).reshape(-1, 1)
    a = np.empty((1, 1, 0)) if coefficients is None else coefficients[:, None]
    if form.closed or sigma_m.shape[1] <= NODES:
        return interval_integrals(form, edges_m, DetectionParameters(sigma_m, b, a))
    log_sigma = np.log(sigma_m)
    least, most = log_sigma.min(axis=1), log_sigma.max(axis=1)
    half = np.maximum((most - least) / 2, 1e-3)[:, None]
    middle = ((least + most) / 2)[:, None]
    points, matrix = interpolation_nodes()
    at_nodes = DetectionParameters(np.exp(middle + half * points), b, a)
    height = np.log(interval_integrals(form, edges_m, at_nodes))
    series = np.einsum("kn,dni->kdi", matrix, height)[:, :, None]
    place = ((log_sigma - middle) / half)[..., None]
    return np.exp(chebyshev.chebval(place, series, tensor=False))
