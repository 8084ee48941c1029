"""A tiny result cube: zeros everywhere, to be filled by each test."""

import numpy as np
import xarray as xr

from ustyurt_models import contracts

LABELS = {
    "species": ["saiga", "goitered_gazelle"],
    "sex": list(contracts.SEXES),
    "prey_stage": list(contracts.PREY_STAGES),
    "prey_cause": list(contracts.PREY_DEATH_CAUSES),
    "zone": ["region", "core"],
    "source": list(contracts.NO_SOURCE),
    "cheetah_stage": list(contracts.CHEETAH_STAGES),
    "cheetah_cause": list(contracts.CHEETAH_DEATH_CAUSES),
}


def cube(draws=4, replicates=3, years=6, scenarios=("plan",)) -> xr.Dataset:
    labels = LABELS | {
        "scenario": list(scenarios),
        "draw": range(draws),
        "replicate": range(replicates),
        "year": range(2026, 2027 + years),
    }
    labels = {dim: list(values) for dim, values in labels.items()}
    variables = {}
    for name, declared in contracts.RESULTS.items():
        shape = [len(labels[dim]) for dim in declared.dims]
        kind = "float64" if "f" in declared.dtype else "int64"
        attributes = {"units": declared.unit, "long_name": declared.long_name}
        variables[name] = (declared.dims, np.zeros(shape, kind), attributes)
    return xr.Dataset(variables, labels, {"seed": "1"})


def plan(**sizes) -> xr.Dataset:
    """The cube of one scenario, whose arrays may be written to."""
    return cube(**sizes).isel(scenario=0, drop=True)


def set_cheetahs(results: xr.Dataset, number) -> None:
    """Put `number`, shape (draw, replicate, year), into resident females."""
    place = {"sex": "female", "cheetah_stage": "resident"}
    results["cheetah_number"].loc[place] = number
    results["adult_females"][...] = number
