"""Tables of visits: names of columns, seasons, covariates of visits, effort, misuse."""

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.survey.read.wide_histories import WideColumns, read_wide_histories

PLAIN = """# status: simulated
# units: elevation=ft, hours=hour
site,x,y,elevation,habitat,y.1,y.2,y.3,date.1,date.2,date.3,hours.1,hours.2,hours.3
A,1000,2000,100,clay,0,1,,12,20,,2,2,
B,1000,2000,200,sand,0,0,0,13,21,33,2,1.5,2
"""


def read(tmp_path, text, **told):
    path = tmp_path / "sites.csv"
    path.write_text(text, encoding="utf-8")
    return read_wide_histories(path, WideColumns(**told))


def test_columns_that_end_alike_are_covariates_of_visits(tmp_path):
    found = read(tmp_path, PLAIN, search="hours.{visit}", search_unit="hour")
    assert found.site == ("A", "B")
    assert found.y[0].tolist()[:2] == [0.0, 1.0]
    assert np.isnan(found.y[0, 2])
    assert set(found.occasion_covariates) == {"date", "hours"}
    assert set(found.site_covariates) == {"elevation", "habitat"}
    assert found.site_covariates["elevation"] == pytest.approx([30.48, 60.96])
    assert found.effort_unit == "hour"
    assert found.position_kind == "projected"
    assert found.header["status"] == "simulated"


def test_seasons_are_read_from_names_side_by_side(tmp_path):
    text = "id,det991,det992,det001,det002,rain\n1,0,1,1,1,3\n2,0,0,,0,4\n"
    found = read(tmp_path, text, visits="det{season:2}{visit}")
    assert found.seasons == ("99", "00")
    assert found.season.tolist() == [0, 0, 1, 1]
    with pytest.raises(InputError, match="how wide"):
        read(tmp_path, text, visits="det{season}{visit}")


def test_columns_of_any_name_are_listed_one_by_one(tmp_path):
    text = "plot;first;second;wind_a;wind_b\np1;0;1;2,5;3\np2;0;0;1;2\n"
    found = read(
        tmp_path,
        text,
        site="plot",
        visits=("first", "second"),
        occasion={"wind": ("wind_a", "wind_b")},
    )
    assert found.occasion_covariates["wind"].tolist() == [[2.5, 3.0], [1.0, 2.0]]
    assert found.site_covariates == {}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"visits": "det{visit}"}, "fits none"),
        ({"visits": ("y.1", "y.9")}, "y.9"),
        ({"site": "plot"}, "must be a column"),
        ({"occasion": {"wind": "wind{visit}"}}, "fits none"),
        ({"occasion": {"date": ("date.1", "date.2")}}, "each of the 3 visits"),
        ({"search": "hours.{visit}"}, "units of search"),
        ({"largest": 1.0, "visits": "date.{visit}"}, "one of 0..1"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_its_place(tmp_path, told, said):
    text = PLAIN.replace(", hours=hour", "")
    with pytest.raises(InputError, match=said):
        read(tmp_path, text, **told)


def test_a_site_that_comes_twice_is_refused(tmp_path):
    with pytest.raises(InputError, match="only once"):
        read(tmp_path, PLAIN.replace("B,1000", "A,1000"))
