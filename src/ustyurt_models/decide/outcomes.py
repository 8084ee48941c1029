"""The outcomes a reader asks about, and where the spread of each comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.decide.futures import ever_planned, quantity
from ustyurt_models.decide.influence import Influence, rank_influence
from ustyurt_models.decide.uncertainty import Shares, variance_shares

__all__ = ["Outcome", "SourceOfSpread", "drivers", "outcomes", "sources_of_spread"]


@dataclass(frozen=True)
class Outcome:
    """One result of every future.

    Attributes
    ----------
    name : str
        ``cheetah_persists``, ``cheetah``, or a prey species.
    year : int
        Calendar year on whose 1 March it is taken.
    values : numpy.ndarray
        Shape (draw, replicate).
    """

    name: str
    year: int
    values: np.ndarray


@dataclass(frozen=True)
class SourceOfSpread:
    """Shares of the variance of one outcome of one scenario."""

    scenario: str
    outcome: str
    year: int
    shares: Shares


def outcomes(results: xr.Dataset) -> tuple[Outcome, ...]:
    """Return the outcomes of one scenario in the last year.

    Whether cheetahs persist and how many there are, where a scenario has to do with them;
    numbers of every prey species on the scale log(1 + n), on which growth adds up.
    """
    year = int(results["year"].values[-1])
    found = []
    if ever_planned(results):
        number = quantity(results, "cheetah")[..., -1]
        found.append(Outcome("cheetah_persists", year, (number > 0).astype(float)))
        found.append(Outcome("cheetah", year, number))
    for species in results["species"].values:
        number = quantity(results, str(species))[..., -1]
        found.append(Outcome(str(species), year, np.log1p(number)))
    return tuple(found)


def sources_of_spread(
    results: xr.Dataset, survey_inputs: Mapping[str, np.ndarray]
) -> tuple[SourceOfSpread, ...]:
    """Split the variance of every outcome of every scenario.

    Parameters
    ----------
    results : xarray.Dataset
        `contracts.RESULTS` with at least 3 draws and 2 replicates; else nothing is returned.
    survey_inputs : mapping of str to numpy.ndarray
        Scenario -> what each draw took from surveys, shape (draw, input).

    Returns
    -------
    tuple of SourceOfSpread
        Outcomes that do not vary at all are left out.
    """
    if results.sizes["draw"] < 3 or results.sizes["replicate"] < 2:
        return ()
    none = np.empty((results.sizes["draw"], 0))
    found = []
    for name in map(str, results["scenario"].values):
        for outcome in outcomes(results.sel(scenario=name)):
            shares = variance_shares(outcome.values, survey_inputs.get(name, none))
            if shares.variance > 0.0:
                found.append(SourceOfSpread(name, outcome.name, outcome.year, shares))
    return tuple(found)


def drivers(
    results: xr.Dataset,
    inputs: np.ndarray,
    names: Sequence[str],
    generator: np.random.Generator,
) -> dict[str, tuple[Influence, ...]]:
    """Rank the parameters behind every outcome of one scenario.

    Parameters
    ----------
    results : xarray.Dataset
        `contracts.RESULTS` of one scenario.
    inputs : numpy.ndarray
        Parameters of each draw, shape (draw, parameter).
    names : sequence of str
        Their ids.
    generator : numpy.random.Generator
        For the noise floor.

    Returns
    -------
    dict of str to tuple of Influence
        Outcome -> parameters, largest share first; empty with fewer than 10 draws, where
        nothing could stand out.
    """
    if results.sizes["draw"] < 10:
        return {}
    return {
        outcome.name: rank_influence(outcome.values, inputs, names, generator)
        for outcome in outcomes(results)
    }
