"""Cases of predation with exact answers (P1, P2), through study files and the full engine."""

from pathlib import Path
from typing import Any

from theory_cases import Metric, exactly, of_band, of_mean
from theory_world import PREY, merged, only, simulate, simulators, toml, write_case
from ustyurt_models.contracts import PREY_DEATH_CAUSES

_CHEETAH = PREY_DEATH_CAUSES.index("cheetah")
_SIDE = 9
_HUNT = {"order": ["predation", "condition", "record"]}
#: Needs 1000 kg a year and takes at most 1.3 times that; searches 5 km a day, 5 m wide.
_FOOD = {"strip_km": 0.005, "need_kg_per_yr": 1000.0, "surplus": 1.3, "success": 0.4}


def _study(start: dict[str, int], females: int, years: int, seasons: int) -> dict[str, Any]:
    prey = {name: {"start": number, "file": f"{name}.toml"} for name, number in start.items()}
    return {
        "years": years,
        "prey": prey,
        "cheetah": {"females": females, "males": 0, "age": "4 y"},
        "processes": only("predation"),
        "engine": {**_HUNT, "seasons_per_year": seasons},
    }


def write_prey(folder: Path, study: dict, species: dict[str, Any], food: dict, land: dict) -> Path:
    """Write a study of several prey, each with a file of its own; return the study file."""
    path = write_case(folder, study, None, {"food": food}, land)
    for name, changes in species.items():
        (folder / f"{name}.toml").write_text(toml(merged(PREY, changes)), encoding="utf-8")
    return path


def _write(folder: Path, study: dict, masses_kg: dict[str, float], food: dict) -> Path:
    """Write a study of several prey that differ in mass."""
    species = {
        name: {"mass": {"adult_kg": mass, "birth_kg": mass}} for name, mass in masses_kg.items()
    }
    return write_prey(folder, study, species, food, {"ny": _SIDE, "nx": _SIDE})


def functional_response(folder: Path, replicates: int) -> list[Metric]:
    """P1: one cheetah among many prey of two kinds kills as Holling's disc says; prey lose that."""
    start = {"saiga": 60_000, "goitered_gazelle": 40_000}
    masses = {"saiga": 40.0, "goitered_gazelle": 20.0}
    path = _write(folder, _study(start, 1, 1, 1), masses, _FOOD)
    (one,) = simulators(path)
    number, deaths = simulate(one, replicates, "prey_number", "prey_deaths")
    kills = deaths[:, 1, :, _CHEETAH]
    area_km2 = _SIDE**2 * 25.0
    # Area searched with success in a year [km2], and years that a kill lasts.
    searched = 5.0 * 365.0 * _FOOD["strip_km"] * _FOOD["success"]
    met = {name: searched * n / area_km2 for name, n in start.items()}
    lasts = {name: kg / (_FOOD["surplus"] * 1000.0) for name, kg in masses.items()}
    slowed = 1.0 + sum(met[name] * lasts[name] for name in start)
    found = [
        of_mean(f"P1 kills of {masses[name]:g} kg in a year", kills[:, s], met[name] / slowed)
        for s, name in enumerate(start)
    ]
    lost = number[:, 0].sum(axis=(2, 3)) - number[:, 1].sum(axis=(2, 3))
    return [*found, exactly("P1 prey lost less prey killed", lost, kills)]


def scarcity(folder: Path, replicates: int) -> list[Metric]:
    """P2: many cheetahs never take more than stands; without prey condition falls as defined."""
    start = {"saiga": 30}
    hungry = {**_FOOD, "strip_km": 5.0, "condition_memory": 0.5}
    (one,) = simulators(_write(folder / "few", _study(start, 40, 3, 4), {"saiga": 40.0}, hungry))
    number, deaths = simulate(one, replicates, "prey_number", "prey_deaths")
    alive = number.sum(axis=(2, 3, 4))
    killed = deaths[:, :, 0, _CHEETAH]
    left = alive[:, 0] - killed.cumsum(axis=1)[:, -1]
    (none,) = simulators(
        _write(folder / "none", _study({"saiga": 0}, 5, 3, 4), {"saiga": 40.0}, hungry)
    )
    condition = none(0, 0)["mean_condition"]
    return [
        exactly("P2 prey left less those not killed", alive[:, -1], left),
        Metric("P2 least prey left", left.min(), "animals", "0 or more", left.min() >= 0),
        Metric(
            "P2 share killed",
            killed.sum() / (30 * replicates),
            "1",
            "above 0.3",
            killed.sum() > 9 * replicates,
        ),
        *(
            of_band(
                f"P2 condition after {year} years without prey",
                condition[year],
                0.5 ** (4 * year),
                1e-6,
            )
            for year in (1, 2, 3)
        ),
    ]
