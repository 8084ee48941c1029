"""N-mixture, Royle-Nichols and removal as the fit path sees them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.hidden_counts import count_covariance
from ustyurt_models.survey.judgement import Finding, above, below
from ustyurt_models.survey.models.sites import counts_results, nodes
from ustyurt_models.survey.models.sites.checks import (
    few_detections,
    few_repeats,
    share_words,
    shift_finding,
)
from ustyurt_models.survey.models.sites.counts import CountData, build, count_data
from ustyurt_models.survey.models.sites.data import SiteSurvey
from ustyurt_models.survey.models.sites.history_model import HistoryModel

__all__ = ["CountsModel", "counts_model"]

_SMALL = 1e-8  # share of a site's likelihood that may be left out of the sum
_WIDEST = 2000  # animals at a site beyond which the sum does not grow
#: Half the 95 % point of chi-square with one degree of freedom: below, the likelihood interval of
#: the number of animals has no upper end.
_BOUNDED = (1.92, -np.inf)
_TRADE = (0.95, np.inf)  # correlation of log animals and logit detection: look above


@dataclass(frozen=True)
class CountsModel(HistoryModel[CountData]):
    """Counts at sites that miss animals; see `survey.model.SurveyModel`."""

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return build(self.data)

    def wider(self, posterior: xr.Dataset) -> "CountsModel | None":
        """Return the model that sums further, while more than 1e-8 of a site is left out."""
        if 2 * self.data.upto > _WIDEST or counts_results.beyond(posterior, self.data) <= _SMALL:
            return None
        return CountsModel(self.data.wider())

    def prior_sd(self) -> Mapping[str, float]:
        """Return the standard deviation of the logarithm under the prior, by variable."""
        # Log of an exponential variable has standard deviation pi / sqrt(6).
        return {"site_cv": np.pi / np.sqrt(6)}

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add the animals at the visited sites and detection."""
        return counts_results.derive(posterior, self.data, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities."""
        return counts_results.predictive_p_values(posterior, self.data, rng)

    def findings(self, posterior: xr.Dataset) -> list[Finding]:
        """Say how far the counts tell number and detection apart."""
        priors, gate = self.data.settings.priors, self.data.settings.gate
        animals, p = priors.animals, priors.detection
        factor = np.exp(1.96 * animals.sd_log)
        words = (
            f"what was believed before (animals per site within a factor of {factor:.2g} of "
            f"{animals.median:g}, detection {share_words(p.median, p.sd_logit)}, 95 %)"
        )
        seen = self.data.tallies.total.sum(axis=1) > 0
        level = posterior["lambda_intercept"].values
        return [
            few_detections(int(seen.sum()), seen.size, words),
            few_repeats(self.data.tallies.visits.sum(axis=1, keepdims=True), words),
            shift_finding("lambda", level, animals.sd_log, gate),
            shift_finding("p", posterior["p_intercept"].values, p.sd_logit, gate),
            *self._identified(posterior),
        ]

    def _identified(self, posterior: xr.Dataset) -> list[Finding]:
        """Judge whether many animals seldom seen fit as well as few often seen."""
        level = np.log(posterior["animals_mean"].values.ravel())
        p = posterior["p_detect"].values.ravel()
        spread = np.ptp(level) > 0 and np.ptp(p) > 0
        trade = -float(np.corrcoef(level, np.log(p / (1 - p)))[0, 1]) if spread else 0.0
        meaning = (
            "correlation, sign turned, of the number of animals with detection in the posterior; "
            "near 1: many animals seldom seen fit as well as few often seen, so that the number "
            "rests on the assumptions (closed sites, no animal counted twice, the family) and on "
            "the prior: use it as an index, or count with distances"
        )
        found = [above("number against detection", trade, _TRADE, meaning)]
        if self.data.settings.model == "n_mixture":
            covariance = count_covariance(self.data.survey.histories.y)
            meaning = (
                "mean covariance of counts between visits; at or below 0 the counts themselves do "
                "not bound the number of animals, only the prior does"
            )
            if np.isfinite(covariance):
                found.append(below("covariance of visits", covariance, (1e-9, -np.inf), meaning))
        if self.data.settings.model != "royle_nichols":
            drop = counts_results.bounded_by(posterior, self.data)
            meaning = (
                "log likelihood by which the number of animals fits better than any larger one "
                "seen ever more seldom; below 1.92 the counts set no upper limit to the number "
                "(95 %): only what was believed before does, and a wider prior gives more animals"
            )
            found.append(below("upper limit of the number", drop, _BOUNDED, meaning))
        if self.data.settings.model != "removal":
            share = counts_results.beyond(posterior, self.data)
            meaning = f"share of the likelihood beyond {self.data.upto} animals at a site"
            found.append(above("sum left out", share, (_SMALL, 1e-4), meaning))
        return found

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of what was seen at each site."""
        return counts_results.log_likelihood(posterior, self.data), "site"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return the animals at the visited sites, effects and the survey."""
        survey = self.data.survey
        found = {
            "observed_data": nodes.observed_node(survey),
            "abundance": nodes.site_abundance_node(posterior, survey, self.data.settings.site_area),
        }
        return self.with_effects(found, posterior, mass)


def counts_model(survey: SiteSurvey) -> CountsModel:
    """Return the model of prepared counts."""
    return CountsModel(count_data(survey))
