"""What makes results these results: a change that cannot alter them must not discard them."""

import pytest

from ustyurt_models.evidence import load_catalogue
from ustyurt_models.landscape import load_land
from ustyurt_models.study.load import read_study
from ustyurt_models.workflow.simulation import identity_of

STUDY = """
title = "identity"
start = 2030
years = 5

[prey.goitered_gazelle]
start = 100
"""


@pytest.fixture(scope="module")
def land():
    return load_land("ustyurt_5km")


def identity(folder, land, more):
    path = folder / "study.toml"
    path.write_text(STUDY + more, encoding="utf-8")
    return identity_of(read_study(path), land, load_catalogue(), folder)


@pytest.mark.parametrize(
    "more",
    [
        "[engine]\nworkers = 3\n",
        '[observation.collared]\nmethod = "collars"\ncollars = 4\n',
        "[power]\nfutures = 20\n",
        '[criteria]\nlasting = "P(goitered_gazelle >= 50 in year 5) >= 0.5"\n',
    ],
)
def test_what_is_decided_later_keeps_results(tmp_path, land, more):
    assert identity(tmp_path, land, more) == identity(tmp_path, land, "")


@pytest.mark.parametrize(
    "more", ["seed = 2\n", "[processes]\nwolf = false\n", "[costs]\nevery_year = 5\n"]
)
def test_what_alters_results_discards_them(tmp_path, land, more):
    text = more + STUDY if more.startswith("seed") else STUDY + more
    path = tmp_path / "other.toml"
    path.write_text(text, encoding="utf-8")
    changed = identity_of(read_study(path), land, load_catalogue(), tmp_path)
    assert changed["study"] != identity(tmp_path, land, "")["study"]
