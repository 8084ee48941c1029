"""Encounter rates by the survey's design: their variance, degrees of freedom, and intervals.

No model of where the animals are: the spread of what was found among the transects of a stratum
is the evidence. Transects are taken in the order given, which matters for the estimators of
systematic designs (S1, S2, O1, O2, O3): give them in the order in which they lie.

References
----------
Fewster et al. 2009, Biometrics 65:225-236 (R2 to R4, S1, S2, O1 to O3, P2, P3).
Buckland et al. 2001, *Introduction to Distance Sampling*, p. 77-79, 90 (intervals).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

__all__ = [
    "ESTIMATORS",
    "LINE_ESTIMATORS",
    "POINT_ESTIMATORS",
    "degrees_of_freedom",
    "encounter_rate_covariance",
    "encounter_rate_variance",
    "log_normal_limits",
    "satterthwaite",
]

Floats = NDArray[np.float64]

#: For lines placed at random (R), systematically in disjoint pairs (S) or overlapping pairs (O).
LINE_ESTIMATORS = ("R2", "R3", "R4", "S1", "S2", "O1", "O2", "O3")
#: For points visited unequally often: by design (P2) and with variance proportional to visits (P3).
POINT_ESTIMATORS = ("P2", "P3")


def _random_design(found: Floats, effort: Floats) -> float:
    """R2 and P2: variance by design, whatever the effort of a transect."""
    k, total = effort.size, effort.sum()
    gap = found - effort * found.sum() / total
    return float(k * (gap**2).sum() / (total**2 * (k - 1)))


def _proportional(found: Floats, effort: Floats) -> float:
    """R3 and P3: counts whose variance is proportional to effort."""
    total = effort.sum()
    gap = found / effort - found.sum() / total
    return float((effort * gap**2).sum() / (total * (effort.size - 1)))


def _contagion_power(effort: Floats) -> float:
    """Power of effort that makes R4 nearly unbiased for counts with variance a l + b l^2.

    One Newton step from 2, as in the paper. The step depends on the unit of effort; in units of
    the effort-weighted mean effort it always leads up, and to the paper's power for equal lines.
    """
    k = effort.size
    if k < 3:
        return 2.0  # the estimate does not depend on the power
    if np.ptp(effort) < 1e-9 * effort.max():
        return 2.0 + 2.0 / (k - 2)
    unit = effort * effort.sum() / (effort**2).sum()
    log_unit = np.log(unit)
    whole, squares, cubes = (float((unit**p).sum()) for p in (1, 2, 3))
    d1, d2, d3 = (float((unit**p * log_unit).sum()) for p in (1, 2, 3))
    slope = whole * squares * d1 - 2 * squares * d2 + 2 * whole * d3 - whole**2 * d2
    return 2.0 + 2 * (squares**2 - whole * cubes) / slope


def _apparent_contagion(found: Floats, effort: Floats) -> float:
    """R4: counts whose variance has a part in effort and a part in squared effort."""
    total = effort.sum()
    weight = (effort / effort.mean()) ** _contagion_power(effort)
    gap = found / effort - found.sum() / total
    return float((weight * gap**2).sum() / (weight * (total / effort - 1)).sum())


def _pairs(transects: int) -> list[slice]:
    """Disjoint strata of two neighbours; the last has three when the number is odd."""
    begins = list(range(0, transects - transects % 2, 2))
    return [slice(i, i + 2) for i in begins[:-1]] + [slice(begins[-1], transects)]


def _disjoint(found: Floats, effort: Floats) -> float:
    """S1: pairs with the encounter rate of the whole survey."""
    total, rate = effort.sum(), found.sum() / effort.sum()
    parts = 0.0
    for pair in _pairs(effort.size):
        gap = found[pair] - rate * effort[pair]
        parts += gap.size * np.var(gap, ddof=1)
    return float(parts / total**2)


def _disjoint_weighted(found: Floats, effort: Floats) -> float:
    """S2: R2 within pairs, weighted by squared effort."""
    parts = sum(
        effort[pair].sum() ** 2 * _random_design(found[pair], effort[pair])
        for pair in _pairs(effort.size)
    )
    return float(parts / effort.sum() ** 2)


def _overlapping(found: Floats, effort: Floats) -> float:
    """O1: each transect with its neighbour, encounter rate of the whole survey."""
    k, total = effort.size, effort.sum()
    gap = np.diff(found) - found.sum() / total * np.diff(effort)
    return float(k * (gap**2).sum() / (2 * total**2 * (k - 1)))


def _neighbours(found: Floats, effort: Floats) -> tuple[Floats, Floats]:
    """Return harmonic effort l1 l2 / (l1 + l2) and difference of rates, shape (transect - 1,)."""
    first, second = effort[:-1], effort[1:]
    return first * second / (first + second), np.diff(found / effort)


def _overlapping_weighted(found: Floats, effort: Floats) -> float:
    """O2: R2 within overlapping pairs, weighted by squared effort."""
    shared, gap = _neighbours(found, effort)
    k = effort.size
    return float(2 * k * ((shared * gap) ** 2).sum() / (effort.sum() ** 2 * (k - 1)))


def _overlapping_proportional(found: Floats, effort: Floats) -> float:
    """O3: R3 within overlapping pairs."""
    shared, gap = _neighbours(found, effort)
    return float((shared * gap**2).sum() / (effort.sum() * (effort.size - 1)))


#: Name of the estimator to its formula.
ESTIMATORS: Mapping[str, Callable[[Floats, Floats], float]] = {
    "R2": _random_design,
    "R3": _proportional,
    "R4": _apparent_contagion,
    "S1": _disjoint,
    "S2": _disjoint_weighted,
    "O1": _overlapping,
    "O2": _overlapping_weighted,
    "O3": _overlapping_proportional,
    "P2": _random_design,
    "P3": _proportional,
}


def encounter_rate_variance(found: ArrayLike, effort: ArrayLike, estimator: str = "R2") -> float:
    """Variance of the encounter rate sum(found) / sum(effort) of one stratum.

    Parameters
    ----------
    found : array_like
        Groups, animals, or estimated numbers in the searched strip, per transect in the order in
        which the transects lie, shape (transect,).
    effort : array_like
        Length or number of visits, > 0, shape (transect,).
    estimator : str
        One of `ESTIMATORS`.

    Returns
    -------
    float
        Variance [1/effort^2]; NaN for a single transect, which has no spread.

    Examples
    --------
    >>> round(encounter_rate_variance([2, 5, 1], [10.0, 10.0, 10.0], "R2"), 6)
    0.014444
    """
    counts, lengths = np.asarray(found, np.float64), np.asarray(effort, np.float64)
    if lengths.size < 2:
        return float("nan")
    return ESTIMATORS[estimator](counts, lengths)


def encounter_rate_covariance(
    first: ArrayLike, second: ArrayLike, effort: ArrayLike, estimator: str = "R2"
) -> float:
    """Covariance of the encounter rates of two things found on the same transects.

    Every estimator is a quadratic form of what was found, so the covariance follows from the
    variances of sum and difference.

    Parameters
    ----------
    first, second : array_like
        What was found, such as groups and animals, shape (transect,).
    effort : array_like
        Length or number of visits, shape (transect,).
    estimator : str
        One of `ESTIMATORS`.

    Returns
    -------
    float
        Covariance [1/effort^2].
    """
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    both = encounter_rate_variance(one + two, effort, estimator)
    return (both - encounter_rate_variance(one - two, effort, estimator)) / 4.0


def degrees_of_freedom(transects: int, estimator: str = "R2") -> int:
    """Degrees of freedom of an encounter rate's variance.

    Parameters
    ----------
    transects : int
        Number of transects in the stratum.
    estimator : str
        One of `ESTIMATORS`.

    Returns
    -------
    int
        Transects minus one; one per pair, two for a last triple, with S1 and S2. At least 1.
    """
    freedom = transects // 2 + transects % 2 if estimator in ("S1", "S2") else transects - 1
    return max(freedom, 1)


def satterthwaite(variances: Sequence[float], freedoms: Sequence[float]) -> float:
    """Degrees of freedom of a sum of independent variance estimates.

    Parameters
    ----------
    variances : sequence of float
        Parts of the sum (squared coefficients of variation for a product).
    freedoms : sequence of float
        Their degrees of freedom; infinity where a part is known.

    Returns
    -------
    float
        (sum v)^2 / sum(v^2 / df), at least 1; infinity when no part has any.

    References
    ----------
    Satterthwaite 1946, Biometrics Bulletin 2:110; Buckland et al. 2001, eq. 3.75.
    """
    parts, freedom = np.asarray(variances, np.float64), np.asarray(freedoms, np.float64)
    below = float((parts**2 / freedom).sum())
    return max(float(parts.sum()) ** 2 / below, 1.0) if below > 0 else float("inf")


def log_normal_limits(
    estimate: float, cv: float, freedom: float, mass: float = 0.95
) -> tuple[float, float]:
    """Log-normal interval of a positive quantity, as program Distance writes it.

    Parameters
    ----------
    estimate : float
        Estimate, > 0.
    cv : float
        Its coefficient of variation.
    freedom : float
        Degrees of freedom of the t quantile, may be infinite.
    mass : float
        Confidence.

    Returns
    -------
    tuple of float
        Lower and upper limit; NaN when nothing was found.

    References
    ----------
    Buckland et al. 2001, eq. 3.72-3.75.
    """
    if not estimate > 0:
        return float("nan"), float("nan")
    quantile = float(stdtrit(min(freedom, 1e9), (1 + mass) / 2))
    factor = float(np.exp(quantile * np.sqrt(np.log1p(cv**2))))
    return estimate / factor, estimate * factor
