"""Single-season occupancy as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.survey.judgement import Finding, below
from ustyurt_models.survey.models.hierarchical.nodes import few
from ustyurt_models.survey.models.hierarchical.stream import write_surface
from ustyurt_models.survey.models.sites import nodes, occupancy_results
from ustyurt_models.survey.models.sites.cells import cells_node, psi_surface, surface_draws
from ustyurt_models.survey.models.sites.checks import (
    few_detections,
    few_repeats,
    share_words,
    shift_finding,
)
from ustyurt_models.survey.models.sites.data import SiteSurvey
from ustyurt_models.survey.models.sites.history_model import HistoryModel
from ustyurt_models.survey.models.sites.occupancy import OccupancyData, build, occupancy_data

__all__ = ["MEANINGS", "OccupancyModel", "occupancy_model"]

#: What the columns of a site say.
MEANINGS = {
    "psi_median": "probability of occupancy from covariates, median",
    "psi_low": "its lower limit",
    "psi_high": "its upper limit",
    "occupied": "probability that the site was occupied, given its history",
}


@dataclass(frozen=True)
class OccupancyModel(HistoryModel[OccupancyData]):
    """Histories of one season; see `survey.model.SurveyModel`."""

    @property
    def latent(self) -> tuple[str, ...]:
        """Random effects and waves: no parameters whose prior a sensitivity analysis scales."""
        return (*super().latent, *(("field_z",) if self.data.field is not None else ()))

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return build(self.data)

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add occupied sites, mean occupancy and detection."""
        return occupancy_results.derive(posterior, self.data, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities."""
        return occupancy_results.predictive_p_values(posterior, self.data, rng)

    def findings(self, posterior: xr.Dataset) -> list[Finding]:
        """Say where the data are too few to tell rare from hard to see."""
        priors, gate = self.data.settings.priors, self.data.settings.gate
        words = (
            f"what was believed before (psi {share_words(priors.psi.median, priors.psi.sd_logit)}, "
            "detection "
            f"{share_words(priors.detection.median, priors.detection.sd_logit)}, 95 %)"
        )
        seen = ~self.data.visits.none_seen.all(axis=1)
        draws = {name: posterior[f"{name}_intercept"].values for name in ("psi", "p")}
        return [
            few_detections(int(seen.sum()), seen.size, words),
            few_repeats(self.data.visits.made, words),
            shift_finding("psi", draws["psi"], priors.psi.sd_logit, gate),
            shift_finding("p", draws["p"], priors.detection.sd_logit, gate),
            *self._false_findings(),
        ]

    def _false_findings(self) -> list[Finding]:
        """Say whether anything but the prior tells false detections from true ones."""
        if not self.data.settings.false_positives:
            return []
        sites = float((self.data.confirmed > 0).sum())
        meaning = (
            "sites with a confirmed detection; with so few only the prior of false detections "
            "tells them from true ones"
        )
        return [below("sites with confirmation", sites, (5.0, 0.0), meaning)]

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of each site's history."""
        return occupancy_results.log_likelihood(posterior, self.data), "site"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return occupancy, sites, effects and the survey."""
        survey = self.data.survey
        columns = occupancy_results.site_columns(posterior, self.data, mass)
        found = {
            "observed_data": nodes.observed_node(survey, self.data.places.site_km),
            "occupancy": nodes.occupancy_node(posterior, survey),
            "sites": nodes.sites_node(
                survey, {name: (values, MEANINGS[name]) for name, values in columns.items()}
            ),
        }
        if self.data.places.cells is not None:
            found["occupancy_cells"] = cells_node(posterior, self.data)
        return self.with_effects(found, posterior, mass)

    def predict(
        self, posterior: xr.Dataset, path: Path, mass: float = 0.95, keep_draws: bool = False
    ) -> Path:
        """Stream psi of the cells to NetCDF in bounded memory; see `hierarchical.stream`."""
        cells = self.data.places.cells
        require(cells is not None, "survey: grid", "must be given to predict to cells")
        assert cells is not None
        draws = surface_draws(few(posterior), self.data)
        return write_surface(psi_surface(self.data), draws, cells, path, mass, keep_draws)


def occupancy_model(survey: SiteSurvey) -> OccupancyModel:
    """Return the model of prepared histories."""
    return OccupancyModel(occupancy_data(survey))
