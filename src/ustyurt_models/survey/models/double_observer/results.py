"""From a double-observer posterior to densities, abundance, and detection on the line."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.formulas.mark_recapture import log_seen
from ustyurt_models.survey.beliefs import draw_known
from ustyurt_models.survey.draws import draws_of
from ustyurt_models.survey.models.distance import results as distance_results
from ustyurt_models.survey.models.distance.density import (
    PerEffort,
    bootstrap_per_effort,
    model_per_effort,
)
from ustyurt_models.survey.models.distance.encounters import rate_name
from ustyurt_models.survey.models.double_observer.data import DoubleObserverSurvey
from ustyurt_models.survey.models.double_observer.detect import average, logit_on_line

__all__ = ["UNITS", "derive"]

Floats = NDArray[np.float64]

#: Unit and meaning of the variables of the posterior.
UNITS = distance_results.UNITS | {
    "p_detect": ("1", "mean detection probability of a group in the searched area"),
    "mark_intercept": ("1", "logit of conditional detection at average covariates"),
    "mark_effect": ("1", "effects on the logit of conditional detection"),
    "mark_odds": ("1", "odds of conditional detection at average covariates"),
    "mark_odds_ratio": ("1", "change of those odds with one standard deviation, or a level"),
    "detection_on_line": ("1", "detection at distance zero by those who count"),
    "detection_on_line_1": ("1", "detection at distance zero by observer 1"),
    "detection_on_line_2": ("1", "detection at distance zero by observer 2"),
}


def _per_effort(
    posterior: xr.Dataset, survey: DoubleObserverSurvey, p: Floats, seed: int
) -> PerEffort:
    """Horvitz-Thompson sums per unit of effort; the same seed gives the same random weights."""
    rng = np.random.default_rng(seed)
    if survey.settings.encounter == "bootstrap":
        return bootstrap_per_effort(survey.weighed, p, rng)
    rate = draws_of(posterior, rate_name(survey.data.form.point))
    return model_per_effort(survey.weighed, rate, p, rng)


def _on_line(
    posterior: xr.Dataset, survey: DoubleObserverSurvey, p: Floats, seed: int
) -> dict[str, Floats]:
    """Average detection at distance zero over the groups present, each shape (draw,).

    The mean of p(0) over present groups is the sum of p(0) / p over detected ones, divided by the
    sum of 1 / p (`formulas.mark_recapture.mean_on_line`), with the same weights.
    """
    logit, effort = logit_on_line(posterior, survey), survey.data.stratum_effort
    wanted = {"": np.exp(log_seen(logit, survey.settings.configuration))}
    wanted["_1"] = expit(logit[..., 0])
    if survey.settings.configuration == "independent":
        wanted["_2"] = expit(logit[..., 1])
    present = _per_effort(posterior, survey, p, seed).groups @ effort
    return {
        f"detection_on_line{suffix}": _per_effort(
            posterior, survey, p / np.maximum(chance, 1e-300), seed
        ).groups
        @ effort
        / present
        for suffix, chance in wanted.items()
    }


def derive(
    posterior: xr.Dataset, survey: DoubleObserverSurvey, rng: np.random.Generator
) -> xr.Dataset:
    """Add what follows from the free variables: detection, density and abundance.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables, leading dims (chain, draw).
    survey : DoubleObserverSurvey
        The survey.
    rng : numpy.random.Generator
        Chance of the Bayesian bootstrap over detected groups.

    Returns
    -------
    xarray.Dataset
        The posterior with groups and animals apart, per stratum and in total, and with detection
        on the line by observer 1, observer 2 and those who count.
    """
    out = posterior.drop_vars([name for name in posterior if str(name).endswith("_z")])
    out = out.assign_coords(stratum=list(survey.data.stratum))
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    per_draw, per_stratum = ("chain", "draw"), ("chain", "draw", "stratum")
    p, seed = average(posterior, survey), int(rng.integers(2**63))
    here = _per_effort(posterior, survey, p, seed)
    assert here.animals is not None
    rate = rate_name(survey.data.form.point)
    out[rate] = (per_stratum, here.found.reshape(*shape, -1))
    effort = survey.data.stratum_effort
    out["p_detect"] = (per_draw, ((here.found @ effort) / (here.groups @ effort)).reshape(shape))
    for name, values in _on_line(posterior, survey, p, seed).items():
        out[name] = (per_draw, values.reshape(shape))
    known = draw_known(survey.availability, shape[0] * shape[1], rng)
    out["availability"] = (per_draw, known.reshape(shape))
    searched = (known * survey.data.unit_area_km2)[:, None]
    for name, values in (("group_density", here.groups), ("density", here.animals)):
        out[f"{name}_per_km2"] = (per_stratum, (values / searched).reshape(*shape, -1))
    return _with_units(_numbers(_transformed(out, survey), survey))


def _transformed(out: xr.Dataset, survey: DoubleObserverSurvey) -> xr.Dataset:
    """Add effective width or radius, and odds for coefficients."""
    left, right = survey.data.form.left_m, survey.data.form.truncation_m
    if survey.data.form.point:
        out["effective_radius_m"] = np.sqrt(out["p_detect"] * (right**2 - left**2))
    else:
        out["esw_m"] = out["p_detect"] * (right - left)
    out["mark_odds"] = np.exp(out["mark_intercept"])
    if "mark_effect" in out:
        out["mark_odds_ratio"] = np.exp(out["mark_effect"])
    return out


def _numbers(out: xr.Dataset, survey: DoubleObserverSurvey) -> xr.Dataset:
    """Add abundance, totals and mean size."""
    out = out.assign_coords(area_km2=("stratum", survey.data.area_km2, {"units": "km2"}))
    area = xr.DataArray(survey.data.area_km2, dims="stratum")
    for kind in ("group_", ""):
        out[f"{kind}abundance"] = out[f"{kind}density_per_km2"] * area
        out[f"{kind}abundance_total"] = out[f"{kind}abundance"].sum("stratum")
        out[f"{kind}density_total_per_km2"] = out[f"{kind}abundance_total"] / area.sum()
    out["mean_size"] = out["abundance_total"] / out["group_abundance_total"]
    out.attrs["area_basis"] = "stratum" if survey.data.area_known else "searched"
    return out


def _with_units(out: xr.Dataset) -> xr.Dataset:
    """Give every variable its unit and its meaning."""
    for name, variable in out.data_vars.items():
        effect = f"random effects on the log scale: {str(name).removeprefix('scale_')}"
        unit, meaning = UNITS.get(str(name), ("1", effect))
        variable.attrs = {"units": unit, "long_name": meaning}
    return out
