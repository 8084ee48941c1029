"""The page of data quality: one HTML file without external resources, light enough for a check."""

from functools import cache
from pathlib import Path

import numpy as np
from jinja2 import Environment
from markupsafe import Markup

from ustyurt_models import __version__
from ustyurt_models.report.quality_svg import (
    Marker,
    bar_chart,
    effort_chart,
    effort_map,
    histogram,
)
from ustyurt_models.report.templating import environment_of, template_text
from ustyurt_models.report.words import shown_count, shown_number
from ustyurt_models.survey.quality.assess import Quality
from ustyurt_models.survey.quality.distances import DistanceQuality
from ustyurt_models.survey.quality.effort import EffortQuality
from ustyurt_models.survey.quality.findings import Finding, findings

__all__ = ["quality_page", "write_quality_page"]

_STYLES = ("blocks.css", "report.css", "quality.css")
#: Transects of which each gets a bar; more would be thinner than a pixel of a phone.
_MOST_BARS = 340


def _p_value(value: float) -> str:
    """Write a p value."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _share(value: float) -> str:
    """Write a proportion as a percentage."""
    return "\N{EN DASH}" if value != value else f"{100 * value:.0f} %"


def _few(value: float) -> str:
    """Write an expected number; below a twentieth it is none."""
    return "< 0.05" if value < 0.05 else shown_number(value, 2)


@cache
def _environment() -> Environment:
    """Return the template environment; everything from outside is escaped."""
    return environment_of(
        {
            "count": shown_count,
            "number": shown_number,
            "share": _share,
            "p": _p_value,
            "few": _few,
        }
    )


def _answer(found: tuple[Finding, ...]) -> tuple[str, str]:
    """Return the light of the page and its first sentence."""
    red = sum(one.light == "red" for one in found)
    amber = sum(one.light == "amber" for one in found)
    if red:
        return "red", "These data cannot be used before a fault is settled."
    if amber:
        things = "One thing" if amber == 1 else f"{amber} things"
        return "amber", f"{things} to look at before a model is fitted."
    return "green", "Nothing that stands against fitting a model."


def _effort_figures(effort: EffortQuality) -> dict[str, Markup]:
    """Draw effort by transect, and the map where positions are known."""
    figures = {}
    if np.ptp(effort.effort) > 0 and len(effort.transect) <= _MOST_BARS:
        figures["effort"] = effort_chart(
            effort.transect, effort.effort, effort.stratum, effort.groups, effort.unit
        )
    if effort.position is not None:
        known = np.isfinite(effort.position).all(axis=1)
        names = [name for name, is_known in zip(effort.transect, known, strict=True) if is_known]
        figures["map"] = effort_map(
            effort.position[known],
            effort.position_kind == "lonlat",
            effort.effort[known],
            effort.groups[known],
            names,
        )
    return figures


def _distance_figure(distances: DistanceQuality) -> Markup:
    """Draw the histogram with the truncation that is advised."""
    markers = []
    if not distances.classes and distances.advised_m < distances.largest_m:
        share = f"{100 * distances.advised_share:.0f} %"
        markers.append(Marker(distances.advised_m, f"{share} within {_metres(distances)}"))
    width = np.diff(distances.edge_m)
    return histogram(
        distances.edge_m, distances.bar, markers, bool(np.ptp(width) > 1e-9 * width.max())
    )


def _metres(distances: DistanceQuality) -> str:
    """Write the truncation that is advised."""
    return f"{shown_number(distances.advised_m)} m"


def quality_page(quality: Quality, title: str = "") -> str:
    """Return the page of data quality of one survey.

    Parameters
    ----------
    quality : Quality
        What was seen in the file.
    title : str
        Heading; the title in the file's header, or its name, unless given.

    Returns
    -------
    str
        A complete HTML document with style and drawings inside; nothing is loaded from elsewhere.
    """
    found = findings(quality)
    light, answer = _answer(found)
    figures: dict[str, Markup] = {}
    if quality.effort is not None:
        figures |= _effort_figures(quality.effort)
    if quality.distances is not None:
        figures["distances"] = _distance_figure(quality.distances)
    if quality.sizes is not None:
        sizes = quality.sizes
        figures["sizes"] = bar_chart(
            "sizes", "Groups by size", sizes.label, sizes.bar.tolist(), "animals per group"
        )
    return (
        _environment()
        .get_template("quality.html.j2")
        .render(
            quality=quality,
            title=title or quality.header.get("title", "") or quality.name,
            findings=found,
            words={"green": "good", "amber": "look", "red": "stop"},
            light=light,
            answer=answer,
            figures=figures,
            style=Markup(
                template_text("blocks.css")
                + template_text("report.css")
                + template_text("quality.css")
            ),
            version=__version__,
        )
    )


def write_quality_page(quality: Quality, path: Path, title: str = "") -> Path:
    """Write the page of data quality of one survey.

    Parameters
    ----------
    quality : Quality
        What was seen in the file.
    path : Path
        HTML file to write; its folder is made if missing.
    title : str
        Heading.

    Returns
    -------
    Path
        The file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(quality_page(quality, title), encoding="utf-8")
    return path
