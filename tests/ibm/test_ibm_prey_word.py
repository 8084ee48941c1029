"""The 64 bits of an ungulate, and loops that the compiler must work on several at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from ustyurt_models.ibm import prey_deaths, prey_movement
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
