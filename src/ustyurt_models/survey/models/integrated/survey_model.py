"""The integrated population model as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.seeds import generator
from ustyurt_models.survey.beliefs import lognormal_moments
from ustyurt_models.survey.judgement import Finding, shown
from ustyurt_models.survey.model import PreparedModel
from ustyurt_models.survey.models.integrated import model, results
from ustyurt_models.survey.models.integrated.data import (
    IntegratedData,
    IntegratedSurvey,
    survey_of,
)
from ustyurt_models.survey.models.integrated.shares import expected, pointwise, samples
from ustyurt_models.survey.models.trend.moved import beliefs_node
from ustyurt_models.survey.models.trend.results import abundance_node, observed_node
from ustyurt_models.survey.predictive import freeman_tukey_p

__all__ = ["IntegratedModel", "survey_model"]

_MOST = 500  # draws that checks use


@dataclass(frozen=True)
class IntegratedModel(PreparedModel[IntegratedSurvey]):
    """Integrated population model; see `survey.model.SurveyModel`."""

    data: IntegratedData

    @property
    def latent(self) -> tuple[str, ...]:
        """States: no parameters whose prior a sensitivity analysis scales."""
        return model.LATENT

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return model.build(self.data, self.survey.told, self.survey.demography)

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable."""
        told, life = self.survey.told, self.survey.demography
        positive = {
            "observation_cv": told.observation_cv,
            "survival_sd": told.process_sd,
            "births_sd": told.process_sd,
            "young_adult": life.young_adult,
            "poaching_male": life.poaching_male,
        }
        return {name: lognormal_moments(belief)[1] for name, belief in positive.items()}

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add classes and abundance."""
        return results.derive(posterior, self.data, self.survey.told, self.survey.last_year, rng)

    def _some(self, posterior: xr.Dataset) -> xr.Dataset:
        """Return part of the draws."""
        step = max(posterior.sizes["chain"] * posterior.sizes["draw"] // _MOST, 1)
        return posterior.isel(draw=slice(None, None, step))

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities; lower limits are left out."""
        found = expected(self._some(posterior), self.data, self.survey.told)
        seen = found.residual[:, ~self.data.counts.at_least]
        again = rng.standard_normal(seen.shape)
        high = float(((again**2).sum(axis=1) >= (seen**2).sum(axis=1)).mean())
        made = {"counts, chi-square": (2 * min(high, 1 - high), "scatter of counts fits")}
        both = zip(samples(self.data), (found.ratio, found.alive), strict=True)
        for name, ((number, of), share) in zip(("ratios", "collars"), both, strict=True):
            if number.size:
                whole = np.round(of).astype(int)
                drawn = rng.binomial(whole, share)
                p = freeman_tukey_p(number, drawn, whole * share)
                made[f"{name}, Freeman-Tukey"] = (p, f"{name} fit the ages and sexes of the model")
        return made

    def findings(self, posterior: xr.Dataset) -> list[Finding]:
        """Show what of age and sex the data told at all."""
        told = [self.survey.ratios is not None, self.survey.collars is not None]
        meaning = "files of ratios and of collars: without them ages and sexes are the priors'"
        return [shown("data on age and sex", float(sum(told)), meaning)]

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log density of each count, ratio and row of collars at the drawn states."""
        found = expected(self._some(posterior), self.data, self.survey.told)
        return pointwise(found, self.data), "row of counts, ratios or collars"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return abundance, structure, trend and the counts."""
        told, counts = self.survey.told, self.survey.counts
        return {
            "observed_data": observed_node(counts),
            "abundance": abundance_node(posterior, told),
            "structure": results.structure_node(posterior),
            "trend": results.trend_node(posterior, self.data, told, counts, mass),
            "beliefs": beliefs_node(
                results.beliefs_of(
                    posterior, self.survey, self.data, generator(0, "survey", "beliefs")
                ),
                mass,
            ),
        }


def survey_model(survey: IntegratedSurvey) -> IntegratedModel:
    """Return the model of a prepared survey; see `registry`."""
    return IntegratedModel(survey, survey_of(survey))
