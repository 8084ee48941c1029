"""Uncertainty: how much comes from the survey, the evidence and chance, and what drives it."""

from math import isfinite

from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Section, Table
from ustyurt_models.report.figures.uncertainty import ShareRow, uncertainty_shares
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import readable

__all__ = ["chapter"]

_MOST_ROWS = 8
_MOST_BARS = 12


def _shares(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return shares of the variance as a figure and a table."""
    known = [item for item in inputs.shares if isfinite(item.shares.chance)]
    rows = [
        ShareRow(
            f"{_words(item.outcome)} in {item.year}\n{readable(item.scenario)}",
            (
                ("survey", item.shares.survey),
                ("evidence", item.shares.evidence),
                ("chance", item.shares.chance),
            ),
        )
        for item in known[:_MOST_BARS]
    ]
    columns = (
        Column("scenario"),
        Column("result"),
        Column("survey", "share", "probability"),
        Column("error", "", "probability"),
        Column("evidence", "share", "probability"),
        Column("error", "", "probability"),
        Column("chance", "share", "probability"),
        Column("error", "", "probability"),
    )
    table = Table(
        "uncertainty_shares",
        "Share of the variance of each result by source; shares add up to 1. Error: jackknife "
        "standard error over draws.",
        columns,
        tuple(
            (
                readable(item.scenario),
                f"{_words(item.outcome)} in {item.year}",
                *_with_error(item.shares.survey, item.shares.survey_error),
                *_with_error(item.shares.evidence, item.shares.evidence_error),
                *_with_error(item.shares.chance, item.shares.chance_error),
            )
            for item in inputs.shares
        ),
    )
    return (uncertainty_shares(rows), table) if rows else (table,)


def _words(outcome: str) -> str:
    """Return the name of an outcome in words; numbers of prey are split on the log scale."""
    named = {"cheetah_persists": "cheetahs persist", "cheetah": "number of cheetahs"}
    return named.get(outcome, f"{readable(outcome)} (log number)")


def _with_error(value: float, error: float) -> tuple[float, float]:
    """Return a share and its error as two cells."""
    return value, error


def _drivers(inputs: ReportInputs) -> Table:
    """Return the parameters that move each result most."""
    rows: list[tuple[Cell, ...]] = []
    for result in inputs.influence:
        for item in result.ranking[:_MOST_ROWS]:
            row = inputs.catalogue.parameters.get(item.parameter)
            rows.append(
                (
                    readable(result.scenario),
                    _words(result.outcome),
                    item.parameter,
                    row.parameter if row else "",
                    row.confidence if row else "",
                    item.correlation,
                    item.share,
                    item.floor,
                    "yes" if item.clear else "no",
                )
            )
    columns = (
        Column("scenario"),
        Column("result"),
        Column("parameter"),
        Column("meaning", kind="long"),
        Column("grade"),
        Column("rank correlation", "-1..1", "probability"),
        Column("share alone", "0..1", "probability"),
        Column("noise floor", "0..1", "probability"),
        Column("above the floor"),
    )
    note = (
        "Share alone: part of the rank variance over draws that the parameter explains by itself. "
        "Noise floor: what the largest of all parameters reaches by chance in 5 % of shuffles."
    )
    caption = "Parameters whose uncertainty moves the results most."
    return Table("influence", caption, columns, tuple(rows), note)


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
