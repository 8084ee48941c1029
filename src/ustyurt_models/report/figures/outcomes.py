"""The headline: how persistence is spread over what we do not know."""

import numpy as np
import xarray as xr

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

__all__ = ["persistence_density", "two_peaks"]

_LOW, _HIGH, _PEAK = 0.2, 0.8, 0.2


def two_peaks(persistence: np.ndarray) -> bool:
    """Return whether both a doomed and a safe fifth of parameter draws exist.

    Parameters
    ----------
    persistence : numpy.ndarray
        Share of replicates that persist, shape (draw,).

    Returns
    -------
    bool
        At least 20 % of draws lie at or below 0.2 and at least 20 % at or above 0.8.
    """
    return bool(np.mean(persistence <= _LOW) >= _PEAK and np.mean(persistence >= _HIGH) >= _PEAK)


def _edges(replicates: int) -> np.ndarray:
    """Return class limits: one class per possible share, at most 21 classes."""
    classes = min(replicates, 20)
    return (np.arange(classes + 2) - 0.5) / classes


def _reading(name: str, values: np.ndarray) -> str:
    """Say in words what one panel shows."""
    text = (
        f"{readable(name)}: mean {values.mean():.2f}; {share(np.mean(values <= _LOW))} of draws "
        f"at or below {_LOW}, {share(np.mean(values >= _HIGH))} at or above {_HIGH}"
    )
    return text + (" (two peaks: the mean hides them)" if two_peaks(values) else "")


@house_style
def persistence_density(persistence: xr.DataArray, year: int, replicates: int) -> content.Figure:
    """Draw the distribution of persistence over parameter draws, one panel per scenario.

    Parameters
    ----------
    persistence : xarray.DataArray
        Share of replicates with cheetahs alive in the last year, dims (scenario, draw).
    year : int
        That year.
    replicates : int
        Futures per draw; sets the classes.

    Returns
    -------
    content.Figure
        The headline figure of the report.
    """
    names = [str(name) for name in persistence["scenario"].values]
    figure, panels = drawing(WIDTHS_IN[1], 1.1 + 2.1 * len(names), len(names), 1, sharex=True)
    edges = _edges(replicates)
    for axes, name in zip(axes_of(panels, len(names)), names, strict=True):
        values = persistence.sel(scenario=name).to_numpy()
        heights = np.histogram(values, edges)[0] / values.size
        axes.bar(edges[:-1], heights, np.diff(edges) * 0.92, align="edge", color=BLUE)
        axes.axvline(values.mean(), color=INK, linewidth=1.6, linestyle="--")
        axes.text(
            values.mean(),
            1.02,
            f"mean {values.mean():.2f}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            color=INK,
        )
        peaks = ": two peaks, which the mean hides" if two_peaks(values) else ""
        axes.set_title(f"{readable(name)}{peaks}", pad=18)
        axes.set_ylabel("share of draws")
        calm(axes)
    axes.set_xlabel(f"probability that cheetahs are present at the end of {year}, per draw")
    caption = (
        f"Probability that cheetahs are present at the end of {year}, over parameter draws. Each "
        f"draw is one set of plausible values for everything uncertain; its probability is the "
        f"share of its {replicates} chance replicates. Dashed: the mean over draws. A pile at "
        "both ends means that the outcome depends on facts we do not know yet, not on luck."
    )
    alt = ". ".join(_reading(name, persistence.sel(scenario=name).to_numpy()) for name in names)
    return finish(figure, "persistence_over_draws", caption, f"{alt}.")
