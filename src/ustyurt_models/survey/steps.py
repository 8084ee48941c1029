"""What one unit of a coefficient means: the standard deviation of a covariate, in its own unit.

Numbers enter a model centred and scaled (see `covariates`), so a coefficient is the effect of one
standard deviation. Nobody can picture that without the standard deviation and its unit.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from ustyurt_models.survey.covariates import Variable
from ustyurt_models.survey.read.units import AREA_KM2, LENGTH_M, declared_units

__all__ = ["NO_STEP", "Step", "covariate_units", "step_variables", "steps_of"]


class Step(NamedTuple):
    """One standard deviation of a covariate.

    Attributes
    ----------
    size : float
        In the covariate's own unit; NaN for levels and products.
    unit : str
        That unit; empty where nobody said it, and for levels and products.
    """

    size: float
    unit: str


NO_STEP = Step(float("nan"), "")


def _in_name(name: str) -> str:
    """Return the unit that a name such as ``elevation_m`` ends in, if any."""
    stem, _, ending = name.rpartition("_")
    return ending if stem and ending in {**LENGTH_M, **AREA_KM2} else ""


def covariate_units(header: str, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the units of covariates, by name in lower case.

    Parameters
    ----------
    header : str
        The file's ``# units: distance=m, wind=m/s`` line, may be empty.
    known : mapping of str to str, optional
        Units of what the reader has converted; they go before those of the header.

    Returns
    -------
    dict of str to str
        As declared.
    """
    own = {"distance": "m", "size": "animals", "x_km": "km", "y_km": "km"}
    return declared_units(header) | own | dict(known or {})


def steps_of(
    columns: Iterable[str], variables: Mapping[str, Variable], units: Mapping[str, str]
) -> dict[str, Step]:
    """Return the step of every column that is a number or a power of one.

    Parameters
    ----------
    columns : iterable of str
        Names of columns as `covariates.Design` gives them.
    variables : mapping of str to Variable
        How each variable enters.
    units : mapping of str to str
        From `covariate_units`.

    Returns
    -------
    dict of str to Step
        For a power, the standard deviation of the number itself.
    """
    found = {}
    for column in columns:
        name, power, exponent = column.rpartition("^")
        name = name if power and exponent.isdigit() else column
        variable = variables.get(name)
        if variable is not None and not variable.levels:
            found[column] = Step(variable.scale, units.get(name.lower(), "") or _in_name(name))
    return found


def step_variables(columns: Iterable[str], steps: Mapping[str, Step]) -> dict[str, tuple]:
    """Return ``step`` and ``step_unit`` over ``term`` for a node of effects.

    Parameters
    ----------
    columns : iterable of str
        Columns of the model, in the order of the terms.
    steps : mapping of str to Step
        From `steps_of`; others are NaN without a unit.

    Returns
    -------
    dict
        Variables of an xarray.Dataset.
    """
    each = [steps.get(column, NO_STEP) for column in columns]
    size = {"long_name": "one standard deviation of the covariate, what effects are per"}
    unit = {"long_name": "unit of the step; empty where it is not known"}
    return {
        "step": ("term", np.array([step.size for step in each], float), size),
        "step_unit": ("term", np.array([step.unit for step in each], object), unit),
    }
