"""Hamiltonian Monte Carlo: nutpie with compiled log density, or PyMC's own sampler.

Only the log density is compiled, with the data frozen into it; what follows from the parameters
is computed afterwards for all draws at once, which spares about half of the start-up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from inspect import getsource
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import xarray as xr
from numpy.typing import NDArray
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_and_cache_key

from ustyurt_models.study.surveys import Sampler
from ustyurt_models.survey.samplers.loops import Loop

__all__ = ["Chains", "sample"]

Floats = NDArray[np.float64]

_STATS = ("diverging", "energy", "depth", "n_steps", "step_size", "tree_depth")


@dataclass(frozen=True)
class Chains:
    """What NUTS drew.

    Attributes
    ----------
    points : numpy.ndarray
        Unconstrained scale, in the order of the model's free variables, shape
        (chain, draw, parameter).
    stats : xarray.Dataset
        Statistics that the diagnostics read, dims (chain, draw).
    """

    points: Floats
    stats: xr.Dataset


@register_funcify_and_cache_key(Loop)
def _compiled(op: Loop, **told: Any) -> tuple[Callable[..., Any], str]:
    """Compile the function of a loop; its text is the key of what is cached."""
    run = numba_njit(op.function)

    @numba_njit
    def alone(*inputs: Any) -> Any:
        return run(*inputs)[0]

    key = sha256(getsource(op.function).encode()).hexdigest()
    return (alone if len(op.ranks[1]) == 1 else run), key


def sample(
    model: pm.Model, sampler: Sampler, seed: int, progress: Callable[[float], None] | None = None
) -> Chains:
    """Draw from the posterior of `model` with NUTS.

    Parameters
    ----------
    model : pymc.Model
        The model.
    sampler : Sampler
        Which program (``pymc``, otherwise nutpie), draws, warm-up steps, chains and cores.
    seed : int
        The same seed gives the same draws.
    progress : callable, optional
        Called with 0 once compiled and with 1 at the end.

    Returns
    -------
    Chains
        Draws on the unconstrained scale.
    """
    drawn = _pymc(model, sampler, seed) if sampler.engine == "pymc" else None
    if drawn is None:
        drawn = _nutpie(model, sampler, seed, progress)
    if progress is not None:
        progress(1.0)
    return drawn


def _kept(tree: xr.DataTree) -> xr.Dataset:
    """Keep the statistics that the diagnostics read."""
    stats = tree["sample_stats"].to_dataset()
    return stats[[name for name in _STATS if name in stats]]


def _pymc(model: pm.Model, sampler: Sampler, seed: int) -> Chains:
    """Draw with PyMC's own sampler."""
    tree = pm.sample(
        draws=sampler.draws,
        tune=sampler.tune,
        chains=sampler.chains,
        cores=1,
        nuts_sampler="pymc",  # PyMC itself prefers nutpie where that is installed
        random_seed=seed,
        progressbar=False,
        compute_convergence_checks=False,
        target_accept=sampler.target_accept,
        idata_kwargs={"include_transformed": True},
        model=model,
    )
    if tree["posterior"].sizes["draw"] < sampler.draws:  # PyMC swallows Ctrl-C
        raise KeyboardInterrupt
    return Chains(_flatten(tree, model), _kept(tree))


def _flatten(tree: xr.DataTree, model: pm.Model) -> Floats:
    """Join the values of the free variables into vectors, shape (chain, draw, parameter)."""
    found = []
    for variable in model.free_RVs:
        name = model.rvs_to_values[variable].name
        home = "posterior" if name in tree["posterior"] else "unconstrained_posterior"
        values = np.asarray(tree[home][name].values, float)
        found.append(values.reshape(*values.shape[:2], -1))
    return np.concatenate(found, axis=2)


def _nutpie(
    model: pm.Model, sampler: Sampler, seed: int, progress: Callable[[float], None] | None
) -> Chains:
    """Draw with nutpie."""
    compiled = nutpie.compile_pymc_model(model, backend="numba", freeze_model=True, var_names=[])
    if progress is not None:
        progress(0.0)
    running = nutpie.sample(
        compiled,
        draws=sampler.draws,
        tune=sampler.tune,
        chains=sampler.chains,
        cores=sampler.cores,
        seed=seed,
        target_accept=sampler.target_accept,
        store_unconstrained=True,
        save_warmup=False,
        progress_bar=False,
        blocking=False,
    )
    try:
        tree = running.wait()
    except BaseException:  # after Ctrl-C a blocking call would return half a posterior
        running.cancel()
        raise
    # By name: freezing a model changes the order of its variables.
    return Chains(_flatten(tree, model), _kept(tree))
