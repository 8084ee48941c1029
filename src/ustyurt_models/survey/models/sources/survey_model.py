"""Occupancy from several sources as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.survey.judgement import Finding, below
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.models.hierarchical.nodes import few
from ustyurt_models.survey.models.hierarchical.stream import write_surface
from ustyurt_models.survey.models.sites import nodes
from ustyurt_models.survey.models.sites.cells import cells_node, psi_surface, surface_draws
from ustyurt_models.survey.models.sites.checks import (
    few_detections,
    share_words,
    shift_finding,
)
from ustyurt_models.survey.models.sites.history_model import HistoryModel
from ustyurt_models.survey.models.sites.occupancy_model import MEANINGS, OccupancyModel
from ustyurt_models.survey.models.sources import results
from ustyurt_models.survey.models.sources.conflict import agreement_finding, conflict_node
from ustyurt_models.survey.models.sources.data import SourceSurvey
from ustyurt_models.survey.models.sources.lone import lone_findings
from ustyurt_models.survey.models.sources.occupancy import SourceData, build, source_data

__all__ = ["SourceModel", "survey_model"]

#: Sites in several sources below which these hardly tell anything of each other.
_FEWEST_SHARED = 10


@dataclass(frozen=True)
class SourceModel(HistoryModel[SourceData]):
    """Histories of several sources; see `survey.model.SurveyModel`."""

    @property
    def latent(self) -> tuple[str, ...]:
        """Random effects and waves: no parameters whose prior a sensitivity analysis scales."""
        return (*super().latent, *(("field_z",) if self.data.whole.field is not None else ()))

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return build(self.data)

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add occupied sites, mean occupancy and detection by source."""
        return results.derive(posterior, self.data, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities of every source."""
        return results.predictive_p_values(posterior, self.data, rng)

    def findings(self, posterior: xr.Dataset) -> list[Finding]:
        """Say where the data are too few, and how many sites tie the sources together."""
        told, whole = self.data.settings, self.data.survey.whole
        priors, gate = told.priors, told.gate
        words = (
            f"what was believed before (psi {share_words(priors.psi.median, priors.psi.sd_logit)}, "
            "95 %)"
        )
        times = np.bincount(np.concatenate(list(self.data.survey.at.values())))
        shared = "sites that several sources visited; few: they say little of each other"
        found = [
            few_detections(int(whole.histories.naive.sum()), self.data.sites, words),
            below("shared sites", float((times > 1).sum()), (_FEWEST_SHARED, 0.0), shared),
            shift_finding("psi", posterior["psi_intercept"].values, priors.psi.sd_logit, gate),
        ]
        for name, part in self.data.parts.items():
            sd = part.settings.priors.detection.sd_logit
            draws = posterior[f"p_{name}_intercept"].values
            found.append(shift_finding(f"p of {name}", draws, sd, gate))
        return found

    def alone(self) -> Mapping[str, SurveyModel]:
        """Return the models of each source alone, on the same sites and with the same psi."""
        return {name: OccupancyModel(one) for name, one in self.data.alone.items()}

    def beside(
        self, posterior: xr.Dataset, alone: Mapping[str, xr.Dataset], mass: float
    ) -> tuple[dict[str, xr.Dataset], list[Finding]]:
        """Return each source alone beside all together, and whether they contradict each other."""
        node = conflict_node(self.data, posterior, alone, mass)
        lone = lone_findings(self.data, posterior, alone)
        return {"source_conflict": node}, [*agreement_finding(node), *lone]

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of all that is known of each site."""
        return results.log_likelihood(posterior, self.data), "site"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return occupancy, sites, effects and the survey."""
        survey, whole = self.data.survey.whole, self.data.whole
        columns = results.site_columns(posterior, self.data, mass)
        found = {
            "observed_data": nodes.observed_node(survey, whole.places.site_km),
            "occupancy": nodes.occupancy_node(posterior, survey),
            "sites": nodes.sites_node(
                survey, {name: (values, MEANINGS[name]) for name, values in columns.items()}
            ),
        }
        if whole.places.cells is not None:
            found["occupancy_cells"] = cells_node(posterior, whole)
        return self.with_effects(found, posterior, mass)

    def predict(
        self, posterior: xr.Dataset, path: Path, mass: float = 0.95, keep_draws: bool = False
    ) -> Path:
        """Stream psi of the cells to NetCDF in bounded memory; see `hierarchical.stream`."""
        whole = self.data.whole
        cells = whole.places.cells
        require(cells is not None, "survey: grid", "must be given to predict to cells")
        assert cells is not None
        draws = surface_draws(few(posterior), whole)
        return write_surface(psi_surface(whole), draws, cells, path, mass, keep_draws)


def survey_model(survey: SourceSurvey) -> SourceModel:
    """Return the model of a prepared survey."""
    return SourceModel(source_data(survey))
