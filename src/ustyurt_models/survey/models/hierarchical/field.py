"""A smooth field on a linear predictor: priors in kilometres, waves in the graph."""

from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.hsgp import (
    Basis,
    Kernel,
    basis_functions,
    choose_basis,
    spectral_root,
)
from ustyurt_models.study.surveys import DensitySurface
from ustyurt_models.survey.models.distance.priors import exponential

__all__ = [
    "LONGEST_SHARE",
    "SHORTEST_SHARE",
    "Field",
    "FieldOptions",
    "add_field",
    "field_of",
    "lay_field",
    "length_prior",
]

Floats = NDArray[np.float64]

#: The longest length scale is twice the median; 5 % of the prior lie below 0.375 medians.
LONGEST_SHARE = 2.0
SHORTEST_SHARE = 1.0 / (0.5 - np.log(0.05) / (2.0 * np.log(2.0)))
#: Middle of the prior where the study does not say: a share of the longer side of the map.
_DEFAULT_SHARE = 1.0 / 6.0


@dataclass(frozen=True)
class Field:
    """Waves of a field and the priors of its parameters.

    Attributes
    ----------
    basis : Basis
        Waves.
    middle : numpy.ndarray
        Mean of each wave over the sites, shape (wave,). It is taken off, so that the field is
        zero on average over the sites and the mean density is told by the intercept alone (the
        sum-to-zero constraint of smooths; Wood 2017, *Generalized Additive Models*, sec. 5.4.1).
    median_km : float
        Prior median of the length scale.
    sd_mean : float
        Prior mean of the standard deviation of the field on log density.
    told : numpy.ndarray
        Share of what is known of each wave that comes from the data, shape (wave,): how far its
        weight is sampled in its own unit instead of in that of its prior. Papaspiliopoulos et al.
        2007, Statistical Science 22:59 (partially non-centred parametrisation).
    """

    basis: Basis
    middle: Floats
    median_km: float
    sd_mean: float
    told: Floats

    def waves(self, position_km: Floats) -> Floats:
        """Return the waves at some places, zero on average over the sites, shape (place, wave)."""
        return basis_functions(self.basis, position_km) - self.middle

    @property
    def usual_root(self) -> Floats:
        """Weight that each wave has where the parameters are at the middle of their priors."""
        return spectral_root(self.basis, self.sd_mean * np.log(2.0), self.median_km)


@dataclass(frozen=True)
class FieldOptions:
    """What a study says of a field.

    Attributes
    ----------
    length_m : float or None
        Prior median of the length scale [m]; a sixth of the longer side of the map unless given.
    kernel : str
        Covariance function.
    basis : int or None
        Waves per axis; chosen from the length scale unless given.
    sd_mean : float
        Prior mean of the standard deviation of the field.
    """

    length_m: float | None
    kernel: Kernel
    basis: int | None
    sd_mean: float


def lay_field(options: FieldOptions, site_km: Floats, told: float, cell_km: Floats) -> Field:
    """Lay the waves that a study asks for.

    Parameters
    ----------
    options : FieldOptions
        Length scale, kernel, number of waves.
    site_km : numpy.ndarray
        Sites with effort, shape (site, 2).
    told : float
        What a site tells of the linear predictor, about: the inverse of its variance.
    cell_km : numpy.ndarray
        Cells, shape (cell, 2).

    Returns
    -------
    Field
        With waves for length scales from 0.375 to 2 times the prior median.
    """
    everywhere = np.concatenate([site_km, cell_km])
    side_km = float(np.ptp(everywhere, axis=0).max())
    median = _DEFAULT_SHARE * side_km if options.length_m is None else options.length_m / 1000.0
    shortest, longest = SHORTEST_SHARE * median, LONGEST_SHARE * median
    basis = choose_basis(everywhere, shortest, longest, options.kernel, options.basis)
    waves = basis_functions(basis, site_km)
    middle = waves.mean(axis=0)
    field = Field(basis, middle, median, options.sd_mean, np.zeros(middle.size))
    known = told * ((waves - middle) ** 2).sum(axis=0) * field.usual_root**2
    return Field(basis, middle, median, options.sd_mean, known / (1.0 + known))


def field_of(
    settings: DensitySurface, site_km: Floats, groups: NDArray[np.int64], cell_km: Floats
) -> Field:
    """Lay the waves of a density surface.

    Parameters
    ----------
    settings : DensitySurface
        Length scale, kernel, number of waves.
    site_km : numpy.ndarray
        Sites with effort, shape (site, 2).
    groups : numpy.ndarray
        Groups seen there; their mean tells how much the data can say of each wave.
    cell_km : numpy.ndarray
        Cells, shape (cell, 2).

    Returns
    -------
    Field
        As `lay_field`.
    """
    priors = settings.priors
    count = max(float(np.mean(groups)), 0.5 / groups.size)
    if settings.family.endswith("negative-binomial"):
        count = count / (1.0 + count * priors.site_cv_mean**2)
    options = FieldOptions(
        settings.length_scale, settings.kernel, settings.basis, priors.field_sd_mean
    )
    return lay_field(options, site_km, count, cell_km)


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
        Field on log density, shape (site,).
    """
    longest, mean = length_prior(field.median_km)
    sd = exponential("field_sd", field.sd_mean)
    inverse = exponential("field_bend_per_km", mean)
    length = pm.Deterministic("field_length_km", 1.0 / (1.0 / longest + inverse))
    # With r the weight of a wave over its usual one, z is normal with deviation r^told and the
    # weight is usual * r^(1 - told) * z: the same prior for any share `told`.
    log_ratio = _log_spectral_root(field.basis, sd, length) - np.log(field.usual_root)
    deviation = pt.exp(field.told * log_ratio)
    # A climb may step to where nothing is defined; there the density is NaN, not an error.
    deviation = pt.switch(pt.gt(deviation, 0.0), deviation, 1.0)
    z = pm.Normal("field_z", 0.0, deviation, dims="wave")
    size = field.usual_root * pt.exp((1.0 - field.told) * log_ratio)
    weight = pm.Deterministic("field_weight", size * z, dims="wave")
    return pt.dot(pt.as_tensor(field.waves(position_km)), weight)


def _log_spectral_root(basis: Basis, sd: TensorVariable, length: TensorVariable) -> TensorVariable:
    """Log weight of each wave, as `formulas.hsgp.spectral_root` for two axes."""
    square = (basis.frequency**2).sum(axis=1)
    # In logarithms: a power per wave and step would cost as much as the waves at all sites.
    common = pt.log(sd) + pt.log(length)
    if basis.kernel == "squared-exponential":
        return common + 0.5 * np.log(2 * np.pi) - 0.25 * square * length**2
    constant = 0.5 * np.log(4.0 * np.pi * 2.5 * 5.0**2.5)
    return common + constant - 1.75 * pt.log(5.0 + square * length**2)
