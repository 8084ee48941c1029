"""Distance sampling as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.seeds import generator
from ustyurt_models.survey.design_based import design_node
from ustyurt_models.survey.draws import abundance_node, draws_of, thin
from ustyurt_models.survey.model import PreparedModel
from ustyurt_models.survey.models.distance import checks, model, nodes, results
from ustyurt_models.survey.models.distance.curves import drawn_curves
from ustyurt_models.survey.models.distance.data import DistanceSurvey
from ustyurt_models.survey.quantiles import qq_node

_DESIGN_DRAWS = 500  # draws that carry the uncertainty of detection into the design's

__all__ = ["DistanceModel", "survey_model"]


@dataclass(frozen=True)
class DistanceModel(PreparedModel[DistanceSurvey]):
    """Distance sampling along lines or at points; see `survey.model.SurveyModel`."""

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return model.build(self.survey.data, self.survey.settings)

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
        return checks.predictive_p_values(posterior, self.survey.data, self.survey.settings, rng)

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of each transect."""
        data = self.survey.data
        return checks.log_likelihood(posterior, data, self.survey.settings), "transect"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return abundance, the detection function, effects of covariates, the survey."""
        data = self.survey.data
        found = {
            "observed_data": nodes.observed_node(self.survey.transects, data),
            "abundance": abundance_node(posterior),
            "detection": nodes.detection_node(posterior, data, mass),
        }
        found["design"] = self._design(posterior, mass)
        if data.distance_m.size and not data.cutpoints_m.size:
            shares = checks.fitted_shares(posterior, data)
            found["qq"] = qq_node(shares, mass, generator(data.distance_m.size, "qq"))
        if not data.scale.plain:
            found["effects"] = nodes.effects_node(posterior, data, mass)
        return found

    def _design(self, posterior: xr.Dataset, mass: float) -> xr.Dataset:
        """Return the design-based estimate under the model's detection."""
        data = self.survey.data
        some = thin(posterior, _DESIGN_DRAWS)
        seen = draws_of(some, "detection_on_line") * draws_of(some, "availability")
        p_detect = drawn_curves(some, data).mean_detection()[:, data.scale.row] * seen[:, None]
        return design_node(
            data, data.unit_area_km2, p_detect, self.survey.settings.design, mass, posterior
        )


def survey_model(survey: DistanceSurvey) -> DistanceModel:
    """Return the model of a prepared survey; see `registry`."""
    return DistanceModel(survey)
