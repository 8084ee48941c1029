"""How well counts per site are reproduced: predictive checks, likelihood by site."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit

from ustyurt_models.formulas.site_counts import CV_FLOOR, log_class_shares, log_site_count
from ustyurt_models.study.surveys import HierarchicalBlock
from ustyurt_models.survey.draws import draws_of, thin
from ustyurt_models.survey.models.distance.checks import fitted_shares
from ustyurt_models.survey.models.distance.curves import DrawnCurves, drawn_curves
from ustyurt_models.survey.models.distance.prepare import DistanceData
from ustyurt_models.survey.models.hierarchical.data import HierarchicalSurvey
from ustyurt_models.survey.models.hierarchical.field import Field
from ustyurt_models.survey.models.hierarchical.model import detected
from ustyurt_models.survey.models.hierarchical.places import Places
from ustyurt_models.survey.predictive import (
    chi_square_p,
    dispersion_p,
    distance_checks,
    freeman_tukey_p,
)

__all__ = ["expected_groups", "log_likelihood", "predictive_p_values", "prior_sd"]

Floats = NDArray[np.float64]
Checks = dict[str, tuple[float, str]]

_FEWEST = 5  # distances below this number say nothing of the fit


def prior_sd(settings: HierarchicalBlock) -> dict[str, float]:
    """Return the standard deviation of the logarithm under the prior, by variable."""
    priors = settings.priors
    return {
        "group_density_at_average_per_km2": priors.density.sd_log,
        "sigma_m": priors.sigma_share.sd_log,
        "shape_excess": priors.shape_excess.sd_log,
        "mean_size_untruncated": priors.mean_size.sd_log,
        # Log of an exponential variable has standard deviation pi / sqrt(6).
        "site_cv": np.pi / np.sqrt(6),
        "field_sd": np.pi / np.sqrt(6),
    }


def expected_groups(
    posterior: xr.Dataset, survey: HierarchicalSurvey, places: Places, field: Field | None
) -> Floats:
    """Return groups expected to be seen at each site with effort that can have animals.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey, places, field
        The model.

    Returns
    -------
    numpy.ndarray
        Shape (draw, visited), chains laid end to end.
    """
    seen = survey.data.visited
    value = np.log(draws_of(posterior, "group_density_at_average_per_km2"))[:, None]
    value = np.repeat(value, int(seen.sum()), axis=1)
    if places.density.names:
        value += draws_of(posterior, "density_effect") @ places.columns.T
    for name, (_, level) in places.levels.items():
        value += draws_of(posterior, f"density_{name}")[:, level]
    if field is not None:
        assert places.site_km is not None
        value += draws_of(posterior, "field_weight") @ field.waves(places.site_km[seen]).T
    p = drawn_curves(posterior, detected(survey, places)).mean_detection()
    area = survey.data.truncated.unit_area_km2 * survey.data.effort[seen]
    return np.exp(value) * area * p[:, places.rows.row]


def _spread(posterior: xr.Dataset) -> tuple[Floats, Floats]:
    """Return cv among sites and logit of empty sites, each shape (draw, 1)."""
    count = posterior.sizes["chain"] * posterior.sizes["draw"]
    cv = draws_of(posterior, "site_cv") if "site_cv" in posterior else np.zeros(count)
    logit = np.full(count, -np.inf)
    if "empty_logit" in posterior:
        logit = draws_of(posterior, "empty_logit")
    return cv[:, None], logit[:, None]


def log_likelihood(
    posterior: xr.Dataset,
    survey: HierarchicalSurvey,
    places: Places,
    field: Field | None,
    most: int = 1000,
) -> Floats:
    """Log likelihood with the site as the unit: count and distances together.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey, places, field
        The model.
    most : int
        Draws used at most.

    Returns
    -------
    numpy.ndarray
        Shape (draw, visited), with all constants, so that models can be compared.
    """
    some = thin(posterior, most)
    mean = expected_groups(some, survey, places, field)
    data, seen = survey.data.truncated, survey.data.visited
    total = log_site_count(data.groups[seen], mean, survey.settings.family, *_spread(some))
    if not data.distance_m.size:
        return total
    curves = drawn_curves(some, detected(survey, places))
    site = (np.cumsum(seen) - 1)[data.detection_transect]
    if data.cutpoints_m.size:
        counts = np.zeros((int(seen.sum()), data.cutpoints_m.size - 1))
        np.add.at(counts, (site, data.detection_class), 1.0)
        met = counts.sum(axis=1) > 0
        inside = curves.integrals(data.cutpoints_m)[:, places.rows.row[met]]
        total[:, met] += log_class_shares(counts[met], inside)
        return total
    each = _log_distances(curves)
    for detection, index in enumerate(site):
        total[:, index] += each[:, detection]
    return total


def _log_distances(curves: DrawnCurves) -> Floats:
    """Log density of each exact distance, shape (draw, detection)."""
    data, row = curves.data, curves.data.scale.row
    value = np.log(np.maximum(curves.at(data.distance_m, row), 1e-300))
    value -= np.log(np.maximum(curves.whole()[:, row], 1e-300))
    near = np.maximum(data.distance_m, 1e-9 * data.truncation_m)
    return value + np.log(near) if data.form.point else value


def _count_checks(
    posterior: xr.Dataset, survey: HierarchicalSurvey, mean: Floats, rng: np.random.Generator
) -> Checks:
    """Compare groups by site with replicates: Freeman-Tukey, dispersion, empty sites."""
    cv, logit = _spread(posterior)
    groups = survey.data.groups[survey.data.visited].astype(float)
    lived_in = 1.0 - expit(logit)
    rate = mean
    if survey.settings.family.endswith("negative-binomial"):
        k = 1.0 / (cv**2 + CV_FLOOR**2)
        rate = rng.gamma(np.broadcast_to(k, mean.shape), mean / k)
    again = (rng.poisson(rate) * (rng.random(mean.shape) < lived_in)).astype(float)
    expected = mean * lived_in
    none, seen = (again == 0).sum(axis=1), (groups == 0).sum()
    many = float((none > seen).mean() + 0.5 * (none == seen).mean())
    spread = "spread among sites fits; low: another family, covariates or a field"
    return {
        "sites, Freeman-Tukey": (freeman_tukey_p(groups, again, expected), "groups per site fit"),
        "sites, dispersion": (dispersion_p(groups, again, expected), spread),
        "sites, empty": (2 * min(many, 1 - many), "number of sites without groups fits"),
    }


def _distance_checks(posterior: xr.Dataset, data: DistanceData, rng: np.random.Generator) -> Checks:
    """Compare distances with replicates."""
    curves = drawn_curves(posterior, data)
    n, edges = data.distance_m.size, data.cutpoints_m
    if not edges.size:
        edges = np.linspace(data.form.left_m, data.truncation_m, int(np.clip(np.sqrt(n), 4, 12)))
    inside = curves.integrals(edges)
    chance = inside / inside.sum(axis=-1, keepdims=True)
    mean = np.einsum("r,drc->dc", data.scale.times / n, chance)
    seen = np.histogram(data.distance_m, edges)[0].astype(float)
    p = chi_square_p(seen, mean / mean.sum(axis=1, keepdims=True), rng)
    checks: Checks = {"distances, chi-square": (p, "histogram of distances fits")}
    if not data.cutpoints_m.size:
        checks |= distance_checks(fitted_shares(posterior, data), rng)
    return checks


def predictive_p_values(
    posterior: xr.Dataset,
    survey: HierarchicalSurvey,
    places: Places,
    field: Field | None,
    rng: np.random.Generator,
    most: int = 500,
) -> Checks:
    """Posterior predictive tail probabilities, each with its meaning.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    survey, places, field
        The model.
    rng : numpy.random.Generator
        Chance.
    most : int
        Draws used at most.

    Returns
    -------
    dict
        Check to (probability, meaning).
    """
    some = thin(posterior, most)
    mean = expected_groups(some, survey, places, field)
    checks = _count_checks(some, survey, mean, rng)
    data = detected(survey, places)
    if data.distance_m.size >= _FEWEST:
        checks |= _distance_checks(some, data, rng)
    return checks
