"""Does the simulation look like the real world? Patterns of the field, through study files.

    uv run python benchmarks/patterns.py [--fast] [--json FILE] [--docs FOLDER]

Every pattern is a study that goes through the full engine with the shipped species and evidence.
Rows say what was found, what is published, and whether both agree; a pattern that is not met is
reported and does not change the exit code. With `--docs` the page and its figures are written.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from patterns_cheetah import Lives, lives
from patterns_density import Densities, densities
from patterns_page import write_page
from patterns_response import Responses, responses
from patterns_saiga import Collapse, Recovery, collapse, recovery
from patterns_table import Row, show, to_json

__all__ = ["Found", "Size", "find"]


@dataclass(frozen=True)
class Size:
    """How much is run."""

    draws: int
    saiga: int
    replicates: int
    sides: int
    years: int


FULL = Size(draws=40, saiga=100_000, replicates=2, sides=50, years=80)
FAST = Size(draws=4, saiga=10_000, replicates=1, sides=24, years=30)


@dataclass(frozen=True)
class Found:
    """All rows, and what the figures need."""

    rows: list[Row]
    recovery: Recovery
    collapse: Collapse
    lives: Lives
    densities: Densities
    responses: Responses


def find(size: Size, folder: Path) -> Found:
    """Run all patterns, printing rows as they are known."""
    rows: list[Row] = []

    def keep(result: tuple) -> object:
        for row in result[0]:
            show(row)
        rows.extend(result[0])
        return result[1]

    return Found(
        recovery=keep(recovery(folder / "1", size.draws)),  # type: ignore[arg-type]
        collapse=keep(collapse(folder / "2", size.draws, size.saiga)),  # type: ignore[arg-type]
        lives=keep(lives(folder / "3", size.replicates)),  # type: ignore[arg-type]
        densities=keep(densities(folder / "4", size)),  # type: ignore[arg-type]
        responses=keep(responses(folder / "5", size.years)),  # type: ignore[arg-type]
        rows=rows,
    )


def main() -> int:
    """Print the rows; return 0 when everything could run."""
    parser = argparse.ArgumentParser(description="Patterns of the field.")
    parser.add_argument("--fast", action="store_true", help="few draws and small lands")
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    parser.add_argument("--docs", type=Path, help="write patterns.md and its figures there")
    arguments = parser.parse_args()
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        found = find(FAST if arguments.fast else FULL, Path(folder))
    missed = sum(not row.ok for row in found.rows)
    seconds = time.process_time() - started
    print(f"{len(found.rows)} numbers, {missed} outside what is published, {seconds:.0f} s CPU")
    if arguments.json:
        to_json(found.rows, arguments.json)
    if arguments.docs:
        write_page(found, arguments.docs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
