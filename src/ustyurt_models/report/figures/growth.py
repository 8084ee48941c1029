"""Growth of counts beside what a closed population could reach."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    BLUE,
    GREY,
    RED,
    WIDTHS_IN,
    drawing,
    finish,
    house_style,
    legend_below,
)
from ustyurt_models.report.words import shown_number

__all__ = ["Growths", "growth_plot"]

_BINS = 200


@dataclass(frozen=True)
class Growths:
    """Growth factors per year.

    Attributes
    ----------
    closed : numpy.ndarray
        Closed population with the losses of the last period, draws.
    ceiling : numpy.ndarray
        Closed population without losses, draws.
    counts : numpy.ndarray
        Expected counts over the last period, draws.
    published : float
        Of the published counts themselves.
    mass : float
        Mass of the intervals in the text.
    """

    closed: np.ndarray
    ceiling: np.ndarray
    counts: np.ndarray
    published: float
    mass: float


def _smooth(values: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return the density of draws, smoothed by a normal kernel of Silverman's width."""
    width = 1.06 * values.std() * values.size**-0.2
    z = (at[:, None] - values[None, :]) / width
    return np.exp(-0.5 * z**2).mean(axis=1) / (width * np.sqrt(2 * np.pi))


def _band(values: np.ndarray, mass: float) -> str:
    """Return median and interval of draws."""
    low, median, high = np.quantile(values, [(1 - mass) / 2, 0.5, (1 + mass) / 2])
    return f"{shown_number(median)} ({shown_number(low)} to {shown_number(high)})"


@house_style
def growth_plot(name: str, growths: Growths, words: Sequence[str]) -> content.Figure:
    """Draw what a closed population could reach, and the growth of the counts.

    Parameters
    ----------
    name : str
        File name.
    growths : Growths
        Draws.
    words : sequence of str
        Species and years of the last period, for the caption.
    """
    figure, grid = drawing(WIDTHS_IN[1], 3.2)
    axes = grid[0, 0]
    every = np.concatenate([growths.closed, growths.ceiling, growths.counts])
    low, high = np.quantile(every, [0.001, 0.999])
    edges = np.linspace(low, max(float(high), growths.published * 1.02), _BINS)
    middle = (edges[1:] + edges[:-1]) / 2
    labels = (
        (growths.closed, BLUE, "-", "closed, losses of the period"),
        (growths.ceiling, GREY, "--", "closed, at best"),
        (growths.counts, RED, "-", "fitted growth of counts"),
    )
    for values, colour, line, label in labels:
        share = _smooth(values, middle)
        axes.fill_between(middle, share, color=colour, alpha=0.18, linewidth=0)
        axes.plot(middle, share, color=colour, linestyle=line, label=label)
    label = f"published counts: {shown_number(growths.published)}"
    axes.axvline(growths.published, color=RED, linestyle=":", linewidth=2, label=label)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("growth factor per year")
    legend_below(figure, axes, 2)
    species, period = words
    caption = (
        f"Growth of {species}, {period}: what a population without immigration could reach, with "
        "the losses of the period and at best, beside the growth of the counts. The higher a "
        "curve, the more likely that growth, after the data; the table of beliefs tells what was "
        "believed before. A growth factor of 1.5 is 50 % more every year."
    )
    alt = (
        f"Closed population with losses {_band(growths.closed, growths.mass)}; at best "
        f"{_band(growths.ceiling, growths.mass)}; fitted counts "
        f"{_band(growths.counts, growths.mass)}; published {shown_number(growths.published)}."
    )
    return finish(figure, name, caption, alt)
