"""Source populations: growth, order of events, ceilings (A1, A1b, A5)."""

import pytest

from theory_sources import A5_EXTINCT, ceiling, leslie, order_matters


def assert_all(metrics):
    assert not [one for one in metrics if not one.ok]


def test_growth_is_the_leslie_projection():
    assert_all(leslie(500))


def test_deaths_before_births_grow_slower():
    assert_all(order_matters(100_000))


@pytest.mark.parametrize("growth", [1.1, 1.0])
@pytest.mark.parametrize("rule", A5_EXTINCT)
def test_extinction_under_a_ceiling_is_that_of_the_exact_chain(rule, growth):
    assert_all(ceiling(rule, growth, 4_000))
