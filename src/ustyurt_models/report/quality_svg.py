"""Charts of the page of data quality: SVG written by hand, because plotting libraries take seconds.

A drawing is 440 units wide and set in 13.5 units, so that letters are readable on a phone (where
440 units are 350 pixels) and not too large on a desk.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from ustyurt_models.report.words import shown_count, shown_number

__all__ = ["Marker", "bar_chart", "effort_chart", "effort_map", "histogram"]

Floats = NDArray[np.float64]

INK, SOFT, PALE, BLUE, AMBER, GREY = (
    "#22303c",
    "#55626d",
    "#e7ebee",
    "#2b6a99",
    "#9a5f08",
    "#aab4bc",
)
WIDTH, HEIGHT = 440.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 18.0, 24.0, 44.0
FONT = 13.5


@dataclass(frozen=True)
class Marker:
    """A vertical line on a histogram: where, and what it says."""

    at: float
    label: str


def _number(value: float) -> str:
    """Write a tick label."""
    return shown_count(value) if abs(value) >= 1000 else shown_number(value, 4)


def _at(value: float) -> str:
    """Write a coordinate of the drawing."""
    return f"{value:.1f}"


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round numbers from `low` to `high`, at most `most` of them (and at least two)."""
    if high <= low:
        return [low]
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    steps = (step * power for step in (1, 2, 5, 10, 20, 50))
    for step in steps:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [round(i * step, 10) for i in range(first, last + 1)]
    return [low, high]


def _text(x: float, y: float, words: str, anchor: str = "middle", colour: str = INK) -> str:
    """Return a line of text."""
    return (
        f'<text x="{_at(x)}" y="{_at(y)}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(words)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    """Return a straight line."""
    ends = f'x1="{_at(x1)}" y1="{_at(y1)}" x2="{_at(x2)}" y2="{_at(y2)}"'
    return f'<line {ends} stroke="{colour}" {more}/>'


def _svg(name: str, title: str, description: str, parts: Sequence[str], height: float) -> Markup:
    """Wrap a drawing with the words that replace it."""
    return Markup(
        f'<svg viewBox="0 0 {WIDTH:g} {_at(height)}" role="img" '
        f'aria-labelledby="{name}-title {name}-text" font-size="{FONT}">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-text">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _axes(top: float, label_x: str, label_y: str) -> tuple[list[str], float]:
    """Return the frame of a chart that counts upwards, and the largest value it shows."""
    ticks = nice_ticks(0, max(top, 1.0), 5)
    highest = max(ticks[-1], top)
    parts = []
    for tick in ticks:
        y = _y(tick, highest)
        parts.append(_line(LEFT, y, WIDTH - RIGHT, y, PALE))
        parts.append(_text(LEFT - 6, y + 4, _number(tick), "end"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, label_x, colour=SOFT))
    parts.append(
        f'<text transform="translate(11 {_at(middle)}) rotate(-90)" text-anchor="middle" '
        f'fill="{SOFT}">{escape(label_y)}</text>'
    )
    return parts, highest


def _y(value: float, highest: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / highest


def _rect(x: float, width: float, value: float, highest: float, colour: str, tip: str) -> str:
    """Return a bar that says its number when pointed at."""
    y = _y(value, highest)
    return (
        f'<rect x="{_at(x)}" y="{_at(y)}" width="{_at(max(width, 0.8))}" '
        f'height="{_at(HEIGHT - BOTTOM - y)}" fill="{colour}"><title>{escape(tip)}</title></rect>'
    )


def histogram(
    edge_m: Floats, count: NDArray[np.int64], markers: Sequence[Marker], density: bool
) -> Markup:
    """Draw how many detections fell into each class of distance.

    Parameters
    ----------
    edge_m : numpy.ndarray
        Edges of the classes [m], shape (bar + 1,).
    count : numpy.ndarray
        Detections, int64, shape (bar,).
    markers : sequence of Marker
        Vertical lines.
    density : bool
        Whether classes differ in width, so that heights are detections per metre.
    """
    height = count / np.diff(edge_m) if density else count.astype(np.float64)
    parts, highest = _axes(float(height.max()), "distance [m]", "detections per m")
    if not density:
        parts, highest = _axes(float(height.max()), "distance [m]", "detections")
    span = float(edge_m[-1] - edge_m[0])

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - float(edge_m[0])) / span

    for low, high, value, number in zip(edge_m[:-1], edge_m[1:], height, count, strict=True):
        tip = f"{_number(low)} to {_number(high)} m: {number} detections"
        parts.append(_rect(x(low) + 0.5, x(high) - x(low) - 1, value, highest, BLUE, tip))
    parts.append(_line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, SOFT))
    for tick in nice_ticks(float(edge_m[0]), float(edge_m[-1]), 6):
        parts.append(_text(x(tick), HEIGHT - BOTTOM + 16, _number(tick)))
    for marker in markers:
        at = x(marker.at)
        parts.append(_line(at, TOP - 20, at, HEIGHT - BOTTOM, AMBER, 'stroke-dasharray="4 3"'))
        anchor = "end" if at > WIDTH / 2 else "start"
        shift = -5 if anchor == "end" else 5
        parts.append(_text(at + shift, TOP - 9, marker.label, anchor, AMBER))
    said = ", ".join(
        f"{_number(low)} to {_number(high)} m {number}"
        for low, high, number in zip(edge_m[:-1], edge_m[1:], count, strict=True)
    )
    return _svg("distances", "Detections by distance", f"Detections: {said}.", parts, HEIGHT)


def bar_chart(
    name: str,
    title: str,
    labels: Sequence[str],
    count: Sequence[int],
    x: str,
    counted: str = "groups",
) -> Markup:
    """Draw counts by label.

    Parameters
    ----------
    name : str
        Anchor of the drawing.
    title : str
        What it shows.
    labels : sequence of str
        One per bar.
    count : sequence of int
        Height of each bar.
    x : str
        Words below the axis.
    counted : str
        What the bars count.
    """
    parts, highest = _axes(float(max(count)), x, counted)
    step = (WIDTH - LEFT - RIGHT) / len(labels)
    widest = max(len(label) for label in labels) * FONT * 0.62
    every = max(1, math.ceil(widest / step))
    for i, (label, number) in enumerate(zip(labels, count, strict=True)):
        left = LEFT + i * step
        tip = f"{label}: {number} {counted}"
        parts.append(_rect(left + step * 0.1, step * 0.8, number, highest, BLUE, tip))
        if i % every == 0:
            parts.append(_text(left + step / 2, HEIGHT - BOTTOM + 16, label))
    parts.append(_line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, SOFT))
    said = ", ".join(f"{label}: {number}" for label, number in zip(labels, count, strict=True))
    return _svg(name, title, f"{title}. {said}.", parts, HEIGHT)


def effort_chart(
    names: Sequence[str],
    effort: Floats,
    stratum: NDArray[np.int64],
    groups: NDArray[np.int64],
    unit: str,
) -> Markup:
    """Draw the effort of every transect in the order of the file, strata side by side.

    Parameters
    ----------
    names : sequence of str
        Transects.
    effort : numpy.ndarray
        Effort, shape (transect,).
    stratum : numpy.ndarray
        Stratum of each transect.
    groups : numpy.ndarray
        Detections on each; those without are grey.
    unit : str
        Of the effort.
    """
    order = np.argsort(stratum, kind="stable")
    parts, highest = _axes(float(effort.max()), "in the order of the file", f"effort [{unit}]")
    gaps = int(stratum[order][-1]) if order.size else 0
    step = (WIDTH - LEFT - RIGHT) / (order.size + gaps)
    for place, i in enumerate(order):
        left = LEFT + (place + int(stratum[i])) * step
        colour = BLUE if groups[i] else GREY
        tip = f"{names[i]}: {shown_number(float(effort[i]))} {unit}, {groups[i]} detections"
        width = step - min(1.0, 0.2 * step)
        parts.append(_rect(left, width, float(effort[i]), highest, colour, tip))
    parts.append(_line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, SOFT))
    empty = int(np.count_nonzero(groups == 0))
    said = (
        f"{order.size} transects from {shown_number(float(effort.min()))} to "
        f"{shown_number(float(effort.max()))} {unit}; {empty} of them without a detection."
    )
    return _svg("effort", "Effort by transect", said, parts, HEIGHT)


def _span(values: Floats) -> tuple[float, float]:
    """Return the extent of coordinates with a margin; a single one gets some room."""
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * (high - low) or 0.5
    return low - margin, high + margin


def effort_map(
    position: Floats,
    degrees: bool,
    effort: Floats,
    groups: NDArray[np.int64],
    names: Sequence[str],
    what: str = "transects",
) -> Markup:
    """Draw where transects lie; area of a dot as effort, grey without a detection.

    Parameters
    ----------
    position : numpy.ndarray
        Longitude and latitude [degrees] or x and y [m], finite, shape (transect, 2).
    degrees : bool
        Which of the two.
    effort : numpy.ndarray
        Shape (transect,).
    groups : numpy.ndarray
        Detections, shape (transect,).
    names : sequence of str
        Transects.
    what : str
        What they are called.
    """
    unit, scale = ("degrees", 1.0) if degrees else ("km", 1e-3)
    x, y = position[:, 0] * scale, position[:, 1] * scale
    (west, east), (south, north) = _span(x), _span(y)
    shrink = math.cos(math.radians((south + north) / 2)) if degrees else 1.0
    wide, high = (east - west) * shrink, north - south
    room = WIDTH - LEFT - RIGHT
    per_unit = min(room / wide, 380.0 / high)
    height = TOP + high * per_unit + BOTTOM
    shift = LEFT + (room - wide * per_unit) / 2
    bottom = height - BOTTOM

    def px(value: float) -> float:
        return shift + (value - west) * shrink * per_unit

    def py(value: float) -> float:
        return bottom - (value - south) * per_unit

    parts = []
    for tick in nice_ticks(west, east, 5):
        parts.append(_line(px(tick), TOP, px(tick), bottom, PALE))
        parts.append(_text(px(tick), bottom + 16, _number(tick)))
    for tick in nice_ticks(south, north, 5):
        parts.append(_line(px(west), py(tick), px(east), py(tick), PALE))
        parts.append(_text(px(west) - 5, py(tick) + 4, _number(tick), "end"))
    label = "longitude and latitude" if degrees else "x and y"
    parts.append(_text(LEFT + room / 2, height - 6, f"{label} [{unit}]", colour=SOFT))
    largest = float(effort.max())
    for i in np.argsort(groups > 0, kind="stable"):
        radius = max(1.6, 5.0 * math.sqrt(float(effort[i]) / largest))
        fill = f'fill="{BLUE}" fill-opacity=".75"' if groups[i] else f'fill="none" stroke="{GREY}"'
        parts.append(
            f'<circle cx="{_at(px(x[i]))}" cy="{_at(py(y[i]))}" r="{_at(radius)}" {fill}>'
            f"<title>{escape(names[i])}: {groups[i]} detections</title></circle>"
        )
    said = (
        f"{x.size} {what} between {_number(float(x.min()))} and {_number(float(x.max()))} and "
        f"{_number(float(y.min()))} and {_number(float(y.max()))} {unit}; detections on "
        f"{int(np.count_nonzero(groups))} of them."
    )
    return _svg("map", "Map of effort", said, parts, height)
