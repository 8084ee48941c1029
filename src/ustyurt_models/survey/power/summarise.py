"""From simulated futures to figures of merit: precision, coverage, power, money, a choice.

Every figure has its Monte-Carlo standard error. Survey years of one future share their truth, so
errors are computed from means over futures.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.study.power import Power
from ustyurt_models.study.power_words import Change, Goal
from ustyurt_models.survey.power.plan import Plan
from ustyurt_models.survey.power.trend import chance_of_growth

__all__ = [
    "DesignSummary",
    "Estimate",
    "Seen",
    "Verdict",
    "best",
    "ranked",
    "summarise",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure from simulated futures, with its Monte-Carlo standard error."""

    value: float
    error: float

    @staticmethod
    def of(values: Floats) -> "Estimate":
        """Return the mean of independent values."""
        count = values.size
        error = float(values.std(ddof=1) / math.sqrt(count)) if count > 1 else math.nan
        return Estimate(float(values.mean()), error)

    @staticmethod
    def middle(values: Floats) -> "Estimate":
        """Return the median of independent values, its error from order statistics.

        Half the distance between the quantiles at 1/2 -+ 1/(2 sqrt(n)), one binomial standard
        deviation of the rank to either side.
        """
        width = 0.5 / math.sqrt(values.size)
        low, median, high = np.quantile(values, [max(0.5 - width, 0), 0.5, min(0.5 + width, 1)])
        return Estimate(float(median), float(high - low) / 2.0)

    @staticmethod
    def share(happened: NDArray[np.bool_]) -> "Estimate":
        """Return how often something happened; the error of 0 and of all is not zero.

        The error is that of (k + 1) / (n + 2) (Agresti & Coull 1998, American Statistician
        52:119).
        """
        count = happened.size
        near = (happened.sum() + 1) / (count + 2)
        return Estimate(float(happened.mean()), math.sqrt(near * (1 - near) / (count + 2)))


@dataclass(frozen=True)
class Seen:
    """How often a change is seen.

    Attributes
    ----------
    change : Change
        The change.
    years : int
        Years within which it was to be seen.
    power : Estimate
        Share of futures in which it was seen.
    false_alarm : Estimate
        Share of futures without any change in which the same was seen.
    by_year : tuple of (int, Estimate)
        Power with the surveys up to each survey year.
    """

    change: Change
    years: int
    power: Estimate
    false_alarm: Estimate
    by_year: tuple[tuple[int, Estimate], ...]


@dataclass(frozen=True)
class Verdict:
    """Whether a design reaches a goal.

    Attributes
    ----------
    goal : Goal
        The goal.
    value : Estimate
        The design's figure.
    met : bool
        Whether the figure reaches the goal.
    close : bool
        Whether two Monte-Carlo errors could turn the answer; more futures would tell.
    """

    goal: Goal
    value: Estimate
    met: bool
    close: bool


@dataclass(frozen=True)
class DesignSummary:
    """What a design achieves.

    Attributes
    ----------
    plan : Plan
        The design.
    futures : int
        Simulated futures.
    cv : Estimate
        CV of abundance that one survey reports without any change: half of the futures lie
        below. A mean would be ruled by the few futures in which hardly an animal is left to see.
    realised_cv : Estimate
        Standard deviation of log estimate over truth: what the CV should be.
    bias : Estimate
        Mean of estimate over truth, minus one.
    coverage : Estimate
        Share of intervals that hold the truth.
    interval : float
        Mass of these intervals.
    counted : Estimate
        Groups (or single animals) seen per survey.
    seen : tuple of Seen
        By change.
    verdicts : tuple of Verdict
        By goal.
    information_per_money : float
        1 / CV^2 per 1000 units of money of one survey year; NaN without costs.
    weak : float
        Share of refits with fewer than 20 effective points.
    notes : tuple of str
        Simplifications.
    """

    plan: Plan
    futures: int
    cv: Estimate
    realised_cv: Estimate
    bias: Estimate
    coverage: Estimate
    interval: float
    counted: Estimate
    seen: tuple[Seen, ...]
    verdicts: tuple[Verdict, ...]
    information_per_money: float
    weak: float
    notes: tuple[str, ...] = ()

    @property
    def meets(self) -> bool:
        """Whether all goals are reached."""
        return all(verdict.met for verdict in self.verdicts)


def _alarms(
    results: xr.Dataset, change: int, rises: bool, years: int, rule: tuple[float, float]
) -> NDArray[np.bool_]:
    """Tell in which futures a change in this direction is seen within `years`, shape (future,)."""
    certainty, process_sd = rule
    at = results["year"].to_numpy()
    used = at <= years
    part = results.isel(change=change)
    growth = chance_of_growth(
        at[used],
        part["log_apparent"].to_numpy()[:, used],
        part["sd_log"].to_numpy()[:, used],
        process_sd,
    )
    return (growth if rises else 1.0 - growth) >= certainty


def _seen(
    results: xr.Dataset, number: int, change: Change, power: Power, process_sd: float
) -> Seen | None:
    """Return how often a change is seen; ``None`` with fewer than two surveys in time."""
    rule, years = (power.certainty, process_sd), power.horizon(change)
    at = [int(year) for year in results["year"].to_numpy()]
    in_time = [year for year in at if year <= years][1:]
    if not in_time:
        return None
    by_year = tuple(
        (year, Estimate.share(_alarms(results, number, change.rises, year, rule)))
        for year in in_time
    )
    quiet = Estimate.share(_alarms(results, 0, change.rises, years, rule))
    return Seen(change, years, by_year[-1][1], quiet, by_year)


def _spread_of_errors(results: xr.Dataset) -> Estimate:
    """Return the standard deviation of log(estimate / truth) at no change, with its error."""
    none = results.isel(change=0)
    miss = np.log(none["estimate"].to_numpy()) - none["log_truth"].to_numpy()
    per_future = ((miss - miss.mean()) ** 2).mean(axis=1)
    variance = Estimate.of(per_future)
    sd = math.sqrt(max(variance.value, 1e-300))
    return Estimate(sd, variance.error / (2 * sd))


def _verdict(goal: Goal, cv: Estimate, seen: Sequence[Seen], power: Power) -> Verdict:
    """Judge one goal."""
    value = cv
    if goal.change is not None:
        wanted = (goal.change.rate, power.horizon(goal.change))
        fitting = [one.power for one in seen if (one.change.rate, one.years) == wanted]
        value = fitting[0] if fitting else Estimate(math.nan, math.nan)
    met = goal.met(value.value)
    return Verdict(goal, value, met, abs(value.value - goal.limit) < 2 * value.error)


def summarise(
    plan: Plan, results: xr.Dataset, power: Power, process_sd: float, notes: Sequence[str] = ()
) -> DesignSummary:
    """Summarise the futures of one design.

    Parameters
    ----------
    plan : Plan
        The design.
    results : xarray.Dataset
        From `simulate.gathered`; the first change is no change, the others are those of the
        block in their order.
    power : Power
        The block: changes, certainty, goals.
    process_sd : float
        Yearly noise of log abundance, taken as known by the analyst.
    notes : sequence of str
        Simplifications, to be repeated.

    Returns
    -------
    DesignSummary
        Figures with Monte-Carlo errors.
    """
    none = results.isel(change=0)
    truth = np.exp(none["log_truth"].to_numpy())
    covered = (none["low"].to_numpy() <= truth) & (truth <= none["high"].to_numpy())
    cv = Estimate.middle(none["cv"].to_numpy().mean(axis=1))
    seen = tuple(
        found
        for number, change in enumerate(power.all_changes, 1)
        if (found := _seen(results, number, change, power, process_sd)) is not None
    )
    cost = plan.cost_per_survey
    return DesignSummary(
        plan=plan,
        futures=int(results.sizes["future"]),
        cv=cv,
        realised_cv=_spread_of_errors(results),
        bias=Estimate.of((none["estimate"].to_numpy() / truth).mean(axis=1) - 1.0),
        coverage=Estimate.of(covered.mean(axis=1)),
        interval=float(results.attrs["interval"]),
        counted=Estimate.of(none["counted"].to_numpy().mean(axis=1)),
        seen=seen,
        verdicts=tuple(_verdict(goal, cv, seen, power) for goal in power.goal),
        information_per_money=1000.0 / (cv.value**2 * cost) if cost > 0 else math.nan,
        weak=float((results["effective"] < 20).mean()),
        notes=tuple(notes),
    )


def ranked(summaries: Sequence[DesignSummary]) -> list[DesignSummary]:
    """Order designs by precision per money, the best first; without costs by precision."""
    if any(math.isnan(one.information_per_money) for one in summaries):
        return sorted(summaries, key=lambda one: one.cv.value)
    return sorted(summaries, key=lambda one: -one.information_per_money)


def best(summaries: Sequence[DesignSummary]) -> Mapping[str, DesignSummary | None]:
    """Choose for each survey of the study the cheapest design that reaches all goals.

    Parameters
    ----------
    summaries : sequence of DesignSummary
        All designs.

    Returns
    -------
    mapping of str to DesignSummary or None
        By survey. Cheapest over all survey years; designs without costs come last, among them
        the one with the fewest kilometres. ``None`` where no design reaches the goals.
    """

    def price(one: DesignSummary) -> tuple[bool, float]:
        cost = one.plan.total_cost
        free = math.isnan(cost)
        return free, one.plan.effort_km * len(one.plan.years) if free else cost

    chosen: dict[str, DesignSummary | None] = {}
    for survey in dict.fromkeys(one.plan.survey for one in summaries):
        good = [one for one in summaries if one.plan.survey == survey and one.meets]
        chosen[survey] = min(good, key=price) if good else None
    return chosen
