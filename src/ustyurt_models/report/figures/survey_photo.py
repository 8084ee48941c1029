"""Group sizes estimated by eye against counts on photographs."""

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import FuncFormatter, NullFormatter

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    BLUE,
    GREY,
    PALE,
    RED,
    drawing,
    finish,
    house_style,
    legend_below,
)
from ustyurt_models.report.words import readable, shown_count, shown_number

__all__ = ["PhotoPairs", "eye_against_photo"]


@dataclass(frozen=True)
class PhotoPairs:
    """Groups that were both estimated and photographed.

    Attributes
    ----------
    photo, eye : numpy.ndarray
        Animals on the photograph and by eye, shape (group,).
    bias : tuple of float
        Estimate by eye over true number: median and ends of its interval.
    mass : float
        Mass of the interval.
    """

    photo: np.ndarray
    eye: np.ndarray
    bias: tuple[float, float, float]
    mass: float


@house_style
def eye_against_photo(name: str, species: str, pairs: PhotoPairs) -> content.Figure:
    """Draw estimates by eye over counts on photographs, both logarithmic.

    Parameters
    ----------
    name : str
        File name of the figure.
    species : str
        For the caption.
    pairs : PhotoPairs
        The groups.
    """
    figure, grid = drawing(4.8, 4.5)
    axes = grid[0, 0]
    both = np.concatenate([pairs.photo, pairs.eye])
    both = both[both > 0]
    ends = np.array([both.min() / 1.4, both.max() * 1.4]) if both.size else np.array([1.0, 10.0])
    axes.plot(ends, ends, color=GREY, linewidth=1, label="as many as there are")
    middle, low, high = pairs.bias
    axes.fill_between(ends, ends * low, ends * high, color=BLUE, alpha=0.25, linewidth=0)
    label = f"mean by eye, {100 * pairs.mass:g} % interval"
    axes.plot(ends, ends * middle, color=BLUE, label=label)
    axes.plot(
        pairs.photo, pairs.eye, "o", color=RED, markeredgecolor="white", markersize=6, label="group"
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(*ends)
    axes.set_ylim(*ends)
    axes.set_aspect("equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: shown_count(value)))
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("animals on the photograph (log scale)")
    axes.set_ylabel("animals by eye (log scale)")
    axes.grid(color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    legend_below(figure, axes, 2)
    caption = (
        f"Groups of {readable(species)} estimated by eye and counted on photographs; below the "
        "grey line the eye sees too few. Logarithmic axes."
    )
    alt = (
        f"{pairs.photo.size} groups; by eye {shown_number(middle, 2)} of the true number on "
        f"average ({shown_number(low, 2)} to {shown_number(high, 2)})."
    )
    return finish(figure, name, caption, alt)
