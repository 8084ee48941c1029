"""The verdict: one traffic light per criterion, in words, and what decided."""

import re
from collections.abc import Sequence

from ustyurt_models.report import measures
from ustyurt_models.report.chapters.common import MOST_SHOWN, shown_scenarios
from ustyurt_models.report.content import (
    Block,
    Column,
    Light,
    Note,
    Paragraph,
    Section,
    Table,
    TrafficLight,
)
from ustyurt_models.report.figures.outcomes import persistence_density, two_peaks
from ustyurt_models.report.inputs import Finding, ReportInputs
from ustyurt_models.report.words import futures, readable, shown_number, shown_probability

__all__ = ["WORDS", "answer", "chapter", "combined_light", "notices"]

#: Traffic lights in words, so that colour never stands alone.
WORDS: dict[Light, str] = {
    "green": "met",
    "amber": "open",
    "red": "not met",
    "grey": "not applicable",
}


_OUTLINE = {"inside": "study outline"}


def combined_light(findings: Sequence[Finding]) -> Light:
    """Return the worst light among the criteria that apply."""
    lights = {finding.light for finding in findings}
    for light in ("red", "amber", "green"):
        if light in lights:
            return light
    return "grey"


def _plain(finding: Finding) -> str:
    """Say the estimate in plain words."""
    if finding.light == "grey":
        return "Does not apply to this scenario."
    if finding.is_probability:
        return f"{_condition(finding)}: {futures(finding.estimate)}."
    return f"{_condition(finding)}: mean over futures {shown_number(finding.estimate)}."


def _condition(finding: Finding) -> str:
    """Return the condition inside the criterion, as words: ``cheetah > 0 in year 50``."""
    inner = re.search(r"\bP\((.*)\)", finding.text)
    text = readable(inner[1] if inner else finding.text)
    return text[:1].upper() + text[1:]


def _detail(finding: Finding) -> str:
    """State estimate, Monte-Carlo error and the deciding rule."""
    if finding.light == "grey":
        return finding.rule
    name = "Probability" if finding.is_probability else "Estimate"
    value = (
        shown_probability(finding.estimate)
        if finding.is_probability
        else shown_number(finding.estimate)
    )
    return f"{name} {value} ± {shown_number(finding.mc_error, 2)} (MC error). {finding.rule}"


def _by_scenario(inputs: ReportInputs) -> dict[str, list[Finding]]:
    """Group the findings by scenario, in the order of the study."""
    grouped: dict[str, list[Finding]] = {str(n): [] for n in inputs.results["scenario"].values}
    for finding in inputs.findings:
        grouped.setdefault(finding.scenario, []).append(finding)
    return grouped


def _candidates(inputs: ReportInputs) -> dict[str, list[Finding]]:
    """Return the findings of scenarios with cheetahs, or of all if none has any."""
    grouped = _by_scenario(inputs)
    living = [name for name in measures.with_cheetahs(inputs.results) if grouped.get(name)]
    return {name: grouped[name] for name in living} or grouped


def _score(findings: Sequence[Finding]) -> tuple[int, int]:
    """Rank scenarios: fewest criteria missed, then most met."""
    lights = [finding.light for finding in findings]
    return lights.count("red"), -lights.count("green")


def answer(inputs: ReportInputs) -> tuple[str, Light]:
    """Return the combined verdict in one sentence, and its light."""
    candidates = {name: found for name, found in _candidates(inputs).items() if found}
    if not candidates:
        return "The study file sets no criteria, so there is no verdict.", "grey"
    best = min(candidates, key=lambda name: _score(candidates[name]))
    judged = [finding for finding in candidates[best] if finding.light != "grey"]
    light = combined_light(judged)
    met = sum(finding.light == "green" for finding in judged)
    label = f"“{readable(best)}”"
    if light == "green":
        return f"Go: {label} meets all {met} criteria.", light
    missed = [f for f in judged if f.light == "red"] or [f for f in judged if f.light == "amber"]
    names = " and ".join(f"“{readable(f.name)}” ({_short(f)})" for f in missed)
    best_of = "the best scenario, " if len(candidates) > 1 else ""
    head = "Not yet" if light == "red" else "Open"
    verb = "missing" if light == "red" else "not settled"
    return (
        f"{head}: {best_of}{label}, meets {met} of {len(judged)} criteria; {verb}: {names}.",
        light,
    )


def _short(finding: Finding) -> str:
    """Say the estimate in a few words."""
    if finding.is_probability:
        return futures(finding.estimate)
    return f"mean {shown_number(finding.estimate)}"


def notices(inputs: ReportInputs) -> tuple[Note, ...]:
    """Return what the first page must admit: simulated data, placeholders, overridden gates."""
    found: list[Note] = []
    for survey in inputs.surveys:
        label = f"The {readable(survey.species)} survey ({survey.file})"
        if survey.status == "simulated":
            found.append(
                Note(
                    f"{label} is SIMULATED from published densities, not observed. Replace it "
                    "before any decision.",
                    "warning",
                )
            )
        elif survey.status == "placeholder":
            found.append(Note(f"{label} holds placeholder data.", "warning"))
        if survey.overridden:
            found.append(
                Note(
                    f"{label}: its fit failed the diagnostics gate and was accepted in the study "
                    "file. Results that lean on it are not reliable.",
                    "warning",
                )
            )
    weak = _weak_layers(inputs)
    if weak:
        found.append(
            Note(
                "Landscape layers that are not measured data (schematic, placeholder or "
                f"synthetic): {', '.join(weak)}.",
                "warning",
            )
        )
    return tuple(found)


def _weak_layers(inputs: ReportInputs) -> list[str]:
    """Return the layers whose provenance is schematic, placeholder or synthetic."""
    weak = ("schematic", "placeholder", "synthetic")
    return [
        _OUTLINE.get(str(name), readable(str(name)))
        for name, layer in inputs.land.data_vars.items()
        if layer.attrs.get("provenance", "").startswith(weak)
        and not str(name).startswith(("suitability_", "barrier_"))
    ]


def _lights(findings: Sequence[Finding]) -> list[Block]:
    """Return one traffic light per criterion of one scenario."""
    return [
        TrafficLight(
            finding.light,
            WORDS[finding.light],
            readable(finding.name),
            readable(finding.scenario),
            _plain(finding),
            _detail(finding),
        )
        for finding in findings
    ]


def _table(inputs: ReportInputs) -> Table:
    """Return the criteria of all scenarios."""
    rows = tuple(
        (
            readable(finding.scenario),
            readable(finding.name),
            finding.text,
            finding.light,
            None if finding.light == "grey" else finding.estimate,
            None if finding.light == "grey" else finding.mc_error,
            finding.rule,
        )
        for finding in inputs.findings
    )
    columns = (
        Column("scenario"),
        Column("criterion"),
        Column("as written in the study", kind="long"),
        Column("verdict", kind="light"),
        Column("estimate", kind="number"),
        Column("MC error", kind="number"),
        Column("deciding rule", kind="long"),
    )
    return Table(
        "criteria",
        "Criteria of the study by scenario. Estimate: probability (share of futures), or the mean "
        "over futures for criteria on a mean; MC error: Monte-Carlo standard error.",
        columns,
        rows,
    )


def _headline(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return the distribution of persistence over draws, for scenarios with cheetahs."""
    names = shown_scenarios(inputs, cheetahs=True)
    if not names:
        return (Paragraph("No scenario releases cheetahs, so persistence is not judged."),)
    persistence = measures.persistence_by_draw(inputs.results.sel(scenario=list(names)))
    year = int(inputs.results["year"].values[-1])
    blocks: list[Block] = [
        persistence_density(persistence, year, inputs.results.sizes["replicate"])
    ]
    split = [n for n in names if two_peaks(persistence.sel(scenario=n).to_numpy())]
    if split:
        listed = " and ".join(f"“{readable(name)}”" for name in split)
        blocks.append(
            Note(
                f"In {listed} the draws fall into two groups, one that nearly always loses the "
                "cheetahs and one that nearly always keeps them. The mean describes neither; the "
                "chapter on uncertainty says what separates them.",
                "info",
            )
        )
    return tuple(blocks)


def chapter(inputs: ReportInputs) -> Section:
    """Return the first chapter: verdict by scenario, headline figure, criteria table."""
    grouped = {name: found for name, found in _by_scenario(inputs).items() if found}
    total = measures.runs(inputs.results)
    lead = Paragraph(
        f"Every scenario was simulated in {total} futures: {inputs.study.draws} plausible sets of "
        f"parameters, {inputs.study.replicates} times each with different weather and luck. "
        "A light is green when the criterion is met clearly, amber when the Monte-Carlo error "
        "leaves it open, red when it is missed clearly.",
    )
    parts = [
        Section(f"verdict-{name}", readable(name).capitalize(), tuple(_lights(found)))
        for name, found in list(grouped.items())[:MOST_SHOWN]
    ]
    parts.append(Section("headline", "How sure can we be?", _headline(inputs)))
    if inputs.findings:
        parts.append(Section("criteria", "All criteria", (_table(inputs),)))
    return Section("verdict", "Verdict", (lead,), tuple(parts))
