"""What the one fit path asks of a statistical model."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.study.surveys import SurveyBlock

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr

    from ustyurt_models.survey.judgement import Finding

__all__ = ["Prepared", "PreparedModel", "SurveyModel"]


class Prepared(Protocol):
    """Data of a survey, read and checked."""

    @property
    def settings(self) -> SurveyBlock:
        """Block of the study file; its ``model`` names the model."""

    @property
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the survey file."""


class SurveyModel(ABC):
    """A statistical model together with its data.

    A model says what it is (`build`), what follows from it (`derive`, `nodes`), and how it may be
    doubted (`checks`, `log_likelihood`, `findings`). What is not abstract has an answer for models
    to which the question does not apply.
    """

    @property
    @abstractmethod
    def settings(self) -> SurveyBlock:
        """Block of the study file; its ``model`` names the model."""

    @property
    @abstractmethod
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the survey file."""

    @property
    def latent(self) -> tuple[str, ...]:
        """Random effects and states: no parameters whose prior a sensitivity analysis scales."""
        return ()

    @abstractmethod
    def build(self) -> "pm.Model":
        """Return the PyMC model."""

    def wider(self, posterior: "xr.Dataset") -> "SurveyModel | None":
        """Return the model whose sums reach further, where these draws need it."""
        del posterior
        return None

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable.

        A model that compares prior and posterior on other scales does so in `findings`.
        """
        return {}

    @abstractmethod
    def derive(self, posterior: "xr.Dataset", rng: np.random.Generator) -> "xr.Dataset":
        """Add what follows from the free variables; every variable gets its unit."""

    @abstractmethod
    def checks(
        self, posterior: "xr.Dataset", rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities, each with its meaning."""

    def findings(self, posterior: "xr.Dataset") -> "list[Finding]":
        """Return the diagnostics that only this model has."""
        del posterior
        return []

    def alone(self) -> "Mapping[str, SurveyModel]":
        """Return the models of each part of the data alone, where several parts are joined."""
        return {}

    def beside(
        self, posterior: "xr.Dataset", alone: "Mapping[str, xr.Dataset]", mass: float
    ) -> "tuple[dict[str, xr.Dataset], list[Finding]]":
        """Lay the posteriors of the parts alone beside that of the whole."""
        del posterior, alone, mass
        return {}, []

    @abstractmethod
    def log_likelihood(self, posterior: "xr.Dataset") -> tuple[NDArray[np.float64], str]:
        """Return the pointwise log likelihood, shape (draw, unit), and what a unit is."""

    @abstractmethod
    def nodes(self, posterior: "xr.Dataset", mass: float) -> "dict[str, xr.Dataset]":
        """Return the further nodes of the posterior tree.

        At least one answers the survey's question: ``abundance`` or ``occupancy``, as `contracts`
        declares them.
        """


@dataclass(frozen=True)
class PreparedModel[Survey: Prepared](SurveyModel):
    """A model that speaks of a prepared survey.

    Attributes
    ----------
    survey : Prepared
        Data and settings.
    """

    survey: Survey

    @property
    def settings(self) -> SurveyBlock:
        """Block of the study file; its ``model`` names the model."""
        return self.survey.settings

    @property
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the survey file."""
        return self.survey.header
