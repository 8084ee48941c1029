"""What the state of a site depends on: columns of the file."""

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.survey.models.sites.data import SiteSurvey

__all__ = ["site_table"]


def site_table(survey: SiteSurvey) -> dict[str, NDArray]:
    """Return what the state of a site may depend on, each shape (site,)."""
    table = dict(survey.histories.site_covariates)
    # A formula without any variable still needs the number of rows.
    table.setdefault("site", np.array(survey.histories.site, np.str_))
    return table
