"""How much more precise a comparison is because scenarios share weather and fates.

``uv run python benchmarks/pairing.py [--replicates N] [--without PROCESS ...] [--sides CELLS ...]
[--json FILE]`` prints a table; exit code 1 when a goal is missed. Two contrasts, each between two
study files that go through the full engine with weather, hunting, prey that are eaten and
territories, with the gazelle that ships and cheetahs that hold out: a release programme of six
years against one of five, and a landscape with 2 % less habitat. The ratio is the variance of the
difference in cheetahs between two futures of different replicates over that between two futures of
the same replicate. What limits it shows in the share of the living that are the same animals in
both futures, and with processes switched off, as ``--without territoriality`` (no spacing, no
sharing of prey). On more land futures part more slowly: what one animal more takes from others
stays near it. Goals are therefore held against land as large as the study window, and a small
land (a sixteenth of it) is shown beside it, without a goal.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from table import Row, show
from theory_world import CHEETAH, merged, simulators, toml, write_land
from ustyurt_models.ibm.world import State

_YEARS = 50
_READ = (15, 50)
_SHARE = (5, 15, 30, 50)
_GOAL = {"release": 3.0, "habitat": 5.0}
_LESS = 0.98
#: Cells of 5 km along a side of land as large as the study window (about 9,000 cells).
_WINDOW = 95
_SIDES = (24, _WINDOW)

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


class Futures(NamedTuple):
    """Futures of one scenario."""

    number: np.ndarray  # cheetahs, shape (replicate, census)
    living: list[dict[int, frozenset[int]]]  # by replicate: who lives, by year


class Contrast(NamedTuple):
    """Two scenarios with the same replicates."""

    name: str
    one: Futures
    other: Futures


def _study(
    folder: Path, name: str, land: str, years_of_release: int, without: Sequence[str] = ()
) -> Path:
    """Write a study: gazelle at capacity, cheetahs set free from the second year on."""
    off = dict.fromkeys(("poaching", "wolf", "catastrophes", *without), False)
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
        "processes": off,
        "engine": {"edge": "closed"},
    }
    path = folder / f"{name}.toml"
    path.write_text(toml(study), encoding="utf-8")
    (folder / "cheetah.toml").write_text(toml(merged(CHEETAH, _CHEETAH)), encoding="utf-8")
    return path


def _land(folder: Path, name: str, suitability: float, side: int) -> str:
    """Write a good landscape without roads, people or lines; return its file name."""
    layers = {f"suitability_{kind}": suitability for kind in ("cheetah", "goitered_gazelle")}
    write_land(folder / f"{name}.nc", side, side, layers | {"forage": 400.0})
    return f"{name}.nc"


def futures(path: Path, replicates: int) -> Futures:
    """Run replicates of a study."""
    (one,) = simulators(path)
    runs, living = [], []
    for replicate in range(replicates):
        seen: dict[int, frozenset[int]] = {}

        def note(state: State, year: int, seen: dict[int, frozenset[int]] = seen) -> None:
            if year in _SHARE:
                alive = state.cheetahs.stage >= 0
                seen[year] = frozenset(state.cheetahs.identity[alive].tolist())

        runs.append(one(0, replicate, note)["cheetah_number"].sum(axis=(1, 2)))
        living.append(seen)
    return Futures(np.array(runs, dtype=float), living)


def share(one: Futures, other: Futures, year: int) -> float:
    """Return the share of the living of both futures that live in the other one too."""
    pairs = [(a[year], b[year]) for a, b in zip(one.living, other.living, strict=True)]
    common = sum(len(a & b) for a, b in pairs)
    return 2.0 * common / max(1, sum(len(a) + len(b) for a, b in pairs))


def ratio(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return the variance ratio of independent over paired, and its standard error (jackknife)."""

    def of(keep: np.ndarray) -> float:
        a, b = one[keep], other[keep]
        return float((a.var(ddof=1) + b.var(ddof=1)) / (a - b).var(ddof=1))

    everyone = np.arange(one.size)
    left_out = np.array([of(everyone != k) for k in everyone])
    error = np.sqrt((one.size - 1) / one.size * ((left_out - left_out.mean()) ** 2).sum())
    return of(everyone), float(error)


def contrasts(
    folder: Path, replicates: int, without: Sequence[str], side: int
) -> Iterator[Contrast]:
    """Yield both contrasts, on land of `side` x `side` cells."""
    whole, less = _land(folder, "whole", 1.0, side), _land(folder, "less", _LESS, side)
    base = futures(_study(folder, "base", whole, 5, without), replicates)
    longer = futures(_study(folder, "longer", whole, 6, without), replicates)
    yield Contrast("release", base, longer)
    habitat = futures(_study(folder, "habitat", less, 5, without), replicates)
    yield Contrast("habitat", base, habitat)


def rows(replicates: int, without: Sequence[str], side: int) -> list[Row]:
    """Return the ratios at both years, what the populations are, and who lives in both."""
    found, land = [], f"{side} x {side}"
    with tempfile.TemporaryDirectory() as folder:
        for name, one, other in contrasts(Path(folder), replicates, without, side):
            for year in _READ:
                a, b = one.number[:, year], other.number[:, year]
                value, error = ratio(a, b)
                goal = _GOAL[name] if side >= _WINDOW else 0.0
                wanted = f">= {goal:g}" if goal else ""
                label = f"{land}: {name}, year {year}"
                found += [
                    Row(f"{label}: mean, base", a.mean(), "cheetahs", "", True),
                    Row(f"{label}: mean, other", b.mean(), "cheetahs", "", True),
                    Row(f"{label}: error of ratio", error, "1", "", True),
                    Row(f"{label}: ratio", value, "1", wanted, value >= goal),
                ]
            for year in _SHARE:
                same = share(one, other, year)
                label = f"{land}: {name}, year {year}: same animals"
                found.append(Row(label, same, "share", "", True))
    return found


def main() -> int:
    """Measure, print the table, return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--replicates", type=int, default=240)
    parser.add_argument("--without", nargs="+", default=[], metavar="PROCESS")
    parser.add_argument(
        "--sides",
        type=int,
        nargs="+",
        default=_SIDES,
        metavar="CELLS",
        help=f"cells of 5 km along a side of the land; goals hold from {_WINDOW} on",
    )
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    found = [row for side in args.sides for row in rows(args.replicates, args.without, side)]
    return show(found, args.json)


if __name__ == "__main__":
    sys.exit(main())
