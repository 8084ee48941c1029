"""What the user sees for every class of bad input: exact words, exit code 2, nothing written."""

import csv
import shutil
from pathlib import Path

import pytest
import xarray as xr

from command_line import DEMO, ustyurt
from ustyurt_models.cli import main
from ustyurt_models.resources import models_dir, scenarios_dir

BAD_INPUT = 2
BASE = f'extends = "{DEMO.as_posix()}"\n'
SURVEY = BASE + '[survey.goitered_gazelle]\nfile = "{file}"\n'
TABLE = """# status: simulated
# units: distance=m, effort=km, area=km2
Region.Label,Area,Sample.Label,Effort,distance,size
west,1000,1,12.5,40,2
west,1000,1,12.5,310,1
west,1000,2,10,120,3
west,1000,3,8,,
"""
RELEASE = """[[release]]
name = "south_chinks"
when = 2190
"""

STUDIES = {
    "unknown key": (
        BASE + "drwas = 5\n",
        "study.toml:2: drwas: unknown key (did you mean 'draws'?)",
    ),
    "wrong unit": (
        BASE + '[survey.goitered_gazelle]\ntruncation = "800 kg"\n',
        "study.toml:3: survey.goitered_gazelle.truncation: must be a length with its unit, such as "
        "'800 m' or '0.8 km'; got '800 kg' ('kg' is not a unit of length; units are m, km, cm)",
    ),
    "no unit": (
        BASE + "[survey.goitered_gazelle]\ntruncation = 800\n",
        "study.toml:3: survey.goitered_gazelle.truncation: must be a length with its unit, such as "
        "'800 m' or '0.8 km'; got 800 (did you mean '800 m'?)",
    ),
    "missing file": (
        BASE + '[survey.goitered_gazelle]\nfile = "surveys/gazele.csv"\n',
        "study.toml:3: survey.goitered_gazelle.file: the file must exist; got 'surveys/gazele.csv'",
    ),
    "file that is a folder": (
        BASE + '[survey.goitered_gazelle]\nfile = "/"\n',
        "study.toml:3: survey.goitered_gazelle.file: must be a file, not a folder; got '/'",
    ),
    "release outside the years": (
        BASE + RELEASE,
        "study.toml:4: release[0].when: must lie in 2027..2032; got 2190",
    ),
    "astronomic draws": (
        BASE + "draws = 1000000000000000000000\n",
        "study.toml:2: draws: must be <= 100000; got 1000000000000000000000",
    ),
    "nesting": (
        "a = " + "[" * 5000 + "]" * 5000 + "\n",
        "study.toml: must be valid TOML: brackets are nested too deep",
    ),
    "parameter that is not in the evidence": (
        BASE + '[prey.saiga]\nstart = "evidence:sai_dens_nw"\n',
        "study.toml:3: prey.saiga.start: must be a parameter of the evidence; got 'sai_dens_nw' "
        "(did you mean 'sai_dens_pan'?)",
    ),
}

SURVEYS = {
    "negative distance": (
        TABLE.replace(",40,", ",-40,"),
        "lines.csv: row 4, distance: must be >= 0; got -40.0 (sides are not signs)",
    ),
    "missing effort": (
        TABLE.replace("2,10,", "2,,"),
        "lines.csv: row 6, column Effort: must not be empty",
    ),
    "text in a number column": (
        TABLE.replace(",3\n", ",three\n"),
        "lines.csv: row 6, column size: must be a number; got 'three'",
    ),
    "decimal comma between commas": (
        TABLE.replace("12.5", "12,5"),
        "lines.csv: row 4: must have 6 cells like the header; got 7 "
        "(a decimal comma in a comma-separated file? use ';' between columns)",
    ),
    "no units": (
        TABLE.replace("# units", "# remark"),
        "lines.csv: units of distance: must be declared (say distance_unit = '...' in the study "
        "file or '# units: distance=...' on top)",
    ),
    "two readings of its letters": (
        TABLE.replace("west", "Düne").encode("cp1252"),
        "lines.csv: line 4: must be readable in one way only; as Windows-1251 it says "
        "'Dьne,1000,1,12.5,40,2', as Windows-1252 'Düne,1000,1,12.5,40,2' (save the file as "
        "UTF-8, or give encoding = '...' in the study file)",
    ),
}


def refused(study, output, capsys):
    """Run a study that cannot run; return what is said."""
    assert main(["run", str(study), "--output", str(output)]) == BAD_INPUT
    assert not output.exists(), "nothing may be written for bad input"
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return said.err.strip().splitlines()


def with_survey(folder, content):
    """Write a study on the survey `content`."""
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / "lines.csv").write_bytes(raw)
    study = folder / "study.toml"
    study.write_text(SURVEY.format(file="lines.csv"), encoding="utf-8")
    return study


@pytest.mark.parametrize("name", STUDIES)
def test_a_wrong_study_is_told_in_one_line(tmp_path, capsys, name):
    content, words = STUDIES[name]
    study = tmp_path / "study.toml"
    study.write_text(content, encoding="utf-8")
    assert words in refused(study, tmp_path / "results", capsys)


@pytest.mark.parametrize("name", SURVEYS)
def test_a_wrong_survey_is_told_by_row_and_column(tmp_path, capsys, name):
    content, words = SURVEYS[name]
    assert words in refused(with_survey(tmp_path, content), tmp_path / "results", capsys)


@pytest.mark.parametrize(
    "content",
    [
        TABLE.replace("west", "Шагырай").encode("cp1251"),
        TABLE.replace("west", "Шагырай").encode("utf-8-sig"),
        TABLE.split("Region", maxsplit=1)[0]
        + ("Region" + TABLE.split("Region", maxsplit=1)[1])
        .replace(",", ";")
        .replace("12.5", "12,5"),
    ],
    ids=["Windows-1251", "UTF-8 with mark", "decimal comma between semicolons"],
)
def test_what_has_one_meaning_only_is_read(tmp_path, capsys, content):
    assert main(["check", str(with_survey(tmp_path, content))]) == 0
    assert "survey lines.csv: 3 transects, 30 km, 3 groups within 800 m" in capsys.readouterr().out


def test_the_real_command_says_the_same_for_a_study_and_for_a_survey_file(tmp_path):
    study = with_survey(tmp_path, SURVEYS["negative distance"][0])
    for file in (study, tmp_path / "lines.csv"):
        done = ustyurt("check", file)
        assert done.returncode == BAD_INPUT
        assert done.stderr.strip() == SURVEYS["negative distance"][1]
        assert done.stdout == ""


def test_a_folder_is_no_study(tmp_path, capsys):
    shutil.copyfile(DEMO, tmp_path / "demo.toml")
    assert main(["check", str(tmp_path)]) == BAD_INPUT
    words = f"{tmp_path}: must be a study file, not a folder (it holds demo.toml)"
    assert capsys.readouterr().err.strip() == words


def wrong_landscape(folder: Path) -> Path:
    """Write the shipped landscape as if its metres were degrees."""
    path = models_dir() / "landscape" / "ustyurt_5km.nc"
    with xr.open_dataset(path, engine="h5netcdf", decode_coords=False) as opened:
        land = opened.load()
    degrees = (
        'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    )
    land["spatial_ref"].attrs["crs_wkt"] = degrees
    land.to_netcdf(folder / "degrees.nc", engine="h5netcdf")
    return folder / "degrees.nc"


def test_a_landscape_in_degrees_is_refused_before_anything_is_fitted(tmp_path, capsys):
    wrong_landscape(tmp_path)
    study = tmp_path / "study.toml"
    study.write_text(BASE + '[area]\nlandscape = "degrees.nc"\n', encoding="utf-8")
    assert refused(study, tmp_path / "results", capsys) == [
        "degrees.nc: spatial_ref: must be equal-area in metres; got 'WGS 84' (reproject to an "
        "equal-area projection, e.g. +proj=laea +lat_0=43.5 +lon_0=56)"
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "",
            "source_key: a parameter needs a source; got '' (a key of sources.bib or one of "
            "['derived', 'expert', 'gap', 'memory'])",
        ),
        (
            "nobody_1999",
            "source_key: no such source; got 'nobody_1999' (add the entry to sources.bib)",
        ),
    ],
    ids=["no source", "unknown source"],
)
def test_a_parameter_without_source_is_refused(tmp_path, monkeypatch, capsys, source, words):
    models = tmp_path / "models"
    shutil.copytree(models_dir(), models, ignore=shutil.ignore_patterns("source", "*.py"))
    with (models_dir() / "parameters.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    changed = next(row for row in rows if row["id"] == "sai_die_freq")
    changed["source_key"] = source
    (models / "parameters.csv").unlink()
    with (models / "parameters.csv").open("w", encoding="utf-8", newline="") as written:
        table = csv.DictWriter(written, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    monkeypatch.setattr("ustyurt_models.evidence.catalogue.models_dir", lambda: models)
    row = rows.index(changed) + 2
    found = refused(DEMO, tmp_path / "results", capsys)
    assert found == [f"parameters.csv: row {row}, {words}"]


def test_shipped_studies_pass_the_same_check(capsys):
    studies = [str(path) for path in sorted(scenarios_dir().glob("*.toml"))]
    assert main(["check", *studies]) == 0
    assert capsys.readouterr().err == ""
