"""Local capacity of prey: what a cell could carry in the mean year, before density is chosen."""

import numpy as np
import xarray as xr

from ustyurt_models.checks import require
from ustyurt_models.formulas.habitat import local_capacity_multiplier, water_access

__all__ = ["capacity_multiplier", "habitat_weight"]


def capacity_multiplier(land: xr.Dataset, species: str, water_half_km: float) -> np.ndarray:
    """Return suitability x water access x (1 - livestock share) of every cell.

    Local capacity is this times the maximum density of the species, the area of the cell and the
    forage anomaly of the year. Pass a landscape with changed ``livestock_share`` or
    ``distance_to_water`` for what management makes of it.

    Parameters
    ----------
    land : xarray.Dataset
        Landscape.
    species : str
        Species with a layer ``suitability_<species>``.
    water_half_km : float
        Distance to water at which half the capacity is left [km].

    Returns
    -------
    numpy.ndarray
        0..1, shape (y, x), float64; 0 outside the study region.
    """
    name = f"suitability_{species}"
    require(name in land, "landscape", f"must hold the variable {name!r}")
    require(water_half_km > 0, f"{species}: distance to water", "must be > 0 km", water_half_km)
    access = water_access(land["distance_to_water"].to_numpy().astype(float), water_half_km)
    share = land["livestock_share"].to_numpy().astype(float)
    suitability = land[name].to_numpy().astype(float)
    multiplier = local_capacity_multiplier(suitability, access, share)
    return np.where(land["inside"].to_numpy(), multiplier, 0.0)


def habitat_weight(multiplier: np.ndarray) -> np.ndarray:
    """Return the share of the animals that each cell holds when density follows capacity.

    Normalised to a sum of 1 over all cells; ``weight * abundance`` is the expected number.

    Parameters
    ----------
    multiplier : numpy.ndarray
        `capacity_multiplier`, shape (y, x).
    """
    total = multiplier.sum()
    require(total > 0, "landscape", "the study region holds no habitat of the species")
    return multiplier / total
