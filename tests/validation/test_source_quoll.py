"""Source populations against a published analysis of eastern quolls by Vortex 10.5.5 (E)."""

import theory_source_quoll as cases


def assert_all(metrics):
    assert not [one for one in metrics if not one.ok]


def test_numbers_of_ten_years_are_those_that_vortex_printed():
    assert_all(cases.quoll_numbers(300))


def test_three_regimes_persist_as_published():
    assert_all(cases.quoll_persistence(300))
