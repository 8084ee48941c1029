"""Evidence: the parameters used, their grades and sources, and the references."""

from collections.abc import Sequence

from ustyurt_models.evidence import Parameter
from ustyurt_models.evidence.bibliography import cited
from ustyurt_models.evidence.parameter import CONFIDENCE
from ustyurt_models.report.content import Bullets, Column, Definitions, Paragraph, Section, Table
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import readable

__all__ = ["chapter"]


def _rows(inputs: ReportInputs) -> tuple[Parameter, ...]:
    """Return the evidence that the run used, in the order of the catalogue."""
    used = set(inputs.parameters_used)
    return tuple(row for row in inputs.catalogue if row.id in used)


def _table(name: str, caption: str, rows: Sequence[Parameter], folded: bool) -> Table:
    """Return parameters with value, range, grade and sources."""
    columns = (
        Column("id"),
        Column("species"),
        Column("parameter", kind="long"),
        Column("value", kind="number"),
        Column("low", kind="number"),
        Column("high", kind="number"),
        Column("unit"),
        Column("grade"),
        Column("source"),
        Column("note", kind="long"),
    )
    cells = tuple(
        (
            row.id,
            readable(row.species),
            row.parameter,
            row.value,
            row.low,
            row.high,
            row.unit,
            row.confidence,
            "; ".join(row.source_keys),
            row.note,
        )
        for row in rows
    )
    note = (
        "low and high: 95 % limits where the note says CI, otherwise the working spread. Sources "
        "are the keys of the references below."
    )
    return Table(name, caption, columns, cells, note, folded)


def chapter(inputs: ReportInputs) -> Section:
    """Return the chapter on evidence."""
    rows = _rows(inputs)
    weak = [row for row in rows if row.confidence == "C"]
    grades = tuple((f"Grade {grade}", meaning) for grade, meaning in CONFIDENCE.items())
    lead = Paragraph(
        f"The run drew {len(rows)} parameters from the catalogue; {len(weak)} of them are of "
        "grade C, judgement or analogue, and are carried as wide priors."
    )
    parts = [
        Section(
            "weak-evidence",
            "Grade C parameters this result leans on",
            (
                _table(
                    "parameters_grade_c",
                    "Parameters of grade C that were used.",
                    weak,
                    len(weak) > 40,
                ),
            )
            if weak
            else (Paragraph("None."),),
        ),
        Section(
            "parameters",
            "All parameters used",
            (_table("parameters_used", "Parameters used, with source and grade.", rows, True),)
            if rows
            else (Paragraph("None."),),
        ),
        Section("references", "References", (_references(rows, inputs),)),
    ]
    return Section("evidence", "Evidence", (lead, Definitions(grades)), tuple(parts))


def _references(rows: Sequence[Parameter], inputs: ReportInputs) -> Bullets:
    """Return the publications behind the parameters used."""
    sources = cited(inputs.catalogue, [row.id for row in rows])
    return Bullets(tuple(f"[{source.key}] {source.citation}" for source in sources))
