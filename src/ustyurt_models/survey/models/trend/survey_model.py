"""The trend as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.seeds import generator
from ustyurt_models.survey.model import PreparedModel
from ustyurt_models.survey.models.trend import account, checks, model, moved, results
from ustyurt_models.survey.models.trend.data import TrendData, TrendSurvey, prepare

__all__ = ["TrendModel", "survey_model"]


@dataclass(frozen=True)
class TrendModel(PreparedModel[TrendSurvey]):
    """State-space trend of a count series; see `survey.model.SurveyModel`."""

    data: TrendData

    @property
    def latent(self) -> tuple[str, ...]:
        """States: no parameters whose prior a sensitivity analysis scales."""
        return model.LATENT

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return model.build(self.data, self.survey.told)

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable."""
        return checks.prior_sd(self.survey.told)

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add the states."""
        return results.derive(posterior, self.data, self.survey.told, self.survey.last_year, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities."""
        return checks.predictive_p_values(posterior, self.data, self.survey.told, rng)

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log density of each count given all the others."""
        return checks.log_likelihood(posterior, self.data, self.survey.told), "count"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return abundance, trend and the counts."""
        told, counts = self.survey.told, self.survey.counts
        return {
            "observed_data": results.observed_node(counts),
            "abundance": results.abundance_node(posterior, told),
            "trend": account.account_of(posterior, self.data, told, counts, mass),
            "beliefs": moved.beliefs_node(
                moved.trend_beliefs(posterior, told, self.data, generator(0, "survey", "beliefs")),
                mass,
            ),
        }


def survey_model(survey: TrendSurvey) -> TrendModel:
    """Return the model of a prepared survey; see `registry`."""
    return TrendModel(survey, prepare(survey.counts, survey.told))
