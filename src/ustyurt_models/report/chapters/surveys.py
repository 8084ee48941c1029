"""Surveys: what was counted, what the models made of it, and whether to trust them."""

from collections.abc import Sequence

import xarray as xr

from ustyurt_models.report.chapters.survey_cameras import cameras_part
from ustyurt_models.report.chapters.survey_cells import cells_part
from ustyurt_models.report.chapters.survey_checks import checks_part, diagnostics_table
from ustyurt_models.report.chapters.survey_community import community_part
from ustyurt_models.report.chapters.survey_comparison import comparison_part
from ustyurt_models.report.chapters.survey_conflict import conflict_part
from ustyurt_models.report.chapters.survey_design import design_part
from ustyurt_models.report.chapters.survey_detection import detection_part
from ustyurt_models.report.chapters.survey_effects import effects_part
from ustyurt_models.report.chapters.survey_method import method_part
from ustyurt_models.report.chapters.survey_numbers import abundance_table, group_table, numbers
from ustyurt_models.report.chapters.survey_occupancy import occupancy_part
from ustyurt_models.report.chapters.survey_opening import METHODS, gate_word, opening
from ustyurt_models.report.chapters.survey_sensitivity import sensitivity_part
from ustyurt_models.report.chapters.survey_sources import source_conflict_part
from ustyurt_models.report.chapters.survey_strip import strip_part
from ustyurt_models.report.chapters.survey_trend import trend_part
from ustyurt_models.report.content import Column, Paragraph, Section, Table
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import heading, readable

__all__ = [
    "abundance_table",
    "chapter",
    "diagnostics_table",
    "group_table",
    "inventory",
    "survey_part",
]

_TITLE = "Surveys and abundance now"


def inventory(surveys: Sequence[SurveyResult]) -> Table:
    """Return the list of survey data.

    Parameters
    ----------
    surveys : sequence of SurveyResult
        Fitted surveys.
    """
    rows = tuple(
        (
            survey.name,
            readable(survey.species),
            METHODS.get(survey.model, readable(survey.model)),
            survey.file,
            survey.status.upper() if survey.status != "real" else survey.status,
            gate_word(survey),
        )
        for survey in surveys
    )
    columns = tuple(
        Column(label)
        for label in ("survey", "species", "method", "file", "data are", "diagnostics")
    )
    return Table("survey_inventory", "Survey data used.", columns, rows)


def survey_part(survey: SurveyResult, land: xr.Dataset | None = None) -> Section:
    """Return the section of one survey: only what its posterior file holds.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    land : xarray.Dataset, optional
        Landscape of the study, for maps of surveys that predict to its cells.
    """
    sources = source_conflict_part(survey)
    conflict = sources or conflict_part(survey)
    beginning = (*opening(survey), *numbers(survey))
    if conflict is not None:
        pooled = Section(f"survey-{survey.name}-pooled", "All together", beginning)
        text = "Several surveys count the same animals: first each alone, then all together."
        if sources is not None:
            text = "Several sources tell of the same sites: first each alone, then all together."
        beginning = (Paragraph(text, lead=True),)
    parts = (
        *((conflict, pooled) if conflict is not None else ()),
        trend_part(survey),
        occupancy_part(survey, land),
        community_part(survey),
        cells_part(survey, land),
        cameras_part(survey),
        detection_part(survey),
        design_part(survey),
        strip_part(survey),
        effects_part(survey),
        comparison_part(survey),
        sensitivity_part(survey),
        checks_part(survey),
        method_part(survey),
    )
    title = f"{heading(survey.species)}: {readable(survey.model)}"
    return Section(
        f"survey-{survey.name}",
        title,
        beginning,
        tuple(part for part in parts if part is not None),
    )


def chapter(surveys: Sequence[SurveyResult], land: xr.Dataset | None = None) -> Section:
    """Return the chapter on surveys and abundance now.

    Parameters
    ----------
    surveys : sequence of SurveyResult
        Fitted surveys; may be empty.
    land : xarray.Dataset, optional
        Landscape of the study.
    """
    if not surveys:
        text = Paragraph("No survey was fitted; all starting numbers come from the evidence.")
        return Section("surveys", _TITLE, (text,))
    parts = tuple(survey_part(survey, land) for survey in surveys)
    return Section("surveys", _TITLE, (inventory(surveys),), parts)
