"""Quantities of single futures, taken from the result cube: one array (draw, replicate, year)."""

import numpy as np
import xarray as xr

__all__ = ["QUANTITIES", "ever_planned", "extinction_year", "presence", "quantity"]

#: Quantities about cheetahs that are variables of the cube, besides the total ``cheetah``.
QUANTITIES = (
    "adult_females",
    "gene_diversity",
    "mean_inbreeding",
    "founder_genomes",
    "expected_heterozygosity",
    "observed_heterozygosity",
    "alleles_per_locus",
    "occupied_cells",
    "livestock_killed",
    "money_spent",
)


def quantity(results: xr.Dataset, name: str, zone: str = "region") -> np.ndarray:
    """Return one quantity of one scenario.

    Parameters
    ----------
    results : xarray.Dataset
        `contracts.RESULTS` of a single scenario (dimension ``scenario`` selected away).
    name : str
        ``cheetah``, ``prey_biomass_kg_per_km2``, one of `QUANTITIES`, or a prey species.
    zone : str
        Zone of ``prey_biomass_kg_per_km2``.

    Returns
    -------
    numpy.ndarray
        Shape (draw, replicate, year), float64.
    """
    if name == "cheetah":
        found = results["cheetah_number"].sum(["sex", "cheetah_stage"])
    elif name == "prey_biomass_kg_per_km2":
        found = results["prey_biomass"].sel(zone=zone).sum("species")
    elif name in QUANTITIES:
        found = results[name]
    else:
        found = results["prey_number"].sel(species=name).sum(["sex", "prey_stage"])
    return found.transpose("draw", "replicate", "year").to_numpy().astype(np.float64)


def presence(results: xr.Dataset) -> np.ndarray:
    """Return whether cheetahs have ever been there: bool (draw, replicate, year).

    True from the first year in which one was alive at its end or was released.
    """
    alive = quantity(results, "cheetah") > 0
    released = results["cheetah_released"].transpose("draw", "replicate", "year").to_numpy() > 0
    return np.logical_or.accumulate(alive | released, axis=2)


def ever_planned(results: xr.Dataset) -> bool:
    """Whether a scenario has to do with cheetahs: any present, released or withheld."""
    withheld = bool((results["cheetah_withheld"] > 0).any())
    return withheld or bool(presence(results).any())


def extinction_year(results: xr.Dataset) -> np.ndarray:
    """Return years from the start to the last loss of all cheetahs, shape (draw, replicate).

    NaN where cheetahs live at the end or never came.
    """
    alive = quantity(results, "cheetah") > 0
    came = presence(results)
    gone = came[..., -1] & ~alive[..., -1]
    last_alive = alive.shape[2] - 1 - np.argmax(alive[..., ::-1], axis=2)
    first_came = np.argmax(came, axis=2)
    lost = np.where(alive.any(axis=2), last_alive + 1, first_came)
    return np.where(gone, lost.astype(float), np.nan)
