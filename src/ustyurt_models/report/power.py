"""The page on survey design: what planned surveys would be able to see, and for what money."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ustyurt_models.provenance import library_versions
from ustyurt_models.report.build import write
from ustyurt_models.report.content import (
    Block,
    Bullets,
    Cell,
    Code,
    Column,
    Document,
    Figure,
    Note,
    Paragraph,
    Section,
    Table,
    TrafficLight,
)
from ustyurt_models.report.figures.power import (
    PowerCurve,
    Priced,
    power_curves,
    precision_for_money,
)
from ustyurt_models.report.power_words import (
    ABOUT_DETECTION,
    ABOUT_REFITS,
    ABOUT_TREND,
    LIMITS,
)
from ustyurt_models.report.words import heading, readable, shown_count, shown_number
from ustyurt_models.study.power import Power
from ustyurt_models.survey.power.summarise import DesignSummary, Estimate, Seen, Verdict

__all__ = ["PowerInputs", "advice", "as_text", "build_power_report", "compose_power"]


@dataclass(frozen=True)
class PowerInputs:
    """What the page is made from.

    Attributes
    ----------
    title : str
        Title of the study.
    study : str
        Name of the study file.
    start : int
        Calendar year that year 0 of the designs stands for.
    seed : int
        Study seed.
    power : Power
        Block of the study file.
    designs : tuple of DesignSummary
        The best precision per money first.
    choice : mapping of str to DesignSummary or None
        Cheapest design that reaches the goals, by survey.
    """

    title: str
    study: str
    start: int
    seed: int
    power: Power
    designs: tuple[DesignSummary, ...]
    choice: Mapping[str, DesignSummary | None]

    def of(self, survey: str) -> tuple[DesignSummary, ...]:
        """Return the designs for one survey, in order."""
        return tuple(one for one in self.designs if one.plan.survey == survey)


def _priced(one: DesignSummary) -> bool:
    return math.isfinite(one.plan.cost_per_survey)


def _money(value: float, currency: str) -> str:
    return f"{shown_count(value)} {currency}"


def advice(inputs: PowerInputs) -> str:
    """Return the recommendation in words, one sentence per survey."""
    said = []
    for survey, chosen in inputs.choice.items():
        name = heading(survey)
        if not inputs.power.goal:
            first = inputs.of(survey)[0]
            said.append(f"{name}: no goal is set; {readable(first.plan.name)} is the most precise")
            said[-1] += " per money." if _priced(first) else "."
        elif chosen is None:
            said.append(f"{name}: no design reaches the goals.")
        else:
            price = ""
            if _priced(chosen):
                price = f" for {_money(chosen.plan.total_cost, inputs.power.currency)} in all"
            cheapest = "the cheapest" if price else "the smallest"
            said.append(
                f"{name}: {readable(chosen.plan.name)} is {cheapest} design that reaches the "
                f"goals{price}."
            )
    return " ".join(said)


def _light(inputs: PowerInputs) -> str:
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
    light = "green" if verdict.met else "red"
    detail = f"{verdict.value.value:.3f}, Monte-Carlo standard error {verdict.value.error:.3f}."
    if verdict.close:
        light, detail = "amber", detail + " Too close to tell: raise 'futures'."
    plain = f"{readable(one.plan.name)}: {verdict.value.value:.2f}"
    return TrafficLight(light, word, verdict.goal.text, heading(survey), plain, detail)  # type: ignore[arg-type]


def _answers(inputs: PowerInputs) -> Section:
    """Return the section with the recommendation."""
    blocks: list[Block] = [Paragraph(advice(inputs), lead=True)]
    for survey, chosen in inputs.choice.items():
        one = chosen or inputs.of(survey)[0]
        blocks += [_verdict_light(survey, one, verdict) for verdict in one.verdicts]
    if inputs.power.goal:
        blocks.append(_goal_table(inputs))
    return Section("answer", "Which design", tuple(blocks))


def _goal_table(inputs: PowerInputs) -> Table:
    """Return all designs against all goals."""
    rows: list[tuple[Cell, ...]] = []
    for one in inputs.designs:
        for verdict in one.verdicts:
            word = "met" if verdict.met else "not met"
            rows.append(
                (
                    heading(one.plan.survey),
                    readable(one.plan.name),
                    verdict.goal.text,
                    verdict.value.value,
                    verdict.value.error,
                    f"{word}, too close to tell" if verdict.close else word,
                )
            )
    columns = (
        Column("survey"),
        Column("design"),
        Column("goal", kind="long"),
        Column("reached", kind="number"),
        Column("Monte-Carlo error", kind="number"),
        Column("verdict"),
    )
    return Table("power_goals", "Every design against every goal.", columns, tuple(rows))


def _design_table(inputs: PowerInputs) -> Table:
    """Return what the designs are."""
    currency = inputs.power.currency
    rows: list[tuple[Cell, ...]] = []
    for one in inputs.designs:
        plan = one.plan
        each = ", ".join(
            f"{name} {n} of {shown_number(length)} km"
            for name, n, length in zip(plan.stratum, plan.transects, plan.length_km, strict=True)
        )
        width = plan.half_width_m * (2 if plan.method == "strip_counts" else 1)
        rows.append(
            (
                readable(plan.name),
                heading(plan.survey),
                readable(plan.method),
                each,
                plan.repeats,
                width,
                plan.effort_km,
                ", ".join(str(inputs.start + year) for year in plan.years),
                _known(plan.cost_per_survey),
                _known(plan.total_cost),
            )
        )
    columns = (
        Column("design"),
        Column("survey"),
        Column("method"),
        Column("transects", kind="long"),
        Column("visits", kind="count"),
        Column("truncation, or strip width", "m", "number"),
        Column("effort per survey", "km", "count"),
        Column("survey years", kind="long"),
        Column("cost per survey", currency, "count"),
        Column("cost in all", currency, "count"),
    )
    caption = "The designs: transects by stratum, effort and money."
    return Table("power_designs", caption, columns, tuple(rows))


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _precision_table(inputs: PowerInputs) -> Table:
    """Return precision, bias and coverage."""
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            readable(one.plan.name),
            heading(one.plan.survey),
            one.counted.value,
            one.cv.value,
            one.cv.error,
            one.realised_cv.value,
            one.bias.value,
            one.coverage.value,
            _known(one.information_per_money),
        )
        for number, one in enumerate(inputs.designs, 1)
    ]
    currency = inputs.power.currency
    columns = (
        Column("rank", kind="count"),
        Column("design"),
        Column("survey"),
        Column("groups seen", kind="count"),
        Column("expected CV", kind="number"),
        Column("its Monte-Carlo error", kind="number"),
        Column("spread of estimates", kind="number"),
        Column("bias", kind="number"),
        Column("coverage", kind="probability"),
        Column("precision per money", f"1/CV² per 1000 {currency}", "number"),
    )
    interval = inputs.designs[0].interval
    note = (
        "Expected CV: what one survey will report without any change; half of the futures lie "
        "below. Spread of estimates: how far they really scatter around the truth (standard "
        "deviation of the logarithm). Bias: mean of estimate over truth, minus one "
        f"(Monte-Carlo error up to {shown_number(max(d.bias.error for d in inputs.designs), 2)}). "
        f"Coverage: share of {interval:.0%} intervals that hold the truth (error up to "
        f"{shown_number(max(d.coverage.error for d in inputs.designs), 2)})."
    )
    caption = "Precision of one survey, ranked by precision per money."
    return Table("power_precision", caption, columns, tuple(rows), note)


def _change_table(inputs: PowerInputs) -> Table:
    """Return the chances to see each change."""
    rows: list[tuple[Cell, ...]] = [
        (
            readable(one.plan.name),
            heading(one.plan.survey),
            seen.change.text,
            seen.years,
            seen.power.value,
            seen.power.error,
            seen.false_alarm.value,
        )
        for one in inputs.designs
        for seen in one.seen
    ]
    columns = (
        Column("design"),
        Column("survey"),
        Column("change"),
        Column("within", "years", "count"),
        Column("chance to see it", kind="probability"),
        Column("its Monte-Carlo error", kind="number"),
        Column("false alarms", kind="probability"),
    )
    certainty = inputs.power.certainty
    note = (
        f"Seen: the posterior probability of the direction is at least {certainty:g}. False "
        f"alarms: the same although nothing changes; {1 - certainty:.2g} is what to expect."
    )
    return Table("power_changes", "Chance to see a change.", columns, tuple(rows), note)


def _precision_figures(inputs: PowerInputs) -> list[Figure]:
    """Return precision against money, one figure per survey."""
    limits = [goal.limit for goal in inputs.power.goal if goal.change is None]
    found = []
    for survey in inputs.choice:
        some = inputs.of(survey)
        money = all(_priced(one) for one in some)
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
    changes: tuple[Block, ...] = (_change_table(inputs),) if inputs.power.all_changes else ()
    sections = [
        _answers(inputs),
        Section("designs", "The designs", (_design_table(inputs),)),
        Section(
            "precision",
            "Precision, and what it costs",
            (*_precision_figures(inputs), _precision_table(inputs)),
        ),
    ]
    if changes:
        title = "Chance to see a change"
        sections.append(Section("changes", title, (*_power_figures(inputs), *changes)))
    sections.append(_method(inputs))
    light = _light(inputs)
    return Document(inputs.title, subtitle, advice(inputs), light, notices, tuple(sections))  # type: ignore[arg-type]


def _pair(estimate: Estimate) -> dict[str, float | None]:
    """Return an estimate for JSON, which knows no NaN."""
    return {"value": _known(estimate.value), "monte_carlo_error": _known(estimate.error)}


def _as_json(one: DesignSummary) -> dict[str, object]:
    """Return everything about a design as JSON values."""
    plan = one.plan
    return {
        "design": plan.name,
        "survey": plan.survey,
        **plan.inputs(),
        "effort_km_per_survey": plan.effort_km,
        "cost_per_survey": _known(plan.cost_per_survey),
        "cost_total": _known(plan.total_cost),
        "futures": one.futures,
        "cv": _pair(one.cv),
        "spread_of_log_estimates": _pair(one.realised_cv),
        "bias": _pair(one.bias),
        "coverage": _pair(one.coverage) | {"interval_mass": one.interval},
        "counted": _pair(one.counted),
        "information_per_1000_money": _known(one.information_per_money),
        "weak_refits": one.weak,
        "changes": [
            {
                "change": seen.change.text,
                "within_years": seen.years,
                "power": _pair(seen.power),
                "false_alarm": _pair(seen.false_alarm),
                "by_year": {str(year): _pair(chance) for year, chance in seen.by_year},
            }
            for seen in one.seen
        ],
        "goals": [
            {"goal": v.goal.text, **_pair(v.value), "met": v.met, "close": v.close}
            for v in one.verdicts
        ],
        "meets_goals": one.meets,
        "notes": list(one.notes),
    }


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
    content = {
        "study": inputs.study,
        "title": inputs.title,
        "status": "simulated",
        "start": inputs.start,
        "seed": inputs.seed,
        "settings": inputs.power.model_dump(mode="json"),
        "designs": [_as_json(one) for one in inputs.designs],
        "recommended": {
            survey: None if one is None else one.plan.name for survey, one in inputs.choice.items()
        },
        "advice": advice(inputs),
        "versions": library_versions(),
    }
    page = write(compose_power(inputs), folder)
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "power.json").write_text(text + "\n", encoding="utf-8")
    return page


def as_text(inputs: PowerInputs) -> str:
    """Return the figures of merit as a table for a terminal."""
    changes = [change.text for change in inputs.power.all_changes]
    head = ["design", "survey", "km", inputs.power.currency, "CV", "bias", "coverage"]
    head += [f"see {text}" for text in changes] + ["goals"]
    lines = [head, *(_text_row(one, changes) for one in inputs.designs)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(_aligned(line, widths) for line in lines)


def _text_row(one: DesignSummary, changes: Sequence[str]) -> list[str]:
    """Return one line of the table."""
    plan = one.plan
    seen = {each.change.text: f"{each.power.value:.2f}" for each in one.seen}
    goals = "-" if not one.verdicts else "met" if one.meets else "not met"
    return [
        plan.name,
        plan.survey,
        f"{plan.effort_km:,.0f}",
        f"{plan.cost_per_survey:,.0f}" if _priced(one) else "-",
        f"{one.cv.value:.3f}",
        f"{one.bias.value:+.3f}",
        f"{one.coverage.value:.2f}",
        *(seen.get(text, "-") for text in changes),
        goals,
    ]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Set words to the left and numbers to the right."""
    left = [cell.ljust(width) for cell, width in zip(cells[:2], widths[:2], strict=True)]
    right = [cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)]
    return "  ".join([*left, *right]).rstrip()
