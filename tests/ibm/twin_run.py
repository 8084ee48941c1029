"""One small replicate in which every process runs; as a program: the same without compiling.

``NUMBA_DISABLE_JIT=1 python twin_run.py FOLDER FILE.npz`` writes its results to the file.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from theory_world import simulators, toml, write_land
from ustyurt_models.ibm.replicate import live_seasons

RELEASE = {
    "when": 2027,
    "site": "middle",
    "method": "soft",
    "holding_seasons": 0,
    "repeat": {"years": 2},
    "stop": "estimated adult deaths > 90 % within 1 years",
}
ANIMALS = {"females": 3, "males": 4, "age": "3-6 y", "coalition": 2}
STUDY = {
    "title": "Every process on few cells",
    "start": 2027,
    "years": 3,
    "seed": 5,
    "draws": 1,
    "area": {"landscape": "land.nc"},
    "prey": {"saiga": {"start": 250}, "goitered_gazelle": {"start": 900}, "kulan": {"start": 60}},
    # Frugal cheetahs, so that so few prey feed litters.
    "parameters": {"che_prey_live": 200.0},
    "cheetah": {"females": 7, "males": 6, "age": "2-6 y"},
    "engine": {"edge": "closed", "cheetah_capacity_rule": "ceiling_hard", "ceiling": 40},
    "management": {
        "protection": [{"name": "rangers", "from": 2028, "level": 0.5}],
        "harvest": [{"species": "saiga", "from": 2027, "fraction": 0.1}],
        "prey_translocation": [
            {"species": "kulan", "years": [2028], "females": 9, "males": 6, "site": "middle"}
        ],
    },
    "release": [
        {**RELEASE, "name": "early", "animals": {**ANIMALS, "origin": "captive_soemmeringii"}},
        {**RELEASE, "name": "from_zoo", "animals": {**ANIMALS, "origin": "captive_soemmeringii"}},
    ],
    "output": {"map_years": [2027, 2028]},
}


def small_world(folder: Path):
    """Write the land and the study; return the simulator."""
    rng = np.random.default_rng(3)
    shape = (11, 11)
    layers = {
        "suitability_cheetah": rng.uniform(0.4, 1.0, shape),
        "suitability_saiga": rng.uniform(0.2, 1.0, shape),
        "livestock_share": rng.uniform(0.0, 0.9, shape),
    }
    write_land(folder / "land.nc", 9, 9, layers, line_east_of=5)
    path = folder / "twin.toml"
    path.write_text(toml(STUDY), encoding="utf-8")
    (simulate,) = simulators(path)
    return simulate


def run(folder: Path) -> dict[str, np.ndarray]:
    """Return the results of one replicate."""
    return small_world(folder)(0, 0)


if __name__ == "__main__":
    assert not hasattr(live_seasons, "py_func"), "this run was to be uncompiled"
    np.savez(sys.argv[2], **run(Path(sys.argv[1])))
