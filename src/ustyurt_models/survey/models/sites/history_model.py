"""What all models of repeated visits share before the fit path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import xarray as xr

from ustyurt_models.study.surveys import SurveyBlock
from ustyurt_models.survey.model import Prepared, SurveyModel
from ustyurt_models.survey.models.sites import nodes
from ustyurt_models.survey.models.sites.predictors import Predictor

__all__ = ["HistoryModel"]


class _Histories(Protocol):
    """Histories laid out for the likelihood."""

    @property
    def survey(self) -> Prepared:
        """Histories and settings."""

    @property
    def predictors(self) -> tuple[Predictor, ...]:
        """What the probabilities and numbers of the model depend on."""


@dataclass(frozen=True)
class HistoryModel[Data: _Histories](SurveyModel):
    """A model of what visits to sites found.

    Attributes
    ----------
    data : Data
        What the likelihood needs.
    """

    data: Data

    @property
    def settings(self) -> SurveyBlock:
        """Block of the study file."""
        return self.data.survey.settings

    @property
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the survey file."""
        return self.data.survey.header

    @property
    def latent(self) -> tuple[str, ...]:
        """Random effects: no parameters whose prior a sensitivity analysis scales."""
        parts = self.data.predictors
        return tuple(f"{part.name}_{factor}_z" for part in parts for factor in part.levels)

    def with_effects(
        self, found: dict[str, xr.Dataset], posterior: xr.Dataset, mass: float
    ) -> dict[str, xr.Dataset]:
        """Add the node of effects of covariates, where there are any."""
        effects = nodes.effects_node(posterior, self.data.predictors, mass)
        return found if effects is None else found | {"effects": effects}
