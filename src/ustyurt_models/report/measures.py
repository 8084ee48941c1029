"""The few quantities that figures and tables take from the result cube."""

import numpy as np
import xarray as xr

__all__ = [
    "LEVELS",
    "bands",
    "cheetahs",
    "density_map",
    "mean_deaths",
    "occupancy_map",
    "persistence_by_draw",
    "prey",
    "runs",
    "with_cheetahs",
]

#: Quantiles drawn: median and the ends of the 50, 80 and 95 % equal-tailed intervals.
LEVELS = (0.025, 0.10, 0.25, 0.5, 0.75, 0.90, 0.975)


def prey(results: xr.Dataset) -> xr.DataArray:
    """Return prey animals alive, all sexes and stages."""
    return results["prey_number"].sum(["sex", "prey_stage"])


def cheetahs(results: xr.Dataset) -> xr.DataArray:
    """Return cheetahs alive, all sexes and stages."""
    return results["cheetah_number"].sum(["sex", "cheetah_stage"])


def runs(results: xr.Dataset) -> int:
    """Return the number of futures simulated per scenario."""
    return int(results.sizes["draw"] * results.sizes["replicate"])


def with_cheetahs(results: xr.Dataset) -> tuple[str, ...]:
    """Return the scenarios in which a cheetah ever lives."""
    present = (cheetahs(results) > 0).any(["draw", "replicate", "year"])
    return tuple(str(name) for name in results["scenario"].values[present.values])


def bands(values: xr.DataArray) -> xr.DataArray:
    """Return the quantiles `LEVELS` over draws and replicates; missing values are left out."""
    over = ["draw", "replicate"]
    known = values.notnull().any(over)
    filled = values.astype("float64").where(known, 0.0)
    return filled.quantile(LEVELS, over, skipna=values.dtype.kind == "f").where(known)


def persistence_by_draw(results: xr.Dataset) -> xr.DataArray:
    """Return, per scenario and draw, the share of replicates with cheetahs in the last year."""
    alive = cheetahs(results).isel(year=-1) > 0
    return alive.mean("replicate")


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
