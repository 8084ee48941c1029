"""Declarations of random variables that several parts of the model share."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.study.surveys import LogNormal

__all__ = ["exponential", "log_normal", "within"]


def within(value: TensorVariable, low: float, high: float) -> TensorVariable:
    """Bound a graph; PyTensor's own `clip` runs value by value where nothing is compiled."""
    return pt.minimum(pt.maximum(value, low), high)


def log_normal(name: str, prior: LogNormal, unit: float = 1.0, **kwargs) -> TensorVariable:
    """Declare a positive quantity with its median in `unit`.

    Parameters
    ----------
    name : str
        Name of the variable.
    prior : LogNormal
        Median and spread of the logarithm.
    unit : float
        What the median is a multiple of.
    **kwargs
        ``dims``.

    Returns
    -------
    TensorVariable
        The quantity, > 0.
    """
    return pm.LogNormal(name, mu=np.log(prior.median * unit), sigma=prior.sd_log, **kwargs)


def exponential(name: str, mean: float, **kwargs) -> TensorVariable:
    """Declare a spread with an exponential prior through a standard normal variable.

    The exponential is the penalised-complexity prior of a standard deviation (Simpson et al.
    2017, Statistical Science 32:1). Through a normal variable the posterior has normal tails
    even where the data do not tell the spread from zero, so every sampler copes.

    Parameters
    ----------
    name : str
        Name of the spread; the normal variable is called ``<name>_z``.
    mean : float
        Prior mean.
    **kwargs
        ``dims``.

    Returns
    -------
    TensorVariable
        The spread, > 0.
    """
    z = pm.Normal(f"{name}_z", **kwargs)
    above = 0.5 * pt.erfc(within(z, -8.0, 8.0) / np.sqrt(2))
    return pm.Deterministic(name, -mean * pt.log(above), **kwargs)
