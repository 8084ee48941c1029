"""What the page on survey design is made from, and the recommendation in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ustyurt_models.report.words import heading, readable, shown_count
from ustyurt_models.study.power import Power
from ustyurt_models.survey.power.summarise import DesignSummary

__all__ = ["PowerInputs", "advice", "is_priced", "known"]


@dataclass(frozen=True)
class PowerInputs:
    """What the page is made from.

    Attributes
    ----------
    title : str
        Title of the study.
    study : str
        Name of the study file.
    start : int
        Calendar year that year 0 of the designs stands for.
    seed : int
        Study seed.
    power : Power
        Block of the study file.
    designs : tuple of DesignSummary
        The best precision per money first.
    choice : mapping of str to DesignSummary or None
        Cheapest design that reaches the goals, by survey.
    """

    title: str
    study: str
    start: int
    seed: int
    power: Power
    designs: tuple[DesignSummary, ...]
    choice: Mapping[str, DesignSummary | None]

    def of(self, survey: str) -> tuple[DesignSummary, ...]:
        """Return the designs for one survey, in order."""
        return tuple(one for one in self.designs if one.plan.survey == survey)


def is_priced(one: DesignSummary) -> bool:
    """Tell whether the design has costs."""
    return math.isfinite(one.plan.cost_per_survey)


def known(value: float) -> float | None:
    """Return a figure, or nothing when it is not known."""
    return value if math.isfinite(value) else None


def _money(value: float, currency: str) -> str:
    return f"{shown_count(value)} {currency}"


def advice(inputs: PowerInputs) -> str:
    """Return the recommendation in words, one sentence per survey."""
    said = []
    for survey, chosen in inputs.choice.items():
        name = heading(survey)
        if not inputs.power.goal:
            first = inputs.of(survey)[0]
            said.append(f"{name}: no goal is set; {readable(first.plan.name)} is the most precise")
            said[-1] += " per money." if is_priced(first) else "."
        elif chosen is None:
            said.append(f"{name}: no design reaches the goals.")
        else:
            price = ""
            if is_priced(chosen):
                price = f" for {_money(chosen.plan.total_cost, inputs.power.currency)} in all"
            cheapest = "the cheapest" if price else "the smallest"
            said.append(
                f"{name}: {readable(chosen.plan.name)} is {cheapest} design that reaches the "
                f"goals{price}."
            )
    return " ".join(said)
