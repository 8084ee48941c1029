"""Groups and animals, totals, beginnings and gates in the part of a survey."""

import json

import numpy as np
import pytest
import synthetic_surveys as synthetic

from ustyurt_models.report.chapters import surveys, verdict
from ustyurt_models.report.chapters.survey_method import _BLOCKS
from ustyurt_models.report.chapters.survey_numbers import abundance_table, group_table, numbers
from ustyurt_models.report.chapters.survey_opening import METHODS, gate_word, opening
from ustyurt_models.report.content import Note, Paragraph, Table
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.tables import frame
from ustyurt_models.study.surveys import Candidate, LineTransect


def survey_of(model="line_transect", overridden=False, **nodes):
    return SurveyResult.of("gazelle", synthetic.tree_of(model, **nodes), overridden)


def said(survey):
    return " ".join(block.text for block in opening(survey))


@pytest.fixture
def survey():
    return survey_of(abundance=synthetic.abundance(), diagnostics=synthetic.diagnostics())


def test_animals_and_groups_stand_in_tables_of_their_own(survey):
    animals, groups = numbers(survey)
    assert animals.caption.startswith("ANIMALS:")
    assert groups.caption.startswith("GROUPS:")
    assert all("groups" not in name for name in frame(animals).columns)
    units = [column.unit for column in groups.columns if column.unit]
    assert units == ["groups", "groups per km²", "animals per group"]


def test_total_is_the_sum_draw_by_draw_not_of_medians(survey):
    node = synthetic.abundance()
    table = frame(abundance_table(survey))
    expected = np.quantile(node["abundance"].sum("stratum"), [0.5, 0.025, 0.975])
    row = table[table["stratum"] == "total"].iloc[0]
    found = [row[f"abundance, {end} [animals]"] for end in ("median", "95 % low", "95 % high")]
    assert found == pytest.approx(expected)
    assert row["area [km²]"] == pytest.approx(synthetic.AREA.sum())


def test_animals_are_groups_times_size(survey):
    animals, groups = frame(abundance_table(survey)), frame(group_table(survey))
    ratio = animals["abundance, median [animals]"] / groups["abundance, median [groups]"]
    assert ratio.to_numpy() == pytest.approx(np.full(3, 5.0), rel=0.02)
    assert groups["size, median [animals per group]"].to_numpy() == pytest.approx(5.0, rel=0.01)


def test_a_survey_without_area_gets_no_number_and_no_total():
    survey = survey_of(abundance=synthetic.abundance(area_basis="searched"))
    table = frame(abundance_table(survey))
    assert list(table["stratum"]) == ["north", "south"]
    assert not [name for name in table if name.startswith(("abundance", "area"))]
    assert table["density, median [animals per km²]"].notna().all()
    groups = frame(group_table(survey))
    assert not [name for name in groups if name.startswith("abundance")]
    assert "no number of animals, only a density" in said(survey)
    assert "groups" not in said(survey)


def test_single_animals_are_not_called_groups():
    survey = survey_of(abundance=synthetic.abundance(mean_size=1.0))
    animals, text = numbers(survey)
    assert isinstance(animals, Table)
    assert text == Paragraph("Every detection is one animal, so groups are animals.")
    assert "groups" not in said(survey)


def test_intervals_have_the_mass_that_the_study_asks_for(survey):
    survey.tree.attrs["interval_mass"] = 0.8
    table = frame(abundance_table(survey))
    draws = synthetic.abundance()["abundance"].sel(stratum="north")
    assert table["abundance, 80 % low [animals]"][0] == pytest.approx(np.quantile(draws, 0.1))
    assert "80 % interval" in said(survey)


def test_the_beginning_says_how_many_where_by_what_and_from_what():
    nodes = {"abundance": synthetic.abundance(), "observed_data": synthetic.observed()}
    text = said(survey_of(**nodes))
    assert "animals (95 % interval" in text
    assert "130\u202f000 km² in north and south" in text
    assert "groups seen on 2\u202f400 km of line (60 transects)" in text
    assert "by distance sampling along lines" in text


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        ("simulated", "SIMULATED, not observed", Note),
        ("real", "The data are real. Source: drawn for the tests.", Paragraph),
        ("not stated", "does not say whether", Note),
        ("placeholder", "are placeholder", Note),
    ],
)
def test_the_beginning_says_whether_data_are_real(status, words, kind):
    tree = synthetic.tree_of(abundance=synthetic.abundance())
    tree.attrs["status"] = status
    found = [block for block in opening(SurveyResult.of("x", tree)) if words in block.text]
    assert [type(block) for block in found] == [kind]


def test_a_look_names_what_must_be_judged(survey):
    text = said(survey)
    assert "Diagnostics: look." in text
    assert "distances, chi-square: 3 of 100 simulated surveys fit as badly or worse" in text
    assert "R-hat" not in text


def test_a_stop_says_that_the_numbers_must_not_be_used():
    stop = synthetic.diagnostics(**{"R-hat": "stop"})
    nodes = {"abundance": synthetic.abundance(), "diagnostics": stop}
    assert "must not be used: R-hat is 1" in said(survey_of(**nodes))
    accepted = survey_of(**nodes, overridden=True)
    assert "accepts the fit all the same" in said(accepted)
    assert gate_word(accepted) == "stop, accepted in the study file"


def test_a_pass_and_a_missing_check_are_told_apart():
    fine = synthetic.diagnostics(**{"distances, chi-square": "pass"})
    assert "Diagnostics: pass" in said(survey_of(diagnostics=fine))
    assert "Nobody checked this fit" in said(survey_of())


def test_previews_are_marked_everywhere(survey, changed):
    survey.tree.attrs["preview"] = 1
    assert "PREVIEW" in said(survey)
    assert "PREVIEW" in str(surveys.inventory([survey]).rows)
    first_page = " ".join(note.text for note in verdict.notices(changed(surveys=(survey,))))
    assert "its fit is a PREVIEW" in first_page


def test_only_what_the_file_holds_is_shown():
    bare = surveys.survey_part(survey_of(abundance=synthetic.abundance()))
    assert [part.title for part in bare.parts] == ["How it was done"]
    full = surveys.survey_part(SurveyResult.of("x", synthetic.tree_of()))
    assert not [block for block in full.blocks if isinstance(block, Table)]


def test_priors_stand_in_words():
    method = surveys.survey_part(survey_of()).parts[-1]
    shown = {row[0]: row[1] for row in method.blocks[1].rows}
    assert shown["sigma share"] == "log-normal, median 0.5, within a factor of 7.1 of it (95 %)"
    assert shown["coefficient sd"] == "normal around 0, standard deviation 1"
    assert shown["size cv mean"] == "exponential, mean 0.7"
    used = {row[0]: row[1] for row in method.blocks[0].rows}
    assert used["truncation"] == "800 m"
    assert used["sampler"] == "Laplace approximation with importance weights"
    assert used["why this sampler"] == "its importance weights are sound"


def test_a_sampler_that_was_asked_for_says_so():
    tree = synthetic.tree_of()
    settings = json.loads(tree.attrs["settings"])
    settings["sampler"]["engine"] = "nutpie"
    tree.attrs |= {"settings": json.dumps(settings), "engine": "nutpie", "why_engine": "asked for"}
    method = surveys.survey_part(SurveyResult.of("x", tree)).parts[-1]
    assert ("why this sampler", "the study asks for it", "") in method.blocks[0].rows


def test_options_and_priors_are_explained_and_idle_priors_left_out():
    block = LineTransect(file="-", truncation="500 m", scale="observer")
    tree = synthetic.tree_of()
    tree.attrs["settings"] = block.model_dump_json()
    options, priors = surveys.survey_part(SurveyResult.of("x", tree)).parts[-1].blocks
    meanings = {row[0]: row[2] for row in options.rows}
    assert meanings["key"] == "Shape of the detection function."
    used = {row[0] for row in priors.rows}
    assert {"sigma share", "coefficient sd", "mean size"} <= used
    assert not {"shape excess", "size slope sd", "pooling sd mean", "adjustment sd"} & used
    candidate = Candidate(key="hazard-rate")
    hazard = block.model_copy(update={"candidates": (candidate,), "group_size": "single"})
    tree.attrs["settings"] = hazard.model_dump_json()
    priors = surveys.survey_part(SurveyResult.of("x", tree)).parts[-1].blocks[1]
    used = {row[0] for row in priors.rows}
    assert "shape excess" in used
    assert not {"mean size", "size cv mean"} & used


@pytest.mark.parametrize("model", METHODS)
def test_every_model_of_a_study_has_plain_words_and_explained_options(model):
    assert model in _BLOCKS
    assert set(METHODS) == set(_BLOCKS)
    assert METHODS[model] in said(survey_of(model))
