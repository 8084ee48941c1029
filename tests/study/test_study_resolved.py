"""The resolved form: equal when read again, independent of where it is written."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ustyurt_models.checks import InputError
from ustyurt_models.provenance import digest_json
from ustyurt_models.study import Scenario, read_study, write_resolved
from ustyurt_models.study.engine import EVENTS, Processes
from ustyurt_models.study.load import check_study

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
SHARES = st.floats(0, 1)
LENGTHS = st.floats(0.1, 1e5).map(lambda value: f"{value!r} m")
YEARS = st.integers(2030, 2060)


def tables(**fields):
    return st.fixed_dictionaries({}, optional=fields)


SAIGA = st.fixed_dictionaries(
    {"start": st.integers(0, 10**6) | st.just("evidence:gaz_dens_now") | st.just("5 per 100 km2")},
    optional={"immigration": st.booleans()},
)
MEASURES = st.fixed_dictionaries(
    {
        "barrier": st.lists(
            st.fixed_dictionaries(
                {"name": NAMES, "permeability": tables(saiga=SHARES, cheetah=SHARES)},
                optional={"from": YEARS},
            ),
            max_size=2,
        ),
        "protected_area": st.lists(
            st.fixed_dictionaries(
                {
                    "name": NAMES,
                    "lon": st.floats(50, 60),
                    "lat": st.floats(40, 46),
                    "radius": LENGTHS,
                }
            ),
            max_size=2,
        ),
        "harvest": st.lists(
            st.fixed_dictionaries(
                {"species": st.just("saiga"), "fraction": SHARES},
                optional={"sex": st.sampled_from(["any", "male"]), "to": YEARS},
            ),
            max_size=2,
        ),
    }
)
RELEASES = st.lists(
    st.fixed_dictionaries(
        {
            "when": YEARS
            | st.fixed_dictionaries(
                {"gate": st.just("prey_biomass_kg_per_km2 >= 15 in core for 3 years")},
                optional={"not_before": YEARS},
            ),
            "site": NAMES | st.fixed_dictionaries({"lon": SHARES, "lat": SHARES}),
            "animals": st.fixed_dictionaries(
                {"females": st.integers(1, 9), "males": st.integers(0, 9)},
                optional={"age": st.sampled_from(["2-4 y", "3 y", "4-? y", "18-30 months"])},
            ),
        },
        optional={
            "method": st.sampled_from(["soft", "hard"]),
            "stop": st.just("estimated adult deaths > 50 % within 2 years"),
        },
    ),
    max_size=3,
)
STUDIES = st.fixed_dictionaries(
    {
        "title": st.text(min_size=1, max_size=10),
        "start": st.integers(1950, 2100),
        "years": st.integers(1, 100),
        "seed": st.integers(0, 2**63 - 1),
        "prey": st.fixed_dictionaries({"saiga": SAIGA}),
        "management": MEASURES,
        "release": RELEASES,
        "criteria": st.dictionaries(
            NAMES, st.sampled_from(["P(cheetah > 0 in year 1) >= 0.9", "saiga in year 1 > 5"])
        ),
        "engine": tables(order=st.permutations(EVENTS), seasons_per_year=st.integers(1, 12)),
        "processes": st.dictionaries(st.sampled_from(list(Processes.model_fields)), st.booleans()),
        "parameters": st.dictionaries(NAMES, st.floats(-1e9, 1e9)),
    }
)


@settings(max_examples=60, deadline=None)
@given(STUDIES)
def test_a_scenario_written_as_json_is_read_as_an_equal_one(data):
    scenario = Scenario.model_validate_json(json.dumps(data))
    text = scenario.model_dump_json()
    assert Scenario.model_validate_json(text) == scenario
    assert json.loads(text) == scenario.model_dump(mode="json")


STUDY = """title = "t"
start = 2027
[prey.saiga]
start = 50
[[release]]
when = 2030
site = "south_chinks"
animals = { females = 4, males = 4 }
[sweep]
"release.animals.females" = [4, 8]
"""


def write(folder: Path, text: str = STUDY, name: str = "s.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_resolved_study_reloads_to_equal_scenarios(tmp_path):
    study = read_study(write(tmp_path))
    file = write_resolved(study, tmp_path / "results" / "s")
    again = read_study(file)
    assert again.scenarios == study.scenarios
    assert again.digest == study.digest
    assert again.folder.resolve() == study.folder.resolve()
    assert again.path.resolve() == study.path.resolve()
    assert not list(file.parent.glob("*.partial"))


def test_the_resolved_file_spells_out_every_default(tmp_path):
    file = write_resolved(read_study(write(tmp_path)), tmp_path)
    first = json.loads(file.read_text(encoding="utf-8"))["scenarios"][0]
    assert set(first) == set(Scenario.model_fields)
    assert first["processes"] == dict.fromkeys(Processes.model_fields, True)


def test_the_digest_changes_with_what_changes_results_and_with_nothing_else(tmp_path):
    base = read_study(write(tmp_path / "a")).digest
    assert read_study(write(tmp_path / "b")).digest == base
    aside = STUDY + "[engine]\nworkers = 7\n[output]\nfolder = 'elsewhere'\n"
    aside += "[observation.collared]\nmethod = 'collars'\ncollars = 4\n"
    assert read_study(write(tmp_path / "c", aside)).digest == base
    comment = "# why\n" + STUDY.replace("when = 2030", "when = 2030  # early")
    assert read_study(write(tmp_path / "d", comment)).digest == base
    for change in (("2030", "2031"), ("50", "51"), ("4, 8", "4, 9")):
        assert read_study(write(tmp_path / "e", STUDY.replace(*change))).digest != base


def test_the_digest_does_not_depend_on_the_order_of_keys():
    assert digest_json({"a": 1, "b": [1.5, "x"]}) == digest_json({"b": [1.5, "x"], "a": 1})


def test_defaults_and_the_same_values_written_out_give_the_same_study(tmp_path):
    explicit = STUDY + '[climate]\npathway = "ssp245"\n[processes]\ncold = true\n'
    assert read_study(write(tmp_path / "a", explicit)).scenarios == (
        read_study(write(tmp_path / "b")).scenarios
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "must be valid JSON"),
        ("[]", "must be a resolved study with a list 'scenarios'"),
        ('{"scenarios": []}', "must be a resolved study with a list 'scenarios'"),
        (
            '{"scenarios": [{"title": "t", "start": 1}]}',
            "scenarios[0].start: must be >= 1900; got 1",
        ),
        ('{"scenarios": [3]}', "scenarios[0]: must be a table"),
    ],
)
def test_a_damaged_resolved_file_is_a_fault(tmp_path, text, message):
    for read in (read_study, check_study):
        with pytest.raises(InputError) as refused:
            read(write(tmp_path, text, "study.resolved.json"))
        assert message in str(refused.value)
        assert str(refused.value).startswith("study.resolved.json: ")


def test_the_study_is_frozen(tmp_path):
    scenario = read_study(write(tmp_path)).scenarios[0]
    with pytest.raises(ValueError, match="frozen"):
        scenario.years = 3
