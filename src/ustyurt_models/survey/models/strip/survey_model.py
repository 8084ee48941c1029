"""Strip counts as the fit path sees them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.survey.draws import abundance_node
from ustyurt_models.survey.model import PreparedModel
from ustyurt_models.survey.models.strip import checks, design, model, results
from ustyurt_models.survey.models.strip.data import StripSurvey

__all__ = ["StripModel", "survey_model"]


@dataclass(frozen=True)
class StripModel(PreparedModel[StripSurvey]):
    """Strip and aerial counts; see `survey.model.SurveyModel`."""

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return model.build(self.survey)

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable."""
        return checks.prior_sd(self.survey.settings)

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add density and abundance."""
        return results.derive(posterior, self.survey, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities."""
        return checks.predictive_p_values(posterior, self.survey, rng)

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of each strip."""
        return checks.log_likelihood(posterior, self.survey), "strip"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return abundance, the survey and Jolly's estimate."""
        return {
            "observed_data": results.observed_node(self.survey),
            "abundance": abundance_node(posterior),
            "design": design.design_node(self.survey, posterior, mass),
        }


def survey_model(survey: StripSurvey) -> StripModel:
    """Return the model of a prepared survey; see `registry`."""
    return StripModel(survey)
