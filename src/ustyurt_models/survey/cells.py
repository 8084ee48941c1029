"""From abundance per stratum to density per cell, through habitat weights."""

from collections.abc import Iterator

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.checks import require

__all__ = ["cell_density", "cell_density_blocks"]

Floats = NDArray[np.float64]


def cell_density(
    abundance: xr.Dataset,
    stratum_index: NDArray[np.int64],
    habitat_weight: Floats,
    cell_km2: float,
) -> Floats:
    """Spread the animals of each stratum over its cells in proportion to habitat weight.

    Parameters
    ----------
    abundance : xarray.Dataset
        Node ``abundance`` of a posterior, dims (draw, stratum).
    stratum_index : numpy.ndarray
        Index into the strata of each cell, -1 outside, int64, shape (cell,).
    habitat_weight : numpy.ndarray
        Relative use of each cell, >= 0, shape (cell,).
    cell_km2 : float
        Area of a cell.

    Returns
    -------
    numpy.ndarray
        Animals per square kilometre, float64, shape (draw, cell); sums over a stratum's cells
        times `cell_km2` to the stratum's abundance, draw by draw.

    Raises
    ------
    InputError
        When a stratum has no cell with habitat.
    """
    animals = abundance["abundance"].transpose("draw", "stratum").values
    return animals @ _shares(abundance, stratum_index, habitat_weight) / cell_km2


def _shares(
    abundance: xr.Dataset, stratum_index: NDArray[np.int64], habitat_weight: Floats
) -> Floats:
    """Share of each stratum's animals in each cell, shape (stratum, cell)."""
    names = [str(name) for name in abundance["stratum"].values]
    shares = np.zeros((len(names), habitat_weight.size))
    for i, name in enumerate(names):
        inside = stratum_index == i
        total = float(habitat_weight[inside].sum())
        advice = "strata and landscape must overlap"
        require(total > 0, f"stratum {name!r}", "must hold cells with habitat", total, advice)
        shares[i, inside] = habitat_weight[inside] / total
    return shares


def cell_density_blocks(
    abundance: xr.Dataset,
    stratum_index: NDArray[np.int64],
    habitat_weight: Floats,
    cell_km2: float,
    draws_per_block: int = 100,
) -> Iterator[Floats]:
    """Yield `cell_density` by blocks of draws, so that memory does not grow with draws."""
    for begin in range(0, abundance.sizes["draw"], draws_per_block):
        part = abundance.isel(draw=slice(begin, begin + draws_per_block))
        yield cell_density(part, stratum_index, habitat_weight, cell_km2)
