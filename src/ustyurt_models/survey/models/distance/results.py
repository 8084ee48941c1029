"""From a line-transect posterior to densities, abundance and the detection function to draw."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.detection import (
    SPREAD_FLOOR,
    esw_half_normal,
    esw_hazard_rate,
    half_normal,
    hazard_rate,
    size_given_truncation,
)
from ustyurt_models.study.surveys import LineTransect
from ustyurt_models.survey.beliefs import draw_known
from ustyurt_models.survey.models.distance.data import DistanceData, DistanceSurvey
from ustyurt_models.survey.read.distance import Transects

__all__ = ["UNITS", "abundance_node", "derive", "detection_at", "detection_node", "observed_node"]

Floats = NDArray[np.float64]

#: Unit and meaning of every variable of the posterior.
UNITS = {
    "encounter_rate_per_km": ("km-1", "groups detected per kilometre"),
    "encounter_spread": ("1", "root of (variance / mean - 1) of groups per transect"),
    "sigma_m": ("m", "scale of the detection function"),
    "shape_excess": ("1", "hazard-rate shape minus one"),
    "mean_size_untruncated": ("1", "mean group size before truncation at one"),
    "size_cv": ("1", "coefficient of variation of group size beyond Poisson"),
    "size_slope": ("1", "change of log mean size from line to truncation distance"),
    "esw_m": ("m", "effective strip half-width"),
    "p_detect": ("1", "mean detection probability within the truncation distance"),
    "detection_on_line": ("1", "probability of detection on the line"),
    "mean_size": ("1", "mean group size in the population"),
    "group_density_per_km2": ("km-2", "groups per square kilometre"),
    "density_per_km2": ("km-2", "animals per square kilometre"),
    "group_abundance": ("1", "groups in the stratum"),
    "abundance": ("1", "animals in the stratum"),
    "group_abundance_total": ("1", "groups in all strata"),
    "abundance_total": ("1", "animals in all strata"),
}


def detection_at(posterior: xr.Dataset, distance_m: Floats, key: str) -> Floats:
    """Evaluate the detection function for every draw.

    Parameters
    ----------
    posterior : xarray.Dataset
        With ``sigma_m`` and, for the hazard-rate, ``shape_excess``.
    distance_m : numpy.ndarray
        Distances, shape (distance,).
    key : str
        Key function.

    Returns
    -------
    numpy.ndarray
        g(x), shape (chain, draw, distance).
    """
    sigma = posterior["sigma_m"].values[..., None]
    if key == "half-normal":
        return half_normal(distance_m, sigma)
    return hazard_rate(distance_m, sigma, 1.0 + posterior["shape_excess"].values[..., None])


def _esw(posterior: xr.Dataset, truncation_m: float, key: str) -> Floats:
    """Effective strip half-width of every draw [m], shape (chain, draw)."""
    sigma = posterior["sigma_m"].values
    if key == "half-normal":
        return esw_half_normal(sigma, truncation_m)
    return esw_hazard_rate(sigma, 1.0 + posterior["shape_excess"].values, truncation_m)


def derive(
    posterior: xr.Dataset,
    survey: DistanceSurvey,
    rng: np.random.Generator,
) -> xr.Dataset:
    """Add what follows from the free variables: detection, density and abundance.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables with dims (chain, draw[, stratum]).
    survey : DistanceSurvey
        The survey with key, sides, detection on the line.
    rng : numpy.random.Generator
        Chance for quantities that the survey does not inform.

    Returns
    -------
    xarray.Dataset
        The posterior with groups and animals apart, per stratum and in total.
    """
    data, settings = survey.data, survey.settings
    out = posterior.drop_vars([name for name in posterior if str(name).endswith("_z")])
    per_draw = ("chain", "draw")
    out["esw_m"] = (per_draw, _esw(posterior, data.truncation_m, settings.key))
    out["p_detect"] = out["esw_m"] / data.truncation_m
    shape = out["esw_m"].shape
    on_line = draw_known(survey.on_line, out["esw_m"].size, rng).reshape(shape)
    out["detection_on_line"] = (per_draw, on_line)
    if settings.group_size == "single":
        out["mean_size"] = (per_draw, np.ones(shape))
    elif settings.group_size == "model":
        mean, cv = posterior["mean_size_untruncated"].values, posterior["size_cv"].values
        out["mean_size"] = (per_draw, size_given_truncation(mean, cv**2 + SPREAD_FLOOR**2))
    sides = settings.sides if isinstance(settings, LineTransect) else 2
    searched_km = sides * out["esw_m"] / 1000.0 * out["detection_on_line"]
    out["group_density_per_km2"] = out["encounter_rate_per_km"] / searched_km
    out["density_per_km2"] = out["group_density_per_km2"] * out["mean_size"]
    out = out.assign_coords(area_km2=("stratum", data.area_km2, {"units": "km2"}))
    out["group_abundance"] = out["group_density_per_km2"] * out["area_km2"]
    out["abundance"] = out["density_per_km2"] * out["area_km2"]
    out["group_abundance_total"] = out["group_abundance"].sum("stratum")
    out["abundance_total"] = out["abundance"].sum("stratum")
    for name, variable in out.data_vars.items():
        unit, meaning = UNITS[str(name)]
        variable.attrs = {"units": unit, "long_name": meaning}
    return out


def abundance_node(posterior: xr.Dataset) -> xr.Dataset:
    """Flatten chains into draws: what the simulation takes (`contracts.ABUNDANCE`)."""
    names = ["abundance", "density_per_km2", "group_abundance", "group_density_per_km2"]
    names += ["abundance_total", "mean_size"]
    flat = posterior[names].stack(sample=("chain", "draw")).reset_index("sample", drop=True)
    flat = flat.rename(sample="draw").transpose("draw", "stratum")
    node = flat.reset_coords("area_km2")
    node["area_km2"].attrs = {"units": "km2", "long_name": "area of the stratum"}
    return node.assign_coords(draw=np.arange(node.sizes["draw"]))


def detection_node(posterior: xr.Dataset, data: DistanceData, key: str, mass: float) -> xr.Dataset:
    """Prepare the detection function with its band and the histogram of distances.

    Parameters
    ----------
    posterior : xarray.Dataset
        With derived variables.
    data : DistanceData
        The survey.
    key : str
        Key function.
    mass : float
        Mass of the equal-tailed interval of the band.

    Returns
    -------
    xarray.Dataset
        ``median``, ``low``, ``high`` of g(x) over ``distance_m``; ``count`` and ``count_scaled``
        (count over width, on the scale of g) between ``edge_m``.
    """
    grid = np.linspace(0.0, data.truncation_m, 121)
    g = detection_at(posterior, grid, key).reshape(-1, grid.size)
    low, median, high = np.quantile(g, [(1 - mass) / 2, 0.5, (1 + mass) / 2], axis=0)
    classes = int(np.clip(np.sqrt(max(data.distance_m.size, 1)), 5, 20))
    edges = data.cutpoints_m
    if not edges.size:
        edges = np.linspace(0.0, data.truncation_m, classes + 1)
    count = np.histogram(data.distance_m, edges)[0]
    esw = float(np.median(posterior["esw_m"]))
    scaled = count / np.diff(edges) * esw / max(int(count.sum()), 1)
    node = xr.Dataset(
        {
            "median": ("distance_m", median, {"units": "1", "long_name": "detection, median"}),
            "low": ("distance_m", low, {"units": "1", "long_name": "detection, lower limit"}),
            "high": ("distance_m", high, {"units": "1", "long_name": "detection, upper limit"}),
            "count": ("class", count, {"units": "1", "long_name": "groups detected"}),
            "count_scaled": ("class", scaled, {"units": "1", "long_name": "scaled to g"}),
            "edge_m": ("edge", edges, {"units": "m", "long_name": "limits of distance classes"}),
        },
        coords={"distance_m": ("distance_m", grid, {"units": "m"})},
    )
    node.attrs = {"interval_mass": mass, "interval_type": "equal-tailed", "key": key, "esw_m": esw}
    return node


def observed_node(survey: Transects, data: DistanceData) -> xr.Dataset:
    """Return the truncated survey: transects with effort, detections with distance and size."""
    return xr.Dataset(
        {
            "groups": ("transect", data.groups, {"units": "1", "long_name": "groups detected"}),
            "effort_km": ("transect", data.effort, {"units": "km", "long_name": "effort"}),
            "stratum_index": ("transect", data.transect_stratum, {"units": "1"}),
            "distance_m": ("detection", data.distance_m, {"units": "m", "long_name": "distance"}),
            "size": ("detection", data.size, {"units": "1", "long_name": "animals in group"}),
            "transect_index": ("detection", data.detection_transect, {"units": "1"}),
        },
        coords={"transect": list(survey.transect), "stratum": list(data.stratum)},
    )
