"""From draws to detection, densities and abundance of groups and animals, with units."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.survey.draws import draws_of
from ustyurt_models.survey.models.distance.curves import drawn_curves
from ustyurt_models.survey.models.distance.results import (
    UNITS,
    add_detection,
    add_known,
    add_mean_size,
)
from ustyurt_models.survey.models.hierarchical.data import HierarchicalSurvey
from ustyurt_models.survey.models.hierarchical.field import Field
from ustyurt_models.survey.models.hierarchical.model import detected
from ustyurt_models.survey.models.hierarchical.places import Places
from ustyurt_models.survey.models.hierarchical.predict import (
    CellTable,
    DensityDraws,
    Surface,
    zone_totals,
)

__all__ = ["cells_of", "density_draws", "derive", "surface_of"]

Floats = NDArray[np.float64]

_UNITS = UNITS | {
    "group_density_at_average_per_km2": ("km-2", "groups per km2 at average covariates"),
    "density_effect": ("1", "effect on log density"),
    "site_cv": ("1", "variation of density among sites beyond covariates and field"),
    "empty_logit": ("1", "logit of the share of sites without animals"),
    "field_sd": ("1", "standard deviation of the field on log density"),
    "field_length_km": ("km", "length scale of the field"),
    "field_bend_per_km": ("km-1", "inverse length scale beyond that of the longest"),
    "field_weight": ("km", "weight of a wave of the field"),
}


def _unit(name: str) -> tuple[str, str]:
    """Return unit and meaning of a variable, also of random effects named after a factor."""
    if name in _UNITS:
        return _UNITS[name]
    kind, _, factor = name.partition("_")
    if factor.startswith("sd_"):
        return "1", f"standard deviation of the effects of {factor[3:]} on log {kind}"
    return "1", f"effect of {factor} on log {kind}"


def surface_of(places: Places, field: Field | None) -> Surface:
    """Return how density depends on covariates and place."""
    return Surface(places.density, None if field is None else field.waves)


def _level_factor(posterior: xr.Dataset, survey: HierarchicalSurvey, places: Places) -> Floats:
    """Log of the mean factor of random effects: at the level of ``at``, else over all levels."""
    total = np.zeros(posterior.sizes["chain"] * posterior.sizes["draw"])
    for name, (levels, _) in places.levels.items():
        effect = draws_of(posterior, f"density_{name}")
        wanted = str(survey.settings.at.get(name, ""))
        if wanted:
            rule = f"must be one of {list(levels)}"
            require(wanted in levels, f"survey: at: {name}", rule, wanted)
            total += effect[:, levels.index(wanted)]
        else:
            total += np.log(np.exp(effect).mean(axis=1))
    return total


def density_draws(
    posterior: xr.Dataset, survey: HierarchicalSurvey, places: Places, field: Field | None
) -> DensityDraws:
    """Return the draws of log animals per square kilometre, chains laid end to end.

    Parameters
    ----------
    posterior : xarray.Dataset
        With mean group size, detection at zero and availability.
    survey, places, field
        The model.

    Returns
    -------
    DensityDraws
        Expected density: empty sites of a zero-inflated model and the spread among levels of
        random effects are taken in.
    """
    value = np.log(draws_of(posterior, "group_density_at_average_per_km2"))
    value = value + _level_factor(posterior, survey, places)
    value += np.log(draws_of(posterior, "mean_size"))
    value -= np.log(draws_of(posterior, "detection_on_line"))
    value -= np.log(draws_of(posterior, "availability"))
    if "empty_logit" in posterior:
        value -= np.logaddexp(0.0, draws_of(posterior, "empty_logit"))
    effect, wave = np.empty((value.size, 0)), np.empty((value.size, 0))
    if places.density.names:
        effect = draws_of(posterior, "density_effect")
    if field is not None:
        wave = draws_of(posterior, "field_weight")
    return DensityDraws(value, effect, wave)


def cells_of(survey: HierarchicalSurvey, places: Places) -> CellTable:
    """Return what abundance is summed over: cells, or sites that stand for their strata.

    Without cells every site with effort stands for a share of its stratum: that of its length
    among lines, an equal one among points.
    """
    if places.cells is not None:
        return places.cells
    data, seen = survey.data.truncated, survey.data.visited
    stratum = data.transect_stratum[seen]
    weight = np.ones(seen.sum()) if data.form.point else data.effort[seen]
    whole = np.bincount(stratum, weight, len(data.stratum))
    empty = [data.stratum[i] for i in np.flatnonzero(whole == 0)]
    require(not empty, "survey: strata", "must each hold a site with effort", empty)
    found = {name: places.site_covariates[name][seen] for name in places.density.variables}
    for name, value in survey.settings.at.items():
        if name in found:
            found[name] = np.full(stratum.size, value)
    place = np.zeros((stratum.size, 2)) if places.site_km is None else places.site_km[seen]
    area = data.area_km2[stratum] * weight / whole[stratum]
    return CellTable(found, place, area, stratum, data.stratum, np.full(stratum.size, -1))


def derive(
    posterior: xr.Dataset,
    survey: HierarchicalSurvey,
    places: Places,
    field: Field | None,
    rng: np.random.Generator,
) -> xr.Dataset:
    """Add detection, density and abundance of groups and animals, by zone and in total.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables.
    survey, places, field
        The model.
    rng : numpy.random.Generator
        Chance for what the survey does not inform.

    Returns
    -------
    xarray.Dataset
        The posterior; every variable has a unit. Without cells and areas, abundance is that of
        the area searched and ``area_basis`` says so.
    """
    out = posterior.drop_vars([name for name in posterior if str(name).endswith("_z")])
    data = detected(survey, places)
    add_detection(out, data, drawn_curves(out, data).mean_detection())
    add_known(out, survey.on_line, survey.availability, rng)
    if "mean_size" not in out:
        add_mean_size(out, survey.settings.group_size)
    _add_abundance(out, survey, places, field)
    cells = cells_of(survey, places)
    area = np.bincount(cells.zone, cells.area_km2, len(cells.zones))
    out = out.assign_coords(stratum=list(cells.zones), area_km2=("stratum", area, {"units": "km2"}))
    for name, variable in out.data_vars.items():
        unit, meaning = _unit(str(name))
        variable.attrs = {"units": unit, "long_name": meaning}
    known = places.cells is not None or survey.data.truncated.area_known
    out.attrs["area_basis"] = "stratum" if known else "searched"
    return out


def _add_abundance(
    out: xr.Dataset, survey: HierarchicalSurvey, places: Places, field: Field | None
) -> None:
    """Add densities and abundance, by zone and in total."""
    cells = cells_of(survey, places)
    draws = density_draws(out, survey, places, field)
    total = zone_totals(surface_of(places, field), draws, cells)
    shape = (out.sizes["chain"], out.sizes["draw"], len(cells.zones))
    out["abundance"] = (("chain", "draw", "stratum"), total.reshape(shape))
    out["group_abundance"] = out["abundance"] / out["mean_size"]
    area = np.bincount(cells.zone, cells.area_km2, len(cells.zones))
    for kind in ("group_", ""):
        out[f"{kind}density_per_km2"] = out[f"{kind}abundance"] / xr.DataArray(area, dims="stratum")
        out[f"{kind}abundance_total"] = out[f"{kind}abundance"].sum("stratum")
        out[f"{kind}density_total_per_km2"] = out[f"{kind}abundance_total"] / area.sum()
