"""The page on survey design: what planned surveys would be able to see, and for what money."""

import json
from pathlib import Path

from ustyurt_models.report.build import write
from ustyurt_models.report.content import (
    Block,
    Bullets,
    Code,
    Document,
    Figure,
    Light,
    Note,
    Paragraph,
    Section,
    TrafficLight,
)
from ustyurt_models.report.figures.power import (
    PowerCurve,
    Priced,
    power_curves,
    precision_for_money,
)
from ustyurt_models.report.power_files import as_json, as_text
from ustyurt_models.report.power_inputs import PowerInputs, advice, is_priced
from ustyurt_models.report.power_tables import (
    change_table,
    design_table,
    goal_table,
    precision_table,
)
from ustyurt_models.report.power_words import (
    ABOUT_DETECTION,
    ABOUT_REFITS,
    ABOUT_TREND,
    LIMITS,
)
from ustyurt_models.report.words import heading, readable, shown_count
from ustyurt_models.survey.power.summarise import DesignSummary, Seen, Verdict

__all__ = ["PowerInputs", "advice", "as_text", "build_power_report", "compose_power"]


def _light(inputs: PowerInputs) -> Light:
    """Return the colour of the answer."""
    if not inputs.power.goal:
        return "grey"
    chosen = inputs.choice.values()
    if any(one is None for one in chosen):
        return "red"
    close = any(verdict.close for one in chosen if one for verdict in one.verdicts)
    return "amber" if close else "green"


def _verdict_light(survey: str, one: DesignSummary, verdict: Verdict) -> TrafficLight:
    """Return the traffic light of one goal for the chosen, or else the best, design."""
    word = "met" if verdict.met else "not met"
    light: Light = "green" if verdict.met else "red"
    detail = f"{verdict.value.value:.3f}, Monte-Carlo standard error {verdict.value.error:.3f}."
    if verdict.close:
        light, detail = "amber", detail + " Too close to tell: raise 'futures'."
    plain = f"{readable(one.plan.name)}: {verdict.value.value:.2f}"
    return TrafficLight(light, word, verdict.goal.text, heading(survey), plain, detail)


def _answers(inputs: PowerInputs) -> Section:
    """Return the section with the recommendation."""
    blocks: list[Block] = [Paragraph(advice(inputs), lead=True)]
    for survey, chosen in inputs.choice.items():
        one = chosen or inputs.of(survey)[0]
        blocks += [_verdict_light(survey, one, verdict) for verdict in one.verdicts]
    if inputs.power.goal:
        blocks.append(goal_table(inputs))
    return Section("answer", "Which design", tuple(blocks))


def _precision_figures(inputs: PowerInputs) -> list[Figure]:
    """Return precision against money, one figure per survey."""
    limits = [goal.limit for goal in inputs.power.goal if goal.change is None]
    found = []
    for survey in inputs.choice:
        some = inputs.of(survey)
        money = all(is_priced(one) for one in some)
        drawn = [
            Priced(
                one.plan.name,
                one.plan.cost_per_survey if money else one.plan.effort_km,
                one.cv.value,
                one.cv.error,
            )
            for one in some
        ]
        unit = inputs.power.currency if money else "km"
        limit = min(limits) if limits else None
        found.append(precision_for_money(survey, drawn, limit, unit))
    return found


def _curve(seen: Seen, start: int) -> PowerCurve:
    """Return the curve of one design and change."""
    years, chances = zip(*seen.by_year, strict=True)
    return PowerCurve(
        tuple(start + year for year in years),
        tuple(chance.value for chance in chances),
        tuple(chance.error for chance in chances),
        seen.false_alarm.value,
    )


def _power_figures(inputs: PowerInputs) -> list[Figure]:
    """Return the chance to see each change, one figure per survey."""
    found = []
    wanted = {g.change.text: g.limit for g in inputs.power.goal if g.change is not None}
    for survey in inputs.choice:
        changes: dict[str, dict[str, PowerCurve]] = {}
        for one in inputs.of(survey):
            for seen in one.seen:
                curves = changes.setdefault(seen.change.text, {})
                curves[one.plan.name] = _curve(seen, inputs.start)
        if changes:
            found.append(power_curves(survey, changes, wanted, inputs.power.certainty))
    return found


def _notes(inputs: PowerInputs) -> tuple[str, ...]:
    """Return all simplifications, each once."""
    found = dict.fromkeys(note for one in inputs.designs for note in one.notes)
    weak = [one for one in inputs.designs if one.weak > 0.02]
    for one in weak:
        found[
            f"{heading(one.plan.name)}: {one.weak:.0%} of the quick refits rest on fewer than 20 "
            "effective points; their intervals are rough."
        ] = None
    return tuple(found)


def _method(inputs: PowerInputs) -> Section:
    """Return how it was done."""
    return Section(
        "method",
        "How this was found",
        (
            *(Paragraph(text) for text in (ABOUT_REFITS, ABOUT_TREND, ABOUT_DETECTION)),
            Bullets(LIMITS),
            Code(f"ustyurt power {inputs.study}   # seed {inputs.seed}"),
        ),
    )


def compose_power(inputs: PowerInputs) -> Document:
    """Return the content of the page, in reading order.

    Parameters
    ----------
    inputs : PowerInputs
        Summaries of all designs.

    Returns
    -------
    Document
        Independent of the form in which it is shown.
    """
    futures = inputs.designs[0].futures
    subtitle = (
        f"Survey design, {len(inputs.designs)} designs from {inputs.start} on, "
        f"{shown_count(futures)} simulated futures each."
    )
    simulated = (
        "Every survey on this page is SIMULATED: it shows what a planned survey could find, not "
        "what was found."
    )
    notices = (Note(simulated, "warning"), *(Note(text) for text in _notes(inputs)))
    changes: tuple[Block, ...] = (change_table(inputs),) if inputs.power.all_changes else ()
    sections = [
        _answers(inputs),
        Section("designs", "The designs", (design_table(inputs),)),
        Section(
            "precision",
            "Precision, and what it costs",
            (*_precision_figures(inputs), precision_table(inputs)),
        ),
    ]
    if changes:
        title = "Chance to see a change"
        sections.append(Section("changes", title, (*_power_figures(inputs), *changes)))
    sections.append(_method(inputs))
    light = _light(inputs)
    return Document(inputs.title, subtitle, advice(inputs), light, notices, tuple(sections))


def build_power_report(inputs: PowerInputs, folder: Path) -> Path:
    """Write the page, its tables and figures, and a summary for programs.

    Parameters
    ----------
    inputs : PowerInputs
        Summaries of all designs.
    folder : Path
        Where to write.

    Returns
    -------
    Path
        ``report.html``; beside it ``tables/*.csv``, ``figures/*`` and ``power.json``.
    """
    page = write(compose_power(inputs), folder)
    text = json.dumps(as_json(inputs), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "power.json").write_text(text + "\n", encoding="utf-8")
    return page
