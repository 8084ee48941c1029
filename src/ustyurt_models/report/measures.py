"""The few quantities that figures and tables take from summary, cube and map sums."""

import numpy as np
import xarray as xr

from ustyurt_models.decide import persistence_by_draw
from ustyurt_models.decide.futures import quantity

__all__ = [
    "at",
    "density_map",
    "interval",
    "mean_deaths",
    "occupancy_map",
    "persistence",
    "prey_flow_maps",
    "runs",
    "share_below_start",
    "with_cheetahs",
]


def at(bands: xr.DataArray, level: float) -> xr.DataArray:
    """Return one quantile of a summary."""
    return bands.sel(quantile=level, method="nearest")


def interval(bands: xr.DataArray) -> tuple[float, float, float]:
    """Return median and ends of the 95 % equal-tailed interval of one summarised number."""
    median, low, high = (float(at(bands, level)) for level in (0.5, 0.025, 0.975))
    return median, low, high


def runs(results: xr.Dataset) -> int:
    """Return the number of futures simulated per scenario."""
    return int(results.sizes["draw"] * results.sizes["replicate"])


def with_cheetahs(results: xr.Dataset) -> tuple[str, ...]:
    """Return the scenarios in which a cheetah ever lives."""
    number = results["cheetah_number"]
    present = (number > 0).any([dim for dim in number.dims if dim != "scenario"])
    return tuple(str(name) for name in results["scenario"].values[present.values])


def persistence(results: xr.Dataset, scenario: str) -> np.ndarray:
    """Return the share of replicates with cheetahs in the last year, shape (draw,)."""
    return persistence_by_draw(results.sel(scenario=scenario))


def share_below_start(results: xr.Dataset, scenario: str, species: str) -> float:
    """Return the share of futures that end with fewer animals of `species` than they began."""
    number = quantity(results.sel(scenario=scenario), species)
    return float(np.mean(number[..., -1] < number[..., 0]))


def mean_deaths(results: xr.Dataset, variable: str) -> xr.DataArray:
    """Return deaths per year by cause, mean over draws and replicates."""
    return results[variable].mean(["draw", "replicate"])


def density_map(maps: xr.Dataset, futures: int, cell_km2: float) -> xr.DataArray:
    """Return mean prey per square kilometre, dims (scenario, map_year, species, cell)."""
    return maps["map_prey"].sum("block") / (futures * cell_km2)


def occupancy_map(maps: xr.Dataset, futures: int) -> xr.DataArray:
    """Return the share of futures in which a cell lies in a cheetah home range."""
    share = maps["map_cheetah"].sum("block") / futures
    return share.astype(np.float64)


def prey_flow_maps(maps: xr.Dataset, futures: int, years: int) -> tuple[xr.DataArray, xr.DataArray]:
    """Return births and deaths of prey per year and future in every cell.

    Parameters
    ----------
    maps : xarray.Dataset
        As in `contracts.MAPS`.
    futures, years : int
        Futures summed, and years of each.

    Returns
    -------
    births, deaths : xarray.DataArray
        Dims (scenario, species, cell) and (scenario, species, prey_cause, cell) [yr-1].
    """
    births, deaths = (maps[name].sum("block") for name in ("map_prey_births", "map_prey_deaths"))
    return births / (futures * years), deaths / (futures * years)
