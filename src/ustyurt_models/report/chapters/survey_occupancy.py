"""Occupancy: how many of the visited sites are occupied, season by season, and how it is known."""

import xarray as xr

from ustyurt_models.report.chapters.survey_cells import occupancy_map
from ustyurt_models.report.chapters.survey_reading import (
    interval,
    interval_column,
    mass_of,
    mass_words,
    node,
)
from ustyurt_models.report.content import Block, Cell, Column, Figure, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import shown_count

__all__ = ["occupancy_part"]


def _naive(seen: xr.Dataset | None, season: int) -> float | None:
    """Return the share of the visited sites where something was found in a season."""
    if seen is None or "site_visits" not in seen:
        return None
    one = seen.isel(season=season)
    visited = one["site_visits"].to_numpy() > 0
    if not visited.any():
        return None
    return float((one["site_detections"].to_numpy()[visited] > 0).mean())


def _table(survey: SurveyResult, found: xr.Dataset) -> Table:
    """Return occupancy by season beside what was found without any model."""
    mass, seen = mass_of(survey), node(survey, "observed_data")
    rows: list[tuple[Cell, ...]] = []
    for i in range(found.sizes["season"]):
        one = found.isel(season=i)
        rows.append(
            (
                str(one["season"].values),
                _naive(seen, i),
                interval(one["occupied_sites"], mass),
                interval(one["occupied_share"], mass),
                interval(one["psi_mean"], mass),
                interval(one["p_detect"], mass),
            )
        )
    columns = (
        Column("season"),
        Column("share with detections", "", "probability"),
        interval_column(survey, "occupied", "sites"),
        interval_column(survey, "share occupied"),
        interval_column(survey, "mean psi"),
        interval_column(survey, "detection per visit"),
    )
    caption = (
        f"Occupancy of the {shown_count(float(found.attrs['sites']))} sites that were visited; "
        f"median and {mass_words(mass)} equal-tailed interval. Share occupied is of these very "
        "sites, given what was seen at each; mean psi is what sites like these would have."
    )
    return Table(f"occupancy_{survey.name}", caption, columns, tuple(rows))


def _figure(survey: SurveyResult, found: xr.Dataset) -> Figure:
    """Draw the share of occupied sites by season."""
    mass = mass_of(survey)
    shares = [
        Estimate(str(name), *interval(found["occupied_share"].sel(season=name), mass))
        for name in found["season"].values
    ]
    caption = f"Share of the visited sites that is occupied, {mass_words(mass)} interval"
    return side_by_side(f"occupied_{survey.name}", shares, "share occupied", f"{caption}.")


def occupancy_part(survey: SurveyResult, land: xr.Dataset | None = None) -> Section | None:
    """Return the part on occupancy, if the posterior has that node.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    land : xarray.Dataset, optional
        Landscape of the study, for a map of its cells.
    """
    found = node(survey, "occupancy")
    if found is None:
        return None
    text = (
        "A site where nothing was found may be empty, or every visit may have missed what lives "
        "there; repeated visits tell the two apart as far as detection does not depend on what "
        "nobody recorded. Whether a site counts as occupied depends on its size and on how long "
        "the visits last: shares of other surveys compare only where these are alike."
    )
    blocks: list[Block] = [Paragraph(text), _table(survey, found)]
    if found.sizes["season"] > 1:
        blocks.append(_figure(survey, found))
    blocks += occupancy_map(survey, land)
    return Section(f"survey-{survey.name}-occupancy", "Where it is", tuple(blocks))
