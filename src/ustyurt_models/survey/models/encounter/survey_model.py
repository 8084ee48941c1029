"""The models of camera traps as the fit path sees them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.seeds import generator
from ustyurt_models.survey.draws import abundance_node
from ustyurt_models.survey.model import PreparedModel
from ustyurt_models.survey.models.encounter import checks, design, model, results
from ustyurt_models.survey.models.encounter.data import EncounterSurvey

__all__ = ["EncounterModel", "survey_model"]


@dataclass(frozen=True)
class EncounterModel(PreparedModel[EncounterSurvey]):
    """Events at cameras; see `survey.model.SurveyModel`."""

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
        """Return the log likelihood of each site."""
        return checks.log_likelihood(posterior, self.survey), "site"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return abundance, the survey, and the estimate from events and effort alone."""
        return {
            "observed_data": results.observed_node(self.survey),
            "abundance": abundance_node(posterior),
            "design": design.design_node(
                self.survey, posterior, mass, generator(0, "cameras drawn anew")
            ),
        }


def survey_model(survey: EncounterSurvey) -> EncounterModel:
    """Return the model of a prepared survey; see `registry`."""
    return EncounterModel(survey)
