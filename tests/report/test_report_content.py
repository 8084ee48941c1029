"""What the report says: content, words, tables, files."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest
import synthetic_results as synthetic
from hypothesis import given
from hypothesis import strategies as st

from ustyurt_models.checks import InputError
from ustyurt_models.report.chapters import area, cheetahs, surveys, uncertainty, verdict
from ustyurt_models.report.chapters.model import odd_simplifications
from ustyurt_models.report.content import (
    Column,
    Document,
    Figure,
    Note,
    Paragraph,
    Section,
    Table,
)
from ustyurt_models.report.figures.outcomes import persistence_density
from ustyurt_models.report.html import to_html
from ustyurt_models.report.maps import Sheet, edge_segments
from ustyurt_models.report.measures import persistence
from ustyurt_models.report.tables import save_csv, shown_cell
from ustyurt_models.report.words import shown_count, shown_number, shown_probability
from ustyurt_models.resources import models_dir


def test_the_verdict_comes_first(document):
    assert document.sections[0].key == "verdict"
    assert document.light == "red"
    assert document.answer == (
        "Not yet: “prey first” meets 1 of 3 criteria. Decisive: cheetahs present in year 30, "
        "about 7 of 10 futures."
    )


def test_first_page_admits_simulated_data_and_overridden_gates(inputs, changed):
    broken = replace(inputs.surveys[1], overridden=True)
    notices = verdict.notices(changed(surveys=(inputs.surveys[0], broken)))
    texts = " ".join(note.text for note in notices)
    assert "gazelle_transects.csv) is SIMULATED" in texts
    assert "failed the diagnostics gate" in texts


def test_first_page_admits_that_cheetahs_die_out_too_easily_where_there_are_cheetahs(
    inputs, changed
):
    assert any("likely understated" in note.text for note in verdict.notices(inputs))
    nobody = inputs.results.assign(cheetah_number=0 * inputs.results["cheetah_number"])
    without = verdict.notices(changed(results=nobody))
    assert not any("likely understated" in note.text for note in without)


def test_names_of_figures_tables_and_sections_are_unique(document):
    for names in (
        [figure.name for figure in document.figures()],
        [table.name for table in document.tables()],
        re.findall(r'<section id="([^"]+)"', to_html(document)),
    ):
        assert len(names) == len(set(names))


def test_every_figure_has_words_instead_of_the_picture(document):
    for figure in document.figures():
        assert len(figure.alt) > 40, figure.name
        assert len(figure.caption) > 40, figure.name


def test_every_map_carries_the_note_on_borders(document):
    for figure in document.figures():
        if figure.name.startswith("map_"):
            assert "imply no position on any disputed line" in figure.caption, figure.name


def test_report_is_one_file_with_tables_and_figures_beside_it(page_file, document):
    assert page_file.stat().st_size < 6e6
    folder = page_file.parent
    found = {path.stem for path in (folder / "tables").glob("*.csv")}
    assert found == {table.name for table in document.tables()}
    for ending in ("svg", "png"):
        found = {path.stem for path in (folder / "figures").glob(f"*.{ending}")}
        assert found == {figure.name for figure in document.figures()}


def test_only_references_lead_out_of_the_page(document):
    html = to_html(document)
    assert not re.findall(r'(?:src|href)="(?!data:|#)', html)
    assert "@import" not in html
    assert not re.search(r"url\((?!data:)", html)


def test_text_from_outside_is_escaped():
    evil = Document(
        "<script>alert(1)</script>",
        "",
        "",
        "grey",
        (),
        (Section("a", "b", (Paragraph("<img src=x>"),)),),
    )
    html = to_html(evil)
    assert "<script" not in html
    assert "<img" not in html


def test_a_study_without_cheetahs_surveys_or_criteria_still_reports(changed, inputs):
    alone = changed(
        results=inputs.results.sel(scenario=["baseline"]),
        maps=inputs.maps.sel(scenario=["baseline"]),
        findings=(),
        shares=(),
        surveys=(),
        influence=(),
        summary=inputs.summary.sel(scenario=["baseline"]),
    )
    text, light = verdict.answer(alone)
    assert light == "grey"
    assert "no verdict" in text
    parts = (r.chapter(alone) for r in (verdict, cheetahs, uncertainty))
    page = to_html(Document("t", "", text, light, (), (*parts, surveys.chapter(()))))
    for words in ("No cheetah lives", "No survey was fitted", "Shares of uncertainty were not"):
        assert words in page


def test_same_inputs_give_the_same_picture(inputs):
    spread = {"prey_first": persistence(inputs.results, "prey_first")}
    first, second = (persistence_density(spread, 2057, 5) for _ in range(2))
    assert first == second


@given(st.floats(1e-5, 1e6))
def test_shown_numbers_keep_three_digits(value):
    shown = float(shown_number(value).replace("\u202f", "").replace("\N{MINUS SIGN}", "-"))
    assert abs(shown - value) <= 0.0051 * abs(value)


def test_numbers_are_written_for_people():
    assert shown_count(63600.4) == "63\u202f600"
    assert shown_number(0.12) == "0.12"
    assert shown_number(0.12345) == "0.123"
    assert shown_number(-4.0) == "\N{MINUS SIGN}4"
    assert shown_probability(0.001) == "< 0.01"
    assert shown_cell(None, Column("x")) == "\N{EN DASH}"
    assert shown_cell((20.0, 0.0, 75.5), Column("x", kind="interval")) == "20 (0 to 76)"


def test_csv_keeps_unrounded_values_and_units(tmp_path):
    columns = (Column("species"), Column("abundance", "animals", "interval"))
    table = Table("t", "c", columns, (("saiga", (1234.5678, 1000.1, 2000.2)), ("kulan", None)))
    text = save_csv(table, tmp_path).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == [
        "species",
        "abundance, median [animals]",
        "abundance, 95 % low [animals]",
        "abundance, 95 % high [animals]",
    ]
    assert rows[1:] == [["saiga", "1234.5678", "1000.1", "2000.2"], ["kulan", "", "", ""]]


def test_rows_must_match_columns():
    with pytest.raises(InputError, match="rows must match the columns"):
        Table("t", "c", (Column("a"),), (("x", "y"),))


def test_edges_become_segments_on_the_right_side_of_the_cell():
    east = np.array([[True, False]])
    south = np.array([[False, True]])
    segments = edge_segments(east, south, np.array([0.0, 10.0]), np.array([0.0, -10.0])[:1])
    assert segments.tolist() == [[[5.0, 5.0], [5.0, -5.0]], [[5.0, -5.0], [15.0, -5.0]]]


def test_the_projection_centre_lies_at_the_origin_of_the_map():
    sheet = Sheet(synthetic.land())
    x, y = sheet.place(56.0, 43.5)
    assert float(x) == pytest.approx(0, abs=1e-6)
    assert float(y) == pytest.approx(0, abs=1e-6)


def test_simplifications_are_read_from_the_odd(tmp_path):
    text = (
        "# Prey\nText.\n\n## 7.5 Births\n\nText.\n\nSimplified so far: one litter,\n"
        "in spring; no `twins`.\n\n## Deaths\n\nNothing to tell.\n"
    )
    (tmp_path / "ODD.md").write_text(text, encoding="utf-8")
    expected = (("Births", ("One litter, in spring.", "No twins.")),)
    assert odd_simplifications(tmp_path / "ODD.md") == expected
    assert odd_simplifications(tmp_path / "none.md") == ()


def test_every_sub_model_of_the_shipped_odd_says_what_it_simplifies():
    path = models_dir() / "ODD.md"
    lines = path.read_text(encoding="utf-8").splitlines()
    sub_models = [line.split(" ", 2)[2] for line in lines if line.startswith("### 7.")]
    found = [part for part, _ in odd_simplifications(path)]
    assert found == ["Initialisation", *sub_models]


def _habitat(inputs, changed, scenarios):
    """Return notes and figures of the habitat when some scenarios take saiga from a survey."""
    told = {"prey": {"saiga": {"suitability": "survey:tracks"}}}
    blocks = {
        name: {**block, **(told if name in scenarios else {})}
        for name, block in inputs.study.scenarios.items()
    }
    chapter = area.chapter(changed(study=replace(inputs.study, scenarios=blocks)))
    found = next(part for part in chapter.parts if part.key == "suitability")
    notes = " ".join(block.text for block in found.blocks if isinstance(block, Note))
    return notes, " ".join(block.alt for block in found.blocks if isinstance(block, Figure))


def test_habitat_that_a_survey_tells_is_not_shown_as_the_layer_of_the_landscape(inputs, changed):
    names = list(inputs.study.scenarios)
    plain_note, plain_map = _habitat(inputs, changed, ())
    some_note, some_map = _habitat(inputs, changed, names[:1])
    all_note, all_map = _habitat(inputs, changed, names)
    assert plain_note == ""
    assert "saiga" in plain_map
    assert "the map of survey tracks" in some_note
    assert names[0].replace("_", " ") in some_note
    assert "saiga" in some_map
    assert "the map of survey tracks" in all_note
    assert "saiga" not in all_map
    assert "goitered gazelle" in all_map
