"""Estimates of the same thing side by side: dots with intervals, one row each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    BLUE,
    GREY,
    PALE,
    RED,
    WIDTHS_IN,
    drawing,
    finish,
    house_style,
)
from ustyurt_models.report.words import shown_count, shown_number

__all__ = ["Estimate", "side_by_side"]

_ROW_IN = 0.42
#: Long labels and numbers would be too small on a telephone: the figure scrolls in its frame.
_SCROLLED = 2
#: Marker and colour: what counts, what stands beside it, what is put on top of both.
_LOOKS = {"main": ("o", BLUE), "other": ("s", GREY), "pooled": ("D", RED)}
_LOG_FROM = 4.0
#: Ratio of the ends of a logarithmic axis below which 2 and 5 of each power are labelled too.
_FEW = 60.0
_STEPS = (1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Estimate:
    """One row.

    Attributes
    ----------
    label : str
        What it is.
    median, low, high : float
        Middle and ends of the interval; rows with unknown ends are a lone dot.
    role : {"main", "other", "pooled"}
        Shape and colour of the mark.
    """

    label: str
    median: float
    low: float
    high: float
    role: str = "main"


def _written(value: float) -> str:
    return shown_count(value) if value >= 100 else shown_number(value, 2)


def _reading(one: Estimate) -> str:
    """Say a row in words."""
    if not np.isfinite([one.low, one.high]).all():
        return f"{one.label}: {_written(one.median)}"
    ends = [one.median, one.low, one.high]
    writer = shown_count if max(ends) >= 100 else lambda value: shown_number(value, 2)
    median, low, high = (writer(end) for end in ends)
    return f"{one.label}: {median} ({low} to {high})"


@house_style
def side_by_side(
    name: str, rows: Sequence[Estimate], quantity: str, caption: str, at: float | None = None
) -> content.Figure:
    """Draw estimates of one quantity below each other.

    Parameters
    ----------
    name : str
        File name of the figure.
    rows : sequence of Estimate
        From top to bottom.
    quantity : str
        Label of the axis, with its unit.
    caption : str
        What is compared, with the kind of interval.
    at : float, optional
        Where a line marks the value that changes nothing.
    """
    figure, grid = drawing(WIDTHS_IN[2], 0.85 + _ROW_IN * len(rows))
    axes = grid[0, 0]
    if at is not None:
        axes.axvline(at, color=GREY, linewidth=1, linestyle="--")
    for place, one in enumerate(rows):
        marker, colour = _LOOKS[one.role]
        axes.plot([one.low, one.high], [place, place], color=colour, linewidth=2.4, alpha=0.55)
        axes.plot(one.median, place, marker, color=colour, markeredgecolor="white", markersize=8)
        axes.annotate(
            _reading(one).removeprefix(f"{one.label}: "),
            (1.0, place),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    axes.set_yticks(range(len(rows)), [one.label for one in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    quantity = f"{quantity}{_scale(axes, rows)}"
    axes.set_xlabel(quantity)
    axes.grid(axis="x", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    alt = "; ".join(_reading(one) for one in rows) + "."
    return finish(figure, name, caption, alt, _SCROLLED)


def _scale(axes: Axes, rows: Sequence[Estimate]) -> str:
    """Choose a linear or a logarithmic axis; return what its label must say of it."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    ends = np.array([[one.low, one.median, one.high] for one in rows])
    finite = ends[np.isfinite(ends)]
    low, high = float(finite.min(initial=np.inf)), float(finite.max(initial=0.0))
    if not low > 0 or high <= _LOG_FROM * low:
        if low >= 0:
            axes.set_xlim(left=0)
        return ""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=_STEPS if high < _FEW * low else (1.0,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    return ", log scale"


def _tick(value: float) -> str:
    return shown_count(value) if value >= 1000 else shown_number(round(value, 9), 3)
