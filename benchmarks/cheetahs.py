"""Speed of the cheetah half of the engine: ns per animal and season by process, whole studies.

``uv run python benchmarks/cheetahs.py [--json FILE]`` prints a table; exit code 1 when a target is
missed. Times are CPU times. The calibration is the step P of plain NumPy as in
``benchmarks/simulation.py``, measured in the same run.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from cheetah_case import birth_ns, event_ns, season_ns
from locus_case import locus_ns
from reference_step import numpy_step_ns
from table import Row, show
from theory_world import only, simulators, write_case
from ustyurt_models.ibm.cheetah_state import new_cheetahs, new_kinship

#: All social and territory rules with the yearly census: a season less its hunting. Hunting, some
#: twenty attacks on prey per animal, is to cost no more than all of them.
_TARGET_NS = {100: 250.0, 300: 250.0, 1000: 400.0}
_REPLICATES, _YEARS, _CORES = 1000, 50, 2


def season_rows(animals: int, target: float, numpy_ns: float) -> list[Row]:
    """Return ns per animal and season: by process, of all rules, of hunting, of both."""
    seasons, unit, name = 60 if animals > 300 else 200, "ns per animal-season", f"N={animals}"
    spent, whole = event_ns(animals, seasons), season_ns(animals, seasons)
    alive, hunting = spent.pop("animals"), spent.pop("predation")
    rules = whole - hunting
    limit = f"<= {target:.0f}"
    return [
        Row(f"{name}: mean number", alive, "animals", "", True),
        *(Row(f"{name}: {event}", ns, unit, "", True) for event, ns in spent.items()),
        Row(f"{name}: social and territory rules", rules, unit, limit, rules <= target),
        Row(f"{name}: hunting", hunting, unit, limit, hunting <= target),
        Row(f"{name}: season with hunting", whole, unit, "", True),
        Row(f"{name}: NumPy step P over season", numpy_ns / whole, "times faster", "", True),
    ]


def kernel_rows(numpy_ns: float) -> list[Row]:
    """Return the rows of seasons at three population sizes, of kinship and of loci."""
    rows = []
    for animals, target in _TARGET_NS.items():
        rows += season_rows(animals, target, numpy_ns)
    for animals in (150, 1000):
        ns = birth_ns(animals)
        rows.append(Row(f"kinship at N={animals}", ns, "ns per birth x N", "<= 1.5", ns <= 1.5))
    birth, census = locus_ns(1000, 1024, 2)
    rows.append(Row("1,024 loci of 2 alleles", birth, "ns per birth", "<= 50", birth <= 50.0))
    rows.append(Row("1,024 loci of 2 alleles: census", census, "ns per animal-year", "", True))
    birth, census = locus_ns(1000, 64, 0)
    rows.append(Row("64 loci, all genes differ", birth, "ns per birth", "", True))
    rows.append(Row("64 loci: census", census, "ns per animal-year", "", True))
    return rows


def memory_rows() -> list[Row]:
    """Return what a slot for one cheetah takes, beside its row of the kinship matrix."""
    slots = 512
    traits = sum(array.nbytes for array in new_cheetahs(slots)) / slots
    return [
        Row("memory: traits", traits, "bytes per slot", "", True),
        Row("memory: kinship", new_kinship(slots).nbytes / slots**2, "bytes per pair", "", True),
    ]


def study_rows(replicates: int = 200) -> list[Row]:
    """Return the time of 1,000 replicates of 50 years of about 150 cheetahs, from a study file."""
    study = {
        "years": _YEARS,
        "cheetah": {"file": "cheetah.toml", "females": 50, "males": 50},
        "processes": only("cheetah_births", "cub_loss", "cheetah_disease", "mate_finding"),
        "engine": {
            "seasons_per_year": 4,
            "order": [
                "climate", "condition", "cheetah_deaths", "cheetah_births", "dispersal", "record",
            ],
            "cheetah_capacity_rule": "ceiling_hard",
            "ceiling": 138,
        },
    }  # fmt: skip
    cheetah = {
        "births": {"conceive": 0.6},
        "survival": {"cub": 0.6, "female": 0.85, "male": 0.8, "subadult": 0.8, "old_age_yr": 12},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = write_case(Path(folder), study, cheetah=cheetah, land={"ny": 40, "nx": 40})
        (simulate,) = simulators(path)
        simulate(0, 0)
        lived, started = 0, time.process_time()
        for replicate in range(1, replicates + 1):
            lived += int(simulate(0, replicate)["cheetah_number"].sum())
        spent = time.process_time() - started
    seconds = spent / replicates * _REPLICATES / _CORES
    mean = lived / replicates / (_YEARS + 1)
    ns = 1e9 * spent / (4 * lived)
    return [
        Row("study: mean number", mean, "cheetahs", "", True),
        Row("study: season", ns, "ns per animal-season", "", True),
        Row("study: 1,000 x 50 years", seconds, "s on 2 cores", "<= 3", seconds <= 3.0),
    ]


def main() -> int:
    """Measure, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    numpy_ns = numpy_step_ns(100_000, 10)
    rows = [Row("numpy.step P", numpy_ns, "ns per prey animal-step", "calibration", True)]
    rows += kernel_rows(numpy_ns) + memory_rows()
    return show(rows + study_rows(), args.json)


if __name__ == "__main__":
    sys.exit(main())
