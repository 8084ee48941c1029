"""Studies of the pattern check: written as files, read and run by the package like any other."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from theory_world import catalogue, merged, simulators, toml, write_land
from ustyurt_models.bridge.simulate import Simulator
from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES, PREY_DEATH_CAUSES
from ustyurt_models.evidence import parameter_ids
from ustyurt_models.evidence.cheetah_species import load_cheetah_species
from ustyurt_models.evidence.draws import parameters_at
from ustyurt_models.evidence.prey_species import load_prey_species

__all__ = [
    "FENCED",
    "MANY_GAZELLES",
    "NOBODY",
    "PREY_SPECIES",
    "central",
    "of_cause",
    "over_draws",
    "parameters_over_draws",
    "run",
    "value",
    "write_study",
]

PREY_SPECIES = ("saiga", "goitered_gazelle", "urial", "kulan")

#: Switches of `processes` for a place where people kill no cheetahs.
FENCED = {"road": False, "herders_dogs": False, "snare_poaching": False}

#: No cheetah; nothing but prey is asked about.
NOBODY: dict[str, Any] = {"females": 0, "males": 0}

#: Prey that is not used up, for questions about cheetahs alone.
MANY_GAZELLES: dict[str, Any] = {
    "prey": {"goitered_gazelle": {"start": "4 per km2", "immigration": False}},
    "processes": {
        name: False
        for name in (
            "births",
            "baseline_mortality",
            "density_dependence",
            "winter",
            "drought",
            "wolf",
            "poaching",
            "disease",
            "predation",
            "old_age",
            "movement",
        )
    },
}

_STUDY: dict[str, Any] = {
    "title": "Pattern of the field",
    "start": 2027,
    "years": 10,
    "seed": 20261122,
    "draws": 1,
    "area": {"landscape": "land.nc"},
    "climate": {"pathway": "historical"},
    "engine": {"edge": "closed"},
}


def value(id: str) -> float:
    """Return the central value of a row of the evidence."""
    return float(catalogue()[id].value)


@cache
def _species_rows() -> tuple[str, ...]:
    """Return the ids of all rows that the shipped species use."""
    kinds = [load_cheetah_species(), *(load_prey_species(name) for name in PREY_SPECIES)]
    return tuple(sorted({id for kind in kinds for id in parameter_ids(kind)}))


def central(**changes: float) -> dict[str, float]:
    """Return ``[parameters]`` of a study at the central values of the evidence.

    Parameters
    ----------
    **changes : float
        Rows held at another value.
    """
    return {id: value(id) for id in _species_rows()} | changes


def write_study(
    folder: Path, study: Mapping[str, Any], land: Mapping[str, Any] | None = None
) -> Path:
    """Write a study of the shipped species to `folder`; return its path.

    Parameters
    ----------
    folder : pathlib.Path
        Made if missing.
    study : mapping
        Changes to a study without prey and cheetahs.
    land : mapping, optional
        Arguments of `theory_world.write_land`, for a small even landscape; without it the study
        names a landscape of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if land is not None:
        write_land(folder / "land.nc", **land)
    path = folder / "study.toml"
    path.write_text(toml(merged(_STUDY, study)), encoding="utf-8")
    return path


def run(simulator: Simulator, replicates: int, draw: int = 0) -> dict[str, np.ndarray]:
    """Run replicates of one draw; every variable gets a first axis replicate."""
    runs = [simulator(draw, replicate) for replicate in range(replicates)]
    return {name: np.array([one[name] for one in runs]) for name in runs[0]}


def over_draws(path: Path, *names: str) -> list[np.ndarray]:
    """Run every draw of a study once; the named variables, first axis draw."""
    (one,) = simulators(path)
    runs = [one(draw, 0) for draw in range(one.model.scenario.draws)]
    return [np.array([result[name] for result in runs]) for name in names]


def parameters_over_draws(path: Path, id: str) -> np.ndarray:
    """Return the value of one row in every draw of a study, shape (draw,)."""
    (one,) = simulators(path)
    draws = range(one.model.scenario.draws)
    return np.array([parameters_at(one.model.evidence, draw)[id] for draw in draws])


def of_cause(deaths: np.ndarray, cause: str) -> np.ndarray:
    """Return deaths of one cause, of prey or cheetahs; the last axis is the cause."""
    known = CHEETAH_DEATH_CAUSES if deaths.shape[-1] == len(CHEETAH_DEATH_CAUSES) else None
    return deaths[..., (known or PREY_DEATH_CAUSES).index(cause)]
