from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.survey.read.distance import read_transects

UNITS = "# units: distance=m, effort=km, area=km2\n"
HEAD = "Region.Label,Area,Sample.Label,Effort,distance,size,object\n"
GOOD = "north,100,1,12.5,30,2,1\nnorth,100,1,12.5,80,1,2\nnorth,100,2,10,,,\n"


def write(folder: Path, text: str | bytes, name: str = "lines.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults_of(path: Path, **options) -> str:
    with pytest.raises(InputError) as caught:
        read_transects(path, **options)
    return str(caught.value)


def test_empty_transects_are_kept(tmp_path):
    survey = read_transects(write(tmp_path, UNITS + HEAD + GOOD))
    assert survey.transect == ("north/1", "north/2")
    assert survey.effort.tolist() == [12.5, 10.0]
    assert survey.distance_m.tolist() == [30.0, 80.0]
    assert survey.detection_transect.tolist() == [0, 0]
    assert survey.size.tolist() == [2, 1]


def test_units_are_converted_to_ours(tmp_path):
    path = write(tmp_path, HEAD + "n,2,1,10,0.5,1,1\n")
    survey = read_transects(path, {"distance": "km", "effort": "nmi", "area": "ha"})
    assert survey.distance_m.tolist() == [500.0]
    assert survey.effort.tolist() == pytest.approx([18.52])
    assert survey.area_km2.tolist() == pytest.approx([0.02])


def test_units_are_compulsory(tmp_path):
    said = faults_of(write(tmp_path, HEAD + GOOD))
    for name in ("distance", "effort", "area"):
        assert f"units of {name}: must be declared" in said


def test_units_that_contradict_the_file_are_refused(tmp_path):
    path = write(tmp_path, UNITS + HEAD + GOOD)
    assert "must agree" in faults_of(path, units={"distance": "km"})


def test_unknown_unit_is_refused_with_advice(tmp_path):
    path = write(tmp_path, "# units: distance=meters, effort=km, area=km2\n" + HEAD + GOOD)
    assert "must be a unit of length; got 'meters'" in faults_of(path)


def test_all_faults_come_at_once_with_row_and_column(tmp_path):
    rows = (
        "north,100,1,12.5,-30,2,1\n"
        "north,100,2,,40,1,2\n"
        "north,100,3,8,far,1,3\n"
        "north,100,1,13.0,20,1,4\n"
        "north,120,4,8,20,0,5\n"
        "north,100,5,8,99999,1,6\n"
        "north,100,6,8,10,1.5,7\n"
        "north,100,6,8,10,,8\n"
    )
    said = faults_of(write(tmp_path, UNITS + HEAD + rows))
    assert "row 3, distance: must be >= 0; got -30.0" in said
    assert "row 4, column Effort: must not be empty" in said
    assert "row 5, column distance: must be a number; got 'far'" in said
    assert "row 6, effort: must be the same in all rows of ('north', '1')" in said
    assert "row 7, area: must be the same in all rows of 'north'" in said
    assert "row 7, size: must be a whole number >= 1" in said
    assert "row 8, distance: must be below 10 km" in said
    assert "row 9, size: must be a whole number >= 1" in said
    assert "row 10, size: must be a whole number >= 1" in said


def test_duplicated_rows_are_refused(tmp_path):
    said = faults_of(write(tmp_path, UNITS + HEAD + GOOD + "north,100,1,12.5,80,1,2\n"))
    assert "row 6: must not repeat row 4" in said


def test_groups_alike_need_an_object_number(tmp_path):
    head = "Region.Label,Area,Sample.Label,Effort,distance\n"
    said = faults_of(write(tmp_path, UNITS + head + "a,1,1,5,10\na,1,1,5,10\n"))
    assert "add a column `object`" in said
    numbered = head.strip() + ",object\na,1,1,5,10,1\na,1,1,5,10,2\n"
    assert read_transects(write(tmp_path, UNITS + numbered)).distance_m.size == 2


def test_object_numbers_must_differ(tmp_path):
    said = faults_of(write(tmp_path, UNITS + HEAD + GOOD + "north,100,3,9,15,1,2\n"))
    assert "row 6, object: must differ from row 4" in said


def test_gap_in_a_transect_with_detections_is_refused(tmp_path):
    said = faults_of(write(tmp_path, UNITS + HEAD + GOOD + "north,100,1,12.5,,,\n"))
    assert "row 6, distance: must have a distance" in said


def test_effort_in_metres_called_kilometres_is_noticed(tmp_path):
    said = faults_of(write(tmp_path, UNITS + HEAD + "n,100,1,52000,30,1,1\n"))
    assert "must be below 20,000 km" in said


def test_distances_longer_than_all_effort_are_refused(tmp_path):
    said = faults_of(write(tmp_path, UNITS + HEAD + "n,100,1,0.2,800,1,1\n"))
    assert "metres and kilometres mixed up?" in said


def test_missing_column_is_named(tmp_path):
    path = write(tmp_path, UNITS + "Region.Label,Area,Sample.Label,distance\na,1,1,3\n")
    assert "must have a column 'Effort'" in faults_of(path)


def test_missing_file_is_a_clear_error(tmp_path):
    assert "must exist" in faults_of(tmp_path / "nothing.csv")


def test_windows_1251_is_recognised(tmp_path):
    text = UNITS + HEAD + "Устюрт,100,1,12,30,2,1\n"
    survey = read_transects(write(tmp_path, text.encode("cp1251")))
    assert survey.stratum == ("Устюрт",)


def test_utf8_with_byte_order_mark_is_read(tmp_path):
    survey = read_transects(write(tmp_path, b"\xef\xbb\xbf" + (UNITS + HEAD + GOOD).encode()))
    assert survey.stratum == ("north",)


def test_encoding_with_two_readings_is_refused_with_both(tmp_path):
    raw = (UNITS + HEAD + "caf\xe9,100,1,12,30,2,1\n").encode("latin-1")
    said = faults_of(write(tmp_path, raw))
    assert "café" in said
    assert "cafй" in said
    survey = read_transects(write(tmp_path, raw), encoding="latin-1")
    assert survey.stratum == ("café",)


def test_decimal_comma_with_semicolons_is_read(tmp_path):
    text = UNITS + HEAD.replace(",", ";") + "n;100;1;12,5;30,25;2;1\n"
    survey = read_transects(write(tmp_path, text))
    assert survey.effort.tolist() == [12.5]
    assert survey.distance_m.tolist() == [30.25]


def test_decimal_comma_between_commas_is_refused(tmp_path):
    said = faults_of(write(tmp_path, UNITS + HEAD + "n,100,1,12,5,30,2,1\n"))
    assert "must have 7 cells like the header; got 8" in said
    assert "decimal comma" in said


def test_comma_that_may_separate_thousands_is_refused_with_both_readings(tmp_path):
    text = UNITS + HEAD.replace(",", ";") + "n;1,200;1;12;30;2;1\n"
    said = faults_of(write(tmp_path, text))
    assert "'1,200' is 1.200 or 1200" in said


def test_mixed_decimal_signs_are_refused(tmp_path):
    text = UNITS + HEAD.replace(",", ";") + "n;100;1;12,5;30;2;1\nn;100;2;12.75;30;2;2\n"
    assert "must use one decimal sign" in faults_of(write(tmp_path, text))


def test_shipped_gazelle_survey_says_it_is_simulated():
    folder = Path(__file__).parents[2] / "scenarios" / "surveys"
    survey = read_transects(folder / "gazelle_transects.csv")
    assert survey.header["status"] == "simulated"
    assert "SIMULATED" in survey.header["title"]
    assert survey.stratum == ("KAZ", "UZB", "TKM")
    assert np.all(np.bincount(survey.transect_stratum) >= 20)
