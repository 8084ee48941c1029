"""Rows of the pattern check: what was found, what was published, and whether it agrees."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Row", "between", "reported", "show", "to_markdown"]


@dataclass(frozen=True)
class Row:
    """One number of the model beside what the field says.

    Attributes
    ----------
    metric : str
        What was measured; begins with the number of the pattern.
    value : float
        Found.
    unit : str
        Its unit, 1 when dimensionless.
    published : str
        Range that the sources give; empty for numbers that are only reported.
    ok : bool
        Whether the number lies in it.
    """

    metric: str
    value: float
    unit: str
    published: str
    ok: bool


def between(metric: str, value: float, low: float, high: float, unit: str = "1") -> Row:
    """Hold a number against a published range; NaN is never right."""
    return Row(metric, value, unit, f"{low:.3g} .. {high:.3g}", bool(low <= value <= high))


def reported(metric: str, value: float, unit: str = "1") -> Row:
    """Report a number that nothing is known about to hold it against."""
    return Row(metric, value, unit, "", True)


def _mark(row: Row) -> str:
    """Return yes, NO, or nothing for what is only reported."""
    if not row.published:
        return ""
    return "yes" if row.ok else "NO"


def show(row: Row) -> None:
    """Print one row."""
    print(
        f"{row.metric:<56} {row.value:>9.3g} {row.unit:<12} {row.published:<16} {_mark(row)}",
        flush=True,
    )


def to_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a table."""
    lines = ["| what | model | unit | published | agrees |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.metric} | {row.value:.3g} | {row.unit} | {row.published} | {_mark(row)} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def to_json(rows: Sequence[Row], to: Path) -> None:
    """Write the rows for machines; NaN becomes null."""
    plain = [
        asdict(row) | {"value": row.value if math.isfinite(row.value) else None} for row in rows
    ]
    to.write_text(json.dumps(plain, indent=1), encoding="utf-8")
