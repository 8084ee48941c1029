"""How kernels are compiled: parts as intermediate code, wholes as machine code."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import config

from ustyurt_models.ibm.compiled import inlined, kernel

pytestmark = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="nothing is compiled")

_CHILD = """
import numpy as np
from test_ibm_compiled import sum_squares
print(sum_squares(np.arange(5.0)), *sum_squares.whole.stats.cache_hits.values())
"""


@inlined
def square(x):
    """Return the square."""
    return x * x


@kernel
def add_square(total, x):
    """Add the square to a total, in place."""
    total[0] += square(x)


@kernel
def sum_squares(x):
    """Return the sum of squares of `x`, which is changed."""
    for i in range(1, x.size):
        add_square(x, x[i])
    return x[0]


def test_parts_are_no_machine_code_until_python_calls_them():
    assert sum_squares(np.array([0.0, 1.0, 2.0, 3.0])) == 14.0
    assert len(sum_squares.whole.signatures) == 1
    # Machine code that an earlier run left in the cache needs no parts.
    found = sum(sum_squares.whole.stats.cache_hits.values())
    assert len(add_square.overloads) == 1 - found
    assert add_square.whole.signatures == []
    total = np.array([1.0])
    add_square(total, 3.0)
    assert total[0] == 10.0
    assert len(add_square.whole.signatures) == 1


def test_a_part_takes_several_types():
    assert sum_squares(np.array([0, 1, 2], np.int64)) == 5
    assert sum_squares(np.array([0.0, 1.5], np.float32)) == 2.25


def test_kernels_travel_by_name():
    assert pickle.loads(pickle.dumps(sum_squares)) is sum_squares


def test_another_process_finds_the_machine_code(tmp_path: Path):
    path = [str(Path(__file__).parent), *sys.path]
    given = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(path)}
    found = [
        subprocess.run(
            [sys.executable, "-c", _CHILD], env=given, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    ]
    assert found == [["30.0"], ["30.0", "1"]]
