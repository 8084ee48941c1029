"""Summaries on disk: NetCDF for programs, CSV for spreadsheets."""

import json
from pathlib import Path

import pandas as pd
import xarray as xr

from ustyurt_models.decide.summaries import LEVELS

__all__ = ["summary_tables", "write_summaries"]

_QUANTILES = {level: f"q{level * 100:g}" for level in LEVELS}
_ENDS = ("", "_mc_error", "_low", "_high")
_OUTCOMES = (
    "extinction_year",
    "emergent_capacity",
    "cheetah_released_in_all",
    "cheetah_withheld_in_all",
)


def write_summaries(summary: xr.Dataset, folder: Path) -> tuple[Path, ...]:
    """Write ``summaries.nc`` and one CSV per subject.

    Parameters
    ----------
    summary : xarray.Dataset
        From `summaries.summarise`.
    folder : Path
        Where to write; made when missing.

    Returns
    -------
    tuple of Path
        Files written, the NetCDF first.
    """
    folder = Path(folder)
    tables = folder / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    written = [folder / "summaries.nc"]
    plain = summary.copy()
    plain.attrs = {
        key: value if isinstance(value, str | int | float) else json.dumps(value)
        for key, value in summary.attrs.items()
    }
    plain.to_netcdf(written[0], engine="h5netcdf")
    for name, table in summary_tables(summary).items():
        written.append(tables / f"{name}.csv")
        table.to_csv(written[-1], index=False, float_format="%.6g")
    return tuple(written)


def summary_tables(summary: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the summaries as tables in long form, with units.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``trajectories``, ``persistence``, ``outcomes``, ``prey_deaths``, ``cheetah_deaths``.
    """
    trajectories = [
        name
        for name, values in summary.data_vars.items()
        if "year" in values.dims and "quantile" in values.dims
    ]
    shares = [f"{name}{end}" for name in ("persistence", "establishment") for end in _ENDS]
    return {
        "trajectories": pd.concat([_trajectory(summary, str(name)) for name in trajectories]),
        "persistence": summary[shares].to_dataframe().reset_index(),
        "outcomes": _outcomes(summary),
        "prey_deaths": _deaths(summary, "prey"),
        "cheetah_deaths": _deaths(summary, "cheetah"),
    }


def _trajectory(summary: xr.Dataset, name: str) -> pd.DataFrame:
    """Return one trajectory: scenario, quantity, group, unit, year, mean, error, quantiles."""
    groups = [str(d) for d in summary[name].dims if d not in ("scenario", "year", "quantile")]
    keys = ["scenario", *groups, "year"]
    wide = summary[name].to_series().unstack("quantile").rename(columns=_QUANTILES)
    sides = summary[[f"{name}_mean", f"{name}_mc_error"]].to_dataframe()
    sides.columns = ["mean", "mc_error"]
    table = sides.join(wide).reset_index()
    group = table[groups[0]] if groups else ""
    table.insert(1, "quantity", name)
    table.insert(2, "group", group)
    table.insert(3, "unit", summary[name].attrs.get("units", "1"))
    return table.drop(columns=groups).sort_values(["quantity", "group", *keys[:1], "year"])


def _outcomes(summary: xr.Dataset) -> pd.DataFrame:
    """Return what each scenario comes to in the end, one row per outcome."""
    parts = []
    for name in _OUTCOMES:
        wide = summary[name].to_series().unstack("quantile").rename(columns=_QUANTILES)
        wide.insert(0, "outcome", name)
        wide.insert(1, "unit", summary[name].attrs.get("units", "1"))
        parts.append(wide.reset_index())
    return pd.concat(parts)


def _deaths(summary: xr.Dataset, name: str) -> pd.DataFrame:
    """Return deaths by cause."""
    pair = summary[[f"{name}_death_share", f"{name}_deaths_per_future"]]
    return pair.to_dataframe().reset_index()
