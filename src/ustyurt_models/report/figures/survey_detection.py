"""What the distances say: detection function over its histogram, and how well the two agree."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from ustyurt_models.report import content
from ustyurt_models.report.figures.canvas import (
    BLUE,
    WIDTHS_IN,
    axes_of,
    calm,
    drawing,
    finish,
    house_style,
    legend_below,
)
from ustyurt_models.report.words import readable, shown_number

__all__ = [
    "Band",
    "DetectionCurve",
    "Histogram",
    "band_from",
    "curve_from",
    "detection_function",
    "draw_band",
]

#: Mass of intervals where a node does not say it.
DEFAULT_MASS = 0.95

_BARS = "#dfe5ea"
#: Taller bars are cut and get their height in writing: rings near a point are small.
_TALLEST = 2.0
_AXIS = {
    "line": "perpendicular distance from the line [m]",
    "point": "distance from the point [m]",
}


@dataclass(frozen=True)
class Band:
    """A curve over distance with its equal-tailed interval.

    Attributes
    ----------
    distance_m : numpy.ndarray
        Where it is known [m], rising.
    median, low, high : numpy.ndarray
        Shape of `distance_m`.
    mass : float
        Mass of the interval.
    """

    distance_m: np.ndarray
    median: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mass: float = DEFAULT_MASS


@dataclass(frozen=True)
class Histogram:
    """Detections by class of distance.

    Attributes
    ----------
    edge_m : numpy.ndarray
        Class limits [m], shape (class + 1,).
    count : numpy.ndarray
        Groups detected per class.
    height : numpy.ndarray
        The counts on the scale of the curve over them.
    """

    edge_m: np.ndarray
    count: np.ndarray
    height: np.ndarray

    @property
    def density(self) -> np.ndarray:
        """Share of the detections per metre, shape (class,)."""
        return self.count / np.diff(self.edge_m) / max(float(self.count.sum()), 1.0)


@dataclass(frozen=True)
class DetectionCurve:
    """Detection function with its band, and the histogram of distances.

    Attributes
    ----------
    kind : {"line", "point"}
        What distances are measured from.
    detection : Band
        g(x), 0..1.
    seen : Histogram
        On the scale of g.
    density : Band or None
        Points: density of the distances of detected groups [per m].
    covariates : bool
        Whether detection depends on covariates, so that the curve is an average.
    """

    kind: Literal["line", "point"]
    detection: Band
    seen: Histogram
    density: Band | None = None
    covariates: bool = False


def draw_band(axes: Axes, band: Band, label: str, colour: str = BLUE) -> None:
    """Draw a curve over its shaded interval."""
    interval = f"{100 * band.mass:g} % interval"
    axes.fill_between(
        band.distance_m,
        band.low,
        band.high,
        color=colour,
        alpha=0.25,
        linewidth=0,
        label=interval,
    )
    axes.plot(band.distance_m, band.median, color=colour, label=label)


def _panel(axes: Axes, curve: DetectionCurve, band: Band, height: np.ndarray, label: str) -> None:
    """Draw one curve over its histogram."""
    edge = curve.seen.edge_m
    axes.bar(
        edge[:-1],
        height,
        np.diff(edge),
        align="edge",
        color=_BARS,
        edgecolor="white",
        label="observed distances, scaled",
    )
    draw_band(axes, band, label)
    for place, tall in zip((edge[:-1] + edge[1:]) / 2, height, strict=True):
        if tall > _TALLEST:
            at = (float(place), _TALLEST)
            axes.annotate(shown_number(float(tall), 2), at, ha="center", va="top", fontsize=8)
    axes.set_xlim(0, edge[-1])
    axes.set_xlabel(_AXIS[curve.kind])
    calm(axes)


def _fall(curve: DetectionCurve) -> str:
    """Say how far detection falls."""
    band = curve.detection
    first, last = float(band.median[0]), float(band.median[-1])
    place = "the line" if curve.kind == "line" else "the point"
    begin = f"{shown_number(first, 2)} at {place}"
    if band.distance_m[0] > 0:
        begin = f"{shown_number(first, 2)} at {band.distance_m[0]:.0f} m from {place}"
    if last > first / 2:
        return f"{begin} to {shown_number(last, 2)} at {band.distance_m[-1]:.0f} m"
    half = float(np.interp(-first / 2, -band.median, band.distance_m))
    return f"{begin} to half of that at about {half:.0f} m"


@house_style
def detection_function(name: str, species: str, curve: DetectionCurve) -> content.Figure:
    """Draw g(x) with its band over the scaled histogram of distances.

    Parameters
    ----------
    name : str
        File name of the figure.
    species : str
        For the caption.
    curve : DetectionCurve
        Points with `density` get a second panel: the density of the distances themselves.
    """
    count = 1 if curve.density is None else 2
    width = WIDTHS_IN[3] if count == 2 else WIDTHS_IN[1]
    figure, grid = drawing(width, 3.7, 1, count)
    panels = axes_of(grid, count)
    _panel(panels[0], curve, curve.detection, curve.seen.height, "median")
    tallest = float(np.max(curve.seen.height, initial=0))
    panels[0].set_ylim(0, min(max(1.08, tallest * 1.05), _TALLEST))
    panels[0].set_ylabel("detection probability g")
    if curve.density is not None:
        _panel(panels[1], curve, curve.density, curve.seen.density, "median")
        panels[1].set_ylabel("density of detected distances [per m]")
        panels[1].set_ylim(bottom=0)
        panels[0].set_title("chance to be detected")
        panels[1].set_title("distances of what was detected")
    legend_below(figure, panels[0], 3)
    total = int(curve.seen.count.sum())
    average = " Average over the covariates of what was detected." if curve.covariates else ""
    right = " Right: the same times the area of rings, which is what one sees." * (count == 2)
    caption = (
        f"Detection function of the {readable(species)} survey over the histogram of {total} "
        f"detections, scaled to the same area. Shade: {100 * curve.detection.mass:g} % "
        f"equal-tailed interval.{average}{right}"
    )
    alt = (
        f"Detection falls from {_fall(curve)}; {total} detections in {curve.seen.count.size} "
        "distance classes."
    )
    return finish(figure, name, caption, alt, count)


def band_from(part: xr.Dataset, prefix: str = "") -> Band:
    """Read a curve over ``distance_m`` from variables ``<prefix>median``, ``low`` and ``high``."""
    return Band(
        distance_m=part["distance_m"].to_numpy(),
        median=part[f"{prefix}median"].to_numpy(),
        low=part[f"{prefix}low"].to_numpy(),
        high=part[f"{prefix}high"].to_numpy(),
        mass=float(part.attrs.get("interval_mass", DEFAULT_MASS)),
    )


def curve_from(detection: xr.Dataset) -> DetectionCurve:
    """Read the curve from the node ``detection`` of a posterior file."""
    about = detection.attrs
    point = "point" in (about.get("transect"), about.get("kind"))
    seen = Histogram(
        edge_m=detection["edge_m"].to_numpy(),
        count=detection["count"].to_numpy(),
        height=detection["count_scaled"].to_numpy(),
    )
    band = band_from(detection)
    density = None
    if point:
        stored = "density_median" in detection
        density = band_from(detection, "density_") if stored else _ring_density(band)
    return DetectionCurve(
        kind="point" if point else "line",
        detection=band,
        seen=seen,
        density=density,
        covariates=bool(about.get("covariates", 0)),
    )


def _ring_density(band: Band) -> Band:
    """Return the density of detected distances that the median detection gives, without band.

    f(r) = r g(r) / integral of r g(r); Buckland et al. 2001, *Introduction to Distance Sampling*,
    section 5.2.
    """
    rings = band.distance_m * band.median
    density = rings / np.trapezoid(rings, band.distance_m)
    unknown = np.full_like(density, np.nan)
    return Band(band.distance_m, density, unknown, unknown, band.mass)
