"""Money: what each scenario spends, and what an establishment costs."""

import numpy as np

from ustyurt_models.report import measures
from ustyurt_models.report.chapters.common import shown_scenarios
from ustyurt_models.report.content import Cell, Column, Paragraph, Section, Table
from ustyurt_models.report.figures.trajectories import FanPanel, fan_charts
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import readable

__all__ = ["chapter"]


def _currency(inputs: ReportInputs) -> str:
    """Return the currency of the study."""
    first = next(iter(inputs.study.scenarios.values()))
    return str(first["costs"]["currency"])


def _present_at_the_end(inputs: ReportInputs, scenario: str) -> float:
    """Return the share of futures that end with cheetahs."""
    return float(measures.persistence(inputs.results, scenario).mean())


def _table(inputs: ReportInputs) -> Table:
    """Return the money of every scenario over the whole period."""
    rows: list[tuple[Cell, ...]] = []
    for scenario in (str(name) for name in inputs.results["scenario"].values):
        total = inputs.results["money_spent"].sel(scenario=scenario).sum("year").to_numpy()
        low, middle, high = np.quantile(total, [0.025, 0.5, 0.975])
        share = _present_at_the_end(inputs, scenario)
        per_success: Cell = float(total.mean() / share) if share > 0 else None
        rows.append((readable(scenario), (middle, low, high), share, per_success))
    money = _currency(inputs)
    columns = (
        Column("scenario"),
        Column("spent in all", money, "interval"),
        Column("probability that cheetahs are present at the end", "", "probability"),
        Column("mean spent per future with cheetahs at the end", money, "number"),
    )
    return Table(
        "money",
        "Money spent over the whole period, not discounted; median and 95 % equal-tailed interval "
        "over draws and replicates.",
        columns,
        tuple(rows),
        "Empty where no future ends with cheetahs.",
    )


def chapter(inputs: ReportInputs) -> Section | None:
    """Return the chapter on money, if the study gives prices."""
    if not bool((inputs.results["money_spent"] > 0).any()):
        return None
    text = Paragraph(
        "Prices are those of the study file; what no price was given for is not in these sums."
    )
    panels = [
        FanPanel(
            readable(scenario),
            inputs.summary["money_spent"].sel(scenario=scenario),
            ylabel=f"{_currency(inputs)} per year",
        )
        for scenario in shown_scenarios(inputs)
    ]
    figure = fan_charts("money", panels, "Money spent per year.")
    return Section("money", "What it costs", (text, _table(inputs), figure))
