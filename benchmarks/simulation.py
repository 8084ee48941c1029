"""Speed of the simulation, as ratios to plain NumPy in the same run on the same machine.

``uv run python benchmarks/simulation.py [--json FILE]`` prints a table; exit code 1 when a guard
is missed. Times are CPU times; nothing is compared with a clock of another machine.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from prey_case import prey_season_ns
from table import Row, show
from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.bridge.simulate import Simulator
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.ibm.prey_state import empty_prey
from ustyurt_models.landscape import load_land
from ustyurt_models.study import read_study

_STUDY = """
title = "whole seasons"
start = 2027
years = 20
draws = {draws}
replicates = 1
[prey.saiga]
start = 60000
[prey.goitered_gazelle]
start = 15000
[prey.urial]
start = 2400
[prey.kulan]
start = 200
[cheetah]
females = 20
males = 20
"""


def numpy_season_ns(animals: int, seasons: int) -> float:
    """CPU ns per animal and season of the same work in vectorised NumPy: the calibration.

    Local density, survival by age and sex times a factor of the cell, poaching told apart from
    other deaths, litters of 0 to 2, ageing, one step through a mask of passable directions, and
    compaction of all traits; 32 ages, 8,000 cells.
    """
    rng = np.random.default_rng(1)
    cells, ages = 8_000, 32
    survival = 0.9 + 0.08 * rng.random((2, ages))
    factor, passable = 0.05 * rng.random(cells), rng.random((8, cells)) < 0.95
    offset = np.array([-90, -89, 1, 91, 90, 89, -1, -91])
    identity = np.arange(animals, dtype=np.uint64)
    age, male = rng.integers(0, ages, animals), rng.integers(0, 2, animals)
    cell = rng.integers(0, cells, animals)
    done, started = 0, time.process_time()
    for _ in range(seasons):
        done += age.size
        crowding = np.bincount(cell, minlength=cells)[cell] * 1e-3
        lives = rng.random(age.size) < survival[male, age] * np.exp(-factor[cell] * crowding)
        poached = lives & (rng.random(age.size) < 0.01)
        lives &= ~poached
        identity, age, male, cell = identity[lives], age[lives], male[lives], cell[lives]
        bearing = (male == 0) & (rng.random(age.size) < 0.05)
        mothers = np.repeat(np.flatnonzero(bearing), rng.integers(1, 3, bearing.sum()))
        identity = np.concatenate([identity, identity[mothers] + np.uint64(1)])
        age = np.concatenate([np.minimum(age + 1, ages - 1), np.zeros(mothers.size, np.int64)])
        male = np.concatenate([male, rng.integers(0, 2, mothers.size)])
        cell = np.concatenate([cell, cell[mothers]])
        direction = rng.integers(0, 8, cell.size)
        there = (cell + offset[direction]) % cells
        cell = np.where(passable[direction, cell], there, cell)
    return 1e9 * (time.process_time() - started) / done


def kernel_rows() -> list[Row]:
    """Return the prey kernels against NumPy, and their growth with numbers."""
    numpy_ns = numpy_season_ns(100_000, 30)
    rows = [Row("numpy.season", numpy_ns, "ns per animal-season", "calibration", True)]
    small, large = (prey_season_ns("saiga", n, 3) for n in (20_000, 200_000))
    for event, spent in large.items():
        rows.append(Row(f"saiga.{event}", spent, "ns per animal-season", "", True))
    ratio = numpy_ns / large["without_walk"]
    rows.append(Row("saiga.without_walk over numpy", ratio, "times faster", ">= 1.5", ratio >= 1.5))
    rows.append(
        Row("saiga.rate", 1e3 / large["total"], "million animal-seasons per CPU s", "", True)
    )
    power = 1 + np.log(large["without_walk"] / small["without_walk"]) / np.log(10)
    rows.append(Row("saiga.time ~ N^", power, "exponent", "<= 1.05", power <= 1.05))
    prey = empty_prey(1)
    size = sum(array.itemsize for array in prey)
    rows.append(Row("prey.memory", size, "bytes per animal", "<= 16", size <= 16))
    return rows


def _simulator(draws: int) -> Simulator:
    """Return a study of all species with resident cheetahs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speed.toml"
        path.write_text(_STUDY.format(draws=draws), encoding="utf-8")
        study = read_study(path)
    land = load_land("ustyurt_5km")
    return Simulator(ScenarioModel(study.scenarios[0], study.folder, land, load_catalogue(), {}))


def engine_rows() -> list[Row]:
    """Return whole seasons of the full engine, and two threads against one."""
    draws = 6
    simulate = _simulator(draws)
    started = time.process_time()
    simulate(0, 0)
    cold = time.process_time() - started
    spent, seasons = time.process_time(), 0
    for draw in range(draws):
        found = simulate(draw, 0)
        seasons += 4 * int(found["prey_number"][:-1].sum() + found["cheetah_number"][:-1].sum())
    spent = time.process_time() - spent
    rows = [
        Row("engine.first", cold, "CPU s until the first replicate is done", "", True),
        Row("engine.rate", seasons / spent / 1e6, "million animal-seasons per CPU s", "", True),
        Row("engine.replicate", spent / draws, "CPU s per replicate of 20 years", "", True),
    ]
    wall = [_wall(simulate, draws, workers) for workers in (1, 2)]
    gain = wall[0] / wall[1]
    rows.append(Row("engine.two threads", gain, "times faster than one", ">= 1.5", gain >= 1.5))
    return rows


def _wall(simulate: Simulator, draws: int, workers: int) -> float:
    """Wall seconds of one replicate of each draw on `workers` threads."""
    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(lambda draw: simulate(draw, 0), range(draws)))
    return time.perf_counter() - started


def main() -> int:
    """Measure, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    return show(kernel_rows() + engine_rows(), args.json)


if __name__ == "__main__":
    sys.exit(main())
