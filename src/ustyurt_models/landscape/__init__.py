"""The land: grid, layers, barriers, regions and climate series."""

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
from ustyurt_models.landscape.regions import disc_mask, polygon_mask, restrict

__all__ = [
    "cell_at",
    "cell_size_km",
    "digest",
    "disc_mask",
    "load_land",
    "polygon_mask",
    "protected_area_names",
    "restrict",
    "sites",
    "step_permeability",
    "zones",
]
