"""Money spent by year: prices of the study times what a replicate recorded."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.study.schema import Scenario

__all__ = ["fixed_costs", "money_spent"]

Floats = NDArray[np.float64]


def fixed_costs(scenario: Scenario) -> Floats:
    """Return what is spent whatever happens.

    Parameters
    ----------
    scenario : Scenario
        Its measures cost `cost_once` in their first year and `cost_per_year` in every year.

    Returns
    -------
    numpy.ndarray
        Shape (census,); entry i is the year that ends at census i, entry 0 nothing.
    """
    spent = np.zeros(scenario.years + 1)
    spent[1:] = scenario.costs.every_year
    for _, _, measure in scenario.management.measures():
        first = (measure.from_year or scenario.start) - scenario.start + 1
        last = (measure.to_year or scenario.last_year) - scenario.start + 1
        spent[first] += measure.cost_once
        spent[first : last + 1] += measure.cost_per_year
    return spent


def money_spent(scenario: Scenario, recorded: Mapping[str, np.ndarray]) -> Floats:
    """Return the money spent in the year before each census.

    Parameters
    ----------
    scenario : Scenario
        With its prices.
    recorded : mapping of str to numpy.ndarray
        ``cheetah_released``, ``livestock_killed``, shape (census,), and ``prey_translocated``,
        shape (census, species), of one replicate.

    Returns
    -------
    numpy.ndarray
        Shape (census,), in the currency of the study.
    """
    costs = scenario.costs
    price = np.array([costs.translocated_prey.get(name, 0.0) for name in scenario.species])
    return (
        fixed_costs(scenario)
        + costs.released_cheetah * recorded["cheetah_released"]
        + costs.livestock_killed * recorded["livestock_killed"]
        + recorded["prey_translocated"] @ price
    )
