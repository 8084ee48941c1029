"""Two scenarios side by side: paired differences under common random numbers."""

import numpy as np

from ustyurt_models.decide import compare_scenarios
from ustyurt_models.report.chapters.common import MOST_SHOWN
from ustyurt_models.report.content import Cell, Column, Paragraph, Section, Table
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import heading, readable, slug

__all__ = ["chapter", "differences_table"]


def chapter(inputs: ReportInputs) -> Section | None:
    """Return the chapter that compares scenarios with the first one, if there are several."""
    names = [str(name) for name in inputs.results["scenario"].values]
    if len(names) < 2:
        return None
    text = Paragraph(
        "Scenarios share weather and luck wherever their worlds agree (common random numbers), so "
        "the difference, future by future, is the effect of what people do."
    )
    tables = tuple(differences_table(inputs, names[0], name) for name in names[1 : MOST_SHOWN + 1])
    return Section("comparison", "What the measures change", (text, *tables))


def differences_table(inputs: ReportInputs, first: str, second: str) -> Table:
    """Return what changes from one scenario to another, future by future.

    Parameters
    ----------
    inputs : ReportInputs
        A finished run.
    first, second : str
        Names of scenarios; differences are second minus first.
    """
    cube = inputs.results
    found = compare_scenarios(cube.sel(scenario=first), cube.sel(scenario=second))
    rows: list[tuple[Cell, ...]] = []
    for row in found[np.isfinite(found["difference"])].to_dict("records"):
        ends = (float(row["difference"]), float(row["low"]), float(row["high"]))
        means = (float(row["first"]), float(row["second"]))
        name, year = readable(str(row["quantity"])), str(row["year"])
        rows.append((name, year, *means, ends, float(row["variance_ratio"])))
    columns = (
        Column("quantity"),
        Column("year"),
        Column(f"mean, {readable(first)}", "", "number"),
        Column(f"mean, {readable(second)}", "", "number"),
        Column("difference", "", "interval", "mean", "Monte-Carlo interval"),
        Column("variance ratio", "", "number"),
    )
    note = (
        "Variance ratio: how many times larger the variance of the difference would be with "
        "independent random numbers."
    )
    return Table(
        f"differences_{slug(second)}",
        f"{heading(second)} minus {readable(first)}: means over all futures, and mean of the "
        "paired differences.",
        columns,
        tuple(rows),
        note,
    )
