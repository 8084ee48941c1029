"""Uncertainty: how much comes from the survey, the evidence and chance, and what drives it."""

from math import isfinite

from ustyurt_models.decide import Influence
from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Section, Table
from ustyurt_models.report.figures.uncertainty import ShareRow, uncertainty_shares
from ustyurt_models.report.inputs import ReportInputs, ResultInfluence
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


def _driver(inputs: ReportInputs, result: ResultInfluence, item: Influence) -> tuple[Cell, ...]:
    """Return one row of the influence tables."""
    row = inputs.catalogue.parameters.get(item.parameter)
    return (
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


def _drivers(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return the parameters that clearly move a result, and the whole ranking on demand."""
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
    ranked = [(result, item) for result in inputs.influence for item in result.ranking]
    clear = tuple(_driver(inputs, *pair) for pair in ranked if pair[1].clear)
    first = tuple(
        _driver(inputs, result, item)
        for result in inputs.influence
        for item in result.ranking[:_MOST_ROWS]
    )
    named = {result.outcome for result, item in ranked if item.clear}
    silent = dict.fromkeys(r.outcome for r in inputs.influence if r.outcome not in named)
    blocks: list[Block] = []
    if clear:
        caption = "Parameters whose uncertainty moves a result more than chance could pretend."
        blocks.append(Table("influence_clear", caption, columns, clear, note))
    if silent:
        listed = ", ".join(_words(outcome) for outcome in silent)
        blocks.append(
            Paragraph(
                f"With {inputs.study.draws} draws no single parameter stands out for: {listed}."
            )
        )
    caption = f"The {_MOST_ROWS} highest parameters of every result, clear or not."
    return (*blocks, Table("influence", caption, columns, first, note, folded=True))


def chapter(inputs: ReportInputs) -> Section:
    """Return the chapter on uncertainty."""
    blocks: list[Block] = []
    if inputs.shares:
        blocks += _shares(inputs)
    if inputs.influence:
        blocks += _drivers(inputs)
    if not blocks:
        blocks.append(Paragraph("Shares of uncertainty were not computed for this run."))
    return Section("uncertainty", "What we are unsure about, and why", tuple(blocks))
