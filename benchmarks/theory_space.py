"""Cases of space with exact answers (S1 to S6), run through study files and the full engine.

A walk tries one of the eight neighbours at each step, so its mean squared length is 1.5 cells
(four of 1, four of 2); a species file states the root mean square way of a season instead, from
which the engine takes the number of steps.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np

from theory_cases import TOLERANCE, Metric, exactly, of_band, of_mean, of_share
from theory_world import CELL_M, only, simulate, simulators, write_case
from ustyurt_models.ibm.world import State

_CELL_KM = CELL_M / 1000.0
_WALK = {"seasons_per_year": 1, "order": ["movement", "record"]}
#: Livestock keeps animals from starting in a cell and does not hinder those that come.
_TAKEN = "livestock_share"


def walker(
    wander_km: float, matrix: float = 1.0, edge: float = 1.0, passes: float | None = None
) -> dict[str, Any]:
    """Return prey that wander so far in every season, each alone."""
    way = {"wander_km": wander_km}
    movement = {season: way for season in ("spring", "summer", "autumn", "winter")}
    return {
        "movement": {**movement, "matrix_use": matrix},
        "exchange": {"edge_permeability": edge},
        "barriers": {} if passes is None else {"border": passes},
    }


def start_in(cells: np.ndarray) -> dict[str, Any]:
    """Return layers under which animals start in `cells` (with the rim) only."""
    return {_TAKEN: np.where(cells, 0.0, 1.0)}


def _middle(side: int) -> np.ndarray:
    """Return the middle cell of `side` x `side` cells with a rim."""
    cells = np.zeros((side + 2, side + 2), bool)
    cells[side // 2 + 1, side // 2 + 1] = True
    return cells


def _places(folder: Path, study: dict, prey: dict, land: dict) -> np.ndarray:
    """Return the cells of all prey at the end of one replicate, and what it recorded."""
    (one,) = simulators(write_case(folder, study, prey, None, land))
    cells = []

    def watch(state: State, census: int) -> None:
        if census == study["years"]:
            cells.append(state.herds[0].cell[: state.alive[0]].copy())

    recorded = one(0, 0, watch)
    return cells[-1], recorded


def diffusion(folder: Path, animals: int, years: int = 3) -> list[Metric]:
    """S1: displacement of a random walk is 4 D t, and who steps over an open edge is counted."""
    side, wander_km = 121, 30.0
    study = {
        "years": years,
        "prey": {"saiga": {"start": animals}},
        "processes": only("movement"),
        "engine": {**_WALK, "edge": "open"},
    }
    land = {"ny": side, "nx": side, "layers": start_in(_middle(side))}
    cells, _ = _places(folder / "wide", study, walker(wander_km), land)
    row, column = np.divmod(cells, side + 2)
    south, east = row - side // 2 - 1, column - side // 2 - 1
    # D of a season is a quarter of the mean square way.
    expected = 4.0 * years * wander_km**2
    squares = _CELL_KM**2 * (south**2 + east**2).astype(float)
    small = {"ny": 41, "nx": 41, "layers": start_in(_middle(41))}
    _, lost = _places(folder / "small", study, walker(wander_km), small)
    left = lost["prey_number"].sum(axis=(1, 2, 3)) + lost["prey_emigrants"][:, 0].cumsum()
    gone = lost["prey_emigrants"].sum() / animals
    return [
        of_mean(f"S1 mean squared displacement after {years} years", squares, expected, "km2"),
        of_mean("S1 mean displacement to the east", _CELL_KM * east.astype(float), 0.0, "km"),
        exactly("S1 alive and emigrated together", left, np.full(years + 1, animals)),
        Metric("S1 share lost over an open edge", gone, "1", "in (0.05, 0.95)", 0.05 < gone < 0.95),
    ]


def chi_square(metric: str, seen: np.ndarray, expected: np.ndarray) -> Metric:
    """Compare counts with their expectation; the statistic as a normal score (Wilson-Hilferty)."""
    freedom = seen.size - 1
    statistic = float(((seen - expected) ** 2 / expected).sum())
    spread = 2.0 / (9.0 * freedom)
    score = ((statistic / freedom) ** (1.0 / 3.0) - 1.0 + spread) / math.sqrt(spread)
    ok = abs(score) <= TOLERANCE
    return Metric(metric, score, "z", f"0, 4 SE = {TOLERANCE:g} (chi-square, {freedom} df)", ok)


def stationary(folder: Path, animals: int) -> list[Metric]:
    """S2 and S5: closed edges; occupancy becomes uniform, or proportional to suitability."""
    side = 12
    study = {
        "years": 2,
        "prey": {"saiga": {"start": animals}},
        "processes": only("movement"),
        "engine": _WALK,
    }
    inside = np.zeros((side + 2, side + 2), bool)
    inside[1:-1, 1:-1] = True
    corner = np.zeros_like(inside)
    corner[1, 1] = True
    weights = np.random.default_rng(5).uniform(0.2, 1.0, inside.shape)
    weights[6, 6] = 0.0
    found = []
    for name, habitat in (
        ("S2 uniform", np.ones_like(weights)),
        ("S5 proportional to suitability", weights),
    ):
        layers = {"suitability_saiga": habitat, **start_in(corner)}
        land = {"ny": side, "nx": side, "layers": layers}
        prey = walker(120.0, matrix=0.0)
        cells, _ = _places(folder / name.split()[0], study, prey, land)
        counts = np.bincount(cells, minlength=inside.size)[inside.ravel()]
        share = (habitat * inside).ravel()[inside.ravel()]
        used = share > 0.0
        expected = animals * share[used] / share.sum()
        found.append(chi_square(f"{name} occupancy", counts[used], expected))
        found.append(exactly(f"{name}: cells without habitat", counts[~used], 0 * counts[~used]))
    return found[:1] + found[2:]


#: Slopes of the line [degrees], diagonals and flat ones among them.
ANGLES = (0.0, 17.0, 45.0, 63.4, 90.0, 111.0, 135.0, 171.0)


def sloping(angle_deg: float, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a line across the land [m], and which cells (with the rim) lie on one side of it."""
    along = np.array([math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))])
    through = CELL_M * np.array([0.3, -0.4])
    line = np.array([through - 2 * side * CELL_M * along, through + 2 * side * CELL_M * along])
    x = CELL_M * (np.arange(side + 2) - (side + 1) / 2)
    y = -x[:, None]
    across = along[0] * (y - through[1]) - along[1] * (x[None, :] - through[0])
    return line, across > 0.0


def closed_lines(folder: Path, animals: int, angles: tuple[float, ...] = ANGLES) -> list[Metric]:
    """S3: a closed line of any slope is never crossed; the same line, open, is."""
    side = 24
    study = {
        "years": 1,
        "prey": {"saiga": {"start": animals}},
        "processes": only("movement", "barriers"),
        "engine": _WALK,
    }
    crossed, through = np.zeros(len(angles), np.int64), np.zeros(len(angles), bool)
    for place, angle in enumerate(angles):
        line, home = sloping(angle, side)
        land = {"ny": side, "nx": side, "layers": start_in(home), "lines": [line]}
        for passes in (0.0, 1.0):
            prey = walker(60.0, passes=passes)
            where = folder / f"{angle:g}-{passes:g}"
            cells, _ = _places(where, study, prey, land)
            beyond = int((~home.ravel()[cells]).sum())
            if passes == 0.0:
                crossed[place] = beyond
            else:
                through[place] = beyond > 0
    slopes = f"{len(angles)} slopes"
    return [
        exactly(f"S3 animals beyond a closed line, {slopes}", crossed, np.zeros_like(crossed)),
        exactly(f"S3 slopes at which the open line is crossed, {slopes}", through, through | True),
    ]


def permeable_lines(folder: Path, animals: int, chance: float = 0.3) -> list[Metric]:
    """S3: everybody walks one cell to the east, onto a line of permeability q: binomial(q)."""
    side = 24
    one_step = {
        "migration_km": _CELL_KM,
        "bearing": "E",
        "directedness": 1.0,
    }
    study = {
        "years": 1,
        "prey": {"saiga": {"start": animals}},
        "processes": only("movement", "migration", "barriers"),
        "engine": {**_WALK, "seasons_per_year": 4},
    }
    prey = {
        "movement": {"spring": one_step, "matrix_use": 1.0},
        "barriers": {"border": chance},
    }
    found = []
    for angle in (90.0, 63.4, 45.0):
        line, home = sloping(angle, side)
        home = home if home[side // 2, 1] else ~home
        edge = home.copy()
        edge[:, :-1] &= ~home[:, 1:]
        edge[:, [0, -2, -1]] = edge[[0, -1]] = False
        land = {"ny": side, "nx": side, "layers": start_in(edge), "lines": [line]}
        cells, _ = _places(folder / f"{angle:g}", study, prey, land)
        name = f"S3 share crossing a line of permeability {chance:g}, slope {angle:g} degrees"
        found.append(of_share(name, ~home.ravel()[cells], chance))
    return found


def mate_finding(folder: Path, replicates: int) -> list[Metric]:
    """S4: M males at random cells; a female meets one in reach with 1 - (1 - share in reach)^M."""
    side, males, radius_km = 20, 6, 22.0
    study = {
        "years": 1,
        "prey": {"saiga": {"start": 0}},
        "cheetah": {"females": 20, "males": males, "age": "4 y"},
        "processes": only("cheetah_births", "mate_finding"),
        "engine": {"order": ["cheetah_births", "record"]},
    }
    births = {
        "first_litter_months": 12,
        "sire_months": 12,
        "gestation_days": 0,
        "conceive": 1.0,
        "litter_most": 1,
        "litter_mean": 1.0,
        "mate_km": radius_km,
    }
    land = {"ny": side, "nx": side}
    (one,) = simulators(write_case(folder, study, None, {"births": births}, land))
    (born,) = simulate(one, replicates, "cheetah_births")
    at = np.arange(side)
    apart = (at[:, None] - at[None, :]) ** 2
    reach = (apart[:, None, :, None] + apart[None, :, None, :]) <= (radius_km / _CELL_KM) ** 2
    share = reach.sum(axis=(2, 3)) / side**2
    expected = float((1.0 - (1.0 - share) ** males).mean())
    # Away from edges, with the disc of cells in reach: the formula of the open plane.
    area = math.pi * (radius_km / _CELL_KM) ** 2
    disc = float(share.max()) * side**2
    return [
        of_mean("S4 females that find a mate, edges counted", born[:, 1] / 20.0, expected),
        of_band("S4 cells in reach over pi r^2", disc / area, 1.0, 0.05),
    ]


_CROWDED = ("births", "baseline_mortality", "old_age", "density_dependence", "movement")


def two_grids(folder: Path, replicates: int) -> list[Metric]:
    """S6: the same land in cells of 5 km and of 1 km: numbers at capacity."""
    means = []
    births = {"chance": 0.9, "litter": {"shares": [1.0]}}
    for cells, cell_m in ((12, 5000.0), (60, 1000.0)):
        layers = {"suitability_saiga": np.where(np.arange(cells + 2) <= cells // 2, 1.0, 0.4)}
        study = {
            "years": 40,
            "prey": {"saiga": {"start": 1500}},
            "processes": only(*_CROWDED),
            "engine": {
                "order": ["movement", "births", "prey_deaths", "ageing", "record"],
                "capacity_rule": "logistic",
            },
        }
        prey = walker(10.0, matrix=0.0) | {
            "survival": {"by_age": [0.6, 0.85], "maximum_age_yr": 12},
            "births": {"first_age_yr": 2, "full_age_yr": 2, "first": births, "full": births},
            # The neighbourhood is 15 km wide on both grids.
            "density": {"maximum_per_km2": 0.5, "young": 0.5, "births": 0.5, "radius_km": 7.0},
        }
        land = {"ny": cells, "nx": cells, "layers": layers, "cell_m": cell_m}
        (one,) = simulators(write_case(folder / f"{cells}", study, prey, None, land))
        (numbers,) = simulate(one, replicates, "prey_number")
        means.append(float(numbers[:, 15:].sum(axis=(2, 3, 4)).mean()))
    return [of_band("S6 mean number, 1 km over 5 km", means[1] / means[0], 1.0, 0.02)]
