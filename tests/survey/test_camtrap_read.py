"""Camtrap DP packages: read as the standard says, refused with all faults at once."""

import gzip
import json
import os
import zipfile

import numpy as np
import pytest

import camtrap_case as case
from ustyurt_models.checks import InputError
from ustyurt_models.survey.read.camtrap.package import read_camtrap
from ustyurt_models.survey.read.camtrap.schema import TABLES
from ustyurt_models.survey.read.camtrap.source import is_package


def faults_of(path):
    with pytest.raises(InputError) as caught:
        read_camtrap(path)
    return [str(fault) for fault in caught.value.faults]


def only(path):
    (fault,) = faults_of(path)
    return fault


def test_folder_descriptor_and_zip_give_the_same_package(tmp_path):
    folder = case.write(tmp_path / "pack")
    archive = case.zipped(tmp_path / "pack.zip")
    nested = case.zipped(tmp_path / "nested.zip", home="export/")
    packages = [read_camtrap(one) for one in (folder, folder / "datapackage.json", archive, nested)]
    for package in packages:
        assert package.deployments.identity == ("d1", "d2", "d3")
        assert package.deployments.site.tolist() == [0, 0, 1]
        assert package.deployments.site_names == ("A", "B")
        assert package.observations.kind.size == 7
        assert package.header == {"title": "Test", "status": "simulated"}
        assert (package.version, package.media, package.notes) == ("1.0", 1, ())
    assert all(is_package(one) for one in (folder, folder / "datapackage.json", archive, nested))
    assert not is_package(tmp_path)


def test_times_with_zones_become_world_time(tmp_path):
    package = read_camtrap(case.write(tmp_path / "pack"))
    start = np.datetime64("2027-05-01T07:00:00").astype("datetime64[s]").astype(float)
    assert package.deployments.start_s[0] == start
    assert package.deployments.offset_s.tolist() == [5 * 3600.0] * 3


def test_tables_packed_once_more_are_read(tmp_path):
    folder = case.write(tmp_path / "pack", observations_csv=None, media_csv=None)
    (folder / "observations.csv.gz").write_bytes(gzip.compress(case.OBSERVATIONS.encode()))
    with zipfile.ZipFile(folder / "media.csv.zip", "w") as archive:
        archive.writestr("media.csv", case.MEDIA)
    text = case.descriptor().replace("observations.csv", "observations.csv.gz")
    (folder / "datapackage.json").write_text(text.replace("media.csv", "media.csv.zip"))
    assert read_camtrap(folder).observations.kind.size == 7


def test_a_package_without_pictures_or_observations_is_still_one(tmp_path):
    none = case.OBSERVATIONS.splitlines()[0] + "\n"
    media = case.MEDIA.splitlines()[0] + "\n"
    package = read_camtrap(case.write(tmp_path / "pack", observations_csv=none, media_csv=media))
    assert package.observations.kind.size == 0


def test_faults_of_all_tables_are_told_at_once(tmp_path):
    deployments = case.DEPLOYMENTS.replace("d3,B,south,43.10", "d1,B,south,143.10")
    media = case.MEDIA.replace("activityDetection", "motion").replace("media/m1", "../m1")
    media = media.replace("image/jpeg", "jpeg").replace(",true,", ",yes,")
    seen = case.OBSERVATIONS.replace("o2,d1", "o1,d9").replace("blank", "empty")
    seen = seen.replace("Vulpes corsac,1,,", "Vulpes corsac,0.5,f,-3").replace(",m1,", ",m7,")
    folder = case.write(
        tmp_path / "pack", deployments_csv=deployments, media_csv=media, observations_csv=seen
    )
    text = "\n".join(faults_of(folder))
    for words in (
        "deployments.csv: row 4, column deploymentID: must come once in the table; got 'd1'",
        "deployments.csv: row 4, column latitude: must lie in -90..90",
        "column captureMethod: must be one of activityDetection, timeLapse; got 'motion'",
        "column filePath: must be a file inside the package",
        "column fileMediatype: must be a media type",
        "column filePublic: must be true or false; got 'yes'",
        "column observationID: must come once",
        "column deploymentID: must be in the table deployments; got 'd9'",
        "column mediaID: must be in the table media; got 'm7'",
        "column observationType: must be one of animal",
        "column count: must be at least 1",
        "column sex: must be one of female, male; got 'f'",
        "column individualPositionRadius: must be at least 0",
    ):
        assert words in text, words


def test_columns_that_are_missing_or_spelt_otherwise_are_told(tmp_path):
    text = case.OBSERVATIONS.replace("eventStart", "eventstart")
    told = faults_of(case.write(tmp_path / "pack", observations_csv=text))
    assert any("did you mean 'eventStart'" in fault for fault in told)
    assert any("must have the column; got 'eventStart'" in fault for fault in told)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("2027-05-03T06:10:00", "time zone"),
        ("2027-31-05T06:10:00Z", "with day and month exchanged 2027-05-31"),
        ("03.05.2027 06:10", "could be 2027-05-03 or 2027-03-05"),
        ("1970-01-01T00:00:00Z", "a clock that was never set"),
        ("2027-02-30T00:00:00Z", "a moment that exists"),
        ("2027-05-03T06:10:00+23:00", "time zone that exists"),
    ],
)
def test_impossible_moments_are_refused_with_their_readings(tmp_path, cell, words):
    seen = case.OBSERVATIONS.replace("e3,2027-05-03T07:30:00+05:00", f"e3,{cell}")
    assert words in only(case.write(tmp_path / "pack", observations_csv=seen))


def test_exchanged_coordinates_are_refused_with_both_readings(tmp_path):
    head, *rows = case.DEPLOYMENTS.splitlines()
    swapped = [",".join([*(c := row.split(","))[:3], c[4], c[3], *c[5:]]) for row in rows]
    text = "\n".join([head, *swapped]) + "\n"
    told = only(case.write(tmp_path / "pack", deployments_csv=text))
    assert "as written 55.1 N 43.5 E, with exchanged columns 43.5 N 55.1 E" in told
    one = case.DEPLOYMENTS.replace("43.10,55.30", "55.30,43.10")
    assert "exchanged columns 43.1 N 55.3 E" in only(
        case.write(tmp_path / "one", deployments_csv=one)
    )


def test_a_deployment_that_ends_before_it_starts_is_refused_with_both_readings(tmp_path):
    text = case.DEPLOYMENTS.replace("2027-05-20T00", "2027-04-20T00")
    told = only(case.write(tmp_path / "pack", deployments_csv=text))
    assert "as written 2027-05-15 00:00 to 2027-04-20 00:00" in told


def test_observations_outside_their_deployment_or_in_a_failure_are_refused(tmp_path):
    seen = case.OBSERVATIONS.replace("2027-05-03T07:30:00", "2027-06-03T07:30:00")
    assert "must lie in its deployment" in only(case.write(tmp_path / "a", observations_csv=seen))
    seen = case.OBSERVATIONS.replace("2027-05-21T23:00:00", "2027-05-13T23:00:00")
    assert "must not lie in a failure" in only(case.write(tmp_path / "b", observations_csv=seen))
    late = case.FAILURES.replace("2027-05-12", "2027-07-12").replace("2027-05-20", "2027-07-20")
    assert "must touch the time" in only(case.write(tmp_path / "c", failures_csv=late))


def test_a_doubtful_clock_excuses_observations_outside(tmp_path):
    rows = case.DEPLOYMENTS.splitlines()
    rows = [rows[0] + ",timestampIssues", *(row + ",true" for row in rows[1:])]
    seen = case.OBSERVATIONS.replace("2027-05-03T07:30:00", "2027-06-03T07:30:00")
    folder = case.write(
        tmp_path / "pack", deployments_csv="\n".join(rows) + "\n", observations_csv=seen
    )
    assert read_camtrap(folder).deployments.doubtful_clock.all()


def test_many_faults_of_one_kind_are_counted(tmp_path):
    row = case.OBSERVATIONS.splitlines()[1].replace("animal", "beast")
    rows = [row.replace("o1", f"o{i + 100}") for i in range(50)]
    text = "\n".join([case.OBSERVATIONS.splitlines()[0], *rows]) + "\n"
    told = faults_of(case.write(tmp_path / "pack", observations_csv=text))
    assert len(told) == 6
    assert "so in 45 more rows" in told[-1]


def test_identifiers_that_begin_with_a_hash_are_no_comments(tmp_path):
    changed = {
        f"{name}_csv": getattr(case, name.upper()).replace("d1,", "#1,")
        for name in ("deployments", "media", "observations")
    }
    package = read_camtrap(case.write(tmp_path / "pack", **changed))
    assert package.deployments.identity == ("#1", "d2", "d3")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../../secret.csv", "must stay inside the package"),
        ("/etc/passwd", "must stay inside the package"),
        ("https://example.org/observations.csv", "not an address"),
        ("gone.csv", "must be there"),
    ],
)
def test_paths_of_the_descriptor_that_lead_out_are_refused(tmp_path, path, words):
    text = case.descriptor().replace("observations.csv", path)
    for made in (case.write(tmp_path / "pack"), case.zipped(tmp_path / "pack.zip")):
        if made.is_dir():
            (made / "datapackage.json").write_text(text)
        else:
            case.zipped(made, **{"datapackage.json": text})
        assert words in only(made)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    folder = case.write(tmp_path / "pack", media_csv=None)
    (tmp_path / "media.csv").write_text(case.MEDIA)
    os.symlink(tmp_path / "media.csv", folder / "media.csv")
    assert "a link leads out" in only(folder)


def test_bombs_and_damage_are_refused(tmp_path):
    bomb = case.zipped(tmp_path / "bomb.zip", media_csv=case.MEDIA + "\n" * 5_000_000)
    assert "must not grow more than" in only(bomb)
    broken = tmp_path / "broken.zip"
    whole = case.zipped(tmp_path / "whole.zip").read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    assert "sound zip" in only(broken)
    folder = case.write(tmp_path / "pack", media_csv=None)
    (folder / "media.csv.gz").write_bytes(b"not packed")
    text = case.descriptor().replace("media.csv", "media.csv.gz")
    (folder / "datapackage.json").write_text(text)
    assert "sound file" in only(folder)


def test_other_versions_and_broken_descriptors_are_refused(tmp_path):
    old = case.descriptor(profile=case.PROFILE.replace("1.0", "0.6"))
    assert "must be version 1.0" in only(case.write(tmp_path / "a", **{"datapackage.json": old}))
    later = case.descriptor(profile=case.PROFILE.replace("1.0", "1.0.2"))
    assert read_camtrap(case.write(tmp_path / "b", **{"datapackage.json": later}))
    for text, words in (
        ("{", "must be JSON"),
        ("[]", "must list its tables"),
        (json.dumps({"resources": []}), "must name Camtrap DP 1.0"),
    ):
        told = faults_of(case.write(tmp_path / "c", **{"datapackage.json": text}))
        assert words in told[0]
    told = faults_of(
        case.write(tmp_path / "d", **{"datapackage.json": case.descriptor(("deployments",))})
    )
    assert len(told) == 2
    assert "must list the table; got 'media'" in told[0]


def test_a_descriptor_without_its_metadata_is_read_with_a_remark(tmp_path):
    bare = json.loads(case.descriptor())
    del bare["contributors"]
    folder = case.write(tmp_path / "pack", **{"datapackage.json": json.dumps(bare)})
    assert "lacks what the standard asks for: contributors" in read_camtrap(folder).notes[0]


def test_the_tables_hold_the_constraints_of_the_standard():
    # Counted in the table schemas of Camtrap DP 1.0.
    assert [len(TABLES[name]) for name in ("deployments", "media", "observations")] == [24, 11, 28]
    required = {
        name: {field.name for field in fields if field.required} for name, fields in TABLES.items()
    }
    assert required["deployments"] == {
        "deploymentID",
        "latitude",
        "longitude",
        "deploymentStart",
        "deploymentEnd",
    }
    assert required["observations"] == {
        "observationID",
        "deploymentID",
        "eventStart",
        "eventEnd",
        "observationLevel",
        "observationType",
    }
    assert required["media"] == {
        "mediaID",
        "deploymentID",
        "timestamp",
        "filePath",
        "filePublic",
        "fileMediatype",
    }
