"""Do intervals cover at their rate? Simulated line-transect surveys, each fitted from scratch.

``uv run python benchmarks/coverage.py [--surveys N] [--json FILE]`` prints a table; exit code 1
when the share of 90 % intervals that hold the truth is further from 0.9 than 99.9 % of binomial
numbers with that chance.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from scipy import stats

from ustyurt_models.seeds import generator
from ustyurt_models.survey.fit_line_transect import fit_line_transect
from ustyurt_models.survey.settings import LineTransectSettings, Sampler
from ustyurt_models.survey.simulate import LineTransectTruth, simulate_line_transect

_SEED = 20261122
_MASS = 0.9
_TRUNCATION_M = 500.0
_EFFORT_KM = (np.full(15, 60.0), np.full(15, 40.0))
_HALF_NORMAL = LineTransectTruth(
    group_density_per_km2=(0.15, 0.3),
    area_km2=(4000.0, 2500.0),
    sigma_m=180.0,
    shape=None,
    truncation_m=_TRUNCATION_M,
    encounter_spread=0.8,
)
_TRUTH = {"half-normal": _HALF_NORMAL, "hazard-rate": replace(_HALF_NORMAL, shape=3.0)}


@dataclass(frozen=True)
class Row:
    """Coverage of one quantity under one key."""

    metric: str
    value: float
    unit: str
    target: str
    ok: bool


def covered(key: str, surveys: int) -> int:
    """Return how many intervals of the number of groups hold the truth."""
    truth = _TRUTH[key]
    settings = LineTransectSettings(key=key, truncation_m=_TRUNCATION_M, group_size="single")
    total = float(np.dot(truth.group_density_per_km2, truth.area_km2))
    hits = 0
    for number in range(surveys):
        rng = generator(_SEED, "coverage", key, number)
        survey = simulate_line_transect(truth, _EFFORT_KM, rng)
        tree = fit_line_transect(survey, settings, Sampler("laplace", draws=500), _SEED + number)
        drawn = tree["posterior"]["group_abundance_total"].to_numpy()
        low, high = np.quantile(drawn, [(1 - _MASS) / 2, (1 + _MASS) / 2])
        hits += bool(low <= total <= high)
    return hits


def rows(surveys: int) -> list[Row]:
    """Return the coverage of both keys."""
    low, high = stats.binom.interval(0.999, surveys, _MASS)
    target = f"{low / surveys:.2f}..{high / surveys:.2f}"
    found = []
    for key in _TRUTH:
        hits = covered(key, surveys)
        name = f"line_transect.{key}.groups"
        found.append(Row(name, hits / surveys, "share of intervals", target, low <= hits <= high))
    return found


def main() -> int:
    """Simulate, fit, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--surveys", type=int, default=100)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    table = rows(args.surveys)
    print(f"{'metric':<36} {'value':>6}  {'unit':<20} {'target':<12} ok")
    for row in table:
        mark = "yes" if row.ok else "NO"
        print(f"{row.metric:<36} {row.value:>6.3f}  {row.unit:<20} {row.target:<12} {mark}")
    if args.json:
        args.json.write_text(json.dumps([asdict(row) for row in table], indent=1), encoding="utf-8")
    return 0 if all(row.ok for row in table) else 1


if __name__ == "__main__":
    sys.exit(main())
