"""Provenance: versions, seed, hashes and the commands that make the report again."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ustyurt_models.report.content import Code, Column, Paragraph, Section, Table
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import readable

__all__ = ["chapter"]

#: Longer values, such as resolved scenarios in one line, stand elsewhere in full.
_LONGEST = 160


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested values as rows of name and text."""
    for key, value in values.items():
        name = f"{prefix}{readable(str(key))}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}: ")
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            yield from _flat({str(n): item for n, item in enumerate(value, 1)}, f"{name} ")
        elif len(str(value)) <= _LONGEST:
            yield name, str(value)


def _differences(scenarios: Mapping[str, Mapping[str, Any]]) -> Table | None:
    """Return the settings in which scenarios differ, if there are several."""
    flat = {name: dict(_flat(scenario)) for name, scenario in scenarios.items()}
    keys = dict.fromkeys(key for settings in flat.values() for key in settings)
    rows = []
    for key in keys:
        values = [settings.get(key, "") for settings in flat.values()]
        if len(set(values)) > 1 and key != "name":
            rows.append((key, *values))
    if not rows:
        return None
    columns = (Column("setting"), *(Column(readable(name), kind="long") for name in flat))
    return Table(
        "scenario_settings", "Settings in which the scenarios differ.", columns, tuple(rows)
    )


def chapter(inputs: ReportInputs) -> Section:
    """Return the chapter on provenance."""
    study = inputs.study
    rows = (
        ("study file", study.path),
        ("seed", str(study.seed)),
        ("draws and replicates", f"{study.draws} draws with {study.replicates} replicates each"),
        ("period", f"1 March {study.start} to 1 March {study.start + study.years}"),
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
        Code(json.dumps(scenario, indent=1, ensure_ascii=False), readable(name))
        for name, scenario in study.scenarios.items()
    )
    differing = _differences(study.scenarios)
    return Section(
        "provenance",
        "Provenance",
        (
            Paragraph("The same study, seed and versions give the same numbers, bit for bit:"),
            commands,
            table,
        ),
        (
            Section(
                "resolved",
                "Scenarios as resolved",
                ((differing,) if differing else ()) + resolved,
            ),
        ),
    )
