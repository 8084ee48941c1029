"""Density and abundance by the survey's design: per stratum and in total, as program Distance.

What was found on transect i, corrected for detection, is scaled from the searched to the whole
area of its stratum. The variance has two parts: the spread among transects (`design_based`) and
the uncertainty of detection, which all strata share.

References
----------
Innes et al. 2002, NAMMCO Scientific Publications 4:169 (spread of corrected numbers).
Marques & Buckland 2004, in *Advanced Distance Sampling*, ch. 3 (covariates of detection).
Buckland et al. 2001, *Introduction to Distance Sampling*, p. 90 (degrees of freedom).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.formulas.design_based import (
    degrees_of_freedom,
    encounter_rate_covariance,
    encounter_rate_variance,
    log_normal_limits,
    satterthwaite,
)

__all__ = ["Detection", "Estimate", "Sample", "abundance", "encounter_rate", "mean_group_size"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Sample:
    """Where and how much was searched.

    Attributes
    ----------
    area_km2 : numpy.ndarray
        Area of each stratum, > 0, shape (stratum,).
    transect_stratum : numpy.ndarray
        Stratum of each transect, int64, shape (transect,).
    effort : numpy.ndarray
        Length [km] or visits of each transect, > 0, shape (transect,).
    searched_km2_per_effort : float
        Area searched per unit of effort: 2 w per kilometre, pi w^2 per visit of a point.
    estimator : str
        Name of the variance estimator; one of `design_based.ESTIMATORS`.
    """

    area_km2: Floats
    transect_stratum: Integers
    effort: Floats
    searched_km2_per_effort: float
    estimator: str

    def of_stratum(self, stratum: int) -> NDArray[np.bool_]:
        """Return which transects lie in a stratum, shape (transect,)."""
        return self.transect_stratum == stratum

    def sums(self, values: Floats) -> Floats:
        """Add up a quantity of transects by stratum, shape (stratum,)."""
        return np.bincount(self.transect_stratum, values, self.area_km2.size)

    @property
    def scale(self) -> Floats:
        """Numbers in the stratum per encounter rate of corrected numbers, shape (stratum,)."""
        return self.area_km2 / self.searched_km2_per_effort


@dataclass(frozen=True)
class Detection:
    """What is not known of detection.

    Attributes
    ----------
    covariance : numpy.ndarray
        Covariance of the abundance of strata due to detection, shape (stratum, stratum).
    freedom : float
        Detections minus parameters; infinite for draws of a posterior.
    """

    covariance: Floats
    freedom: float = np.inf


@dataclass(frozen=True)
class Estimate:
    """Estimates of the strata and, last, of all together; every array has shape (stratum + 1,).

    Attributes
    ----------
    value, se, cv : numpy.ndarray
        Estimate, standard error, coefficient of variation (NaN where nothing was found).
    low, high : numpy.ndarray
        Log-normal limits (NaN where nothing was found).
    freedom : numpy.ndarray
        Satterthwaite degrees of freedom.
    """

    value: Floats
    se: Floats
    cv: Floats
    low: Floats
    high: Floats
    freedom: Floats

    def divided(self, by: Floats) -> "Estimate":
        """Return the estimate per `by` (such as the area), shape (stratum + 1,)."""
        return Estimate(
            self.value / by, self.se / by, self.cv, self.low / by, self.high / by, self.freedom
        )


def _with_total(values: Floats) -> Floats:
    return np.append(values, values.sum())


def _rate_variances(sample: Sample, found: Floats, single: Floats) -> Floats:
    """Variance of the encounter rate by stratum; Poisson where there is one transect."""
    variances = []
    for stratum in range(sample.area_km2.size):
        inside = sample.of_stratum(stratum)
        effort = sample.effort[inside]
        if effort.size > 1:
            variances.append(encounter_rate_variance(found[inside], effort, sample.estimator))
        elif effort.size == 1:
            variances.append(float(single[inside][0] / effort[0] ** 2))
        else:
            variances.append(float("nan"))
    return np.array(variances)


def encounter_rate(
    sample: Sample, found: Floats, squares: Floats | None = None, mass: float = 0.95
) -> Estimate:
    """Encounter rate of groups or animals; the total weighs the strata by their area.

    Parameters
    ----------
    sample : Sample
        Effort and estimator.
    found : numpy.ndarray
        Groups or animals per transect, in the order in which the transects lie, shape (transect,).
    squares : numpy.ndarray, optional
        Sum of squared group sizes per transect, shape (transect,): the Poisson variance that
        stands in where a stratum has one transect. `found` unless given, right for groups.
    mass : float
        Confidence of the limits.

    Returns
    -------
    Estimate
        Per unit of effort; the last entry for all strata.
    """
    share = sample.area_km2 / sample.area_km2.sum()
    effort = sample.sums(sample.effort)
    rate = sample.sums(found) / effort
    variance = _rate_variances(sample, found, found if squares is None else squares)
    freedom = _freedom(sample)
    value = np.append(rate, rate @ share)
    spread = np.append(variance, variance @ share**2)
    total = satterthwaite(tuple(variance * share**2), tuple(freedom))
    return _estimate(value, spread, np.append(freedom, total), mass)


def _freedom(sample: Sample) -> Floats:
    """Degrees of freedom of the encounter rate by stratum; infinite for one transect (Poisson)."""
    transects = sample.sums(np.ones_like(sample.effort)).astype(int)
    return np.array(
        [degrees_of_freedom(int(k), sample.estimator) if k > 1 else np.inf for k in transects]
    )


def _estimate(value: Floats, variance: Floats, freedom: Floats, mass: float) -> Estimate:
    """Complete an estimate with its coefficient of variation and limits."""
    se = np.sqrt(variance)
    cv = np.divide(se, value, out=np.full_like(se, np.nan), where=value > 0)
    limits = [log_normal_limits(*row, mass) for row in zip(value, cv, freedom, strict=True)]
    low, high = np.array(limits).T
    return Estimate(value, se, cv, low, high, freedom)


def abundance(
    sample: Sample,
    present: Floats,
    detection: Detection,
    squares: Floats | None = None,
    mass: float = 0.95,
) -> Estimate:
    """Abundance of groups or animals by stratum and in total.

    Parameters
    ----------
    sample : Sample
        Areas, effort and estimator.
    present : numpy.ndarray
        Estimated number in the searched strip of each transect, the sum of size / p over its
        detections, shape (transect,).
    detection : Detection
        Uncertainty of detection, on the scale of the strata's abundance.
    squares : numpy.ndarray, optional
        Sum of (size / p)^2 per transect, used where a stratum has one transect.
    mass : float
        Confidence of the limits.

    Returns
    -------
    Estimate
        Numbers; the last entry for all strata.
    """
    value = sample.scale * sample.sums(present) / sample.sums(sample.effort)
    spread = sample.scale**2 * _rate_variances(
        sample, present, present if squares is None else squares
    )
    known = np.append(np.diag(detection.covariance), detection.covariance.sum())
    freedom = _freedom(sample)
    whole = satterthwaite(tuple(spread), tuple(freedom))
    freedoms = [
        satterthwaite((found, seen), (df, detection.freedom))
        for found, seen, df in zip(
            _with_total(spread), known, np.append(freedom, whole), strict=True
        )
    ]
    return _estimate(_with_total(value), _with_total(spread) + known, np.array(freedoms), mass)


def mean_group_size(
    sample: Sample,
    groups: tuple[Floats, Estimate],
    animals: tuple[Floats, Estimate],
    detection_covariance: Floats,
) -> tuple[Floats, Floats]:
    """Mean group size in the population, animals over groups, with its standard error.

    Parameters
    ----------
    sample : Sample
        Areas, effort and estimator.
    groups, animals : tuple
        Estimated numbers in the searched strips, shape (transect,), and the `abundance` of them.
    detection_covariance : numpy.ndarray
        Covariance, due to detection, of groups (rows) and animals (columns) of strata, shape
        (stratum, stratum).

    Returns
    -------
    tuple of numpy.ndarray
        Mean [animals] and standard error, each shape (stratum + 1,).

    References
    ----------
    Variance of a ratio of two estimates by the delta method; Buckland et al. 2001, p. 77.
    """
    both = [
        sample.scale[s] ** 2
        * encounter_rate_covariance(
            groups[0][inside], animals[0][inside], sample.effort[inside], sample.estimator
        )
        for s in range(sample.area_km2.size)
        for inside in [sample.of_stratum(s)]
    ]
    shared = np.append(np.diag(detection_covariance), detection_covariance.sum())
    covariance = _with_total(np.array(both)) + shared
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = animals[1].value / groups[1].value
        relative = covariance / (animals[1].value * groups[1].value)
    squared = groups[1].cv ** 2 + animals[1].cv ** 2 - 2 * relative
    return mean, mean * np.sqrt(np.maximum(squared, 0.0))
