"""Several species at once: where each is, how many at a site, and who leans on the others."""

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    Interval,
    interval,
    interval_column,
    mass_of,
    mass_words,
    node,
)
from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, shown_count, shown_number

__all__ = ["community_part", "community_words"]

#: Share from the others above which an estimate is theirs rather than the species' own.
_MOSTLY = 0.5
_QUANTITY = {"psi": "odds of occupancy", "p": "odds of detection"}


def community_words(survey: SurveyResult, found: xr.Dataset) -> str:
    """Say how many species a site has, and how many were looked for and seen."""
    mass, seen = mass_of(survey), int((found["sites_seen"] > 0).sum())
    mean, present = (interval(found[k], mass) for k in ("richness_mean", "species_present"))
    return (
        f"{found.sizes['species']} species looked for, {seen} of them seen. A visited site has "
        f"{shown_number(mean[0], 2)} of them ({mass_words(mass)} interval "
        f"{shown_number(mean[1], 2)} to {shown_number(mean[2], 2)}), and "
        f"{shown_count(present[0])} ({shown_count(present[1])} to {shown_count(present[2])}) "
        f"occupy at least one of the {shown_count(float(found.attrs['sites']))} sites. These are "
        "places, not numbers of animals."
    )


def _order(found: xr.Dataset) -> list[str]:
    """Return the species, the most widespread first."""
    middle = found["occupied_share"].median("draw").to_numpy()
    return [str(found["species"].values[i]) for i in np.argsort(middle)[::-1]]


def _table(survey: SurveyResult, found: xr.Dataset, names: list[str]) -> Table:
    """Return what is known of every species, and how much of it comes from the others."""
    mass, rows = mass_of(survey), []
    for name in names:
        one = found.sel(species=name)
        row: tuple[Cell, ...] = (
            readable(name),
            float(one["sites_seen"]),
            *(interval(one[k], mass) for k in ("occupied_sites", "psi_mean", "p_detect")),
            float(one["borrowed_psi"]),
            float(one["borrowed_p"]),
        )
        rows.append(row)
    columns = (
        Column("species"),
        Column("sites with detections", "", "count"),
        interval_column(survey, "occupied", "sites"),
        interval_column(survey, "mean psi"),
        interval_column(survey, "detection per visit"),
        Column("psi from the others", "", "probability"),
        Column("detection from the others", "", "probability"),
    )
    caption = (
        f"Species at the {shown_count(float(found.attrs['sites']))} visited sites; median and "
        f"{mass_words(mass)} equal-tailed interval."
    )
    note = (
        "From the others: width of what is known of the species over that of a species nobody "
        "looked for, squared. 0: all from its own detections; 1: all from the other species, "
        "right only if it is like them."
    )
    return Table(f"community_{survey.name}", caption, columns, tuple(rows), note)


def _role(one: xr.Dataset) -> str:
    """Grey for a species that mostly leans on the others."""
    share = max(float(one["borrowed_psi"]), float(one["borrowed_p"]))
    return "other" if share > _MOSTLY else "main"


def _forest(survey: SurveyResult, found: xr.Dataset, names: list[str], key: str) -> Block:
    """Draw a quantity of all species below each other."""
    mass = mass_of(survey)
    label, words = {
        "occupied_share": ("share occupied", "Share of the visited sites that each species uses"),
        "p_detect": ("detection per visit", "Detection per visit, where the species lives"),
    }[key]
    rows = []
    for name in names:
        one = found.sel(species=name)
        median, low, high = interval(one[key], mass)
        rows.append(Estimate(readable(name), median, low, high, _role(one)))
    caption = (
        f"{words}, {mass_words(mass)} equal-tailed interval. Grey squares: more than half of what "
        "is known of occupancy or detection comes from the other species."
    )
    return side_by_side(f"{key}_{survey.name}", rows, label, caption)


def _effects(survey: SurveyResult, found: xr.Dataset, order: list[str]) -> list[Block]:
    """Draw the effect of every covariate on every species, as ratios."""
    mass, figures = mass_of(survey), []
    for i, term in enumerate(found["term"].values):
        part, _, covariate = str(term).partition(": ")
        rows = []
        for name in ["typical", *order]:
            one = found.sel(species=name, term=term)
            ends: Interval = (float(one["median"]), float(one["low"]), float(one["high"]))
            median, low, high = (float(np.exp(end)) for end in ends)
            pooled = name == "typical"
            label = "typical species" if pooled else readable(name)
            rows.append(Estimate(label, median, low, high, "pooled" if pooled else "main"))
        caption = (
            f"What one standard deviation more of {readable(covariate)} does to the "
            f"{_QUANTITY[part]} of every species, {mass_words(mass)} equal-tailed interval; an "
            "interval that holds 1 leaves the direction open. Diamond: a typical species."
        )
        quantity = f"ratio of the {_QUANTITY[part]}"
        name = f"species_effects_{i + 1}_{survey.name}"
        figures.append(side_by_side(name, rows, quantity, caption, at=1.0))
    return list(figures)


def _richness(survey: SurveyResult, found: xr.Dataset) -> Table:
    """Return how many sites have how many species, seen and estimated."""
    mass, most = mass_of(survey), int(found.attrs["species"])
    values, seen = found["richness"].to_numpy(), found["seen"].to_numpy()
    rows = [
        (
            f"{number} or more",
            float((seen >= number).sum()),
            interval((values >= number).sum(axis=1), mass),
        )
        for number in range(1, most + 1)
        if (values >= number).any()
    ]
    columns = (
        Column("species at a site"),
        Column("sites by what was seen", "", "count"),
        interval_column(survey, "sites", "sites"),
    )
    caption = f"Sites with so many of the {most} species; {mass_words(mass)} interval."
    return Table(f"richness_{survey.name}", caption, columns, tuple(rows))


def community_part(survey: SurveyResult) -> Section | None:
    """Return the part on several species, if the posterior has the node ``community``.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    """
    found = node(survey, "community")
    if found is None:
        return None
    order = _order(found)
    text = (
        "Species that were hardly seen learn from the others: what is believed of them starts at "
        "what is typical of the community, and their own detections pull it away. The table says "
        "how much of the answer is theirs. A site where a species was not seen may still have it."
    )
    blocks: list[Block] = [
        Paragraph(text),
        _forest(survey, found, order, "occupied_share"),
        _table(survey, found, order),
        _forest(survey, found, order, "p_detect"),
    ]
    richness = node(survey, "richness")
    if richness is not None:
        blocks.append(_richness(survey, richness))
    effects = node(survey, "species_effects")
    if effects is not None:
        blocks += _effects(survey, effects, order)
    return Section(f"survey-{survey.name}-community", "Species by species", tuple(blocks))
