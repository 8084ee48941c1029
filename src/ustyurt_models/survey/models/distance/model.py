"""Distance sampling in PyMC: encounter rate, detection function, group size.

Groups met on transect i of stratum s are negative binomial with mean r_s L_i and variance
(1 + k_s^2) times the mean. The ratio of variance to mean does not depend on length, so cutting
a transect in two changes nothing, the estimate of r_s stays close to n / L, and its variance
close to the design-based estimators R2 and P2 (Fewster et al. 2009, Biometrics 65:225), which a
spread proportional to the squared mean misses when transects are unequal. Distances of detected
groups have density g(x) / integral along lines and x g(x) / integral around points; the scale of
g may depend on covariates (Marques & Buckland 2003, Biometrics 59:924). Sizes are zero-truncated
negative binomial or lognormal-Poisson. Density is derived from these in `results`. The likelihood
uses sufficient statistics where there are any; all lengths are shares of the truncation distance,
so metres and kilometres give the same answer.

References
----------
Buckland et al. 2001, *Introduction to Distance Sampling*, ch. 3 (estimation).
Buckland et al. 2004, *Advanced Distance Sampling*, ch. 3 (covariates).
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.detection_keys import SCALED
from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.models.distance.detection import (
    GraphParameters,
    bounded_coefficients,
    interval_integrals,
    log_detection,
)
from ustyurt_models.survey.models.distance.encounters import add_encounters
from ustyurt_models.survey.models.distance.prepare import DistanceData
from ustyurt_models.survey.models.distance.priors import exponential, log_normal
from ustyurt_models.survey.models.distance.sizes import add_mean_size, add_sizes
from ustyurt_models.survey.models.distance.sufficient import sufficient

__all__ = ["add_distances", "build", "detection_parameters"]


def _log_scale(data: DistanceData, settings: DistanceBlock) -> TensorVariable:
    """Declare the scale and its covariates; log of scale over w by row, shape (row,)."""
    rows, priors = data.scale, settings.priors
    count = rows.fixed.shape[0]
    if settings.key not in SCALED:
        return pt.zeros(count)
    sigma = log_normal("sigma_m", priors.sigma_share, data.truncation_m)
    value = pt.log(sigma / data.truncation_m) * np.ones(count)
    if rows.names:
        effect = pm.Normal("scale_effect", 0.0, priors.coefficient_sd, dims="scale_term")
        for i in range(len(rows.names)):
            value = value + effect[i] * rows.fixed[:, i]
    for i, name in enumerate(rows.levels):
        spread = exponential(f"scale_sd_{name}", priors.random_sd_mean)
        z = pm.Normal(f"scale_{name}_z", dims=f"{name}_level")
        random = pm.Deterministic(f"scale_{name}", spread * z, dims=f"{name}_level")
        value = value + random[rows.random[:, i]]
    return pt.specify_shape(value, (count,))


def detection_parameters(data: DistanceData, settings: DistanceBlock) -> GraphParameters:
    """Declare scale, shape and adjustments of the detection function in the open model.

    Parameters
    ----------
    data : DistanceData
        Truncated survey with covariates of the scale.
    settings : DistanceBlock
        Key, adjustments, priors.

    Returns
    -------
    GraphParameters
        With one log scale per covariate row.
    """
    log_sigma = _log_scale(data, settings)
    shape = None
    if settings.key == "hazard-rate":
        shape = 1.0 + log_normal("shape_excess", settings.priors.shape_excess)
    known = GraphParameters(log_sigma, shape)
    if not data.form.orders:
        return known
    free = pm.Normal("adjustment_z", dims="adjustment_order")
    values, uniform = bounded_coefficients(free, data.form, known, settings.monotone)
    values = pm.Deterministic("adjustment", values, dims="adjustment_order")
    narrow = -0.5 * pt.sum((values / settings.priors.adjustment_sd) ** 2)
    # The normal only gives samplers a place to start: its density is taken out again.
    pm.Potential("prior_adjustment", uniform + narrow + 0.5 * pt.sum(free**2))
    return GraphParameters(log_sigma, shape, values)


def add_distances(
    data: DistanceData, parameters: GraphParameters, told: dict[str, TensorVariable]
) -> None:
    """Add the likelihood of the distances of detected groups to the open model.

    Parameters
    ----------
    data : DistanceData
        Truncated survey.
    parameters : GraphParameters
        From `detection_parameters`.
    told : dict of str to TensorVariable
        Data variables, see `sufficient`; ``detections`` must be among them.
    """
    form = data.form
    if "class_counts" in told:
        inside = interval_integrals(form, data.cutpoints_m / form.truncation_m, parameters)
        share = pt.log(pt.maximum(inside, 1e-300))
        whole = pt.log(inside.sum(axis=-1))
        log_chance = pt.sum(told["class_counts"] * share) - pt.sum(told["detections"] * whole)
        pm.Potential("log_distances", log_chance)
        return
    edges = np.array([form.left_m / form.truncation_m, 1.0])
    whole = interval_integrals(form, edges, parameters)[:, 0]
    if "squares" in told:
        log_g = -0.5 * pt.sum(told["squares"] * pt.exp(-2.0 * parameters.log_sigma))
    elif "shares" in told:
        log_g = -pt.sum(told["shares"] * pt.exp(-parameters.log_sigma))
    elif "seen" in told:
        here = parameters.log_sigma[told["seen_row"]]
        each = log_detection(form, told["seen"], parameters._replace(log_sigma=here))
        log_g = pt.sum(told["seen_times"] * each)
    else:
        log_g = 0.0
    log_whole = pt.log(pt.maximum(whole, 1e-300))
    pm.Potential("log_distances", log_g - pt.sum(told["detections"] * log_whole))


def _coords(data: DistanceData) -> dict[str, list]:
    """Names of the dimensions."""
    coords: dict[str, list] = {"stratum": list(data.stratum)}
    if data.scale.names:
        coords["scale_term"] = list(data.scale.names)
    if data.form.orders:
        coords["adjustment_order"] = list(data.form.orders)
    return coords | {f"{name}_level": list(levels) for name, levels in data.scale.levels.items()}


def build(data: DistanceData, settings: DistanceBlock) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    data : DistanceData
        Truncated survey.
    settings : DistanceBlock
        Key and priors.

    Returns
    -------
    pymc.Model
        Free variables ``encounter_rate_per_km`` or ``encounter_rate_per_visit`` and
        ``encounter_spread`` (stratum), ``sigma_m`` [m], and where they apply ``shape_excess``,
        ``scale_effect``, ``scale_<factor>``, ``adjustment``, ``mean_size_untruncated`` or
        ``mean_size``, ``size_cv`` and ``size_slope``. A survey of the same design can be put in
        its place with ``model.set_data`` and the values of `sufficient`.
    """
    with pm.Model(coords=_coords(data)) as model:
        told = {name: pm.Data(name, value) for name, value in sufficient(data, settings).items()}
        if settings.encounter != "bootstrap":
            add_encounters(data, settings, told)
        parameters = detection_parameters(data, settings)
        if "detections" in told:
            add_distances(data, parameters, told)
        if settings.group_size in ("model", "lognormal") and not data.scale.with_size:
            add_sizes(settings, told)
        elif settings.group_size == "mean" and not data.scale.with_size:
            add_mean_size(settings, told)
    return model
