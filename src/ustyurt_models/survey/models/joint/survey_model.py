"""The joint estimate as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.study.surveys import JointSurvey
from ustyurt_models.survey.draws import abundance_node
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.models.joint import conflict, model, results
from ustyurt_models.survey.models.joint.data import JointData
from ustyurt_models.survey.models.joint.density import Evidence, evidence_of

__all__ = ["JointModel", "survey_model"]


@dataclass(frozen=True)
class JointModel(SurveyModel):
    """One estimate from several surveys; see `survey.model.SurveyModel`."""

    data: JointData
    evidence: tuple[Evidence, ...]

    @property
    def settings(self) -> JointSurvey:
        """Block of the study file."""
        return self.data.settings

    @property
    def header(self) -> Mapping[str, str]:
        """Status and source of the surveys."""
        return self.data.header

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return model.build(self.evidence, self.data.stratum, self.settings.abundance_sd_log)

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable."""
        return {"abundance": self.settings.abundance_sd_log}

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add abundance and biases."""
        return results.derive(posterior, self.data)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return how probable it is that the surveys are this far apart."""
        found = conflict.tension_of(self.evidence, biased=True)
        meaning = "surveys as far apart as their errors and the allowed biases let expect"
        return {"surveys, conflict": (found.p, meaning)}

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log density of each survey's answer."""
        return results.log_likelihood(posterior, self.evidence), "survey"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return the pooled abundance, and what each survey says alone."""
        found = conflict.conflict_node(self.data, self.evidence, mass)
        tails = [(1 - mass) / 2, 0.5, (1 + mass) / 2]
        bias = posterior["bias"].values.reshape(-1, len(self.evidence))
        for end, values in zip(
            ("low", "median", "high"), np.quantile(bias, tails, axis=0), strict=True
        ):
            meaning = f"what it finds over what is there, after pooling, {end}"
            found[f"bias_{end}"] = ("survey", values, {"units": "1", "long_name": meaning})
        return {
            "observed_data": results.observed_node(self.data, self.evidence),
            "conflict": found,
            "abundance": abundance_node(posterior),
        }


def survey_model(data: JointData) -> JointModel:
    """Return the model of prepared surveys; see `registry`."""
    advice = "give their posteriors in Context(others=...); a study does that by itself"
    require(bool(data.components), "joint: surveys", "must be fitted first", None, advice)
    return JointModel(
        data, tuple(evidence_of(one, number) for number, one in enumerate(data.components))
    )
