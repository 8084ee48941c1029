"""The trend of yearly counts with the number of animals behind them."""

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from matplotlib.ticker import FuncFormatter, NullFormatter

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    BLUE,
    GREY,
    INK,
    RED,
    WIDTHS_IN,
    calm,
    drawing,
    finish,
    house_style,
    legend_below,
)
from ustyurt_models.report.figures.survey_detection import DEFAULT_MASS
from ustyurt_models.report.words import readable, shown_count

__all__ = ["CountTrend", "count_trend", "trend_from"]


def _none() -> np.ndarray:
    return np.zeros(0)


@dataclass(frozen=True)
class CountTrend:
    """Counts and the fitted numbers behind them.

    Attributes
    ----------
    year : numpy.ndarray
        Years of the fitted series.
    median, low, high : numpy.ndarray
        Animals: median and 95 % equal-tailed interval.
    expected : numpy.ndarray
        Median of the count that would be expected, after detection.
    count_year, count : numpy.ndarray
        Published counts.
    mass : float
        Mass of the interval.
    other_year, other : numpy.ndarray
        Counts by other methods, scaled to animals by their own detection.
    least_year, least : numpy.ndarray
        Lower limits, as published.
    """

    year: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    expected: np.ndarray
    count_year: np.ndarray
    count: np.ndarray
    mass: float = DEFAULT_MASS
    other_year: np.ndarray = field(default_factory=_none)
    other: np.ndarray = field(default_factory=_none)
    least_year: np.ndarray = field(default_factory=_none)
    least: np.ndarray = field(default_factory=_none)


@house_style
def count_trend(name: str, species: str, trend: CountTrend) -> content.Figure:
    """Draw counts with the fitted band on a logarithmic axis."""
    figure, grid = drawing(WIDTHS_IN[1], 3.6)
    axes = grid[0, 0]
    axes.fill_between(
        trend.year,
        trend.low,
        trend.high,
        color=BLUE,
        alpha=0.25,
        linewidth=0,
        label=f"{100 * trend.mass:g} % interval",
    )
    axes.plot(trend.year, trend.median, color=BLUE, label="fitted animals, median")
    axes.plot(
        trend.year, trend.expected, color=RED, linestyle="--", linewidth=1.2, label="expected count"
    )
    axes.plot(
        trend.count_year,
        trend.count,
        "o",
        color=RED,
        markeredgecolor="white",
        markersize=7,
        label="published count",
    )
    if trend.other.size:
        label = "count by another method, over its detection"
        axes.plot(trend.other_year, trend.other, "s", color=GREY, markersize=5, label=label)
    if trend.least.size:
        label = "lower limit"
        axes.plot(trend.least_year, trend.least, "^", color=RED, fillstyle="none", label=label)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown_count(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("animals (log scale)")
    axes.set_xlabel("year")
    axes.tick_params(axis="y", labelcolor=INK)
    calm(axes)
    legend_below(figure, axes, 2)
    last = int(trend.year[-1])
    caption = (
        f"Published counts of {readable(species)} and the fitted number of animals; "
        f"shade: {100 * trend.mass:g} % equal-tailed interval. "
        "A count misses animals, so the expected count lies below the number of animals; "
        "years after the last count are forecast. "
        "Logarithmic axis: equal steps are equal growth rates."
    )
    alt = (
        f"{trend.count.size} counts from {shown_count(trend.count[0])} in "
        f"{int(trend.count_year[0])} to {shown_count(trend.count[-1])} in "
        f"{int(trend.count_year[-1])}; fitted {shown_count(trend.median[-1])} "
        f"({shown_count(trend.low[-1])} to {shown_count(trend.high[-1])}) in {last}."
    )
    return finish(figure, name, caption, alt)


def trend_from(trend: xr.Dataset, others: dict[str, np.ndarray] | None = None) -> CountTrend:
    """Read the series from the node ``trend`` of a posterior file.

    Parameters
    ----------
    trend : xarray.Dataset
        The node.
    others : dict of str to numpy.ndarray, optional
        Counts by other methods and lower limits, by the names of `CountTrend`.
    """
    year, observed = trend["year"].to_numpy(), trend["observed"].to_numpy()
    counted = np.isfinite(observed)
    return CountTrend(
        year=year,
        median=trend["abundance_median"].to_numpy(),
        low=trend["abundance_low"].to_numpy(),
        high=trend["abundance_high"].to_numpy(),
        expected=trend["expected_count_median"].to_numpy(),
        count_year=year[counted],
        count=observed[counted],
        mass=float(trend.attrs.get("interval_mass", DEFAULT_MASS)),
        **(others or {}),
    )
