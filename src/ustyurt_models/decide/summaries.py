"""Summaries of the result cube: quantiles by year, persistence, extinction, causes of death."""

import warnings
from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr

from ustyurt_models.contracts import RESULTS
from ustyurt_models.decide.futures import extinction_year, presence, quantity
from ustyurt_models.decide.montecarlo import mean_of, share_of
from ustyurt_models.decide.persistence import persistence_by_draw

__all__ = ["LEVELS", "summarise"]

#: Median and the ends of the 50, 80 and 95 % equal-tailed intervals.
LEVELS = (0.025, 0.10, 0.25, 0.50, 0.75, 0.90, 0.975)
#: The emergent capacity is the mean number over this last part of the years.
_LATE = 0.2

_FUTURE = ("draw", "replicate")
#: Trajectory -> variable of the cube and the dimensions that are summed.
_TRAJECTORIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "prey_number": ("prey_number", ("sex", "prey_stage")),
    "prey_biomass": ("prey_biomass", ("species",)),
    "prey_biomass_estimate": ("prey_biomass_estimate", ()),
    "prey_births": ("prey_births", ()),
    "prey_immigrants": ("prey_immigrants", ()),
    "prey_emigrants": ("prey_emigrants", ()),
    "prey_translocated": ("prey_translocated", ()),
    "prey_withheld": ("prey_withheld", ()),
    "cheetah_number": ("cheetah_number", ("sex", "cheetah_stage")),
    "adult_females": ("adult_females", ()),
    "cheetah_births": ("cheetah_births", ()),
    "cheetah_emigrants": ("cheetah_emigrants", ()),
    "cheetah_released": ("cheetah_released", ()),
    "cheetah_withheld": ("cheetah_withheld", ()),
    "livestock_killed": ("livestock_killed", ()),
    "money_spent": ("money_spent", ()),
    "mean_inbreeding": ("mean_inbreeding", ()),
    "gene_diversity": ("gene_diversity", ()),
    "founder_genomes": ("founder_genomes", ()),
    "expected_heterozygosity": ("expected_heterozygosity", ()),
    "observed_heterozygosity": ("observed_heterozygosity", ()),
    "alleles_per_locus": ("alleles_per_locus", ()),
    "occupied_cells": ("occupied_cells", ()),
    "range_area": ("range_area", ()),
    "mean_condition": ("mean_condition", ()),
    "winter_severity": ("winter_severity", ()),
    "summer_drought": ("summer_drought", ()),
}


def summarise(
    results: xr.Dataset, establishment_females: Mapping[str, float] | None = None
) -> xr.Dataset:
    """Summarise all futures of every scenario.

    Parameters
    ----------
    results : xarray.Dataset
        `contracts.RESULTS`; read one variable of one scenario at a time.
    establishment_females : mapping of str to float, optional
        Scenario -> females of breeding age that count as established, from its criteria.

    Returns
    -------
    xarray.Dataset
        ``<trajectory>`` with dims (scenario, ..., year, quantile), ``<trajectory>_mean`` and
        ``<trajectory>_mc_error``; ``persistence`` and ``establishment`` (scenario, year) with
        ``_mc_error``, ``_low`` and ``_high``; ``persistence_by_draw``; ``extinction_year``
        (years since the start, quantiles over the futures that lose their cheetahs) and
        ``extinct_share``; ``emergent_capacity``; deaths by cause as ``prey_death_share`` and
        ``cheetah_death_share``; released and withheld animals in all.
    """
    females = establishment_females or {}
    parts = [
        _summarise_scenario(results.sel(scenario=name), females.get(str(name)))
        for name in results["scenario"].values
    ]
    summary = xr.concat(parts, dim=results["scenario"].variable, join="outer")
    summary = summary.assign_coords(scenario=results["scenario"].values)
    summary.attrs = dict(results.attrs)
    return summary


def _summarise_scenario(results: xr.Dataset, females: float | None) -> xr.Dataset:
    """Summarise one scenario."""
    found = xr.Dataset(coords={"quantile": list(LEVELS)})
    for name, (variable, summed) in _TRAJECTORIES.items():
        _add_trajectory(found, name, results[variable].sum(list(summed)), variable)
    alive = quantity(results, "cheetah") > 0
    _add_share(found, "persistence", results, alive, "share of futures with cheetahs")
    enough = (
        np.full(alive.shape, False) if females is None
        else quantity(results, "adult_females") >= females
    )  # fmt: skip
    label = "share of futures with the adult females that the study asks for"
    _add_share(found, "establishment", results, enough, label)
    found["establishment_females"] = ((), np.nan if females is None else float(females))
    found["persistence_by_draw"] = (("draw",), persistence_by_draw(results))
    _add_extinction(found, results)
    _add_establishment(found, enough)
    _add_prey_extinction(found, results)
    _add_capacity(found, results)
    _add_deaths(found, results)
    for name in ("cheetah_released", "cheetah_withheld"):
        total = results[name].sum("year").transpose(*_FUTURE).to_numpy()
        found[f"{name}_in_all"] = ("quantile", np.quantile(total, LEVELS))
    return found.drop_vars("scenario", errors="ignore")


def _add_trajectory(found: xr.Dataset, name: str, values: xr.DataArray, variable: str) -> None:
    """Add quantiles, mean and Monte-Carlo error by year, and by group where there is one."""
    groups = tuple(dim for dim in values.dims if dim not in (*_FUTURE, "year"))
    ordered = values.transpose(*_FUTURE, *groups, "year")
    data = ordered.to_numpy().astype(float)
    flat = data.reshape(-1, *data.shape[2:])
    dims = (*groups, "year")
    attributes = {
        "units": RESULTS[variable].unit,
        "long_name": RESULTS[variable].long_name,
        "cell_methods": "quantiles over draws and replicates",
    }
    quantiles = np.moveaxis(_known_quantiles(flat), 0, -1)
    found[name] = ((*dims, "quantile"), quantiles, attributes)
    mean, error = _over_futures(data)
    found[f"{name}_mean"] = (dims, mean, attributes | {"cell_methods": "mean"})
    found[f"{name}_mc_error"] = (dims, error, attributes | {"cell_methods": "standard_error"})
    for dim in dims:
        found.coords[dim] = ordered[dim].values


def _known_quantiles(flat: np.ndarray) -> np.ndarray:
    """Quantiles over the first axis, missing values left out; NaN where all are missing."""
    if np.isfinite(flat).all():
        return np.quantile(flat, LEVELS, axis=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        return np.nanquantile(flat, LEVELS, axis=0)


def _over_futures(data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and Monte-Carlo error over (draw, replicate), for every other index."""
    mean, error = np.empty(data.shape[2:]), np.empty(data.shape[2:])
    for place in np.ndindex(mean.shape):
        estimate = mean_of(data[(slice(None), slice(None), *place)])
        mean[place], error[place] = estimate.value, estimate.error
    return mean, error


def _add_share(
    found: xr.Dataset, name: str, results: xr.Dataset, holds: np.ndarray, label: str
) -> None:
    """Add a share of futures by year with error and interval."""
    estimates = [share_of(holds[..., year]) for year in range(holds.shape[2])]
    columns: dict[str, Callable] = {
        name: lambda e: e.value,
        f"{name}_mc_error": lambda e: e.error,
        f"{name}_low": lambda e: e.low,
        f"{name}_high": lambda e: e.high,
    }
    for column, part in columns.items():
        attributes = {"units": "1", "long_name": label}
        found[column] = ("year", [part(estimate) for estimate in estimates], attributes)


def _add_extinction(found: xr.Dataset, results: xr.Dataset) -> None:
    """Add when cheetahs are lost, over the futures in which they came and went."""
    years = extinction_year(results)
    came = presence(results)[..., -1]
    attributes = {"units": "yr", "long_name": "years from the start to the loss of all cheetahs"}
    found["extinction_year"] = ("quantile", _known_quantiles(years.reshape(-1)), attributes)
    lost = share_of(np.isfinite(years) & came)
    found["extinct_share"] = ((), lost.value, {"units": "1", "long_name": "share of futures lost"})


def _add_establishment(found: xr.Dataset, enough: np.ndarray) -> None:
    """Add when cheetahs first have the adult females that the study asks for."""
    years = np.where(enough.any(axis=2), enough.argmax(axis=2), np.nan)
    label = "years from the start to the adult females that the study asks for"
    attributes = {"units": "yr", "long_name": label}
    found["establishment_year"] = ("quantile", _known_quantiles(years.reshape(-1)), attributes)


def _add_prey_extinction(found: xr.Dataset, results: xr.Dataset) -> None:
    """Add when prey species are lost, over the futures that lose them, and in how many."""
    years = results["prey_extinction_time"].transpose(*_FUTURE, "species").to_numpy()
    attributes = {"units": "yr", "long_name": "years from the start to the loss of the species"}
    quantiles = _known_quantiles(years.reshape(-1, years.shape[2]))
    found["prey_extinction_year"] = (("quantile", "species"), quantiles, attributes)
    share = np.isfinite(years).mean(axis=(0, 1))
    label = {"units": "1", "long_name": "share of futures that lose the species"}
    found["prey_extinct_share"] = ("species", share, label)


def _add_capacity(found: xr.Dataset, results: xr.Dataset) -> None:
    """Add the mean number over the last fifth of the years, where cheetahs live to the end."""
    number = quantity(results, "cheetah")
    late = max(1, round(_LATE * (number.shape[2] - 1)))
    level = np.where(number[..., -1] > 0, number[..., -late:].mean(axis=2), np.nan)
    attributes = {
        "units": "1",
        "long_name": f"cheetahs alive, mean of the last {late} years where they persist",
    }
    found["emergent_capacity"] = ("quantile", _known_quantiles(level.reshape(-1)), attributes)


def _add_deaths(found: xr.Dataset, results: xr.Dataset) -> None:
    """Add the share of each cause in all deaths of all futures and years."""
    for name, cause in (("prey", "prey_cause"), ("cheetah", "cheetah_cause")):
        total = results[f"{name}_deaths"].sum([*_FUTURE, "year"])
        everything = total.sum(cause)
        share = (total / everything.where(everything > 0)).astype(float)
        share.attrs = {"units": "1", "long_name": f"share of {name} deaths by cause"}
        found[f"{name}_death_share"] = share
        mean = total / (results.sizes["draw"] * results.sizes["replicate"])
        mean.attrs = {"units": "1", "long_name": f"{name} deaths per future by cause"}
        found[f"{name}_deaths_per_future"] = mean
