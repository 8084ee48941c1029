"""Fan charts: medians with 50, 80 and 95 % intervals over the years."""

from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    BLUE,
    WIDTHS_IN,
    axes_of,
    calm,
    drawing,
    finish,
    house_style,
    legend_below,
)
from ustyurt_models.report.words import shown_count, shown_number

__all__ = ["FanPanel", "draw_fan", "fan_charts"]

_SHADES = ((0.025, 0.975, 0.16, "95 %"), (0.10, 0.90, 0.28, "80 %"), (0.25, 0.75, 0.45, "50 %"))
_LOG_FROM = 40.0


@dataclass(frozen=True)
class FanPanel:
    """One panel of a fan chart.

    Attributes
    ----------
    title : str
        Heading of the panel.
    bands : xarray.DataArray
        Quantiles `measures.LEVELS`, dims (quantile, year).
    top : float
        Upper end of the axis; 0 leaves it to the panel.
    marks : tuple of int
        Years with an event (first release), drawn as a thin line.
    ylabel : str
        Quantity and unit; empty when the panel to the left says it.
    from_zero : bool
        Whether the axis starts at zero.
    """

    title: str
    bands: xr.DataArray
    top: float = 0.0
    marks: tuple[int, ...] = ()
    ylabel: str = ""
    from_zero: bool = True


def draw_fan(axes: Axes, bands: xr.DataArray, color: str = BLUE) -> None:
    """Draw the intervals and the median of `bands` (dims quantile, year) into a panel."""
    years = bands["year"].to_numpy()
    for low, high, alpha, label in _SHADES:
        lower, upper = (bands.sel(quantile=q, method="nearest").to_numpy() for q in (low, high))
        axes.fill_between(
            years, lower, upper, color=color, alpha=alpha, linewidth=0, label=f"{label} interval"
        )
    median = bands.sel(quantile=0.5, method="nearest").to_numpy()
    axes.plot(years, median, color=color, label="median")


def _scale(axes: Axes, panel: FanPanel) -> None:
    """Start the axis at zero, or take logarithms where the spread would hide the median."""
    upper = float(panel.bands.sel(quantile=0.975, method="nearest").max())
    median = float(panel.bands.sel(quantile=0.5, method="nearest").max())
    lowest = float(panel.bands.min())
    if median > 0 and lowest > 0 and upper / median > _LOG_FROM:
        axes.set_yscale("log")
    else:
        if panel.from_zero:
            axes.set_ylim(0, max(panel.top, upper * 1.05) or 1.0)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))


def _tick(value: float) -> str:
    """Write a tick label: thousands grouped, small numbers with their decimals."""
    return shown_count(value) if value >= 10 else shown_number(round(value, 9), 2)


def _reading(panel: FanPanel) -> str:
    """Say in words where a panel starts and ends."""
    last = panel.bands.isel(year=-1)
    first = panel.bands.isel(year=0).sel(quantile=0.5, method="nearest")
    low, middle, high = (float(last.sel(quantile=q, method="nearest")) for q in (0.025, 0.5, 0.975))
    return (
        f"{panel.title}: median {shown_number(float(first))} in {int(panel.bands['year'][0])}, "
        f"{shown_number(middle)} (95 % {shown_number(low)} to {shown_number(high)}) in "
        f"{int(panel.bands['year'][-1])}"
    )


@house_style
def fan_charts(
    name: str, panels: Sequence[FanPanel], caption: str, columns: int = 2
) -> content.Figure:
    """Draw one fan per panel.

    Parameters
    ----------
    name : str
        File name of the figure.
    panels : sequence of FanPanel
        What to draw, in reading order.
    caption : str
        What is shown; the kind of interval is added.
    columns : int
        Panels side by side.

    Returns
    -------
    content.Figure
        The chart.
    """
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    figure, grid = drawing(WIDTHS_IN[columns], 0.7 + 2.4 * rows, rows, columns, sharex=True)
    for axes, panel in zip(axes_of(grid, len(panels)), panels, strict=True):
        draw_fan(axes, panel.bands)
        for year in panel.marks:
            axes.axvline(year, color="#22303c", linewidth=0.8, linestyle=":")
        axes.set_title(panel.title)
        axes.set_ylabel(panel.ylabel)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.tick_params(labelbottom=True)
        _scale(axes, panel)
        calm(axes)
    legend_below(figure, grid[0, 0], 4)
    note = (
        "State on 1 March of each year. Line: median; shades: 50, 80 and 95 % equal-tailed "
        "intervals over draws and replicates."
    )
    alt = ". ".join(_reading(panel) for panel in panels) + "."
    return finish(figure, name, f"{caption} {note}", alt, columns)
