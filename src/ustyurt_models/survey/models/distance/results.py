"""From a posterior of distance sampling to detection, densities and abundance, with units."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.detection import SPREAD_FLOOR, size_given_truncation
from ustyurt_models.formulas.group_size import truncated_lognormal_mean
from ustyurt_models.survey.beliefs import Known, draw_known
from ustyurt_models.survey.models.distance.curves import drawn_curves, searched_measure
from ustyurt_models.survey.models.distance.data import DistanceSurvey
from ustyurt_models.survey.models.distance.density import (
    PerEffort,
    bootstrap_per_effort,
    model_per_effort,
)
from ustyurt_models.survey.models.distance.encounters import rate_name
from ustyurt_models.survey.models.distance.prepare import DistanceData

__all__ = ["UNITS", "add_detection", "add_known", "add_mean_size", "derive"]

Floats = NDArray[np.float64]

#: Unit and meaning of every variable of the posterior.
UNITS = {
    "encounter_rate_per_km": ("km-1", "groups detected per kilometre"),
    "encounter_rate_per_visit": ("1", "groups detected per visit of a point"),
    "encounter_rate_mean": ("1", "median encounter rate of strata"),
    "encounter_rate_sd": ("1", "standard deviation of log encounter rates between strata"),
    "encounter_spread": ("1", "root of (variance / mean - 1) of groups per transect"),
    "sigma_m": ("m", "scale of the detection function, at the reference of the covariates"),
    "shape_excess": ("1", "hazard-rate shape minus one"),
    "scale_effect": ("1", "effect on the log scale of the detection function"),
    "adjustment": ("1", "coefficient of an adjustment term"),
    "mean_size_untruncated": ("1", "mean group size before truncation at one"),
    "size_cv": ("1", "coefficient of variation of group size beyond Poisson"),
    "size_slope": ("1", "change of log mean size from line to truncation distance"),
    "esw_m": ("m", "effective strip half-width"),
    "effective_radius_m": ("m", "effective radius of a point"),
    "p_detect": ("1", "mean detection probability within the truncation distances"),
    "detection_on_line": ("1", "probability of detection at distance zero"),
    "availability": ("1", "probability of being available for detection"),
    "mean_size": ("1", "mean group size in the population"),
    "group_density_per_km2": ("km-2", "groups per square kilometre"),
    "density_per_km2": ("km-2", "animals per square kilometre"),
    "group_density_total_per_km2": ("km-2", "groups per square kilometre of all strata"),
    "density_total_per_km2": ("km-2", "animals per square kilometre of all strata"),
    "group_abundance": ("1", "groups in the stratum"),
    "abundance": ("1", "animals in the stratum"),
    "group_abundance_total": ("1", "groups in all strata"),
    "abundance_total": ("1", "animals in all strata"),
}


def _unit(name: str) -> tuple[str, str]:
    """Return unit and meaning of a variable, also of random effects named after a factor."""
    if name in UNITS:
        return UNITS[name]
    if name.startswith("scale_sd_"):
        factor = name.removeprefix("scale_sd_")
        return "1", f"standard deviation of the effects of {factor} on the log scale"
    return "1", f"effect of {name.removeprefix('scale_')} on the log scale of detection"


def _per_effort(
    out: xr.Dataset, survey: DistanceSurvey, p_detect: Floats, rng: np.random.Generator
) -> PerEffort:
    """Draw what stands behind a unit of effort, shape (draw, stratum)."""
    data = survey.data
    if survey.settings.encounter == "bootstrap":
        return bootstrap_per_effort(data, p_detect, rng)
    rate = out[rate_name(data.form.point)].values.reshape(p_detect.shape[0], -1)
    return model_per_effort(data, rate, p_detect, rng)


def add_detection(out: xr.Dataset, data: DistanceData, p_detect: Floats) -> None:
    """Add mean detection of the groups present, and the strip or disc searched effectively."""
    times = data.scale.times if data.distance_m.size else np.ones(p_detect.shape[1])
    shape = (out.sizes["chain"], out.sizes["draw"])
    mean = (times.sum() / (times / p_detect).sum(axis=1)).reshape(shape)
    measure = mean * searched_measure(data)
    out["p_detect"] = (("chain", "draw"), mean)
    name = "effective_radius_m" if data.form.point else "esw_m"
    out[name] = (("chain", "draw"), np.sqrt(2 * measure) if data.form.point else measure)


def add_known(
    out: xr.Dataset, on_line: Known | None, availability: Known | None, rng: np.random.Generator
) -> None:
    """Add the probabilities that the survey does not tell."""
    shape = (out.sizes["chain"], out.sizes["draw"])
    for name, known in (("detection_on_line", on_line), ("availability", availability)):
        out[name] = (("chain", "draw"), draw_known(known, int(np.prod(shape)), rng).reshape(shape))


def add_mean_size(out: xr.Dataset, how: str) -> None:
    """Add the mean size of the groups present, unless size is among the covariates."""
    if how == "single":
        out["mean_size"] = xr.ones_like(out["p_detect"])
    elif how == "model":
        mean, cv = out["mean_size_untruncated"].values, out["size_cv"].values
        found = size_given_truncation(mean, cv**2 + SPREAD_FLOOR**2)
        out["mean_size"] = (("chain", "draw"), found)
    elif how == "lognormal":
        spread = np.sqrt(out["size_cv"].values ** 2 + SPREAD_FLOOR**2)
        found = truncated_lognormal_mean(out["mean_size_untruncated"].values, spread)
        out["mean_size"] = (("chain", "draw"), found)


def _add_densities(out: xr.Dataset, survey: DistanceSurvey, behind: PerEffort) -> None:
    """Add densities and abundance of groups and animals, per stratum and in total."""
    data = survey.data
    shape = (out.sizes["chain"], out.sizes["draw"], len(data.stratum))
    dims = ("chain", "draw", "stratum")
    seen = out["detection_on_line"] * out["availability"]
    out[rate_name(data.form.point)] = (dims, behind.found.reshape(shape))
    groups = xr.DataArray(behind.groups.reshape(shape), dims=dims)
    out["group_density_per_km2"] = groups / data.unit_area_km2 / seen
    if behind.animals is None or survey.settings.group_size == "single":
        add_mean_size(out, survey.settings.group_size)
        out["density_per_km2"] = out["group_density_per_km2"] * out["mean_size"]
    else:
        animals = xr.DataArray(behind.animals.reshape(shape), dims=dims)
        out["density_per_km2"] = animals / data.unit_area_km2 / seen
    area = xr.DataArray(data.area_km2, dims="stratum")
    for kind in ("group_", ""):
        density = out[f"{kind}density_per_km2"]
        out[f"{kind}abundance"] = density * area
        out[f"{kind}abundance_total"] = out[f"{kind}abundance"].sum("stratum")
        out[f"{kind}density_total_per_km2"] = out[f"{kind}abundance_total"] / area.sum()
    if "mean_size" not in out:
        out["mean_size"] = out["abundance_total"] / out["group_abundance_total"]


def derive(posterior: xr.Dataset, survey: DistanceSurvey, rng: np.random.Generator) -> xr.Dataset:
    """Add what follows from the free variables: detection, density and abundance.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables with dims (chain, draw[, stratum]).
    survey : DistanceSurvey
        Data, key, sides, what is known of detection.
    rng : numpy.random.Generator
        Chance of bootstrap weights and of quantities that the survey does not inform.

    Returns
    -------
    xarray.Dataset
        The posterior with groups and animals apart, per stratum and in total. Where the file
        gives no areas, abundance is that of the area searched and ``area_basis`` says so.
    """
    data = survey.data
    out = posterior.drop_vars([name for name in posterior if str(name).endswith("_z")])
    p_detect = drawn_curves(out, data).mean_detection()
    out = out.assign_coords(
        stratum=list(data.stratum), area_km2=("stratum", data.area_km2, {"units": "km2"})
    )
    add_detection(out, data, p_detect)
    add_known(out, survey.on_line, survey.availability, rng)
    _add_densities(out, survey, _per_effort(out, survey, p_detect, rng))
    for name, variable in out.data_vars.items():
        unit, meaning = _unit(str(name))
        variable.attrs = {"units": unit, "long_name": meaning}
    out.attrs["area_basis"] = "stratum" if data.area_known else "searched"
    return out
