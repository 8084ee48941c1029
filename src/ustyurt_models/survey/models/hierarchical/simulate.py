"""Simulate counts at sites, animal group by animal group; the twin of the model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.formulas.detection_keys import key_value
from ustyurt_models.formulas.hsgp import Kernel, covariance
from ustyurt_models.survey.read.survey_data import Transects

__all__ = ["SiteTruth", "Sites", "draw_field", "simulate_sites"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SiteTruth:
    """What the survey does not know.

    Attributes
    ----------
    group_density_per_km2 : numpy.ndarray
        Expected groups per square kilometre at a site that can have animals, shape (site,).
    form : DetectionForm
        Key, truncation, line or point.
    sigma_m : numpy.ndarray
        Scale of the detection function [m], shape (site,).
    shape : float
        Hazard-rate shape.
    site_cv : float
        Variation of density among sites beyond expectation (negative binomial); 0 for Poisson.
    empty : float
        Share of sites without any animals (zero-inflated).
    mean_size_untruncated : float
        Mean group size before zeros are left out; 0 where every group is one animal.
    size_cv : float
        Coefficient of variation of group size beyond Poisson.
    """

    group_density_per_km2: Floats
    form: DetectionForm
    sigma_m: Floats
    shape: float = 3.0
    site_cv: float = 0.0
    empty: float = 0.0
    mean_size_untruncated: float = 0.0
    size_cv: float = 0.5


@dataclass(frozen=True)
class Sites:
    """What the survey knows of its sites.

    Attributes
    ----------
    effort : numpy.ndarray
        Length [km], both sides searched, or visits; 0 where nobody went, shape (site,).
    covariates : mapping of str to numpy.ndarray
        Each shape (site,).
    position : numpy.ndarray or None
        Shape (site, 2).
    position_kind : str
        ``"lonlat"``, ``"projected"`` or empty.
    area_km2 : float
        Area that the sites stand for; NaN when unknown.
    cutpoints_m : tuple of float
        Classes that distances are recorded in; exact unless given.
    """

    effort: Floats
    covariates: Mapping[str, NDArray] = field(default_factory=dict)
    position: Floats | None = None
    position_kind: Literal["", "lonlat", "projected"] = ""
    area_km2: float = float("nan")
    cutpoints_m: tuple[float, ...] = ()


def draw_field(
    position_km: Floats,
    sd: float,
    length_km: float,
    rng: np.random.Generator,
    kernel: Kernel = "matern52",
) -> Floats:
    """Draw an exact Gaussian process; the model's waves only approximate it.

    Parameters
    ----------
    position_km : numpy.ndarray
        Shape (place, 2); up to a few thousand places.
    sd, length_km : float
        Standard deviation and length scale [km].
    rng : numpy.random.Generator
        Chance.
    kernel : str
        Covariance function.

    Returns
    -------
    numpy.ndarray
        Shape (place,), mean zero.
    """
    gap = np.linalg.norm(position_km[:, None] - position_km[None], axis=-1)
    matrix = covariance(gap, sd, length_km, kernel) + 1e-8 * sd**2 * np.eye(len(position_km))
    return np.linalg.cholesky(matrix) @ rng.standard_normal(len(position_km))


def _unit_area_km2(form: DetectionForm) -> float:
    """Area searched per kilometre of line, both sides, or per visit."""
    left, right = form.left_m, form.truncation_m
    return np.pi * (right**2 - left**2) / 1e6 if form.point else 2.0 * (right - left) / 1e3


def _present(truth: SiteTruth, effort: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw the groups present in the area searched at each site."""
    expected = truth.group_density_per_km2 * _unit_area_km2(truth.form) * effort
    if truth.site_cv > 0:
        expected = expected * rng.gamma(truth.site_cv**-2, truth.site_cv**2, effort.size)
    return rng.poisson(expected) * (rng.random(effort.size) >= truth.empty)


def _distances(form: DetectionForm, count: int, rng: np.random.Generator) -> Floats:
    """Draw distances of groups that are spread evenly over the area searched."""
    if form.point:
        return np.sqrt(rng.uniform(form.left_m**2, form.truncation_m**2, count))
    return rng.uniform(form.left_m, form.truncation_m, count)


def _sizes(truth: SiteTruth, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw sizes of groups; zeros are drawn again."""
    if truth.mean_size_untruncated == 0:
        return np.ones(count, np.int64)
    size, k = np.zeros(count, np.int64), truth.size_cv**-2
    while (size == 0).any():
        again = size == 0
        mean = truth.mean_size_untruncated
        size[again] = rng.negative_binomial(k, k / (k + mean), int(again.sum()))
    return size


def simulate_sites(truth: SiteTruth, sites: Sites, rng: np.random.Generator) -> Transects:
    """Visit the sites of a simulated population and see some of its groups.

    Parameters
    ----------
    truth : SiteTruth
        Density, detection, family.
    sites : Sites
        Effort, covariates, places.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    Transects
        As if read from a file.
    """
    present = _present(truth, sites.effort, rng)
    site = np.repeat(np.arange(present.size), present)
    distance = _distances(truth.form, site.size, rng)
    g = key_value(truth.form.key, distance, truth.sigma_m[site], truth.shape)
    seen = rng.random(site.size) < g
    site, distance = site[seen], distance[seen]
    edges = np.asarray(sites.cutpoints_m, float)
    if edges.size:
        index = np.clip(np.searchsorted(edges, distance, side="right") - 1, 0, edges.size - 2)
        distance = (edges[index] + edges[index + 1]) / 2
    return Transects(
        stratum=("region",),
        area_km2=np.array([sites.area_km2]),
        transect=tuple(f"region/{i + 1}" for i in range(present.size)),
        transect_stratum=np.zeros(present.size, np.int64),
        effort=sites.effort,
        detection_transect=site.astype(np.int64),
        distance_m=distance,
        size=_sizes(truth, site.size, rng),
        has_size=truth.mean_size_untruncated > 0,
        header={"status": "simulated"},
        kind="point" if truth.form.point else "line",
        cutpoints_m=edges,
        transect_covariates=sites.covariates,
        position=sites.position,
        position_kind=sites.position_kind,
    )
