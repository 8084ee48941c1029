"""The detection function of every draw: its parameters by covariate row, integrals and values."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.detection_function import DetectionParameters, detection
from ustyurt_models.formulas.detection_rows import row_integrals
from ustyurt_models.survey.draws import draws_of
from ustyurt_models.survey.models.distance.prepare import DistanceData

__all__ = ["DrawnCurves", "drawn_curves", "ring_density", "searched_measure"]

Floats = NDArray[np.float64]


def searched_measure(data: DistanceData) -> float:
    """Integral of 1 (lines) or r (points) between the truncation distances [m] or [m2]."""
    left, right = data.form.left_m, data.form.truncation_m
    return (right**2 - left**2) / 2 if data.form.point else right - left


def ring_density(distance_m: Floats, g: Floats, left_m: float = 0.0) -> Floats:
    """Probability density of the distances from points at which groups are detected.

    Parameters
    ----------
    distance_m : numpy.ndarray
        Rising distances up to the truncation distance [m], shape (distance,).
    g : numpy.ndarray
        Detection probabilities, shape (draw, distance).
    left_m : float
        Left truncation distance [m]; nearer detections were left out.

    Returns
    -------
    numpy.ndarray
        f(r) = r g(r) / integral of r g(r) [per m], shape (draw, distance); NaN nearer than
        `left_m`. The integral is that of straight lines between the distances.

    References
    ----------
    Buckland et al. 2001, *Introduction to Distance Sampling*, section 5.2.
    """
    rings = distance_m * g
    from_left = distance_m > left_m
    at_left = np.stack([np.interp(left_m, distance_m, one) for one in rings])
    places = np.concatenate([[left_m], distance_m[from_left]])
    heights = np.concatenate([at_left[:, None], rings[:, from_left]], axis=1)
    total = np.trapezoid(heights, places, axis=1)
    return np.where(distance_m >= left_m, rings / total[:, None], np.nan)


@dataclass(frozen=True)
class DrawnCurves:
    """Detection functions, one per draw and covariate row.

    Attributes
    ----------
    data : DistanceData
        The survey.
    sigma_m : numpy.ndarray
        Scales [m], shape (draw, row).
    shape : numpy.ndarray
        Hazard-rate shapes, ones for other keys, shape (draw,).
    coefficients : numpy.ndarray
        Of the adjustment terms, shape (draw, order).
    """

    data: DistanceData
    sigma_m: Floats
    shape: Floats
    coefficients: Floats

    def integrals(self, edges_m: Floats) -> Floats:
        """Return integrals between edges, shape (draw, row, edge - 1); see `row_integrals`."""
        return row_integrals(self.data.form, edges_m, self.sigma_m, self.shape, self.coefficients)

    def whole(self) -> Floats:
        """Return the integral between the truncation distances, shape (draw, row)."""
        form = self.data.form
        return self.integrals(np.array([form.left_m, form.truncation_m]))[..., 0]

    def mean_detection(self) -> Floats:
        """Return the mean detection probability of each row, shape (draw, row)."""
        return np.maximum(self.whole() / searched_measure(self.data), 1e-300)

    def at(self, distance_m: Floats, row: NDArray[np.int64]) -> Floats:
        """Return g of single detections, each with its row, shape (draw, detection)."""
        parameters = DetectionParameters(
            self.sigma_m[:, row], self.shape[:, None], self.coefficients[:, None]
        )
        return detection(self.data.form, distance_m, parameters)


def drawn_curves(posterior: xr.Dataset, data: DistanceData) -> DrawnCurves:
    """Gather the detection functions of a posterior.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables, dims (chain, draw, ...).
    data : DistanceData
        The survey.

    Returns
    -------
    DrawnCurves
        One function per draw and covariate row.
    """
    rows = data.scale
    draws = posterior.sizes["chain"] * posterior.sizes["draw"]
    log_sigma = np.zeros((draws, rows.fixed.shape[0]))
    if "sigma_m" in posterior:
        log_sigma = log_sigma + np.log(draws_of(posterior, "sigma_m"))[:, None]
    if rows.names:
        log_sigma = log_sigma + draws_of(posterior, "scale_effect") @ rows.fixed.T
    for i, name in enumerate(rows.levels):
        log_sigma = log_sigma + draws_of(posterior, f"scale_{name}")[:, rows.random[:, i]]
    shape, coefficients = np.ones(draws), np.empty((draws, 0))
    if "shape_excess" in posterior:
        shape = 1.0 + draws_of(posterior, "shape_excess")
    if "adjustment" in posterior:
        coefficients = draws_of(posterior, "adjustment")
    return DrawnCurves(data, np.exp(log_sigma), shape, coefficients)
