"""Inheritance: merging, dropping, paths that stay right, circles, and lines of keys."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ustyurt_models.checks import InputError
from ustyurt_models.study.document import merge, read_document
from ustyurt_models.study.lines import line_of, write_path


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_tables_merge_and_other_values_are_replaced():
    base = {"a": {"x": 1, "y": 2}, "b": [1, 2], "c": 3}
    assert merge(base, {"a": {"y": 5}, "b": [9], "d": 4}) == {
        "a": {"x": 1, "y": 5},
        "b": [9],
        "c": 3,
        "d": 4,
    }


def test_lists_of_named_tables_merge_by_name_in_the_order_of_the_base():
    base = {"m": [{"name": "a", "x": 1}, {"name": "b", "x": 2}]}
    change = {"m": [{"name": "c"}, {"name": "b", "y": 3}]}
    assert merge(base, change)["m"] == [
        {"name": "a", "x": 1},
        {"name": "b", "x": 2, "y": 3},
        {"name": "c"},
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([{"x": 1}], [{"name": "a"}]),
        ([{"name": "a"}, {"name": "a"}], [{"name": "a", "x": 1}]),
        ([{"name": "a"}], []),
    ],
)
def test_other_lists_are_replaced_as_a_whole(old, new):
    assert merge({"m": old}, {"m": new})["m"] == new


TABLES = st.recursive(
    st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
TOP = st.dictionaries(st.sampled_from("abcd"), TABLES, max_size=4)


@given(TOP, TOP)
def test_merging_keeps_all_keys_and_the_change_wins(base, change):
    merged = merge(base, change)
    assert set(merged) == set(base) | set(change)
    assert merge(merged, change) == merged
    assert merge(base, {}) == base
    assert merge({}, change) == change


def test_a_chain_of_three_files_is_merged_from_the_root(tmp_path):
    write(
        tmp_path,
        root='title = "r"\nyears = 9\n[climate]\npathway = "ssp126"\n',
        middle='extends = "root.toml"\ntitle = "m"\n',
        top='extends = "middle.toml"\nyears = 5\n',
    )
    document = read_document(tmp_path / "top.toml")
    assert document.data == {"title": "m", "years": 5, "climate": {"pathway": "ssp126"}}
    assert [source.path.name for source in document.sources] == [
        "top.toml",
        "middle.toml",
        "root.toml",
    ]


def test_drop_removes_what_is_inherited(tmp_path):
    write(
        tmp_path,
        base='title = "b"\n[survey.a]\nfile = "a.csv"\n[survey.b]\nfile = "b.csv"\n'
        "[sweep]\nx = [1]\n",
        top='extends = "base.toml"\ndrop = ["sweep", "survey.a"]\n',
    )
    data = read_document(tmp_path / "top.toml").data
    assert data == {"title": "b", "survey": {"b": {"file": "b.csv"}}}


@pytest.mark.parametrize(
    ("drop", "message"),
    [
        (
            '["survey.z"]',
            "top.toml: drop: must name something that is inherited; got 'survey.z'",
        ),
        (
            '"survey"',
            "top.toml: drop: must be a list of keys such as ['sweep', 'survey.saiga']; "
            "got 'survey'",
        ),
    ],
)
def test_a_faulty_drop_is_refused(tmp_path, drop, message):
    write(tmp_path, base='title = "b"\n', top=f'extends = "base.toml"\ndrop = {drop}\n')
    with pytest.raises(InputError) as refused:
        read_document(tmp_path / "top.toml")
    assert str(refused.value) == message


def test_paths_stay_relative_to_the_file_that_says_them(tmp_path):
    (tmp_path / "common").mkdir()
    write(
        tmp_path / "common",
        base='[survey.a]\nfile = "data/a.csv"\n[prey.saiga]\nfile = "saiga.toml"\n'
        '[area]\nlandscape = "ustyurt_5km"\nregion = "my.geojson"\n'
        '[[management.protected_area]]\npolygon = "p.geojson"\n',
    )
    write(tmp_path, top='extends = "common/base.toml"\n[survey.b]\nfile = "data/b.csv"\n')
    data = read_document(tmp_path / "top.toml").data
    assert data["survey"] == {"a": {"file": "common/data/a.csv"}, "b": {"file": "data/b.csv"}}
    assert data["prey"]["saiga"]["file"] == "common/saiga.toml"
    assert data["area"] == {"landscape": "ustyurt_5km", "region": "common/my.geojson"}
    assert data["management"]["protected_area"] == [{"polygon": "common/p.geojson"}]


def test_all_files_of_a_survey_stay_relative_to_the_study_that_says_them(tmp_path):
    (tmp_path / "common").mkdir()
    told = {"file": "a.csv", "grid": "g.csv", "ratios": "r.csv", "collars": "c.csv"}
    lines = "".join(f'{key} = "{name}"\n' for key, name in told.items())
    write(tmp_path / "common", base=f'[survey.a]\n{lines}patrols = {{ mapping = "m.toml" }}\n')
    write(tmp_path, top='extends = "common/base.toml"\n')
    with (tmp_path / "common" / "base.toml").open("a", encoding="utf-8") as base:
        base.write('[survey.b.sources.traps]\nfile = "t.csv"\n')
    surveys = read_document(tmp_path / "top.toml").data["survey"]
    assert surveys["b"]["sources"]["traps"]["file"] == "common/t.csv"
    found = surveys["a"]
    assert found.pop("patrols") == {"mapping": "common/m.toml"}
    assert found == {key: f"common/{name}" for key, name in told.items()}


def test_a_circle_is_refused_and_named(tmp_path):
    write(tmp_path, a='extends = "b.toml"\n', b='extends = "a.toml"\n')
    with pytest.raises(InputError) as refused:
        read_document(tmp_path / "a.toml")
    assert str(refused.value) == (
        "b.toml: extends: must not run in a circle; got 'a.toml -> b.toml -> a.toml'"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'extends = "gone.toml"\n', "a.toml: extends: the file must exist; got 'gone.toml'"),
        (b"extends = 3\n", "a.toml: extends: must be the path of a study; got 3"),
        (b'drop = ["x"]\n', "a.toml: drop: goes with 'extends' only; got ['x']"),
        ('title = "Сайга"\n'.encode("cp1251"), "a.toml: must be UTF-8 text (byte 10 is not)"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_fault(tmp_path, content, message):
    (tmp_path / "a.toml").write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_document(tmp_path / "a.toml")
    assert str(refused.value) == message


def test_broken_toml_names_line_and_column(tmp_path):
    write(tmp_path, a='title = "x"\nyears 5\n')
    with pytest.raises(InputError, match=r"^a\.toml: must be valid TOML: .*line 2, column 7"):
        read_document(tmp_path / "a.toml")


def test_a_missing_study_is_a_fault_not_a_traceback(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.toml: the study file must exist"):
        read_document(tmp_path / "nowhere.toml")


def test_a_byte_order_mark_from_windows_does_no_harm(tmp_path):
    (tmp_path / "a.toml").write_bytes(b'\xef\xbb\xbftitle = "x"\r\nyears = 5\r\n')
    assert read_document(tmp_path / "a.toml").data == {"title": "x", "years": 5}


TEXT = """title = "t"

[area]
region = "plateau"  # a comment with [brackets] = and signs

[[release]]
when = 2030
animals = { females = 4 }

[[release]]
when = 2031

[release.animals]
females = 3

[sweep]
"climate.pathway" = ["a"]
engine.edge = 1
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("area",), 3),
        (("area", "region"), 4),
        (("release",), 6),
        (("release", 0), 6),
        (("release", 0, "when"), 7),
        (("release", 0, "animals"), 8),
        (("release", 1, "when"), 11),
        (("release", 1, "animals", "females"), 14),
        (("sweep", "climate.pathway"), 17),
        (("sweep", "engine", "edge"), 18),
        (("release", 2), None),
        (("nothing",), None),
    ],
)
def test_lines_of_keys_are_found(path, line):
    assert line_of(path, TEXT) == line


def test_paths_are_written_as_people_read_them():
    assert write_path(("release", 0, "animals", "females")) == "release[0].animals.females"
    assert write_path(("sweep", "climate.pathway")) == 'sweep."climate.pathway"'
