"""Surveys: what was counted, what the models made of it, and whether to trust them."""

from collections.abc import Sequence
from typing import Literal

import xarray as xr

from ustyurt_models.report.content import Block, Cell, Column, Note, Paragraph, Section, Table
from ustyurt_models.report.figures.survey import (
    count_trend,
    curve_from,
    detection_function,
    trend_from,
)
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import heading, readable, shown_number, shown_probability

__all__ = ["abundance_table", "chapter", "diagnostics_table", "inventory", "survey_part"]


def inventory(surveys: Sequence[SurveyResult]) -> Table:
    """Return the list of survey data."""
    rows = tuple(
        (
            survey.name,
            readable(survey.species),
            readable(survey.model),
            survey.file,
            survey.status.upper() if survey.status != "real" else survey.status,
            _gate(survey),
        )
        for survey in surveys
    )
    columns = tuple(
        Column(label) for label in ("survey", "species", "model", "file", "data are", "diagnostics")
    )
    return Table("survey_inventory", "Survey data used.", columns, rows)


def _gate(survey: SurveyResult) -> str:
    """Return the gravest word of the diagnostics, and whether a stop was accepted."""
    node = survey.tree.children.get("diagnostics")
    word = str(node.attrs.get("verdict", "not stated")) if node is not None else "none"
    return f"{word}, accepted in the study file" if survey.overridden else word


def abundance_table(survey: SurveyResult) -> Table:
    """Return abundance and density by stratum and in total."""
    node = survey.tree["abundance"].to_dataset()
    rows: list[tuple[Cell, ...]] = []
    for stratum in node["stratum"].values:
        part = node.sel(stratum=stratum)
        rows.append((str(stratum), float(part["area_km2"]), *_estimates(part)))
    if len(rows) > 1:
        area = node["area_km2"].sum()
        total = xr.Dataset(
            {
                "abundance": node["abundance"].sum("stratum"),
                "density_per_km2": node["abundance"].sum("stratum") / area,
            }
        )
        rows.append(("total", float(area), *_estimates(total)))
    columns = (
        Column("stratum"),
        Column("area", "km²", "count"),
        Column("abundance", "animals", "interval"),
        Column("density", "animals per km²", "interval"),
        Column("CV of abundance", "", "probability"),
    )
    return Table(
        f"abundance_{survey.name}",
        f"Abundance and density of {readable(survey.species)} from the survey; "
        "95 % equal-tailed intervals; CV: standard deviation over mean.",
        columns,
        tuple(rows),
    )


def _estimates(part: xr.Dataset) -> tuple[Cell, ...]:
    """Return intervals of abundance and density, and the coefficient of variation."""
    intervals = []
    for key in ("abundance", "density_per_km2"):
        median, low, high = (float(part[key].quantile(level)) for level in (0.5, 0.025, 0.975))
        intervals.append((median, low, high))
    return (*intervals, float(part["abundance"].std() / part["abundance"].mean()))


def _growth(survey: SurveyResult) -> tuple[Block, ...]:
    """Return what the growth of the counts is made of in the last period, if the fit says."""
    node = survey.tree["trend"].to_dataset()
    parts = [str(name) for name in node.data_vars if str(name).startswith("growth_")]
    if not parts:
        return ()
    rows: list[tuple[Cell, ...]] = []
    for name in parts:
        median, low, high = (float(node[name].quantile(level)) for level in (0.5, 0.025, 0.975))
        rows.append((node[name].attrs.get("long_name", name), (median, low, high)))
    columns = (
        Column("part", kind="long"),
        Column("log growth", "per yr", "interval"),
    )
    begin, end = (node.attrs.get(key, "") for key in ("period_begin", "last_count_year"))
    table = Table(
        f"growth_{survey.name}",
        f"What the growth of {readable(survey.species)} counts is made of, {begin} to {end}; "
        "median and 95 % equal-tailed interval. The parts add up to the growth of counts.",
        columns,
        tuple(rows),
    )
    reach = node.attrs.get("probability_ceiling_reaches_published_growth")
    if reach is None:
        return (table,)
    text = (
        f"The published counts grow by {shown_number(float(node.attrs['published_growth']))} per "
        "year on the log scale. The probability that a closed population could grow that fast is "
        f"{shown_probability(max(float(reach), 0.001))}; the rest must be immigration, better "
        "detection or a run of good years, and the counts alone cannot tell these apart."
    )
    return (Paragraph(text), table)


def diagnostics_table(survey: SurveyResult) -> Table:
    """Return the diagnostics with their words pass, look or stop."""
    node = survey.tree["diagnostics"].to_dataset()
    dimension = next(iter(node.sizes))
    names = [str(name) for name in node.data_vars]
    rows = []
    for index, label in enumerate(node[dimension].values):
        cells: list[Cell] = [readable(str(label))]
        for name in names:
            value = node[name].values[index]
            cells.append(float(value) if node[name].dtype.kind in "fiu" else str(value))
        rows.append(tuple(cells))
    columns = (
        Column("check"),
        *(
            Column(readable(name), kind="number" if node[name].dtype.kind in "fiu" else _text(name))
            for name in names
        ),
    )
    return Table(
        f"diagnostics_{survey.name}",
        f"Diagnostics of the survey “{survey.name}”.",
        columns,
        tuple(rows),
        "pass: nothing to see; look: read the note before use; stop: not to be used.",
    )


def _text(name: str) -> Literal["text", "long"]:
    """Return how a column of words is shown: verdicts short, explanations long."""
    return "text" if name == "verdict" else "long"


def survey_part(survey: SurveyResult) -> Section:
    """Return the section of one survey."""
    blocks: list[Block] = []
    if survey.status.startswith("simulated"):
        blocks.append(Note("These survey data are SIMULATED, not observed.", "warning"))
    nodes = survey.tree.children
    if "detection" in nodes:
        curve = curve_from(survey.tree["detection"].to_dataset())
        blocks.append(detection_function(f"detection_{survey.name}", survey.species, curve))
    if "trend" in nodes:
        series = trend_from(survey.tree["trend"].to_dataset())
        blocks.append(count_trend(f"trend_{survey.name}", survey.species, series))
        blocks += _growth(survey)
    if "abundance" in nodes:
        blocks.append(abundance_table(survey))
    if "diagnostics" in nodes:
        blocks.append(diagnostics_table(survey))
    title = f"{heading(survey.species)}: {readable(survey.model)}"
    return Section(f"survey-{survey.name}", title, tuple(blocks))


def chapter(surveys: Sequence[SurveyResult]) -> Section:
    """Return the chapter on surveys and abundance now.

    Parameters
    ----------
    surveys : sequence of SurveyResult
        Fitted surveys; may be empty.
    """
    if not surveys:
        text = Paragraph("No survey was fitted; all starting numbers come from the evidence.")
        return Section("surveys", "Surveys and abundance now", (text,))
    return Section(
        "surveys",
        "Surveys and abundance now",
        (inventory(surveys),),
        tuple(survey_part(survey) for survey in surveys),
    )
