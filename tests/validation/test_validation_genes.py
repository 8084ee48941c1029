"""Genes of cheetahs through study files; large versions: ``benchmarks/theory.py``."""

import numpy as np
import pytest

from theory_cases import _CHEETAH_LIFE, _litters
from theory_genes import crosses, locus_drift, related_founders
from theory_world import simulators, write_case
from ustyurt_models.checks import InputError
from ustyurt_models.study.load import read_study


def check(metrics):
    """Demand that every metric is what theory says."""
    wrong = [(m.metric, m.value, m.target) for m in metrics if not m.ok]
    assert not wrong


def test_loci_and_kinship_lose_diversity_as_drift_says(tmp_path):
    check(locus_drift(tmp_path, 3, 6, 8, 60))


def test_loci_of_related_founders_are_as_similar_as_their_kinship_says(tmp_path):
    check(related_founders(tmp_path, 60))


def test_first_crosses_survive_as_their_effect_says(tmp_path):
    check(crosses(tmp_path, 20))


def breeders(folder, **cheetah):
    study = {
        "years": 8,
        "prey": {"saiga": {"start": 50}},
        "cheetah": {"females": 6, "males": 6, "age": "3 y"} | cheetah,
        "processes": _CHEETAH_LIFE | {"inbreeding_depression": True, "dispersal": True},
        "engine": {
            "seasons_per_year": 4,
            "order": ["cheetah_deaths", "cheetah_births", "dispersal", "ageing", "record"],
        },
    }
    lives = {
        "survival": {"female": 0.85, "male": 0.8, "cub": 0.6, "old_age_yr": 12},
        "births": _litters(1.0) | {"lethal_equivalents": 6.0},
    }
    (one,) = simulators(write_case(folder, study, None, lives))
    return one


LOCI = ("expected_heterozygosity", "observed_heterozygosity", "alleles_per_locus")


def test_loci_change_nothing_else(tmp_path):
    without = breeders(tmp_path / "without")(0, 0)
    for name, loci in (("unique", {"number": 30}), ("two", {"number": 300, "founders": 2})):
        found = breeders(tmp_path / name, loci=loci)(0, 0)
        for variable, values in without.items():
            if variable in LOCI:
                assert np.isnan(values).all()
                assert np.isfinite(found[variable]).all()
            else:
                np.testing.assert_array_equal(found[variable], values, err_msg=variable)


def test_more_room_for_animals_changes_no_allele(tmp_path):
    small = breeders(tmp_path, loci={"number": 100, "founders": 3})
    large = breeders(tmp_path, loci={"number": 100, "founders": 3})
    large._cheetah_slots *= 8
    for variable in LOCI:
        np.testing.assert_array_equal(small(0, 1)[variable], large(0, 1)[variable])


@pytest.mark.parametrize(
    ("loci", "rule"),
    [
        ({"number": 4, "groups": {"resident": 3}}, "needs 'founders'"),
        ({"number": 4, "founders": [0.5, 0.4]}, "sum to 1"),
        ({"number": 4, "founders": 2, "groups": {"residents": 3}}, "must be a group of founders"),
    ],
)
def test_loci_that_contradict_themselves_are_refused(tmp_path, loci, rule):
    path = write_case(tmp_path, {"cheetah": {"females": 2, "loci": loci}})
    with pytest.raises(InputError, match=rule):
        read_study(path)


def test_a_criterion_on_loci_needs_loci(tmp_path):
    wish = "expected_heterozygosity in year 5 >= 0.9 of founders"
    with pytest.raises(InputError, match="needs neutral loci"):
        read_study(write_case(tmp_path, {"criteria": {"diverse": wish}}))
