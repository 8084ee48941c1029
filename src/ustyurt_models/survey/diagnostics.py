"""The diagnostics gate, the same for every model: whether a posterior may be used."""

from collections.abc import Mapping
from importlib import import_module

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.study.surveys.gate import Gate
from ustyurt_models.survey.judgement import Finding, above, below, shown
from ustyurt_models.survey.psis import pareto_smooth

__all__ = ["leave_one_out", "pointwise_elpd", "predictive", "prior_shift", "sampler_findings"]

Floats = NDArray[np.float64]

_ONE = (1.0, np.inf)


def _optima_findings(stats: xr.Dataset, gate: Gate) -> list[Finding]:
    """Judge whether the draws are around the optima that carry the probability."""
    findings = []
    if "arrived" in stats and not float(stats["arrived"]):
        meaning = "the climb to the optimum ended on a slope: the mode is not known"
        findings.append(above("climb unfinished", 1.0, (0.0, np.inf), meaning))
    if "optima" in stats:
        meaning = "places that hold at least 1 % of the probability, from starts over the prior"
        findings.append(above("optima", float(stats["optima"]), _ONE, meaning))
    if "optima_seen" in stats:
        meaning = "distinct places where climbing ended, most of them may not matter"
        findings.append(shown("optima seen", float(stats["optima_seen"]), meaning))
    if "missed_optimum" in stats:
        meaning = (
            "probability around optima that no chain visited; high: the chains sit on a false one"
        )
        missed = float(stats["missed_optimum"])
        findings.append(above("missed optimum", missed, gate.missed_optimum, meaning))
    return findings


def sampler_findings(posterior: xr.Dataset, stats: xr.Dataset, gate: Gate) -> list[Finding]:
    """Judge how the posterior was drawn.

    Parameters
    ----------
    posterior : xarray.Dataset
        Dims (chain, draw, ...).
    stats : xarray.Dataset
        What the sampler says about itself; see `sampling.Draws`.
    gate : Gate
        Limits.

    Returns
    -------
    list of Finding
        One per check that applies; a preview is at best worth a look.
    """
    optima = _optima_findings(stats, gate)
    if "preview" in stats:
        meaning = "mode and curvature only: to look at, not to report; use engine auto"
        return [above("preview", 1.0, (0.0, np.inf), meaning), *optima]
    if "khat" in stats:
        meaning = "importance weights of the Laplace approximation; high: use nutpie"
        return [
            above("Pareto k-hat", float(stats["khat"]), gate.khat, meaning),
            below("effective draws", float(stats["ess"]), gate.ess, "of the importance weights"),
            *optima,
        ]
    # ArviZ costs two seconds to import; the fast path must not pay for it.
    convergence = import_module("ustyurt_models.survey.convergence")
    return [*convergence.chain_findings(posterior, stats, gate), *optima]


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
            findings.append(above(f"shift of {name}", ratio, (gate.shift, np.inf), meaning))
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


def pointwise_elpd(log_likelihood: Floats) -> tuple[Floats, Floats, Floats]:
    """Estimate the log predictive density of each unit when it is left out.

    Parameters
    ----------
    log_likelihood : numpy.ndarray
        Pointwise, shape (draw, unit).

    Returns
    -------
    tuple of numpy.ndarray
        Expected log predictive density, effective parameters and Pareto k, each shape (unit,).

    References
    ----------
    Vehtari, Gelman & Gabry 2017, Statistics and Computing 27:1413.
    """
    log_weights, khat = pareto_smooth(-log_likelihood)
    elpd = np.logaddexp.reduce(log_weights + log_likelihood, axis=0)
    full = np.logaddexp.reduce(log_likelihood, axis=0) - np.log(log_likelihood.shape[0])
    return elpd, full - elpd, np.where(np.isneginf(khat), 0.0, khat)


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
    """
    elpd, parameters, khat = pointwise_elpd(log_likelihood)
    limits = (gate.pareto_k, np.inf)
    return [
        shown("elpd LOO", float(elpd.sum()), f"predictive accuracy, unit: {unit}"),
        shown("p LOO", float(parameters.sum()), "effective parameters"),
        above("Pareto k of LOO", float(khat.max()), limits, f"high: one {unit} weighs heavily"),
    ]
