import zipfile
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.survey.read.double_observer import read_double_observer
from ustyurt_models.survey.read.transects import read_survey

UNITS = "# units: distance=m, effort=km, area=km2\n"
PLACE = "Region.Label,Area,Sample.Label,Effort"
WIDE = f"{PLACE},distance,size,object,sex,seen_1,seen_2\n"
WIDE_ROWS = (
    "n,100,1,12,30,2,a,m,1,0\nn,100,1,12,80,1,b,f,0,1\nn,100,2,10,,,,,,\ns,50,1,8,5,4,c,m,1,1\n"
)
LONG = f"{PLACE},distance,size,object,sex,observer,detected\n"
LONG_ROWS = (
    "n,100,1,12,30,2,a,m,1,1\nn,100,1,12,30,2,a,m,2,0\n"
    "n,100,1,12,80,1,b,f,2,1\nn,100,1,12,80,1,b,f,1,0\n"
    "n,100,2,10,,,,,,\n"
    "s,50,1,8,5,4,c,m,1,1\ns,50,1,8,5,4,c,m,2,1\n"
)
TABLES = {
    "observations": (
        "object,observer,detected,distance,size,sex\n"
        "a,1,1,30,2,m\na,2,0,30,2,m\nb,1,0,80,1,f\nb,2,1,80,1,f\nc,1,1,5,4,m\nc,2,1,5,4,m\n"
    ),
    "obs_link": "object,Region.Label,Sample.Label\na,n,1\nb,n,1\nc,s,1\n",
    "samples": "Sample.Label,Region.Label,Effort\n1,n,12\n2,n,10\n1,s,8\n",
    "region": "Region.Label,Area\nn,100\ns,50\n",
}


def write(folder: Path, text: str, name: str = "lines.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def write_tables(folder: Path, **changed: str) -> Path:
    for name, text in (TABLES | changed).items():
        head = UNITS if name == "observations" else ""
        write(folder, head + text, f"{name}.csv")
    return folder


def faults_of(path: Path, **options) -> str:
    with pytest.raises(InputError) as caught:
        read_double_observer(path, **options)
    return str(caught.value)


def form(folder: Path, name: str) -> Path:
    if name == "four tables":
        return write_tables(folder)
    return write(folder, UNITS + (WIDE + WIDE_ROWS if name == "wide" else LONG + LONG_ROWS))


@pytest.mark.parametrize("name", ["wide", "long", "four tables"])
def test_all_three_forms_give_the_same_survey(tmp_path, name):
    survey = read_double_observer(form(tmp_path, name))
    assert survey.stratum == ("n", "s")
    assert survey.area_km2.tolist() == [100.0, 50.0]
    assert survey.transect == ("n/1", "n/2", "s/1")
    assert survey.effort.tolist() == [12.0, 10.0, 8.0]
    assert survey.distance_m.tolist() == [30.0, 80.0, 5.0]
    assert survey.detection_transect.tolist() == [0, 0, 2]
    assert survey.size.tolist() == [2, 1, 4]
    assert survey.seen.tolist() == [[True, False], [False, True], [True, True]]
    assert survey.covariates["sex"].tolist() == ["m", "f", "m"]


def test_table_of_observations_may_be_named_instead_of_its_folder(tmp_path):
    folder = write_tables(tmp_path)
    assert read_double_observer(folder / "observations.csv").distance_m.size == 3


def test_units_are_compulsory_and_converted(tmp_path):
    said = faults_of(write(tmp_path, WIDE + WIDE_ROWS))
    for name in ("distance", "effort", "area"):
        assert f"units of {name}: must be declared" in said
    path = write(tmp_path, WIDE + WIDE_ROWS)
    survey = read_double_observer(path, {"distance": "ft", "effort": "nmi", "area": "ha"})
    np.testing.assert_allclose(survey.distance_m, [9.144, 24.384, 1.524])
    np.testing.assert_allclose(survey.effort, [22.224, 18.52, 14.816])
    np.testing.assert_allclose(survey.area_km2, [1.0, 0.5])


def test_visits_to_points_need_no_unit(tmp_path):
    units = "# units: distance=m, area=km2\n"
    survey = read_double_observer(write(tmp_path, units + WIDE + WIDE_ROWS), kind="point")
    assert survey.kind == "point"
    assert survey.effort.tolist() == [12.0, 10.0, 8.0]


def test_numbers_stay_numbers_and_gaps_are_kept_apart(tmp_path):
    head = f"{PLACE},distance,object,wind,seen_1,seen_2\n"
    rows = "n,100,1,12,30,a,2.5,1,0\nn,100,1,12,31,b,,1,0\n"
    wind = read_double_observer(write(tmp_path, UNITS + head + rows)).covariates["wind"]
    assert wind[0] == 2.5
    assert np.isnan(wind[1])


def test_what_differs_between_observers_becomes_two_columns(tmp_path):
    rows = LONG_ROWS.replace("a,m,2,0", "a,f,2,0")
    covariates = read_double_observer(write(tmp_path, UNITS + LONG + rows)).covariates
    assert covariates["sex_1"].tolist() == ["m", "f", "m"]
    assert covariates["sex_2"].tolist() == ["f", "f", "m"]
    assert "sex" not in covariates
    notes = read_double_observer(tmp_path / "lines.csv").notes
    assert notes == ("sex differs between the observers of a group; taken as theirs",)


def test_all_faults_come_at_once_with_row_and_column(tmp_path):
    rows = (
        "n,100,1,12,-30,2,a,m,1,0\n"
        "n,100,2,,40,1,b,m,1,0\n"
        "n,100,3,8,far,1,c,m,1,1\n"
        "n,100,1,13,20,1,d,m,1,1\n"
        "n,120,4,8,99999,0,e,m,0,0\n"
        "n,100,5,8,9,1,e,m,2,\n"
    )
    said = faults_of(write(tmp_path, UNITS + WIDE + rows))
    assert "row 3, distance: must be >= 0; got -30.0" in said
    assert "row 4, column Effort: must not be empty" in said
    assert "row 5, column distance: must be a number; got 'far'" in said
    assert "row 6, effort: must be the same in all rows of ('n', '1')" in said
    assert "row 7, area: must be the same in all rows of 'n'" in said
    assert "row 7, distance: must be below 10 km" in said
    assert "row 7, size: must be a whole number >= 1" in said
    assert "row 7: must be seen by one of the observers (leave out what nobody saw" in said
    assert "row 8, object: must differ from row 7; got 'e'" in said
    assert "row 8, column seen_1: must be 1 (seen) or 0 (not seen); got '2'" in said
    assert "row 8, column seen_2: must be 1 (seen) or 0 (not seen); got 'nothing'" in said


def test_groups_seen_by_nobody_are_refused_in_two_rows_too(tmp_path):
    rows = LONG_ROWS.replace("a,m,1,1", "a,m,1,0")
    said = faults_of(write(tmp_path, UNITS + LONG + rows))
    assert "row 3: must be seen by one of the observers" in said


def test_one_object_in_three_rows_is_refused(tmp_path):
    said = faults_of(write(tmp_path, UNITS + LONG + LONG_ROWS + "n,100,1,12,30,2,a,m,2,1\n"))
    assert "object 'a': must have one row for observer 1 and one for 2" in said
    assert "got 'row 3 1, row 4 2, row 10 2'" in said


def test_one_observer_missing_or_written_twice_is_refused(tmp_path):
    said = faults_of(write(tmp_path, UNITS + LONG + LONG_ROWS + "n,100,1,12,7,2,d,m,1,1\n"))
    assert "object 'd': must have one row for observer 1 and one for 2" in said
    twice = LONG_ROWS.replace("a,m,2,0", "a,m,1,0")
    assert "object 'a': must have one row" in faults_of(write(tmp_path, UNITS + LONG + twice))


def test_rows_of_one_group_must_agree(tmp_path):
    rows = LONG_ROWS.replace("30,2,a,m,2,0", "31,3,a,m,2,0").replace(
        "n,100,1,12,80,1,b,f,1,0", "n,100,2,10,80,1,b,f,1,0"
    )
    said = faults_of(write(tmp_path, UNITS + LONG + rows.replace("n,100,2,10,,,,,,\n", "")))
    assert "row 4, distance: must be as for the other observer; row 3 says 30" in said
    assert "row 4, size: must be as for the other observer; row 3 says 2" in said
    assert "row 5: must be on the same transect as row 6, the same group" in said


def test_names_of_observers_need_their_order(tmp_path):
    rows = LONG_ROWS.replace(",1,1\n", ",front,1\n").replace(",1,0\n", ",front,0\n")
    rows = rows.replace(",2,1\n", ",rear,1\n").replace(",2,0\n", ",rear,0\n")
    said = faults_of(write(tmp_path, UNITS + LONG + rows))
    assert "must be 1 and 2, or two names in a known order; got 'front, rear'" in said
    assert "# observers: FIRST, SECOND" in said
    told = read_double_observer(write(tmp_path, "# observers: front, rear\n" + UNITS + LONG + rows))
    assert told.seen.tolist() == [[True, False], [False, True], [True, True]]
    swapped = read_double_observer(
        write(tmp_path, "# observers: rear, front\n" + UNITS + LONG + rows)
    )
    assert swapped.seen.tolist() == told.seen[:, ::-1].tolist()


def test_gap_in_a_transect_with_detections_is_refused(tmp_path):
    said = faults_of(write(tmp_path, UNITS + WIDE + WIDE_ROWS + "n,100,1,12,,,,,,\n"))
    assert "row 7, distance: must have a distance" in said


def test_group_without_a_distance_is_no_empty_transect(tmp_path):
    said = faults_of(write(tmp_path, UNITS + WIDE + WIDE_ROWS + "s,50,2,8,,4,d,m,1,1\n"))
    assert "row 7, distance: must have a distance: the row is of a group" in said


def test_wide_groups_alike_need_an_object_number(tmp_path):
    head = f"{PLACE},distance,seen_1,seen_2\n"
    said = faults_of(write(tmp_path, UNITS + head + "n,9,1,5,10,1,0\nn,9,1,5,10,1,0\n"))
    assert "row 4: must not repeat row 3" in said
    assert "add a column `object`" in said


def test_unknown_forms_are_refused_with_the_columns_they_need(tmp_path):
    head = f"{PLACE},distance,object\n"
    said = faults_of(write(tmp_path, UNITS + head + "n,9,1,5,10,a\n"))
    assert "must have the columns seen_1 and seen_2, or object, observer and detected" in said
    head = f"{PLACE},distance,observer,detected\n"
    said = faults_of(write(tmp_path, UNITS + head + "n,9,1,5,10,1,1\n"))
    assert "must have a column 'object'" in said


def test_four_tables_must_know_each_other(tmp_path):
    folder = write_tables(
        tmp_path,
        obs_link="object,Region.Label,Sample.Label\na,n,1\nb,n,7\nd,s,1\n",
        samples="Sample.Label,Region.Label,Effort\n1,n,12\n2,n,10\n1,s,8\n1,w,3\n",
    )
    said = faults_of(folder)
    assert "must name regions of region.csv; unknown there; got 'w'" in said
    assert "must name samples of samples.csv; unknown there; got 'n / 7'" in said
    assert "obs_link.csv: object: must name objects of observations.csv" in said
    assert "observations.csv: object: must name objects of obs_link.csv" in said


def test_faults_in_joined_tables_name_the_table_they_stand_in(tmp_path):
    rows = TABLES["observations"].replace("a,1,1,30,2,m", "a,1,1,-30,2,m")
    said = faults_of(write_tables(tmp_path, observations=rows))
    assert "observations.csv: row 3, distance: must be >= 0; got -30.0" in said
    assert "observations.csv: row 4, distance: must be as for the other observer; row 3" in said


def test_missing_tables_are_named(tmp_path):
    (write_tables(tmp_path) / "samples.csv").unlink()
    assert "must hold a table of samples with Sample.Label and Effort" in faults_of(tmp_path)


def zipped(folder: Path, **changed: str) -> Path:
    """Return a zip of the four tables; a table changed to nothing is left out."""
    with zipfile.ZipFile(folder / "survey.zip", "w") as archive:
        for name, text in (TABLES | changed).items():
            if text:
                head = UNITS if name == "observations" else ""
                archive.writestr(f"{name}.csv", head + text)
    return folder / "survey.zip"


@pytest.mark.parametrize("read", [read_double_observer, read_survey])
def test_four_tables_may_lie_in_a_zip(tmp_path, read):
    beside = tmp_path / "unpacked"
    beside.mkdir()
    survey, folder = read(zipped(tmp_path)), read(write_tables(beside))
    assert survey.seen.tolist() == [[True, False], [False, True], [True, True]]
    assert survey.transect == folder.transect == ("n/1", "n/2", "s/1")
    assert survey.distance_m.tolist() == folder.distance_m.tolist()
    assert survey.units == folder.units


def test_form_says_that_tables_of_a_zip_were_joined(tmp_path):
    assert read_survey(zipped(tmp_path)).form == "double-observer records, joined from 4 tables"
    assert "joined from 3 tables" in read_survey(zipped(tmp_path, region="")).form


@pytest.mark.parametrize("read", [read_double_observer, read_survey])
@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("samples", "must hold a table of samples with Sample.Label and Effort"),
        ("observations", "must hold a table of observations with object and distance"),
        ("obs_link", "must say on which sample each observation was: a table with object and"),
    ],
)
def test_missing_table_of_a_zip_is_named_once(tmp_path, read, table, rule):
    with pytest.raises(InputError) as caught:
        read(zipped(tmp_path, **{table: ""}))
    assert len(caught.value.faults) == 1
    assert str(caught.value).startswith(f"survey.zip: {rule}")


def test_zip_of_observations_alone_does_not_look_beside_itself(tmp_path):
    write_tables(tmp_path)
    path = zipped(tmp_path, samples="", obs_link="", region="")
    for read in (read_double_observer, read_survey):
        with pytest.raises(InputError, match=r"^survey\.zip: must hold a table of samples"):
            read(path)


def test_records_of_one_observer_are_refused_in_one_sentence(tmp_path):
    rows = "object,observer,detected,distance,size\na,1,1,30,2\nb,1,1,80,1\nc,1,1,5,4\n"
    with pytest.raises(InputError) as caught:
        read_double_observer(zipped(tmp_path, observations=rows))
    assert len(caught.value.faults) == 1
    assert "survey.zip: object: must have two rows for each object" in str(caught.value)
    assert "one row for each of 3 objects" in str(caught.value)


def test_what_is_the_same_all_along_a_transect_is_kept_for_it(tmp_path):
    head = f"{PLACE},distance,object,wind,seen_1,seen_2\n"
    rows = "n,100,1,12,30,a,2.5,1,0\nn,100,1,12,31,b,2.5,1,0\nn,100,2,9,,,4,,\n"
    survey = read_double_observer(write(tmp_path, UNITS + head + rows))
    assert survey.transect_covariates["wind"].tolist() == [2.5, 4.0]


def test_metres_called_kilometres_are_noticed(tmp_path):
    rows = WIDE_ROWS.replace(",12,", ",52000,")
    assert "must be below 20,000 km" in faults_of(write(tmp_path, UNITS + WIDE + rows))
    units = "# units: distance=km, effort=m, area=km2\n"
    said = faults_of(write(tmp_path, units + WIDE + WIDE_ROWS.replace(",80,", ",0.8,")))
    assert "metres and kilometres mixed up?" in said
