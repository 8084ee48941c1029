"""How well fitted and observed distances agree: the quantile-quantile plot."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    BLUE,
    GREY,
    calm,
    drawing,
    finish,
    house_style,
    legend_below,
)
from ustyurt_models.report.figures.survey_detection import DEFAULT_MASS
from ustyurt_models.report.words import readable

__all__ = ["Quantiles", "quantile_plot", "quantiles_from"]


@dataclass(frozen=True)
class Quantiles:
    """Fitted against observed distribution of distances.

    Attributes
    ----------
    observed : numpy.ndarray
        Share of the detections up to each, 0..1, rising, shape (detection,).
    fitted, low, high : numpy.ndarray
        The same by the model: median and ends of its interval.
    band_low, band_high : numpy.ndarray or None
        Where all dots lie together if the model holds.
    mass : float
        Mass of interval and band.
    """

    observed: np.ndarray
    fitted: np.ndarray
    low: np.ndarray
    high: np.ndarray
    band_low: np.ndarray | None = None
    band_high: np.ndarray | None = None
    mass: float = DEFAULT_MASS


def quantiles_from(found: xr.Dataset) -> Quantiles:
    """Read the node ``qq`` of a posterior file."""
    middle = "fitted" if "fitted" in found else "fitted_median"
    prefix = "" if "fitted" in found else "fitted_"
    bands = {name: found[name].to_numpy() for name in ("band_low", "band_high") if name in found}
    return Quantiles(
        observed=found["empirical"].to_numpy(),
        fitted=found[middle].to_numpy(),
        low=found[f"{prefix}low"].to_numpy(),
        high=found[f"{prefix}high"].to_numpy(),
        mass=float(found.attrs.get("interval_mass", DEFAULT_MASS)),
        **bands,
    )


@house_style
def quantile_plot(name: str, species: str, found: Quantiles) -> content.Figure:
    """Draw the quantile-quantile plot of the distances.

    Parameters
    ----------
    name : str
        File name of the figure.
    species : str
        For the caption.
    found : Quantiles
        The detections.
    """
    figure, grid = drawing(4.6, 4.5)
    axes = grid[0, 0]
    mass = f"{100 * found.mass:g} %"
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, label="perfect agreement")
    if found.band_low is not None and found.band_high is not None:
        band = f"{mass} band if the model holds"
        limits = (found.observed, found.band_low, found.band_high)
        axes.fill_between(*limits, color=GREY, alpha=0.18, linewidth=0, label=band)
    axes.vlines(found.observed, found.low, found.high, color=BLUE, alpha=0.3, linewidth=1.2)
    axes.plot(
        found.observed,
        found.fitted,
        ".",
        color=BLUE,
        markersize=5,
        label=f"detections, {mass} interval",
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    axes.set_xlabel("share of the detections up to this distance")
    axes.set_ylabel("share expected by the model")
    calm(axes)
    legend_below(figure, axes, 1)
    caption = (
        f"Quantile-quantile plot of the {readable(species)} survey: each dot is a detection, from "
        "near to far. Dots on the line: the model expects what was seen; a bow means that the "
        f"detection function has the wrong shape, steps that distances were rounded."
        f"{_outside(found)}"
    )
    miss = np.abs(found.fitted - found.observed)
    worst = int(np.argmax(miss))
    alt = (
        f"{found.observed.size} detections; the largest miss is {miss[worst]:.2f} where "
        f"{100 * found.observed[worst]:.0f} % of the detections lie nearer.{_outside(found)}"
    )
    return finish(figure, name, caption, alt)


def _outside(found: Quantiles) -> str:
    """Say how many dots leave the band."""
    if found.band_low is None or found.band_high is None:
        return ""
    out = int(((found.fitted < found.band_low) | (found.fitted > found.band_high)).sum())
    return (
        f" {out} of {found.fitted.size} dots leave the grey band."
        if out
        else (" All dots lie in the grey band, as they would if the model held.")
    )
