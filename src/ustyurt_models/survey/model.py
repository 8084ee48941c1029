"""What the one fit path asks of a statistical model."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.study.surveys import SurveyBlock

if TYPE_CHECKING:
    import pymc as pm
    import xarray as xr

__all__ = ["SurveyModel"]


class SurveyModel(Protocol):
    """A statistical model together with its data."""

    @property
    def settings(self) -> SurveyBlock:
        """Block of the study file; its ``model`` names the model."""

    @property
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the survey file."""

    def build(self) -> "pm.Model":
        """Return the PyMC model."""

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable."""

    def derive(self, posterior: "xr.Dataset", rng: np.random.Generator) -> "xr.Dataset":
        """Add what follows from the free variables; every variable gets its unit."""

    def checks(
        self, posterior: "xr.Dataset", rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities, each with its meaning."""

    def log_likelihood(self, posterior: "xr.Dataset") -> tuple[NDArray[np.float64], str]:
        """Return the pointwise log likelihood, shape (draw, unit), and what a unit is."""

    def nodes(self, posterior: "xr.Dataset", mass: float) -> "dict[str, xr.Dataset]":
        """Return the further nodes of the posterior tree.

        At least one answers the survey's question: ``abundance`` or ``occupancy``, as `contracts`
        declares them.
        """
