"""Limiting cases with exact answers, large: a table of expected and found.

    uv run python benchmarks/theory.py [--json FILE] [--scale X]

Every case is a study file that goes through the full engine, the same as in `tests/validation`.
Exit code 1 when a number lies outside its tolerance.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from theory_cases import (
    A2_EXTINCT,
    Metric,
    catastrophe,
    galton_watson,
    kinship_drift,
    leslie_growth,
    lifespan,
    mate_limitation,
    order_of_events,
    quarterly_survival,
    rates_of_zero_and_one,
    survive_and_breed,
)


def large_cases(scale: float) -> Iterator[Callable[[Path], list[Metric]]]:
    """Yield every case with its replicates or animals, times `scale`."""

    def times(number: int) -> int:
        return max(10, round(scale * number))

    yield lambda folder: leslie_growth(folder, times(4_000))
    yield lambda folder: leslie_growth(folder, times(1_000), seasons=4)
    yield lambda folder: order_of_events(folder, times(400_000))
    yield lambda folder: survive_and_breed(folder, times(4_000))
    yield lambda folder: quarterly_survival(folder, times(100_000))
    yield lambda folder: lifespan(folder, times(200_000))
    yield rates_of_zero_and_one
    for mean in A2_EXTINCT:
        for founders in (1, 5):
            yield lambda folder, m=mean, n=founders: galton_watson(folder, m, n, times(2_500))
    yield lambda folder: catastrophe(folder, times(3_000))
    yield lambda folder: mate_limitation(folder, (5, 5), 100, times(1_000))
    yield lambda folder: mate_limitation(folder, (2, 2), 100, times(1_500))
    yield lambda folder: kinship_drift(folder, 3, 12, 20, times(1_000))
    yield lambda folder: kinship_drift(folder, 20, 20, 20, times(300))


def run(scale: float) -> list[Metric]:
    """Run all cases, printing each row as it is known."""
    found = []
    print(f"{'ok':3} {'metric':62} {'found':>11} {'unit':8} expected")
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(large_cases(scale)):
            for one in case(Path(folder) / str(number)):
                mark = "yes" if one.ok else "NO"
                print(
                    f"{mark:3} {one.metric:62} {one.value:11.6g} {one.unit:8} {one.target}",
                    flush=True,
                )
                found.append(one)
    return found


def main() -> int:
    """Print the table; return 1 when something is not as theory says."""
    parser = argparse.ArgumentParser(description="Limiting cases with exact answers.")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    parser.add_argument("--scale", type=float, default=1.0, help="times the usual replicates")
    arguments = parser.parse_args()
    started = time.process_time()
    found = run(arguments.scale)
    failed = sum(not one.ok for one in found)
    print(f"{len(found)} numbers, {failed} off, {time.process_time() - started:.0f} s CPU")
    if arguments.json:
        rows = [asdict(one) | {"value": float(one.value), "ok": bool(one.ok)} for one in found]
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
