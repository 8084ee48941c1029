"""Bad input: every fault at once, with file, line, key, rule, value and what to do."""

from pathlib import Path

import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.study import LandNames, check_study, read_study

GOOD = """title = "t"
start = 2026
years = 30

[prey.saiga]
start = "survey:saiga"

[prey.goitered_gazelle]
start = "evidence:gaz_dens_now"

[survey.saiga]
file = "saiga.csv"
model = "trend"
"""


def faults_of(folder: Path, text: str, **more) -> list[str]:
    study = folder / "s.toml"
    study.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        check_study(study, **more) if more else read_study(study)
    return [str(fault) for fault in refused.value.faults]


def test_the_good_study_has_no_fault(tmp_path):
    study = tmp_path / "s.toml"
    study.write_text(GOOD, encoding="utf-8")
    assert read_study(study).scenarios[0].species == ("saiga", "goitered_gazelle")


RELEASE = """
[[release]]
when = 2030
site = "south_chinks"
animals = { females = 4, males = 4 }
"""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("yeers = 5\n" + GOOD, "s.toml:1: yeers: unknown key (did you mean 'years'?)"),
        (
            GOOD + '[area]\nlandscap = "x"\n',
            "s.toml:15: area.landscap: unknown key (did you mean 'landscape'?)",
        ),
        (
            GOOD + RELEASE.replace("males = 4 }", "mails = 4, males = 4 }"),
            "s.toml:18: release[0].animals.mails: unknown key (did you mean 'males'?)",
        ),
        (
            GOOD + "[processes]\npoching = false\n",
            "s.toml:15: processes.poching: unknown key (did you mean 'poaching'?)",
        ),
        (
            GOOD + '[[management.barrier]]\nname = "b"\nform = 2030\npermeability = {}\n',
            "s.toml:16: management.barrier[0].form: unknown key (did you mean 'from'?)",
        ),
        (
            GOOD + '[survey.g]\nfile = "g.csv"\nmodel = "line_transect"\ntruncation = "800 kg"\n',
            "s.toml:17: survey.g.truncation: must be a length with its unit, such as '800 m' or "
            "'0.8 km'; got '800 kg' ('kg' is not a unit of length; units are m, km, cm)",
        ),
        (
            GOOD + RELEASE.replace("2030", "2090"),
            "s.toml:16: release[0].when: must lie in 2026..2055; got 2090",
        ),
        (
            GOOD + RELEASE + "repeat = { years = 40 }\n",
            "s.toml:19: release[0].repeat: the last release must not lie after 2055; got 2069",
        ),
        (
            GOOD + RELEASE.replace("2030", '{ gate = "saiga > 3", not_before = 2020 }'),
            "s.toml:16: release[0].when.not_before: must lie in 2026..2055; got 2020",
        ),
        (
            GOOD + RELEASE.replace("2030", "{ not_before = 2030 }"),
            "s.toml:16: release[0].when: must be a year, or a table with 'gate'",
        ),
        (
            GOOD + RELEASE.replace("2030", '{ gate = "saga > 3" }'),
            "s.toml:16: release[0].when.gate: must speak of what monitoring estimates; "
            "got 'saga' (did you mean 'saiga'?)",
        ),
        (
            GOOD + RELEASE.replace('"south_chinks"', "{ lon = 56.0 }"),
            "s.toml:17: release[0].site: must be the name of a site, or a point with both 'lon' "
            "and 'lat'",
        ),
        (
            GOOD + RELEASE.replace("females = 4, males = 4", "females = 0, males = 0"),
            "s.toml:18: release[0].animals: must release at least one animal",
        ),
        (
            GOOD + RELEASE.replace("females = 4", "females = 4.5"),
            "s.toml:18: release[0].animals.females: must be a whole number; got 4.5",
        ),
        (
            GOOD + RELEASE.replace("females = 4, ", ""),
            "s.toml:18: release[0].animals.females: is required",
        ),
        (
            GOOD + '[criteria]\na = "P(cheetah > 0 in year 50) >= 0.95"\n',
            "s.toml:15: criteria.a: years count from the start and must lie in 1..30; got 50",
        ),
        (
            GOOD + '[criteria]\na = "P(cheetah > 0 in year 2040) >= 0.95"\n',
            "s.toml:15: criteria.a: years count from the start and must lie in 1..30; got 2040 "
            "(did you mean year 15?)",
        ),
        (
            GOOD + '[criteria]\na = "P(cheetha > 0 in year 5) >= 0.95"\n',
            "s.toml:15: criteria.a: must speak of a known quantity; got 'cheetha' "
            "(did you mean 'cheetah'?)",
        ),
        (
            GOOD + '[criteria]\na = "P(cheetah > 0 in core in year 5) >= 0.95"\n',
            "s.toml:15: criteria.a: only prey_biomass_kg_per_km2 can be asked for a zone; "
            "got 'P(cheetah > 0 in core in year 5) >= 0.95'",
        ),
        (
            GOOD + "[criteria]\na = 3\n",
            "s.toml:15: criteria.a: must be a sentence such as "
            "'P(cheetah > 0 in year 50) >= 0.95'; got 3",
        ),
        (
            GOOD + '[[management.barrier]]\nname = "b"\npermeability = { saga = 0.9 }\n',
            "s.toml:16: management.barrier[0].permeability.saga: must be a species of this study; "
            "got 'saga' (did you mean 'saiga'?)",
        ),
        (
            GOOD + '[[management.harvest]]\nspecies = "saiga"\nfraction = 0.1\nquota = 5\n',
            "s.toml:14: management.harvest[0]: needs either 'fraction' or 'quota'",
        ),
        (
            GOOD + "[[management.protection]]\nfrom = 2040\nto = 2030\nlevel = 0.5\n",
            "s.toml:14: management.protection[0]: 'to' must not lie before 'from'",
        ),
        (
            GOOD + "[[management.protection]]\nlevel = 50\n",
            "s.toml:15: management.protection[0].level: must be a share from 0 to 1, such as 0.5 "
            "or '50 %'; got 50 (did you mean '50 %'?)",
        ),
        (
            GOOD + '[[management.protected_area]]\nname = "x"\nlon = 55.0\n',
            "s.toml:14: management.protected_area[0]: a disc needs all of 'lon', 'lat' and "
            "'radius'",
        ),
        (
            GOOD.replace('"survey:saiga"', '"survey:saga"'),
            "s.toml:6: prey.saiga.start: must name a survey of this study; got 'saga' "
            "(did you mean 'saiga'?)",
        ),
        (
            GOOD.replace('"survey:saiga"', '100\nplaces = "survey:saga"'),
            "s.toml:7: prey.saiga.places: must name a survey of this study; got 'saga' "
            "(did you mean 'saiga'?)",
        ),
        (
            GOOD.replace('"survey:saiga"', '100\nsuitability = "survey:saiga"'),
            "s.toml:7: prey.saiga.suitability: must name a survey with a map; "
            "'saiga' has none (a density surface, or occupancy with map = true or a grid)",
        ),
        (
            GOOD + 'species = "urial"\n',
            "s.toml:6: prey.saiga.start: must name a survey of saiga; 'saiga' counts 'urial'",
        ),
        (
            GOOD + 'truncation = "800 m"\n',
            "s.toml:14: survey.saiga.truncation: unknown key (allowed are",
        ),
        (
            GOOD.replace('"evidence:gaz_dens_now"', '"evidence:Gaz dens"'),
            "s.toml:9: prey.goitered_gazelle.start: must name a parameter id such as "
            "'evidence:gaz_dens_now'; got 'evidence:Gaz dens'",
        ),
        (
            GOOD.replace('"evidence:gaz_dens_now"', "-3"),
            "s.toml:9: prey.goitered_gazelle.start: must be >= 0; got -3",
        ),
        (
            GOOD.replace('"evidence:gaz_dens_now"', '"5 per m2"'),
            "s.toml:9: prey.goitered_gazelle.start: must be a density with its unit, such as "
            "'0.05 per km2' or '5 per 100 km2'; got '5 per m2' ('per m2' is not a unit of "
            "density; units are per km2, /km2, ind/km2, per 100 km2, ind/100 km2)",
        ),
        (
            GOOD + '[engine]\norder = ["climate", "record", "climate"]\n',
            "s.toml:14: engine: 'order' must name each event once; twice: climate",
        ),
        (
            GOOD + '[engine]\norder = ["climate", "brith", "record"]\n',
            "s.toml:15: engine.order[1]: must be one of climate, management, movement, births, "
            "prey_deaths, predation, condition, cheetah_deaths, cheetah_births, dispersal, "
            "ageing, record; got 'brith' (did you mean 'births'?)",
        ),
        (
            GOOD + '[engine]\norder = ["climate"]\n',
            "s.toml:14: engine: 'order' must contain 'record', or there is no result",
        ),
        (
            GOOD + '[engine]\ncheetah_capacity_rule = "ceiling_hard"\n',
            "s.toml:14: engine: 'ceiling' goes with a ceiling rule for cheetahs, and only with it",
        ),
        (
            GOOD.replace("years = 30", 'years = "30"'),
            "s.toml:3: years: must be a whole number; got '30'",
        ),
        (GOOD.replace("years = 30", "years = 0"), "s.toml:3: years: must be >= 1; got 0"),
        (
            GOOD.replace("years = 30", "years = true"),
            "s.toml:3: years: must be a whole number; got True",
        ),
        (
            GOOD + "[processes]\ncold = 0\n",
            "s.toml:15: processes.cold: must be true or false; got 0",
        ),
        (
            GOOD + "[parameters]\nche_mass = nan\n",
            "s.toml:15: parameters.che_mass: must be a finite number; got nan",
        ),
        (
            GOOD + '[survey."Saiga 2024"]\nfile = "a.csv"\nmodel = "trend"\n',
            "s.toml:14: survey.Saiga 2024: must be a plain name: a-z, 0-9 and _, starting with a "
            "letter; got 'Saiga 2024'",
        ),
        (
            GOOD + "[output]\nmap_years = [2090]\n",
            "s.toml:15: output.map_years: must lie in 2026..2055; got 2090",
        ),
        (GOOD.replace('title = "t"\n', ""), "s.toml: title: is required"),
        (GOOD + "prey = 3\n", "s.toml:14: survey.saiga.prey: unknown key (allowed are"),
        ("area = 3\n" + GOOD, "s.toml:1: area: must be a table; got 3"),
    ],
)
def test_each_fault_says_where_what_and_why(tmp_path, text, fault):
    found = faults_of(tmp_path, text)
    assert len(found) == 1
    assert found[0] == fault or (fault.endswith("allowed are") and found[0].startswith(fault))


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path):
    text = GOOD.replace('"survey:saiga"', '"survey:saga"').replace("years = 30", "yeers = 30")
    text += RELEASE.replace("2030", "2090").replace("males = 4 }", 'mails = 4, males = "4" }')
    text += RELEASE.replace("2030", "2100")
    text += '[criteria]\na = "P(cheetha > 0 in year 5) >= 0.95"\nb = "P(cheetah"\n'
    assert faults_of(tmp_path, text) == [
        "s.toml:3: yeers: unknown key (did you mean 'years'?)",
        "s.toml:6: prey.saiga.start: must name a survey of this study; got 'saga' "
        "(did you mean 'saiga'?)",
        "s.toml:18: release[0].animals.males: must be a whole number; got '4'",
        "s.toml:18: release[0].animals.mails: unknown key (did you mean 'males'?)",
        "s.toml:21: release[1].when: must lie in 2026..2075; got 2100",
        "s.toml:25: criteria.a: must speak of a known quantity; got 'cheetha' "
        "(did you mean 'cheetah'?)",
        "s.toml:26: criteria.b: expected a comparison (>=, <=, ==, !=, >, <) at position 10, "
        "found the end; got 'P(cheetah' (write it like 'P(cheetah > 0 in year 50) >= 0.95')",
    ]


def test_a_fault_in_an_inherited_part_names_the_file_that_holds_it(tmp_path):
    (tmp_path / "base.toml").write_text(GOOD + "[engine]\nedge = 3\n", encoding="utf-8")
    assert faults_of(tmp_path, 'extends = "base.toml"\ntitel = "x"\n') == [
        "s.toml:2: titel: unknown key (did you mean 'title'?)",
        "base.toml:15: engine.edge: must be one of open, closed; got 3",
    ]


def test_missing_files_are_named_with_the_closest_one(tmp_path):
    (tmp_path / "saiga.tsv").touch()
    (tmp_path / "x.toml").touch()
    text = GOOD + '[cheetah]\nfile = "x.toml"\n[climate]\nfile = "warm.nc"\n'
    text = text.replace('start = "evidence', 'file = "x.toml"\nstart = "evidence')
    text = text.replace('start = "survey', 'file = "x.toml"\nstart = "survey')
    found = faults_of(tmp_path, text, land_names=None, parameter_ids=None)
    assert found == [
        "s.toml:14: survey.saiga.file: the file must exist; got 'saiga.csv' "
        "(did you mean 'saiga.tsv'?)",
        "s.toml:19: climate.file: the file must exist; got 'warm.nc'",
    ]


def test_names_unknown_to_the_landscape_and_the_evidence_are_faults(tmp_path):
    (tmp_path / "saiga.csv").touch()
    (tmp_path / "x.toml").touch()
    text = GOOD.replace("start = ", 'file = "x.toml"\nstart = ').replace(
        'file = "x.toml"\nstart = 2026', "start = 2026"
    )
    text += '[cheetah]\nfile = "x.toml"\n' + RELEASE.replace("south_chinks", "south_chink")
    text += '[[management.barrier]]\nname = "fence"\npermeability = { saiga = 0.5 }\n'
    text += '[[management.protected_area]]\nname = "park"\n'
    text += '[[management.protected_area]]\nname = "new"\nlon = 55\nlat = 43\nradius = "9 km"\n'
    text += '[[management.livestock]]\nfactor = 0.5\narea = "new"\n'
    text += "[parameters]\nche_mas = 3.0\n"
    land = LandNames(("south_chinks",), ("border_kz_uz",), ("south_ustyurt",), ("saiga", "cheetah"))
    found = faults_of(tmp_path, text, land_names=land, parameter_ids=["che_mass", "gaz_dens"])
    assert found == [
        "s.toml:9: prey.goitered_gazelle: must be a species with a suitability layer of the "
        "landscape; got 'goitered_gazelle' (allowed are ['cheetah', 'saiga'])",
        "s.toml:11: prey.goitered_gazelle.start: must be a parameter of the evidence; "
        "got 'gaz_dens_now' (did you mean 'gaz_dens'?)",
        "s.toml:21: release[0].site: must be a site of the landscape; got 'south_chink' "
        "(did you mean 'south_chinks'?)",
        "s.toml:24: management.barrier[0].name: must be a barrier of the landscape; got 'fence' "
        "(allowed are ['border_kz_uz'])",
        "s.toml:27: management.protected_area[0].name: must be a protected area of the "
        "landscape; got 'park' (allowed are ['south_ustyurt'])",
        "s.toml:37: parameters.che_mas: must be a parameter of the evidence; got 'che_mas' "
        "(did you mean 'che_mass'?)",
    ]


@pytest.mark.parametrize("key", ["years", "area.region", "draws", "output.map_years"])
def test_what_all_scenarios_share_cannot_be_swept(tmp_path, key):
    found = faults_of(tmp_path, GOOD + f'[sweep]\n"{key}" = [20, 30]\n')
    assert any("must not be swept: all scenarios share start, years, draws" in one for one in found)
    assert all(one.startswith("s.toml:15: sweep") for one in found)


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        ("1e15", "must be <= 10,000,000; got 1000000000000000.0 (each animal is simulated)"),
        ('"5000 per km2"', "must be <= 1,000; got '5000 per km2' (each animal is simulated)"),
        ("-1", "must be >= 0; got -1"),
        ("nan", "must be >= 0; got nan"),
    ],
)
def test_a_start_beyond_any_population_is_refused(tmp_path, start, rule):
    found = faults_of(tmp_path, GOOD.replace('"survey:saiga"', start))
    assert any(one.endswith(f"prey.saiga.start: {rule}") for one in found), found
