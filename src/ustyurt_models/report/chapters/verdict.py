"""The verdict: one traffic light per criterion, in words, and what decided."""

from collections.abc import Sequence

from ustyurt_models.decide import (
    Decision,
    Finding,
    best_decision,
    combine_findings,
    persistence_shape,
)
from ustyurt_models.decide.wording import in_futures
from ustyurt_models.report import measures
from ustyurt_models.report.chapters.common import MOST_SHOWN, shown_scenarios
from ustyurt_models.report.chapters.survey_opening import is_preview
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
from ustyurt_models.report.figures.outcomes import persistence_density
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import (
    comparison_words,
    heading,
    readable,
    shown_number,
    shown_probability,
    slug,
)

__all__ = ["WORDS", "answer", "chapter", "criteria_table", "headline", "notices"]

#: Traffic lights in words, so that colour never stands alone.
WORDS: dict[Light, str] = {
    "green": "met",
    "amber": "open",
    "red": "not met",
    "grey": "not applicable",
}


_LIGHTS: dict[str, Light] = {
    "meets": "green",
    "undecided": "amber",
    "fails": "red",
    "not applicable": "grey",
}
_ANSWERS: dict[str, Light] = {"go": "green", "go if": "amber", "not yet": "red", "no": "red"}
_PRESENCE = {(">", 0.0, ""): "present", ("==", 0.0, ""): "absent"}
_OUTLINE = {"inside": "study outline"}
#: Section 1 of models/ODD.md and docs/patterns.md.
_UNMET_PATTERN = (
    "How many cheetahs live on how much prey was calibrated: it agrees with published densities "
    "in even weather, but in hard winters cheetahs on poor land die out sooner than is known from "
    "deserts, so the chance that they last is likely understated there. Compare measures; do not "
    "quote numbers of cheetahs or take the verdict for an answer."
)


def _plain(finding: Finding) -> str:
    """Say condition and estimate in plain words."""
    if finding.light == "grey":
        return f"{_condition(finding)}: does not apply to this scenario."
    return f"{_condition(finding)}: {_short(finding)}."


def _condition(finding: Finding) -> str:
    """Return the condition of a criterion in words: ``Cheetahs present in year 50``."""
    criterion = finding.criterion
    subject = "cheetahs" if criterion.statistic == "cheetah" else readable(criterion.statistic)
    limit = (criterion.comparison, criterion.threshold, criterion.of)
    if criterion.statistic == "cheetah" and limit in _PRESENCE:
        what = _PRESENCE[limit]
    elif criterion.of and criterion.threshold == 1 and criterion.comparison in "<>":
        what = f"{'below' if criterion.comparison == '<' else 'above'} the {criterion.of}"
    else:
        of = f" of the {criterion.of}" if criterion.of else ""
        amount = shown_number(criterion.threshold)
        what = f"{comparison_words(criterion.comparison)} {amount}{of}"
    place = f" in the {criterion.zone}" if "prey_biomass" in criterion.statistic else ""
    text = f"{subject} {what}{place} {criterion.period} year {criterion.year}"
    return text[:1].upper() + text[1:]


def _short(finding: Finding) -> str:
    """Say the estimate in a few words."""
    if finding.is_probability:
        return in_futures(finding.estimate.value)
    relative = f" times the value of the {finding.criterion.of}" if finding.criterion.of else ""
    return f"mean {shown_number(finding.estimate.value)}{relative}"


def _detail(finding: Finding) -> str:
    """State estimate, Monte-Carlo error and the deciding rule."""
    if finding.light == "grey":
        return finding.rule
    estimate = finding.estimate
    name = "Probability" if finding.is_probability else "Mean"
    write = shown_probability if finding.is_probability else shown_number
    advice = " The Monte-Carlo interval holds the limit: more draws would settle it."
    return (
        f"{name} {write(estimate.value)} \N{PLUS-MINUS SIGN} {shown_number(estimate.error, 2)} "
        f"(Monte-Carlo standard error), 95 % Monte-Carlo interval {write(estimate.low)} to "
        f"{write(estimate.high)}; wanted: {comparison_words(finding.comparison)} "
        f"{shown_number(finding.threshold)}." + (advice if finding.light == "amber" else "")
    )


def _by_scenario(inputs: ReportInputs) -> dict[str, list[Finding]]:
    """Group the findings by scenario, in the order of the study."""
    grouped: dict[str, list[Finding]] = {str(n): [] for n in inputs.results["scenario"].values}
    for finding in inputs.findings:
        grouped.setdefault(finding.scenario, []).append(finding)
    return grouped


def _judged(inputs: ReportInputs) -> tuple[Decision, ...]:
    """Return the decisions on scenarios with cheetahs, or on all if none has any."""
    decisions = combine_findings(inputs.findings)
    living = measures.with_cheetahs(inputs.results)
    return tuple(found for found in decisions if found.scenario in living) or decisions


def answer(inputs: ReportInputs) -> tuple[str, Light]:
    """Return the combined verdict in one sentence, and its light."""
    decisions = _judged(inputs)
    best = best_decision(decisions)
    if best is None or best.decided_by is None:
        return "No criterion of the study applies, so there is no verdict.", "grey"
    label = f"“{readable(best.scenario)}”"
    if len(decisions) > 1:
        label = f"the best scenario, {label},"
    if best.answer == "go":
        return f"Go: {label} meets all {best.judged} criteria.", "green"
    condition = _condition(best.decided_by)
    head = "Go if the open criteria hold" if best.answer == "go if" else best.answer.capitalize()
    fails_none = " and fails none" if best.answer == "go if" else ""
    return (
        f"{head}: {label} meets {best.met} of {best.judged} criteria{fails_none}. "
        f"Decisive: {condition[:1].lower()}{condition[1:]}, {_short(best.decided_by)}.",
        _ANSWERS[best.answer],
    )


def notices(inputs: ReportInputs) -> tuple[Note, ...]:
    """Return what the first page must admit: simulated data, previews, overridden gates."""
    found: list[Note] = []
    for survey in inputs.surveys:
        label = f"The {readable(survey.species)} survey ({survey.file})"
        if survey.status.startswith("simulated"):
            found.append(
                Note(
                    f"{label} is SIMULATED from published densities, not observed. Replace it "
                    "before any decision.",
                    "warning",
                )
            )
        elif survey.status != "real":
            found.append(Note(f"{label}: its data are {survey.status}.", "warning"))
        if is_preview(survey):
            text = f"{label}: its fit is a PREVIEW. Refit it before any decision."
            found.append(Note(text, "warning"))
        if survey.overridden:
            found.append(
                Note(
                    f"{label}: its fit failed the diagnostics gate and was accepted in the study "
                    "file. Results that lean on it are not reliable.",
                    "warning",
                )
            )
    if measures.with_cheetahs(inputs.results):
        found.append(Note(_UNMET_PATTERN, "warning"))
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
            light := _LIGHTS[finding.verdict],
            WORDS[light],
            readable(finding.criterion.name),
            readable(finding.scenario),
            _plain(finding),
            _detail(finding),
        )
        for finding in findings
    ]


def criteria_table(inputs: ReportInputs) -> Table:
    """Return the criteria of all scenarios."""
    rows = tuple(
        (
            readable(finding.scenario),
            readable(finding.criterion.name),
            finding.criterion.text,
            finding.light,
            None if finding.light == "grey" else finding.estimate.value,
            None if finding.light == "grey" else finding.estimate.error,
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
        "over futures for criteria on a mean; MC error: Monte-Carlo standard error, draws as "
        "clusters.",
        columns,
        rows,
    )


def headline(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return the distribution of persistence over draws, for scenarios with cheetahs."""
    names = shown_scenarios(inputs, cheetahs=True)
    if not names:
        return (Paragraph("No scenario releases cheetahs, so persistence is not judged."),)
    persistence = {name: measures.persistence(inputs.results, name) for name in names}
    year = int(inputs.results["year"].values[-1])
    blocks: list[Block] = [
        persistence_density(persistence, year, inputs.results.sizes["replicate"])
    ]
    split = [name for name in names if persistence_shape(persistence[name]).two_peaked]
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
        "A light is green when the criterion is met by the whole 95 % Monte-Carlo interval, red "
        "when it is missed by the whole interval, amber in between.",
    )
    parts = [
        Section(f"verdict-{slug(name)}", heading(name), tuple(_lights(found)))
        for name, found in list(grouped.items())[:MOST_SHOWN]
    ]
    parts.append(Section("headline", "How sure can we be?", headline(inputs)))
    if inputs.findings:
        parts.append(Section("criteria", "All criteria", (criteria_table(inputs),)))
    return Section("verdict", "Verdict", (lead,), tuple(parts))
