"""Double-observer distance sampling as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.seeds import generator
from ustyurt_models.survey.draws import abundance_node, thin
from ustyurt_models.survey.model import PreparedModel
from ustyurt_models.survey.models.double_observer import checks, model, nodes, results
from ustyurt_models.survey.models.double_observer.data import DoubleObserverSurvey
from ustyurt_models.survey.quantiles import qq_node

__all__ = ["DoubleObserverModel", "survey_model"]

_CURVES = 200  # draws that the quantile-quantile plot stands on


@dataclass(frozen=True)
class DoubleObserverModel(PreparedModel[DoubleObserverSurvey]):
    """Distance sampling with two observers; see `survey.model.SurveyModel`."""

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return model.build(self.survey)

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable."""
        return checks.prior_sd(self.survey.settings)

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add detection, density and abundance."""
        return results.derive(posterior, self.survey, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities."""
        return checks.predictive_p_values(posterior, self.survey, rng)

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of each transect."""
        return checks.log_likelihood(posterior, self.survey), "transect"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return abundance, detection, effects, the design-based estimate, the survey."""
        survey = self.survey
        found = {
            "observed_data": nodes.observed_node(survey),
            "abundance": abundance_node(posterior),
            "detection": nodes.detection_node(posterior, survey, mass),
            "design": nodes.design_node(posterior, survey, mass),
        }
        if survey.data.distance_m.size and not survey.data.cutpoints_m.size:
            ranks = checks.distance_ranks(thin(posterior, _CURVES), survey)
            found["qq"] = qq_node(ranks, mass, generator(ranks.shape[1], "qq"))
        if survey.design.names or not survey.data.scale.plain:
            found["effects"] = nodes.effects_node(posterior, survey, mass)
        return found


def survey_model(survey: DoubleObserverSurvey) -> DoubleObserverModel:
    """Return the model of a prepared survey; see `registry`."""
    return DoubleObserverModel(survey)
