"""A trend of yearly counts: the series, and what its growth is made of."""

from ustyurt_models.report.chapters.survey_reading import (
    DEFAULT_MASS,
    interval,
    mass_words,
    node,
)
from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_trend import count_trend, trend_from
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, shown_number, shown_probability

__all__ = ["trend_part"]


def _growth(survey: SurveyResult) -> tuple[Block, ...]:
    """Return what the growth of the counts is made of in the last period, if the fit says."""
    found = survey.tree["trend"].to_dataset()
    parts = [str(name) for name in found.data_vars if str(name).startswith("growth_")]
    if not parts:
        return ()
    mass = float(found.attrs.get("interval_mass", DEFAULT_MASS))
    rows: list[tuple[Cell, ...]] = [
        (found[name].attrs.get("long_name", name), interval(found[name], mass)) for name in parts
    ]
    columns = (
        Column("part", kind="long"),
        Column("log growth", "per yr", "interval", mass=mass),
    )
    begin, end = (found.attrs.get(key, "") for key in ("period_begin", "last_count_year"))
    table = Table(
        f"growth_{survey.name}",
        f"What the growth of {readable(survey.species)} counts is made of, {begin} to {end}; "
        f"median and {mass_words(mass)} equal-tailed interval. The parts add up to the growth of "
        "counts; the ceiling stands beside them.",
        columns,
        tuple(rows),
    )
    reach = found.attrs.get("probability_ceiling_reaches_published_growth")
    if reach is None:
        return (table,)
    text = (
        f"The published counts grow by {shown_number(float(found.attrs['published_growth']))} per "
        "year on the log scale. The probability that a closed population could grow that fast is "
        f"{shown_probability(max(float(reach), 0.001))}; the rest must be immigration, better "
        "detection or a run of good years, and the counts alone cannot tell these apart."
    )
    return (Paragraph(text), table)


def trend_part(survey: SurveyResult) -> Section | None:
    """Return the part on the series of counts, if the posterior has the node ``trend``.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    found = node(survey, "trend")
    if found is None:
        return None
    figure = count_trend(f"trend_{survey.name}", survey.species, trend_from(found))
    blocks = (figure, *_growth(survey))
    return Section(f"survey-{survey.name}-trend", "The counts over the years", blocks)
