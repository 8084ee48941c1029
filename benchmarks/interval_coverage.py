"""Do intervals cover at their rate? Surveys simulated by each model's own twin, each fitted afresh.

``uv run python benchmarks/interval_coverage.py [--surveys N] [--only WORD] [--json FILE]
[--docs FOLDER] [--ranks FOLDER] [--skip CASE ...] [--workers N]`` prints a table; exit code 1 when
the share of 90 % intervals that hold the truth lies outside 0.85 to 0.95 (with few surveys: two
standard errors around 0.9). Where the estimator is known to be conservative only the lower limit
counts. ``--docs`` writes the table and the calibration plot; ``--ranks`` keeps every finished case,
so that a run that was stopped goes on (empty the folder when the code has changed). The file is not
called coverage.py: benchmarks stand on the import path, and Numba imports the package of that name.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

from coverage_cases import CASES, Case
from table import Row, show
from ustyurt_models.seeds import generator
from ustyurt_models.survey.sampling import draw_posterior

_SEED = 20261122
_MASS = 0.9
_LOW, _HIGH = 0.85, 0.95
#: Surveys that a process takes at once, and how often: each NUTS fit compiles code that stays in
#: memory (20 to 40 MiB), so processes are replaced before that becomes GiB.
_CHUNK, _CHUNKS_PER_PROCESS = 5, 10


@dataclass(frozen=True)
class Calibration:
    """How a model fared: where the truth lay in each posterior, and how good the weights were."""

    name: str
    rank: np.ndarray
    khat: np.ndarray

    def covered(self, mass: float) -> float:
        """Return the share of equal-tailed intervals of `mass` that hold the truth."""
        return float(np.mean(np.abs(self.rank - 0.5) <= mass / 2))


def one(name: str, number: int) -> tuple[float, float]:
    """Simulate and fit one survey; return the rank of the truth and the k-hat of the weights."""
    case = CASES[name]
    rng = generator(_SEED, "coverage", name, number)
    model, truth = case.simulate(rng)
    draws = draw_posterior(model.build(), case.sampler, _SEED + number)
    drawn = case.quantity(model.derive(draws.posterior, rng)).ravel()
    # Numbers of species tie with the truth: half of the ties count, or well told truths rank low.
    rank = float(np.mean(drawn < truth) + 0.5 * np.mean(drawn == truth))
    return rank, float(draws.stats["khat"]) if "khat" in draws.stats else np.nan


def calibrate(name: str, surveys: int, pool: Pool, kept: Path | None = None) -> Calibration:
    """Repeat one case, or take it from the folder `kept` where it is finished."""
    surveys = min(surveys, CASES[name].most or surveys)
    file = None if kept is None else kept / f"{name}_{surveys}.json"
    if file is not None and file.is_file():
        found = json.loads(file.read_text(encoding="utf-8"))
        return Calibration(name, np.array(found["rank"]), np.array(found["khat"]))
    each = pool.map(partial(one, name), range(surveys), chunksize=_CHUNK)
    ranks, khats = zip(*each, strict=True)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"rank": ranks, "khat": khats}), encoding="utf-8")
    return Calibration(name, np.array(ranks), np.array(khats))


def limits(each: Calibration) -> tuple[float, float]:
    """Return between what the share must lie: _LOW to _HIGH, or two standard errors with few."""
    error = 2.0 * np.sqrt(_MASS * (1.0 - _MASS) / each.rank.size)
    low, high = min(_LOW, _MASS - error), max(_HIGH, _MASS + error)
    return round(low, 3), 1.0 if CASES[each.name].conservative else min(1.0, round(high, 3))


def rows(found: Sequence[Calibration]) -> list[Row]:
    """Return the coverage of every case."""
    made = []
    for each in found:
        covered, (low, high) = each.covered(_MASS), limits(each)
        wanted = f"{low}..{high}" if high < 1.0 else f">= {low}"
        name, unit = f"coverage.{each.name}", f"share of {_MASS:.0%} intervals"
        made.append(Row(name, covered, unit, wanted, low <= covered <= high))
    return made


def plot(found: Sequence[Calibration], to: Path) -> None:
    """Draw nominal against actual coverage of every case."""
    columns = 4
    high = -(-len(found) // columns)
    figure, axes = plt.subplots(high, columns, figsize=(10, 2.6 * high), squeeze=False)
    masses = np.linspace(0.02, 0.98, 49)
    for axis, each in zip(axes.flat, found, strict=False):
        n = each.rank.size
        spread = 1.96 * np.sqrt(masses * (1 - masses) / n)
        axis.fill_between(masses, masses - spread, masses + spread, color="0.88", lw=0)
        axis.plot([0, 1], [0, 1], color="0.5", lw=0.8)
        axis.plot(masses, [each.covered(mass) for mass in masses], color="#0b5394", lw=1.6)
        axis.set_title(f"{each.name}: {each.covered(_MASS):.2f} at 0.90", fontsize=8)
        axis.set(xlim=(0, 1), ylim=(0, 1))
        axis.tick_params(labelsize=7)
    for axis in axes.flat[len(found) :]:
        axis.axis("off")
    figure.supxlabel("mass of the interval", fontsize=9)
    figure.supylabel("share of intervals that hold the truth", fontsize=9)
    figure.tight_layout()
    figure.savefig(to, dpi=110)
    plt.close(figure)


def write_docs(found: Sequence[Calibration], surveys: int, folder: Path) -> None:
    """Write the table and the plot."""
    folder.mkdir(parents=True, exist_ok=True)
    plot(found, folder / "coverage.png")
    head = (
        "# Do intervals cover at their rate?\n\n"
        f"`uv run python benchmarks/interval_coverage.py --surveys {surveys} --docs docs` wrote "
        f"this page: {surveys} surveys simulated by each model's own twin, each fitted afresh with "
        "the importance-weighted Laplace path, or with NUTS where the last column says so; fewer "
        "where a fit takes long. Aim: 0.85 to 0.95 of the 90 % intervals hold the truth; chance "
        f"alone gives a standard error of {np.sqrt(0.09 / surveys):.3f} with {surveys} surveys; "
        "with few, two standard errors around 0.9 count.\n\n"
        "![Mass of the interval against share that holds the truth](coverage.png)\n\n"
        "Grey: where 95 % of curves lie if calibration is perfect.\n\n"
        "| model and quantity | surveys | 50 % | 80 % | 90 % | 95 % | worst k-hat |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    lines = [
        f"| {CASES[each.name].words} | {each.rank.size} | "
        + " | ".join(f"{each.covered(mass):.2f}" for mass in (0.5, 0.8, 0.9, 0.95))
        + f" | {worst(each)} |"
        for each in found
    ]
    reasons = [f"\n{case.words}: {case.conservative}" for case in _conservative(found)]
    cases = [CASES[each.name] for each in found]
    reasons += [f"\n{case.words}: {case.remark}" for case in cases if case.remark]
    off = [
        CASES[each.name].words for each, row in zip(found, rows(found), strict=True) if not row.ok
    ]
    if off:
        reasons.append(f"\nOutside its limits: {'; '.join(off)}.")
    done = {each.name for each in found}
    missing = [case.words for name, case in CASES.items() if name not in done]
    if missing:
        reasons.append(f"\nNot run: {'; '.join(missing)}.")
    text = head + "\n".join([*lines, *reasons]) + "\n"
    (folder / "coverage.md").write_text(text, encoding="utf-8")


def _conservative(found: Sequence[Calibration]) -> list[Case]:
    """Return the cases whose estimator is known to be conservative."""
    return [CASES[each.name] for each in found if CASES[each.name].conservative]


def worst(each: Calibration) -> str:
    """Return the largest Pareto k of the weights, or what drew instead."""
    return "NUTS" if np.isnan(each.khat).all() else f"{np.nanmax(each.khat):.2f}"


def chosen(word: str, skipped: Sequence[str] = ()) -> dict[str, Case]:
    """Return the cases whose name holds `word`, without those `skipped`."""
    return {name: case for name, case in CASES.items() if word in name and name not in skipped}


def main() -> int:
    """Simulate, fit, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--surveys", type=int, default=200)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--ranks", type=Path)
    parser.add_argument("--skip", nargs="*", default=[], choices=list(CASES))
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    args = parser.parse_args()
    context = get_context("spawn")
    with context.Pool(args.workers, maxtasksperchild=_CHUNKS_PER_PROCESS) as pool:
        found = [
            calibrate(name, args.surveys, pool, args.ranks) for name in chosen(args.only, args.skip)
        ]
    if args.docs is not None:
        write_docs(found, args.surveys, args.docs)
    return show(rows(found), args.json)


if __name__ == "__main__":
    sys.exit(main())
