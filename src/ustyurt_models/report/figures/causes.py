"""Deaths by cause, stacked over the years."""

import numpy as np
import xarray as xr
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    PALETTE,
    WIDTHS_IN,
    axes_of,
    calm,
    drawing,
    finish,
    house_style,
)
from ustyurt_models.report.words import readable, share, shown_number

__all__ = ["deaths_by_cause"]


def _ranked(deaths: xr.DataArray, cause: str) -> list[str]:
    """Return the causes that occur at all, the commonest first."""
    totals = deaths.sum([dim for dim in deaths.dims if dim != cause])
    order = np.argsort(-totals.to_numpy(), kind="stable")
    return [str(totals[cause].values[i]) for i in order if float(totals[i]) > 0]


@house_style
def deaths_by_cause(
    name: str, deaths: xr.DataArray, cause: str, over: str, caption: str
) -> content.Figure:
    """Stack mean deaths per year by cause, one panel per coordinate of `over`.

    Parameters
    ----------
    name : str
        File name of the figure.
    deaths : xarray.DataArray
        Mean deaths per year and future, dims (`over`, year, `cause`); a year stands for its
        first day, so it holds the deaths of the year before, and is drawn there.
    cause, over : str
        Names of the dimensions of causes and of panels.
    caption : str
        What is shown.

    Returns
    -------
    content.Figure
        The chart.
    """
    causes = _ranked(deaths, cause)
    colours = {key: PALETTE[i % len(PALETTE)] for i, key in enumerate(causes)}
    titles = [str(value) for value in deaths[over].values]
    columns = min(2, len(titles))
    rows = -(-len(titles) // columns)
    figure, grid = drawing(WIDTHS_IN[columns], 1.2 + 2.4 * rows, rows, columns)
    readings = []
    for axes, title in zip(axes_of(grid, len(titles)), titles, strict=True):
        panel = deaths.sel({over: title}).isel(year=slice(1, None))
        values = [panel.sel({cause: key}).to_numpy() for key in causes]
        axes.stackplot(
            panel["year"].to_numpy() - 1,
            values,
            labels=[readable(key) for key in causes],
            colors=[colours[key] for key in causes],
            linewidth=0,
        )
        axes.set_title(readable(title))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown_number(value)))
        axes.margins(x=0)
        calm(axes)
        readings.append(_reading(title, causes, values))
    for axes in grid[:, 0]:
        axes.set_ylabel("deaths per year")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return finish(figure, name, caption, ". ".join(readings) + ".", columns)


def _reading(title: str, causes: list[str], values: list[np.ndarray]) -> str:
    """Name the three commonest causes of one panel with their shares."""
    totals = np.array([value.sum() for value in values])
    if totals.sum() == 0:
        return f"{readable(title)}: no deaths"
    top = np.argsort(-totals, kind="stable")[:3]
    named = ", ".join(f"{readable(causes[i])} {share(totals[i] / totals.sum())}" for i in top)
    return f"{readable(title)}: {named} of all deaths"
