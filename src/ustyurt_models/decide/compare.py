"""Two scenarios side by side: differences future by future, under common random numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ustyurt_models.checks import Faults, require
from ustyurt_models.decide.futures import quantity
from ustyurt_models.decide.montecarlo import mean_of

__all__ = ["Difference", "best_share", "compare_scenarios", "difference", "require_paired"]


@dataclass(frozen=True)
class Difference:
    """Second scenario minus first, in one quantity and year.

    Attributes
    ----------
    first, second, difference : float
        Means over futures, and mean of the paired differences.
    error : float
        Monte-Carlo standard error of `difference`, pairs kept together, draws as clusters.
    low, high : float
        Monte-Carlo interval of `difference`.
    variance_ratio : float
        How many times larger the variance of the difference would be with independent
        random numbers; above 1 the pairing helps. NaN when nothing varies.
    futures : int
        Futures that are known in both.
    """

    first: float
    second: float
    difference: float
    error: float
    low: float
    high: float
    variance_ratio: float
    futures: int


def require_paired(first: xr.Dataset, second: xr.Dataset) -> None:
    """Refuse to pair futures that do not share draws, replicates, years and the seed."""
    faults = Faults()
    for dim in ("draw", "replicate", "year"):
        if not np.array_equal(first[dim].values, second[dim].values):
            sizes = (first.sizes[dim], second.sizes[dim])
            faults.add("compare", f"both must have the same values of {dim}", sizes)
    seeds = (first.attrs.get("seed"), second.attrs.get("seed"))
    if seeds[0] != seeds[1]:
        faults.add("compare", "both must have the same seed", seeds, "run both with one seed")
    faults.raise_if_any()


def difference(first: np.ndarray, second: np.ndarray) -> Difference:
    """Compare two results future by future.

    Parameters
    ----------
    first, second : numpy.ndarray
        Results of the same futures, shape (draw, replicate); NaN where unknown.

    Returns
    -------
    Difference
        Second minus first.
    """
    known = np.isfinite(first) & np.isfinite(second)
    one, two = np.where(known, first, np.nan), np.where(known, second, np.nan)
    paired = mean_of(two - one)
    return Difference(
        mean_of(one).value,
        mean_of(two).value,
        paired.value,
        paired.error,
        paired.low,
        paired.high,
        _variance_ratio(one[known], two[known]),
        paired.futures,
    )


def _variance_ratio(first: np.ndarray, second: np.ndarray) -> float:
    """Return the variance of an unpaired over that of a paired difference."""
    if first.size < 2:
        return np.nan
    apart = float(first.var(ddof=1) + second.var(ddof=1))
    together = float((second - first).var(ddof=1))
    if together > 0.0:
        return apart / together
    return np.inf if apart > 0.0 else np.nan


def compare_scenarios(
    first: xr.Dataset,
    second: xr.Dataset,
    quantities: Sequence[str] = (),
    years: Sequence[int] = (),
) -> pd.DataFrame:
    """Return the paired differences of two scenarios as a table.

    Parameters
    ----------
    first, second : xarray.Dataset
        `contracts.RESULTS` of a single scenario each, of runs with the same seed, draws,
        replicates and years.
    quantities : sequence of str
        As in `futures.quantity`; cheetahs, adult females, gene diversity, prey biomass and
        every prey species by default. ``cheetah_persists`` is 1 where cheetahs live.
    years : sequence of int
        Years since the start; a quarter, half, three quarters and all of them by default.

    Returns
    -------
    pandas.DataFrame
        One row per quantity and year, columns as in `Difference`.
    """
    require_paired(first, second)
    end = first.sizes["year"] - 1
    when = tuple(years) or tuple(sorted({max(1, round(end * q / 4)) for q in (1, 2, 3, 4)}))
    for year in when:
        require(0 <= year <= end, "compare", f"years must lie in 0..{end}", year)
    rows = []
    for name in tuple(quantities) or _default_quantities(first, second):
        one, two = _values(first, name), _values(second, name)
        for year in when:
            found = difference(one[..., year], two[..., year])
            rows.append({"quantity": name, "year": int(first["year"].values[year])} | vars(found))
    return pd.DataFrame(rows)


def _default_quantities(first: xr.Dataset, second: xr.Dataset) -> tuple[str, ...]:
    """Return what is worth comparing."""
    shared = [str(s) for s in first["species"].values if s in second["species"].values]
    cheetahs = ("cheetah", "cheetah_persists", "adult_females", "gene_diversity")
    return (*cheetahs, "prey_biomass_kg_per_km2", *shared)


def _values(results: xr.Dataset, name: str) -> np.ndarray:
    """Return a quantity of all futures and years."""
    if name == "cheetah_persists":
        return (quantity(results, "cheetah") > 0).astype(float)
    return quantity(results, name)


def best_share(by_draw: np.ndarray) -> np.ndarray:
    """Return in which share of the parameter draws each plan is the best.

    Parameters
    ----------
    by_draw : numpy.ndarray
        What each plan achieves in each draw (more is better), shape (scenario, draw).

    Returns
    -------
    numpy.ndarray
        Shape (scenario,), adding up to 1; plans that are equally good share a draw.
    """
    best = by_draw == by_draw.max(axis=0)
    return (best / best.sum(axis=0)).mean(axis=1)
