"""Patterns of the field, small: the same studies as `benchmarks/patterns.py`."""

import pytest

from patterns import Size
from patterns_cheetah import lives
from patterns_density import balance, beside
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
    rows, found = collapse(tmp_path, 4)
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


def test_prey_and_cheetahs_rise_together_between_the_published_rules(tmp_path):
    size = Size(draws=1, saiga=0, replicates=1, sides=40, years=60)
    found = {k: balance(tmp_path / str(k), k, size) for k in (2.0, 4.0)}
    for capacity, (cheetahs, prey, lasting) in found.items():
        rows = beside("here", cheetahs, prey, lasting, capacity)
        assert rows[1].ok, rows[1]
    assert found[4.0][1] > 1.3 * found[2.0][1]
    assert found[4.0][0] > 1.3 * found[2.0][0]
