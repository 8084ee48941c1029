"""Whether the surveys contradict each other, looked at before they are pooled."""

from itertools import combinations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.agreement import Tension, chance_of_agreement, tension
from ustyurt_models.seeds import generator
from ustyurt_models.survey.models.joint.data import JointData
from ustyurt_models.survey.models.joint.density import Evidence

__all__ = ["conflict_node", "tension_of"]

Floats = NDArray[np.float64]
_ENDS = ("low", "median", "high")


def tension_of(evidence: tuple[Evidence, ...], biased: bool) -> Tension:
    """Measure how far the surveys are apart, over all strata at once.

    Parameters
    ----------
    evidence : tuple of Evidence
        One per survey.
    biased : bool
        Whether the biases that the study allows are granted.

    Returns
    -------
    Tension
        Squared differences and their chance.
    """
    spreads = [one.covariance + (one.bias_sd**2 if biased else 0.0) for one in evidence]
    return tension([one.mean for one in evidence], spreads)


def _limits(values: Floats, mass: float) -> Floats:
    """Lower limit, median, upper limit over the first axis, shape (3, ...)."""
    return np.quantile(values, [(1 - mass) / 2, 0.5, (1 + mass) / 2], axis=0)


def _triple(name: str, dims: tuple[str, ...], values: Floats, meaning: str) -> dict[str, tuple]:
    """Return three variables with the ends of an interval; `values` has shape (3, ...)."""
    return {
        f"{name}_{end}": (dims, part, {"units": "1", "long_name": f"{meaning}, {end}"})
        for end, part in zip(_ENDS, values, strict=True)
    }


def _shuffled(evidence: tuple[Evidence, ...]) -> list[Floats]:
    """Draws of animals in an order of their own: fits of one study share a seed."""
    return [
        np.exp(generator(i, "survey", "joint pairs").permutation(one.log_abundance))
        for i, one in enumerate(evidence)
    ]


def _of_surveys(data: JointData, evidence: tuple[Evidence, ...], mass: float) -> dict[str, tuple]:
    """Say what each survey finds alone."""
    whole = np.stack([_limits(one.abundance.sum(axis=1), mass) for one in data.components], axis=1)
    parts = np.stack([_limits(one.abundance, mass) for one in data.components], axis=1)
    found = _triple("abundance", ("survey",), whole, "animals by this survey alone")
    found |= _triple(
        "stratum_abundance", ("survey", "stratum"), parts, "animals by this survey alone"
    )
    for name, meaning in (
        ("bias_sd", "prior standard deviation of log bias"),
        ("prior_share", "posterior over prior standard deviation of the survey's own fit"),
        ("corrected", "whether the survey's own prior was taken out"),
    ):
        values = [float(getattr(one, name)) for one in evidence]
        found[name] = ("survey", values, {"units": "1", "long_name": meaning})
    for name, meaning in (
        ("file", "file of the survey; empty where its posterior does not say"),
        ("digest", "hash of that file"),
        ("status", "whether its data are real"),
    ):
        told = np.array([getattr(one, name) for one in data.components], object)
        found[name] = ("survey", told, {"long_name": meaning})
    return found


def _of_pairs(data: JointData, evidence: tuple[Evidence, ...], mass: float) -> dict[str, tuple]:
    """Compare every pair of surveys, on the whole and by stratum."""
    animals, share = _shuffled(evidence), data.settings.agreement
    pairs = list(combinations(range(len(animals)), 2))
    size = min(one.shape[0] for one in animals)
    ratio = [animals[a][:size] / animals[b][:size] for a, b in pairs]
    whole = [animals[a][:size].sum(1) / animals[b][:size].sum(1) for a, b in pairs]
    found: dict[str, tuple] = {
        "first": ("pair", [evidence[a].name for a, _ in pairs]),
        "second": ("pair", [evidence[b].name for _, b in pairs]),
    }
    found |= _triple(
        "ratio", ("pair",), np.stack([_limits(one, mass) for one in whole], 1), "first over second"
    )
    found |= _triple(
        "stratum_ratio",
        ("pair", "stratum"),
        np.stack([_limits(one, mass) for one in ratio], 1),
        "first over second",
    )
    for prefix, draws, dims in (
        ("", whole, ("pair",)),
        ("stratum_", ratio, ("pair", "stratum")),
    ):
        judged = [chance_of_agreement(one, share) for one in draws]
        agree, within = (np.stack([one[i] for one in judged]) for i in (0, 1))
        tail = "two-sided probability of such a ratio if both count the same"
        found[f"{prefix}agree"] = (dims, agree, {"units": "1", "long_name": tail})
        close = f"probability that they differ by no more than {share:.0%}"
        found[f"{prefix}within"] = (dims, within, {"units": "1", "long_name": close})
    return found


def conflict_node(data: JointData, evidence: tuple[Evidence, ...], mass: float) -> xr.Dataset:
    """Show what every survey says alone and how far apart they are.

    Parameters
    ----------
    data : JointData
        The surveys.
    evidence : tuple of Evidence
        The same as likelihoods.
    mass : float
        Mass of equal-tailed intervals.

    Returns
    -------
    xarray.Dataset
        Over ``survey``: animals alone (and by ``stratum``), ``bias_sd``, ``prior_share``, and
        where each comes from as ``file``, ``digest`` and ``status``. Over
        ``pair``: ``first``, ``second``, ``ratio``, ``agree``, ``within`` (and by stratum).
        Attributes: the tension of all surveys without biases and with those that the study
        allows, each as squares, p and standard deviations.
    """
    node = xr.Dataset(
        {**_of_surveys(data, evidence, mass), **_of_pairs(data, evidence, mass)},
        coords={"survey": [one.name for one in evidence], "stratum": list(data.stratum)},
    )
    node.attrs = {
        "interval_mass": mass,
        "interval_type": "equal-tailed",
        "agreement": data.settings.agreement,
        "reference": data.settings.reference,
    }
    for name, biased in (("tension", False), ("tension_given_bias", True)):
        found = tension_of(evidence, biased)
        node.attrs |= {
            f"{name}_squares": found.squares,
            f"{name}_freedom": found.freedom,
            f"{name}_p": found.p,
            f"{name}_sd": found.sd,
        }
    return node
