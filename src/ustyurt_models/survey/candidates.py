"""Fit several models to the same data, compare them, and average where that is asked for."""

import re
from collections.abc import Sequence

import numpy as np
import xarray as xr

from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys.candidates import name_of_candidate
from ustyurt_models.survey.comparison import (
    Candidate,
    candidate_findings,
    compare,
    digest_of,
    mix,
)
from ustyurt_models.survey.fitting import Fitted, tree_of
from ustyurt_models.survey.judgement import Finding, above
from ustyurt_models.survey.models.trend.account import PARTS

__all__ = ["tree_of_candidates"]

#: Options that change what the likelihood is a density of.
_OF_DATA = ("truncation", "left_truncation", "cutpoints", "group_size")


def _answer(fitted: Fitted) -> str:
    """Return the node that answers the question of the survey."""
    return "abundance" if "abundance" in fitted.nodes else "occupancy"


def _candidate(fitted: Fitted) -> Candidate:
    """Describe a fit for the comparison."""
    block = fitted.model.settings
    told: dict[str, object] = {name: getattr(block, name, None) for name in _OF_DATA}
    # A scale that depends on size conditions on sizes, which are then not predicted.
    told["given_size"] = "size" in re.findall(r"\w+", getattr(block, "scale", ""))
    return Candidate(
        name=name_of_candidate(block),
        log_likelihood=fitted.log_likelihood,
        unit=fitted.unit,
        data=digest_of(fitted.nodes["observed_data"], told),
        result=fitted.nodes[_answer(fitted)],
        verdict=fitted.verdict,
    )


def _average(
    fits: Sequence[Candidate], node: xr.Dataset, rng: np.random.Generator
) -> tuple[xr.Dataset, list[Finding]]:
    """Mix answers by stacking weights; fits that their diagnostics stop take no part."""
    usable = np.array([fit.verdict != "stop" or i == 0 for i, fit in enumerate(fits)])
    weight = np.where(usable, node["stacking"].values, 0.0)
    weight = weight / weight.sum() if weight.sum() > 0 else np.eye(len(fits))[0]
    node["weight"] = ("fit", weight, {"units": "1", "long_name": "share of the averaged draws"})
    lost = float(node["stacking"].values[~usable].sum())
    names = ", ".join(fit.name for fit, ok in zip(fits, usable, strict=True) if not ok)
    meaning = f"stacking weight of fits that their own diagnostics stop: {names or 'none'}"
    mixed = mix([fit.result for fit in fits], weight, rng)
    return mixed, [above("weight left out of the average", lost, (0.0, np.inf), meaning)]


def _with_growth(node: xr.Dataset, fits: Sequence[Fitted], mass: float) -> xr.Dataset:
    """Add what each fit makes of the growth of the counts, where the fits are trends.

    The parts of growth and growth beyond that of a closed population with intervals; the chance
    that a closed population could grow as the published counts; how much the prior moves growth.
    """
    if not all("trend" in fit.nodes for fit in fits):
        return node
    ends = [0.5, (1 - mass) / 2, (1 + mass) / 2]
    trends = [fit.nodes["trend"] for fit in fits]
    parts = {name: [trend[name] for trend in trends] for name in PARTS}
    parts["growth_beyond"] = [t["growth_of_counts"] - t["growth_closed"] for t in trends]
    for name, values in parts.items():
        found = np.array([np.quantile(one, ends) for one in values])
        for end, numbers in zip(("", "_low", "_high"), found.T, strict=True):
            attrs = {"units": "yr-1", "long_name": name.replace("_", " ")}
            node[f"{name}{end}"] = ("fit", numbers, attrs)
    reach = [t.attrs["probability_ceiling_reaches_published_growth"] for t in trends]
    meaning = "chance that a closed population could grow as the published counts"
    node["reach"] = ("fit", np.array(reach, float), {"units": "1", "long_name": meaning})
    moves = [_prior_moves(fit) for fit in fits]
    meaning = "change of closed growth per doubling of the prior's power"
    node["prior_moves"] = ("fit", np.array(moves), {"units": "1", "long_name": meaning})
    return node


def _prior_moves(fitted: Fitted) -> float:
    """Return how much the prior moves the growth of a closed population; NaN for a preview."""
    found = fitted.nodes.get("sensitivity")
    if found is None or "growth_closed" not in found["result"].values:
        return float("nan")
    return float(found["prior"].sel(result="growth_closed"))


def tree_of_candidates(fits: Sequence[Fitted], seed: int) -> xr.DataTree:
    """Put fits of the same data into one tree: that of the first, with the comparison.

    Parameters
    ----------
    fits : sequence of Fitted
        The model of the study first, then its candidates.
    seed : int
        Study seed.

    Returns
    -------
    xarray.DataTree
        Node ``comparison``; with ``average`` node ``abundance`` or ``occupancy`` is mixed by
        stacking weights and says in ``fit`` which candidate a draw is from, while the other nodes
        stay those of the first fit.

    Raises
    ------
    InputError
        When the fits are not of the same data.
    """
    block = fits[0].model.settings
    candidates = [_candidate(fitted) for fitted in fits]
    node = compare(candidates, generator(seed, "survey", "comparison"), block.interval)
    node = _with_growth(node, fits, block.interval)
    findings = candidate_findings(node, block.gate)
    nodes = {"comparison": node}
    if getattr(block, "average", False):
        mixed, more = _average(candidates, node, generator(seed, "survey", "average"))
        nodes[_answer(fits[0])] = mixed
        # The choice no longer decides the numbers; it is in their intervals.
        findings = more
    return tree_of(fits[0], nodes, findings)
