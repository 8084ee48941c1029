"""From passages per camera day to densities and abundance."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.survey.beliefs import draw_known, draw_positive
from ustyurt_models.survey.models.encounter.data import EncounterSurvey

__all__ = ["UNITS", "derive", "observed_node"]

Floats = NDArray[np.float64]

_DAY_S = 86_400.0

#: Unit and meaning of every variable of the posterior.
UNITS = {
    "event_rate": ("day-1", "passages per camera day"),
    "spread": ("1", "coefficient of variation of passages between cameras beyond chance"),
    "mean_size": ("1", "mean group size"),
    "radius_scale_m": ("m", "scale of detection by distance"),
    "angle_scale_deg": ("degree", "scale of detection by angle"),
    "speed_median_m_per_s": ("m s-1", "median speed of animals that pass"),
    "speed_sd_log": ("1", "standard deviation of log speed"),
    "speed_m_per_s": ("m s-1", "mean speed while active"),
    "activity": ("1", "share of the day that animals are active"),
    "day_range_km": ("km", "distance that a group moves in a day"),
    "radius_m": ("m", "effective radius of detection"),
    "angle_deg": ("degree", "effective angle of the sector of detection"),
    "group_density_per_km2": ("km-2", "groups per square kilometre"),
    "density_per_km2": ("km-2", "animals per square kilometre"),
    "group_abundance": ("1", "groups in the stratum"),
    "abundance": ("1", "animals in the stratum"),
    "group_abundance_total": ("1", "groups in all strata"),
    "abundance_total": ("1", "animals in all strata"),
}


def _movement(
    out: xr.Dataset, survey: EncounterSurvey, rng: np.random.Generator
) -> dict[str, Floats]:
    """Return the day range [km] of every draw with what it is made of, shape (draw,)."""
    count = out.sizes["chain"] * out.sizes["draw"]
    if "day_range_km" in survey.beliefs:
        return {"day_range_km": draw_positive(survey.beliefs["day_range_km"], count, rng)}
    if "speed_m_per_s" in survey.beliefs:
        speed = draw_positive(survey.beliefs["speed_m_per_s"], count, rng)
    else:
        median = out["speed_median_m_per_s"].values.ravel()
        speed = median * np.exp(-0.5 * out["speed_sd_log"].values.ravel() ** 2)
    active = draw_known(survey.activity, count, rng)
    day_range = speed * active * _DAY_S / 1000.0
    return {"speed_m_per_s": speed, "activity": active, "day_range_km": day_range}


def _sector(
    out: xr.Dataset, survey: EncounterSurvey, rng: np.random.Generator
) -> dict[str, Floats]:
    """Return effective radius [m] and angle [degree] of every draw, shape (draw,)."""
    count, found = out.sizes["chain"] * out.sizes["draw"], {}
    for name, scale, factor in (
        ("radius_m", "radius_scale_m", np.sqrt(2.0)),
        ("angle_deg", "angle_scale_deg", np.sqrt(2.0 * np.pi)),
    ):
        if name in survey.beliefs:
            found[name] = draw_positive(survey.beliefs[name], count, rng)
        else:
            found[name] = out[scale].values.ravel() * factor
    return found


def derive(posterior: xr.Dataset, survey: EncounterSurvey, rng: np.random.Generator) -> xr.Dataset:
    """Add what follows from the free variables: movement, sector, density and abundance.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables with dims (chain, draw[, stratum]).
    survey : EncounterSurvey
        The survey.
    rng : numpy.random.Generator
        Chance for what the cameras do not inform.

    Returns
    -------
    xarray.Dataset
        The posterior with groups and animals per stratum and in total.
    """
    out = posterior.drop_vars([name for name in posterior if str(name).endswith("_z")])
    per_draw, by_stratum = ("chain", "draw"), ("chain", "draw", "stratum")
    shape = out["event_rate"].shape[:2]
    moved, sector = _movement(out, survey, rng), _sector(out, survey, rng)
    for name, values in (moved | sector).items():
        out[name] = (per_draw, values.reshape(shape))
    metres = out["day_range_km"].values * 1000.0 * out["radius_m"].values
    swept_km2 = metres * (2.0 + np.deg2rad(out["angle_deg"].values)) / np.pi / 1e6
    groups = out["event_rate"].values / swept_km2[..., None]
    single = survey.settings.group_size == "single"
    animals = groups if single else groups * out["mean_size"].values[..., None]
    out = out.assign_coords(area_km2=("stratum", survey.area_km2, {"units": "km2"}))
    for prefix, density in (("group_", None if single else groups), ("", animals)):
        if density is not None:
            numbers = density * survey.area_km2
            out[f"{prefix}density_per_km2"] = (by_stratum, density)
            out[f"{prefix}abundance"] = (by_stratum, numbers)
            out[f"{prefix}abundance_total"] = (per_draw, numbers.sum(axis=-1))
    for variable in out.data_vars.values():
        unit, meaning = UNITS[str(variable.name)]
        variable.attrs = {"units": unit, "long_name": meaning}
    return out


def observed_node(survey: EncounterSurvey) -> xr.Dataset:
    """Return the survey: passages and camera days by site."""
    seen = survey.seen
    return xr.Dataset(
        {
            "passages": ("site", seen.events, {"units": "1", "long_name": "passages"}),
            "camera_days": ("site", seen.days, {"units": "day", "long_name": "camera days"}),
            "stratum_index": ("site", seen.stratum, {"units": "1", "long_name": "stratum"}),
            "size": ("passage", seen.size, {"units": "1", "long_name": "animals counted"}),
            "radius_m": ("contact", seen.radius_m, {"units": "m", "long_name": "distance"}),
        },
        coords={"site": list(seen.site), "stratum": list(seen.strata)},
    )
