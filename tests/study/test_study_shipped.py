"""The studies that ship, the illustration of the design, the editor schema, and the starter."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

from ustyurt_models.checks import Fault, InputError
from ustyurt_models.contracts import CHEETAH_DEATH_CAUSES, PREY_DEATH_CAUSES
from ustyurt_models.evidence import load_catalogue
from ustyurt_models.resources import scenarios_dir
from ustyurt_models.study import (
    landscape_file,
    load_study,
    read_land_names,
    read_study,
)
from ustyurt_models.study.editor_schema import study_json_schema
from ustyurt_models.study.engine import EVENTS, Processes
from ustyurt_models.study.estimate import estimate
from ustyurt_models.study.overview import DataChecks, check_files, overview
from ustyurt_models.study.quantities import AgeRange
from ustyurt_models.study.starter import write_starter
from ustyurt_models.study.surveys import Survey

SHIPPED = ("baseline", "prey_first", "release_now", "demo", "herd")

#: The study that the design promises to a scientist, with the names of shipped files.
ILLUSTRATION = """
title    = "Prey first, cheetah from year 10"
extends  = "baseline.toml"
start    = 2027
years    = 50
seed     = 20261122
draws    = 200
replicates = 5

[area]
landscape = "ustyurt_5km"
region    = "plateau"

[survey.goitered_gazelle]
file  = "surveys/gazelle_transects.csv"
model = "line_transect"
key   = "hazard-rate"
truncation = "800 m"

[survey.saiga]
file  = "surveys/saiga_counts.csv"
model = "trend"

[prey.saiga]
start = "survey:saiga"
[prey.goitered_gazelle]
start = "survey:goitered_gazelle"

[climate]
pathway = "ssp245"

[[management.barrier]]
name = "kz_uz_border_fence"
from = 2032
permeability = { saiga = 0.9, goitered_gazelle = 0.8, cheetah = 0.95 }

[[management.protected_area]]
name = "southern_ustyurt_extension"
from = 2030
enforcement = 0.8

[[release]]
when   = { gate = "prey_biomass_kg_per_km2 >= 15 in core for 3 years", not_before = 2035 }
site   = "south_chinks"
method = "soft"
animals = { females = 4, males = 4, origin = "captive_venaticus", age = "2-4 y" }
repeat = { years = 5 }
stop   = "estimated adult deaths > 50 % within 2 years"

[criteria]
persist      = "P(cheetah > 0 in year 50) >= 0.95"
establish    = "P(adult_females >= 20 in year 30) >= 0.8"
diversity    = "gene_diversity in year 50 >= 0.90 of founders"
prey_impact  = "P(goitered_gazelle below start in year 30) <= 0.1"

[sweep]
"release.animals.females" = [4, 8, 12]
"climate.pathway" = ["ssp126", "ssp585"]
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_study_has_no_fault_with_files_landscape_and_evidence(name):
    assert "expected:" in check_files([scenarios_dir() / f"{name}.toml"])


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_study_offers_the_schema_to_editors_and_explains_itself(name):
    text = (scenarios_dir() / f"{name}.toml").read_text(encoding="utf-8")
    assert text.startswith("#:schema ./study.schema.json\n")
    assert text.count("#") >= 4


def test_the_rival_plans_differ_in_management_gate_and_dates_only():
    first = read_study(scenarios_dir() / "prey_first.toml").scenarios[0]
    now = read_study(scenarios_dir() / "release_now.toml").scenarios[0]
    differing = {
        name for name in type(first).model_fields if getattr(first, name) != getattr(now, name)
    }
    assert differing == {"title", "name", "management", "release"}
    left, right = first.release[0], now.release[0]
    assert left.model_copy(update={"when": right.when}) == right


def test_the_demo_is_small_and_compares_two_scenarios_that_differ_in_one_value():
    study = read_study(scenarios_dir() / "demo.toml")
    first, second = study.scenarios
    assert (first.years, first.draws * first.replicates) == (6, 6)
    assert [each.release[0].animals.females for each in study.scenarios] == [4, 8]
    animals = first.release[0].animals.model_copy(update={"females": 8})
    release = first.release[0].model_copy(update={"animals": animals})
    assert first.model_copy(update={"name": second.name, "release": (release,)}) == second


def test_the_baseline_releases_nothing():
    (scenario,) = load_study(scenarios_dir() / "baseline.toml").scenarios
    assert scenario.release == ()
    assert set(scenario.species) == {"saiga", "goitered_gazelle", "urial", "kulan"}


@pytest.fixture
def illustration(tmp_path):
    base = (scenarios_dir() / "baseline.toml").read_text(encoding="utf-8")
    (tmp_path / "baseline.toml").write_text(base, encoding="utf-8")
    (tmp_path / "illustration.toml").write_text(ILLUSTRATION, encoding="utf-8")
    return read_study(tmp_path / "illustration.toml")


def test_the_illustration_of_the_design_is_a_valid_study(illustration):
    assert [scenario.name for scenario in illustration.scenarios] == [
        f"release.animals.females={females},climate.pathway={pathway}"
        for females in (4, 8, 12)
        for pathway in ("ssp126", "ssp585")
    ]


def test_the_illustration_means_what_it_says(illustration):
    scenario = illustration.scenarios[-1]
    (release,) = scenario.release
    assert scenario.survey["goitered_gazelle"].truncation == 800.0
    assert scenario.climate.pathway == "ssp585"
    assert (release.when.not_before, release.when.gate.conditions[0].years) == (2035, 3)
    assert (release.animals.females, release.animals.age) == (12, AgeRange(2.0, 4.0))
    assert (release.animals.captive, release.animals.african, release.soft) == (True, False, True)
    assert (release.repeat.years, release.stop.threshold) == (5, 0.5)
    assert scenario.criteria["diversity"].judged == "mean"


def test_the_committed_editor_schema_is_the_generated_one():
    committed = (scenarios_dir() / "study.schema.json").read_text(encoding="utf-8")
    assert json.loads(committed) == study_json_schema(), (
        "write it anew: ustyurt schema > scenarios/study.schema.json"
    )


def test_every_setting_has_a_description_in_the_editor_schema():
    schema = study_json_schema()
    blocks = [schema, *schema["$defs"].values()]
    bare = [
        f"{block.get('title')}.{key}"
        for block in blocks
        for key, field in block.get("properties", {}).items()
        if block.get("title") != "sweep" and not field.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_editor_schema_accepts_the_shipped_studies(name):
    text = (scenarios_dir() / f"{name}.toml").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(study_json_schema()).validate(tomllib.loads(text))


def test_the_names_beside_the_landscape_are_those_inside_it():
    xarray = pytest.importorskip("xarray")
    file = landscape_file("ustyurt_5km", Path())
    names = read_land_names(file)
    with xarray.open_dataset(file) as land:
        assert names.barriers == tuple(map(str, land["barrier"].to_numpy()))
        assert names.sites == tuple(json.loads(land.attrs["sites"]))
        areas = json.loads(land.attrs["protected_area_names"])
        assert names.protected_areas == tuple(areas[1:])
        assert all(f"suitability_{species}" in land for species in names.species)


def test_switches_cover_the_causes_of_death_of_the_contracts():
    switches = set(Processes.model_fields)
    renamed = {"background": "baseline_mortality", "density": "density_dependence"}
    prey = {renamed.get(cause, cause) for cause in PREY_DEATH_CAUSES} - {"cheetah"}
    cheetah = {
        {"disease": "cheetah_disease"}.get(cause, cause) for cause in CHEETAH_DEATH_CAUSES
    } - {"orphaned", "ceiling"}
    assert (prey | cheetah) <= switches
    assert "predation" in switches


def test_the_default_order_names_every_event_once():
    assert len(set(EVENTS)) == len(EVENTS) == 12


def test_the_estimate_grows_with_what_it_should_grow_with(tmp_path):
    study = read_study(scenarios_dir() / "prey_first.toml")
    one, two = estimate(study, 1), estimate(study, 2)
    first = study.scenarios[0]
    assert (one.scenarios, one.replicates) == (1, first.draws * first.replicates)
    assert one.wall_seconds > two.wall_seconds
    assert one.memory_mb < two.memory_mb
    demo = estimate(read_study(scenarios_dir() / "demo.toml"), 1)
    assert demo.replicates == 12
    assert demo.wall_seconds < one.wall_seconds
    assert demo.disk_mb < one.disk_mb


def test_evidence_that_is_given_is_not_read_again(monkeypatch):
    catalogue = load_catalogue()

    def refuse():
        raise AssertionError("read again")

    monkeypatch.setattr("ustyurt_models.study.overview.load_catalogue", refuse)
    checks = DataChecks(lambda survey, folder: "", str, catalogue=catalogue)
    assert "expected:" in check_files([scenarios_dir() / "demo.toml"], checks)


def test_a_survey_made_of_others_is_named_where_it_has_no_file(tmp_path):
    text = (scenarios_dir() / "demo.toml").read_text(encoding="utf-8")
    base = (scenarios_dir() / "baseline.toml").as_posix()
    assert 'extends = "baseline.toml"' in text
    study = tmp_path / "joined.toml"
    data = (scenarios_dir() / "surveys" / "gazelle_transects.csv").as_posix()
    joint = (
        f'[survey.again]\nmodel = "line_transect"\nfile = "{data}"\n'
        'species = "goitered_gazelle"\n[survey.both]\nmodel = "joint"\n'
        'species = "goitered_gazelle"\nsurveys = ["goitered_gazelle", "again"]\n'
    )
    study.write_text(text.replace("baseline.toml", base) + joint, encoding="utf-8")
    found = check_files([study], DataChecks(lambda survey, folder: "seen", str))
    assert "survey both: seen" in found


def test_the_overview_lists_scenarios_and_expected_cost():
    text = overview(read_study(scenarios_dir() / "demo.toml"))
    assert "2027 to 2032, 3 draws x 2 replicates, seed 20261122" in text
    assert "  release.animals.females=8\n" in text
    assert "expected: 2 scenario(s), 12 replicates in all: about" in text


def test_check_gathers_the_faults_of_all_files(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text('title = "t"\n', encoding="utf-8")

    def refuse(path: Path) -> str:
        raise InputError([Fault(path.name, "must be better")])

    files = [tmp_path / "a.toml", tmp_path / "b.toml", tmp_path / "c.csv"]
    with pytest.raises(InputError) as refused:
        check_files(files, DataChecks(lambda survey, folder: "", refuse))
    places = [fault.where for fault in refused.value.faults]
    assert places == ["a.toml: start", "b.toml: start", "c.csv"]


def test_check_gathers_the_faults_of_all_surveys_of_a_study():
    def refuse(survey: Survey, folder: Path) -> str:
        raise InputError([Fault(survey.file, "must be better")])

    with pytest.raises(InputError) as refused:
        check_files([scenarios_dir() / "baseline.toml"], DataChecks(refuse, str))
    places = {fault.where for fault in refused.value.faults}
    assert places == {"surveys/saiga_counts.csv", "surveys/gazelle_transects.csv"}


def test_check_hands_survey_files_to_their_reader():
    seen = []

    def look(path: Path) -> str:
        seen.append(path.name)
        return "fine"

    checks = DataChecks(lambda survey, folder: look(folder / survey.file), look)
    text = check_files([scenarios_dir() / "demo.toml", Path("lines.csv")], checks)
    assert seen == ["gazelle_transects.csv", "lines.csv"]
    assert "survey surveys/gazelle_transects.csv: fine" in text
    assert "lines.csv: fine" in text


def test_a_new_study_folder_runs_as_it_stands(tmp_path):
    study = write_starter(tmp_path / "mine")
    assert study.name == "study.toml"
    assert len(load_study(study).scenarios) == 2
    with pytest.raises(InputError, match="must be a new or empty folder"):
        write_starter(tmp_path / "mine")


def test_reading_a_study_imports_no_array_or_table_library():
    code = (
        "import sys\n"
        "from ustyurt_models.study import read_study\n"
        f"read_study({str(scenarios_dir() / 'demo.toml')!r})\n"
        "print(sorted({'numpy', 'pandas', 'xarray', 'scipy', 'numba', 'pymc', 'h5py'}"
        " & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
