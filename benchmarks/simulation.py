"""Speed of the simulation, beside plain NumPy and the limits of the machine in the same run.

``uv run python benchmarks/simulation.py [--start] [--json FILE]`` prints a table; exit
code 1 when a target is missed. ``--guard`` compares with the stored ratios only, ``--store``
renews them. Times are CPU times; nothing is compared with a clock of another machine.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from calibration import random_ns, stream_ns, yardstick_ns
from cheetah_case import season_ns
from guard import guard_rows, measured, store
from prey_case import LIMITS, prey_season_ns
from reference_step import engine_step_ns, numpy_step_ns
from table import Row, show
from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.bridge.simulate import Simulator
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.landscape import load_land
from ustyurt_models.resources import scenarios_dir
from ustyurt_models.study import read_study

_STUDY = """
extends = "{base}"
title = "prey_first with numbers instead of surveys"
drop = ["survey", "criteria"]
draws = 200
replicates = 5
"""
_NUMBERS = {"saiga": 60_000, "goitered_gazelle": 15_000, "urial": 2_400, "kulan": 200}
_YEARS, _REPLICATES = 50, 200 * 5


def limit_rows() -> list[Row]:
    """Return what the machine can do."""
    unit = "ns per animal of 8 bytes"
    return [
        Row("machine.stream", stream_ns(), unit, "", True),
        Row("machine.random", random_ns(), "ns per 64 random bits", "", True),
        Row("machine.yardstick", yardstick_ns(), "ns per item of the plain loop", "", True),
    ]


def process_rows() -> list[Row]:
    """Return each process of a saiga season, and how near it comes to the limit."""
    stream, random = stream_ns(), random_ns()
    spent = prey_season_ns("saiga", 200_000, 3)
    rows = []
    for event, ns in spent.items():
        rows.append(Row(f"saiga.{event}", ns, "ns per animal-season", "", True))
        if event in LIMITS:
            passes, numbers = LIMITS[event]
            share = max(passes * stream, numbers * random) / ns
            rows.append(Row(f"saiga.{event} limit", share, "of the machine's limit", "", True))
    rate = 1e3 / spent["total"]
    return [*rows, Row("saiga.rate", rate, "million animal-seasons per CPU s", "", True)]


def reference_rows() -> list[Row]:
    """Return the reference step P: against NumPy, over numbers and over cells."""
    numpy_ns = numpy_step_ns(100_000, 30)
    best = min((engine_step_ns(200_000, 30) for _ in range(3)), key=lambda run: run.ns)
    rate, gain = 1e3 / best.ns, numpy_ns / best.ns
    size = best.bytes_per_animal
    rows = [
        Row("P.numpy", numpy_ns, "ns per animal-step", "calibration", True),
        Row("P.engine", best.ns, "ns per animal-step", "", True),
        Row("P.rate", rate, "million animal-steps per CPU s", ">= 150", rate >= 150.0),
        Row("P.rate, floor", rate, "million animal-steps per CPU s", ">= 100", rate >= 100.0),
        Row("P.over numpy", gain, "times faster", ">= 5", gain >= 5.0),
        Row("P.memory", size, "bytes per living animal", "<= 8", size <= 8.0),
    ]
    sizes = [10**k for k in range(3, 8)]
    spent = {n: min(engine_step_ns(n, 20 if n < 10**6 else 4).ns for _ in range(2)) for n in sizes}
    rows += [Row(f"P.{n:,} animals", ns, "ns per animal-step", "", True) for n, ns in spent.items()]
    from_n, to_n = 10**4, sizes[-1]
    power = 1 + np.log(spent[to_n] / spent[from_n]) / np.log(to_n / from_n)
    rows.append(Row("P.time ~ N^", power, "exponent", "0.95..1.05", 0.95 <= power <= 1.05))
    upper = 1 + np.log10(spent[to_n] / spent[10**5]) / 2
    rows.append(Row("P.time ~ N^, from 10^5", upper, "exponent", "", True))
    fine = engine_step_ns(1_000_000, 5, scale=5).ns
    rows.append(Row("P.1 km cells", fine, "ns per animal-step, 10^6 animals", "", True))
    return rows


def _simulator(**numbers: int) -> Simulator:
    """Return the study `prey_first` with `numbers` of prey; 10^5 animals unless given."""
    herds = [f"[prey.{name}]\nstart = {n}\n" for name, n in (_NUMBERS | numbers).items()]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speed.toml"
        base = scenarios_dir() / "prey_first.toml"
        path.write_text(_STUDY.format(base=base) + "".join(herds), encoding="utf-8")
        study = read_study(path)
    scenario, land = study.scenarios[-1], load_land("ustyurt_5km")
    return Simulator(ScenarioModel(scenario, study.folder, land, load_catalogue(), {}))


def engine_rows(simulate: Simulator, draws: int = 4) -> list[Row]:
    """Return whole replicates of the study, and two threads against one."""
    started = time.process_time()
    simulate(0, 0)
    first = time.process_time() - started
    spent, seasons = time.process_time(), 0
    for draw in range(draws):
        found = simulate(draw, 1)
        seasons += 4 * int(found["prey_number"][:-1].sum() + found["cheetah_number"][:-1].sum())
    spent = time.process_time() - spent
    minutes = spent / draws * _REPLICATES / 2 / 60
    rows = [
        Row("engine.first", first, "CPU s until the first replicate is done", "", True),
        Row("engine.rate", seasons / spent / 1e6, "million animal-seasons per CPU s", "", True),
        Row("engine.replicate", spent / draws, f"CPU s per replicate of {_YEARS} years", "", True),
        Row("engine.prey_first", minutes, "min for 200 x 5 on 2 cores", "<= 10", minutes <= 10.0),
    ]
    return rows + worker_rows(simulate)


def worker_rows(simulate: Simulator) -> list[Row]:
    """Return two threads against one, on replicates of one draw, which take about equally long.

    One and two threads run in turn, and the median of the ratios counts. Time that threads wait
    for a processor because other programs have it is shown apart.
    """
    simulate(0, 0)
    gains = []
    for _ in range(_TURNS):
        (alone, _), (both, waited) = _wall(simulate, 1), _wall(simulate, 2)
        gains.append((alone / both, alone / (both - waited)))
    gain, free = np.median(gains, axis=0).tolist()
    return [
        Row("engine.two threads", gain, "times faster", ">= 1.9", gain >= 1.9),
        Row("engine.two threads, waits off", free, "times faster", "", True),
    ]


def _wall(simulate: Simulator, workers: int, tasks: int = 40) -> tuple[float, float]:
    """Wall seconds of `tasks` replicates on `workers` threads, and what each waited for a core.

    Replicates take unequally long and the last one runs alone: of 12 that alone costs a tenth, of
    the 1,000 of a study next to nothing.
    """

    def task(replicate: int) -> float:
        before = _waited()
        simulate(0, replicate)
        return _waited() - before

    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        waited = sum(pool.map(task, range(tasks)))
    return time.perf_counter() - started, waited / workers


def _waited() -> float:
    """Seconds that this thread was ready to run and had no processor (Linux)."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


#: Turns of one and two threads, of which the median counts.
_TURNS = 3
#: What a fresh process does, its name, and the most CPU seconds without and with a kernel cache.
_STARTS = (
    ("P", "from reference_step import engine_step_ns; engine_step_ns(1000, 1)", 30.0, 3.0),
    ("study", "from simulation import small_study; small_study()(0, 0)", 30.0, 6.0),
)


def start_rows() -> list[Row]:
    """Return CPU seconds of fresh processes, without and with a kernel cache.

    One steps P once, the other runs one replicate of the demo with every kernel of the engine.
    """
    rows = []
    for name, code, *targets in _STARTS:
        with tempfile.TemporaryDirectory() as cache:
            for kind, target in zip(("cold", "warm"), targets, strict=True):
                spent = _cpu_of_child(code, cache)
                wanted, unit = f"<= {target:.0f}", "CPU s from process start"
                rows.append(Row(f"start.{name} {kind}", spent, unit, wanted, spent <= target))
    return rows


def small_study() -> Simulator:
    """Return `prey_first` with few animals."""
    return _simulator(saiga=600, goitered_gazelle=300, urial=100, kulan=20)


def _cpu_of_child(code: str, cache: str) -> float:
    """CPU seconds of a Python process that runs `code` with kernels cached in `cache`."""
    timed = f"{code}; import time; print(time.process_time())"
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", timed], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def _guarded() -> dict[str, Callable[[], float]]:
    """Return what the baseline holds, each as CPU ns per item."""
    simulate = _simulator()
    simulate(0, 0)

    def saiga(event: str) -> float:
        return prey_season_ns("saiga", 60_000, 2)[event]

    def replicate() -> float:
        started = time.process_time()
        found = simulate(0, 1)
        return 1e9 * (time.process_time() - started) / (4 * int(found["prey_number"][:-1].sum()))

    return {
        "P": lambda: engine_step_ns(100_000, 20).ns,
        "P 10,000 animals": lambda: engine_step_ns(10_000, 50).ns,
        "saiga walk": lambda: saiga("walk"),
        "saiga without_walk": lambda: saiga("without_walk"),
        "engine": replicate,
        "cheetahs N=300": lambda: season_ns(300, 60, 1),
        "cheetahs N=1,000": lambda: season_ns(1000, 20, 1),
    }


def main() -> int:
    """Measure, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--start", action="store_true", help="time cold and warm starts too")
    parser.add_argument("--guard", action="store_true", help="compare with the stored ratios")
    parser.add_argument("--store", action="store_true", help="renew the stored ratios")
    args = parser.parse_args()
    if args.store:
        store(measured(_guarded()))
    if args.store or args.guard:
        return show(guard_rows(measured(_guarded())), args.json)
    rows = limit_rows() + process_rows() + reference_rows() + engine_rows(_simulator())
    return show(rows + (start_rows() if args.start else []), args.json)


if __name__ == "__main__":
    sys.exit(main())
