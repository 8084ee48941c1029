"""Source populations against other programs: Vortex 10, SLiM, Mesa and plain kernels."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from source_world import alive, run
from theory_cases import Metric, of_band
from theory_sources import LITTER
from ustyurt_models.bridge.source_setup import projection_of
from ustyurt_models.bridge.source_simulate import SourceSimulator
from ustyurt_models.formulas.source_projection import growth_and_structure
from ustyurt_models.study.load import read_study

_FOLDER = Path(__file__).parent
_QUARTERS = (10, 20, 60, 120)
#: Runs of Vortex behind each printed mean.
_VORTEX_RUNS = 3


def vortex_woylie(replicates: int) -> list[Metric]:
    """D1: 24 rows of a published Vortex 10 project; z scores of Vortex's means of three runs."""
    study = read_study(_FOLDER / "vortex_woylie.toml")
    with (_FOLDER / "vortex_woylie.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    scores: dict[str, list[float]] = {"n": [], "he": [], "alleles": []}
    growth_errors = []
    for place, (scenario, row) in enumerate(zip(study.scenarios, rows, strict=True)):
        block = scenario.source["woylie"]
        growth, _ = growth_and_structure(projection_of(block))
        # Vortex prints 0.0098 for row Base, and 0.1736 for the same inputs in other rows.
        if row["row"] != "Base":
            growth_errors.append(abs(np.log(growth) - float(row["r_det"])))
        one = SourceSimulator(block, block.steps(scenario.years), scenario.seed)
        # Rows take replicates of their own: shared weather would make their scores one.
        found = one.many(range(place * replicates, (place + 1) * replicates))
        measures = {"n": alive(found), "he": found.heterozygosity, "alleles": found.alleles}
        for name, values in measures.items():
            for quarter in _QUARTERS:
                printed = row.get(f"{name}_q{quarter}")
                if printed:
                    own = values[:, quarter][~np.isnan(values[:, quarter])]
                    error = own.std(ddof=1) / np.sqrt(_VORTEX_RUNS)
                    scores[name].append((float(printed) - own.mean()) / error)
    metrics = [of_band("D1 largest error of r_det", max(growth_errors), 0.0, 1.4e-4)]
    for name, z in scores.items():
        metrics.append(of_band(f"D1 Vortex {name}, mean z of {len(z)}", np.mean(z), 0.0, 0.3))
        metrics.append(of_band(f"D1 Vortex {name}, sd of z", np.std(z, ddof=1), 1.05, 0.2))
    return metrics


def two_sex_pva(genetic: bool, founders: int = 50, capacity: float = 200.0) -> dict[str, Any]:
    """Return case A of the simulation benchmarks: a cheetah-like population."""
    genes = {"loci": 10, "diploid_lethal_equivalents": 6.29, "census_every": 100}
    return {
        "maximum_age": 12,
        "death": {
            "female": [0.5, 0.15, 0.15, 0.12],
            "male": [0.5, 0.15, 0.15, 0.18],
            "female_sd": [0.1, 0.05, 0.05, 0.05],
        },
        "breeding": {
            "first_age_female": 3,
            "first_age_male": 4,
            "share": 0.5,
            "share_sd": 0.1,
            "brood": LITTER,
        },
        "catastrophe": [{"chance": 0.05, "survival": 0.8, "births": 0.75}],
        "capacity": {"rule": "ceiling_probabilistic", "number": capacity},
        "genetics": genes if genetic else {},
        "founders": {
            "females": founders // 2,
            "males": founders // 2,
            "ages": [1, 8],
            "drawn": "at random",
        },
    }


def pva_gate(found, genetic: bool) -> list[Metric]:
    """D3: the gates of case A at year 100, from runs of independent programs."""
    number = alive(found)[:, -1]
    extinct, left = float((number == 0).mean()), number[number > 0]
    scale = np.sqrt(2_000 / number.size)
    if not genetic:
        return [
            of_band("D3 A1-nogen, extinct by year 100", extinct, 0.0, 0.002 * max(1.0, scale)),
            of_band("D3 A1-nogen, N of the extant", float(left.mean()), 188.8, 2.0),
        ]
    inbreeding = float(np.nanmean(found.inbreeding[:, -1]))
    return [
        of_band("D3 A1-gen, extinct by year 100", extinct, 0.0208, 0.006 * max(1.0, scale)),
        of_band("D3 A1-gen, N of the extant", float(left.mean()), 161.7, 2.5),
        of_band("D3 A1-gen, mean F of the extant", inbreeding, 0.0764, 0.002 * max(1.0, scale)),
    ]


def two_sex_gates(replicates: int) -> list[Metric]:
    """D3: A1-gen, A1-nogen and A2-nogen against SLiM, Mesa and two plain kernels."""
    found = []
    for genetic in (True, False):
        record = run(replicates, 100, **two_sex_pva(genetic))
        found += pva_gate(record, genetic)
    large = alive(run(1, 50, **two_sex_pva(False, 20_000, 100_000.0)))[0, -1]
    return [*found, of_band("D3 A2-nogen, N of year 50", float(large), 100_000.0, 2_000.0)]
