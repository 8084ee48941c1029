"""Community occupancy as the fit path sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.seeds import generator
from ustyurt_models.survey.judgement import Finding, above, below
from ustyurt_models.survey.models.community import results
from ustyurt_models.survey.models.community.data import CommunitySurvey
from ustyurt_models.survey.models.community.nodes import (
    community_node,
    richness_node,
    species_effects_node,
)
from ustyurt_models.survey.models.community.occupancy import (
    CommunityData,
    build,
    community_data,
)
from ustyurt_models.survey.models.sites import nodes
from ustyurt_models.survey.models.sites.checks import (
    few_detections,
    share_words,
    shift_finding,
)
from ustyurt_models.survey.models.sites.history_model import HistoryModel

__all__ = ["CommunityModel", "survey_model"]

#: Species below which the data can hardly tell how much species differ.
_FEWEST_SPECIES = 5
#: Share from the others above which the answer for a species is theirs rather than its own.
_MOSTLY = 0.5
_MOST_NAMED = 5


@dataclass(frozen=True)
class CommunityModel(HistoryModel[CommunityData]):
    """Histories of several species; see `survey.model.SurveyModel`."""

    @property
    def latent(self) -> tuple[str, ...]:
        """What is a species' own: no parameters whose prior a sensitivity analysis scales."""
        own = ("species_z", "species_effect_z")
        species = (f"{part.name}_{name}" for part in self.data.predictors for name in own)
        return (*super().latent, *species)

    def build(self) -> pm.Model:
        """Return the PyMC model."""
        return build(self.data)

    def derive(self, posterior: xr.Dataset, rng: np.random.Generator) -> xr.Dataset:
        """Add occupied sites by species and the number of species."""
        return results.derive(posterior, self.data, rng)

    def checks(
        self, posterior: xr.Dataset, rng: np.random.Generator
    ) -> Mapping[str, tuple[float, str]]:
        """Return posterior predictive tail probabilities of the species that fits worst.

        Of many species some look odd by chance: the smallest probability is multiplied by their
        number (Bonferroni).
        """
        found = results.predictive_p_values(posterior, self.data, rng)
        judged = {}
        for check in next(iter(found.values())):
            worst = min(found, key=lambda name: found[name][check][0])
            p = min(found[worst][check][0] * len(found), 1.0)
            judged[check] = (p, f"{found[worst][check][1]}; worst of all species: {worst}")
        return judged

    def findings(self, posterior: xr.Dataset) -> list[Finding]:
        """Say which species lean on the others, and whether there are enough of these."""
        priors, gate = self.data.settings.priors, self.data.settings.gate
        words = (
            f"what was believed before (psi {share_words(priors.psi.median, priors.psi.sd_logit)}, "
            "detection "
            f"{share_words(priors.detection.median, priors.detection.sd_logit)}, 95 %)"
        )
        y = self.data.survey.found.y
        seen = np.nansum(y, axis=(0, 2)) > 0
        meaning = "species; so few can hardly tell how much species differ, and the prior has a say"
        return [
            few_detections(int(seen.sum()), seen.size, words),
            below("species", float(len(y)), (_FEWEST_SPECIES, 0.0), meaning),
            self._leaning(posterior),
            shift_finding("psi", posterior["psi_intercept"].values, priors.psi.sd_logit, gate),
            shift_finding("p", posterior["p_intercept"].values, priors.detection.sd_logit, gate),
        ]

    def _leaning(self, posterior: xr.Dataset) -> Finding:
        """Name the species of which most of what is known comes from the others."""
        rng = generator(0, "survey", "fresh species")
        both = [results.borrowed(posterior, name, rng) for name in ("psi", "p")]
        share: NDArray[np.float64] = np.max(both, axis=0)
        order = np.argsort(share)[::-1]
        some = [self.data.species[i] for i in order if share[i] > _MOSTLY]
        named = ", ".join(some[:_MOST_NAMED]) + (" and others" if len(some) > _MOST_NAMED else "")
        meaning = "largest share of what is known of a species' psi or p that comes from the others"
        if some:
            meaning += f"; above one half for {named}: right only if they are like the others"
        return above("borrowed from other species", float(share.max()), (_MOSTLY, np.inf), meaning)

    def log_likelihood(self, posterior: xr.Dataset) -> tuple[NDArray[np.float64], str]:
        """Return the log likelihood of the history of each species at each site."""
        return results.log_likelihood(posterior, self.data), "history of a species at a site"

    def nodes(self, posterior: xr.Dataset, mass: float) -> dict[str, xr.Dataset]:
        """Return species, richness, effects and the survey."""
        data = self.data
        found = {
            "observed_data": nodes.observed_node(data.survey.sites),
            "community": community_node(posterior, data),
            "richness": richness_node(posterior, data),
        }
        found = self.with_effects(found, posterior, mass)
        by_species = species_effects_node(posterior, data, mass)
        return found if by_species is None else found | {"species_effects": by_species}


def survey_model(survey: CommunitySurvey) -> CommunityModel:
    """Return the model of a prepared survey."""
    return CommunityModel(community_data(survey))
