"""The whole engine, compiled, equals the same engine as plain Python, bit for bit."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from twin_run import run

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


def test_prey_of_the_replicate_die_of_most_causes(compiled):
    seen = compiled["prey_deaths"].sum(axis=(0, 1)) > 0
    missing = {cause for cause, there in zip(PREY_DEATH_CAUSES, seen, strict=True) if not there}
    assert len(missing) <= 3, missing
