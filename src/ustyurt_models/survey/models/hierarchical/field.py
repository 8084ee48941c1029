"""A smooth field on log density: priors in kilometres, waves in the graph."""

from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.hsgp import Basis, basis_functions, choose_basis
from ustyurt_models.study.surveys import DensitySurface
from ustyurt_models.survey.models.distance.priors import exponential

__all__ = ["SHORTEST_SHARE", "Field", "add_field", "field_of", "length_prior"]

Floats = NDArray[np.float64]

#: The longest length scale is twice the median; 5 % of the prior lie below 0.375 medians.
LONGEST_SHARE = 2.0
SHORTEST_SHARE = 1.0 / (0.5 - np.log(0.05) / (2.0 * np.log(2.0)))
#: Middle of the prior where the study does not say: a share of the longer side of the map.
_DEFAULT_SHARE = 0.25


@dataclass(frozen=True)
class Field:
    """Waves of a field and the prior of its length scale.

    Attributes
    ----------
    basis : Basis
        Waves.
    median_km : float
        Prior median of the length scale.
    sd_mean : float
        Prior mean of the standard deviation of the field on log density.
    """

    basis: Basis
    median_km: float
    sd_mean: float


def field_of(settings: DensitySurface, position_km: Floats) -> Field:
    """Lay the waves that a study asks for.

    Parameters
    ----------
    settings : DensitySurface
        Length scale, kernel, number of waves.
    position_km : numpy.ndarray
        All sites and cells, shape (place, 2).

    Returns
    -------
    Field
        With waves for length scales from 0.375 to 2 times the prior median.
    """
    side_km = float(np.ptp(position_km, axis=0).max())
    length_m = settings.length_scale
    median = _DEFAULT_SHARE * side_km if length_m is None else length_m / 1000.0
    basis = choose_basis(
        position_km,
        SHORTEST_SHARE * median,
        LONGEST_SHARE * median,
        settings.kernel,
        settings.basis,
    )
    return Field(basis, median, settings.priors.field_sd_mean)


def length_prior(median_km: float) -> tuple[float, float]:
    """Return longest length scale [km] and mean of what is added to its inverse [1/km].

    The inverse length scale is 1 / longest plus an exponential variable: the penalised-complexity
    prior of two dimensions (Fuglstad et al. 2019, JASA 114:445), which favours long length
    scales, cut off where a field could no longer be told from a constant.
    """
    longest = LONGEST_SHARE * median_km
    return longest, (1.0 / median_km - 1.0 / longest) / np.log(2.0)


def add_field(field: Field, position_km: Floats) -> TensorVariable:
    """Add the field to the model at hand and return its value at the sites.

    Parameters
    ----------
    field : Field
        Waves and priors.
    position_km : numpy.ndarray
        Sites, shape (site, 2).

    Returns
    -------
    TensorVariable
        Field on log density, shape (site,). Weights of the waves are standard normal before they
        are scaled (non-centred), which suits surveys that say little about each wave.
    """
    longest, mean = length_prior(field.median_km)
    sd = exponential("field_sd", field.sd_mean)
    inverse = exponential("field_bend_per_km", mean)
    length = pm.Deterministic("field_length_km", 1.0 / (1.0 / longest + inverse))
    weight = pm.Normal("field_z", dims="wave")
    root = _spectral_root(field.basis, sd, length)
    return pt.dot(pt.as_tensor(basis_functions(field.basis, position_km)), root * weight)


def _spectral_root(basis: Basis, sd: TensorVariable, length: TensorVariable) -> TensorVariable:
    """Weight of each wave, as `formulas.hsgp.spectral_root` for two axes."""
    square = (basis.frequency**2).sum(axis=1)
    if basis.kernel == "squared-exponential":
        return sd * np.sqrt(2 * np.pi) * length * pt.exp(-0.25 * square * length**2)
    constant = np.sqrt(4.0 * np.pi * 2.5 * 5.0**2.5)
    return sd * constant * length * (5.0 + square * length**2) ** -1.75
