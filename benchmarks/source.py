"""Speed and memory of source populations, each with its gate of validity in the same run.

    uv run python benchmarks/source.py [--json FILE]

Individual-years per CPU second of the whole engine, run from a study block; exit code 1 when a
floor or a gate is missed. One individual-year is an animal alive when births start, or a newborn.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from source_world import SEED, alive, population
from table import Row, show
from theory_cases import Metric, of_band
from theory_source_genes import B_CASES, grid_block, grid_gate
from theory_source_programs import pva_gate, two_sex_pva
from ustyurt_models.bridge.source_simulate import SourceSimulator

_RUNS = 5
_MEASURE = """
import sys
sys.path.insert(0, {folder!r})
from peak import peak_mib
from source_world import alive, simulator
from theory_source_genes import grid_block
def peak(side, capacity, years):
    found = simulator(years, **grid_block(side, capacity))(0, 0)
    return peak_mib() * 2**20, found
small, _ = peak(2, 1.0, 2)
large, found = peak(200, 20.0, 5)
print((large - small) / (alive(found)[:-1] + found.births[1:]).max())
"""
_START = """
import sys, time
sys.path.insert(0, {folder!r})
started = time.process_time()
from source_world import run
from theory_source_programs import two_sex_pva
imported = time.process_time()
run(1, 100, **two_sex_pva(True))
print(imported - started, time.process_time() - imported)
"""


def calibration_ns(animals: int = 200_000, years: int = 10) -> float:
    """CPU ns per animal and year of births, deaths and ageing in vectorised NumPy."""
    rng = np.random.default_rng(1)
    survival = np.array([0.5, 0.85, 0.85, *[0.86] * 9, 0.0])
    age, male = rng.integers(1, 9, animals), rng.integers(0, 2, animals)
    done, started = 0, time.process_time()
    for _ in range(years):
        breeds = (age >= 3) & (male == 0) & (rng.random(age.size) < 0.5)
        born = int(rng.choice(5, int(breeds.sum()), p=[0.1, 0.2, 0.3, 0.25, 0.15]).sum())
        age = np.concatenate([age, np.zeros(born, np.int64)])
        male = np.concatenate([male, rng.integers(0, 2, born)])
        done += age.size
        lives = rng.random(age.size) < survival[np.minimum(age, 12)]
        age, male = age[lives] + 1, male[lives]
        stays = rng.random(age.size) < animals / max(animals, age.size)
        age, male = age[stays], male[stays]
    return 1e9 * (time.process_time() - started) / done


def rate_rows(
    name: str, block: dict, steps: int, replicates: int, floor: float, gate: Callable
) -> list[Row]:
    """Return the rate of a case, its ratio to NumPy, and whether its gate passed."""
    one = SourceSimulator(population(**block), steps, SEED)
    one(0, replicates)
    rates = []
    for _ in range(_RUNS if replicates > 1 else 3):
        started = time.process_time()
        found = one.many(range(replicates))
        spent = time.process_time() - started
        rates.append((alive(found)[:, :-1].sum() + found.births.sum()) / spent)
    rate = float(np.median(rates))
    ratio = rate * calibration_ns() / 1e9
    rows = [
        Row(f"{name}.rate", rate, "individual-years per CPU s", f">= {floor:g}", rate >= floor),
        Row(f"{name}.over numpy", ratio, "times vectorised NumPy, same run", "", True),
    ]
    for metric in gate(found):
        rows.append(Row(metric.metric, metric.value, metric.unit, metric.target, metric.ok))
    return rows


def at_capacity(found) -> list[Metric]:
    """Gate of A2: numbers of year 50."""
    number = float(alive(found)[0, -1])
    return [of_band("D3 A2-nogen, N of year 50", number, 100_000.0, 2_000.0)]


def start_rows() -> list[Row]:
    """Return CPU seconds of the first run, compiled and not yet compiled."""
    folder = str(Path(__file__).parent)
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for name, most in (("cold", 30.0), ("warm", 3.0)):
            imported, first = _numbers(_START.format(folder=folder), cache)
            rows.append(Row(f"start.{name}", first, "CPU s", f"<= {most:g}", first <= most))
        rows.append(Row("start.import", imported, "CPU s", "<= 2", imported <= 2.0))
    return rows


def _numbers(code: str, cache: str) -> list[float]:
    """Run a script with a kernel cache of its own; return the numbers it prints."""
    environment = {"XDG_CACHE_HOME": cache, "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    return [float(word) for word in done.stdout.split()]


def memory_rows() -> list[Row]:
    """Return bytes per animal of B3, peak above that of a tiny run."""
    code = _MEASURE.format(folder=str(Path(__file__).parent))
    with tempfile.TemporaryDirectory() as cache:
        (size,) = _numbers(code, cache)
    return [Row("B3.memory", size, "bytes per animal, no genes", "<= 16", 0.0 < size <= 16.0)]


def main() -> int:
    """Measure, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows = [Row("numpy", calibration_ns(), "ns per individual-year", "calibration", True)]
    rows += rate_rows("A1-gen", two_sex_pva(True), 100, 500, 5e6, lambda r: pva_gate(r, True))
    rows += rate_rows("A1-nogen", two_sex_pva(False), 100, 500, 5e6, lambda r: pva_gate(r, False))
    large = two_sex_pva(False, 20_000, 100_000.0)
    rows += rate_rows("A2-nogen", large, 50, 1, 1.2e7, at_capacity)
    for case, floor, replicates in (("B1", 1.5e7, 4), ("B2", 2e7, 1), ("B3", 2e7, 1)):
        side, capacity, years, *_ = B_CASES[case]
        block = grid_block(side, capacity)
        rows += rate_rows(case, block, years, replicates, floor, lambda r, c=case: grid_gate(c, r))
    rows += memory_rows() + start_rows()
    return show(rows, args.json)


if __name__ == "__main__":
    sys.exit(main())
