"""The whole engine, compiled, equals the same engine as plain Python, bit for bit."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from twin_run import STUDY, run, small_world

from ustyurt_models.contracts import PREY_DEATH_CAUSES


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    return run(tmp_path_factory.mktemp("compiled"))


def test_a_replicate_equals_the_same_one_uncompiled(compiled, tmp_path):
    program, path = Path(__file__).with_name("twin_run.py"), tmp_path / "plain.npz"
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "ignore", str(program), str(tmp_path), str(path)]
    subprocess.run(command, env=environment, check=True)
    with np.load(path) as plain:
        assert set(plain) == set(compiled)
        for name, values in compiled.items():
            assert plain[name].dtype == values.dtype, name
            np.testing.assert_array_equal(plain[name], values, err_msg=name)


@pytest.mark.parametrize(
    "name",
    [
        "prey_births", "prey_immigrants", "prey_translocated", "cheetah_births", "cheetah_deaths",
        "cheetah_released", "livestock_killed", "map_prey_births", "map_prey_deaths",
        "occupied_cells",
    ],
)  # fmt: skip
def test_what_is_compared_happens_in_the_replicate(compiled, name):
    assert compiled[name].sum() > 0


def test_females_without_a_male_in_reach_are_those_found_one_by_one(tmp_path, monkeypatch):
    near = STUDY["parameters"] | {"che_mate_km": 6.0}
    monkeypatch.setitem(STUDY, "parameters", near)
    one = small_world(tmp_path)
    rates, land = one.model.at(0).world.cheetah_rates, one.model.at(0).world.cheetah_land
    reach = rates.mate_radius_km / land.cell_km
    expected = []

    def watch(state, census):
        c = state.cheetahs
        living = [i for i in range(c.top[0]) if c.stage[i] >= 0]
        place = {i: np.array(divmod(int(c.cell[i]), land.nx)) for i in living}
        young = [i for i in living if c.stage[i] == 0 and c.age[i] < rates.dependency]
        mothers = {int(c.mother[i]) for i in young}
        free = [i for i in living if c.male[i] == 0 and i not in mothers and c.litter_due[i] == 0]
        free = [
            i for i in free if c.stage[i] >= rates.breed_stage and c.age[i] <= rates.last_breed_age
        ]
        ready = [i for i in free if c.age[i] >= rates.breed_age_female]
        ready = [i for i in ready if c.condition[i] >= rates.breed_condition]
        males = [i for i in living if c.male[i] == 1 and c.stage[i] > 0]
        males = [i for i in males if c.age[i] >= rates.breed_age_male]
        alone = [
            i
            for i in ready
            if not any(np.hypot(*(place[i] - place[m])) <= reach + 1e-9 for m in males)
        ]
        expected.append(len(alone))

    found = one(0, 0, watch)["females_without_male"]
    np.testing.assert_array_equal(found, expected)
    assert found.sum() > 0


def test_prey_of_the_replicate_die_of_most_causes(compiled):
    seen = compiled["prey_deaths"].sum(axis=(0, 1)) > 0
    missing = {cause for cause, there in zip(PREY_DEATH_CAUSES, seen, strict=True) if not there}
    assert len(missing) <= 3, missing
