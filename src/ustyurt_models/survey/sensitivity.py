"""How much a result leans on the prior and how much on the data: power-scaling.

The prior (or the likelihood) is raised to a power slightly below and above one; the posterior that
would follow is reached by re-weighting the draws. A result that moves with the prior and not with
the data rests on the prior; one that moves with both has prior and data in conflict; one that moves
with neither was told by neither.

The prior is scaled on the unconstrained scale: a lognormal prior keeps its median while the
standard deviation of its logarithm changes by one over the root of the power.

References
----------
Kallioinen, Paananen, Bürkner & Vehtari 2024, Statistics and Computing 34:57.
Nguyen & Vreeken 2015, ECML PKDD, LNCS 9285:175 (cumulative Jensen-Shannon distance).
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.study.surveys.gate import Gate
from ustyurt_models.survey.judgement import Finding, above, shown
from ustyurt_models.survey.psis import pareto_smooth

__all__ = [
    "POWERS",
    "diagnosis",
    "distance_between",
    "power_scaling",
    "sensitivity_findings",
    "sensitivity_node",
    "sensitivity_of",
]

Floats = NDArray[np.float64]

#: Powers that prior and likelihood are raised to.
POWERS = (0.8, 1.25)

#: What it means, by whether the prior and whether the likelihood move the result.
_WORDS = {
    (False, True): "rests on the data",
    (False, False): "no sensitivity: moved by neither prior nor data; fixed, believed, or taken "
    "straight from the data",
    (True, False): "strong prior or weak likelihood: rests on the prior, the data say next to "
    "nothing",
    (True, True): "prior-data conflict: prior and data pull apart, or the prior is strong",
}

_NO_LIMIT = np.inf
_UNSURE = 0.7  # Pareto k of the weights above which a sensitivity is only a rough number


def _gap(p: Floats, q: Floats, width: Floats) -> float:
    """One direction of the cumulative Jensen-Shannon divergence, without its linear term."""
    safe_p, safe_m = np.where(p > 0, p, 1.0), np.where(p > 0, (p + q) / 2, 1.0)
    return float(width @ (p * (np.log2(safe_p) - np.log2(safe_m))))


def distance_between(values: Floats, weights: Floats) -> float:
    """Cumulative Jensen-Shannon distance between draws and the same draws re-weighted.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (draw,).
    weights : numpy.ndarray
        Not negative, shape (draw,).

    Returns
    -------
    float
        Between 0 and 1; the larger of that for the values and their negatives, since the distance
        is not symmetric in direction (Kallioinen et al. 2024, section 2.5).
    """
    return max(_one_way(values, weights), _one_way(-values, weights))


def _one_way(values: Floats, weights: Floats) -> float:
    order = np.argsort(values, kind="stable")
    width = np.diff(values[order])
    p = np.arange(1, values.size) / values.size
    q = np.cumsum(weights[order] / weights.sum())[:-1]
    area_p, area_q = float(p @ width), float(q @ width)
    if area_p + area_q <= 0:
        return 0.0
    linear = (area_q - area_p) / (2 * np.log(2))
    both = max(_gap(p, q, width) + linear, 0.0) + max(_gap(q, p, width) - linear, 0.0)
    return float(np.sqrt(both / (area_p + area_q)))


def power_scaling(log_part: Floats, power: float) -> tuple[Floats, float]:
    """Weights that turn draws into draws with one part of the density raised to a power.

    Parameters
    ----------
    log_part : numpy.ndarray
        Log prior or log likelihood of each draw, shape (draw,).
    power : float
        Above zero.

    Returns
    -------
    tuple
        Weights that sum to one, shape (draw,), and their Pareto k.
    """
    log_weights, khat = pareto_smooth((power - 1) * log_part)
    return np.exp(log_weights), float(khat)


def sensitivity_of(values: Floats, log_part: Floats) -> tuple[float, float]:
    """Sensitivity of one result to one part of the model.

    Parameters
    ----------
    values : numpy.ndarray
        The result, shape (draw,).
    log_part : numpy.ndarray
        Log prior or log likelihood, shape (draw,).

    Returns
    -------
    tuple of float
        Mean change of the distance per doubling of the power, and the largest Pareto k.
    """
    slopes, khats = [], []
    for power in POWERS:
        weights, khat = power_scaling(log_part, power)
        slopes.append(distance_between(values, weights) / abs(np.log2(power)))
        khats.append(khat)
    return float(np.mean(slopes)), max(khats)


def sensitivity_node(
    results: Mapping[str, Floats], log_prior: Floats, log_likelihood: Floats, limit: float
) -> xr.Dataset:
    """Sensitivity of several results, with a diagnosis in words.

    Parameters
    ----------
    results : mapping of str to numpy.ndarray
        Each shape (draw,).
    log_prior, log_likelihood : numpy.ndarray
        Shape (draw,).
    limit : float
        Sensitivity from which on a result counts as moved.

    Returns
    -------
    xarray.Dataset
        ``prior``, ``likelihood``, ``khat`` and ``diagnosis`` over ``result``; positive results
        are compared on the log scale.
    """
    # On the log scale the distance does not hang on a few draws of a long upper tail.
    told = [np.log(values) if np.all(values > 0) else values for values in results.values()]
    prior = [sensitivity_of(values, log_prior) for values in told]
    data = [sensitivity_of(values, log_likelihood) for values in told]
    words = [diagnosis(p, d, limit) for (p, _), (d, _) in zip(prior, data, strict=True)]
    khat = [max(p, d) for (_, p), (_, d) in zip(prior, data, strict=True)]
    node = xr.Dataset(
        {
            "prior": ("result", [p for p, _ in prior], {"units": "1"}),
            "likelihood": ("result", [d for d, _ in data], {"units": "1"}),
            "khat": ("result", np.array(khat, float), {"units": "1"}),
            "diagnosis": ("result", words),
        },
        coords={"result": list(results)},
    )
    node["prior"].attrs["long_name"] = "change per doubling of the prior's power"
    node["likelihood"].attrs["long_name"] = "change per doubling of the likelihood's power"
    node.attrs = {"limit": limit, "powers": list(POWERS)}
    return node


def diagnosis(prior: float, likelihood: float, limit: float) -> str:
    """Say in words what the two sensitivities mean together.

    Parameters
    ----------
    prior, likelihood : float
        Sensitivities.
    limit : float
        From where on they count.

    Returns
    -------
    str
        Words for the cases of Kallioinen et al. 2024, table 1. What neither moves is told apart
        from what the data decide: it is fixed, believed from elsewhere, or comes from data that
        are not in the likelihood, such as transects weighed at random.
    """
    if not np.isfinite([prior, likelihood]).all():
        return "could not be computed"
    return _WORDS[prior >= limit, likelihood >= limit]


def sensitivity_findings(node: xr.Dataset, gate: Gate) -> list[Finding]:
    """Judge the sensitivities.

    Parameters
    ----------
    node : xarray.Dataset
        From `sensitivity_node`.
    gate : Gate
        Limits.

    Returns
    -------
    list of Finding
        One per result; "look" where the prior moves it. Never a stop: a strong prior may be meant.
    """
    findings = []
    for name in node["result"].values:
        row = node.sel(result=name)
        value, words = float(row["prior"]), str(row["diagnosis"].values)
        unsure = float(row["khat"]) > _UNSURE
        meaning = f"{words}{'; rough, the weights are uneven' if unsure else ''}"
        findings.append(above(f"prior moves {name}", value, (gate.sensitivity, _NO_LIMIT), meaning))
        moved = float(row["likelihood"])
        findings.append(
            shown(f"data move {name}", moved, "change when the data count more or less")
        )
    return findings
