"""Pattern 4: how many cheetahs live on how much prey when both move freely."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from patterns_table import Row, between, reported
from patterns_world import FENCED, central, of_cause, run, value, write_study
from theory_world import CELL_M, catalogue, merged, simulators
from ustyurt_models.formulas.predation import carbone_capacity, hayward_capacity

__all__ = [
    "Densities",
    "balance",
    "beside",
    "carbone_per_100km2",
    "densities",
    "hayward_per_100km2",
    "range_area_km2",
]

#: Years after which cheetahs have settled.
_SETTLED = 5
#: Gazelles per km2 at capacity.
CAPACITIES = (0.5, 1.0, 2.0, 4.0)
#: Capacities up to this one are deserts.
_DESERT = 0.5
#: Cheetahs per 100 km2 in deserts (che_dens_sahara to che_dens_nam).
DESERTS = (0.02, 0.3)
_CALM = {"climate": False, "catastrophes": False}
#: In drawn weather each replicate has its own series, so more of them are run.
_MORE = 2
#: One thing changed at a time in even weather, 2 gazelles per km2 at capacity.
_VARIANTS: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "no interference": {"processes": {"interference": False}},
    "interference 1,000 km2": {"parameters": {"che_interfere": 1000.0}},
    "groups of 2": {"parameters": {"che_prey_group": 2.0}},
    "food need 1,400 kg a year": {"parameters": {"che_prey_live": 1400.0}},
    "gazelle grow by up to 1.19": {"parameters": {"gaz_lambda_max": 1.19}},
    "prey not used up": {"processes": {"predation": False}},
    "no territories, no sharing of prey": {"processes": {"territoriality": False}},
    "nobody disperses": {"processes": {"dispersal": False}},
    "a mate anywhere": {"processes": {"mate_finding": False}},
    "nobody starves": {"processes": {"starvation": False}},
    "cubs die of inbreeding": {"processes": {"inbreeding_depression": True}},
}
#: Places besides gazelle alone: label, capacity, parameters, band. On the plains of Africa prey
#: grow faster: two births a year as in Thomson's gazelle, allometry of the rate of increase
#: about 0.4 at 27 kg (Caughley & Krebs 1983, from memory), and no wolves.
_PLACES: dict[str, tuple[float, dict[str, float]]] = {
    "desert, K 0.5 gazelles and 2 hares/km2": (0.5, {"har_dens": 2.0}),
    "plains, K 8 fast antelopes/km2": (
        8.0,
        {
            "gaz_lambda_max": 1.45,
            "gaz_fec_ad": 2.0,
            "gaz_fec_y1": 1.0,
            "gaz_wolf_take": 0.0,
            "gaz_s_juv": 0.7,
        },
    ),
}


class _Size(Protocol):
    """What is asked of the size of the run."""

    replicates: int
    sides: int
    years: int


@dataclass(frozen=True)
class Densities:
    """Cheetahs and prey in the second half of the time, by weather and capacity of gazelles.

    ``prey_kg_per_km2`` and ``cheetahs_per_100km2`` have shape (weather, capacity), weather being
    even or as the model draws it; ``course`` holds cheetahs and prey by year of one replicate.
    """

    capacity: np.ndarray
    prey_kg_per_km2: np.ndarray
    cheetahs_per_100km2: np.ndarray
    course: tuple[np.ndarray, np.ndarray]
    range_prey: np.ndarray
    range_km2: np.ndarray
    variants: dict[str, tuple[float, float, float]]


def carbone_per_100km2(
    prey_kg_per_km2: np.ndarray | float, predator_kg: float | None = None
) -> np.ndarray:
    """Return cheetahs by the rule of Carbone & Gittleman 2002, for predators on 10 t of prey."""
    kg = np.asarray(prey_kg_per_km2) * 100.0
    rule = value("che_carbone") if predator_kg is None else predator_kg
    return np.asarray(carbone_capacity(kg, value("che_mass_ven"), rule))


def hayward_per_100km2(prey_kg_per_km2: np.ndarray | float) -> np.ndarray:
    """Return cheetahs by the regression of Hayward et al. 2007."""
    kg = np.asarray(prey_kg_per_km2)
    return np.asarray(hayward_capacity(kg, 100.0, value("che_hay_a"), value("che_hay_b")))


def _land(sides: int) -> dict[str, Any]:
    """Return an even square without people, `sides` cells wide."""
    return {"ny": sides, "nx": sides, "layers": {"snow_depth": 10.0}}


def _study(capacity: float, size: _Size, calm: bool, area_km2: float) -> dict[str, Any]:
    """Return a study of gazelles and cheetahs that nobody disturbs."""
    start = 0.8 * capacity
    pairs = max(20, round(0.3 * float(carbone_per_100km2(21.0 * start)) * area_km2 / 100.0))
    base = {
        "years": size.years,
        "prey": {"goitered_gazelle": {"start": f"{start} per km2", "immigration": False}},
        "cheetah": {"females": pairs, "males": pairs, "age": "2-7 y"},
        "processes": FENCED | {"poaching": False, "inbreeding_depression": False},
        "parameters": central(gaz_K_dens=capacity, liv_density=0.0),
    }
    return merged(base, {"processes": _CALM}) if calm else base


def densities(folder: Path, size: _Size) -> tuple[list[Row], Densities]:
    """Let cheetahs and gazelles find their balance on even land without people."""
    area = size.sides**2 * (CELL_M / 1000.0) ** 2
    prey = np.zeros((2, len(CAPACITIES)))
    cheetahs = np.zeros_like(prey)
    alive = np.zeros_like(prey)
    course = (np.zeros(0), np.zeros(0))
    rows: list[Row] = []
    for w, calm in enumerate((True, False)):
        for c, capacity in enumerate(CAPACITIES):
            path = write_study(
                folder / f"{w}_{c}", _study(capacity, size, calm, area), _land(size.sides)
            )
            (one,) = simulators(path)
            found = run(one, size.replicates * (1 if calm else _MORE))
            cheetahs[w, c], prey[w, c], alive[w, c] = _balance(found, size.years, area)
            if calm and capacity == 2.0:
                number = found["cheetah_number"].sum(axis=(2, 3))
                course = (number[0], found["prey_biomass"][0, :, 0, 0])
                rows += _habits(found, _SETTLED)
    range_prey, range_km2 = range_area_km2(folder / "range")
    variants = _variants(folder / "variants", size, area)
    result = Densities(
        np.array(CAPACITIES), prey, cheetahs, course, range_prey, range_km2, variants
    )
    elsewhere = _places(folder / "places", size)
    return _rows(result, alive) + elsewhere + rows + _range_rows(result), result


def _balance(
    found: dict[str, np.ndarray], years: int, area_km2: float
) -> tuple[float, float, float]:
    """Return cheetahs per 100 km2, prey [kg/km2] and the share of runs that last.

    Means over the second half of the time, cubs counted.
    """
    half = years // 2
    alive = found["cheetah_number"].sum(axis=(2, 3))
    return (
        100.0 * float(alive[:, half:].mean()) / area_km2,
        float(found["prey_biomass"][:, half:, 0, 0].mean()),
        float((alive[:, -1] > 0).mean()),
    )


def _places(folder: Path, size: _Size) -> list[Row]:
    """Let cheetahs find their balance in a desert with hares and on plains with fast prey."""
    rows = []
    for number, (name, (capacity, parameters)) in enumerate(_PLACES.items()):
        rows += beside(
            f"4 {name}", *balance(folder / str(number), capacity, size, parameters), capacity
        )
    return rows


def balance(
    folder: Path, capacity: float, size: _Size, parameters: Mapping[str, float] | None = None
) -> tuple[float, float, float]:
    """Let cheetahs and prey find their balance in even weather, see `_balance`."""
    area = size.sides**2 * (CELL_M / 1000.0) ** 2
    study = merged(_study(capacity, size, True, area), {"parameters": dict(parameters or {})})
    (one,) = simulators(write_study(folder, study, _land(size.sides)))
    return _balance(run(one, size.replicates), size.years, area)


def beside(
    label: str, cheetahs: float, prey: float, alive: float, capacity: float, juts: bool = False
) -> list[Row]:
    """Hold a density against the published rules, or in deserts and under juts against deserts.

    The rule of Carbone & Gittleman has the spread of `che_carbone`.
    """
    spread = [float(carbone_per_100km2(prey, kg)) for kg in _carbone_limits()]
    rules = [*spread, float(hayward_per_100km2(max(prey, 1e-6)))]
    low, high = DESERTS if juts or capacity <= _DESERT else (min(rules), max(rules))
    over = cheetahs / max(float(carbone_per_100km2(prey)), 1e-9)
    return [
        reported(f"{label}: prey", prey, "kg/km2"),
        between(f"{label}: cheetahs", cheetahs, low, high, "/100 km2"),
        reported(f"{label}: the same over Carbone & Gittleman", over),
        reported(f"{label}: runs with cheetahs at the end", alive),
    ]


def _carbone_limits() -> tuple[float, float]:
    """Return the lower and upper end of the mass of predators on 10 t of prey [kg]."""
    row = catalogue()["che_carbone"]
    return float(row.low), float(row.high)


def _rows(found: Densities, alive: np.ndarray) -> list[Row]:
    """Hold densities against the published rules."""
    rows = []
    for w, weather in enumerate(("even weather", "drawn weather")):
        for c, capacity in enumerate(found.capacity):
            label = f"4 {weather}, K {capacity:g} gazelles/km2"
            values = found.cheetahs_per_100km2[w, c], found.prey_kg_per_km2[w, c], alive[w, c]
            rows += beside(label, *values, capacity, juts=w == 1)
    return rows


def _variants(folder: Path, size: _Size, area_km2: float) -> dict[str, tuple[float, float, float]]:
    """Return cheetahs per 100 km2, prey [kg/km2] and the share of runs that last, by variant."""
    found = {}
    for number, (name, change) in enumerate(_VARIANTS.items()):
        study = merged(_study(2.0, size, True, area_km2), change)
        (one,) = simulators(write_study(folder / str(number), study, _land(size.sides)))
        found[name] = _balance(run(one, size.replicates), size.years, area_km2)
    return found


def _habits(found: dict[str, np.ndarray], first: int) -> list[Row]:
    """Return kills per cheetah and its food over all years from `first` on with cheetahs."""
    stage = found["cheetah_number"][:, first:].sum(axis=(0, 1, 2)).astype(float)
    kills = of_cause(found["prey_deaths"][:, first:, 0], "cheetah").sum()
    return [
        between("4 kills a year by an independent cheetah", kills / stage[1:].sum(), 45, 104),
        between("4 mean condition of independent cheetahs", _condition(found, first), 0.7, 1.0),
    ]


def _condition(found: dict[str, np.ndarray], first: int) -> float:
    """Return the mean condition over years with cheetahs."""
    condition = found["mean_condition"][:, first:]
    present = found["cheetah_number"][:, first:].sum(axis=(2, 3)) > 0
    return float(condition[present].mean()) if present.any() else float("nan")


def range_area_km2(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return prey [kg/km2] and the home range [km2] of one lone female, by density of gazelles."""
    density = np.array([0.03, 0.1, 0.3, 1.0, 3.0])
    area = []
    for gazelles in density:
        alone = {
            "years": 1,
            "prey": {"goitered_gazelle": {"start": f"{gazelles} per km2", "immigration": False}},
            "cheetah": {"females": 1, "males": 0, "age": "4-5 y"},
            "processes": {
                **dict.fromkeys(
                    (*FENCED, "births", "baseline_mortality", "wolf", "poaching", "movement"), False
                ),
                **dict.fromkeys(("cheetah_disease", "starvation", "dispersal", "winter"), False),
                **dict.fromkeys(("density_dependence", "drought", "old_age", "predation"), False),
            },
            "parameters": central(),
        }
        path = write_study(folder / f"{gazelles}", alone, _land(32))
        (one,) = simulators(path)
        cells = run(one, 3)["occupied_cells"][:, -1].mean()
        area.append(cells * (CELL_M / 1000.0) ** 2)
    return 21.0 * density, np.array(area)


def _range_rows(found: Densities) -> list[Row]:
    """Hold home ranges against those of deserts and of rich reserves."""
    poor = float(np.interp(2.0, found.range_prey, found.range_km2))
    rich = float(found.range_km2[-1])
    return [
        between("4 home range on 2 kg/km2 of prey", poor, 1583, 3629, "km2"),
        between("4 home range on 63 kg/km2 of prey", rich, 34, 157, "km2"),
    ]
