"""Patches of source populations and where their founders stand: what a study may say."""

from pathlib import Path

import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.study import read_study
from ustyurt_models.study.source_founders import settled_patches

STUDY = """title = "t"
start = 2026
years = 5

[prey.saiga]
start = 100

[source.reserve]
death = { female = [0.2] }
breeding = { first_age_female = 1, poisson = 1.0 }
"""
GRID = "patches = { rows = 3, columns = 4 }\n"


def population(folder: Path, block: str):
    path = folder / "s.toml"
    path.write_text(STUDY + block, encoding="utf-8")
    return read_study(path).scenarios[0].source["reserve"]


@pytest.mark.parametrize(
    ("founders", "settled"),
    [
        ("founders = { females = 3 }", [list(range(12))]),
        ("founders = { females = 3, patches = [12, 1] }", [[11, 0]]),
        ("founders = { females = 3, columns = [1, 2] }", [[0, 1, 4, 5, 8, 9]]),
        ("founders = { females = 3, rows = [2, 2] }", [[4, 5, 6, 7]]),
        ("founders = { females = 3, rows = [2, 3], columns = [4, 4] }", [[7, 11]]),
        (
            "founder_group = [{ females = 3, rows = [1, 1] }, { number = 9, patches = [12] }]",
            [[0, 1, 2, 3], [11]],
        ),
    ],
)
def test_founders_stand_in_the_patches_that_are_named(tmp_path, founders, settled):
    one = population(tmp_path, GRID + founders)
    assert [list(patches) for patches in settled_patches(one.groups, one.layout)] == settled


def test_a_square_grid_is_one_of_as_many_rows_as_columns(tmp_path):
    founders = "founders = { females = 3 }\n"
    square = population(tmp_path, founders + "patches = { grid = 7 }\n").layout
    rows = population(tmp_path, founders + "patches = { rows = 7, columns = 7 }\n").layout
    assert square.shape == rows.shape == (7, 7)
    assert square.size == rows.size == 49


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        (GRID, "s.toml:8: source.reserve: needs either 'founders' or 'founder_group'"),
        (
            "founders = { females = 3 }\nfounder_group = [{ females = 3 }]",
            "s.toml:8: source.reserve: needs either 'founders' or 'founder_group'",
        ),
        (
            GRID + "founders = { females = 3, columns = [2, 5] }",
            "s.toml:8: source.reserve: 'founders.columns' must lie in 1..4",
        ),
        (
            GRID + "founders = { females = 3, patches = [13] }",
            "s.toml:8: source.reserve: 'founders.patches' must lie in 1..12",
        ),
        (
            "founders = { females = 3, patches = [2] }",
            "s.toml:8: source.reserve: 'founders.patches' must lie in 1..1",
        ),
        (
            GRID + "founders = { females = 3, patches = [2, 2] }",
            "s.toml:8: source.reserve: 'founders' must not name patch 2: it is named twice",
        ),
        (
            GRID + "[[source.reserve.founder_group]]\nfemales = 3\nrows = [1, 2]\n"
            "[[source.reserve.founder_group]]\nfemales = 4\ncolumns = [3, 3]\n",
            "s.toml:8: source.reserve: 'founder_group[1]' must not name patch 3: "
            "it is named by 'founder_group[0]' already",
        ),
        (
            GRID + "founders = { females = 3, patches = [1], rows = [1, 1] }",
            "s.toml:12: source.reserve.founders: needs either 'patches', or 'rows' and 'columns'",
        ),
        (
            GRID + "founders = { females = 3, rows = [3, 1] }",
            "s.toml:12: source.reserve.founders: 'rows' must run from a lower to a higher number",
        ),
        (
            GRID + "founders = { females = 3, rows = [0, 1] }",
            "s.toml:12: source.reserve.founders.rows[0]: must be >= 1; got 0",
        ),
        (
            "patches = { count = 4 }\nfounders = { females = 3, rows = [1, 1] }",
            "s.toml:8: source.reserve: 'founders.rows' and 'founders.columns' need patches on a "
            "grid",
        ),
        (
            "patches = { rows = 4 }\nfounders = { females = 3 }",
            "s.toml:11: source.reserve.patches: 'rows' and 'columns' go together",
        ),
        (
            "patches = { grid = 3, count = 4 }\nfounders = { females = 3 }",
            "s.toml:11: source.reserve.patches: needs one of 'grid', 'rows' with 'columns', "
            "and 'count'",
        ),
        (
            "patches = { rows = 300, columns = 300 }\nfounders = { females = 3 }",
            "s.toml:11: source.reserve.patches: must be at most 65,536 patches (they are 90,000)",
        ),
        (
            GRID + "founders = { females = 3 }\nsupplement = [{ females = 1, patch = 13 }]",
            "s.toml:8: source.reserve: 'supplement[0].patch' must lie in 1..12",
        ),
        (
            "founders = { females = 3 }\n"
            "genetics = { pedigree = true, founder_kinship = 0.1, lethal_share = 0.5 }",
            "s.toml:12: source.reserve.genetics: 'lethal_share' must be 0 when founders are "
            "related",
        ),
        (
            GRID + "founders = { females = 4000, rows = [1, 3] }\ngenetics = { loci = 1 }",
            "s.toml:8: source.reserve: unique founder genes need at most 32,000 founders",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(tmp_path, block, fault):
    with pytest.raises(InputError) as refused:
        population(tmp_path, block)
    assert [str(one) for one in refused.value.faults] == [fault]


def test_genes_are_counted_for_founders_that_are_there(tmp_path):
    block = GRID + "founders = { females = 16000, patches = [1, 2] }\ngenetics = { loci = 1 }"
    assert population(tmp_path, block).founders.size == 16_000
