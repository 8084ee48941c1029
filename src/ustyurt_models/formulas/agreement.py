"""Whether several estimates of the same numbers agree.

References
----------
Cochran 1954, Biometrics 10:101-129 (sum of squared differences, weighted).
Aitken 1936, Proc. Royal Society of Edinburgh 55:42-48 (generalised least squares).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtri

__all__ = ["Tension", "chance_of_agreement", "tension"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tension:
    """How far estimates of the same numbers are apart.

    Attributes
    ----------
    squares : float
        Squared differences from their common value, weighted with their covariance.
    freedom : int
        Degrees of freedom.
    p : float
        Chance of squares as large, if all estimate the same.
    sd : float
        The same chance as standard deviations of a normal, two-sided.
    """

    squares: float
    freedom: int
    p: float
    sd: float


def tension(means: Sequence[Floats], covariances: Sequence[Floats]) -> Tension:
    """Measure how far independent estimates of one vector are apart.

    Parameters
    ----------
    means : sequence of numpy.ndarray
        One estimate each, shape (stratum,).
    covariances : sequence of numpy.ndarray
        Their covariances, shape (stratum, stratum).

    Returns
    -------
    Tension
        Cochran's sum of squares around the common value, for vectors.

    Examples
    --------
    >>> far = tension([np.zeros(1), np.full(1, 3.0)], [np.eye(1) * 0.5, np.eye(1) * 0.5])
    >>> round(far.squares, 2), round(far.sd, 2)
    (9.0, 3.0)
    """
    precisions = [np.linalg.inv(one) for one in covariances]
    whole = np.sum(precisions, axis=0)
    weighted = np.sum([p @ m for p, m in zip(precisions, means, strict=True)], axis=0)
    common = np.linalg.solve(whole, weighted)
    squares = sum(
        float((m - common) @ p @ (m - common)) for p, m in zip(precisions, means, strict=True)
    )
    freedom = (len(means) - 1) * common.size
    p = float(chdtrc(freedom, squares))
    return Tension(squares, freedom, p, float(-ndtri(max(p, 1e-300) / 2)))


def chance_of_agreement(ratio: ArrayLike, share: float) -> tuple[Floats, Floats]:
    """Judge draws of the ratio of two estimates.

    Parameters
    ----------
    ratio : array_like
        Draws, > 0, shape (draw, ...).
    share : float
        The estimates agree when neither is more than this share above the other.

    Returns
    -------
    tuple of numpy.ndarray
        Two-sided tail probability of a ratio of one, and the probability of agreement, each of
        shape (...).
    """
    values = np.asarray(ratio, np.float64)
    above = (values > 1.0).mean(axis=0) + 0.5 * (values == 1.0).mean(axis=0)
    edge = np.log1p(share)
    return 2 * np.minimum(above, 1 - above), (np.abs(np.log(values)) <= edge).mean(axis=0)
