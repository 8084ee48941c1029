"""The diagnostics gate, the same for every model: whether a posterior may be used."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from arviz_stats.base import array_stats
from numpy.typing import NDArray

from ustyurt_models.survey.judgement import Finding, above, below
from ustyurt_models.survey.settings import Gate

__all__ = ["leave_one_out", "predictive", "prior_shift", "sampler_findings"]

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


def _chains(posterior: xr.Dataset, gate: Gate) -> list[Finding]:
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


def sampler_findings(posterior: xr.Dataset, stats: xr.Dataset, gate: Gate) -> list[Finding]:
    """Judge how the posterior was drawn.

    Parameters
    ----------
    posterior : xarray.Dataset
        Dims (chain, draw, ...).
    stats : xarray.Dataset
        Sample statistics of NUTS, or weights' quality of the Laplace path.
    gate : Gate
        Limits.

    Returns
    -------
    list of Finding
        One per check that applies.
    """
    if "khat" in stats:
        meaning = "importance weights of the Laplace approximation; high: use nutpie"
        modes = float(stats["modes"])
        return [
            above("Pareto k-hat", float(stats["khat"]), gate.khat, meaning),
            below("effective draws", float(stats["ess"]), gate.ess, "of the importance weights"),
            above("optima seen", modes, (1.0, np.inf), "several: compare with nutpie"),
        ]
    findings = _chains(posterior, gate)
    if "diverging" in stats:
        share = float(stats["diverging"].mean())
        meaning = "share of transitions where the sampler lost the surface"
        findings.append(above("divergences", share, gate.divergences, meaning))
    if "energy" in stats:
        energy = stats["energy"].values
        bfmi = float(np.min(np.mean(np.diff(energy, axis=1) ** 2, 1) / np.var(energy, axis=1)))
        findings.append(below("E-BFMI", bfmi, gate.bfmi, "energy exploration; low: heavy tails"))
    return findings


def prior_shift(posterior: xr.Dataset, prior_sd: Mapping[str, float], gate: Gate) -> list[Finding]:
    """Compare the spread of log parameters before and after the data.

    Parameters
    ----------
    posterior : xarray.Dataset
        With the variables named in `prior_sd`.
    prior_sd : mapping of str to float
        Standard deviation of the logarithm under the prior.
    gate : Gate
        Limits.

    Returns
    -------
    list of Finding
        One per variable; "look" where the data said next to nothing.
    """
    findings = []
    for name, sd in prior_sd.items():
        if name in posterior:
            ratio = float(np.log(posterior[name].values).std(axis=(0, 1)).max() / sd)
            meaning = "posterior over prior spread; near 1: the data said nothing"
            findings.append(above(f"shift of {name}", ratio, gate.shift, meaning))
    return findings


def predictive(p_values: Mapping[str, tuple[float, str]], gate: Gate) -> list[Finding]:
    """Judge posterior predictive tail probabilities.

    Parameters
    ----------
    p_values : mapping of str to (float, str)
        Check to its probability, small when the data look unlike the model, and its meaning.
    gate : Gate
        Limits.

    Returns
    -------
    list of Finding
        One per check.
    """
    return [below(name, p, gate.predictive_p, meaning) for name, (p, meaning) in p_values.items()]


def leave_one_out(log_likelihood: Floats, unit: str, gate: Gate) -> list[Finding]:
    """Estimate predictive accuracy by Pareto-smoothed leave-one-out.

    Parameters
    ----------
    log_likelihood : numpy.ndarray
        Pointwise, shape (draw, unit).
    unit : str
        What one point is, e.g. ``"transect"``.
    gate : Gate
        Limits.

    Returns
    -------
    list of Finding
        Expected log predictive density, its effective parameters, and the largest Pareto k.

    References
    ----------
    Vehtari, Gelman & Gabry 2017, Statistics and Computing 27:1413.
    """
    elpd, khat = [], []
    for column in log_likelihood.T:
        log_weights, k = array_stats.psislw(column)
        log_weights = log_weights - np.logaddexp.reduce(log_weights)
        elpd.append(np.logaddexp.reduce(log_weights + column))
        khat.append(float(k) if np.ptp(column) > 1e-12 else 0.0)
    full = np.logaddexp.reduce(log_likelihood, axis=0) - np.log(log_likelihood.shape[0])
    shown = (np.inf, np.inf)
    return [
        above("elpd LOO", float(np.sum(elpd)), shown, f"predictive accuracy, unit: {unit}"),
        above("p LOO", float(np.sum(full) - np.sum(elpd)), shown, "effective parameters"),
        above("Pareto k of LOO", max(khat), gate.pareto_k, f"high: one {unit} weighs heavily"),
    ]
