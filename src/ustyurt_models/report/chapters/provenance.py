"""Provenance: versions, seed, hashes and the commands that make the report again."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ustyurt_models.report.content import Code, Column, Paragraph, Section, Table
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import readable

__all__ = ["chapter"]


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested values as rows of name and text."""
    for key, value in values.items():
        name = f"{prefix}{readable(str(key))}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}: ")
        else:
            yield name, str(value)


def chapter(inputs: ReportInputs) -> Section:
    """Return the chapter on provenance."""
    study = inputs.study
    rows = (
        ("study file", study.path),
        ("seed", str(study.seed)),
        ("draws and replicates", f"{study.draws} draws with {study.replicates} replicates each"),
        ("period", f"{study.start} to {study.start + study.years}"),
        ("evidence hash", inputs.catalogue.digest),
        *_flat(inputs.provenance),
    )
    table = Table(
        "provenance",
        "What this report was made from.",
        (Column("item"), Column("value")),
        tuple(rows),
    )
    commands = Code(f"pip install uv\nuv run ustyurt run {study.path}")
    resolved = tuple(
        Section(
            f"resolved-{index}",
            readable(name),
            (Code(json.dumps(scenario, indent=1, ensure_ascii=False)),),
        )
        for index, (name, scenario) in enumerate(study.scenarios.items())
    )
    return Section(
        "provenance",
        "Provenance",
        (
            Paragraph("The same study, seed and versions give the same numbers, bit for bit:"),
            commands,
            table,
        ),
        (Section("resolved", "Scenarios as resolved", (), resolved),),
    )
