"""Hatching of cells on a map, to be seen on dark and on light colours alike."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from ustyurt_models.report.figures.canvas import INK

__all__ = ["hatch_cells", "hatch_key"]

_HATCH = "//"
#: Colour and width [points] of the strokes, each drawn over the one before: a dark line in a white
#: one stands out from any colour.
_STROKES = (("white", 2.2), (INK, 0.8))


def _corners(mask: np.ndarray, extent: tuple[float, float, float, float]):
    """Return the borders of columns and of rows, from the top [km]."""
    left, right, bottom, top = extent
    rows, columns = mask.shape
    return np.linspace(left, right, columns + 1), np.linspace(top, bottom, rows + 1)


def _area(mask: np.ndarray, x: np.ndarray, y: np.ndarray) -> Path:
    """Return the marked cells as one path: a rectangle per run of cells in a row."""
    edge = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, begin = np.nonzero(edge == 1)
    end = np.nonzero(edge == -1)[1]
    left, right, top, bottom = x[begin], x[end], y[row], y[row + 1]
    corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
    vertices = np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)
    codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * row.size
    return Path(vertices.reshape(-1, 2), codes)


def _outline(mask: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the sides of marked cells next to others, shape (side, end, 2)."""
    whole = np.pad(mask, 1)
    row, column = np.nonzero(whole[1:-1, 1:] != whole[1:-1, :-1])
    upright = [[x[column], y[row]], [x[column], y[row + 1]]]
    line, place = np.nonzero(whole[1:, 1:-1] != whole[:-1, 1:-1])
    level = [[x[place], y[line]], [x[place + 1], y[line]]]
    sides = [np.moveaxis(np.array(one), -1, 0) for one in (upright, level)]
    return np.concatenate(sides)


def hatch_cells(axes: Axes, mask: np.ndarray, extent: tuple[float, float, float, float]) -> None:
    """Hatch cells of a map and draw a line around them.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With the map.
    mask : numpy.ndarray
        Cells to mark, bool, shape (row, column), rows from the top.
    extent : tuple of float
        Left, right, bottom and top of the map [km].
    """
    x, y = _corners(mask, extent)
    area, sides = _area(mask, x, y), _outline(mask, x, y)
    for colour, width in _STROKES:
        patch = PathPatch(area, facecolor="none", edgecolor="none", hatch=_HATCH, linewidth=0)
        patch.set_hatchcolor(colour)
        patch.set_hatch_linewidth(width)
        axes.add_patch(patch)
        axes.add_collection(LineCollection(list(sides), colors=colour, linewidths=width))


def hatch_key(label: str) -> Patch:
    """Return the entry of a legend."""
    return Patch(facecolor="white", edgecolor=INK, hatch=_HATCH, label=label)
