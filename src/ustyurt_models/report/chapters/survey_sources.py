"""Several sources of one occupancy: what each says alone, before they are put together."""

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    DEFAULT_MASS,
    mass_words,
    node,
    stored_interval,
)
from ustyurt_models.report.content import Block, Cell, Column, Note, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_forest import Estimate, side_by_side
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.words import readable, shown_count, shown_number, shown_probability

__all__ = ["source_conflict_part"]

#: Tail probability, times the number of pairs, below which the reader is warned.
_UNLIKELY = 0.05


def _figure(survey: SurveyResult, found: xr.Dataset, mass: float) -> Block:
    """Draw occupancy of the sites of each source, by it alone and by all together."""
    rows = []
    for name in found["source"].values:
        part, label = found.sel(source=name), readable(str(name))
        median, low, high = stored_interval(part, "psi_alone")
        rows.append(Estimate(f"{label}, alone", median, low, high))
        median, low, high = stored_interval(part, "psi")
        rows.append(Estimate(f"same sites, all sources ({label})", median, low, high, "pooled"))
    caption = (
        "Mean probability that a site is occupied, over the sites that each source visited: by "
        "this source alone (circles) and by all together (diamonds), "
        f"{mass_words(mass)} equal-tailed interval."
    )
    return side_by_side(f"sources_{survey.name}", rows, "mean psi", caption)


def _sources(survey: SurveyResult, found: xr.Dataset) -> Table:
    """Return where each source comes from, and how much it did."""
    rows = []
    for name in found["source"].values:
        part = found.sel(source=name)
        status = str(part["status"].values)
        row: tuple[Cell, ...] = (
            readable(str(name)),
            str(part["file"].values) or None,
            status if status == "real" else status.upper(),
            "yes" if float(part["false_positives"]) else "no",
            *(float(part[key]) for key in ("sites", "visits", "sites_seen")),
        )
        rows.append(row)
    columns = (
        *map(Column, ("source", "file", "data are", "may be wrong")),
        *(Column(label, "", "count") for label in ("sites", "visits", "sites with detections")),
    )
    return Table(f"sources_{survey.name}", "Sources of one occupancy.", columns, tuple(rows))


def _alone(survey: SurveyResult, found: xr.Dataset, mass: float) -> Table:
    """Return what each source says alone, and all together at the same sites."""
    keys = {
        "mean psi alone": "psi_alone",
        "mean psi together": "psi",
        "detection alone": "p_alone",
        "detection together": "p",
    }
    rows: list[tuple[Cell, ...]] = [
        (
            readable(str(name)),
            *(stored_interval(found.sel(source=name), key) for key in keys.values()),
        )
        for name in found["source"].values
    ]
    columns = (Column("source"), *(Column(k, "", "interval", mass=mass) for k in keys))
    caption = (
        "Each source alone and all together at the same sites; median and "
        f"{mass_words(mass)} equal-tailed interval."
    )
    note = "Detection is that of a visit to an occupied site; what a visit is differs by source."
    return Table(f"sources_alone_{survey.name}", caption, columns, tuple(rows), note)


def _pairs(survey: SurveyResult, found: xr.Dataset, mass: float) -> Table:
    """Return ratio and agreement of every pair of sources."""
    rows = []
    for i in range(found.sizes["pair"]):
        part = found.isel(pair=i)
        row: tuple[Cell, ...] = (
            *(readable(str(part[key].values)) for key in ("first", "second")),
            float(part["shared_sites"]),
            stored_interval(part, "ratio"),
            float(part["agree"]),
            float(part["within"]),
        )
        rows.append(row)
    near = f"within {100 * float(found.attrs['agreement']):g} %"
    columns = (
        Column("first"),
        Column("second"),
        Column("sites of both", "", "count"),
        Column("first over second", "", "interval", mass=mass),
        Column("tail probability", "", "probability"),
        Column(near, "", "probability"),
    )
    note = (
        "Tail probability: that of a ratio as far from 1 as this one or further, if both tell of "
        "the same occupancy."
    )
    caption = "Mean psi of the sites that two sources share, each fitted alone."
    return Table(f"source_conflict_{survey.name}", caption, columns, tuple(rows), note)


def _words(found: xr.Dataset) -> Block:
    """Say whether sources disagree."""
    part = found.isel(pair=int(np.argmin(found["agree"].to_numpy())))
    first, second = (readable(str(part[key].values)) for key in ("first", "second"))
    chance = float(part["agree"])
    said = (
        f"at the {shown_count(float(part['shared_sites']))} sites of both, {first} alone finds "
        f"{shown_number(float(part['ratio_median']), 2)} times the occupancy that {second} finds "
        f"alone (tail probability {shown_probability(chance)} if both tell of the same)."
    )
    if chance * found.sizes["pair"] < _UNLIKELY:
        return Note(
            f"The sources are in CONFLICT: {said} Putting them together hides this; at least one "
            "of them sees something else, and nothing here tells which. Find out before using the "
            "joint answer.",
            "warning",
        )
    return Paragraph(f"The sources do not contradict each other. The widest gap: {said}")


def source_conflict_part(survey: SurveyResult) -> Section | None:
    """Return the part on each source alone, if the posterior has the node ``source_conflict``.

    Parameters
    ----------
    survey : SurveyResult
        Occupancy from several sources.
    """
    found = node(survey, "source_conflict")
    if found is None:
        return None
    mass = float(found.attrs.get("interval_mass", DEFAULT_MASS))
    blocks: list[Block] = [
        _sources(survey, found),
        _figure(survey, found, mass),
        _alone(survey, found, mass),
    ]
    if found.sizes["pair"]:
        blocks = [_words(found), *blocks, _pairs(survey, found, mass)]
    else:
        text = "No two sources visited the same site: whether they agree cannot be told."
        blocks = [Note(text, "warning"), *blocks]
    title = "Each source alone, before they are put together"
    return Section(f"survey-{survey.name}-sources", title, tuple(blocks))
