"""Any model, any sampler: a PyMC model in, draws out."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from ustyurt_models.checks import require
from ustyurt_models.seeds import generator
from ustyurt_models.survey.settings import Sampler

__all__ = ["Draws", "Progress", "draw_posterior", "settings_attrs"]

Progress = Callable[[float], None]

_SAMPLERS = {"laplace": "laplace", "nutpie": "nuts", "pymc": "nuts"}


@dataclass(frozen=True)
class Draws:
    """Raw result of a sampler.

    Attributes
    ----------
    posterior : xarray.Dataset
        Free variables, dims (chain, draw, ...).
    stats : xarray.Dataset
        What the sampler says about itself.
    """

    posterior: xr.Dataset
    stats: xr.Dataset


def draw_posterior(
    model: pm.Model, sampler: Sampler, seed: int, progress: Progress | None = None
) -> Draws:
    """Draw from the posterior of any model of this package.

    Parameters
    ----------
    model : pymc.Model
        The model.
    sampler : Sampler
        How.
    seed : int
        The same seed gives the same draws.
    progress : callable, optional
        Called with the share done.

    Returns
    -------
    Draws
        Posterior and sampler statistics.
    """
    known = sorted(_SAMPLERS)
    require(sampler.name in _SAMPLERS, "survey: sampler", f"must be one of {known}", sampler.name)
    # The compiled samplers cost seconds to import; the fast path must not pay for them.
    room = import_module(f"ustyurt_models.survey.samplers.{_SAMPLERS[sampler.name]}")
    if sampler.name != "laplace":
        return Draws(*room.sample(model, sampler, _sampler_seed(seed), progress))
    weighted = room.sample(model, sampler, generator(seed, "survey", "laplace"))
    dims = model.named_vars_to_dims
    variables = {
        name: (("chain", "draw", *dims.get(name, ())), values)
        for name, values in weighted.variables.items()
    }
    coords: dict[str, Any] = {
        name: list(values) for name, values in model.coords.items() if values is not None
    }
    coords |= {"chain": np.arange(sampler.chains), "draw": np.arange(sampler.draws)}
    stats = xr.Dataset({name: ((), value) for name, value in weighted.stats.items()})
    return Draws(xr.Dataset(variables, coords), stats)


def _sampler_seed(seed: int) -> int:
    """Return a 32-bit seed addressed by the study seed."""
    return int(generator(seed, "survey", "nuts").integers(2**31))


def settings_attrs(
    model: str, settings: dict[str, Any], sampler: Sampler, seed: int, mass: float
) -> dict[str, Any]:
    """Return the attributes that say how a posterior was made.

    Parameters
    ----------
    model : str
        Name of the model.
    settings : dict
        Its settings.
    sampler : Sampler
        How the posterior was drawn.
    seed : int
        Study seed.
    mass : float
        Mass of equal-tailed intervals.

    Returns
    -------
    dict
        Values that NetCDF can hold.
    """
    return {
        "model": model,
        "settings": json.dumps(settings),
        "sampler": json.dumps(asdict(sampler)),
        "seed": seed,
        "interval_mass": mass,
        "interval_type": "equal-tailed",
    }
