"""Points and sites with distances that the coverage benchmark simulates."""

from collections.abc import Callable

import numpy as np

from ustyurt_models.formulas.detection_form import DetectionForm
from ustyurt_models.study.surveys import DensitySurface, HierarchicalDistance, PointTransect
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.models.distance import survey_model as distance_model
from ustyurt_models.survey.models.distance.data import survey_of as distance_survey
from ustyurt_models.survey.models.hierarchical import survey_model as site_model
from ustyurt_models.survey.models.hierarchical.data import survey_of as site_survey
from ustyurt_models.survey.models.hierarchical.simulate import (
    Sites,
    SiteTruth,
    draw_field,
    simulate_sites,
)
from ustyurt_models.survey.read.grid import GridTable

__all__ = ["points", "sites", "surface"]

Simulate = Callable[[np.random.Generator], tuple[SurveyModel, float]]


def points(key: str, scale: str) -> Simulate:
    """Return the simulation of a point-transect case; `scale` names a covariate or nothing."""
    block = PointTransect(
        file="-", truncation="150 m", group_size="single", key=key, scale=scale, design="P3"
    )

    def simulate(rng: np.random.Generator) -> tuple[SurveyModel, float]:
        cover = rng.choice([0.0, 1.0], 120)
        sigma_m = 60.0 * np.exp(-0.4 * cover) if scale else np.full(120, 60.0)
        form = DetectionForm(key, 150.0, point=True)
        truth = SiteTruth(np.full(120, 100.0), form, sigma_m, site_cv=0.6)
        sites = Sites(np.full(120, 1.0), {"cover": cover}, area_km2=50.0)
        survey = simulate_sites(truth, sites, rng)
        return distance_model.survey_model(distance_survey(survey, block)), 5000.0

    return simulate


def sites(family: str, **truth: float) -> Simulate:
    """Return the simulation of hierarchical distance sampling with density by forage."""
    edges = (0.0, 50.0, 120.0, 200.0, 350.0)
    block = HierarchicalDistance(
        file="-",
        truncation="350 m",
        cutpoints=tuple(f"{edge} m" for edge in edges),
        group_size="single",
        density="forage",
        scale="cover",
        family=family,
    )

    def simulate(rng: np.random.Generator) -> tuple[SurveyModel, float]:
        forage, cover = rng.normal(0.0, 1.0, 150), rng.choice([0.0, 1.0], 150)
        density = 1.5 * np.exp(0.5 * forage)
        form = DetectionForm("half-normal", 350.0)
        what = SiteTruth(density, form, 160.0 * np.exp(-0.3 * cover), **truth)
        covariates = {"forage": forage, "cover": cover}
        sites = Sites(np.full(150, 2.0), covariates, area_km2=1000.0, cutpoints_m=edges)
        survey = simulate_sites(what, sites, rng)
        expected = 1000.0 * density.mean() * (1.0 - truth.get("empty", 0.0))
        return site_model.survey_model(site_survey(survey, block)), float(expected)

    return simulate


def surface(rng: np.random.Generator) -> tuple[SurveyModel, float]:
    """Simulate segments on a map with a field and a covariate; the truth is the sum of cells."""
    middle = np.arange(5.0, 120.0, 10.0)
    place = np.stack(np.meshgrid(middle, middle), axis=-1).reshape(-1, 2)
    forage = place[:, 0] / 120.0 + rng.normal(0.0, 0.2, len(place))
    density = np.exp(forage + draw_field(place, 0.8, 40.0, rng))
    chosen = np.sort(rng.choice(len(place), 80, replace=False))
    form = DetectionForm("half-normal", 400.0)
    truth = SiteTruth(density[chosen], form, np.full(chosen.size, 180.0))
    sites = Sites(np.full(chosen.size, 4.0), {}, 1000.0 * place[chosen], "projected")
    survey = simulate_sites(truth, sites, rng)
    words = np.full(len(place), "all")
    grid = GridTable(
        1000.0 * place, "projected", np.full(len(place), 100.0), words, {"forage": forage}, {}
    )
    block = DensitySurface(
        file="-",
        truncation="400 m",
        group_size="single",
        density="forage",
        family="poisson",
        length_scale="40 km",
    )
    model = site_model.survey_model(site_survey(survey, block, own_grid=grid))
    return model, float(100.0 * density.sum())
