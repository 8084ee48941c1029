"""Kinship of founders from the study file."""

import numpy as np
import pytest

from ustyurt_models.bridge.plans import source_kinship, sources_of
from ustyurt_models.checks import InputError
from ustyurt_models.study.load import read_study

STUDY = """
title = "founders"
start = 2030
years = 5
[prey.saiga]
start = 1000
[[release]]
site = {{ lon = 55.0, lat = 43.5 }}
when = 2031
animals = {{ females = 2, males = 2, origin = "captive_jubatus" }}
[[release]]
site = {{ lon = 55.0, lat = 43.5 }}
when = 2032
animals = {{ females = 2, males = 2, origin = "wild_jubatus" }}
[cheetah]
females = 1
{kinship}
"""


def scenario(tmp_path, kinship):
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(kinship=kinship), encoding="utf-8")
    return read_study(path).scenarios[0]


def test_founders_are_unrelated_unless_the_study_says_so(tmp_path):
    assert (source_kinship(scenario(tmp_path, "")) == 0).all()


def test_kinship_is_given_once_per_pair_and_holds_both_ways(tmp_path):
    given = "[cheetah.kinship]\ncaptive_jubatus = { captive_jubatus = 0.1, wild_jubatus = 0.02 }\n"
    one = scenario(tmp_path, given + "wild_jubatus = { wild_jubatus = 0.03 }")
    assert sources_of(one) == ["resident", "captive_jubatus", "wild_jubatus"]
    expected = [[0, 0, 0], [0, 0.1, 0.02], [0, 0.02, 0.03]]
    np.testing.assert_array_equal(source_kinship(one), expected)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("captive_jubatus = { wild_jubatus = 0.02 }", "geometric mean"),
        (
            "captive_jubatus = { wild_jubatus = 0.02 }\nwild_jubatus = { captive_jubatus = 0.01 }",
            "same both ways",
        ),
    ],
)
def test_kinship_that_no_pedigree_has_is_refused(tmp_path, given, rule):
    one = scenario(tmp_path, f"[cheetah.kinship]\n{given}")
    with pytest.raises(InputError, match=rule):
        source_kinship(one)


def test_an_unknown_group_and_a_kinship_beyond_one_half_are_refused(tmp_path):
    for given in ("elsewhere = { resident = 0.1 }", "resident = { resident = 0.6 }"):
        with pytest.raises(InputError, match=r"cheetah\.kinship"):
            scenario(tmp_path, f"[cheetah.kinship]\n{given}")
