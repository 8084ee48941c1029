"""The landscape of a study."""

import xarray as xr

from ustyurt_models.landscape import load_land, restrict
from ustyurt_models.study import landscape_file
from ustyurt_models.study.load import Study

__all__ = ["land_of"]


def land_of(study: Study) -> xr.Dataset:
    """Return the landscape of a study, cut to its region; all scenarios share it."""
    area = study.scenarios[0].area
    land = load_land(landscape_file(area.landscape, study.folder))
    return restrict(land, area.region, study.folder)
