import csv
from pathlib import Path

import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.survey.read.counts import read_counts

SHIPPED = Path(__file__).parents[2] / "scenarios" / "surveys" / "saiga_counts.csv"
HEAD = "year,estimate,low,high,method,source_key,confidence\n"


def faults_of(folder: Path, rows: str) -> str:
    path = folder / "counts.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_counts(path)
    return str(caught.value)


def test_shipped_saiga_series_is_real_and_sourced():
    counts = read_counts(SHIPPED)
    assert counts.header["status"] == "real"
    assert counts.year[[0, -1]].tolist() == [2000, 2024]
    assert counts.estimate[-1] == 63600
    assert all(counts.source)


def test_saiga_counts_equal_the_evidence_file():
    shared = Path(__file__).parents[2].parent / "shared" / "evidence" / "counts.csv"
    if not shared.is_file():
        pytest.skip("evidence folder is not beside this checkout")
    with shared.open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["species"] == "saiga"
            and row["place"] == "Ustyurt population, Kazakhstan"
            and row["year"].isdigit()
        ]
    counts = read_counts(SHIPPED)
    assert counts.year.tolist() == [int(row["year"]) for row in rows]
    assert counts.estimate.tolist() == [float(row["estimate"]) for row in rows]
    assert list(counts.source) == [row["source_key"] for row in rows]


def test_faults_come_at_once(tmp_path):
    said = faults_of(
        tmp_path,
        "mid-1990s,250000,,,aerial,a,A\n2000,0,,,aerial,b,A\n2001,many,,,aerial,c,A\n"
        "2002.5,10,,,aerial,,A\n2003,10,,,aerial,d,A\n2003,10,,,aerial,d,A\n",
    )
    assert "row 2, column year: must be a number; got 'mid-1990s'" in said
    assert "row 3, estimate: must be > 0" in said
    assert "row 4, column estimate: must be a number; got 'many'" in said
    assert "row 5, year: must be a calendar year" in said
    assert "row 5, source: must not be empty" in said
    assert "row 7: must not repeat row 6" in said


def test_two_years_are_no_trend(tmp_path):
    said = faults_of(tmp_path, "2000,10,,,aerial,a,A\n2001,12,,,aerial,b,A\n")
    assert "at least three years" in said


def test_rows_are_sorted_by_year(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text(HEAD + "2005,3,,,x,a,A\n2001,1,,,x,b,A\n2003,2,,,x,c,A\n", encoding="utf-8")
    counts = read_counts(path)
    assert counts.year.tolist() == [2001, 2003, 2005]
    assert counts.source == ("b", "c", "a")
