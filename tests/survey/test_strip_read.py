"""Reading strip and aerial counts: units, empty strips, groups, all faults at once."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from ustyurt_models.checks import InputError
from ustyurt_models.survey.read.strips import read_strips

SHIPPED = Path(__file__).parents[2] / "scenarios" / "surveys"

COUNTS = """\
# title: a flight
# units: length=km, width=m, area=km2
stratum,area,strip,length,width,count
north,900,1,50,400,12
north,900,2,45.5,400,0
south,300,1,20,300,7
"""
GROUPS = """\
# units: length=km, width=m, area=km2
stratum,area,strip,length,width,eye,photo
north,900,1,50,400,12,15
north,900,1,50,400,30,
north,900,2,45.5,400,,
south,300,1,20,300,,41
"""


def written(tmp_path, text):
    path = tmp_path / "strips.csv"
    path.write_text(text, encoding="utf-8")
    return path


def faults(tmp_path, text, **kwargs):
    with pytest.raises(InputError) as caught:
        read_strips(written(tmp_path, text), **kwargs)
    return str(caught.value)


def test_counts_come_in_kilometres_with_empty_strips(tmp_path):
    strips = read_strips(written(tmp_path, COUNTS))
    assert strips.stratum == ("north", "south")
    assert strips.strip == ("north/1", "north/2", "south/1")
    assert strips.count.tolist() == [12, 0, 7]
    assert strips.searched_km2 == pytest.approx([20.0, 18.2, 6.0])
    assert strips.area_km2.tolist() == [900, 300]
    assert not strips.has_groups


def test_groups_keep_eye_and_photo_apart_and_empty_strips(tmp_path):
    strips = read_strips(written(tmp_path, GROUPS))
    assert strips.has_groups
    assert strips.group_strip.tolist() == [0, 0, 2]
    assert strips.eye[:2].tolist() == [12, 30]
    assert np.isnan(strips.eye[2])
    assert strips.photo[[0, 2]].tolist() == [15, 41]
    assert np.isnan(strips.photo[1])
    assert len(strips.strip) == 3


def test_units_may_stand_in_the_study_and_must_stand_somewhere(tmp_path):
    bare = COUNTS.replace("# units: length=km, width=m, area=km2\n", "")
    said = {"length": "mi", "width": "ft", "area": "mi2"}
    strips = read_strips(written(tmp_path, bare), said)
    assert strips.length_km[0] == pytest.approx(80.4672)
    assert strips.width_km[0] == pytest.approx(0.12192)
    message = faults(tmp_path, bare)
    for name in ("length", "width", "area"):
        assert f"units of {name}" in message


def test_decimal_comma_and_cyrillic_names_are_read(tmp_path):
    text = (
        "# units: length=km, width=m, area=km2\n"
        "stratum;area;strip;length;width;count\n"
        "Восток;900;1;45,5;400;3\nВосток;900;2;50;400;0\n"  # noqa: RUF001
    )
    path = tmp_path / "russian.csv"
    path.write_bytes(text.encode("cp1251"))
    strips = read_strips(path)
    assert strips.stratum == ("Восток",)
    assert strips.length_km[0] == 45.5


def test_all_faults_are_told_at_once(tmp_path):
    text = """\
# units: length=km, width=m, area=km2
stratum,area,strip,length,width,count
north,900,1,50,400,12
north,800,1,51,400,12.5
north,900,2,-4,400,1
north,900,3,40,0.4,1
,900,4,40,400,
"""
    message = faults(tmp_path, text)
    for part in (
        "row 4, length: must be the same in all rows",
        "row 4, area: must be the same in all rows",
        "row 4, count: must be a whole number >= 0",
        "row 4: must have one row per strip",
        "row 5, length: must be > 0",
        "row 6, width: must lie between 1 m and 5 km",
        "row 7: must name its stratum",
        "row 7, count: must not be empty",
    ):
        assert part in message, part


def test_width_in_kilometres_called_metres_is_refused(tmp_path):
    assert "mixed up" in faults(tmp_path, COUNTS.replace(",400,", ",0.4,"))


def test_strips_larger_than_their_stratum_are_refused(tmp_path):
    message = faults(tmp_path, COUNTS.replace("area=km2", "area=ha"))
    assert "must not cover more than the stratum 'north'" in message


def test_counts_beside_groups_and_neither_are_refused(tmp_path):
    both = COUNTS.replace("count", "count,eye").replace(",12\n", ",12,3\n")
    both = both.replace(",0\n", ",0,3\n").replace(",7\n", ",7,3\n")
    assert "must have either a column count" in faults(tmp_path, both)
    neither = COUNTS.replace("count", "remark")
    assert "must have a column count" in faults(tmp_path, neither)


def test_repeated_groups_need_numbers(tmp_path):
    twice = GROUPS + "north,900,1,50,400,30,\n"
    assert "add a column `object`" in faults(tmp_path, twice)
    numbered = """\
# units: length=km, width=m, area=km2
stratum,area,strip,length,width,size,object
north,900,1,50,400,30,1
north,900,1,50,400,30,2
"""
    assert read_strips(written(tmp_path, numbered)).eye.tolist() == [30, 30]
    assert "must differ from row 3" in faults(tmp_path, numbered.replace("30,2", "31,1"))


def test_an_empty_row_beside_groups_is_refused(tmp_path):
    assert "the strip has groups" in faults(tmp_path, GROUPS + "south,300,1,20,300,,\n")


def test_photographs_without_any_pair_cannot_correct_the_eye(tmp_path):
    message = faults(tmp_path, GROUPS.replace("12,15", "12,"))
    assert "must hold groups with both eye and photo" in message


def test_a_group_of_no_animals_is_refused(tmp_path):
    assert "must be a whole number >= 1" in faults(tmp_path, GROUPS.replace(",30,", ",0,"))


def test_the_shipped_example_is_what_its_command_writes(tmp_path, monkeypatch):
    script = SHIPPED / "make_saiga_strips.py"
    spec = importlib.util.spec_from_file_location("make_saiga_strips", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "__file__", str(tmp_path / "make_saiga_strips.py"))
    module.main()
    again = (tmp_path / "saiga_strips.csv").read_text(encoding="utf-8")
    assert again == (SHIPPED / "saiga_strips.csv").read_text(encoding="utf-8")
    strips = read_strips(SHIPPED / "saiga_strips.csv")
    assert strips.header["status"] == "simulated"
    assert strips.header["perception"] == "sai_aer_det"
    assert len(strips.strip) == 65
    assert 0 < (~np.isnan(strips.photo)).sum() < strips.photo.size
