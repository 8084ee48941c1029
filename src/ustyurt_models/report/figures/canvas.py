"""The paper all figures are drawn on: sizes, colours, and the way into the content model."""

import io
from collections.abc import Sequence
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing

from ustyurt_models.report import content

__all__ = [
    "AMBER",
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "PALETTE",
    "RED",
    "WIDTHS_IN",
    "axes_of",
    "calm",
    "drawing",
    "finish",
    "house_style",
    "legend_below",
]

INK, GREY, PALE = "#22303c", "#6b7680", "#e7ebee"
BLUE, GREEN, AMBER, RED = "#2b6a99", "#2e7d4f", "#c47f17", "#b23a3a"
#: Okabe and Ito 2008 order, darkened where needed for contrast on white.
PALETTE = (
    "#2b6a99",
    "#c8601b",
    "#2e7d4f",
    "#8a4f8f",
    "#b08900",
    "#3d9db3",
    "#b23a3a",
    "#6b7680",
    "#7a5230",
    "#9aa83a",
    "#d28fae",
)

_STYLE = {
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.prop_cycle": cycler(color=PALETTE),
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "svg.fonttype": "path",
    "svg.hashsalt": "ustyurt_models",
    "image.interpolation": "nearest",
    "lines.linewidth": 1.6,
}

_PNG_DPI = 150
_MARGIN_IN = 0.04

#: Width of a drawing [inch] by the number of panels side by side.
WIDTHS_IN = {1: 6.2, 2: 7.4, 3: 9.2}

#: Decorator and context: everything drawn inside follows the house style, nothing outside does.
house_style = mpl.rc_context(_STYLE)


def drawing(
    width_in: float,
    height_in: float,
    rows: int = 1,
    columns: int = 1,
    layout: Literal["constrained", "compressed"] = "constrained",
    **options: Any,
) -> tuple[Drawing, np.ndarray]:
    """Return an empty drawing and its panels, without touching global state.

    Parameters
    ----------
    width_in, height_in : float
        Size of the whole drawing [inch].
    rows, columns : int
        Panels.
    layout : str
        ``compressed`` for maps, whose panels keep their aspect.
    **options
        Handed to `matplotlib.figure.Figure.subplots`, such as ``sharey``.

    Returns
    -------
    tuple
        The drawing, and its axes with shape (rows, columns).
    """
    figure = Drawing(figsize=(width_in, height_in), layout=layout)
    FigureCanvasAgg(figure)
    panels = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, panels


def axes_of(panels: np.ndarray, used: int) -> list[Axes]:
    """Return the first `used` panels in reading order and blank the others."""
    flat: Sequence[Axes] = list(panels.ravel())
    for panel in flat[used:]:
        panel.set_axis_off()
    return list(flat[:used])


def calm(axes: Axes) -> None:
    """Give a panel a faint horizontal grid behind the data."""
    axes.grid(axis="y", color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)


def legend_below(figure: Drawing, axes: Axes, columns: int) -> None:
    """Put the legend of `axes` under the whole drawing, clear of the data."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)


def finish(figure: Drawing, name: str, caption: str, alt: str, columns: int = 1) -> content.Figure:
    """Render a drawing as SVG and PNG and wrap it for the report.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The finished drawing.
    name, caption, alt, columns
        See `content.Figure`.

    Returns
    -------
    content.Figure
        Identical bytes for identical drawings (no date inside).
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # laid out once; both forms and the frame use the result
    frame = figure.get_tightbbox().padded(_MARGIN_IN)
    pictures = {}
    for form, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
        file = io.BytesIO()
        figure.savefig(file, format=form, dpi=_PNG_DPI, metadata=metadata, bbox_inches=frame)
        pictures[form] = file.getvalue()
    return content.Figure(name, caption, alt, pictures["svg"], pictures["png"], columns)
