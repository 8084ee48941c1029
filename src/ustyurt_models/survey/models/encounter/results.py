"""From events per camera day, or per instant, to densities and abundance."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.activity import resampled_activity
from ustyurt_models.study.surveys import InstantBlock, TimeToEvent
from ustyurt_models.survey.beliefs import draw_known, draw_positive
from ustyurt_models.survey.models.encounter.data import EncounterSurvey

__all__ = ["UNITS", "derive", "observed_node"]

Floats = NDArray[np.float64]

_DAY_S = 86_400.0
_RESAMPLED = 400

#: Unit and meaning of every variable of the posterior.
UNITS = {
    "event_rate": ("day-1", "passages per camera day"),
    "crossing_s": ("s", "mean time in which a group crosses the view, rests included"),
    "viewed_m2": ("m2", "area in view of a camera"),
    "availability": ("1", "share of the time that animals can be seen"),
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

#: The same where the unit of effort is another one.
_INSTANT = {"event_rate": ("1", "groups in view of a camera at an instant")}
_RATES = {"space_to_event": _INSTANT, "instantaneous_sampling": _INSTANT}


def _active(survey: EncounterSurvey, count: int, rng: np.random.Generator) -> Floats:
    """Draw the share of the day that animals are active, shape (count,)."""
    if getattr(survey.settings, "activity", None) != "data":
        return draw_known(survey.activity, count, rng)
    drawn = resampled_activity(survey.seen.hour, survey.seen.hour_site, _RESAMPLED, rng)
    return drawn[rng.integers(0, drawn.size, count)]


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
    active = _active(survey, count, rng)
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


def _per_density(
    out: xr.Dataset, survey: EncounterSurvey, rng: np.random.Generator
) -> tuple[dict[str, Floats], Floats]:
    """Return what density rests on, and events per unit of effort at one group per km2."""
    sector = _sector(out, survey, rng)
    radius, angle = sector["radius_m"], np.deg2rad(sector["angle_deg"])
    viewed = 0.5 * angle * radius**2
    if isinstance(survey.settings, InstantBlock):
        seen = draw_known(survey.availability, viewed.size, rng)
        return sector | {"viewed_m2": viewed, "availability": seen}, viewed * seen / 1e6
    moved = _movement(out, survey, rng)
    range_m, edge_m = 1000.0 * moved["day_range_km"], radius * (2.0 + angle)
    told = moved | sector
    if isinstance(survey.settings, TimeToEvent):
        told |= {"viewed_m2": viewed, "crossing_s": np.pi * viewed / edge_m / range_m * _DAY_S}
    return told, range_m * edge_m / np.pi / 1e6


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
    told, per_density = _per_density(out, survey, rng)
    for name, values in told.items():
        out[name] = (per_draw, values.reshape(shape))
    groups = out["event_rate"].values / per_density.reshape(*shape, 1)
    single = survey.settings.group_size == "single"
    animals = groups if single else groups * out["mean_size"].values[..., None]
    out = out.assign_coords(area_km2=("stratum", survey.area_km2, {"units": "km2"}))
    for prefix, density in (("group_", None if single else groups), ("", animals)):
        if density is not None:
            numbers = density * survey.area_km2
            out[f"{prefix}density_per_km2"] = (by_stratum, density)
            out[f"{prefix}abundance"] = (by_stratum, numbers)
            out[f"{prefix}abundance_total"] = (per_draw, numbers.sum(axis=-1))
    units = UNITS | _RATES.get(survey.settings.model, {})
    for variable in out.data_vars.values():
        unit, meaning = units[str(variable.name)]
        variable.attrs = {"units": unit, "long_name": meaning}
    return out


def observed_node(survey: EncounterSurvey) -> xr.Dataset:
    """Return the survey: events and effort by site."""
    seen, instants = survey.seen, isinstance(survey.settings, InstantBlock)
    effort, unit, meaning = ("camera_days", "day", "camera days")
    if isinstance(survey.settings, TimeToEvent):
        effort, unit, meaning = ("days_waited", "day", "days waited for a first passage")
    elif instants:
        effort, unit, meaning = ("instants", "1", "instants looked at")
    events = "instants with animals" if instants else "passages"
    node = xr.Dataset(
        {
            "passages": ("site", seen.events, {"units": "1", "long_name": events}),
            effort: ("site", seen.effort, {"units": unit, "long_name": meaning}),
            "stratum_index": ("site", seen.stratum, {"units": "1", "long_name": "stratum"}),
            "size": ("passage", seen.size, {"units": "1", "long_name": "animals counted"}),
            "radius_m": ("contact", seen.radius_m, {"units": "m", "long_name": "distance"}),
        },
        coords={"site": list(seen.site), "stratum": list(seen.strata)},
    )
    if seen.hour.size:
        node["hour"] = ("clocked", seen.hour, {"units": "h", "long_name": "hour of passages"})
    return node
