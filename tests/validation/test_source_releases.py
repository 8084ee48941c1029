"""Releases take animals that exist in a simulated source population, which loses them."""

import numpy as np
import pytest

from theory_world import only, simulators, write_case
from ustyurt_models.checks import InputError
from ustyurt_models.study.load import read_study

ZOO = {
    "maximum_age": 14,
    "death": {"female": [0.3, 0.1]},
    "breeding": {"first_age_female": 3, "share": 0.4, "brood": [0.0, 0.3, 0.4, 0.3]},
    "capacity": {"rule": "ceiling_probabilistic", "number": 40.0},
    "genetics": {"pedigree": True, "founder_kinship": 0.1},
    "founders": {"females": 10, "males": 10},
}
RELEASE = {
    "when": 2029,
    "site": "middle",
    "method": "hard",
    "animals": {"females": 3, "males": 2, "age": "2-6 y"},
    "repeat": {"years": 2},
    "source": "zoo",
}


def study(folder, release=RELEASE, **zoo):
    changes = {
        "years": 6,
        "prey": {"saiga": {"start": 0}},
        "source": {"zoo": ZOO | zoo},
        "release": [release],
        "processes": only(),
        "engine": {"order": ["management", "record"]},
    }
    return write_case(folder, changes)


def test_a_release_takes_what_its_source_has(tmp_path):
    (one,) = simulators(study(tmp_path))
    for replicate in range(3):
        run = one(0, replicate)
        asked = run["cheetah_released"] + run["cheetah_withheld"]
        np.testing.assert_array_equal(asked, [0, 0, 0, 5, 5, 0, 0])
        np.testing.assert_array_equal(run["source_taken"][:, 0], run["cheetah_released"])
        assert run["cheetah_released"][3] > 0
        with_, without = run["source_number"][:, 0], run["source_number_untouched"][:, 0]
        np.testing.assert_array_equal(with_[:3], without[:3])
        assert (with_[3:] != without[3:]).any()
        assert run["gene_diversity"][4] < 1.0 - 1.0 / 20.0, "relatives share genes"


def test_what_a_source_does_not_have_is_withheld(tmp_path):
    poor = {"founders": {"females": [0, 0, 0, 2], "males": [0, 0, 0, 1]}, "maximum_age": 8}
    barren = ZOO["breeding"] | {"share": 0.0}
    (one,) = simulators(study(tmp_path, **poor, death={"female": [0.0]}, breeding=barren))
    run = one(0, 0)
    np.testing.assert_array_equal(run["cheetah_released"], [0, 0, 0, 3, 0, 0, 0])
    np.testing.assert_array_equal(run["cheetah_withheld"], [0, 0, 0, 2, 5, 0, 0])
    assert run["source_number"][-1, 0] == 0
    assert run["source_number_untouched"][-3, 0] == 3


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"source": "zo"}, "must name a table"),
        ({"animals": {"females": 1, "males": 0, "age": "20 y"}}, "must have animals of that age"),
    ],
)
def test_a_release_from_a_source_that_cannot_give_is_refused(tmp_path, change, rule):
    with pytest.raises(InputError, match=rule):
        read_study(study(tmp_path, release=RELEASE | change))
