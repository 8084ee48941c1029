"""Which model of repeated visits a survey asks for; see `registry`."""

from collections.abc import Callable, Mapping

from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.models.sites.counts_model import counts_model
from ustyurt_models.survey.models.sites.data import SiteSurvey
from ustyurt_models.survey.models.sites.dynamic_model import dynamic_model
from ustyurt_models.survey.models.sites.occupancy_model import occupancy_model

__all__ = ["survey_model"]

_MODELS: Mapping[str, Callable[[SiteSurvey], SurveyModel]] = {
    "occupancy": occupancy_model,
    "dynamic_occupancy": dynamic_model,
    "n_mixture": counts_model,
    "royle_nichols": counts_model,
    "removal": counts_model,
}


def survey_model(survey: SiteSurvey) -> SurveyModel:
    """Return the model of a prepared survey."""
    return _MODELS[survey.settings.model](survey)
