"""From results to the report: one HTML file, tables as CSV, figures as SVG and PNG."""

from pathlib import Path

from ustyurt_models.report.chapters import (
    area,
    cheetahs,
    comparison,
    evidence,
    model,
    money,
    prey,
    provenance,
    surveys,
    uncertainty,
    verdict,
)
from ustyurt_models.report.content import Document, Section
from ustyurt_models.report.html import to_html
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.tables import save_csv
from ustyurt_models.report.words import shown_count

__all__ = ["build_report", "compose", "write"]


def compose(inputs: ReportInputs) -> Document:
    """Return the content of the report, in reading order.

    Parameters
    ----------
    inputs : ReportInputs
        A finished run.

    Returns
    -------
    Document
        Independent of the form in which it is shown.
    """
    answer, light = verdict.answer(inputs)
    study = inputs.study
    count = len(study.scenarios)
    futures = shown_count(study.draws * study.replicates)
    subtitle = (
        f"Feasibility report, {study.start} to {study.start + study.years}. "
        f"{count} scenario{'s' if count != 1 else ''}, {futures} futures each."
    )
    sections: tuple[Section | None, ...] = (
        verdict.chapter(inputs),
        area.chapter(inputs),
        surveys.chapter(inputs.surveys, inputs.land),
        prey.chapter(inputs),
        cheetahs.chapter(inputs),
        comparison.chapter(inputs),
        money.chapter(inputs),
        uncertainty.chapter(inputs),
        evidence.chapter(inputs),
        model.chapter(),
        provenance.chapter(inputs),
    )
    written = tuple(section for section in sections if section is not None)
    return Document(study.title, subtitle, answer, light, verdict.notices(inputs), written)


def build_report(inputs: ReportInputs) -> Path:
    """Write the report of a finished run.

    Parameters
    ----------
    inputs : ReportInputs
        A finished run and the folder to write to.

    Returns
    -------
    Path
        ``report.html`` in the output folder; beside it ``tables/*.csv`` with unrounded values
        and ``figures/*.svg`` and ``*.png``.
    """
    return write(compose(inputs), inputs.output)


def write(document: Document, output: Path) -> Path:
    """Write a composed document as HTML, with its tables and figures beside it.

    Parameters
    ----------
    document : Document
        What `compose` returned.
    output : pathlib.Path
        Folder to write to; made if missing.

    Returns
    -------
    Path
        ``report.html`` in that folder.
    """
    tables, figures = output / "tables", output / "figures"
    for folder in (tables, figures):
        folder.mkdir(parents=True, exist_ok=True)
    for table in document.tables():
        save_csv(table, tables)
    for figure in document.figures():
        (figures / f"{figure.name}.svg").write_bytes(figure.svg)
        (figures / f"{figure.name}.png").write_bytes(figure.png)
    path = output / "report.html"
    path.write_text(to_html(document), encoding="utf-8")
    return path
