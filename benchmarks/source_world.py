"""Source populations for cases with known answers: written as in a study file, then simulated."""

import json
from typing import Any

import numpy as np

from ustyurt_models.bridge.source_simulate import SourceSimulator
from ustyurt_models.ibm.source.state import Record
from ustyurt_models.study.source_populations import SourcePopulation

__all__ = ["alive", "population", "run", "simulator"]

SEED = 20261122


def population(**block: Any) -> SourcePopulation:
    """Return the population of a block ``[source.NAME]``, validated as a study file is."""
    return SourcePopulation.model_validate_json(json.dumps(block))


def simulator(steps: int, **block: Any) -> SourceSimulator:
    """Return the simulator of a block."""
    return SourceSimulator(population(**block), steps, SEED)


def run(replicates: int, steps: int, **block: Any) -> Record:
    """Return replicates of a block, first axis replicate."""
    return simulator(steps, **block).many(range(replicates))


def alive(record: Record) -> np.ndarray:
    """Return numbers by census, shape (replicate, census)."""
    return record.number.sum(axis=(-2, -1))
