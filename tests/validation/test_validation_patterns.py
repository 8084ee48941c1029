"""Patterns of the field, small: the same studies as `benchmarks/patterns.py`."""

import pytest

from patterns_cheetah import lives
from patterns_response import responses
from patterns_saiga import collapse, recovery


@pytest.fixture(scope="module")
def saiga(tmp_path_factory):
    return {row.metric: row for row in recovery(tmp_path_factory.mktemp("saiga"), 5)[0]}


def named(rows, words):
    (row,) = [row for row in rows if words in row.metric]
    return row


def test_a_closed_saiga_population_does_not_reach_the_counts(saiga):
    assert named(saiga.values(), "draws that reach").value == 0.0


def test_uncontrolled_poaching_takes_about_half_a_year(tmp_path):
    rows, found = collapse(tmp_path, 4, start=20_000)
    assert named(rows, "central evidence").ok
    assert found.numbers.shape == (5, 9)


def test_threats_alone_make_reserve_and_farmland(tmp_path):
    rows, _ = lives(tmp_path, 1)
    for words in ("fenced: growth", "farmland: growth", "hard release", "between litters"):
        assert named(rows, words).ok, named(rows, words)


def test_every_prey_species_ends_at_its_capacity(tmp_path):
    rows, _ = responses(tmp_path, 60)
    missed = [row for row in rows if "in the end" in row.metric and not row.ok]
    assert not missed
