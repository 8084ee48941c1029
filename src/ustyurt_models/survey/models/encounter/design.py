"""The classical estimate from cameras: events over effort, cameras resampled for its error.

Cameras of a stratum are drawn with replacement, each with its events and effort, as Rowcliffe et
al. 2008 do for the random encounter model and Moeller et al. 2018 for instants. What turns the rate
into density (movement, sector, group size) adds its own variance by the delta method, shared by
all strata. No distribution of events among cameras is assumed.

References
----------
Rowcliffe et al. 2008, Journal of Applied Ecology 45:1228-1236.
Moeller, Lukacs & Horne 2018, Ecosphere 9:e02331.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.design_abundance import Estimate
from ustyurt_models.formulas.design_based import log_normal_limits
from ustyurt_models.survey.design_based import (
    ALL_STRATA,
    KINDS,
    estimate_variables,
    model_limits,
)
from ustyurt_models.survey.models.encounter.data import EncounterSurvey, effort_unit
from ustyurt_models.survey.models.encounter.model import size_mean_and_error

__all__ = ["design_node", "resampled_rates"]

Floats = NDArray[np.float64]

#: How often cameras are drawn anew.
_TIMES = 2000


def resampled_rates(survey: EncounterSurvey, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return events per unit of effort by stratum and their variance by resampling cameras.

    Parameters
    ----------
    survey : EncounterSurvey
        The survey.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    tuple of numpy.ndarray
        Rate and variance, each shape (stratum,). A stratum with one camera has the variance of
        Poisson events, which is a lower limit.
    """
    seen, rates, variances = survey.seen, [], []
    for stratum in range(survey.area_km2.size):
        own = np.flatnonzero(seen.stratum == stratum)
        events, effort = seen.events[own], seen.effort[own]
        rates.append(events.sum() / effort.sum())
        if own.size < 2:
            variances.append(events.sum() / effort.sum() ** 2)
            continue
        drawn = rng.integers(0, own.size, (_TIMES, own.size))
        # Few cameras drawn with replacement vary too little by (n - 1) / n.
        spread = (events[drawn].sum(axis=1) / effort[drawn].sum(axis=1)).var(ddof=1)
        variances.append(spread * own.size / (own.size - 1))
    return np.array(rates, float), np.array(variances, float)


def _estimate(value: Floats, own: Floats, shared_cv: float, mass: float) -> Estimate:
    """Return estimates with the error of cameras and that which all strata share."""
    whole, variance = np.append(value, value.sum()), np.append(own, own.sum())
    se = np.sqrt(variance + (shared_cv * whole) ** 2)
    cv = np.divide(se, whole, out=np.full_like(se, np.nan), where=whole > 0)
    freedom = np.full(whole.size, np.inf)
    limits = [log_normal_limits(*row, mass) for row in zip(whole, cv, freedom, strict=True)]
    low, high = np.array(limits).T
    return Estimate(whole, se, cv, low, high, freedom)


def _rates(rate: Floats, variance: Floats, factor: float, mass: float) -> Estimate:
    """Return the rate of each stratum; NaN for all strata, which share no effort."""
    one = _estimate(rate * factor, variance * factor**2, 0.0, mass)
    parts = (one.value, one.se, one.cv, one.low, one.high)
    value, se, cv, low, high = (np.append(part[:-1], np.nan) for part in parts)
    return Estimate(value, se, cv, low, high, one.freedom)


def design_node(
    survey: EncounterSurvey, posterior: xr.Dataset, mass: float, rng: np.random.Generator
) -> xr.Dataset:
    """Estimate density and abundance from events and effort of cameras alone.

    Parameters
    ----------
    survey : EncounterSurvey
        The survey.
    posterior : xarray.Dataset
        With ``event_rate`` and densities, which tell what a rate means; abundance beside.
    mass : float
        Confidence of the log-normal limits, and mass of the model's intervals.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    xarray.Dataset
        As `survey.design_based.design_node` gives it; kind ``animals`` only where groups are not
        told apart from animals.
    """
    single = survey.settings.group_size == "single"
    groups = posterior["density_per_km2" if single else "group_density_per_km2"]
    per = (groups / posterior["event_rate"]).isel(stratum=0).values.ravel()
    middle, per_cv = float(np.median(per)), float(np.log(per).std())
    rate, variance = resampled_rates(survey, rng)
    size, size_cv = 1.0, 0.0
    if not single and survey.seen.size.size:
        size, error = size_mean_and_error(survey)
        size_cv = error / size
    told = not single and survey.seen.size.size > 0
    kinds = KINDS if told else ("animals",) if single else ("groups",)
    factors = {"groups": (1.0, per_cv), "animals": (size, float(np.hypot(per_cv, size_cv)))}
    rates, numbers = [], []
    for factor, shared in (factors[kind] for kind in kinds):
        scale = survey.area_km2 * middle * factor
        rates.append(_rates(rate, variance, factor, mass))
        numbers.append(_estimate(scale * rate, scale**2 * variance, shared, mass))
    area = np.append(survey.area_km2, survey.area_km2.sum())
    density = tuple(one.divided(area) for one in numbers)
    cameras = np.bincount(survey.seen.stratum, minlength=survey.area_km2.size)
    node = xr.Dataset(
        {
            **estimate_variables("encounter_rate", "effort-1", "events per effort", tuple(rates)),
            **estimate_variables("density_per_km2", "km-2", "density by design", density),
            **estimate_variables("abundance", "1", "abundance by design", tuple(numbers)),
            "area_km2": ("stratum", area, {"units": "km2", "long_name": "area"}),
            "transects": (
                "stratum",
                np.append(cameras, cameras.sum()).astype(float),
                {"units": "1", "long_name": "cameras"},
            ),
        },
        coords={"kind": list(kinds), "stratum": [*survey.seen.strata, ALL_STRATA]},
    ).assign(model_limits(posterior, mass, tuple(kinds)))
    node.attrs = {
        "estimator": f"{_TIMES} times cameras drawn with replacement",
        "places": "cameras",
        "effort": effort_unit(survey.settings),
        "interval_mass": mass,
        "interval_type": "log-normal",
    }
    return node
