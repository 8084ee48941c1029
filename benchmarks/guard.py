"""Stored speed: ratios to a yardstick of the same run, and whether one of them got worse.

``baseline.json`` holds CPU time per item over the CPU time of the plain loop of `calibration`,
so it can be compared between machines of one class and under load. A ratio more than 15 % above
the stored one fails.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from calibration import yardstick_ns
from table import Row

__all__ = ["BASELINE", "guard_rows", "measured", "store"]

BASELINE = Path(__file__).with_name("baseline.json")
_WORSE = 1.15


def measured(kernels: Mapping[str, Callable[[], float]], runs: int = 5) -> dict[str, float]:
    """Return the median ratio to the yardstick of each kernel (CPU ns per item).

    A run is the best of three of the kernel between yardsticks, so a busy spell slows both.
    """
    ratios: dict[str, list[float]] = {name: [] for name in kernels}
    for _ in range(runs):
        for name, kernel in kernels.items():
            pairs = [(yardstick_ns(), kernel()) for _ in range(3)]
            plain, spent = (min(times) for times in zip(*pairs, strict=True))
            ratios[name].append(spent / plain)
    return {name: median(found) for name, found in ratios.items()}


def store(ratios: Mapping[str, float]) -> None:
    """Write the ratios as the new baseline."""
    rounded = {name: round(ratio, 3) for name, ratio in ratios.items()}
    BASELINE.write_text(json.dumps(rounded, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def guard_rows(ratios: Mapping[str, float]) -> list[Row]:
    """Return one row per stored ratio; not ok where it is missed or was not measured."""
    stored = json.loads(BASELINE.read_text(encoding="utf-8"))
    rows = []
    for name, before in stored.items():
        worse = ratios.get(name, float("inf")) / before
        rows.append(
            Row(f"guard.{name}", worse, "times the stored ratio", "<= 1.15", worse <= _WORSE)
        )
    return rows
