"""Tables of the page on survey design."""

from ustyurt_models.report.content import Cell, Column, Table
from ustyurt_models.report.power_inputs import PowerInputs, known
from ustyurt_models.report.words import heading, readable, shown_number

__all__ = ["change_table", "design_table", "goal_table", "precision_table"]


def goal_table(inputs: PowerInputs) -> Table:
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


def design_table(inputs: PowerInputs) -> Table:
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
                known(plan.cost_per_survey),
                known(plan.total_cost),
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


def precision_table(inputs: PowerInputs) -> Table:
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
            known(one.information_per_money),
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


def change_table(inputs: PowerInputs) -> Table:
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
