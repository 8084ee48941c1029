"""What the report and the simulation take from a fit of distance sampling."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.survey.draws import draws_of, thin
from ustyurt_models.survey.models.distance.curves import (
    DrawnCurves,
    drawn_curves,
    ring_density,
    searched_measure,
)
from ustyurt_models.survey.models.distance.prepare import DistanceData
from ustyurt_models.survey.read.distance import Transects
from ustyurt_models.survey.steps import step_variables

__all__ = ["density_band", "detection_node", "effects_node", "observed_node"]

Floats = NDArray[np.float64]

_CURVES = 500  # draws that give the band
_ROWS = 25  # covariate rows that are drawn apart; more are represented by neighbours


def _represented(curves: DrawnCurves) -> tuple[NDArray[np.int64], Floats]:
    """Choose rows that stand for all, and the groups present behind each, shape (draw, row)."""
    times = np.maximum(curves.data.scale.times, 0)
    present = (times if times.any() else np.ones_like(times)) / curves.mean_detection()
    order = np.argsort(curves.sigma_m.mean(axis=0))
    parts = np.array_split(order, min(order.size, _ROWS))
    rows = np.array([part[part.size // 2] for part in parts])
    return rows, np.stack([present[:, part].sum(axis=1) for part in parts], axis=1)


def _mean_curve(curves: DrawnCurves, grid_m: Floats) -> Floats:
    """Average detection over the groups present, shape (draw, distance)."""
    rows, present = _represented(curves)
    total = np.zeros((present.shape[0], grid_m.size))
    for i, row in enumerate(rows):
        total += present[:, i : i + 1] * curves.at(grid_m, np.full(grid_m.size, row))
    return total / present.sum(axis=1, keepdims=True)


def _histogram(posterior: xr.Dataset, data: DistanceData) -> tuple[Floats, Floats, Floats]:
    """Class limits, counts, and counts on the scale of g."""
    left, right = data.form.left_m, data.form.truncation_m
    edges = data.cutpoints_m
    if not edges.size:
        classes = int(np.clip(np.sqrt(max(data.distance_m.size, 1)), 5, 20))
        edges = np.linspace(left, right, classes + 1)
    count = np.histogram(data.distance_m, edges)[0].astype(float)
    searched = np.diff(edges**2) / 2 if data.form.point else np.diff(edges)
    effective = float(np.median(posterior["p_detect"])) * searched_measure(data)
    return edges, count, count / searched * effective / max(count.sum(), 1.0)


def density_band(grid_m: Floats, g: Floats, data: DistanceData, mass: float) -> dict:
    """Return the density of detected distances from points with its band; nothing for lines.

    Parameters
    ----------
    grid_m : numpy.ndarray
        Distances [m], shape (distance,).
    g : numpy.ndarray
        Mean detection of the groups present, shape (draw, distance).
    data : DistanceData
        The survey.
    mass : float
        Mass of the equal-tailed interval of the band.

    Returns
    -------
    dict
        Variables ``density_median``, ``density_low``, ``density_high`` [per m].
    """
    if not data.form.point:
        return {}
    drawn = ring_density(grid_m, g, data.form.left_m)
    limits = np.quantile(drawn, [(1 - mass) / 2, 0.5, (1 + mass) / 2], axis=0)
    said = {"low": "lower limit", "median": "median", "high": "upper limit"}
    return {
        f"density_{name}": (
            "distance_m",
            values,
            {"units": "m-1", "long_name": f"density of detected distances, {said[name]}"},
        )
        for name, values in zip(said, limits, strict=True)
    }


def detection_node(posterior: xr.Dataset, data: DistanceData, mass: float) -> xr.Dataset:
    """Prepare the detection function with its band and the histogram of distances.

    Parameters
    ----------
    posterior : xarray.Dataset
        With derived variables.
    data : DistanceData
        The survey.
    mass : float
        Mass of the equal-tailed interval of the band.

    Returns
    -------
    xarray.Dataset
        ``median``, ``low``, ``high`` of g over ``distance_m``, averaged over the groups present
        where g depends on covariates; for points also ``density_median``, ``density_low`` and
        ``density_high``, the density of detected distances [per m]; ``count`` and
        ``count_scaled`` (count over area searched, on the scale of g) between ``edge_m``.
    """
    grid = np.linspace(0.0, data.truncation_m, 121)
    g = _mean_curve(drawn_curves(thin(posterior, _CURVES), data), grid)
    low, median, high = np.quantile(g, [(1 - mass) / 2, 0.5, (1 + mass) / 2], axis=0)
    edges, count, scaled = _histogram(posterior, data)
    node = xr.Dataset(
        {
            "median": ("distance_m", median, {"units": "1", "long_name": "detection, median"}),
            "low": ("distance_m", low, {"units": "1", "long_name": "detection, lower limit"}),
            "high": ("distance_m", high, {"units": "1", "long_name": "detection, upper limit"}),
            "count": (
                "class",
                count.astype(np.int64),
                {"units": "1", "long_name": "groups detected"},
            ),
            "count_scaled": ("class", scaled, {"units": "1", "long_name": "scaled to g"}),
            "edge_m": ("edge", edges, {"units": "m", "long_name": "limits of distance classes"}),
            **density_band(grid, g, data, mass),
        },
        coords={"distance_m": ("distance_m", grid, {"units": "m"})},
    )
    node.attrs = {
        "interval_mass": mass,
        "interval_type": "equal-tailed",
        "key": data.form.key,
        "transect": "point" if data.form.point else "line",
        "covariates": int(not data.scale.plain),
    }
    name = "effective_radius_m" if data.form.point else "esw_m"
    node.attrs[name] = float(np.median(posterior[name]))
    return node


def effects_node(posterior: xr.Dataset, data: DistanceData, mass: float) -> xr.Dataset:
    """Summarise the effects of covariates on the scale of the detection function.

    Parameters
    ----------
    posterior : xarray.Dataset
        With ``scale_effect`` and, for random effects, ``scale_<factor>``.
    data : DistanceData
        The survey.
    mass : float
        Mass of equal-tailed intervals.

    Returns
    -------
    xarray.Dataset
        ``median``, ``low``, ``high`` of each effect over ``term``, on the log scale; numbers are
        per ``step`` in their own unit, ``step_unit`` (NaN and empty for levels and products).
    """
    columns: dict[str, Floats] = {}
    if data.scale.names:
        columns |= dict(zip(data.scale.names, draws_of(posterior, "scale_effect").T, strict=True))
    for name, levels in data.scale.levels.items():
        values = draws_of(posterior, f"scale_{name}").T
        columns |= {f"{name}[{level}]": v for level, v in zip(levels, values, strict=True)}
    tails = [(1 - mass) / 2, 0.5, (1 + mass) / 2]
    low, median, high = np.quantile(np.array(list(columns.values())), tails, axis=1)
    meaning = {"units": "1", "long_name": "effect on the log scale of detection"}
    node = xr.Dataset(
        {
            "median": ("term", median, meaning),
            "low": ("term", low, meaning),
            "high": ("term", high, meaning),
        },
        coords={"term": [f"scale: {name}" for name in columns]},
    ).assign(step_variables(columns, data.scale.steps))
    node.attrs = {"interval_mass": mass, "interval_type": "equal-tailed"}
    return node


def observed_node(survey: Transects, data: DistanceData) -> xr.Dataset:
    """Return the truncated survey: transects with effort, detections with distance and size.

    Parameters
    ----------
    survey : Transects
        As read, for the names of transects.
    data : DistanceData
        Truncated.

    Returns
    -------
    xarray.Dataset
        Dims transect and detection.
    """
    effort, unit = ("visits", "1") if data.form.point else ("effort_km", "km")
    return xr.Dataset(
        {
            "groups": ("transect", data.groups, {"units": "1", "long_name": "groups detected"}),
            effort: ("transect", data.effort, {"units": unit, "long_name": "effort"}),
            "stratum_index": ("transect", data.transect_stratum, {"units": "1"}),
            "distance_m": ("detection", data.distance_m, {"units": "m", "long_name": "distance"}),
            "size": ("detection", data.size, {"units": "1", "long_name": "animals in group"}),
            "transect_index": ("detection", data.detection_transect, {"units": "1"}),
        },
        coords={"transect": list(survey.transect), "stratum": list(data.stratum)},
    )
