"""Checks of the block ``power`` that need the rest of the study: names, references, years."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ustyurt_models.checks import did_you_mean
from ustyurt_models.study.lines import KeyPath
from ustyurt_models.study.problems import Problem

if TYPE_CHECKING:
    from ustyurt_models.study.schema import Scenario

__all__ = ["power_parameters", "power_problems"]


def power_problems(scenario: "Scenario") -> Iterator[Problem]:
    """Yield everything in the planned surveys that contradicts itself or the study.

    Parameters
    ----------
    scenario : Scenario
        The study.
    """
    power = scenario.power
    if power.survey:
        yield from _survey(scenario, ("power", "survey"), power.survey)
    for name, design in power.design.items():
        key: KeyPath = ("power", "design", name)
        if design.survey:
            yield from _survey(scenario, (*key, "survey"), design.survey)
        elif not power.survey:
            rule = "must name a survey of the study that tells today's numbers"
            yield Problem(key, rule, None, "write survey = '...' here or under [power]")
        if design.cost and design.cost not in power.cost:
            advice = did_you_mean(design.cost, power.cost)
            yield Problem(
                (*key, "cost"), "must name a table [power.cost.NAME]", design.cost, advice
            )
        years = power.years_of(design)
        if years[-1] > power.years:
            yield Problem(
                (*key, "years"), f"must lie in 0..{power.years}", years[-1], "or raise power.years"
            )
    yield from _too_few_years(scenario)


def _survey(scenario: "Scenario", path: KeyPath, name: str) -> Iterator[Problem]:
    """Yield a survey that the study does not have."""
    if name not in scenario.survey:
        advice = did_you_mean(name, scenario.survey) if scenario.survey else ""
        yield Problem(path, "must be a survey of the study", name, advice)


def _too_few_years(scenario: "Scenario") -> Iterator[Problem]:
    """Yield goals that no design can be judged by, for want of a second survey in time."""
    power = scenario.power
    for place, goal in enumerate(power.goal):
        if goal.change is None or not power.design:
            continue
        within = power.horizon(goal.change)
        if within > power.years:
            rule = f"must not look further than the {power.years} years of [power]"
            yield Problem(("power", "goal", place), rule, goal.text, "or raise power.years")
        for name, design in power.design.items():
            surveys = sum(year <= within for year in power.years_of(design))
            if surveys < 2:
                rule = f"must have two surveys within the {within} years of the goal {goal.text!r}"
                yield Problem(("power", "design", name), rule, None, "add survey years")


def power_parameters(scenario: "Scenario") -> Iterator[tuple[KeyPath, str]]:
    """Yield (key, id) of every row of the evidence that the planned surveys name.

    Parameters
    ----------
    scenario : Scenario
        The study.
    """
    power = scenario.power
    if isinstance(power.process_sd, str):
        yield ("power", "process_sd"), power.process_sd
    for name, design in power.design.items():
        for field in type(design.assume).model_fields:
            value = getattr(design.assume, field)
            if isinstance(value, str):
                yield ("power", "design", name, "assume", field), value
