"""From a strip posterior to densities and abundance, and Jolly's estimate beside it."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.survey.beliefs import draw_known
from ustyurt_models.survey.models.strip.data import StripSurvey

__all__ = ["UNITS", "derive", "observed_node", "size_moments"]

Floats = NDArray[np.float64]

#: Unit and meaning of every variable of the posterior.
UNITS = {
    "rate_per_km2": ("km-2", "groups (animals, without groups) counted per square kilometre"),
    "rate_mean": ("km-2", "rate of a typical stratum"),
    "rate_sd": ("1", "standard deviation of log rates between strata"),
    "spread": ("1", "root of (variance / mean - 1) of what is counted per strip"),
    "median_size": ("1", "median group size"),
    "size_sd_log": ("1", "standard deviation of log group size"),
    "mean_size": ("1", "mean group size"),
    "eye_bias": ("1", "mean estimate by eye over true group size"),
    "eye_error": ("1", "standard deviation of log estimate by eye"),
    "availability": ("1", "share of the animals that can be seen"),
    "perception": ("1", "share of those that is counted"),
    "group_density_per_km2": ("km-2", "groups per square kilometre"),
    "density_per_km2": ("km-2", "animals per square kilometre"),
    "group_abundance": ("1", "groups in the stratum"),
    "abundance": ("1", "animals in the stratum"),
    "group_abundance_total": ("1", "groups in all strata"),
    "abundance_total": ("1", "animals in all strata"),
}


def size_moments(posterior: xr.Dataset, survey: StripSurvey) -> tuple[Floats, Floats]:
    """Mean and variance of group size under every draw, each shape (chain, draw)."""
    if "median_size" in posterior:
        variance = posterior["size_sd_log"].values ** 2
        mean = posterior["median_size"].values * np.exp(variance / 2)
        return mean, mean**2 * np.expm1(variance)
    mean = posterior["mean_size"].values
    sizes = np.where(survey.by_eye, survey.strips.eye, survey.strips.photo)
    return mean, np.full(mean.shape, np.var(sizes) if sizes.size else 0.0)


def _gamma(mean: Floats, variance: Floats, rng: np.random.Generator) -> Floats:
    """Draw positive numbers with this mean and variance; the mean itself where there is none."""
    shape = np.divide(mean**2, variance, out=np.full_like(mean, np.inf), where=variance > 0)
    varied = np.isfinite(shape) & (mean > 0)
    shape = np.where(varied, np.maximum(shape, 1e-9), 1.0)  # below, all draws are zero
    return np.where(varied, rng.gamma(shape) / shape * mean, mean)


def _not_counted(
    posterior: xr.Dataset, survey: StripSurvey, found: Floats, rng: np.random.Generator
) -> Floats:
    """Draw the units that were not counted, in the strips or outside, (chain, draw, stratum)."""
    rate = posterior["rate_per_km2"].values
    expected = rate * (survey.area_km2 / found[..., None] - survey.searched_km2)
    excess = posterior["spread"].values ** 2
    return _gamma(np.maximum(expected, 0.0), (1.0 + excess) * np.maximum(expected, 0.0), rng)


def _animals_counted(
    posterior: xr.Dataset, survey: StripSurvey, rng: np.random.Generator
) -> Floats:
    """Animals in the counted groups, eye estimates corrected, (chain, draw, stratum)."""
    strips, eye = survey.strips, survey.by_eye
    strip = strips.strip_stratum[strips.group_strip]

    def sums(values: Floats, some: NDArray[np.bool_]) -> Floats:
        return np.bincount(strip[some], values[some], survey.area_km2.size)

    shape = posterior["rate_per_km2"].shape
    counted = np.broadcast_to(sums(strips.photo, ~eye), shape)
    if "eye_bias" not in posterior:
        return counted + sums(strips.eye, eye)
    bias = posterior["eye_bias"].values[..., None]
    noise = np.expm1(posterior["eye_error"].values[..., None] ** 2)
    mean = sums(strips.eye, eye) / bias
    return counted + _gamma(mean, sums(strips.eye**2, eye) / bias**2 * noise, rng)


def _numbers(
    posterior: xr.Dataset, survey: StripSurvey, found: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats | None]:
    """Animals and groups by stratum, each shape (chain, draw, stratum)."""
    finite, groups = survey.settings.finite_population, survey.strips.has_groups
    counted = survey.by_stratum(survey.counted.astype(float))
    units = posterior["rate_per_km2"].values * survey.area_km2 / found[..., None]
    if not finite and not groups:
        return units, None
    rest = _not_counted(posterior, survey, found, rng)
    if not groups:
        return counted + rest, None
    mean, variance = (part[..., None] for part in size_moments(posterior, survey))
    if not finite:
        return units * mean, units
    animals = _gamma(rest * mean, rest * variance, rng)
    return _animals_counted(posterior, survey, rng) + animals, counted + rest


def derive(posterior: xr.Dataset, survey: StripSurvey, rng: np.random.Generator) -> xr.Dataset:
    """Add what follows from the free variables: density and abundance.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables with dims (chain, draw[, stratum]).
    survey : StripSurvey
        The survey.
    rng : numpy.random.Generator
        Chance for quantities that the survey does not inform, and for animals not counted.

    Returns
    -------
    xarray.Dataset
        The posterior with animals, and groups where the file has them, per stratum and in total.
    """
    out = posterior.drop_vars([name for name in posterior if str(name).endswith("_z")])
    per_draw, by_stratum = ("chain", "draw"), ("chain", "draw", "stratum")
    shape = out["rate_per_km2"].shape[:2]
    for name, known in (("availability", survey.availability), ("perception", survey.perception)):
        values = draw_known(known, shape[0] * shape[1], rng).reshape(shape)
        out[name] = (per_draw, values)
    found = out["availability"].values * out["perception"].values
    if "median_size" in out:
        out["mean_size"] = (per_draw, size_moments(out, survey)[0])
    animals, groups = _numbers(out, survey, found, rng)
    out = out.assign_coords(area_km2=("stratum", survey.area_km2, {"units": "km2"}))
    for prefix, numbers in (("group_", groups), ("", animals)):
        if numbers is not None:
            out[f"{prefix}abundance"] = (by_stratum, numbers)
            out[f"{prefix}density_per_km2"] = (by_stratum, numbers / survey.area_km2)
            out[f"{prefix}abundance_total"] = (per_draw, numbers.sum(axis=-1))
    for variable in out.data_vars.values():
        unit, meaning = UNITS[str(variable.name)]
        variable.attrs = {"units": unit, "long_name": meaning}
    return out


def observed_node(survey: StripSurvey) -> xr.Dataset:
    """Return the survey: strips with area and what was counted, groups with their sizes."""
    strips = survey.strips
    unit = "groups" if strips.has_groups else "animals"
    node = xr.Dataset(
        {
            unit: ("strip", survey.counted, {"units": "1", "long_name": f"{unit} counted"}),
            "length_km": ("strip", strips.length_km, {"units": "km", "long_name": "length"}),
            "width_km": ("strip", strips.width_km, {"units": "km", "long_name": "whole width"}),
            "stratum_index": ("strip", strips.strip_stratum, {"units": "1"}),
        },
        coords={"strip": list(strips.strip), "stratum": list(strips.stratum)},
    )
    if strips.has_groups:
        node["eye"] = ("group", strips.eye, {"units": "1", "long_name": "animals, by eye"})
        node["photo"] = ("group", strips.photo, {"units": "1", "long_name": "animals, on photo"})
        node["strip_index"] = ("group", strips.group_strip, {"units": "1"})
    return node
