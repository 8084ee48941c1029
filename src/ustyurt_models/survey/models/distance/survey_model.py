"""Distance sampling as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.study.surveys import DistanceBlock
from ustyurt_models.survey.models.distance import checks, model, results
from ustyurt_models.survey.models.distance.data import DistanceSurvey

__all__ = ["DistanceModel", "survey_model"]


@dataclass(frozen=True)
class DistanceModel:
    """Distance sampling along lines or at points; see `survey.model.SurveyModel`."""

    survey: DistanceSurvey

    @property
    def settings(self) -> DistanceBlock:
        """Block of the study file."""
        return self.survey.settings

    @property
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the survey file."""
        return self.survey.header

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return model.build(self.survey.data, self.settings)

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable."""
        return checks.prior_sd(self.settings)

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add detection, density and abundance."""
        return results.derive(posterior, self.survey, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities."""
        return checks.predictive_p_values(posterior, self.survey.data, self.settings, rng)

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of each transect."""
        data = self.survey.data
        return checks.log_likelihood(posterior, data, self.settings), "transect"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return abundance, the detection function and the truncated survey."""
        data = self.survey.data
        return {
            "observed_data": results.observed_node(self.survey.transects, data),
            "abundance": results.abundance_node(posterior),
            "detection": results.detection_node(posterior, data, self.settings.key, mass),
        }


def survey_model(survey: DistanceSurvey) -> DistanceModel:
    """Return the model of a prepared survey; see `registry`."""
    return DistanceModel(survey)
