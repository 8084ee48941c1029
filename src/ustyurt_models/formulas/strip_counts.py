"""Counts in strips and blocks: Jolly's three estimators of a population total.

References
----------
Jolly 1969, East African Agricultural and Forestry Journal 34 (special issue):46-49.
Norton-Griffiths 1978, *Counting Animals*, 2nd ed., African Wildlife Foundation, ch. 5.
Cochran 1977, *Sampling Techniques*, 3rd ed., eq. 2.20, 6.13, 9A.2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ustyurt_models.checks import require
from ustyurt_models.formulas.design_based import satterthwaite

__all__ = ["JOLLY", "Total", "all_strata", "equal_units", "probability_units", "ratio_units"]

Floats = NDArray[np.float64]

#: Number of Jolly's method to what it is for.
JOLLY = {1: "units of equal area", 2: "units of unequal area (ratio)", 3: "units drawn by area"}


@dataclass(frozen=True)
class Total:
    """A population total estimated from sample units.

    Attributes
    ----------
    animals : float
        Estimate.
    variance : float
        Its variance; NaN for a single unit.
    freedom : float
        Degrees of freedom, units minus one.
    """

    animals: float
    variance: float
    freedom: float


def _counted(count: ArrayLike, unit_km2: ArrayLike, area_km2: float) -> tuple[Floats, Floats]:
    """Check and convert the sample."""
    animals, areas = np.asarray(count, np.float64), np.asarray(unit_km2, np.float64)
    require(animals.size == areas.size > 0, "strips", "need one area per count", animals.size)
    require(bool(np.all(areas > 0)), "strips", "must have an area > 0", float(areas.min()))
    advice = "areas of strips and of the stratum in different units?"
    fits = float(areas.sum()) <= area_km2 * (1 + 1e-9)
    require(fits, "strips", "must not cover more than the stratum", float(areas.sum()), advice)
    return animals, areas


def _spread(values: Floats) -> float:
    return float(np.var(values, ddof=1)) if values.size > 1 else float("nan")


def equal_units(count: ArrayLike, unit_km2: float, area_km2: float) -> Total:
    """Jolly's method 1: units of equal area, drawn at random without replacement.

    Parameters
    ----------
    count : array_like
        Animals counted per unit, shape (strip,).
    unit_km2 : float
        Area of every unit.
    area_km2 : float
        Area of the stratum; area / unit area is the number of units there are.

    Returns
    -------
    Total
        N mean(y), with variance N (N - n) / n s_y^2.

    Examples
    --------
    >>> equal_units([4, 0, 8], 10.0, 300.0).animals
    120.0
    """
    animals, _ = _counted(count, np.full(np.size(count), unit_km2), area_km2)
    n, units = animals.size, area_km2 / unit_km2
    variance = units * (units - n) / n * _spread(animals)
    return Total(float(units * animals.mean()), variance, float(n - 1))


def ratio_units(count: ArrayLike, unit_km2: ArrayLike, area_km2: float) -> Total:
    """Jolly's method 2: units of unequal area, drawn at random; the ratio of animals to area.

    Parameters
    ----------
    count : array_like
        Animals counted per unit, shape (strip,).
    unit_km2 : array_like
        Area of each unit, shape (strip,).
    area_km2 : float
        Area of the stratum; over the mean unit area it is the number of units there are.

    Returns
    -------
    Total
        Z R with R = sum(y) / sum(z) and variance
        N (N - n) / n (s_y^2 - 2 R s_zy + R^2 s_z^2).

    Examples
    --------
    >>> ratio_units([4, 0, 8], [10.0, 5.0, 15.0], 300.0).animals
    120.0
    """
    animals, areas = _counted(count, unit_km2, area_km2)
    n, units = animals.size, area_km2 / float(areas.mean())
    density = float(animals.sum() / areas.sum())
    variance = units * (units - n) / n * _spread(animals - density * areas)
    return Total(area_km2 * density, variance, float(n - 1))


def probability_units(count: ArrayLike, unit_km2: ArrayLike, area_km2: float) -> Total:
    """Jolly's method 3: units drawn with chance proportional to area, with replacement.

    Lines that start at random points of the map are drawn this way.

    Parameters
    ----------
    count : array_like
        Animals counted per unit, a unit drawn twice given twice, shape (strip,).
    unit_km2 : array_like
        Area of each unit, shape (strip,).
    area_km2 : float
        Area of the stratum.

    Returns
    -------
    Total
        Z mean(d) with densities d = y / z and variance Z^2 s_d^2 / n.
    """
    animals, areas = np.asarray(count, np.float64), np.asarray(unit_km2, np.float64)
    require(animals.size == areas.size > 0, "strips", "need one area per count", animals.size)
    require(bool(np.all(areas > 0)), "strips", "must have an area > 0", float(areas.min()))
    density = animals / areas
    variance = area_km2**2 * _spread(density) / density.size
    return Total(float(area_km2 * density.mean()), variance, float(density.size - 1))


def all_strata(parts: list[Total]) -> Total:
    """Add up the totals of strata that were sampled apart.

    Parameters
    ----------
    parts : list of Total
        One per stratum.

    Returns
    -------
    Total
        Sum, variance of the sum and Satterthwaite degrees of freedom.
    """
    variances = [part.variance for part in parts]
    freedom = satterthwaite(variances, [part.freedom for part in parts])
    return Total(sum(part.animals for part in parts), sum(variances), freedom)
