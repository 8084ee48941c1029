"""Several surveys of the same animals: what each says alone, before they are pooled."""

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    DEFAULT_MASS,
    interval,
    mass_words,
    node,
    stored_interval,
)
from ustyurt_models.report.content import Block, Column, Note, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, shown_number, shown_probability

__all__ = ["conflict_part"]

#: Below this chance that two surveys tell of the same number the reader is warned.
_UNLIKELY = 0.05


def _figure(survey: SurveyResult, found: xr.Dataset, mass: float) -> Block:
    """Draw each survey alone and the pooled estimate."""
    rows = [
        Estimate(readable(str(one)), *stored_interval(found.sel(survey=one), "abundance"))
        for one in found["survey"].values
    ]
    pooled = node(survey, "abundance")
    if pooled is not None:
        ends = interval(pooled["abundance"].sum("stratum"), mass)
        rows.append(Estimate("pooled", *ends, role="pooled"))
    caption = (
        "Animals by each survey alone (circles) and by all together (diamond), "
        f"{mass_words(mass)} equal-tailed interval. The pooled estimate allows every survey a bias "
        "of its own."
    )
    return side_by_side(f"conflict_{survey.name}", rows, "animals", caption)


def _pairs(survey: SurveyResult, found: xr.Dataset, mass: float) -> Table:
    """Return ratio and agreement of every pair of surveys."""
    rows = tuple(
        (
            readable(str(found["first"].values[i])),
            readable(str(found["second"].values[i])),
            stored_interval(found.isel(pair=i), "ratio"),
            float(found["agree"].values[i]),
        )
        for i in range(found.sizes["pair"])
    )
    columns = (
        Column("survey"),
        Column("over"),
        Column("ratio of animals", "", "interval", mass=mass),
        Column("chance that they agree", "", "probability"),
    )
    return Table(
        f"conflict_{survey.name}",
        "Surveys of the same animals against each other, before pooling.",
        columns,
        rows,
        "Chance that they agree: two-sided probability of a ratio as far from 1 as this one or "
        "further, if both counted the same number without bias.",
    )


def _words(found: xr.Dataset) -> Block:
    """Say whether the surveys disagree."""
    worst = int(np.argmin(found["agree"].to_numpy()))
    first, second = (readable(str(found[key].values[worst])) for key in ("first", "second"))
    chance = float(found["agree"].values[worst])
    ratio = shown_number(float(found["ratio_median"].values[worst]), 2)
    said = (
        f"{first} finds {ratio} times as many as {second} (chance that they agree: "
        f"{shown_probability(chance)})."
    )
    if chance < _UNLIKELY:
        return Note(
            f"The surveys are in CONFLICT: {said} Pooling hides this; at least one of them is "
            "biased, and nothing here tells which. Find out before using the pooled number.",
            "warning",
        )
    return Paragraph(f"The surveys do not contradict each other: at most, {said}")


def conflict_part(survey: SurveyResult) -> Section | None:
    """Return the part on conflict, if the posterior has the node ``conflict``.

    Parameters
    ----------
    survey : SurveyResult
        A joint survey.
    """
    found = node(survey, "conflict")
    if found is None:
        return None
    mass = float(found.attrs.get("interval_mass", DEFAULT_MASS))
    blocks: list[Block] = [_figure(survey, found, mass)]
    if found.sizes.get("pair", 0):
        blocks = [_words(found), *blocks, _pairs(survey, found, mass)]
    title = "Each survey alone, before pooling"
    return Section(f"survey-{survey.name}-conflict", title, tuple(blocks))
