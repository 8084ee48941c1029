"""A trend of yearly counts: the series, and what its growth is made of."""

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    DEFAULT_MASS,
    interval,
    mass_words,
    node,
)
from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Section, Table
from ustyurt_models.report.figures.growth import Growths, growth_plot
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.figures.survey_trend import count_trend, trend_from
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, share, shown_number, shown_probability

__all__ = ["trend_part"]

_SOURCES = {
    "growth_immigration": "immigration",
    "growth_detection": "better detection",
    "growth_lucky_years": "a run of good years",
}


def _mass(found: xr.Dataset) -> float:
    return float(found.attrs.get("interval_mass", DEFAULT_MASS))


def _growth(survey: SurveyResult) -> tuple[Block, ...]:
    """Return what the growth of the counts is made of in the last period, if the fit says."""
    found = survey.tree["trend"].to_dataset()
    parts = [str(name) for name in found.data_vars if str(name).startswith("growth_")]
    if not parts:
        return ()
    mass = _mass(found)
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
    return (Paragraph(text), *_reach(survey, found), *_leaning(survey, found), table)


def _reach(survey: SurveyResult, found: xr.Dataset) -> tuple[Block, ...]:
    """Draw what growth a closed population could reach."""
    if "growth_ceiling" not in found or not np.isfinite(found.attrs["published_growth"]):
        return ()
    begin, end = (found.attrs.get(key, "") for key in ("period_begin", "last_count_year"))
    growths = Growths(
        np.exp(found["growth_closed"].to_numpy()),
        np.exp(found["growth_ceiling"].to_numpy()),
        np.exp(found["growth_of_counts"].to_numpy()),
        float(np.exp(found.attrs["published_growth"])),
        _mass(found),
    )
    words = (readable(survey.species), f"{begin} to {end}")
    return (growth_plot(f"reach_{survey.name}", growths, words),)


def _leaning(survey: SurveyResult, found: xr.Dataset) -> tuple[Block, ...]:
    """Say how much of the growth leans on immigration, detection and luck."""
    names = [name for name in _SOURCES if name in found]
    if len(names) < len(_SOURCES):
        return ()
    mass = _mass(found)
    values = np.stack([found[name].to_numpy() for name in names])
    largest = [float(np.mean(values.argmax(axis=0) == i)) for i in range(len(names))]
    beyond = (found["growth_of_counts"] - found["growth_closed"]).to_numpy()
    odds = [f"{_SOURCES[name]} ({share(part)})" for name, part in zip(names, largest, strict=True)]
    lean = interval(beyond, mass)
    text = (
        f"Growth beyond that of a closed population is {shown_number(lean[0], 2)} per year "
        f"({mass_words(mass)} interval {shown_number(lean[1], 2)} to {shown_number(lean[2], 2)}). "
        f"Its largest part, with the chance of being that: {', '.join(odds)}."
    )
    rows = [Estimate("closed population", *interval(found["growth_closed"], mass))]
    rows += [Estimate(_SOURCES[name], *interval(found[name], mass), role="other") for name in names]
    rows.append(
        Estimate("all: growth of counts", *interval(found["growth_of_counts"], mass), role="pooled")
    )
    caption = (
        f"The parts of the growth of {readable(survey.species)} counts, with "
        f"{mass_words(mass)} equal-tailed intervals. Parts trade against each other: what one "
        "gains another loses, so intervals of single parts are wider than that of their sum."
    )
    figure = side_by_side(f"parts_{survey.name}", rows, "log growth per year", caption, 0.0)
    return (Paragraph(text), figure)


def _beliefs(survey: SurveyResult) -> tuple[Block, ...]:
    """Show every belief before and after the data."""
    found = node(survey, "beliefs")
    if found is None:
        return ()
    mass, rows = _mass(found), []
    for i, name in enumerate(found["belief"].values):
        before, after = (found[part].isel(belief=i).to_numpy() for part in ("prior", "posterior"))
        row: tuple[Cell, ...] = (
            str(name),
            (float(before[0]), float(before[1]), float(before[2])),
            (float(after[0]), float(after[1]), float(after[2])),
            float(found["moved"][i]),
            float(found["kept"][i]),
        )
        rows.append(row)
    columns = (
        Column("belief", kind="long"),
        Column("before the data", "", "interval", mass=mass),
        Column("after the data", "", "interval", mass=mass),
        Column("moved by", "prior sd", "number"),
        Column("width left", "share of prior", "number"),
    )
    return (
        Table(
            f"beliefs_{survey.name}",
            "What was believed before the data and after. Where nothing moved and all the width "
            "is left, the answer is the belief, not the data.",
            columns,
            tuple(rows),
        ),
    )


def _others(survey: SurveyResult) -> dict[str, np.ndarray]:
    """Return counts by other methods over their detection, and lower limits."""
    seen, posterior = node(survey, "observed_data"), node(survey, "posterior")
    if seen is None or posterior is None or "survey" not in seen or "level" not in posterior.dims:
        return {}
    least = seen["at_least"].to_numpy() == 1
    names = [str(name) for name in seen["survey"].values]
    level = {str(one): posterior["detection"].sel(level=one) for one in posterior["level"].values}
    main = str(survey.tree["trend"].attrs.get("main_survey", ""))
    other = np.array([name in level and name != main for name in names]) & ~least
    found = [float(level[name].median()) for name, one in zip(names, other, strict=True) if one]
    year, count = seen["year"].to_numpy(), seen["estimate"].to_numpy()
    return {
        "other_year": year[other],
        "other": count[other] / np.array(found),
        "least_year": year[least],
        "least": count[least],
    }


def _structure(survey: SurveyResult) -> tuple[Block, ...]:
    """Show ages and sexes in the last year, if the fit tells them."""
    found = node(survey, "structure")
    if found is None:
        return ()
    mass = float(survey.tree.attrs.get("interval_mass", DEFAULT_MASS))
    rows = tuple(
        (f"{age} {sex}s", interval(found["share"].sel(sex=sex, age=age), mass))
        for sex in found["sex"].values
        for age in found["age"].values
    )
    caption = (
        f"Ages and sexes of {readable(survey.species)} in {found.attrs['year']}, "
        f"{found.attrs['census']}; the simulation starts with them."
    )
    columns = (Column("class"), Column("share of animals", "", "interval", mass=mass))
    return (Table(f"structure_{survey.name}", caption, columns, rows),)


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
    series = trend_from(found, _others(survey))
    figure = count_trend(f"trend_{survey.name}", survey.species, series)
    blocks = (figure, *_growth(survey), *_structure(survey), *_beliefs(survey))
    return Section(f"survey-{survey.name}-trend", "The counts over the years", blocks)
