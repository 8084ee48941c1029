"""Sweeps: names, order, addressing, designs, and faulty tables."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc

from ustyurt_models.checks import InputError
from ustyurt_models.study.load import read_study
from ustyurt_models.study.sobol import MOST_DIMENSIONS, sobol_points
from ustyurt_models.study.sweep import expand

BASE = {
    "title": "t",
    "release": [{"animals": {"females": 1}}, {"animals": {"females": 2}}],
}


def females(data) -> list[int]:
    return [entry["animals"]["females"] for entry in data["release"]]


def test_without_a_sweep_there_is_one_scenario_without_a_name_of_its_own():
    (variant,) = expand(BASE).variants
    assert variant.name == ""
    assert variant.data == BASE


def test_a_grid_has_all_combinations_with_the_last_key_fastest():
    sweep = {"years": [5, 6], "climate.pathway": ["ssp126", "ssp585"]}
    variants = expand({**BASE, "sweep": sweep}).variants
    assert [variant.name for variant in variants] == [
        "years=5,climate.pathway=ssp126",
        "years=5,climate.pathway=ssp585",
        "years=6,climate.pathway=ssp126",
        "years=6,climate.pathway=ssp585",
    ]
    assert variants[2].data["years"] == 6
    assert variants[2].data["climate"] == {"pathway": "ssp126"}
    assert "sweep" not in variants[2].data


def test_a_key_through_a_list_addresses_all_entries_or_the_one_with_that_position():
    every = expand({**BASE, "sweep": {"release.animals.females": [7]}}).variants[0]
    assert females(every.data) == [7, 7]
    second = expand({**BASE, "sweep": {"release[1].animals.females": [7]}}).variants[0]
    assert females(second.data) == [1, 7]


def test_scenarios_do_not_share_their_tables():
    first, second = expand({**BASE, "sweep": {"release.animals.females": [7, 8]}}).variants
    assert (females(first.data), females(second.data)) == ([7, 7], [8, 8])
    assert females(BASE) == [1, 2]


@pytest.mark.parametrize(
    ("sweep", "where", "rule"),
    [
        ({"years": 5}, ("sweep", "years"), "must be a list of values"),
        ({"years": []}, ("sweep", "years"), "must be a list of values"),
        ({"years": [5, 5]}, ("sweep", "years"), "must not name a value twice"),
        ({"design": "lhs"}, ("sweep", "design"), "must be one of grid, sobol, one_at_a_time"),
        ({"n": 4}, ("sweep", "n"), "goes with design = 'sobol', and only with it"),
        ({"design": "sobol"}, ("sweep", "n"), "goes with design = 'sobol', and only with it"),
        ({"design": "sobol", "n": 0}, ("sweep", "n"), "must lie in 1..10000"),
        (
            {"design": "sobol", "n": 4, "years": {"low": 9, "high": 5}},
            ("sweep", "years"),
            "must be a range such as { low = 4, high = 12 }",
        ),
        (
            {"seed": [1, 2]},
            ("sweep", "seed"),
            "must not be swept: scenarios share title and seed, so that they can be compared",
        ),
        (
            {"release[5].animals.females": [1]},
            ("sweep", "release[5].animals.females"),
            "must address something; the list it names is empty",
        ),
        (
            {"release..females": [1]},
            ("sweep", "release..females"),
            "must be a key such as 'release.animals.females'",
        ),
        (
            {"years": list(range(1, 102)), "start": list(range(2000, 2101))},
            ("sweep",),
            "must not give more than 10000 scenarios",
        ),
        ([1], ("sweep",), "must be a table"),
    ],
)
def test_a_faulty_sweep_is_refused_with_its_place(sweep, where, rule):
    expansion = expand({**BASE, "sweep": sweep})
    assert [(problem.path, problem.rule) for problem in expansion.problems] == [(where, rule)]
    assert len(expansion.variants) == 1


@pytest.mark.parametrize("dimensions", [1, 2, 5, MOST_DIMENSIONS])
def test_sobol_points_equal_those_of_scipy(dimensions):
    expected = qmc.Sobol(dimensions, scramble=False).random(64)
    np.testing.assert_array_equal(np.array(sobol_points(64, dimensions)), expected)


@settings(max_examples=20)
@given(st.integers(1, 7), st.integers(1, MOST_DIMENSIONS))
def test_a_sobol_design_of_two_to_the_m_points_fills_every_axis_evenly(power, dimensions):
    n = 2**power
    points = np.array(sobol_points(n, dimensions))
    for axis in points.T:
        assert sorted(np.floor(axis * n).astype(int)) == list(range(n))


def test_a_sobol_sweep_mixes_whole_ranges_real_ranges_and_options():
    sweep = {
        "design": "sobol",
        "n": 4,
        "release.animals.females": {"low": 4, "high": 7},
        "parameters.x": {"low": 0.0, "high": 1.0},
        "climate.pathway": ["ssp126", "ssp585"],
    }
    variants = expand({**BASE, "sweep": sweep}).variants
    assert [females(variant.data)[0] for variant in variants] == [4, 6, 7, 5]
    assert {variant.data["climate"]["pathway"] for variant in variants} == {"ssp126", "ssp585"}
    assert variants[1].name == "release.animals.females=6,parameters.x=0.5,climate.pathway=ssp585"


def test_points_that_round_to_the_same_values_are_one_scenario():
    sweep = {"design": "sobol", "n": 64, "years": {"low": 5, "high": 7}}
    assert [variant.data["years"] for variant in expand({**BASE, "sweep": sweep}).variants] == [
        5,
        6,
        7,
    ]


def test_a_swept_value_that_breaks_a_rule_is_shown_at_the_sweep(tmp_path):
    study = tmp_path / "s.toml"
    study.write_text(
        'title = "t"\nstart = 2027\n[sweep]\n"climate.pathway" = ["ssp126", "ssp12"]\n'
        '"engine.edg" = ["open"]\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        read_study(study)
    assert [str(fault) for fault in refused.value.faults] == [
        's.toml:4: sweep."climate.pathway": must be one of historical, ssp126, ssp245, ssp585; '
        "got 'ssp12' (did you mean 'ssp126'?)",
        "s.toml:5: sweep.\"engine.edg\": unknown key (did you mean 'edge'?)",
    ]


def test_one_at_a_time_changes_one_key_at_a_time():
    data = {"a": 1, "b": {"c": 5}}
    sweep = {"design": "one_at_a_time", "a": [2, 3], "b.c": [6]}
    found = expand({**data, "sweep": sweep}).variants
    assert [one.name for one in found] == ["as_written", "a=2", "a=3", "b.c=6"]
    assert [(one.data["a"], one.data["b"]["c"]) for one in found] == [
        (1, 5),
        (2, 5),
        (3, 5),
        (1, 6),
    ]
