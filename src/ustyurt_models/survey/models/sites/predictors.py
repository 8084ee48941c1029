"""Linear predictors: what a probability or a number depends on, in the graph and for draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean
from ustyurt_models.survey.covariates import Design
from ustyurt_models.survey.steps import Step, steps_of

__all__ = ["Predictor", "flat_draws", "learn_predictor", "linear_draws"]

Floats = NDArray[np.float64]
Levels = Mapping[str, tuple[tuple[str, ...], NDArray[np.int64]]]


@dataclass(frozen=True)
class Predictor:
    """What one quantity depends on.

    Attributes
    ----------
    name : str
        The quantity, such as ``psi`` or ``p``; begins the names of its variables.
    design : Design
        Columns of its formula with the constants learnt.
    columns : numpy.ndarray
        Their values, shape (row, column).
    levels : mapping of str to (tuple of str, numpy.ndarray)
        Levels of each factor with random effects, and the level of each row.
    steps : mapping of str to Step
        What one unit of a column is in the covariate's own unit.
    """

    name: str
    design: Design
    columns: Floats
    levels: Levels
    steps: Mapping[str, Step]

    @property
    def key(self) -> Floats:
        """What tells rows apart, shape (row, column + factor)."""
        factors = [index[:, None].astype(float) for _, index in self.levels.values()]
        return np.concatenate([self.columns, *factors], axis=1)

    def at(self, rows: NDArray[np.int64]) -> "Predictor":
        """Return the predictor of some rows; `rows` of any shape adds its dimensions."""
        levels = {name: (found, index[rows]) for name, (found, index) in self.levels.items()}
        return Predictor(self.name, self.design, self.columns[rows], levels, self.steps)


def learn_predictor(
    name: str,
    options: tuple[str, Sequence[str]],
    table: Mapping[str, NDArray],
    where: str,
    units: Mapping[str, str],
) -> Predictor:
    """Learn a predictor from the rows that a model is fitted to.

    Parameters
    ----------
    name : str
        The quantity.
    options : tuple of str and sequence of str
        Formula and factors with random effects.
    table : mapping of str to numpy.ndarray
        Variables, each shape (row,).
    where : str
        Survey and option, for messages.
    units : mapping of str to str
        Units of covariates, by name in lower case.

    Raises
    ------
    InputError
        As `Design.learn`; for factors that are no columns.
    """
    formula, random = options
    faults = Faults()
    for factor in random:
        if factor not in table:
            faults.add(where, "must name columns", factor, did_you_mean(factor, table))
    faults.raise_if_any()
    design = Design.learn(formula, table, where)
    rows = next(iter(table.values())).shape[0]
    columns = design.matrix(table) if design.names else np.empty((rows, 0))
    levels = {}
    for factor in random:
        found, index = np.unique(table[factor].astype(str), return_inverse=True)
        levels[factor] = (tuple(map(str, found)), index.astype(np.int64))
    steps = steps_of(design.names, design.variables, units)
    return Predictor(name, design, columns, levels, steps)


def flat_draws(posterior: xr.Dataset, part: slice = slice(None)) -> dict[str, Floats]:
    """Return the variables with chains laid end to end, each shape (draw, ...)."""
    return {
        str(name): values.to_numpy().reshape(-1, *values.shape[2:])[part]
        for name, values in posterior.data_vars.items()
        if values.dims[:2] == ("chain", "draw")
    }


def linear_draws(draws: Mapping[str, Floats], part: Predictor) -> Floats:
    """Evaluate a predictor for many draws.

    Parameters
    ----------
    draws : mapping of str to numpy.ndarray
        From `flat_draws`: ``<name>_intercept`` and, where they apply, ``<name>_effect`` and
        ``<name>_<factor>``.
    part : Predictor
        The predictor.

    Returns
    -------
    numpy.ndarray
        On the scale of the link, shape (draw, row...).
    """
    shape = part.columns.shape[:-1]
    value = draws[f"{part.name}_intercept"].reshape(-1, *([1] * len(shape)))
    if part.design.names:
        value = value + np.tensordot(draws[f"{part.name}_effect"], part.columns, (1, -1))
    for factor, (_, index) in part.levels.items():
        value = value + draws[f"{part.name}_{factor}"][:, index]
    return np.broadcast_to(value, (value.shape[0], *shape))
