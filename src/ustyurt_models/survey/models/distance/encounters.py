"""Groups met per transect: the encounter rate of each stratum and its overdispersion."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.detection import SPREAD_FLOOR
from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.models.distance.prepare import DistanceData
from ustyurt_models.survey.models.distance.priors import exponential, log_normal

__all__ = ["add_encounters", "log_overdispersed", "rate_name"]


def rate_name(point: bool) -> str:
    """Return the name of the encounter rate: per visit of a point, or per kilometre of line."""
    return "encounter_rate_per_visit" if point else "encounter_rate_per_km"


def log_overdispersed(
    count: TensorVariable, mean: TensorVariable, excess: TensorVariable
) -> TensorVariable:
    """Log probability of counts with variance (1 + excess) mean; see `log_overdispersed_count`."""
    k = mean / excess
    ways = pt.gammaln(count + k) - pt.gammaln(k) - pt.gammaln(count + 1)
    return ways - k * pt.log1p(excess) + count * (pt.log(excess) - pt.log1p(excess))


def _rates(data: DistanceData, settings: DistanceBlock) -> TensorVariable:
    """Declare the encounter rates of the strata, apart or lending strength to each other."""
    name, prior = rate_name(data.form.point), settings.priors.encounter_rate
    if settings.pooling == "none" or len(data.stratum) == 1:
        return log_normal(name, prior, dims="stratum")
    mean = log_normal("encounter_rate_mean", prior)
    spread = exponential("encounter_rate_sd", settings.priors.pooling_sd_mean)
    z = pm.Normal(f"{name}_z", dims="stratum")
    return pm.Deterministic(name, mean * pt.exp(spread * z), dims="stratum")


def add_encounters(
    data: DistanceData, settings: DistanceBlock, told: dict[str, TensorVariable]
) -> None:
    """Add encounter rates and the likelihood of groups per transect to the open model.

    Parameters
    ----------
    data : DistanceData
        Truncated survey.
    settings : DistanceBlock
        Spread and pooling.
    told : dict of str to TensorVariable
        Data variables: groups ``met`` on transects that are alike, see `sufficient`; or
        ``groups`` per transect.
    """
    rate = _rates(data, settings)
    groups = told.get("met", told["groups"])
    stratum = told.get("met_stratum", data.transect_stratum)
    expected = rate[stratum] * told.get("met_effort", data.effort)
    mean = settings.priors.encounter_spread_mean
    if settings.encounter == "poisson" or mean == 0:
        chance = groups * pt.log(expected) - expected - pt.gammaln(groups + 1)
    else:
        spread = exponential("encounter_spread", mean, dims="stratum")
        excess = (spread**2 + np.square(SPREAD_FLOOR))[stratum]
        chance = log_overdispersed(groups, expected, excess)
    pm.Potential("log_groups", (told.get("met_times", 1.0) * chance).sum())
