"""Covariates: by what factor they change density or detection, in their own unit."""

import re
from typing import NamedTuple

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    DEFAULT_MASS,
    Interval,
    mass_words,
    node,
    settings_of,
)
from ustyurt_models.report.content import Column, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, shown_number, unit_words

__all__ = ["effects_part"]

#: What an effect acts on, by the word in its name, and the ratio it is told as.
_ON = {
    "density": "density",
    "scale": "scale of detection",
    "mark": "odds of detection",
    "psi": "odds of occupancy",
    "p": "odds of detection",
    "gamma": "odds of colonisation",
    "epsilon": "odds of local extinction",
    "lambda": "animals at a site",
    "r": "odds of detecting one animal",
}
_LABEL = re.compile(r"(?:log |logit )?(\w+): (.*)")
#: The level in the name of a column, such as ``observer[B]``.
_LEVEL = re.compile(r"\[[^\]]*\]")


class _Effect(NamedTuple):
    """One coefficient as a ratio.

    ``on`` is what is multiplied, ``what`` the covariate, ``step`` the change it is told for, and
    ``spread`` the standard deviation of the covariate with its unit, where it is a number.
    """

    on: str
    what: str
    step: str
    spread: str
    ratio: Interval


def _spread(part: xr.Dataset) -> tuple[float, str]:
    """Return the standard deviation of a covariate, NaN where unknown, and its unit in words."""
    size = float(part["step"]) if "step" in part else float("nan")
    unit = unit_words(str(part["step_unit"].values)) if "step_unit" in part else ""
    return (size if size > 0 else float("nan")), unit


def _step(part: xr.Dataset, term: str, random: tuple[str, ...]) -> tuple[str, float]:
    """Return the change of the covariate, and by what the coefficient is multiplied.

    A step is the standard deviation rounded to one digit, so that people can picture it; levels
    of factors have none.
    """
    plain = _LEVEL.sub("", term)
    if ":" in plain and "[" in term:
        return "in this level, beyond their own effects", 1.0
    if ":" in plain:
        return "both one standard deviation up, beyond their own effects", 1.0
    if "[" in term:
        level = "the average level" if plain in random else "the reference level"
        return f"against {level}", 1.0
    if "^" in plain:
        return "one standard deviation from the mean, beside the plain effect", 1.0
    size, unit = _spread(part)
    if not np.isfinite(size):
        return "one standard deviation more", 1.0
    told = float(f"{size:.0e}")
    if not unit:
        return f"{shown_number(told)} more, in the unit of the file", told / size
    return f"{shown_number(told)} {unit} more", told / size


def _on(name: str) -> str:
    """Return what an effect acts on; ``p_cameras`` is detection by one of several sources."""
    part, _, source = name.partition("_")
    if part == "p" and source:
        return f"{_ON[part]} by {readable(source)}"
    return _ON.get(name, readable(name))


def _effect(part: xr.Dataset, plain: str, random: tuple[str, ...]) -> _Effect:
    """Turn a coefficient into a ratio per step; names without a prefix act on `plain`."""
    name = str(part["label"].values)
    found = _LABEL.fullmatch(name)
    on, what = (found[1], found[2]) if found else (plain, name)
    step, factor = _step(part, what, random)
    size, unit = _spread(part)
    spread = f"{shown_number(size)} {unit}".strip() if np.isfinite(size) else ""
    ends = (float(np.exp(float(part[key]) * factor)) for key in ("median", "low", "high"))
    median, low, high = ends
    return _Effect(_on(on), readable(what), step, spread, (median, low, high))


def _sure(effect: _Effect) -> str:
    """Say whether the direction is known."""
    if effect.ratio[1] > 1:
        return "raises it"
    return "lowers it" if effect.ratio[2] < 1 else "direction not known"


def effects_part(survey: SurveyResult) -> Section | None:
    """Return the part on covariates, if the posterior has the node ``effects``.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    found = node(survey, "effects")
    if found is None or not found.sizes:
        return None
    dim = str(found["median"].dims[0])
    found = found.assign_coords(label=(dim, found[dim].values))
    plain = "mark" if survey.model == "double_observer" else "scale"
    settings = settings_of(survey)
    random = (*settings.get("scale_random", ()), *settings.get("density_random", ()))
    random += tuple(
        factor for key in settings if key.endswith("_random") for factor in settings[key] or ()
    )
    effects = [_effect(found.isel({dim: i}), plain, random) for i in range(found.sizes[dim])]
    mass = float(found.attrs.get("interval_mass", DEFAULT_MASS))
    columns = (
        Column("multiplies"),
        Column("covariate"),
        Column("for", kind="long"),
        Column("standard deviation"),
        Column("ratio", "", "interval", mass=mass),
        Column("reading"),
    )
    rows = tuple(
        (one.on, one.what, one.step, one.spread or None, one.ratio, _sure(one)) for one in effects
    )
    text = (
        "A ratio of 1 changes nothing, 2 doubles, 0.5 halves. The others are held where they are."
    )
    caption = f"Effects of covariates as ratios, {mass_words(mass)} equal-tailed interval"
    figure = side_by_side(
        f"effects_{survey.name}",
        [Estimate(f"{one.what} on {one.on}, {one.step}", *one.ratio) for one in effects],
        "ratio",
        f"{caption}; an interval that holds 1 leaves the direction open.",
        at=1.0,
    )
    table = Table(f"effects_{survey.name}", f"{caption}.", columns, rows)
    title = "What covariates do"
    blocks = (Paragraph(text), figure, table)
    return Section(f"survey-{survey.name}-effects", title, blocks)
