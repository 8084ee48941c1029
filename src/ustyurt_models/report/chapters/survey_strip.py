"""Strip counts: estimates by eye against photographs, and Jolly's three methods."""

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    Interval,
    draws,
    interval,
    mass_of,
    mass_words,
    node,
)
from ustyurt_models.report.content import Block, Column, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_photo import PhotoPairs, eye_against_photo
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, shown_number

__all__ = ["strip_part"]

_METHODS = {
    1: "1: strips of equal area",
    2: "2: strips of unequal area, ratio of animals to area",
    3: "3: strips drawn with chance in proportion to their area",
}


def _photo(survey: SurveyResult, seen: xr.Dataset) -> tuple[Block, ...]:
    """Return what the photographs say of estimates by eye, if the survey has both."""
    bias = draws(survey, ["eye_bias"]).get("eye_bias")
    if bias is None or not {"eye", "photo"} <= set(seen.data_vars):
        return ()
    mass = mass_of(survey)
    found = interval(bias, mass)
    eye, photo = seen["eye"].to_numpy(), seen["photo"].to_numpy()
    both = np.isfinite(eye) & np.isfinite(photo)
    alone = int((np.isfinite(eye) & ~np.isfinite(photo)).sum())
    pairs = PhotoPairs(photo[both], eye[both], found, mass)
    name = f"photo_{survey.name}"
    return (
        Paragraph(_photo_words(int(both.sum()), alone, found, mass)),
        eye_against_photo(name, survey.species, pairs),
    )


def _photo_words(pairs: int, alone: int, found: Interval, mass: float) -> str:
    """Say how estimates by eye are corrected."""
    value, low, high = (shown_number(end, 2) for end in found)
    return (
        f"{pairs} groups were estimated by eye and counted on a photograph. By eye one sees "
        f"{value} of the true number on average ({mass_words(mass)} interval {low} to {high}); "
        f"{alone} groups without photograph are corrected by that."
    )


def _jolly(survey: SurveyResult, design: xr.Dataset) -> Table:
    """Return the animals by each of Jolly's methods."""
    last = design.isel(stratum=-1)
    dim = str(last["jolly_abundance"].dims[0])
    rows = tuple(
        (
            _METHODS[int(last[dim].values[i])],
            float(last["jolly_abundance"].values[i]),
            float(last["jolly_se"].values[i]),
        )
        for i in range(last.sizes[dim])
    )
    columns = (
        Column("Jolly's method", kind="long"),
        Column("estimate", "animals", "count"),
        Column("standard error", "animals", "count"),
    )
    return Table(
        f"jolly_{survey.name}",
        f"All {readable(survey.species)} by Jolly's three methods, corrected like the model for "
        "what is not seen.",
        columns,
        rows,
        "A dash: the method does not fit strips of unequal area.",
    )


def strip_part(survey: SurveyResult) -> Section | None:
    """Return the part on strips, if this is a strip count.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    seen, design = node(survey, "observed_data"), node(survey, "design")
    blocks: list[Block] = []
    if seen is not None:
        blocks += _photo(survey, seen)
    if design is not None and "jolly_abundance" in design:
        blocks.append(_jolly(survey, design))
    if not blocks:
        return None
    return Section(f"survey-{survey.name}-strips", "Strips and photographs", tuple(blocks))
