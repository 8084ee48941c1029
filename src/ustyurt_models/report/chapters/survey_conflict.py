"""Several surveys of the same animals: what each says alone, before they are pooled."""

import numpy as np
import xarray as xr
from scipy.special import ndtri

from ustyurt_models.report.chapters.survey_reading import (
    DEFAULT_MASS,
    Interval,
    interval,
    mass_words,
    node,
    stored_interval,
)
from ustyurt_models.report.content import Block, Cell, Column, Note, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, share, shown_number, shown_probability

__all__ = ["conflict_part"]

#: Below this tail probability the reader is warned that two surveys contradict each other.
_UNLIKELY = 0.05
_ALIKE = 0.2


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


def _surveys(survey: SurveyResult, found: xr.Dataset, mass: float) -> Table:
    """Return what each survey says alone, and its bias before and after pooling."""
    rows = []
    for name in found["survey"].values:
        part = found.sel(survey=name)
        row: list[Cell] = [readable(str(name))]
        if "file" in part:
            row += [str(part["file"].values) or None, _status(part)]
        row.append(stored_interval(part, "abundance"))
        if "bias_sd" in part:
            row.append(_believed(float(part["bias_sd"]), mass))
        if "bias_median" in part:
            row.append(stored_interval(part, "bias"))
        if "prior_share" in part:
            row.append(float(part["prior_share"]))
        rows.append(tuple(row))
    columns = [Column("survey")]
    if "file" in found:
        columns += [Column("file"), Column("data are")]
    columns.append(Column("animals alone", "animals", "interval", mass=mass))
    if "bias_sd" in found:
        columns.append(Column("bias believed", "", "interval", mass=mass))
    if "bias_median" in found:
        columns.append(Column("bias after pooling", "", "interval", mass=mass))
    if "prior_share" in found:
        columns.append(Column("spread left of its own prior", "", "probability"))
    return Table(
        f"surveys_{survey.name}",
        "Each survey alone, and its bias: what it finds over what is there (1: no bias).",
        tuple(columns),
        tuple(rows),
        "Spread left of its own prior: near 1, the survey's own data said next to nothing.",
    )


def _status(part: xr.Dataset) -> str:
    """Say whether data are real; what is not stands out."""
    status = str(part["status"].values)
    return status if status == "real" else status.upper()


def _believed(sd_log: float, mass: float) -> Interval:
    """Return median and ends of a bias whose logarithm is normal around 0."""
    reach = float(np.exp(ndtri((1 + mass) / 2) * sd_log))
    return 1.0, 1 / reach, reach


def _pairs(survey: SurveyResult, found: xr.Dataset, mass: float) -> Table:
    """Return ratio and agreement of every pair of surveys."""
    near = float(found.attrs.get("agreement", _ALIKE))
    rows = []
    for i in range(found.sizes["pair"]):
        part = found.isel(pair=i)
        row: list[Cell] = [readable(str(part[key].values)) for key in ("first", "second")]
        row += [stored_interval(part, "ratio"), float(part["agree"])]
        row += [float(part["within"])] if "within" in part else []
        rows.append(tuple(row))
    columns = [
        Column("survey"),
        Column("over"),
        Column("ratio of animals", "", "interval", mass=mass),
        Column("tail probability", "", "probability"),
    ]
    if "within" in found:
        columns.append(Column(f"chance to differ by less than {share(near)}", "", "probability"))
    return Table(
        f"conflict_{survey.name}",
        "Surveys of the same animals against each other, before pooling and without any bias.",
        tuple(columns),
        tuple(rows),
        "Tail probability: that of a ratio as far from 1 as this one or further, if both counted "
        "the same number without bias.",
    )


def _words(found: xr.Dataset) -> Block:
    """Say whether the surveys disagree."""
    worst = int(np.argmin(found["agree"].to_numpy()))
    part = found.isel(pair=worst)
    first, second = (readable(str(part[key].values)) for key in ("first", "second"))
    ratio = shown_number(float(part["ratio_median"]), 2)
    chance = float(part["agree"])
    said = (
        f"{first} finds {ratio} times as many as {second} (tail probability "
        f"{shown_probability(chance)} if both counted the same)."
    )
    if chance < _UNLIKELY:
        return Note(
            f"The surveys are in CONFLICT: {said} Pooling hides this; at least one of them is "
            "biased, and nothing here tells which. Find out before using the pooled number.",
            "warning",
        )
    return Paragraph(f"The surveys do not contradict each other. The widest gap: {said}")


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
    blocks: list[Block] = [_figure(survey, found, mass), _surveys(survey, found, mass)]
    if found.sizes.get("pair", 0):
        blocks = [_words(found), *blocks, _pairs(survey, found, mass)]
    title = "Each survey alone, before pooling"
    return Section(f"survey-{survey.name}-conflict", title, tuple(blocks))
