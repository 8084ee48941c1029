"""Further columns, positions and dates of a survey file."""

from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.checks import Faults, InputError
from ustyurt_models.survey.read.dates import read_dates
from ustyurt_models.survey.read.table import parse_table
from ustyurt_models.survey.read.transects import read_survey

UNITS = "# units: distance=m, effort=km\n"
HEAD = "Region.Label,Sample.Label,Effort,distance,object"


def survey(folder: Path, columns: str, *rows: str, header: str = UNITS):
    path = folder / "lines.csv"
    path.write_text(f"{header}{HEAD},{columns}\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return read_survey(path)


def faults_of(folder: Path, columns: str, *rows: str, header: str = UNITS) -> str:
    with pytest.raises(InputError) as caught:
        survey(folder, columns, *rows, header=header)
    return str(caught.value)


def test_a_column_of_numbers_is_numeric_and_one_word_makes_it_text(tmp_path):
    read = survey(tmp_path, "wind,sky", "a,1,5,10,1,3,2", "a,1,5,20,2,4.5,clear")
    assert read.covariates["wind"].dtype == np.float64
    assert read.covariates["wind"].tolist() == [3.0, 4.5]
    assert read.covariates["sky"].tolist() == ["2", "clear"]


def test_missing_values_are_kept_and_do_not_change_the_kind_of_a_column(tmp_path):
    read = survey(tmp_path, "wind,sky", "a,1,5,10,1,3,NA", "a,1,5,20,2,NA,none")
    assert np.isnan(read.covariates["wind"][1])
    assert read.covariates["sky"].tolist() == ["", "none"]


def test_only_what_is_given_and_constant_belongs_to_transects(tmp_path):
    rows = ("a,1,5,10,1,3,KZ,A", "a,1,5,20,2,3,KZ,B", "a,2,5,,,4,UZ,")
    read = survey(tmp_path, "wind,country,observer", *rows)
    assert read.transect_covariates["wind"].tolist() == [3.0, 4.0]
    assert read.transect_covariates["country"].tolist() == ["KZ", "UZ"]
    assert "observer" not in read.transect_covariates
    assert read.covariates["observer"].tolist() == ["A", "B"]


def test_a_covariate_missing_for_an_empty_transect_is_not_one_of_transects(tmp_path):
    read = survey(tmp_path, "wind", "a,1,5,10,1,3", "a,2,5,,,")
    assert read.transect_covariates == {}
    assert read.covariates["wind"].tolist() == [3.0]


def test_a_covariate_that_may_separate_thousands_is_refused(tmp_path):
    path = tmp_path / "lines.csv"
    rows = HEAD.replace(",", ";") + ";height\na;1;5;10;1;1,200\n"
    path.write_text(UNITS + rows, encoding="utf-8")
    with pytest.raises(InputError, match=r"'1,200' is 1\.200 or 1200"):
        read_survey(path)


def test_positions_in_degrees_are_taken_by_transect(tmp_path):
    rows = ("a,1,5,10,1,55.1,43.2", "a,1,5,20,2,55.1,43.2", "a,2,5,,,55.4,43.9")
    read = survey(tmp_path, "longitude,latitude", *rows)
    assert read.position_kind == "lonlat"
    assert read.position.tolist() == [[55.1, 43.2], [55.4, 43.9]]
    assert "longitude" not in read.covariates


def test_positions_that_differ_along_a_transect_belong_to_detections(tmp_path):
    rows = ("a,1,5,10,1,55.1,43.2", "a,1,5,20,2,55.2,43.2")
    read = survey(tmp_path, "longitude,latitude", *rows)
    assert read.position is None
    assert read.covariates["longitude"].tolist() == [55.1, 55.2]
    assert any("positions of detections" in note for note in read.notes)


def test_a_transect_without_a_position_keeps_a_gap(tmp_path):
    rows = ("a,1,5,10,1,55.1,43.2", "a,2,5,,,,")
    read = survey(tmp_path, "longitude,latitude", *rows)
    assert np.isnan(read.position[1]).all()


def test_exchanged_columns_are_refused_with_both_readings(tmp_path):
    rows = ("a,1,5,10,1,43.2,55.1", "a,2,5,,,43.9,55.4")
    said = faults_of(tmp_path, "longitude,latitude", *rows)
    assert "as written 55.25 N 43.55 E, with exchanged columns 43.55 N 55.25 E" in said
    assert "exchange the two column names" in said


def test_one_row_with_exchanged_cells_is_found_among_good_ones(tmp_path):
    rows = [f"a,{i},5,,,{-87 + 0.1 * i:.1f},28.{i}" for i in range(1, 8)]
    rows[3] = "a,4,5,,,28.4,-86.6"
    said = faults_of(tmp_path, "longitude,latitude", *rows)
    assert "row 6, position: must be readable in one way only" in said
    assert said.count("position") == 1


@pytest.mark.parametrize(
    ("longitude", "latitude", "words"),
    [
        ("58", "143", "must lie in -180..180 and -90..90"),
        ("258", "43", "must lie in -180..180 and -90..90"),
        ("0", "0", "a receiver without a fix?"),
    ],
)
def test_impossible_positions_are_refused(tmp_path, longitude, latitude, words):
    rows = ("a,1,5,10,1,58.1,43", f"a,2,5,,,{longitude},{latitude}", "a,3,5,,,58.3,43")
    assert words in faults_of(tmp_path, "longitude,latitude", *rows)


def test_metres_that_look_like_degrees_are_refused_with_both_readings(tmp_path):
    rows = ("a,1,5,10,1,55.1,43.2", "a,2,5,,,56.1,43.9")
    said = faults_of(tmp_path, "x,y", *rows)
    assert "as metres the survey is 1 m wide, as degrees it lies at 43.55 N 55.6 E" in said
    declared = survey(
        tmp_path, "x,y", *rows, header="# units: distance=m, effort=km, position=km\n"
    )
    assert declared.position_kind == "projected"
    assert declared.position[0].tolist() == [55_100.0, 43_200.0]


def test_degrees_are_preferred_unless_the_file_names_its_projection(tmp_path):
    rows = ("a,1,5,10,1,55.1,43.2,412000,4785000", "a,2,5,,,55.2,43.2,420000,4785000")
    read = survey(tmp_path, "longitude,latitude,x,y", *rows)
    assert read.position_kind == "lonlat"
    assert read.transect_covariates["x"].tolist() == [412_000.0, 420_000.0]
    header = f"# crs: EPSG:32640\n{UNITS}"
    projected = survey(tmp_path, "longitude,latitude,x,y", *rows, header=header)
    assert projected.position_kind == "projected"
    assert projected.transect_covariates["longitude"].tolist() == [55.1, 55.2]


def test_a_date_gives_its_year_and_day(tmp_path):
    rows = ("a,1,5,10,1,2026-05-31", "a,1,5,20,2,2026-05-31", "a,2,5,,,31.12.2027")
    read = survey(tmp_path, "date", *rows)
    assert read.transect_covariates["year"].tolist() == [2026.0, 2027.0]
    assert read.transect_covariates["day_of_year"].tolist() == [151.0, 365.0]
    assert read.transect_covariates["date"].tolist() == ["2026-05-31", "2027-12-31"]


def test_a_year_that_contradicts_the_date_is_refused(tmp_path):
    said = faults_of(tmp_path, "date,year", "a,1,5,10,1,2026-05-31,2025")
    assert "row 3, year: must be the year of the date, 2026" in said


def dates(*cells: str) -> tuple[list[str], str]:
    table = parse_table("\n".join(["date,n", *(f"{cell},1" for cell in cells)]).encode(), "d.csv")
    faults = Faults()
    read = read_dates(table, 0, faults)
    return read["date"].tolist(), "\n".join(map(str, faults.found))


@pytest.mark.parametrize("cell", ["2026-02-30", "31.04.2026", "2026-13-01", "spring", "20260501"])
def test_days_that_do_not_exist_are_refused(cell):
    assert "must be a day that exists" in dates(cell)[1]


def test_dates_with_two_readings_are_refused_with_both():
    said = dates("03/04/2026", "05/06/2026")[1]
    assert "'03/04/2026' is 2026-04-03 or 2026-03-04" in said


def test_one_date_that_fits_one_order_only_decides_for_all():
    assert dates("03/04/2026", "25/06/2026") == (["2026-04-03", "2026-06-25"], "")
    assert dates("03/04/2026", "06/25/2026") == (["2026-03-04", "2026-06-25"], "")
    assert "must all stand in one order" in dates("25/06/2026", "06/25/2026")[1]


def test_years_far_away_are_refused():
    assert "must lie in 1900..2100" in dates("0026-05-31")[1]
