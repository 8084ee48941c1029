"""From the births of a species file to birth chances by age and litter tables."""

import math
from collections.abc import Mapping

import numpy as np

from ustyurt_models.evidence.prey_species import BirthClass, Births, Litter
from ustyurt_models.evidence.values import value_of

__all__ = ["birth_table", "litter_table"]

#: A Poisson litter is cut where less than this chance is left.
_TAIL = 1e-15


def _poisson_shares(mean: float) -> list[float]:
    """Return the chances of 0, 1, 2, ... until almost nothing is left."""
    term = math.exp(-mean)
    shares = [term]
    while 1.0 - math.fsum(shares) > _TAIL and len(shares) < 200:
        term *= mean / len(shares)
        shares.append(term)
    return shares


def _litter_shares(litter: Litter, parameters: Mapping[str, float], least_mean: float) -> list:
    """Return the chances of litters of 0, 1, 2, ...; a given mean is raised to `least_mean`."""
    if litter.twins is not None:
        twins = value_of(litter.twins, parameters)
        return [0.0, 1.0 - twins, twins]
    if litter.poisson is not None:
        return _poisson_shares(value_of(litter.poisson, parameters))
    if litter.shares is not None:
        return [0.0, *(value_of(share, parameters) for share in litter.shares)]
    assert litter.mean is not None
    mean = max(value_of(litter.mean, parameters), least_mean, 1.0)
    lower = math.floor(mean)
    return [0.0] * lower + [lower + 1.0 - mean, mean - lower]


def _mean(shares: list[float]) -> float:
    """Return the mean of the litter."""
    return math.fsum(size * share for size, share in enumerate(shares))


def _chance_and_shares(
    group: BirthClass, parameters: Mapping[str, float]
) -> tuple[float, list[float]]:
    """Return birth chance and litter shares of one class of females."""
    if group.young_per_female is not None:
        young = value_of(group.young_per_female, parameters)
        shares = _litter_shares(group.litter, parameters, young)
        return min(1.0, young / _mean(shares)), shares
    shares = _litter_shares(group.litter, parameters, 0.0)
    if group.interval_yr is not None:
        return min(1.0, 1.0 / value_of(group.interval_yr, parameters)), shares
    assert group.chance is not None
    return value_of(group.chance, parameters), shares


def birth_table(
    births: Births, parameters: Mapping[str, float], years: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return birth chance and mean young per female by completed years of age.

    With first births at age f, the share ``a + 1 - f`` (0..1) of the females of age a has
    started; nobody gives birth in its first year.

    Parameters
    ----------
    births : Births
        From the species file.
    parameters : mapping of str to float
        One parameter set.
    years : int
        Number of ages, 0..years - 1.

    Returns
    -------
    chance, young : numpy.ndarray
        float64, shape (age,).
    """
    ages = np.arange(years)
    started = np.clip(ages + 1 - value_of(births.first_age_yr, parameters), 0.0, 1.0)
    started[0] = 0.0
    is_full = ages >= value_of(births.full_age_yr, parameters)
    (early, early_litter), (full, full_litter) = (
        _chance_and_shares(group, parameters) for group in (births.first, births.full)
    )
    chance = started * np.where(is_full, full, early)
    return chance, chance * np.where(is_full, _mean(full_litter), _mean(early_litter))


def litter_table(births: Births, parameters: Mapping[str, float]) -> np.ndarray:
    """Return cumulative chances of litters 0, 1, 2, ..., shape (2, size): first, then full age."""
    rows = [_chance_and_shares(group, parameters)[1] for group in (births.first, births.full)]
    width = max(map(len, rows))
    cumulative = np.cumsum([row + [0.0] * (width - len(row)) for row in rows], axis=1)
    cumulative[:, -1] = 1.0
    return cumulative
