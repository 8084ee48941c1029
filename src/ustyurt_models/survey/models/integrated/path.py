"""Classes of a herd from year to year as one node of the graph, with its gradient by hand.

The arithmetic is that of `formulas.stages.project`, to which a test holds it. Every array may have
a last dimension of many points; without it the functions are scalar loops that Numba compiles.
"""

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.samplers.loops import Loop

__all__ = ["PATH"]

Floats = NDArray[np.float64]


def _follow(start: Floats, rates: Floats, curve: Floats) -> tuple[Floats]:
    """Follow the classes of a herd and its births.

    Parameters
    ----------
    start : numpy.ndarray
        Yearling and adult females, yearling and adult males of the first year, shape (4,).
    rates : numpy.ndarray
        Young per yearling and per adult female, survival of calves, females and males, shape
        (year - 1, 5); births of the last year take the last row.
    curve : numpy.ndarray
        Share of newborns that are male, adult-male share at which half the conceptions fail, power
        of that curve, and what exchange with other herds multiplies the animals by, shape (4,).

    Returns
    -------
    tuple of numpy.ndarray
        The four classes and the young born just after the count, shape (year, 5).
    """
    at_birth, shortage, steepness, exchange = curve[0], curve[1], curve[2], curve[3]
    steps = rates.shape[0]
    path = np.empty((steps + 1, 5, *start.shape[1:]))
    young, adult, young_male, adult_male = start[0], start[1], start[2], start[3]
    for t in range(steps + 1):
        rate = rates[min(t, steps - 1)]
        females = young + adult
        share = adult_male / (adult_male + females)
        allowed = 1.0 / (1.0 + (shortage / share) ** steepness)
        born = (young * rate[0] + adult * rate[1]) * allowed
        path[t, 0], path[t, 1], path[t, 2], path[t, 3] = young, adult, young_male, adult_male
        path[t, 4] = born
        grown = born * rate[2] * exchange
        adult_male = (young_male + adult_male) * rate[4] * exchange
        young, young_male = grown * (1.0 - at_birth), grown * at_birth
        adult = females * rate[3] * exchange
    return (path,)


def _slopes(
    start: Floats, rates: Floats, curve: Floats, path: Floats, by_path: Floats
) -> tuple[Floats, Floats, Floats]:
    """Carry derivatives by the path of `_follow` back to what it takes.

    Parameters
    ----------
    start, rates, curve, path : numpy.ndarray
        What `_follow` takes and returns.
    by_path : numpy.ndarray
        Derivatives of any number by the path, shape (year, 5).

    Returns
    -------
    tuple of numpy.ndarray
        Derivatives by start, rates and curve.
    """
    at_birth, shortage, steepness, exchange = curve[0], curve[1], curve[2], curve[3]
    steps = rates.shape[0]
    by_start, by_rates = np.zeros_like(start), np.zeros_like(rates)
    by_curve = np.zeros_like(curve)
    none = 0.0 * start[0]
    # Derivatives by the classes of the year after.
    by_young, by_adult, by_young_male, by_adult_male = none, none, none, none
    for back in range(steps + 1):
        t = steps - back
        k = min(t, steps - 1)
        rate = rates[k]
        young, adult, males, born = path[t, 0], path[t, 1], path[t, 2] + path[t, 3], path[t, 4]
        females, adult_male = young + adult, path[t, 3]
        breeding = adult_male + females
        share = adult_male / breeding
        power = steepness * (np.log(shortage) - np.log(share))
        allowed = 1.0 / (1.0 + np.exp(power))

        by_calf = by_young * (1.0 - at_birth) + by_young_male * at_birth
        by_rates[k, 2] += by_calf * born * exchange
        by_rates[k, 3] += by_adult * females * exchange
        by_rates[k, 4] += by_adult_male * males * exchange
        by_curve[0] += (by_young_male - by_young) * born * rate[2] * exchange
        by_curve[3] += by_calf * born * rate[2]
        by_curve[3] += by_adult * females * rate[3] + by_adult_male * males * rate[4]

        by_born = by_path[t, 4] + by_calf * rate[2] * exchange
        by_full = by_born * allowed
        by_rates[k, 0] += by_full * young
        by_rates[k, 1] += by_full * adult
        by_power = -by_born * born * (1.0 - allowed)
        by_curve[1] += by_power * steepness / shortage
        by_curve[2] += by_power * (np.log(shortage) - np.log(share))
        by_share = -by_power * steepness / share

        by_females = by_adult * rate[3] * exchange - by_share * share / breeding
        by_males = by_adult_male * rate[4] * exchange
        by_young = by_path[t, 0] + by_females + by_full * rate[0]
        by_adult = by_path[t, 1] + by_females + by_full * rate[1]
        by_young_male = by_path[t, 2] + by_males
        by_adult_male = by_path[t, 3] + by_males + by_share * females / breeding**2
    by_start[0], by_start[1] = by_young, by_adult
    by_start[2], by_start[3] = by_young_male, by_adult_male
    return by_start, by_rates, by_curve


#: Takes start, rates and curve; see `_follow`.
PATH = Loop(_follow, ((1, 2, 1), (2,)), Loop(_slopes, ((1, 2, 1, 2, 2), (1, 2, 1))))
