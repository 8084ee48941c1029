"""Founders stand where the study puts them, and nowhere else changes."""

import json

import numpy as np
import pytest

from ustyurt_models.bridge.source_simulate import SourceSimulator
from ustyurt_models.ibm.source import dispersal, run
from ustyurt_models.ibm.source.state import Now, empty_record, empty_state
from ustyurt_models.study.source_populations import SourcePopulation

STAYING = {
    "maximum_age": 8,
    "death": {"female": [0.4, 0.2], "male": [0.45, 0.25]},
    "breeding": {"first_age_female": 2, "brood": [0.1, 0.3, 0.6]},
    "capacity": {"rule": "ceiling_hard", "number": 12.0},
    "genetics": {"loci": 3, "pedigree": True},
    "patches": {"rows": 3, "columns": 4},
}
MOVING = STAYING | {
    "patches": {"rows": 3, "columns": 4, "emigration": 0.4, "mean_distance": 1.5, "oldest": 1}
}
HERD = {"females": 6, "males": 5, "ages": [1, 4], "drawn": "at random"}
TWO_HERDS = {
    "founder_group": [
        HERD | {"columns": [1, 2]},
        {"females": [0, 1, 2], "males": [3], "patches": [8, 12]},
    ]
}


def simulator(block, steps=12):
    return SourceSimulator(SourcePopulation.model_validate_json(json.dumps(block)), steps, 5)


def counts(block, step):
    """Return the animals of every patch before a step, shape (row, column)."""
    supply = simulator(block).supply(0, 0)
    supply.bring_to(step)
    return supply.by_patch().reshape(3, 4)


def test_every_patch_has_the_founders_of_its_group():
    assert np.array_equal(
        counts(STAYING | TWO_HERDS, 0), [[11, 11, 0, 0], [11, 11, 0, 6], [11, 11, 0, 6]]
    )
    assert np.array_equal(
        simulator(STAYING | TWO_HERDS)(0, 0).number[0].sum(axis=1), [6 * 6 + 3 * 2, 6 * 5 + 3 * 2]
    )


def test_a_patch_without_founders_stays_empty_until_somebody_comes():
    assert (counts(STAYING | TWO_HERDS, 12)[:, 2] == 0).all()
    assert (counts(MOVING | TWO_HERDS, 12)[:, 2] > 0).any()


def test_supplements_come_to_the_patch_they_name():
    brought = {"supplement": [{"females": 2, "males": 1, "patch": 7}, {"males": 1, "patch": 3}]}
    one = {"founders": HERD | {"patches": [1]}, "order": ["supplement", "census"]}
    assert np.array_equal(
        counts(STAYING | one | brought, 2), [[11, 0, 2, 0], [0, 0, 6, 0], [0, 0, 0, 0]]
    )


def test_a_single_patch_counts_everybody():
    one = {key: value for key, value in STAYING.items() if key != "patches"}
    supply = simulator(one | {"founders": HERD}).supply(0, 0)
    assert supply.by_patch().tolist() == [11]


@pytest.mark.parametrize(
    "named",
    [
        {"founders": HERD | {"patches": list(range(1, 13))}},
        {"founders": HERD | {"rows": [1, 3], "columns": [1, 4]}},
        {"founder_group": [HERD | {"rows": [1, 1]}, HERD | {"rows": [2, 3]}]},
    ],
    ids=["patches", "rectangle", "groups"],
)
def test_naming_every_patch_is_the_same_run_as_naming_none(named):
    plain, other = simulator(MOVING | {"founders": HERD}), simulator(MOVING | named)
    for one, two in zip(plain(0, 0), other(0, 0), strict=True):
        assert np.array_equal(one, two, equal_nan=True)


def test_a_square_of_rows_and_columns_is_the_same_run_as_a_grid():
    square = MOVING | {"founders": HERD, "patches": MOVING["patches"] | {"rows": 4}}
    grid = {key: value for key, value in square["patches"].items() if key != "rows"}
    grid = {key: value for key, value in grid.items() if key != "columns"} | {"grid": 4}
    for one, two in zip(
        simulator(square)(0, 0), simulator(square | {"patches": grid})(0, 0), strict=True
    ):
        assert np.array_equal(one, two, equal_nan=True)


def test_compiled_founders_and_moves_equal_plain_python():
    one = simulator(MOVING | TWO_HERDS)
    key, found = one.key(0, 0), []
    for begin, move in (
        (run.begin, dispersal.disperse),
        (run.begin.py_func, dispersal.disperse.py_func),
    ):
        state, record = empty_state(one.setup, 200), empty_record(12)
        with np.errstate(over="ignore"):
            assert begin(one.setup, state, record, key)
            move(one.setup, state, Now(0, np.uint64(7)))
        alive = state.alive[0]
        found.append([array[:alive].copy() for array in state.animals[:3]])
    for compiled, plain in zip(*found, strict=True):
        assert np.array_equal(compiled, plain)
