"""Distances: histogram, rounding, what happens near the line, and where to truncate."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.quality.chance import binomial_tail, quantile
from ustyurt_models.survey.quality.heaping import (
    Heap,
    Pile,
    heaps_of,
    pile_at_end,
    pile_at_zero,
    resolution_of,
)
from ustyurt_models.survey.read.survey_data import Kind, Transects

__all__ = ["AngleQuality", "DistanceQuality", "NearLine", "assess_angles", "assess_distances"]

Floats = NDArray[np.float64]

_BARS = 16
#: Share of distances kept by the truncation that is advised.
_KEEP: dict[Kind, float] = {"line": 0.95, "point": 0.90}
_FEWEST = 10


@dataclass(frozen=True)
class NearLine:
    """The class next to the line against the next one.

    Attributes
    ----------
    edge_m : tuple of float
        End of the first and of the second class [m].
    first, second : int
        Detections in each.
    expected : float
        Detections in the first if density were even and all were seen in both.
    p_spike, p_dip : float
        Binomial probability of so many or more, of so few or fewer.
    """

    edge_m: tuple[float, float]
    first: int
    second: int
    expected: float
    p_spike: float
    p_dip: float


@dataclass(frozen=True)
class DistanceQuality:
    """What the distances of a survey look like.

    Attributes
    ----------
    count : int
        Detections.
    edge_m : numpy.ndarray
        Edges of the histogram, shape (bar + 1,).
    bar : numpy.ndarray
        Detections per bar, int64, shape (bar,).
    classes : bool
        Whether the file has classes instead of exact distances.
    median_m, largest_m : float
        Of the distances.
    advised_m, advised_share : float
        Truncation that keeps this share of detections; advice only.
    unit : str
        Unit of the file, in which rounding is tested.
    resolution : float
        Decimal place of the file [unit]; NaN where rounding cannot be tested.
    heaps : tuple of Heap
        Test per base [unit].
    zero, end : Pile or None
        Values at zero and at the largest distance [unit].
    near : NearLine or None
        First against second class.
    measured : str
        What the heaps are of: ``distances``, or ``radial distances`` where angles were measured.
    """

    count: int
    edge_m: Floats
    bar: NDArray[np.int64]
    classes: bool
    median_m: float
    largest_m: float
    advised_m: float
    advised_share: float
    unit: str
    resolution: float
    heaps: tuple[Heap, ...]
    zero: Pile | None
    end: Pile | None
    near: NearLine | None
    measured: str = "distances"


@dataclass(frozen=True)
class AngleQuality:
    """Sighting angles: heaps at multiples of 5 and 10 degrees, pile at zero."""

    count: int
    heaps: tuple[Heap, ...]
    zero: Pile | None


def nice_width(span: float, parts: int) -> float:
    """Return 1, 2 or 5 times a power of ten such that about `parts` widths make the span."""
    if span <= 0:
        return 1.0
    rough = span / parts
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough * 0.999)


def _histogram(survey: Transects) -> tuple[Floats, NDArray[np.int64]]:
    """Return edges and counts: the file's classes, or bars of an even width."""
    edges: Floats = survey.cutpoints_m
    if not edges.size:
        largest = float(survey.distance_m.max(initial=0.0))
        width = nice_width(largest, _BARS)
        bars = max(1, math.floor(largest / width * (1 + 1e-12)) + 1)
        edges = width * np.arange(bars + 1, dtype=np.float64)
    return edges, np.histogram(survey.distance_m, edges)[0].astype(np.int64)


def _edges_near(survey: Transects, reach_m: float, heap_m: float) -> tuple[float, float] | None:
    """Return the ends of the first two classes, between heaps where there are any."""
    edges = survey.cutpoints_m
    if edges.size:
        return (float(edges[1]), float(edges[2])) if edges.size > 2 and edges[0] == 0 else None
    width = reach_m / 8
    if heap_m <= 0:
        return (width, 2 * width)
    first, second = (
        (max(round(end / heap_m - 0.5), least) + 0.5) * heap_m
        for end, least in ((width, 0), (2 * width, 1))
    )
    return (first, second) if second > first else (first, first + heap_m)


def _near_line(survey: Transects, reach_m: float, heap_m: float) -> NearLine | None:
    """Compare the first class with the second: a shoulder has about as many per width or area."""
    ends = _edges_near(survey, reach_m, heap_m)
    if ends is None or ends[0] <= 0:
        return None
    power = 1 if survey.kind == "line" else 2
    first = int(np.count_nonzero(survey.distance_m < ends[0]))
    second = int(np.count_nonzero(survey.distance_m < ends[1])) - first
    total, share = first + second, (ends[0] / ends[1]) ** power
    if total < _FEWEST:
        return None
    spike = binomial_tail(first, total, share)
    dip = binomial_tail(second, total, 1 - share)
    return NearLine(ends, first, second, total * share, spike, dip)


def assess_distances(survey: Transects) -> DistanceQuality | None:
    """Describe the distances of a survey; nothing when there are no detections.

    Parameters
    ----------
    survey : Transects
        As read.

    References
    ----------
    Buckland et al. 2001, *Introduction to Distance Sampling*, sections 4.3 and 5.3: truncate about
    5 % of the distances from lines, about 10 % from points.
    """
    if not survey.distance_m.size:
        return None
    edges, bars = _histogram(survey)
    unit = next((one for one in survey.units if one.quantity == "distance"), None)
    radial = bool(survey.angle_deg.size)
    known = not survey.cutpoints_m.size and unit is not None
    exact = known and not radial
    measured = survey.radial_m if radial else survey.distance_m
    recorded = measured / (unit.factor if unit is not None else 1.0)
    resolution = resolution_of(recorded) if known else math.nan
    heaps = heaps_of(recorded, resolution) if known else ()
    keep = _KEEP[survey.kind]
    advised = quantile(survey.distance_m, keep)
    heaped = [heap.base for heap in heaps if heap.heaped and exact]
    heap_m = max(heaped, default=0.0) * (unit.factor if unit is not None else 1.0)
    point = survey.kind == "point"
    return DistanceQuality(
        count=survey.distance_m.size,
        edge_m=edges,
        bar=bars,
        classes=bool(survey.cutpoints_m.size),
        median_m=quantile(survey.distance_m, 0.5),
        largest_m=float(survey.distance_m.max()),
        advised_m=advised,
        advised_share=keep,
        unit=unit.unit if unit is not None else "m",
        resolution=resolution,
        heaps=heaps,
        zero=pile_at_zero(recorded, resolution, point=point) if exact else None,
        end=pile_at_end(recorded, resolution) if exact else None,
        near=_near_line(survey, advised, heap_m) if advised > 0 else None,
        measured="radial distances" if radial else "distances",
    )


def assess_angles(survey: Transects) -> AngleQuality | None:
    """Test sighting angles for rounding; nothing where none were measured."""
    if not survey.angle_deg.size:
        return None
    folded = np.abs((survey.angle_deg + 180.0) % 360.0 - 180.0)
    ahead = np.minimum(folded, 180.0 - folded)
    resolution = resolution_of(ahead)
    heaps = tuple(heap for heap in heaps_of(ahead, resolution) if heap.base in (5.0, 10.0))
    return AngleQuality(ahead.size, heaps, pile_at_zero(ahead, resolution))
