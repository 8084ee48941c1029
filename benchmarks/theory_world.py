"""Small worlds for cases with known answers: a landscape file, species files and a study file.

Everything goes through the same door as a real study: files on disk, read and checked by the
package. Nothing here touches a kernel.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ustyurt_models.bridge.assemble import ScenarioModel
from ustyurt_models.bridge.simulate import Simulator
from ustyurt_models.contracts import LAND
from ustyurt_models.evidence import Catalogue, load_catalogue
from ustyurt_models.landscape import load_land, restrict
from ustyurt_models.landscape.barriers import cut_edges
from ustyurt_models.landscape.grid import spatial_ref, study_crs
from ustyurt_models.landscape.land_checks import SPECIES
from ustyurt_models.study import landscape_file
from ustyurt_models.study.engine import Processes
from ustyurt_models.study.load import read_study

CELL_M = 5000.0
_NOTES = {"provenance": "synthetic", "source": "test case", "licence": "public domain"}


def write_land(
    path: Path,
    ny: int = 3,
    nx: int = 3,
    layers: Mapping[str, Any] | None = None,
    line_east_of: int | None = None,
    lines: Sequence[Any] = (),
    cell_m: float = CELL_M,
) -> None:
    """Write a landscape of `ny` x `nx` good cells inside a rim that is outside.

    Parameters
    ----------
    path : pathlib.Path
        NetCDF file to write.
    ny, nx : int
        Cells inside.
    layers : mapping, optional
        Values of single layers, broadcast to (ny + 2, nx + 2); others are 0, suitability is 1.
    line_east_of : int, optional
        Column whose eastern edge carries the line ``border_test`` from north to south.
    lines : sequence of numpy.ndarray
        Further pieces of that line, each shape (vertex, 2), metres from the middle of the land.
    cell_m : float
        Side of a cell [m].
    """
    shape = (ny + 2, nx + 2)
    inside = np.zeros(shape, bool)
    inside[1:-1, 1:-1] = True
    data = {name: np.zeros(shape) for name, kind in LAND.items() if kind.dims == ("y", "x")}
    data |= {f"suitability_{species}": np.ones(shape) for species in SPECIES}
    # Land all around, so that animals can leave on foot.
    data |= {"inside": inside, "country": np.ones(shape), "forage": np.ones(shape)}
    for name, values in (layers or {}).items():
        data[name] = np.broadcast_to(values, shape)
    variables = {
        name: (("y", "x"), _typed(name, values), _attrs(name)) for name, values in data.items()
    }
    x = cell_m * (np.arange(nx + 2) - (nx + 1) / 2)
    y = -cell_m * (np.arange(ny + 2) - (ny + 1) / 2)
    east, south = cut_edges([np.asarray(line, float) for line in lines], x, y)
    if line_east_of is not None:
        east[:, line_east_of] = True
    for name, crossed in (("barrier_east", east), ("barrier_south", south)):
        variables[name] = (("barrier", "y", "x"), crossed[None], _attrs(name))
    land = xr.Dataset(variables, coords={"x": x, "y": y, "barrier": ["border_test"]})
    land["spatial_ref"] = spatial_ref(study_crs(), x, y)
    land.attrs["sites"] = json.dumps({"middle": [56.0, 43.5]})
    land.to_netcdf(path, engine="h5netcdf")


def _typed(name: str, values: np.ndarray) -> np.ndarray:
    """Return `values` in the type that the contract asks for."""
    kind = LAND[name].dtype if name in LAND else "f"
    return values.astype({"b": bool, "i": np.int64}.get(kind[0], float))


def _attrs(name: str) -> dict[str, str]:
    """Return the attributes that every layer must carry."""
    unit = LAND[name].unit if name in LAND else "1"
    return {**_NOTES, "units": unit, "long_name": name}


def toml(table: Mapping[str, Any]) -> str:
    """Write `table` as TOML, one top-level key per line."""
    return "".join(f"{key} = {_inline(value)}\n" for key, value in table.items())


def _inline(value: Any) -> str:
    """Write one value; tables as inline tables."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(key)} = {_inline(one)}" for key, one in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_inline(one) for one in value)}]"
    return json.dumps(value)


def only(*processes: str) -> dict[str, bool]:
    """Return switches with everything off but `processes`."""
    return {name: name in processes for name in Processes.model_fields}


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes` laid over it, table by table.

    Tables that state one of several forms are replaced as a whole.
    """
    result = dict(base)
    for key, value in changes.items():
        both = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        both = both and key not in ("first", "full")
        result[key] = merged(result[key], value) if both else value
    return result


#: An ungulate to which nothing happens unless a case says so.
PREY: dict[str, Any] = {
    "id": "case",
    "name": "Case",
    "mass": {"adult_kg": 1.0, "birth_kg": 1.0},
    "survival": {"by_age": [1.0], "maximum_age_yr": 1000},
    "births": {
        "first_age_yr": 1,
        "full_age_yr": 1,
        "male_share": 0.5,
        "first": {"chance": 0.0, "litter": {"shares": [1.0]}},
        "full": {"chance": 0.0, "litter": {"shares": [1.0]}},
    },
    "density": {"maximum_per_km2": 1.0},
}

#: A cheetah to which nothing happens unless a case says so; every process is off as well.
CHEETAH: dict[str, Any] = {
    "id": "cheetah",
    "name": "Case",
    "food": {
        "need_kg_per_yr": 1000.0,
        "cub_need": 0.5,
        "surplus": 1.3,
        "search_km_per_day": 5.0,
        "strip_km": 0.5,
        "success": 0.4,
        "prey_group": 1.0,
        "interference_km2": 0.0,
        "preferred_low_kg": 20.0,
        "preferred_high_kg": 60.0,
        "preference_spread": 0.5,
        "preference_small": 0.1,
        "young_vulnerability": 1.5,
        "small_prey_kg": 2.0,
        "small_prey_per_km2": 0.0,
        "stock_attack": 0.0,
        "stock_kg": 40.0,
        "stock_per_km2": 0.0,
        "condition_memory": 0.5,
    },
    "survival": {
        "cub": 1.0,
        "cub_carnivores": 0.0,
        "den_share": 0.5,
        "subadult": 1.0,
        "subadult_end_months": 24,
        "female": 1.0,
        "male": 1.0,
        "old_age_yr": 100,
        "old": 1.0,
        "orphan_months": 12,
    },
    "threats": {
        "farm_female": 1.0,
        "farm_male": 1.0,
        "herders_share": 1.0,
        "road_share": 1.0,
        "snare_share": 1.0,
        "snare_exposure": 0.0,
        "guard": 0.0,
        "retaliation": 0.0,
        "starve": 0.0,
        "starve_condition": 0.3,
        "cold": 0.0,
        "cold_response": 0.0,
        "cold_years": 2,
        "hard_release": 1.0,
        "soft_release": 1.0,
        "captive_release": 1.0,
        "release_fade": 0.5,
    },
    "births": {
        "first_litter_months": 24,
        "sire_months": 24,
        "last_litter_yr": 100,
        "gestation_days": 91,
        "litter_mean": 3.0,
        "litter_most": 8,
        "male_share": 0.5,
        "conceive": 0.0,
        "condition": 0.0,
        "mate_km": 50.0,
        "multiple_paternity": 0.0,
        "independence_months": 18,
        "interval_months": 24,
        "lethal_equivalents": 0.0,
    },
    "space": {
        "adult_kg": 40.0,
        "predator_kg_per_10t": 100.0,
        "range_least_km2": 25.0,
        "range_most_km2": 225.0,
        "territory_km": 0.0,
        "tenure_months": 48,
        "dispersal_female_km": 20.0,
        "dispersal_male_km": 60.0,
        "explore_days": 90,
        "explore_km": 60.0,
        "explore_soft": 0.5,
        "persistence": 1.0,
        "matrix": 0.1,
        "settle_suitability": 0.0,
        "search_km": 50.0,
        "float_months": 12,
        "leave_condition": 0.0,
    },
    "capacity": {
        "carbone_kg_per_10t": 100.0,
        "hayward_intercept": -2.0,
        "hayward_slope": 0.4,
    },
}

#: A study of one species in which no process runs.
STUDY: dict[str, Any] = {
    "title": "Case with a known answer",
    "start": 2027,
    "years": 10,
    "seed": 20261122,
    "draws": 1,
    "area": {"landscape": "land.nc"},
    "prey": {"saiga": {"start": 100, "file": "prey.toml"}},
    "cheetah": {"file": "cheetah.toml"},
    "processes": only(),
    "engine": {
        "seasons_per_year": 1,
        "order": ["births", "prey_deaths", "ageing", "record"],
        "capacity_rule": "none",
        "edge": "closed",
    },
}


@cache
def catalogue() -> Catalogue:
    """Return the evidence that ships, read once."""
    return load_catalogue()


def write_case(
    folder: Path,
    study: Mapping[str, Any],
    prey: Mapping[str, Any] | None = None,
    cheetah: Mapping[str, Any] | None = None,
    land: Mapping[str, Any] | None = None,
) -> Path:
    """Write a case to `folder`, as changes to STUDY, PREY and CHEETAH; return the study file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_land(folder / "land.nc", **(land or {}))
    (folder / "prey.toml").write_text(toml(merged(PREY, prey or {})), encoding="utf-8")
    (folder / "cheetah.toml").write_text(toml(merged(CHEETAH, cheetah or {})), encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(toml(merged(STUDY, study)), encoding="utf-8")
    return path


def simulators(path: Path, posteriors: Mapping[str, xr.Dataset] | None = None) -> list[Simulator]:
    """Return a simulator for every scenario of a study file."""
    study = read_study(path)
    area = study.scenarios[0].area
    land = restrict(
        load_land(landscape_file(area.landscape, study.folder)), area.region, study.folder
    )
    return [
        Simulator(ScenarioModel(one, study.folder, land, catalogue(), posteriors or {}))
        for one in study.scenarios
    ]


def simulate(simulator: Simulator, replicates: int, *names: str) -> list[np.ndarray]:
    """Run replicates of draw 0; return the named results, first axis replicate."""
    runs = [simulator(0, replicate) for replicate in range(replicates)]
    return [np.array([run[name] for run in runs]) for name in names]
