"""Rows of a benchmark: printed for people, written as JSON for machines."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Row", "show"]


@dataclass(frozen=True)
class Row:
    """One figure and its guard.

    Attributes
    ----------
    metric, unit, target : str
        What it is, in which unit, and what is wanted; an empty target is only reported.
    value : float
        The figure.
    ok : bool
        Whether the target is met.
    """

    metric: str
    value: float
    unit: str
    target: str
    ok: bool


def show(rows: Sequence[Row], to: Path | None) -> int:
    """Print the table, write it to `to` if given, and return the exit code."""
    print(f"{'metric':<36} {'value':>10}  {'unit':<42} {'target':<12} ok")
    for row in rows:
        mark = "yes" if row.ok else "NO"
        print(f"{row.metric:<36} {row.value:>10.3g}  {row.unit:<42} {row.target:<12} {mark}")
    if to is not None:
        plain = [asdict(row) | {"value": float(row.value), "ok": bool(row.ok)} for row in rows]
        to.write_text(json.dumps(plain, indent=1), encoding="utf-8")
    return 0 if all(row.ok for row in rows) else 1
