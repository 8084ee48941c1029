"""Expected numbers of a structured population far below capacity: growth and stable structure.

Caswell 2001, *Matrix Population Models*, ch. 4; the order of events within a step is free.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Projection", "growth_and_structure"]

_STEPS = 20_000
_EXACT = 1e-13


@dataclass(frozen=True)
class Projection:
    """Mean rates of one step.

    Attributes
    ----------
    order : sequence of str
        Names of events; ``breeding``, ``mortality`` and ``ageing`` are read.
    survival : numpy.ndarray
        Shape (sex, age), 0 where animals die for sure.
    young : numpy.ndarray
        Mean number of young per female, shape (age,).
    male_share : float
        Of newborns.
    """

    order: Sequence[str]
    survival: NDArray[np.float64]
    young: NDArray[np.float64]
    male_share: float

    def step(self, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the expected numbers (sex, age) a step later."""
        now = numbers.copy()
        for event in self.order:
            if event == "breeding":
                births = float(now[0] @ self.young)
                now[:, 0] += births * np.array([1.0 - self.male_share, self.male_share])
            elif event == "mortality":
                now *= self.survival
            elif event == "ageing":
                oldest = now[:, -1].copy()
                now[:, 1:] = now[:, :-1].copy()
                now[:, 0] = 0.0
                now[:, -1] += oldest
        return now


def growth_and_structure(projection: Projection) -> tuple[float, NDArray[np.float64]]:
    """Return the growth factor per step and the stable structure at the census.

    Returns
    -------
    growth : float
        Dominant eigenvalue of the projection; 0 when everybody dies.
    structure : numpy.ndarray
        Shape (sex, age), sums to 1.
    """
    numbers = np.ones_like(projection.survival)
    numbers /= numbers.sum()
    growth = 0.0
    for _ in range(_STEPS):
        # The mean of two steps: a matrix with periodic eigenvalues converges as well.
        after = 0.5 * (numbers + projection.step(numbers))
        total = float(after.sum())
        if total <= 0.5 * (1.0 + 1e-12):
            return 0.0, numbers
        after /= total
        growth = 2.0 * total - 1.0
        if float(np.abs(after - numbers).max()) < _EXACT:
            return growth, after
        numbers = after
    return growth, numbers
