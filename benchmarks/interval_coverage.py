"""Do intervals cover at their rate? Simulated line-transect surveys, each fitted from scratch.

``uv run python benchmarks/interval_coverage.py [--surveys N] [--json FILE]`` prints a table; exit
code 1 when the share of 90 % intervals that hold the truth is further from 0.9 than 99.9 % of
binomial numbers with that chance. The file is not called coverage.py: benchmarks stand on the
import path, and Numba imports the package of that name.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import stats

from table import Row, show
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
    return show(rows(args.surveys), args.json)


if __name__ == "__main__":
    sys.exit(main())
