"""Survey design for programs and terminals: the summary as JSON values, the table as text."""

from collections.abc import Sequence

from ustyurt_models.provenance import library_versions
from ustyurt_models.report.power_inputs import PowerInputs, advice, is_priced, known
from ustyurt_models.survey.power.summarise import DesignSummary, Estimate

__all__ = ["as_json", "as_text"]


def _pair(estimate: Estimate) -> dict[str, float | None]:
    """Return an estimate for JSON, which knows no NaN."""
    return {"value": known(estimate.value), "monte_carlo_error": known(estimate.error)}


def _design_json(one: DesignSummary) -> dict[str, object]:
    """Return everything about a design as JSON values."""
    plan = one.plan
    return {
        "design": plan.name,
        "survey": plan.survey,
        **plan.inputs(),
        "effort_km_per_survey": plan.effort_km,
        "cost_per_survey": known(plan.cost_per_survey),
        "cost_total": known(plan.total_cost),
        "futures": one.futures,
        "cv": _pair(one.cv),
        "spread_of_log_estimates": _pair(one.realised_cv),
        "bias": _pair(one.bias),
        "coverage": _pair(one.coverage) | {"interval_mass": one.interval},
        "counted": _pair(one.counted),
        "information_per_1000_money": known(one.information_per_money),
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
        f"{plan.cost_per_survey:,.0f}" if is_priced(one) else "-",
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


def as_json(inputs: PowerInputs) -> dict[str, object]:
    """Return settings, figures and recommendation as JSON values."""
    return {
        "study": inputs.study,
        "title": inputs.title,
        "status": "simulated",
        "start": inputs.start,
        "seed": inputs.seed,
        "settings": inputs.power.model_dump(mode="json"),
        "designs": [_design_json(one) for one in inputs.designs],
        "recommended": {
            survey: None if one is None else one.plan.name for survey, one in inputs.choice.items()
        },
        "advice": advice(inputs),
        "versions": library_versions(),
    }
