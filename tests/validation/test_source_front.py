"""Source populations: an invasion that starts in some patches only (C4)."""

import theory_source_front as cases


def assert_all(metrics):
    assert not [one for one in metrics if not one.ok]


def test_numbers_far_from_the_origin_are_those_of_the_kernel():
    assert_all(cases.linear_spread(300))


def test_a_front_is_a_little_slower_than_the_deterministic_one_and_faster_in_large_populations():
    found = cases.invasion({10: 6, 50: 6})
    assert len(found) == 3
    assert_all(found)
