"""Uncertainty: how much comes from the survey, the evidence and chance, and what drives it."""

from ustyurt_models.report.content import Block, Column, Paragraph, Section, Table
from ustyurt_models.report.figures.uncertainty import ShareRow, uncertainty_shares
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import readable

__all__ = ["chapter"]

_MOST_ROWS = 15
_MOST_BARS = 12


def _shares(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return shares of the variance as a figure and a table."""
    rows = [
        ShareRow(
            f"{readable(item.quantity)}\n{readable(item.scenario)}",
            (("survey", item.survey), ("evidence", item.evidence), ("chance", item.chance)),
        )
        for item in inputs.shares[:_MOST_BARS]
    ]
    columns = (
        Column("scenario"),
        Column("result"),
        Column("survey", "share", "probability"),
        Column("evidence", "share", "probability"),
        Column("chance", "share", "probability"),
    )
    table = Table(
        "uncertainty_shares",
        "Share of the variance of each result by source; shares add up to 1.",
        columns,
        tuple(
            (readable(s.scenario), readable(s.quantity), s.survey, s.evidence, s.chance)
            for s in inputs.shares
        ),
    )
    return (uncertainty_shares(rows), table)


def _drivers(inputs: ReportInputs) -> Table:
    """Return the parameters that matter most for persistence."""
    ranked = sorted(inputs.influence.items(), key=lambda item: -item[1])[:_MOST_ROWS]
    rows = []
    for identifier, influence in ranked:
        row = inputs.catalogue.parameters.get(identifier)
        rows.append(
            (
                identifier,
                row.parameter if row else "",
                row.confidence if row else "",
                float(influence),
            )
        )
    columns = (
        Column("parameter"),
        Column("meaning", kind="long"),
        Column("grade"),
        Column("influence", "0..1", "probability"),
    )
    return Table(
        "influence",
        "Parameters whose uncertainty moves the outcome most.",
        columns,
        tuple(rows),
    )


def chapter(inputs: ReportInputs) -> Section:
    """Return the chapter on uncertainty."""
    blocks: list[Block] = []
    if inputs.shares:
        blocks += _shares(inputs)
    if inputs.influence:
        blocks.append(_drivers(inputs))
    if not blocks:
        blocks.append(Paragraph("Shares of uncertainty were not computed for this run."))
    return Section("uncertainty", "What we are unsure about, and why", tuple(blocks))
