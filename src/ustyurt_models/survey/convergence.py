"""Whether chains of NUTS agree and explored enough; imported only where chains were run."""

import numpy as np
import xarray as xr
from arviz_stats.base import array_stats
from numpy.typing import NDArray

from ustyurt_models.study.surveys.gate import Gate
from ustyurt_models.survey.judgement import Finding, above, below

__all__ = ["chain_findings"]

Floats = NDArray[np.float64]


def _scalars(posterior: xr.Dataset) -> dict[str, Floats]:
    """Split the posterior into scalar chains, each shape (chain, draw)."""
    found = {}
    for name, variable in posterior.data_vars.items():
        flat = variable.values.reshape(*variable.shape[:2], -1)
        for i in range(flat.shape[2]):
            if np.ptp(flat[..., i]) > 0:
                found[f"{name}[{i}]" if flat.shape[2] > 1 else str(name)] = flat[..., i]
    return found


def _mixing(posterior: xr.Dataset, gate: Gate) -> list[Finding]:
    """Judge convergence and effective draws of every variable."""
    scalars = _scalars(posterior)
    rhat = {name: float(array_stats.rhat(values)) for name, values in scalars.items()}
    bulk = {name: float(array_stats.ess(values, method="bulk")) for name, values in scalars.items()}
    ends = {"method": "tail", "prob": (0.05, 0.95)}
    tail = {name: float(array_stats.ess(values, **ends)) for name, values in scalars.items()}
    odd = max(rhat, key=lambda name: rhat[name])
    thin, thin_tail = min(bulk, key=lambda n: bulk[n]), min(tail, key=lambda n: tail[n])
    return [
        above("R-hat", rhat[odd], gate.rhat, f"chains agree; largest for {odd}"),
        below("ESS bulk", bulk[thin], gate.ess, f"effective draws, middle; fewest for {thin}"),
        below(
            "ESS tail", tail[thin_tail], gate.ess, f"effective draws, tails; fewest for {thin_tail}"
        ),
    ]


def chain_findings(posterior: xr.Dataset, stats: xr.Dataset, gate: Gate) -> list[Finding]:
    """Judge the chains of NUTS.

    Parameters
    ----------
    posterior : xarray.Dataset
        Dims (chain, draw, ...).
    stats : xarray.Dataset
        With ``diverging`` and ``energy`` where the sampler gives them, dims (chain, draw).
    gate : Gate
        Limits.

    Returns
    -------
    list of Finding
        R-hat, effective draws, divergences, energy.

    References
    ----------
    Vehtari et al. 2021, Bayesian Analysis 16:667; Betancourt 2016, arXiv:1604.00695.
    """
    findings = _mixing(posterior, gate)
    if "diverging" in stats:
        share = float(stats["diverging"].mean())
        meaning = "share of transitions where the sampler lost the surface"
        findings.append(above("divergences", share, gate.divergences, meaning))
    if "energy" in stats:
        energy = stats["energy"].values
        bfmi = float(np.min(np.mean(np.diff(energy, axis=1) ** 2, 1) / np.var(energy, axis=1)))
        findings.append(below("E-BFMI", bfmi, gate.bfmi, "energy exploration; low: heavy tails"))
    return findings
