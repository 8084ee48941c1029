"""C3: the walk of dispersing cheetahs over eight neighbours, a correlated random walk.

In uniform habitat the chance of a direction hangs on the last direction only, so the mean squared
displacement follows from the 8 x 8 matrix of those chances without error. The formula of Kareiva &
Shigesada (1983, Oecologia 56:234) takes turns as independent of the direction; steps along the
axes and diagonals are of 1 and 1.41 cells, and it is a little off.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from theory_cases import Metric, of_band, of_mean
from theory_world import CELL_M, only, simulators, write_case
from ustyurt_models.ibm.world import State

#: Cells south and east of each direction, N, NE, E ... NW, and the length of its step.
_WAY = np.array([[-1, 0], [-1, 1], [0, 1], [1, 1], [1, 0], [1, -1], [0, -1], [-1, -1]], float)
_LENGTH = np.hypot(*_WAY.T)
_SIDE, _ANIMALS = 161, 200


def directions(persistence: float) -> NDArray[np.float64]:
    """Return the chance of each direction (column) after each (row), in uniform habitat."""
    heading = _WAY / _LENGTH[:, None]
    weight = np.exp(persistence * heading @ heading.T) / _LENGTH
    return weight / weight.sum(axis=1, keepdims=True)


def mean_square(chance: NDArray[np.float64], steps: int) -> float:
    """Return the mean squared displacement from a direction drawn at random [cells2]."""
    at, place, square = np.full(8, 1.0 / 8.0), np.zeros((8, 2)), 0.0
    for _ in range(steps):
        at, place = at @ chance, chance.T @ place
        square += float(at @ _LENGTH**2 + 2.0 * (place * _WAY).sum())
        place += at[:, None] * _WAY
    return square


def moments(chance: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return mean step, mean squared step and mean cosine of turns after many steps."""
    at = np.full(8, 1.0 / 8.0) @ np.linalg.matrix_power(chance, 1_000)
    heading = _WAY / _LENGTH[:, None]
    cosine = float(at @ (chance * (heading @ heading.T)).sum(axis=1))
    return float(at @ _LENGTH), float(at @ _LENGTH**2), cosine


def kareiva_shigesada(mean: float, square: float, cosine: float, steps: int) -> float:
    """Return the mean squared displacement after so many steps, turns even to both sides."""
    memory = cosine / (1.0 - cosine)
    return steps * square + 2.0 * mean**2 * memory * (
        steps - (1.0 - cosine**steps) / (1.0 - cosine)
    )


def _walked(folder: Path, persistence: float, steps: int, replicates: int) -> NDArray[np.float64]:
    """Return displacements of released females [cells], shape (animal, south and east).

    They do not move in the season of exploration; in the next no place is good enough to settle,
    so everybody walks the whole way of its search, and no further.
    """
    study = {
        "years": 2,
        "prey": {"saiga": {"start": 0}},
        "release": [
            {
                "when": 2027,
                "site": "middle",
                "method": "hard",
                "animals": {"females": _ANIMALS, "males": 0, "age": "3 y"},
            }
        ],
        "processes": only("dispersal"),
        "engine": {"seasons_per_year": 1, "order": ["management", "dispersal", "record"]},
    }
    space = {
        "persistence": persistence,
        "settle_suitability": 1.0,
        "search_km": steps * CELL_M / 1000.0,
        "dispersal_female_km": 0.001,
        "explore_km": 0.001,
    }
    suitability = {"suitability_cheetah": 0.5}
    land = {"ny": _SIDE, "nx": _SIDE, "layers": suitability}
    (one,) = simulators(write_case(folder, study, None, {"space": space}, land))
    cells = []

    def watch(state: State, census: int) -> None:
        if census == 2:
            cats = state.cheetahs
            top = cats.top[0]
            cells.append(cats.cell[:top][cats.stage[:top] >= 0].astype(int))

    for replicate in range(replicates):
        one(0, replicate, watch)
    place = np.stack(np.divmod(np.concatenate(cells), _SIDE + 2), axis=1)
    return place - float(_SIDE // 2 + 1)


def correlated_walk(folder: Path, replicates: int, cosine: float = 0.5) -> list[Metric]:
    """C3: mean squared displacement after 10 and 100 steps of a walk with that mean cosine."""
    persistence = float(brentq(lambda k: moments(directions(k))[2] - cosine, 0.1, 10.0))
    chance = directions(persistence)
    found = []
    for steps in (10, 100):
        place = _walked(folder / str(steps), persistence, steps, replicates)
        name = f"C3 mean cosine {cosine:g}, {steps} steps,"
        exact = mean_square(chance, steps)
        formula = kareiva_shigesada(*moments(chance), steps)
        square = (place**2).sum(axis=1)
        found += [
            of_mean(f"{name} mean squared displacement", square, exact, "cells2"),
            of_mean(f"{name} mean displacement to the east", place[:, 1], 0.0, "cells"),
            of_band(f"{name} formula over the exact mean", formula / exact, 1.0, 0.005),
        ]
    printed = {
        (1.0, 10): 26.0039,
        (1.0, 100): 296.0,
        (1.0, 1000): 2996.0,
        (2.0, 10): 36.0039,
        (2.0, 100): 396.0,
    }
    worst = max(
        abs(kareiva_shigesada(1.0, square, 0.5, steps) - value)
        for (square, steps), value in printed.items()
    )
    return [*found, of_band("C3 formula, largest error of the printed numbers", worst, 0.0, 1e-4)]
