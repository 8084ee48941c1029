"""Any model, any sampler: a PyMC model in, draws out."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import Sampler, SurveyBlock

__all__ = ["Draws", "Progress", "draw_posterior", "settings_attrs"]

Progress = Callable[[float], None]

_SAMPLERS = {"auto": "nuts", "laplace": "laplace", "nutpie": "nuts", "pymc": "nuts"}


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
    # The compiled samplers cost seconds to import; the fast path must not pay for them.
    room = import_module(f"ustyurt_models.survey.samplers.{_SAMPLERS[sampler.engine]}")
    if sampler.engine != "laplace":
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


def settings_attrs(spec: SurveyBlock, seed: int) -> dict[str, Any]:
    """Return the attributes that say how a posterior was made.

    Parameters
    ----------
    spec : SurveyBlock
        Settings of the model.
    seed : int
        Study seed.

    Returns
    -------
    dict
        Values that NetCDF can hold.
    """
    return {
        "model": spec.model,
        "settings": spec.model_dump_json(),
        "sampler": spec.sampler.model_dump_json(),
        "seed": seed,
        "interval_mass": spec.interval,
        "interval_type": "equal-tailed",
    }
