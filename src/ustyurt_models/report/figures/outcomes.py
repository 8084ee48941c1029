"""The headline: how persistence is spread over what we do not know."""

from collections.abc import Mapping

import numpy as np

from ustyurt_models.decide import persistence_shape
from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    BLUE,
    INK,
    WIDTHS_IN,
    axes_of,
    calm,
    drawing,
    finish,
    house_style,
)
from ustyurt_models.report.words import readable, share

__all__ = ["persistence_density"]


#: Widest bar, so that few replicates do not look like a smooth distribution.
_BAR = 0.12


def _edges(replicates: int) -> np.ndarray:
    """Return class limits: one class per possible share, at most 21 classes."""
    classes = min(replicates, 20)
    return (np.arange(classes + 2) - 0.5) / classes


def _reading(name: str, values: np.ndarray) -> str:
    """Say in words what one panel shows."""
    shape = persistence_shape(values)
    text = (
        f"{readable(name)}: mean {values.mean():.2f}; {share(shape.low_share)} of draws below one "
        f"third, {share(shape.high_share)} above two thirds"
    )
    return text + (" (two peaks: the mean hides them)" if shape.two_peaked else "")


@house_style
def persistence_density(
    persistence: Mapping[str, np.ndarray], year: int, replicates: int
) -> content.Figure:
    """Draw the distribution of persistence over parameter draws, one panel per scenario.

    Parameters
    ----------
    persistence : mapping of str to numpy.ndarray
        Scenario -> share of replicates with cheetahs alive in the last year, shape (draw,).
    year : int
        That year.
    replicates : int
        Futures per draw; sets the classes.

    Returns
    -------
    content.Figure
        The headline figure of the report.
    """
    names = list(persistence)
    figure, panels = drawing(WIDTHS_IN[1], 1.1 + 2.1 * len(names), len(names), 1, sharex=True)
    edges = _edges(replicates)
    for axes, name in zip(axes_of(panels, len(names)), names, strict=True):
        values = persistence[name]
        heights = np.histogram(values, edges)[0] / values.size
        axes.bar(
            (edges[:-1] + edges[1:]) / 2, heights, min(_BAR, 0.92 * np.diff(edges)[0]), color=BLUE
        )
        axes.set_xlim(-0.08, 1.08)
        axes.axvline(values.mean(), color=INK, linewidth=1.6, linestyle="--")
        axes.text(
            values.mean(),
            1.02,
            f"mean {values.mean():.2f}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            color=INK,
        )
        peaks = ": two peaks, which the mean hides" if persistence_shape(values).two_peaked else ""
        axes.set_title(f"{readable(name)}{peaks}", pad=18)
        axes.set_ylabel("share of draws")
        calm(axes)
    axes.set_xlabel(f"probability that cheetahs are present on 1 March {year}, per draw")
    caption = (
        f"Probability that cheetahs are present on 1 March {year}, over parameter draws. Each "
        f"draw is one set of plausible values for everything uncertain; its probability is the "
        f"share of its {replicates} chance replicates. Dashed: the mean over draws. A pile at "
        "both ends means that the outcome depends on facts we do not know yet, not on luck."
    )
    alt = ". ".join(_reading(name, values) for name, values in persistence.items())
    return finish(figure, "persistence_over_draws", caption, f"{alt}.")
