"""The land: grid, layers, barriers, regions, local capacity and climate series."""

from ustyurt_models.landscape.barriers import step_permeability
from ustyurt_models.landscape.grid import cell_at
from ustyurt_models.landscape.land import (
    cell_size_km,
    digest,
    load_land,
    protected_area_names,
    sites,
    zones,
)

__all__ = [
    "cell_at",
    "cell_size_km",
    "digest",
    "load_land",
    "protected_area_names",
    "sites",
    "step_permeability",
    "zones",
]
