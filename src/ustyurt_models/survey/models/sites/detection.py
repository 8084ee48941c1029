"""What detection depends on, learnt from the visits that were made."""

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.models.sites.data import SiteSurvey, visit_table
from ustyurt_models.survey.models.sites.predictors import Predictor, learn_predictor
from ustyurt_models.survey.read.grid import units_in_metres
from ustyurt_models.survey.read.units import declared_units
from ustyurt_models.survey.steps import covariate_units

__all__ = ["detection_predictor", "units_of"]


def units_of(survey: SiteSurvey) -> dict[str, str]:
    """Return the units of covariates, by name in lower case."""
    return covariate_units("", units_in_metres(declared_units(survey.header.get("units", ""))))


def detection_predictor(survey: SiteSurvey) -> tuple[Predictor, NDArray[np.int64]]:
    """Learn the predictor of detection; visits to which it is the same share a row.

    Parameters
    ----------
    survey : SiteSurvey
        The survey.

    Returns
    -------
    tuple of Predictor and numpy.ndarray
        Rows that differ, and the row of each visit, 0 where nobody visited, int64, shape (site,
        occasion).
    """
    settings, histories = survey.settings, survey.histories
    made = histories.visited
    table = {name: values[made] for name, values in visit_table(histories).items()}
    options = (settings.detection, settings.detection_random)
    each = learn_predictor("p", options, table, "survey: detection", units_of(survey))
    if each.key.shape[1]:
        _, first, inverse = np.unique(each.key, axis=0, return_index=True, return_inverse=True)
    else:
        first, inverse = np.zeros(1, np.int64), np.zeros(len(each.columns), np.int64)
    row = np.zeros(made.shape, np.int64)
    row[made] = inverse
    return each.at(first), row
