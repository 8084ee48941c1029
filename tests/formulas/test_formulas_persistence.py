import numpy as np
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from ustyurt_models.formulas.persistence import extinction_time


def test_a_population_is_lost_at_its_first_census_without_return():
    number = np.array([[3, 0, 2, 0, 1], [2, 0, 0, 4, 0], [0, 0, 1, 0, 0], [0, 0, 2, 0, 5]])
    np.testing.assert_array_equal(extinction_time(number), [2, np.nan, np.nan, 2, np.nan])


@given(arrays(np.int64, (9, 5), elements=some.integers(0, 2)))
def test_it_lives_until_then_and_never_after(number):
    for one, time in zip(number.T, extinction_time(number), strict=True):
        if np.isnan(time):
            assert one[-1] > 0 or not one.any()
        else:
            assert one[int(time) - 1] > 0
            assert not one[int(time) :].any()


def test_who_came_and_died_within_a_year_was_lost_in_it():
    number, arrived = np.zeros((5, 2), int), np.array([[0, 0], [0, 0], [4, 0], [0, 0], [0, 0]])
    np.testing.assert_array_equal(extinction_time(number, arrived), [2, np.nan])
