"""Surveys in four tables, from a folder or a zip; nothing unsafe is unpacked."""

import csv
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.survey.read.sources import read_source
from ustyurt_models.survey.read.transects import open_survey, read_survey

REFERENCE = Path(__file__).parents[3] / "shared" / "reference"
UNITS = {"distance": "m", "effort": "km", "area": "km2"}

TABLES = {
    "region.csv": "Region.Label,Area\nnorth,100\nsouth,50\n",
    "samples.csv": (
        "Sample.Label,Region.Label,Effort,slope\n1,north,10,3\n2,north,8,4\n1,south,5,1\n"
    ),
    "obs.csv": "object,Region.Label,Sample.Label\n11,north,1\n12,north,1\n13,south,1\n",
    "seen.csv": "object,distance,size,observer\n11,30,2,A\n12,80,1,B\n13,5,4,A\n",
}


def write(folder: Path, **changed: str | None) -> Path:
    for name, text in (TABLES | {f"{key}.csv": value for key, value in changed.items()}).items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def faults_of(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_survey(path, UNITS)
    return str(caught.value)


def test_four_tables_make_one_survey(tmp_path):
    survey = read_survey(write(tmp_path), UNITS)
    assert survey.form == "flat file, joined from 4 tables"
    assert survey.transect == ("north/1", "north/2", "south/1")
    assert survey.effort.tolist() == [10.0, 8.0, 5.0]
    assert survey.area_km2.tolist() == [100.0, 50.0]
    assert survey.distance_m.tolist() == [30.0, 80.0, 5.0]
    assert survey.detection_transect.tolist() == [0, 0, 2]
    assert survey.size.tolist() == [2, 1, 4]
    assert survey.transect_covariates["slope"].tolist() == [3.0, 4.0, 1.0]
    assert survey.covariates["observer"].tolist() == ["A", "B", "A"]
    assert survey.detection_place[0] == "seen.csv: row 2"


def test_a_zip_is_read_like_its_folder(tmp_path):
    inside = tmp_path / "in"
    inside.mkdir()
    write(inside)
    path = tmp_path / "survey.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in TABLES:
            archive.write(inside / name, f"data/{name}")
        archive.writestr("data/readme.txt", "hello")
        archive.writestr("__MACOSX/data/._seen.csv", "x")
    packed, plain = read_survey(path, UNITS), read_survey(inside, UNITS)
    assert packed.distance_m.tolist() == plain.distance_m.tolist()
    assert packed.transect == plain.transect
    assert any("readme.txt" in note for note in packed.notes)


def test_the_link_may_be_missing_where_observations_name_their_sample(tmp_path):
    seen = "object,distance,Sample.Label,Region.Label\n11,30,1,north\n13,5,1,south\n"
    survey = read_survey(write(tmp_path, obs=None, seen=seen), UNITS)
    assert survey.detection_transect.tolist() == [0, 2]


def test_the_regions_may_be_missing(tmp_path):
    survey = read_survey(write(tmp_path, region=None), UNITS | {"area": None})
    assert survey.stratum == ("north", "south")
    assert np.isnan(survey.area_km2).all()


def test_orphans_are_named_in_both_directions(tmp_path):
    write(
        tmp_path,
        region="Region.Label,Area\nnorth,100\nwest,50\n",
        obs="object,Region.Label,Sample.Label\n11,north,1\n12,north,7\n99,south,1\n",
    )
    said = faults_of(tmp_path)
    assert "samples.csv: Region.Label: must name regions of region.csv" in said
    assert "got 'south'" in said
    assert (
        "region.csv: Region.Label: must have samples in samples.csv; without any; got 'west'"
        in said
    )
    assert "obs.csv: Sample.Label: must name samples of samples.csv; unknown there" in said
    assert "got 'north / 7'" in said
    assert "obs.csv: object: must name objects of seen.csv; unknown there; got '99'" in said
    assert (
        "seen.csv: object: must name objects of obs.csv; without a sample there; got '13'" in said
    )


def test_keys_that_come_twice_are_named(tmp_path):
    write(
        tmp_path,
        samples="Sample.Label,Region.Label,Effort\n1,north,10\n1,north,8\n1,south,5\n",
        obs="object,Region.Label,Sample.Label\n11,north,1\n11,south,1\n13,south,1\n12,north,1\n",
    )
    said = faults_of(tmp_path)
    assert "samples.csv: row 3: must not name a sample again, as samples.csv: row 2 does" in said
    assert "obs.csv: row 3: must not name an object again" in said


def test_a_link_that_contradicts_the_observations_is_refused(tmp_path):
    obs = "object,Region.Label,Sample.Label,size\n11,north,1,2\n12,north,1,5\n13,south,1,4.0\n"
    said = faults_of(write(tmp_path, obs=obs))
    assert "obs.csv: row 3, size: must agree with seen.csv, which says '1'; got '5'" in said
    assert said.count("must agree") == 1


def test_faults_of_rows_name_the_table_they_stand_in(tmp_path):
    seen = "object,distance,size\n11,-30,2\n12,80,0\n13,5,4\n"
    said = faults_of(write(tmp_path, seen=seen))
    assert "seen.csv: row 2, distance: must be >= 0; got -30.0" in said
    assert "seen.csv: row 3, size: must be a whole number >= 1" in said


def test_a_column_of_both_tables_belongs_to_the_sample(tmp_path):
    seen = "object,distance,slope\n11,30,3\n12,80,3\n13,5,2\n"
    survey = read_survey(write(tmp_path, seen=seen), UNITS)
    assert survey.transect_covariates["slope"].tolist() == [3.0, 4.0, 1.0]
    assert survey.covariates["observation_slope"].tolist() == [3.0, 3.0, 2.0]
    alike = "object,distance,slope\n11,30,3\n12,80,3\n13,5,1\n"
    assert "observation_slope" not in read_survey(write(tmp_path, seen=alike), UNITS).covariates


def test_a_missing_role_is_named(tmp_path):
    said = faults_of(write(tmp_path, samples=None))
    assert "must hold a table of samples with Sample.Label and Effort" in said


def test_two_tables_of_one_role_are_refused(tmp_path):
    said = faults_of(write(tmp_path, more=TABLES["samples.csv"]))
    assert "must hold one table of samples; got ['more.csv', 'samples.csv']" in said


def test_a_folder_without_tables_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    assert "must hold tables (.csv, .tsv, .tab); got ['notes.txt']" in faults_of(tmp_path)


# --- zips -------------------------------------------------------------------------------------


def packed(folder: Path, members: dict[str, bytes], **options) -> Path:
    path = folder / "survey.zip"
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../out.csv", "/etc/out.csv", "a/../../out.csv", "C:\\out.csv"])
def test_a_member_outside_the_zip_is_refused_and_nothing_is_written(tmp_path, name):
    inside = tmp_path / "in"
    inside.mkdir()
    said = faults_of(packed(inside, {name: b"a,b\n1,2\n"}))
    assert "must stay inside the zip" in said
    assert [file.name for file in tmp_path.rglob("*")] == ["in", "survey.zip"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = packed(tmp_path, {"a.csv": b"0" * 30_000_000}, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 60_000
    assert "must not grow more than 200 times" in faults_of(path)


def test_too_many_and_too_large_files_are_refused(tmp_path):
    many = packed(tmp_path, {f"{i}.csv": b"a,b\n1,2\n" for i in range(60)})
    assert "must hold at most 50 files; got 60" in faults_of(many)


def test_a_spreadsheet_is_refused_with_advice(tmp_path):
    path = packed(tmp_path, {"xl/workbook.xml": b"<x/>"})
    assert "must be text, not a spreadsheet (save each sheet as CSV (UTF-8))" in faults_of(path)


def test_a_damaged_zip_is_a_clear_error(tmp_path):
    path = packed(tmp_path, TABLES_AS_BYTES)
    path.write_bytes(path.read_bytes()[:-30])
    assert "must be a sound zip file" in faults_of(path)


def test_a_locked_zip_is_a_clear_error(tmp_path):
    path = packed(tmp_path, {"a.csv": b"a,b\n1,2\n"})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + offset] |= 1
    path.write_bytes(bytes(raw))
    assert "must not be encrypted" in faults_of(path)


TABLES_AS_BYTES = {name: text.encode() for name, text in TABLES.items()}


def test_names_of_one_file_in_two_folders_are_refused(tmp_path):
    path = packed(tmp_path, {"a/x.csv": b"a,b\n1,2\n", "b/x.csv": b"a,b\n1,2\n"})
    assert "b/x.csv: must not come twice" in faults_of(path)


def test_windows_1251_and_decimal_commas_are_read_in_a_zip(tmp_path):
    members = {
        "samples.csv": "Sample.Label;Region.Label;Effort\n1;Устюрт;10,5\n".encode("cp1251"),
        "seen.csv": "object;distance;Sample.Label\n1;30,25;1\n".encode("cp1251"),
    }
    survey = read_survey(packed(tmp_path, members), UNITS)
    assert survey.stratum == ("Устюрт",)
    assert survey.effort.tolist() == [10.5]
    assert survey.distance_m.tolist() == [30.25]


# --- reference data ---------------------------------------------------------------------------


def reference(name: str) -> Path:
    path = REFERENCE / name
    if not path.is_dir():
        pytest.skip("reference data are not beside this checkout")
    return path


def test_the_dolphins_join_without_a_table_of_regions():
    folder = reference("mexdolphins")
    survey = read_survey(folder, {"distance": "m", "effort": "m"})
    with (folder / "distances.csv").open(encoding="utf-8", newline="") as file:
        animals = sum(int(row["size"]) for row in csv.DictReader(file))
    assert len(survey.transect) == 387
    assert survey.distance_m.size == 47
    assert survey.size.sum() == animals
    assert survey.position_kind == "lonlat"
    assert {"x", "y", "depth"} <= set(survey.transect_covariates)
    assert survey.covariates["beaufort"].shape == (47,)
    assert any("grid.csv" in note for note in survey.notes)


def test_the_golf_tees_join_to_162_groups_seen_by_either_observer():
    folder = reference("golftees")
    units = {"distance": "m", "effort": "m", "area": "m2"}
    survey = read_survey(folder, units)
    assert open_survey(folder).form == "double-observer records"
    assert survey.distance_m.size == 162
    assert survey.seen.shape == (162, 2)
    assert survey.seen.any(axis=1).all()
    assert survey.area_km2.sum() == pytest.approx(1680e-6)
    assert survey.effort.sum() == pytest.approx(0.21)


def test_every_reference_folder_is_at_least_taken_apart():
    for name in ("golftees", "mexdolphins"):
        source = read_source(reference(name))
        assert len(source.tables) == 4
        assert "README.md" in source.ignored
