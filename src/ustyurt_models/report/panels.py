"""Panels of maps in rows and columns: their height, their scale, and what is left blank."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LogNorm, Normalize
from matplotlib.image import AxesImage
from matplotlib.ticker import FuncFormatter, NullFormatter

from ustyurt_models.report.figures.canvas import WIDTHS_IN
from ustyurt_models.report.maps import Sheet
from ustyurt_models.report.words import shown_number

__all__ = ["log_scale", "panel", "panel_height", "plain_ticks"]

_PAPER = "#f7f7f4"  # of cells that hold nothing


def panel_height(sheet: Sheet, rows: int, columns: int) -> float:
    """Return a drawing height [inch] that fits `rows` of map panels."""
    width = (WIDTHS_IN[3] - 0.9) / columns
    return rows * ((width - 0.35) * sheet.shape_in + 0.5)


def log_scale(values: np.ndarray) -> Normalize:
    """Return a logarithmic scale over three orders of magnitude below the maximum."""
    high = float(np.nanmax(values)) if np.isfinite(values).any() else 0.0
    return LogNorm(high / 1000, high) if high > 0 else Normalize(0, 1)


def panel(axes: Axes, sheet: Sheet, values: np.ndarray, cmap: str, norm: Normalize) -> AxesImage:
    """Draw one map; cells at zero, or below what a logarithmic scale shows, stay blank.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where.
    sheet : Sheet
        The landscape.
    values : numpy.ndarray
        Shape (y, x).
    cmap : str
        Colour map.
    norm : matplotlib.colors.Normalize
        Scale.
    """
    blank = values < norm.vmin if isinstance(norm, LogNorm) else values == 0.0
    image = sheet.draw(axes, np.where(blank, np.nan, values), cmap, norm)
    axes.set_facecolor(_PAPER)
    return image


def plain_ticks(bar: Colorbar) -> None:
    """Write the ticks of a logarithmic colour bar as plain numbers."""
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: shown_number(value, 2)))
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    bar.ax.tick_params(labelsize=8)
