"""Hamiltonian Monte Carlo: nutpie with compiled log density, or PyMC's own sampler."""

from collections.abc import Callable

import nutpie
import pymc as pm
import xarray as xr

from ustyurt_models.study.surveys import Sampler

__all__ = ["sample"]

_STATS = ("diverging", "energy", "depth", "n_steps", "step_size", "tree_depth", "logp")


def _tidy(tree: xr.DataTree) -> tuple[xr.Dataset, xr.Dataset]:
    """Keep posterior and the statistics that the diagnostics read."""
    stats = tree["sample_stats"].to_dataset()
    kept = stats[[name for name in _STATS if name in stats]]
    return tree["posterior"].to_dataset(), kept


def sample(
    model: pm.Model, sampler: Sampler, seed: int, progress: Callable[[float], None] | None = None
) -> tuple[xr.Dataset, xr.Dataset]:
    """Draw from the posterior of `model` with NUTS.

    Parameters
    ----------
    model : pymc.Model
        The model.
    sampler : Sampler
        Which program, how many draws, warm-up steps, chains and cores.
    seed : int
        The same seed gives the same draws.
    progress : callable, optional
        Called with 0 once compiled and with 1 at the end.

    Returns
    -------
    tuple of xarray.Dataset
        Posterior and sample statistics, dims (chain, draw, ...).
    """
    if sampler.engine == "pymc":
        tree = pm.sample(
            draws=sampler.draws,
            tune=sampler.tune,
            chains=sampler.chains,
            cores=1,
            random_seed=seed,
            progressbar=False,
            compute_convergence_checks=False,
            target_accept=sampler.target_accept,
            model=model,
        )
        if tree["posterior"].sizes["draw"] < sampler.draws:  # PyMC swallows Ctrl-C
            raise KeyboardInterrupt
        return _tidy(tree)
    compiled = nutpie.compile_pymc_model(model, backend="numba")
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
        save_warmup=False,
        progress_bar=False,
        blocking=False,
    )
    try:
        tree = running.wait()
    except BaseException:  # after Ctrl-C a blocking call would return half a posterior
        running.cancel()
        raise
    if progress is not None:
        progress(1.0)
    return _tidy(tree)
