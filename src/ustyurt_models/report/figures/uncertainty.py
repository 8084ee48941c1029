"""Where the spread comes from, and the emergent capacity beside published rules."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    BLUE,
    GREEN,
    GREY,
    INK,
    PALETTE,
    WIDTHS_IN,
    drawing,
    finish,
    house_style,
)
from ustyurt_models.report.words import share, shown_count, shown_number

__all__ = ["CapacityRange", "ShareRow", "capacity_rules", "uncertainty_shares"]


@dataclass(frozen=True)
class ShareRow:
    """Shares of the variance of one quantity.

    Attributes
    ----------
    label : str
        Quantity, year and scenario.
    shares : tuple of tuple
        Source of uncertainty and its share, 0..1; they add up to 1.
    """

    label: str
    shares: tuple[tuple[str, float], ...]


@house_style
def uncertainty_shares(rows: Sequence[ShareRow]) -> content.Figure:
    """Draw one stacked bar per quantity: survey, evidence, chance."""
    figure, grid = drawing(WIDTHS_IN[1], 1.3 + 0.42 * len(rows))
    axes = grid[0, 0]
    for position, row in enumerate(rows):
        left = 0.0
        for colour, (source, value) in zip(PALETTE, row.shares, strict=False):
            label = source if position == 0 else None
            axes.barh(position, value, left=left, color=colour, height=0.66, label=label)
            if value >= 0.08:
                axes.text(
                    left + value / 2,
                    position,
                    share(value),
                    ha="center",
                    va="center",
                    color="white",
                    fontsize=9,
                )
            left += value
    axes.set_yticks(range(len(rows)), [row.label for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol="\u202f%"))
    axes.set_xlabel("share of the variance")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    caption = (
        "Share of the variance of each result that comes from the survey (what was counted), from "
        "the evidence (what is published about the animals) and from chance (weather, births, "
        "deaths). A better survey can only shrink the first."
    )
    alt = ". ".join(
        f"{row.label}: " + ", ".join(f"{name} {share(value)}" for name, value in row.shares)
        for row in rows
    )
    return finish(figure, "share_of_uncertainty", caption, f"{alt}.")


@dataclass(frozen=True)
class CapacityRange:
    """How many cheetahs one rule, or the simulation, says the area can hold.

    Attributes
    ----------
    label : str
        Rule and source.
    low, median, high : float
        95 % equal-tailed interval and median of the number of cheetahs.
    emergent : bool
        Whether it is the simulation's own result.
    """

    label: str
    low: float
    median: float
    high: float
    emergent: bool = False


@house_style
def capacity_rules(name: str, ranges: Sequence[CapacityRange], caption: str) -> content.Figure:
    """Draw ranges of capacity on a logarithmic axis, the emergent one highlighted."""
    figure, grid = drawing(WIDTHS_IN[1], 1.1 + 0.5 * len(ranges))
    axes = grid[0, 0]
    floor = 0.1
    for position, item in enumerate(ranges):
        colour = GREEN if item.emergent else BLUE
        low, high = max(item.low, floor), max(item.high, floor)
        axes.plot([low, high], [position, position], color=colour, linewidth=6, alpha=0.35)
        axes.plot(max(item.median, floor), position, "o", color=colour, markersize=8)
        axes.annotate(
            shown_number(item.median, 2),
            (max(item.median, floor), position),
            (0, 9),
            textcoords="offset points",
            ha="center",
            color=INK,
            fontsize=9,
        )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: shown_count(value) if value >= 1 else f"{value:g}")
    )
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks(range(len(ranges)), [item.label for item in ranges])
    axes.set_ylim(len(ranges) - 0.5, -0.7)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="#e7ebee")
    axes.set_axisbelow(True)
    axes.set_xlabel("cheetahs in the study region (log scale)", color=INK)
    axes.tick_params(axis="x", color=GREY)
    alt = ". ".join(
        f"{item.label}: {shown_number(item.median, 2)} "
        f"({shown_number(item.low, 2)} to {shown_number(item.high, 2)})"
        for item in ranges
        if np.isfinite(item.median)
    )
    return finish(figure, name, caption, f"{alt}.")
