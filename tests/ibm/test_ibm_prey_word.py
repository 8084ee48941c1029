"""The 64 bits of an ungulate, and loops that the compiler must work on several at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from ustyurt_models.ibm import prey_births, prey_deaths, prey_movement
from ustyurt_models.ibm.prey_drop import list_marked
from ustyurt_models.ibm.prey_state import empty_scratch, herd
from ustyurt_models.ibm.prey_word import MOST_AGE, MOST_CELLS, moved_to, older


@given(
    st.integers(0, 2**64 - 1),
    st.integers(0, MOST_AGE),
    st.integers(0, 1),
    st.integers(0, MOST_CELLS - 1),
    st.integers(0, MOST_CELLS - 1),
)
def test_traits_come_back_and_do_not_touch_each_other(identity, age, male, cell, there):
    prey = herd(np.array([identity], np.uint64), age, male, cell)
    assert (prey.age[0], prey.male[0], prey.cell[0]) == (age, male, cell)
    assert prey.mark[0] == identity >> 33
    prey.word[0] = older.py_func(moved_to.py_func(prey.word[0], there))
    assert (prey.age[0], prey.male[0], prey.cell[0]) == (min(age + 1, MOST_AGE), male, there)
    assert prey.mark[0] == identity >> 33


def test_what_is_read_cannot_be_mistaken_for_the_state():
    prey = herd(np.array([1], np.uint64), 3, 1, 7)
    with pytest.raises(ValueError, match="read-only"):
        prey.cell[0] = 8


def test_deaths_and_walks_are_decided_on_several_animals_at_once():
    # A loop that multiplies 64-bit words one at a time would hold no packed multiplication.
    scratch = empty_scratch(9, 1)
    table = (np.zeros(8, np.int64), np.zeros(72, np.uint32), (1, 0, 0.0))
    cases = {
        prey_deaths._mark_dead: (np.zeros(4, np.uint64), 0, 4, np.uint64(1), scratch, (3, 1)),
        prey_movement._walk_lanes: (scratch.lanes, 4, *table),
    }
    for kernel, arguments in cases.items():
        fresh = njit(nogil=True, error_model="numpy")(kernel.py_func)
        fresh(*arguments)
        (made,) = fresh.inspect_llvm().values()
        assert "mul <" in made, kernel.__name__


def some_word(n):
    rng = np.random.default_rng(3)
    identity = rng.integers(0, 2**63, n, dtype=np.uint64) << np.uint64(1)
    ages, males = rng.integers(0, 12, n), rng.integers(0, 2, n)
    return herd(identity, ages, males, rng.integers(0, 9, n)).word


def filled_scratch():
    """Return scratch with random chances in every table, the same each time."""
    rng = np.random.default_rng(4)
    scratch = empty_scratch(9, 1)
    for table in (scratch.own, scratch.survival):
        table[:] = rng.integers(0, 2**31 + 1, table.size)
    scratch.lanes.key[:] = rng.integers(0, 2**63, scratch.lanes.key.size, dtype=np.uint64)
    scratch.lanes.cell[:] = 4
    return scratch


def test_vectorised_passes_equal_the_same_loops_in_plain_python():
    n, key = 213, np.uint64(9)
    word, ends = some_word(n), []
    offset = np.array([-3, -2, 1, 4, 3, 2, -1, -4])
    passage = np.zeros((9, 8), np.uint32)
    passage[4] = np.random.default_rng(5).integers(0, 2**31, 8)
    for plain in (False, True):
        scratch = filled_scratch()

        def call(kernel, *arguments, plain=plain):
            return (kernel.py_func if plain else kernel)(*arguments)

        found = []
        with np.errstate(over="ignore"):
            call(prey_deaths._mark_dead, word, 0, n, key, scratch, (10, 4))
            found.append(scratch.marked.copy())
            found.append(call(list_marked, scratch, n))
            found.append(scratch.listed[: found[1]].copy())
            call(prey_births._mark_mothers, word, 0, n, key, scratch, 10)
            found.append(scratch.marked.copy())
            way = (offset, passage.ravel(), (5, 2, 0.3))
            call(prey_movement._walk_lanes, scratch.lanes, n, *way)
            found.append(scratch.lanes.cell.copy())
        ends.append(found)
    for compiled, python in zip(*ends, strict=True):
        assert np.array_equal(compiled, python)
    assert 0 < ends[0][1] < n
    assert np.unique(ends[0][4]).size > 2


@given(st.floats(0.0, 40.0))
def test_the_exponential_of_hazards_is_as_fine_as_chances_are(hazard):
    table = prey_deaths._EXPONENTIAL
    found = prey_deaths.escape_chance.py_func(hazard, table)
    assert abs(found - np.exp(-hazard)) < 2e-10
    assert prey_deaths.escape_chance.py_func(0.0, table) == 1.0
    assert prey_deaths.escape_chance.py_func(np.inf, table) == 0.0
