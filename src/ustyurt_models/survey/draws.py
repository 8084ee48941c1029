"""Draws of a posterior laid end to end, and what a simulation takes of them."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

__all__ = ["abundance_node", "draws_of", "thin"]

_TAKEN = (
    "abundance",
    "density_per_km2",
    "group_abundance",
    "group_density_per_km2",
    "abundance_total",
    "group_abundance_total",
    "mean_size",
)


def thin(posterior: xr.Dataset, most: int) -> xr.Dataset:
    """Keep at most about `most` draws, evenly spread."""
    step = max(posterior.sizes["chain"] * posterior.sizes["draw"] // most, 1)
    return posterior.isel(draw=slice(None, None, step))


def draws_of(posterior: xr.Dataset, name: str) -> NDArray[np.float64]:
    """Return a variable with chains laid end to end, shape (draw, ...)."""
    values = posterior[name].values
    return values.reshape(-1, *values.shape[2:])


def abundance_node(posterior: xr.Dataset) -> xr.Dataset:
    """Flatten chains into draws: what the simulation takes (`contracts.ABUNDANCE`).

    Parameters
    ----------
    posterior : xarray.Dataset
        With derived variables by stratum, those of groups where the survey has them, and the
        coordinate ``area_km2``.

    Returns
    -------
    xarray.Dataset
        ``area_basis`` is ``"searched"`` where areas are unknown: then numbers are those of the
        area searched, and only densities are of use elsewhere.
    """
    kept = posterior[[name for name in _TAKEN if name in posterior]]
    flat = kept.stack(sample=("chain", "draw")).reset_index("sample", drop=True)
    flat = flat.rename(sample="draw").transpose("draw", "stratum")
    node = flat.reset_coords("area_km2").drop_vars("survey", errors="ignore")
    basis = str(posterior.attrs.get("area_basis", "stratum"))
    meaning = "area of the stratum" if basis == "stratum" else "area searched; no other is known"
    node["area_km2"].attrs = {"units": "km2", "long_name": meaning}
    node.attrs["area_basis"] = basis
    return node.assign_coords(draw=np.arange(node.sizes["draw"]))
