"""Two observers: how likely each is to see what the other saw, by distance."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    GREY,
    RED,
    WIDTHS_IN,
    axes_of,
    calm,
    drawing,
    finish,
    house_style,
    legend_below,
)
from ustyurt_models.report.figures.survey_detection import Band, band_from, draw_band
from ustyurt_models.report.words import readable, shown_number

__all__ = ["Observer", "conditional_detection", "observers_from"]


#: Dots lower than this carry their number above.
_LOW = 0.12


@dataclass(frozen=True)
class Observer:
    """Conditional detection of one observer.

    Attributes
    ----------
    label : str
        Who.
    conditional : Band
        Chance to see an object that the other has seen, by distance.
    edge_m : numpy.ndarray
        Class limits [m], shape (class + 1,).
    tried : numpy.ndarray
        Objects that the other has seen, by class.
    seen : numpy.ndarray
        How many of them this observer has seen, by class.
    """

    label: str
    conditional: Band
    edge_m: np.ndarray
    tried: np.ndarray
    seen: np.ndarray


def _far(observer: Observer) -> float:
    return float(observer.edge_m[-1])


@house_style
def conditional_detection(
    name: str, species: str, observers: tuple[Observer, ...], kind: str = "line"
) -> content.Figure:
    """Draw the conditional detection of each observer over the observed shares.

    Parameters
    ----------
    name : str
        File name of the figure.
    species : str
        For the caption.
    observers : tuple of Observer
        One panel each.
    kind : {"line", "point"}
        What distances are measured from.
    """
    count = len(observers)
    figure, grid = drawing(WIDTHS_IN[3] if count > 1 else WIDTHS_IN[1], 3.7, 1, count, sharey=True)
    panels = axes_of(grid, count)
    readings = []
    for axes, one in zip(panels, observers, strict=True):
        draw_band(axes, one.conditional, "model, median")
        met = one.tried > 0
        middle = (one.edge_m[:-1] + one.edge_m[1:]) / 2
        share = one.seen[met] / one.tried[met]
        axes.scatter(
            middle[met],
            share,
            s=14 + 90 * one.tried[met] / one.tried.max(initial=1),
            color=RED,
            edgecolor="white",
            zorder=3,
            label="observed share; size: how many were tried",
        )
        for x, y, n in zip(middle[met], share, one.tried[met], strict=True):
            below = -13 if y > _LOW else 6
            axes.annotate(
                str(int(n)), (x, y), (0, below), textcoords="offset points", ha="center",
                fontsize=7.5, color=GREY,
            )  # fmt: skip
        axes.set_title(one.label)
        axes.set_xlim(0, _far(one))
        axes.set_ylim(-0.03, 1.05)
        axes.set_xlabel(f"distance from the {kind} [m]")
        calm(axes)
        near, far = one.conditional.median[0], one.conditional.median[-1]
        readings.append(
            f"{one.label}: {shown_number(float(near), 2)} near to {shown_number(float(far), 2)} "
            f"at {one.conditional.distance_m[-1]:.0f} m"
        )
    panels[0].set_ylabel("chance to see what the other saw")
    legend_below(figure, panels[0], 3)
    caption = (
        f"Two observers of the {readable(species)} survey: chance that each sees an object that "
        "the other has seen, averaged over covariates. Dots: observed shares by distance class, "
        f"with the number tried. Shade: {100 * observers[0].conditional.mass:g} % equal-tailed "
        "interval."
    )
    return finish(figure, name, caption, "; ".join(readings) + ".", count)


def observers_from(detection: xr.Dataset) -> tuple[Observer, ...]:
    """Read the observers from the node ``detection``; empty when it has none."""
    if "conditional_median" not in detection:
        return ()
    found = []
    for label in detection["observer"].values:
        part = detection.sel(observer=label)
        tried = part["tried"].to_numpy()
        if tried.sum() == 0:
            continue
        found.append(
            Observer(
                label=f"observer {label}",
                conditional=band_from(part, "conditional_"),
                edge_m=part["edge_m"].to_numpy(),
                tried=tried,
                seen=part["seen_by"].to_numpy(),
            )
        )
    return tuple(found)
