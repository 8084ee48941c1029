"""Groups handed to kernels as one address."""

from typing import NamedTuple

import numpy as np
import pytest
from numba import config

from ustyurt_models.ibm.compiled import kernel
from ustyurt_models.ibm.held import hold

pytestmark = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="nothing is compiled")


class Herd(NamedTuple):
    """Arrays of every kind that kernels meet."""

    cells: np.ndarray
    grid: np.ndarray
    turned: np.ndarray
    apart: np.ndarray
    backwards: np.ndarray


class Land(NamedTuple):
    """Numbers of every kind, and groups."""

    closed: bool
    step: int
    key: np.uint64
    share: float
    herds: tuple[Herd, ...]
    first: Herd


def herd(start: int) -> Herd:
    """Return arrays that differ in type, shape and layout."""
    whole = np.arange(start, start + 24, dtype=np.float32).reshape(2, 3, 4)
    return Herd(
        np.arange(start, start + 5, dtype=np.int32),
        whole,
        whole.astype(np.float64)[0].T,
        np.arange(start, start + 12, dtype=np.int16)[::3],
        np.arange(start, start + 6, dtype=np.uint8)[::-1],
    )


def land() -> Land:
    """Return a group with all of it."""
    return Land(True, -3, np.uint64(2**64 - 5), -0.25, (herd(0), herd(40), herd(80)), herd(7))


@kernel
def copy_numbers(land, out):
    """Write the numbers of a group."""
    out[0] = 1.0 if land.closed else 0.0
    out[1] = land.step
    out[2] = land.share
    out[3] = 1.0 if land.key == np.uint64(18446744073709551611) else 0.0


@kernel
def copy_arrays(herd, cells, grid, turned, apart, backwards):
    """Write the arrays of a group, element by element and by slices."""
    for i in range(herd.cells.size):
        cells[i] = herd.cells[i]
    for i in range(herd.grid.shape[0]):
        part = herd.grid[i]
        for j in range(herd.grid.shape[1]):
            for k in range(herd.grid.shape[2]):
                grid[i, j, k] = part[j, k]
    for i in range(herd.turned.shape[0]):
        for j in range(herd.turned.shape[1]):
            turned[i, j] = herd.turned[i, j]
    for i in range(herd.apart.size):
        apart[i] = herd.apart[i]
    for i in range(herd.backwards.shape[0]):
        backwards[i] = herd.backwards[i]


@kernel
def copy_herd(land, place, cells, grid, turned, apart, backwards):
    """Write the arrays of one of the groups of a group."""
    copy_arrays(land.herds[place], cells, grid, turned, apart, backwards)


@kernel
def copy_first(land, cells, grid, turned, apart, backwards):
    """Write the arrays of a group within a group."""
    copy_arrays(land.first, cells, grid, turned, apart, backwards)


@kernel
def add_one(land, times):
    """Change an array of a group, as often as said."""
    for _ in range(times):
        for i in range(land.first.cells.size):
            land.first.cells[i] += 1


@kernel
def read_unknown(land):
    """Ask for a field that is not there."""
    return land.nothing


def room(like: Herd) -> Herd:
    """Return empty arrays of the same shapes."""
    return Herd(*(np.zeros_like(array) for array in like))


def test_numbers_arrive_whatever_their_type():
    out = np.zeros(4)
    copy_numbers(hold(land()), out)
    np.testing.assert_array_equal(out, [1.0, -3.0, -0.25, 1.0])
    copy_numbers(hold(land()._replace(closed=False, step=2**40)), out)
    np.testing.assert_array_equal(out, [0.0, 2**40, -0.25, 1.0])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_arrays_of_any_layout_arrive_from_each_of_several_groups(place):
    group = land()
    found = room(group.first)
    copy_herd(hold(group), place, *found)
    for array, expected in zip(found, group.herds[place], strict=True):
        np.testing.assert_array_equal(array, expected)


def test_a_group_handed_over_whole_gives_the_same():
    group = land()
    held, whole = room(group.first), room(group.first)
    copy_first(hold(group), *held)
    copy_first(group, *whole)
    for array, other, expected in zip(held, whole, group.first, strict=True):
        np.testing.assert_array_equal(array, expected)
        np.testing.assert_array_equal(other, expected)


def test_a_kernel_changes_the_arrays_themselves():
    group = land()
    held = hold(group)
    add_one(held, 3)
    np.testing.assert_array_equal(group.first.cells, np.arange(10, 15))
    group.first.cells[:] = 0
    add_one(held, 2)
    np.testing.assert_array_equal(group.first.cells, 2)


def test_empty_arrays_and_other_shapes_of_one_type_arrive():
    group = land()
    first = group.first._replace(cells=np.arange(9, dtype=np.int32), apart=np.zeros(0, np.int16))
    group = group._replace(first=first)
    found = room(first)
    copy_first(hold(group), *found)
    np.testing.assert_array_equal(found.cells, first.cells)
    assert found.apart.size == 0


def test_what_is_neither_array_nor_number_is_refused():
    with pytest.raises(TypeError, match="cannot be handed a group with complex128"):
        hold(land()._replace(share=1j))


def test_a_field_that_is_not_there_is_an_error_of_compilation():
    with pytest.raises(Exception, match="nothing"):
        read_unknown(hold(land()))
