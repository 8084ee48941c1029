"""Pattern 5: growth of each prey species against crowding, as the engine runs it."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from patterns_table import Row, between, reported
from patterns_world import NOBODY, PREY_SPECIES, central, run, value, write_study
from theory_world import simulators

__all__ = ["Responses", "responses"]

#: Rows of the density at capacity, and how many times it is taken so that luck matters little.
_CAPACITY = {
    "saiga": "sai_K_dens",
    "goitered_gazelle": "gaz_K_dens",
    "urial": "uri_dens_ab",
    "kulan": "kul_dens_pan",
}
_TIMES = 20.0
_EVEN = {"winter": False, "drought": False, "disease": False, "climate": False}
_CLOSED = {"poaching": False, "immigration": False, "migration": False, "movement": False}


@dataclass(frozen=True)
class Responses:
    """Growth factor and number over capacity along runs from far below and from above.

    By species; arrays of shape (year,).
    """

    number_over_capacity: dict[str, np.ndarray]
    growth: dict[str, np.ndarray]


def _course(folder: Path, name: str, start: float, years: int, even: bool = True) -> np.ndarray:
    """Return N over K by year from a start relative to capacity, on nine even cells."""
    top = _TIMES * value(_CAPACITY[name])
    study = {
        "years": years,
        "prey": {name: {"start": f"{start * top} per km2", "immigration": False}},
        "cheetah": NOBODY,
        "processes": {**_CLOSED, **(_EVEN if even else {})},
        "parameters": central(**{_CAPACITY[name]: top}),
    }
    (one,) = simulators(write_study(folder, study, {"layers": {"snow_depth": 10.0}}))
    numbers = run(one, 1 if even else 8)["prey_number"].sum(axis=(2, 3, 4))
    return numbers.mean(axis=0) / (top * 225.0)


def responses(folder: Path, years: int) -> tuple[list[Row], Responses]:
    """Follow each species from 2 % of capacity up and from 160 % down, in even years."""
    ratio, growth, rows = {}, {}, []
    for name in PREY_SPECIES:
        courses = [
            _course(folder / f"{name}_up", name, 0.02, years),
            _course(folder / f"{name}_down", name, 1.6, years // 3),
        ]
        # The first years still carry the age structure of the start.
        pairs = [pair for course in courses for pair in pairwise(course[3:])]
        here, then = np.array(pairs).T
        ratio[name], growth[name] = here, then / here
        far = growth[name][here < 0.1]
        noisy = _course(folder / f"{name}_noise", name, 0.8, years, even=False)
        rows += [
            reported(
                f"5 {name}: growth below a tenth of K, even years", float(far.mean()), "per year"
            ),
            between(
                f"5 {name}: N / K in the end, from far below", float(courses[0][-1]), 0.97, 1.03
            ),
            between(f"5 {name}: N / K in the end, from above", float(courses[1][-1]), 0.95, 1.1),
            between(
                f"5 {name}: growth at N / K of a half over that",
                float(np.log(_near(here, growth[name], 0.5)) / np.log(far.mean())),
                0.4,
                1.0,
            ),
            between(f"5 {name}: mean N / K in drawn weather", float(noisy[5:].mean()), 0.5, 1.1),
        ]
    return rows, Responses(ratio, growth)


def _near(ratio: np.ndarray, growth: np.ndarray, at: float) -> float:
    """Return growth at a crowding, along the run from below."""
    order = np.argsort(ratio)
    return float(np.interp(at, ratio[order], growth[order]))
