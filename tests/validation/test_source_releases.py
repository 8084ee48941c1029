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


def study(folder, release=RELEASE, seasons=1, **zoo):
    changes = {
        "years": 6,
        "prey": {"saiga": {"start": 0}},
        "source": {"zoo": ZOO | zoo},
        "release": [release],
        "processes": only(),
        "engine": {"order": ["management", "record"], "seasons_per_year": seasons},
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


#: One pair whose first young, of ages 0 and 1, are taken: brothers and sisters.
PAIR = {
    "death": {"female": [0.0]},
    "breeding": {"first_age_female": 3, "brood": [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]},
    "capacity": {},
    "founders": {"females": [0, 0, 0, 1], "males": [0, 0, 0, 1]},
    "maximum_age": 60,
}
SIBS = RELEASE | {"animals": {"females": 2, "males": 2, "age": "1-2 y"}}


def kinship_after(simulator, replicate=0):
    """Kinship of the living at the end, and their F."""
    seen = {}

    def watch(state, census):
        slots = np.flatnonzero(state.cheetahs.stage >= 0)
        seen["kinship"] = state.kinship[np.ix_(slots, slots)].copy()
        seen["inbreeding"] = state.cheetahs.inbreeding[slots].copy()
        seen["females"] = state.cheetahs.male[slots] == 0

    seen["run"] = simulator(0, replicate, watch)
    return seen


@pytest.mark.parametrize("related", [0.0, 0.2])
def test_full_sibs_of_a_source_are_full_sibs_after_their_release(tmp_path, related):
    genes = {"pedigree": True, "founder_kinship": related}
    release = SIBS | {"repeat": {"years": 2}}
    (one,) = simulators(study(tmp_path, release=release, **PAIR, genetics=genes))
    seen = kinship_after(one)
    k, inbreeding = seen["kinship"], seen["inbreeding"]
    assert len(k) >= 4
    # Two parents with F = k and kinship k: (2 (1 + k) / 2 + 2 k) / 4, of both releases.
    apart = k[~np.eye(len(k), dtype=bool)]
    np.testing.assert_allclose(apart, 0.25 * (1.0 + related) + 0.5 * related, atol=1e-12)
    np.testing.assert_allclose(inbreeding, related)
    np.testing.assert_allclose(np.diag(k), 0.5 * (1.0 + inbreeding))


def test_kinship_with_those_taken_before_is_followed_through_the_generations(tmp_path):
    """A line of full sibs: one of each litter is taken; kinship of lines is known exactly."""
    line = {
        "death": {"female": [0.0]},
        "maximum_age": 1,
        "breeding": {"first_age_female": 1, "poisson": 60.0},
        "capacity": {"rule": "ceiling_hard", "females": 2, "males": 1},
        "founders": {"females": [0, 1], "males": [0, 1]},
        "genetics": {"pedigree": True},
        "order": ["breeding", "mortality", "ageing", "ceiling", "census"],
    }
    release = SIBS | {"animals": {"females": 1, "males": 0, "age": "1 y"}, "when": 2028}
    (one,) = simulators(study(tmp_path, release=release | {"repeat": {"years": 3}}, **line))
    seen = kinship_after(one)
    # Generation t + 1 descends from both sibs of t that were left, full sibs of the one taken;
    # kinship of sibs is that of F one generation on: 1/4, 3/8, 1/2.
    np.testing.assert_allclose(seen["inbreeding"], [0.0, 0.25, 0.375])
    expected = [[0.5, 0.25, 0.25], [0.25, 0.625, 0.375], [0.25, 0.375, 0.6875]]
    np.testing.assert_allclose(seen["kinship"], expected)


def test_similar_loci_stand_for_kinship_without_a_pedigree(tmp_path):
    genes = {"loci": 2_000}
    (one,) = simulators(study(tmp_path, release=SIBS, **PAIR, genetics=genes))
    k = kinship_after(one)["kinship"]
    apart = k[~np.eye(len(k), dtype=bool)]
    assert np.abs(apart - 0.25).max() < 5 * np.sqrt(0.05 / 2_000)


def test_alleles_of_a_source_arrive_with_its_animals(tmp_path):
    genes = {"loci": 40, "pedigree": True}
    for name, loci in (("unique", {"number": 40}), ("drawn", {"number": 40, "founders": 2})):
        path = study(tmp_path / name, release=SIBS, **PAIR, genetics=genes)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"cheetah.toml"', f'"cheetah.toml", loci = {toml(loci)}'))
        (one,) = simulators(path)
        run = one(0, 0)
        # Four genes of one pair at most.
        assert 1.0 <= run["alleles_per_locus"][-1] <= 4.0
        assert np.isfinite(run["expected_heterozygosity"][-1])


def toml(table):
    return "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"


def test_loci_that_a_source_does_not_have_are_refused(tmp_path):
    path = study(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"cheetah.toml"', '"cheetah.toml", loci = { number = 5 }'))
    with pytest.raises(InputError, match=r"must have genetics\.loci >= 5"):
        read_study(path)


HERD = {
    "maximum_age": 12,
    "death": {"female": [0.3, 0.1]},
    "breeding": {"first_age_female": 2, "share": 0.5, "brood": [0.0, 1.0]},
    "capacity": {"rule": "ceiling_hard", "number": 60.0},
    "founders": {"females": 20, "males": 20},
}


def with_herd(folder, herd=HERD, **moved):
    plan = {
        "species": "saiga",
        "years": [2028, 2029, 2031],
        "females": 12,
        "males": 6,
        "site": "middle",
        "origin": "breeding_centre",
        "source": "herd",
        "age": "1-4 y",
    }
    changes = {
        "years": 6,
        "prey": {"saiga": {"start": 0}},
        "source": {"herd": herd},
        "management": {"prey_translocation": [plan | moved]},
        "engine": {"order": ["management", "record"]},
    }
    return write_case(folder, changes)


def test_translocated_prey_are_taken_from_their_source_or_withheld(tmp_path):
    (one,) = simulators(with_herd(tmp_path))
    for replicate in range(3):
        run = one(0, replicate)
        brought, withheld = run["prey_translocated"][:, 0], run["prey_withheld"][:, 0]
        np.testing.assert_array_equal(brought + withheld, [0, 0, 18, 18, 0, 18, 0])
        np.testing.assert_array_equal(run["source_taken"][:, 0], brought)
        np.testing.assert_array_equal(run["prey_number"].sum(axis=(1, 2, 3)), brought.cumsum())
        assert withheld.sum() > 0
        with_, without = run["source_number"][:, 0], run["source_number_untouched"][:, 0]
        np.testing.assert_array_equal(with_[:2], without[:2])
        assert with_[3] < without[3]


def test_prey_without_a_source_are_always_to_be_had(tmp_path):
    (one,) = simulators(with_herd(tmp_path, source=""))
    run = one(0, 0)
    assert run["prey_translocated"].sum() == 54
    assert run["prey_withheld"].sum() == 0
    assert run["source_taken"].sum() == 0


#: Nobody dies or is born.
STILL = {
    "death": {"female": [0.0]},
    "breeding": {"first_age_female": 3, "share": 0.0, "brood": [0.0, 1.0]},
    "capacity": {},
    "maximum_age": 60,
}


@pytest.mark.parametrize("season", ["spring", "autumn"])
def test_released_cheetahs_are_as_old_as_they_were_in_their_source(tmp_path, season):
    founders = {"females": [0, 1, 0, 0, 2], "males": [0, 0, 0, 1, 0, 1]}
    animals = {"females": 3, "males": 2, "age": "2-9 y"}
    release = RELEASE | {"animals": animals, "repeat": {"years": 1}, "season": season}
    (one,) = simulators(study(tmp_path, release=release, seasons=4, **STILL, founders=founders))
    seen = {}

    def watch(state, census):
        slots = np.flatnonzero(state.cheetahs.stage >= 0)
        seen["age"], seen["male"] = state.cheetahs.age[slots], state.cheetahs.male[slots]

    one(0, 0, watch)
    # They go after two years, or two and a half, and do not age in a study without ageing.
    grown = 4 * 2 + (2 if season == "autumn" else 0)
    assert sorted(seen["age"][seen["male"] == 0] - grown) == [4, 16, 16]
    assert sorted(seen["age"][seen["male"] == 1] - grown) == [12, 20]


def test_translocated_prey_are_as_old_as_they_were_in_their_source(tmp_path):
    changes = {"years": [2029], "females": 3, "males": 1, "age": "1-9 y"}
    herd = STILL | {"founders": {"females": [0, 1, 0, 2], "males": [0, 0, 1]}}
    (one,) = simulators(with_herd(tmp_path, herd, **changes))
    seen = {}

    def watch(state, census):
        prey, n = state.herds[0], state.alive[0]
        seen["age"], seen["male"] = prey.age[:n], prey.male[:n]

    one(0, 0, watch)
    # They go after two years; a season is a year here.
    assert sorted(seen["age"][seen["male"] == 0]) == [3, 5, 5]
    assert sorted(seen["age"][seen["male"] == 1]) == [4]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"source": "heard"}, "must name a table"),
        ({"age": "20 y"}, "must have animals of that age"),
    ],
)
def test_prey_that_their_source_cannot_give_are_refused(tmp_path, change, rule):
    with pytest.raises(InputError, match=rule):
        read_study(with_herd(tmp_path, **change))
