"""Repeated visits that the coverage benchmark simulates, with the truth of each survey."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.study.surveys import (
    CommunityOccupancy,
    DynamicOccupancy,
    NMixture,
    Occupancy,
    Removal,
    RoyleNichols,
    SourceOccupancy,
    VisitSource,
)
from ustyurt_models.study.surveys.priors import Share
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.models.community import survey_model as community_model
from ustyurt_models.survey.models.community.data import community_of
from ustyurt_models.survey.models.community.simulate import (
    CommunityTruth,
    draw_species,
    simulate_community,
)
from ustyurt_models.survey.models.sites import survey_model as visit_model
from ustyurt_models.survey.models.sites.data import survey_of as visit_survey
from ustyurt_models.survey.models.sites.simulate import (
    VisitPlan,
    simulate_counts,
    simulate_dynamic,
    simulate_occupancy,
)
from ustyurt_models.survey.models.sources import survey_model as source_model
from ustyurt_models.survey.models.sources.data import sources_of
from ustyurt_models.survey.models.sources.simulate import SourceTruth, simulate_sources

__all__ = ["believed_community", "community", "dynamic", "occupancy", "present", "sources"]


def _visit_plan(rng: np.random.Generator, sites: int, seasons: int = 1) -> VisitPlan:
    """Return three visits a season, one in ten not made, with a covariate of each kind."""
    occasions = 3 * seasons
    made = rng.random((sites, occasions)) < 0.9
    made[:, 0] = True
    forage, date = rng.normal(size=sites), rng.normal(size=(sites, occasions))
    season = np.repeat(np.arange(seasons), 3)
    return VisitPlan(made, season, {"forage": forage}, {"date": date})


def _logit(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of a logit."""
    return 1.0 / (1.0 + np.exp(-value))


def occupancy(rng: np.random.Generator) -> tuple[SurveyModel, float]:
    """Simulate occupancy; the truth is the mean probability of occupancy."""
    plan = _visit_plan(rng, 80)
    psi = _logit(0.4 + 1.0 * plan.site_covariates["forage"])
    p = _logit(-0.4 - 0.7 * plan.occasion_covariates["date"])
    seen, _ = simulate_occupancy(psi, p, plan, rng)
    block = Occupancy(file="-", psi="forage", detection="date")
    return visit_model.survey_model(visit_survey(seen, block)), float(psi.mean())


def dynamic(rng: np.random.Generator) -> tuple[SurveyModel, float]:
    """Simulate four seasons; the truth is the mean probability of colonisation."""
    plan = _visit_plan(rng, 100, 4)
    gamma = np.repeat(_logit(-1.0 + 0.8 * plan.site_covariates["forage"])[:, None], 3, axis=1)
    chance = np.full((100, 12), 0.5)
    start = np.full(100, 0.5)
    seen, _ = simulate_dynamic(start, gamma, np.full((100, 3), 0.25), chance, plan, rng)
    block = DynamicOccupancy(file="-", colonisation="forage")
    return visit_model.survey_model(visit_survey(seen, block)), float(gamma.mean())


def present(
    how: str, cv: float = 0.0
) -> Callable[[np.random.Generator], tuple[SurveyModel, float]]:
    """Return the simulation of animals at sites; the truth is their expectation per site."""
    blocks = {"n_mixture": NMixture, "royle_nichols": RoyleNichols, "removal": Removal}
    family = "negative-binomial" if cv > 0 else "poisson"

    def simulate(rng: np.random.Generator) -> tuple[SurveyModel, float]:
        plan = _visit_plan(rng, 80)
        if how == "removal":
            plan.made[:] = True
        rate = 2.0 * np.exp(0.5 * plan.site_covariates["forage"])
        there = rng.poisson(rate * rng.gamma(cv**-2, cv**2, 80) if cv > 0 else rate)
        seen = simulate_counts(there, np.full((80, 3), 0.45), plan, rng, how)
        block = blocks[how](file="-", animals="forage", family=family)
        return visit_model.survey_model(visit_survey(seen, block)), float(rate.mean())

    return simulate


def community(quantity: str) -> Callable[[np.random.Generator], tuple[SurveyModel, float]]:
    """Return the simulation of eight species, two of them rare.

    The truth is the number of species per visited site, or psi of a typical species.
    """

    def simulate(rng: np.random.Generator) -> tuple[SurveyModel, float]:
        plan = _visit_plan(rng, 60)
        forage = plan.site_covariates["forage"]
        psi = draw_species(CommunityTruth(-0.4, 1.2, 0.6, 0.4), forage, 8, rng)
        p = draw_species(CommunityTruth(-0.5, 0.5), np.zeros(plan.made.shape), 8, rng)
        seen, there = simulate_community(psi, p, plan, rng)
        block = CommunityOccupancy(file="-", psi="forage")
        model = community_model.survey_model(community_of(seen, block))
        typical = float(_logit(np.array(-0.4)))
        return model, float(there.sum(axis=0).mean()) if quantity == "richness" else typical

    return simulate


def _believed(
    typical: Share,
    sd_mean: float,
    rng: np.random.Generator,
    slope: tuple[float, float] | None = None,
) -> CommunityTruth:
    """Draw how species vary from priors; `slope` holds those of its mean and of its spread."""
    logit = np.log(typical.median / (1.0 - typical.median))
    drawn = CommunityTruth(rng.normal(logit, typical.sd_logit), rng.exponential(sd_mean))
    if slope is None:
        return drawn
    return replace(drawn, slope=rng.normal(0.0, slope[0]), slope_sd=rng.exponential(slope[1]))


def believed_community(rng: np.random.Generator) -> tuple[SurveyModel, float]:
    """Simulate eight species drawn from what the model believes; the truth is the typical psi."""
    plan = _visit_plan(rng, 60)
    forage = plan.site_covariates["forage"]
    forage = (forage - forage.mean()) / forage.std()  # what the prior of effects speaks of
    plan.site_covariates["forage"] = forage
    block = CommunityOccupancy(file="-", psi="forage")
    told = block.priors
    slope = (told.psi_coefficient_sd, told.slope_sd_mean)
    there = _believed(told.psi, told.species_sd_mean, rng, slope)
    found = _believed(told.detection, told.species_sd_mean, rng)
    psi = draw_species(there, forage, 8, rng)
    p = draw_species(found, np.zeros(plan.made.shape), 8, rng)
    seen, _ = simulate_community(psi, p, plan, rng)
    model = community_model.survey_model(community_of(seen, block))
    return model, float(_logit(np.array(there.typical)))


def sources(rng: np.random.Generator) -> tuple[SurveyModel, float]:
    """Simulate cameras, and reports of which some are wrong; the truth is the mean psi."""
    forage = rng.normal(size=100)
    psi = _logit(0.4 + 1.0 * forage)
    at = [np.sort(rng.permutation(100)[:count]) for count in (50, 80)]
    plans = [_visit_plan(rng, one.size) for one in at]
    for plan, one in zip(plans, at, strict=True):
        plan.site_covariates["forage"] = forage[one]
    date = plans[0].occasion_covariates["date"]
    cameras = SourceTruth(at[0], plans[0], _logit(-0.2 - 0.7 * date))
    reports = SourceTruth(at[1], plans[1], np.full((80, 3), 0.4), 0.3, 0.06)
    occupied = rng.random(100) < psi
    found = simulate_sources(occupied, {"cameras": cameras, "reports": reports}, rng)
    told = {
        "cameras": VisitSource(file="-", detection="date"),
        "reports": VisitSource(file="-", false_positives=True),
    }
    block = SourceOccupancy(sources=told, psi="forage")
    visited = np.unique(np.concatenate(at))
    return source_model.survey_model(sources_of(found, block)), float(psi[visited].mean())
