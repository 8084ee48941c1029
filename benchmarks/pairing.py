"""How much more precise a comparison is because scenarios share weather and fates.

``uv run python benchmarks/pairing.py [--replicates N] [--json FILE]`` prints a table; exit code 1
when a goal is missed. Two contrasts, each between two study files that go through the full engine
with weather, hunting, prey that are eaten and territories, with the gazelle that ships and cheetahs
that hold out: a release programme of six years against one of five, and a landscape with 2 % less
habitat. The ratio is the variance of the difference in cheetahs between two
futures of different replicates over that between two futures of the same replicate.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from table import Row, show
from theory_world import CHEETAH, merged, simulators, toml, write_land

_SIDE, _YEARS = 24, 50
_READ = (15, 50)
_GOAL = {"release": 3.0, "habitat": 5.0}
_LESS = 0.98

#: Cheetahs that hold out, so that there is something to compare in year 50.
_CHEETAH: dict[str, Any] = {
    "survival": {
        "cub": 0.45,
        "cub_carnivores": 0.1,
        "subadult": 0.85,
        "female": 0.82,
        "male": 0.75,
        "old_age_yr": 10,
        "old": 0.6,
    },
    "births": {"conceive": 0.6, "lethal_equivalents": 3.0, "condition": 0.3},
    "threats": {"starve": 0.5, "soft_release": 0.8, "captive_release": 0.8},
    "space": {"territory_km": 20.0, "predator_kg_per_10t": 30.0, "range_most_km2": 900.0},
    "food": {"small_prey_per_km2": 40.0, "preference_small": 0.5},
}


def _study(folder: Path, name: str, land: str, years_of_release: int) -> Path:
    """Write a study: gazelle at capacity, cheetahs set free from the second year on."""
    study: dict[str, Any] = {
        "title": "pairing",
        "start": 2027,
        "years": _YEARS,
        "seed": 20261122,
        "draws": 1,
        "area": {"landscape": land},
        "prey": {"goitered_gazelle": {"start": "4 per km2"}},
        "parameters": {"gaz_K_dens": 6.0},
        "cheetah": {"file": "cheetah.toml"},
        "release": [
            {
                "when": 2028,
                "site": "middle",
                "method": "soft",
                "animals": {"females": 4, "males": 4, "origin": "wild_soemmeringii"},
                "repeat": {"years": years_of_release},
            }
        ],
        "processes": {"poaching": False, "wolf": False, "catastrophes": False},
        "engine": {"edge": "closed"},
    }
    path = folder / f"{name}.toml"
    path.write_text(toml(study), encoding="utf-8")
    (folder / "cheetah.toml").write_text(toml(merged(CHEETAH, _CHEETAH)), encoding="utf-8")
    return path


def _land(folder: Path, name: str, suitability: float) -> str:
    """Write a good landscape without roads, people or lines; return its file name."""
    layers = {f"suitability_{kind}": suitability for kind in ("cheetah", "goitered_gazelle")}
    write_land(folder / f"{name}.nc", _SIDE, _SIDE, layers | {"forage": 400.0})
    return f"{name}.nc"


def futures(path: Path, replicates: int) -> np.ndarray:
    """Return cheetahs by replicate and year, shape (replicate, census)."""
    (one,) = simulators(path)
    runs = [one(0, replicate)["cheetah_number"].sum(axis=(1, 2)) for replicate in range(replicates)]
    return np.array(runs, dtype=float)


def ratio(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return the variance ratio of independent over paired, and its standard error (jackknife)."""

    def of(keep: np.ndarray) -> float:
        a, b = one[keep], other[keep]
        return float((a.var(ddof=1) + b.var(ddof=1)) / (a - b).var(ddof=1))

    everyone = np.arange(one.size)
    left_out = np.array([of(everyone != k) for k in everyone])
    error = np.sqrt((one.size - 1) / one.size * ((left_out - left_out.mean()) ** 2).sum())
    return of(everyone), float(error)


def contrasts(folder: Path, replicates: int) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield both contrasts: name, futures of one scenario, futures of the other."""
    whole, less = _land(folder, "whole", 1.0), _land(folder, "less", _LESS)
    base = futures(_study(folder, "base", whole, 5), replicates)
    yield "release", base, futures(_study(folder, "longer", whole, 6), replicates)
    yield "habitat", base, futures(_study(folder, "habitat", less, 5), replicates)


def rows(replicates: int) -> list[Row]:
    """Return the ratios at both years, and what the populations are."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name, one, other in contrasts(Path(folder), replicates):
            for year in _READ:
                a, b = one[:, year], other[:, year]
                value, error = ratio(a, b)
                goal = _GOAL[name]
                label = f"{name}, year {year}"
                found += [
                    Row(f"{label}: mean, base", a.mean(), "cheetahs", "", True),
                    Row(f"{label}: mean, other", b.mean(), "cheetahs", "", True),
                    Row(f"{label}: error of ratio", error, "1", "", True),
                    Row(f"{label}: ratio", value, "1", f">= {goal:g}", value >= goal),
                ]
    return found


def main() -> int:
    """Measure, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=60)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    return show(rows(args.replicates), args.json)


if __name__ == "__main__":
    sys.exit(main())
