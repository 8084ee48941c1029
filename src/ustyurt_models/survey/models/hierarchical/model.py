"""Hierarchical distance sampling in PyMC: density by covariates, place and site; detection.

Groups at site i have expectation D_i a_i with log D_i linear in covariates, random effects and a
smooth field, and a_i the area searched. With p_i the mean detection probability there, the number
seen is Poisson, negative binomial or zero-inflated with mean D_i a_i p_i, and distances given the
number follow the detection function of the site; see `formulas.site_counts`. Abundance of a site
is summed out exactly, so no discrete variable is left.

References
----------
Royle, Dawson & Bates 2004, Ecology 85:1591.
Miller et al. 2013, Methods in Ecology and Evolution 4:1001 (density surfaces).
"""

from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from ustyurt_models.formulas.site_counts import CV_FLOOR
from ustyurt_models.study.surveys import HierarchicalBlock, SiteCounts
from ustyurt_models.survey.models.distance.detection import GraphParameters, interval_integrals
from ustyurt_models.survey.models.distance.model import add_distances, detection_parameters
from ustyurt_models.survey.models.distance.prepare import DistanceData
from ustyurt_models.survey.models.distance.priors import exponential, log_normal
from ustyurt_models.survey.models.distance.sizes import add_mean_size, add_sizes
from ustyurt_models.survey.models.distance.sufficient import sufficient
from ustyurt_models.survey.models.hierarchical.data import HierarchicalSurvey
from ustyurt_models.survey.models.hierarchical.field import Field, add_field
from ustyurt_models.survey.models.hierarchical.places import Places

__all__ = ["build", "detected", "log_count"]


def detected(survey: HierarchicalSurvey, places: Places) -> DistanceData:
    """Return the detections with the covariates of the scale of their sites.

    Parameters
    ----------
    survey : HierarchicalSurvey
        The survey.
    places : Places
        Covariates by site.

    Returns
    -------
    DistanceData
        ``scale.row`` is that of each detection.
    """
    data = survey.data
    order = np.cumsum(data.visited) - 1
    row = places.rows.row[order[data.truncated.detection_transect]]
    return replace(data.truncated, scale=replace(places.rows, row=row))


def log_count(
    settings: HierarchicalBlock | SiteCounts, count: NDArray, mean: TensorVariable
) -> TensorVariable:
    """Log probability of counts by site; twin of `site_counts.log_site_count`.

    Parameters
    ----------
    settings : HierarchicalBlock or SiteCounts
        Family, and priors of its spread.
    count : numpy.ndarray
        Whole numbers >= 0.
    mean : TensorVariable
        Expectations, > 0; broadcast with `count`.

    Returns
    -------
    TensorVariable
        Declares ``site_cv`` and ``empty_logit`` in the model at hand where the family has them.
    """
    if settings.family.endswith("negative-binomial"):
        cv = exponential("site_cv", settings.priors.site_cv_mean)
        k = 1.0 / (pt.sqr(cv) + CV_FLOOR**2)
        value = pt.gammaln(count + k) - pt.gammaln(k) - k * pt.log1p(mean / k)
        value = value + count * (pt.log(mean) - pt.log(k + mean))
    else:
        value = count * pt.log(mean) - mean
    value = value - pt.gammaln(count + 1.0)
    if not settings.family.startswith("zero-inflated"):
        return value
    prior = settings.priors.empty
    logit = pm.Normal("empty_logit", prior.mean, prior.sd)
    lived_in = value - pt.softplus(logit)
    return pt.switch(pt.eq(count, 0), pt.logaddexp(-pt.softplus(-logit), lived_in), lived_in)


def _log_density(survey: HierarchicalSurvey, places: Places, field: Field | None) -> TensorVariable:
    """Declare what density depends on; log of groups per km2 at the sites with effort."""
    priors = survey.settings.priors
    average = log_normal("group_density_at_average_per_km2", priors.density)
    value = pt.log(average) * np.ones(places.columns.shape[0])
    if places.density.names:
        sd = priors.density_coefficient_sd
        effect = pm.Normal("density_effect", 0.0, sd, dims="density_term")
        for i in range(len(places.density.names)):
            value = value + effect[i] * places.columns[:, i]
    for name, (_, level) in places.levels.items():
        spread = exponential(f"density_sd_{name}", priors.random_sd_mean)
        z = pm.Normal(f"density_{name}_z", dims=f"{name}_level")
        random = pm.Deterministic(f"density_{name}", spread * z, dims=f"{name}_level")
        value = value + random[level]
    if field is not None:
        assert places.site_km is not None
        value = value + add_field(field, places.site_km[survey.data.visited])
    return value


def _mean_detection(data: DistanceData, parameters: GraphParameters) -> TensorVariable:
    """Chance that a group in the area searched is seen, shape (row,)."""
    form = data.form
    left = form.left_m / form.truncation_m
    edges = data.cutpoints_m / form.truncation_m if data.cutpoints_m.size else np.array([left, 1.0])
    searched = (1.0 - left**2) / 2.0 if form.point else 1.0 - left
    return interval_integrals(form, edges, parameters).sum(axis=-1) / searched


def _coords(survey: HierarchicalSurvey, places: Places, field: Field | None) -> dict[str, list]:
    """Names of the dimensions."""
    coords: dict[str, list] = {
        f"{name}_level": list(levels) for name, levels in places.rows.levels.items()
    }
    coords |= {f"{name}_level": list(levels) for name, (levels, _) in places.levels.items()}
    if survey.data.form.orders:
        coords["adjustment_order"] = list(survey.data.form.orders)
    if places.rows.names:
        coords["scale_term"] = list(places.rows.names)
    if places.density.names:
        coords["density_term"] = list(places.density.names)
    if field is not None:
        coords["wave"] = list(range(field.basis.order.shape[0]))
    return coords


def build(survey: HierarchicalSurvey, places: Places, field: Field | None = None) -> pm.Model:
    """Build the model of a prepared survey.

    Parameters
    ----------
    survey : HierarchicalSurvey
        Counts and settings.
    places : Places
        Covariates and coordinates.
    field : Field, optional
        Waves of a density surface.

    Returns
    -------
    pymc.Model
        Free variables ``group_density_at_average_per_km2``, ``sigma_m`` and, where they apply,
        ``density_effect``, ``density_<factor>``, ``site_cv``, ``empty_logit``, ``scale_effect``,
        ``scale_<factor>``, ``shape_excess``, ``field_sd``, ``field_length_km``, ``field_weight``,
        ``mean_size_untruncated`` or ``mean_size``, and ``size_cv``.
    """
    settings, data = survey.settings, detected(survey, places)
    visited = survey.data.visited
    with pm.Model(coords=_coords(survey, places, field)) as model:
        told = {name: pm.Data(name, value) for name, value in sufficient(data, settings).items()}
        parameters = detection_parameters(data, settings)
        if "detections" in told:
            add_distances(data, parameters, told)
        p = _mean_detection(data, parameters)[places.rows.row]
        area_km2 = data.unit_area_km2 * data.effort[visited]
        mean = pt.exp(_log_density(survey, places, field)) * area_km2 * p
        pm.Potential("log_groups", log_count(settings, told["groups"][visited], mean).sum())
        if settings.group_size in ("model", "lognormal"):
            add_sizes(settings, told)
        elif settings.group_size == "mean":
            add_mean_size(settings, told)
    return model
