"""Dynamic occupancy as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.survey.draws import thin
from ustyurt_models.survey.judgement import Finding
from ustyurt_models.survey.models.sites import dynamic_results, nodes
from ustyurt_models.survey.models.sites.checks import (
    few_detections,
    few_repeats,
    share_words,
    shift_finding,
)
from ustyurt_models.survey.models.sites.data import SiteSurvey
from ustyurt_models.survey.models.sites.dynamic import DynamicData, build, dynamic_data
from ustyurt_models.survey.models.sites.history_model import HistoryModel
from ustyurt_models.survey.models.sites.results import by_blocks

__all__ = ["DynamicModel", "dynamic_model"]


@dataclass(frozen=True)
class DynamicModel(HistoryModel[DynamicData]):
    """Histories over several seasons; see `survey.model.SurveyModel`."""

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return build(self.data)

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add occupied sites by season and turnover."""
        return dynamic_results.derive(posterior, self.data, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities."""
        return dynamic_results.predictive_p_values(posterior, self.data, rng)

    def findings(self, posterior: xr.Dataset) -> list[Finding]:
        """Say where the data are too few, and which probabilities they say nothing of."""
        priors, gate = self.data.settings.priors, self.data.settings.gate
        told = {
            "psi": priors.psi,
            "gamma": priors.gamma,
            "epsilon": priors.epsilon,
            "p": priors.detection,
        }
        words = ", ".join(f"{k} {share_words(v.median, v.sd_logit)}" for k, v in told.items())
        seen = ~self.data.visits.none_seen.all(axis=1)
        shifts = (
            shift_finding(name, posterior[f"{name}_intercept"].values, prior.sd_logit, gate)
            for name, prior in told.items()
        )
        prior = f"what was believed before ({words}, 95 %)"
        few = few_detections(int(seen.sum()), seen.size, prior)
        return [few, few_repeats(self.data.visits.made, prior), *shifts]

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of each site's history."""
        return dynamic_results.log_likelihood(posterior, self.data), "site"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return occupancy by season, sites, effects and the survey."""
        survey, data = self.data.survey, self.data
        occupied = by_blocks(
            thin(posterior, 500),
            data.visits.seen.size,
            lambda draws: dynamic_results.smoothed(draws, data)[..., -1],
        )
        meaning = "probability that the site was occupied in the last season, given its history"
        found = {
            "observed_data": nodes.observed_node(survey),
            "occupancy": nodes.occupancy_node(posterior, survey),
            "sites": nodes.sites_node(survey, {"occupied": (occupied.mean(axis=0), meaning)}),
        }
        return self.with_effects(found, posterior, mass)


def dynamic_model(survey: SiteSurvey) -> DynamicModel:
    """Return the model of prepared histories."""
    return DynamicModel(dynamic_data(survey))
