"""Extrapolated cells can be seen on every colour of the maps."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ustyurt_models.report.figures.survey_hatch import hatch_cells

EXTENT = (0.0, 60.0, 0.0, 40.0)
#: Rows from the top: a block on the border, and a cell alone.
MASK = np.array(
    [[0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]], bool
)
PIXELS = 150


def drawn(colour):
    """Return a map of one colour with hatched cells, as luminance 0..1, 150 pixels a cell."""
    figure = Figure(figsize=(6, 4), dpi=PIXELS)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.imshow(np.broadcast_to(colour, (4, 6, 4)), extent=EXTENT, aspect="auto")
    hatch_cells(axes, MASK, EXTENT)
    axes.set_xlim(EXTENT[:2])
    axes.set_ylim(EXTENT[2:])
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3] @ [0.2126, 0.7152, 0.0722] / 255.0


def cell(image, row, column, margin):
    """Return the pixels of a cell without `margin` pixels at its sides."""
    y, x = row * PIXELS, column * PIXELS
    return image[y + margin : y + PIXELS - margin, x + margin : x + PIXELS - margin]


@pytest.mark.parametrize("scale", ["YlGnBu", "YlOrRd"])
@pytest.mark.parametrize("value", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_hatching_stands_out_from_every_colour_of_the_maps(scale, value):
    colour = np.array(mpl.colormaps[scale](value))
    ground = float(colour[:3] @ [0.2126, 0.7152, 0.0722])
    image = drawn(colour)
    for row, column in zip(*np.nonzero(MASK), strict=True):
        inside = np.abs(cell(image, row, column, 12) - ground)
        assert (inside > 0.25).mean() > 0.05
        assert (inside < 0.1).mean() > 0.4  # and the colour can still be read


def test_exactly_the_marked_cells_are_hatched():
    image = drawn(np.array([0.1, 0.1, 0.5, 1.0]))
    ground = image[2 * PIXELS + 75, 3 * PIXELS + 75]
    for row, column in np.ndindex(MASK.shape):
        touched = np.abs(cell(image, row, column, 8) - ground) > 0.02
        assert touched.any() == MASK[row, column]
        assert np.abs(cell(image, row, column, 12) - ground).max() > 0.3 or not MASK[row, column]
