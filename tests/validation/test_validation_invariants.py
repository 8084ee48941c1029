"""What must hold in any study: balance, addressed chance, neutral settings that change nothing."""

from itertools import pairwise

import numpy as np
import pytest

from theory_world import simulators, toml
from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES, PREY_DEATH_CAUSES
from ustyurt_models.resources import scenarios_dir

#: The demo with numbers instead of surveys, so that nothing needs fitting, more years, and enough
#: prey for cubs to be born.
DEMO = {
    "extends": str(scenarios_dir() / "demo.toml"),
    "title": "Demo without surveys",
    "years": 9,
    "draws": 2,
    "drop": ["survey", "criteria"],
    "prey": {
        "saiga": {"start": 9000},
        "goitered_gazelle": {"start": 25000},
        "urial": {"start": 800},
        "kulan": {"start": 300},
    },
}
BRING = {"species": "kulan", "years": [2029], "females": 12, "males": 8, "site": "south_chinks"}
HUNT = {"species": "saiga", "from": 2028, "fraction": 0.05}
#: Every line may be crossed: barriers that are there, and do nothing.
OPEN_LINES = {
    name: 1.0
    for name in (
        "sai_fence_pass",
        "sai_rail_pass",
        "gaz_fence_pass",
        "gaz_rail_pass",
        "uri_fence_pass",
        "kul_fence_pass",
        "che_fence_pass",
        "che_rail_pass",
    )
}
NO_POACHING = {f"{species}_poach_rate": 0.0 for species in ("sai", "gaz", "uri", "kul")}


def demo(folder, **changes):
    """Return the simulators of the demo with `changes`."""
    folder.mkdir(exist_ok=True)
    path = folder / "demo.toml"
    path.write_text(toml({**DEMO, **changes}), encoding="utf-8")
    return simulators(path)


def assert_same(one, other, *, but=()):
    assert one.keys() == other.keys()
    for name in one.keys() - set(but):
        assert np.array_equal(one[name], other[name], equal_nan=True), name


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """Runs of the demo with harvest and translocation: two scenarios, draws and replicates."""
    management = {"harvest": [HUNT], "prey_translocation": [BRING]}
    found = demo(tmp_path_factory.mktemp("busy"), management=management)
    return [[one(draw, k) for draw in range(2) for k in range(2)] for one in found]


def all_runs(busy):
    return [run for scenario in busy for run in scenario]


def test_prey_numbers_balance_in_every_year(busy):
    for run in all_runs(busy):
        change = np.diff(run["prey_number"].sum(axis=(2, 3)), axis=0)
        flows = run["prey_births"] - run["prey_deaths"].sum(axis=2)
        flows = flows + run["prey_immigrants"] - run["prey_emigrants"] + run["prey_translocated"]
        np.testing.assert_array_equal(change, flows[1:])
    assert run["prey_translocated"].sum() == BRING["females"] + BRING["males"]
    harvested = run["prey_deaths"][:, :, PREY_DEATH_CAUSES.index("harvest")].sum(axis=0)
    assert harvested[0] > 0
    assert harvested[1:].sum() == 0


def test_cheetah_numbers_balance_in_every_year(busy):
    for run in all_runs(busy):
        change = np.diff(run["cheetah_number"].sum(axis=(1, 2)))
        flows = run["cheetah_births"] - run["cheetah_deaths"].sum(axis=1)
        flows = flows - run["cheetah_emigrants"] + run["cheetah_released"]
        np.testing.assert_array_equal(change, flows[1:])
    assert sum(run["cheetah_births"].sum() for run in all_runs(busy)) > 0


def test_maps_hold_the_same_animals_as_the_tables(busy):
    for run in all_runs(busy):
        ends = [0, 3, 5]
        np.testing.assert_array_equal(
            run["map_prey"].sum(axis=2), run["prey_number"][ends].sum(axis=(2, 3))
        )
        died = run["prey_deaths"].sum(axis=0)
        np.testing.assert_array_equal(run["map_prey_deaths"].sum(axis=2), died)
        assert died[:, PREY_DEATH_CAUSES.index("cheetah")].sum() > 0
        born = run["prey_births"].sum(axis=0)
        np.testing.assert_array_equal(run["map_prey_births"].sum(axis=1), born)
        for name in ("map_prey_births", "map_prey_deaths"):
            np.testing.assert_array_equal(run[f"{name}_squared"], run[name] ** 2)
        by_cause = run["map_cheetah_deaths"].sum(axis=1)
        np.testing.assert_array_equal(by_cause, run["cheetah_deaths"].sum(axis=0))


def test_gene_diversity_is_one_less_the_mean_kinship_of_that_many_animals(busy):
    for run in all_runs(busy):
        number = run["cheetah_number"].sum(axis=(1, 2))
        some = number > 0
        kinship = 1.0 - run["gene_diversity"][some]
        assert (kinship >= 0.5 / number[some] - 1e-12).all()
        np.testing.assert_allclose(run["founder_genomes"][some], 0.5 / kinship)
        assert ((run["mean_inbreeding"][some] >= 0) & (run["mean_inbreeding"][some] < 1)).all()
        assert np.isnan(run["gene_diversity"][~some]).all()


def test_a_replicate_alone_equals_the_same_in_a_batch_of_any_order(busy, tmp_path):
    management = {"harvest": [HUNT], "prey_translocation": [BRING]}
    for scenario, runs in zip(demo(tmp_path, management=management), busy, strict=True):
        for draw, k in ((1, 1), (0, 0), (1, 0), (0, 1)):
            assert_same(scenario(draw, k), runs[2 * draw + k])
    assert not np.array_equal(busy[0][0]["prey_number"], busy[0][1]["prey_number"])


def test_scenarios_share_the_weather_bit_for_bit(busy):
    for one, other in zip(*busy, strict=True):
        for name in ("winter_severity", "summer_drought", "jut"):
            np.testing.assert_array_equal(one[name], other[name])
    assert busy[0][0]["winter_severity"].any()


def test_prey_are_the_same_until_the_first_cheetah_hunts(busy, tmp_path):
    management = {"harvest": [HUNT], "prey_translocation": [BRING]}
    drop = [*DEMO["drop"], "release", "sweep"]
    (without,) = demo(tmp_path, management=management, drop=drop)
    for draw in range(2):
        alone = without(draw, 0)
        hunted = busy[0][2 * draw]
        first = int(np.flatnonzero(hunted["cheetah_released"])[0])
        for name in ("prey_number", "prey_deaths", "prey_births", "prey_emigrants"):
            np.testing.assert_array_equal(alone[name][:first], hunted[name][:first])
        assert not np.array_equal(alone["prey_deaths"], hunted["prey_deaths"])
        assert alone["cheetah_number"].sum() == 0


def test_without_predation_prey_do_not_feel_cheetahs(tmp_path):
    base = {"drop": [*DEMO["drop"], "sweep"], "processes": {"predation": False}}
    (harmless,) = demo(tmp_path / "with", **base)
    (without,) = demo(tmp_path / "without", **base | {"drop": [*base["drop"], "release"]})
    fed, alone = harmless(0, 0), without(0, 0)
    assert fed["cheetah_number"].sum() > 0
    assert fed["mean_condition"].max() > 0.1, "cheetahs still find food"
    for name in (
        name for name in fed if name.startswith("prey_") and name != "prey_biomass_estimate"
    ):
        np.testing.assert_array_equal(fed[name], alone[name])


NEUTRAL = {
    "lethal equivalents of 0": ({"gen_le_default": 0.0}, "inbreeding_depression"),
    "catastrophes that never come": ({"sai_jut_freq": 0.0, "sai_die_freq": 0.0}, "catastrophes"),
    "lines that everybody crosses": (OPEN_LINES, "barriers"),
    "poachers that take nothing": (NO_POACHING, "poaching"),
    "starvation that kills nobody": ({"che_starve": 0.0}, "starvation"),
    "no extra cold": ({"che_cold_pen": 0.0}, "cold"),
    "a load of stock that nobody attacks": ({"che_stock_attack": 0.0}, "livestock_predation"),
    "immigration of 0": ({"sai_immig": 0.0, "gaz_immig": 0.0}, "immigration"),
}


@pytest.mark.parametrize("case", NEUTRAL)
def test_a_process_with_neutral_parameters_changes_no_number(tmp_path, case):
    parameters, process = NEUTRAL[case]
    base = {"drop": [*DEMO["drop"], "sweep", "management.barrier"], "parameters": parameters}
    (neutral,) = demo(tmp_path / "on", **base)
    (off,) = demo(tmp_path / "off", **base, processes={process: False})
    assert_same(neutral(0, 0), off(0, 0))


def test_extinct_stays_extinct_unless_animals_are_brought(tmp_path):
    prey = {name: {"start": 0} for name in DEMO["prey"]}
    drop = [*DEMO["drop"], "release", "sweep"]
    (one,) = demo(tmp_path, prey=prey, drop=drop, management={"prey_translocation": [BRING]})
    run = one(0, 0)
    number = run["prey_number"].sum(axis=(2, 3))
    kulan = list(DEMO["prey"]).index("kulan")
    assert number[:, np.arange(4) != kulan].sum() == 0
    assert number[:3, kulan].sum() == 0
    assert number[3, kulan] > 0
    assert (run["cheetah_number"] == 0).all()


def test_deaths_have_every_cause_that_the_contract_names(busy):
    deaths = sum(run["cheetah_deaths"].sum(axis=0) for run in all_runs(busy))
    prey = sum(run["prey_deaths"].sum(axis=(0, 1)) for run in all_runs(busy))
    assert deaths.shape == (len(CHEETAH_DEATH_CAUSES),)
    assert prey.shape == (len(PREY_DEATH_CAUSES),)
    assert (prey > 0).sum() >= 7


def test_ages_and_sexes_never_grow_from_nothing(busy):
    for run in all_runs(busy):
        adults = run["prey_number"][:, :, :, 1].sum(axis=2)
        all_of_them = run["prey_number"].sum(axis=(2, 3))
        brought = run["prey_immigrants"] + run["prey_translocated"]
        for t, (before, _) in enumerate(pairwise(all_of_them)):
            assert (adults[t + 1] <= before + brought[t + 1]).all()
