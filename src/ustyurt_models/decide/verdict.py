"""One verdict per scenario from all its criteria: go, go if, not yet, no - and what decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ustyurt_models.decide.criteria import Finding

__all__ = ["Decision", "best_decision", "combine_findings"]

Answer = Literal["go", "go if", "not yet", "no", "no criteria"]
_ORDER: tuple[Answer, ...] = ("go", "go if", "not yet", "no", "no criteria")
_HALF = 0.5


@dataclass(frozen=True)
class Decision:
    """The combined verdict on one scenario.

    Attributes
    ----------
    scenario : str
        Scenario.
    answer : {"go", "go if", "not yet", "no", "no criteria"}
        ``go``: every rule is met. ``go if``: none fails, some are met and some undecided.
        ``not yet``: a rule fails, or none is known to be met. ``no``: a rule fails, and in most
        futures the opposite of what it wants happens. Rules that do not apply are not counted.
    decided_by : Finding or None
        The rule that decided: furthest on the wrong side, or with the least to spare.
    reason : str
        One sentence.
    met, judged : int
        Rules met, and rules that apply.
    """

    scenario: str
    answer: Answer
    decided_by: Finding | None
    reason: str
    met: int
    judged: int


def combine_findings(findings: Iterable[Finding]) -> tuple[Decision, ...]:
    """Combine the findings of each scenario, in the order in which scenarios appear."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.scenario, []).append(finding)
    return tuple(_decide(name, found) for name, found in grouped.items())


def best_decision(decisions: Iterable[Decision]) -> Decision | None:
    """Return the scenario with the best answer, then the most rules met; the first of equals."""
    ranked = sorted(decisions, key=lambda found: (_ORDER.index(found.answer), -found.met))
    return ranked[0] if ranked else None


def _decide(scenario: str, findings: list[Finding]) -> Decision:
    """Combine the findings of one scenario."""
    judged = [finding for finding in findings if finding.verdict != "not applicable"]
    failed = [finding for finding in judged if finding.verdict == "fails"]
    open_ = [finding for finding in judged if finding.verdict == "undecided"]
    met = len(judged) - len(failed) - len(open_)
    if not judged:
        return Decision(scenario, "no criteria", None, "No criterion applies.", 0, 0)
    if failed:
        answer: Answer = "no" if any(map(_opposite_is_likely, failed)) else "not yet"
    elif open_:
        answer = "go if" if met else "not yet"
    else:
        answer = "go"
    deciding = min(failed or open_ or judged, key=_relative_margin)
    reason = f"{deciding.criterion.text}: {deciding.rule}"
    return Decision(scenario, answer, deciding, reason, met, len(judged))


def _relative_margin(finding: Finding) -> float:
    """Margin in units of the room there is: 1 for shares, the threshold for means."""
    room = 1.0 if finding.is_probability else max(abs(finding.threshold), 1e-12)
    margin = finding.margin / room
    return margin if margin == margin else float("-inf")


def _opposite_is_likely(finding: Finding) -> bool:
    """Whether what a failed rule wants to see is not seen in most futures."""
    if not finding.is_probability:
        return False
    if finding.comparison in (">=", ">"):
        return finding.estimate.high < min(_HALF, finding.threshold)
    return finding.estimate.low > max(_HALF, finding.threshold)
