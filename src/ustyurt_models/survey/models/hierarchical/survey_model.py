"""Hierarchical distance sampling and density surfaces as the fit path sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.study.surveys import DensitySurface
from ustyurt_models.survey.judgement import Finding
from ustyurt_models.survey.model import PreparedModel
from ustyurt_models.survey.models.distance.nodes import detection_node
from ustyurt_models.survey.models.hierarchical import checks, model, nodes, results
from ustyurt_models.survey.models.hierarchical.data import HierarchicalSurvey
from ustyurt_models.survey.models.hierarchical.field import Field, field_of
from ustyurt_models.survey.models.hierarchical.findings import surface_findings
from ustyurt_models.survey.models.hierarchical.places import Places, place
from ustyurt_models.survey.models.hierarchical.stream import write_surface

__all__ = ["HierarchicalModel", "survey_model"]


@dataclass(frozen=True)
class HierarchicalModel(PreparedModel[HierarchicalSurvey]):
    """Counts per site and distance class; see `survey.model.SurveyModel`.

    Attributes
    ----------
    survey : HierarchicalSurvey
        Counts and settings.
    places : Places
        Covariates and coordinates of sites and cells.
    field : Field or None
        Waves of a density surface.
    """

    places: Places
    field: Field | None

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return model.build(self.survey, self.places, self.field)

    @property
    def latent(self) -> tuple[str, ...]:
        """Random effects and waves: no parameters whose prior a sensitivity analysis scales."""
        random = [f"density_{name}_z" for name in self.places.levels]
        random += [f"scale_{name}_z" for name in self.places.rows.levels]
        return (*random, *(("field_z",) if self.field is not None else ()))

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable."""
        return checks.prior_sd(self.survey.settings)

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add detection, density and abundance."""
        return results.derive(posterior, self.survey, self.places, self.field, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities."""
        return checks.predictive_p_values(posterior, self.survey, self.places, self.field, rng)

    def findings(self, posterior: xr.Dataset) -> list[Finding]:
        """Return the diagnostics that only surfaces have."""
        return surface_findings(posterior, self.survey, self.places, self.field)

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of each site."""
        return checks.log_likelihood(posterior, self.survey, self.places, self.field), "site"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return abundance, cells, effects, the detection function and the survey."""
        survey, places = self.survey, self.places
        found = {
            "observed_data": nodes.observed_node(survey, places),
            "abundance": nodes.abundance_node(posterior, places),
            "detection": detection_node(posterior, model.detected(survey, places), mass),
        }
        effects = nodes.effects_node(posterior, survey, places, mass)
        if effects is not None:
            found["effects"] = effects
        if places.cells is not None:
            found["cells"] = nodes.cells_node(posterior, survey, places, self.field)
        return found

    def predict(
        self, posterior: xr.Dataset, path: Path, mass: float = 0.95, keep_draws: bool = False
    ) -> Path:
        """Stream the cells to NetCDF in bounded memory, however many there are.

        Parameters
        ----------
        posterior : xarray.Dataset
            Node ``posterior`` of the fit; at most 1,000 draws are used.
        path : Path
            File to write.
        mass : float
            Mass of the equal-tailed interval.
        keep_draws : bool
            Also write every draw.

        Returns
        -------
        Path
            The file; see `stream.write_surface`.
        """
        cells = self.places.cells
        require(cells is not None, "survey: grid", "must be given to predict to cells")
        assert cells is not None
        some = nodes.few(posterior)
        draws = results.density_draws(some, self.survey, self.places, self.field)
        surface = results.surface_of(self.places, self.field)
        return write_surface(surface, draws, cells, path, mass, keep_draws)


def survey_model(survey: HierarchicalSurvey) -> HierarchicalModel:
    """Return the model of a prepared survey; see `registry`."""
    places, field = place(survey), None
    if isinstance(survey.settings, DensitySurface):
        assert places.site_km is not None
        assert places.cells is not None
        seen = survey.data.visited
        sites, groups = places.site_km[seen], survey.data.groups[seen]
        field = field_of(survey.settings, sites, groups, places.cells.position_km)
    return HierarchicalModel(survey, places, field)
