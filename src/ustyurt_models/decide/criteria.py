"""The study's criteria, judged: a probability or a mean, its error, and a verdict each."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from ustyurt_models.decide.futures import QUANTITIES, ever_planned, presence, quantity
from ustyurt_models.decide.montecarlo import Estimate, mean_of, share_of
from ustyurt_models.decide.wording import in_futures, shown
from ustyurt_models.study.criteria import Criterion

__all__ = ["Finding", "Verdict", "judge", "judge_scenario", "reference_of"]

Verdict = Literal["meets", "fails", "undecided", "not applicable"]
_LIGHTS = {"meets": "green", "fails": "red", "undecided": "amber", "not applicable": "grey"}
_COMPARE: Mapping[str, Callable] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}
#: Of repeated releases the founders are judged when they were at their best.
_LARGE_IS_GOOD = {
    "gene_diversity": True,
    "founder_genomes": True,
    "expected_heterozygosity": True,
    "observed_heterozygosity": True,
    "alleles_per_locus": True,
    "mean_inbreeding": False,
}


@dataclass(frozen=True)
class Finding:
    """One criterion judged in one scenario.

    Attributes
    ----------
    scenario : str
        Scenario.
    criterion : Criterion
        The sentence of the study and its meaning.
    verdict : {"meets", "fails", "undecided", "not applicable"}
        ``undecided``: the Monte-Carlo interval holds the threshold, more draws are needed.
    estimate : Estimate
        Share of futures, or mean (in units of the reference where the criterion names one).
    rule : str
        The comparison that decided, in words.
    """

    scenario: str
    criterion: Criterion
    verdict: Verdict
    estimate: Estimate
    rule: str

    @property
    def light(self) -> str:
        """Traffic light of the verdict."""
        return _LIGHTS[self.verdict]

    @property
    def is_probability(self) -> bool:
        """Whether the estimate is a share of futures."""
        return self.criterion.judged == "probability"

    @property
    def threshold(self) -> float:
        """What the estimate is compared with."""
        if self.criterion.probability is not None:
            return self.criterion.probability
        return self.criterion.threshold

    @property
    def comparison(self) -> str:
        """How the estimate is compared with `threshold`."""
        if self.is_probability:
            return self.criterion.probability_comparison
        return self.criterion.comparison

    @property
    def margin(self) -> float:
        """Distance from the threshold, positive on the good side [same unit as the estimate]."""
        side = 1.0 if self.comparison in (">=", ">") else -1.0
        return side * (self.estimate.value - self.threshold)


def judge(
    results: xr.Dataset, criteria: Mapping[str, Mapping[str, Criterion]]
) -> tuple[Finding, ...]:
    """Judge the criteria of every scenario.

    Parameters
    ----------
    results : xarray.Dataset
        `contracts.RESULTS`.
    criteria : mapping of str to mapping of str to Criterion
        Scenario name -> criteria by name.

    Returns
    -------
    tuple of Finding
        In the order of scenarios and criteria.
    """
    return tuple(
        finding
        for scenario, rules in criteria.items()
        for finding in judge_scenario(results.sel(scenario=scenario), scenario, rules)
    )


def judge_scenario(
    results: xr.Dataset, scenario: str, criteria: Mapping[str, Criterion]
) -> tuple[Finding, ...]:
    """Judge all criteria of one scenario, whose results are given without that dimension."""
    planned = ever_planned(results)
    found = []
    for criterion in criteria.values():
        if _about_cheetahs(criterion) and not planned:
            nothing = Estimate(np.nan, np.nan, np.nan, np.nan, 0)
            rule = "The scenario releases no cheetahs."
            found.append(Finding(scenario, criterion, "not applicable", nothing, rule))
        elif criterion.judged == "probability":
            found.append(_judge_share(results, scenario, criterion))
        else:
            found.append(_judge_mean(results, scenario, criterion))
    return tuple(found)


def _about_cheetahs(criterion: Criterion) -> bool:
    """Whether a criterion only makes sense where cheetahs are released."""
    return criterion.statistic == "cheetah" or criterion.statistic in QUANTITIES


def _judge_share(results: xr.Dataset, scenario: str, criterion: Criterion) -> Finding:
    """Judge ``P(condition) >= p``."""
    estimate = share_of(_holds(results, criterion))
    wanted = criterion.probability_comparison
    assert criterion.probability is not None
    verdict = _verdict(estimate, wanted, criterion.probability)
    rule = (
        f"It holds in {in_futures(estimate.value)}; wanted: share {wanted} "
        f"{shown(criterion.probability)}, Monte-Carlo interval {shown(estimate.low)} to "
        f"{shown(estimate.high)}."
    )
    return Finding(scenario, criterion, verdict, estimate, rule + _advice(verdict))


def _judge_mean(results: xr.Dataset, scenario: str, criterion: Criterion) -> Finding:
    """Judge ``quantity in year n >= x``, on the mean over the futures that have it."""
    values = quantity(results, criterion.statistic, criterion.zone)
    reference = reference_of(results, criterion)
    wanted, threshold = criterion.comparison, criterion.threshold
    by_year = [
        mean_of(values[..., year], None if criterion.of == "" else reference)
        for year in _years(criterion)
    ]
    known = [estimate for estimate in by_year if np.isfinite(estimate.value)]
    if not known:
        rule = "In no future are there cheetahs to measure it in."
        return Finding(scenario, criterion, "fails", by_year[-1], rule)
    largest_decides = (criterion.period == "by") == (wanted in (">=", ">"))
    estimate = (max if largest_decides else min)(known, key=lambda found: found.value)
    verdict = _verdict(estimate, wanted, threshold)
    unit = f" times the value of the {criterion.of}" if criterion.of else ""
    part = estimate.futures / values[..., 0].size
    rule = (
        f"Mean {shown(estimate.value)}{unit}; wanted {wanted} {shown(threshold)}, Monte-Carlo "
        f"interval {shown(estimate.low)} to {shown(estimate.high)}; known in {in_futures(part)}."
    )
    return Finding(scenario, criterion, verdict, estimate, rule + _advice(verdict))


def _advice(verdict: Verdict) -> str:
    """Say what would settle an open verdict."""
    return " More draws would settle it." if verdict == "undecided" else ""


def _verdict(estimate: Estimate, comparison: str, threshold: float) -> Verdict:
    """Compare both ends of the Monte-Carlo interval with the threshold."""
    compare = _COMPARE[comparison]
    if not np.isfinite(estimate.low):
        return "undecided"
    low, high = compare(estimate.low, threshold), compare(estimate.high, threshold)
    if low and high:
        return "meets"
    return "undecided" if low or high else "fails"


def _years(criterion: Criterion) -> range:
    """Years since the start that a criterion looks at."""
    if criterion.period == "in":
        return range(criterion.year, criterion.year + 1)
    return range(1, criterion.year + 1)


def _holds(results: xr.Dataset, criterion: Criterion) -> np.ndarray:
    """Return in which futures the condition holds, bool (draw, replicate).

    Over several years, what is asked of cheetahs is asked from their first arrival on;
    a future into which none came is judged in the last year.
    """
    values = quantity(results, criterion.statistic, criterion.zone)
    limit = criterion.threshold * reference_of(results, criterion)
    # NaN, e.g. gene diversity of nobody, fulfils no condition.
    yearly = _COMPARE[criterion.comparison](values, limit[..., None]) & np.isfinite(values)
    years = slice(_years(criterion)[0], criterion.year + 1)
    yearly = yearly[..., years]
    if criterion.period == "in":
        return yearly[..., 0]
    counted = np.ones_like(yearly)
    if _about_cheetahs(criterion):
        counted = presence(results)[..., years]
        counted[..., -1] = True
    if criterion.period == "by":
        return (yearly & counted).any(axis=-1)
    return (yearly | ~counted).all(axis=-1)


def reference_of(results: xr.Dataset, criterion: Criterion) -> np.ndarray:
    """Return what the threshold multiplies, shape (draw, replicate).

    Ones; or the value at the start of the study; or the value of the founders: animals
    released in all for ``cheetah``, and else the best value at the end of a year with a
    release (of the start, where cheetahs live from the start and none is released).
    """
    values = quantity(results, criterion.statistic, criterion.zone)
    if criterion.of == "":
        return np.ones(values.shape[:2])
    if criterion.of == "start":
        return values[..., 0]
    released = results["cheetah_released"].transpose("draw", "replicate", "year").to_numpy()
    total = released.sum(axis=2).astype(float)
    if criterion.statistic == "cheetah":
        return np.where(total > 0, total, values[..., 0])
    large = _LARGE_IS_GOOD[criterion.statistic]
    worst = -np.inf if large else np.inf
    usable = np.where((released > 0) & np.isfinite(values), values, worst)
    best = usable.max(axis=2) if large else usable.min(axis=2)
    return np.where(np.isfinite(best), best, np.where(total > 0, np.nan, values[..., 0]))
