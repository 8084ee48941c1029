"""A page of its own for one fitted survey: its part of the report, without the simulation."""

import math
from pathlib import Path

import xarray as xr

from ustyurt_models.report.build import write
from ustyurt_models.report.chapters.survey_opening import verdict_of
from ustyurt_models.report.chapters.surveys import inventory, survey_part
from ustyurt_models.report.content import Document, Light, Note, Section
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import heading, readable, shown_number, shown_probability

__all__ = ["compose_survey", "survey_page"]

_LIGHTS: dict[str, Light] = {"pass": "green", "look": "amber", "stop": "red"}


def _answer(survey: SurveyResult) -> str:
    """Say in one sentence what a trend found of growth; other surveys say their diagnostics."""
    attrs = survey.tree["trend"].attrs if "trend" in survey.tree.children else {}
    reach = attrs.get("probability_ceiling_reaches_published_growth")
    if reach is None:
        return f"Diagnostics say: {verdict_of(survey)}."
    return (
        f"Counts of {readable(survey.species)} grew by a factor of "
        f"{shown_number(math.exp(float(attrs['published_growth'])), 3)} a year; "
        "the chance that a closed population could is "
        f"{shown_probability(max(float(reach), 0.001))}."
    )


def compose_survey(name: str, tree: xr.DataTree, land: xr.Dataset | None = None) -> Document:
    """Return the content of the page of one survey.

    Parameters
    ----------
    name : str
        Name of the survey in the study.
    tree : xarray.DataTree
        Its posterior.
    land : xarray.Dataset, optional
        Landscape of the study, for maps.
    """
    survey = SurveyResult.of(name, tree)
    part = survey_part(survey, land)
    subtitle = f"Survey {name}: {readable(survey.model)} of {survey.file}."
    notices: tuple[Note, ...] = ()
    if survey.status != "real":
        notices = (Note(f"The data of this survey are {survey.status}.", "warning"),)
    light = _LIGHTS.get(verdict_of(survey), "grey")
    first = Section("surveys", "The survey", (inventory([survey]), *part.blocks))
    return Document(
        heading(survey.species), subtitle, _answer(survey), light, notices, (first, *part.parts)
    )


def survey_page(name: str, tree: xr.DataTree, output: Path, land: xr.Dataset | None = None) -> Path:
    """Write the page of one survey.

    Parameters
    ----------
    name : str
        Name of the survey in the study.
    tree : xarray.DataTree
        Its posterior.
    output : Path
        Folder for ``report.html``, ``tables`` and ``figures``.
    land : xarray.Dataset, optional
        Landscape of the study, for maps.

    Returns
    -------
    Path
        The page.
    """
    return write(compose_survey(name, tree, land), output)
