"""Simulated posteriors of several surveys of the same animals, for tests and coverage."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

__all__ = ["JointTruth", "simulate_posteriors"]


@dataclass(frozen=True)
class JointTruth:
    """What simulated surveys are drawn from.

    Attributes
    ----------
    abundance : tuple of float
        Animals by stratum.
    area_km2 : tuple of float
        Area by stratum.
    error : mapping of str to (float, float)
        By survey, standard deviation of its error on log abundance that all strata share, and
        that each has for itself.
    bias_sd : mapping of str to float
        By survey, standard deviation of log bias; 0 where absent.
    """

    abundance: tuple[float, ...]
    area_km2: tuple[float, ...]
    error: Mapping[str, tuple[float, float]]
    bias_sd: Mapping[str, float]


def _posterior(
    log_estimate: np.ndarray, error: tuple[float, float], truth: JointTruth, rng, draws: int
) -> xr.DataTree:
    """Return the posterior of a survey whose errors are normal and known."""
    strata = log_estimate.size
    logs = log_estimate + error[0] * rng.standard_normal((draws, 1))
    animals = np.exp(logs + error[1] * rng.standard_normal((draws, strata)))
    names, area = [f"stratum_{i + 1}" for i in range(strata)], np.array(truth.area_km2)
    by = ("draw", "stratum")
    node = xr.Dataset(
        {
            "abundance": (by, animals, {"units": "1"}),
            "density_per_km2": (by, animals / area, {"units": "km-2"}),
            "area_km2": ("stratum", area, {"units": "km2"}),
        },
        coords={"draw": np.arange(draws), "stratum": names},
    )
    stats = xr.Dataset({"ess": ((), float(draws))})
    tree = xr.DataTree.from_dict({"abundance": node, "sample_stats": stats})
    tree.attrs["status"] = "simulated"
    return tree


def simulate_posteriors(
    truth: JointTruth, rng: np.random.Generator, draws: int = 2000
) -> dict[str, xr.DataTree]:
    """Draw estimates with error and bias, and the posterior that each survey would report.

    Parameters
    ----------
    truth : JointTruth
        Animals, errors, biases.
    rng : numpy.random.Generator
        Chance.
    draws : int
        Draws of every posterior.

    Returns
    -------
    dict of str to xarray.DataTree
        By survey, with the nodes ``abundance`` and ``sample_stats``.
    """
    trees = {}
    for name, error in truth.error.items():
        bias = truth.bias_sd.get(name, 0.0) * rng.standard_normal()
        own = error[1] * rng.standard_normal(len(truth.abundance))
        estimate = np.log(truth.abundance) + bias + error[0] * rng.standard_normal() + own
        trees[name] = _posterior(estimate, error, truth, rng, draws)
    return trees
