"""What several chapters need: which scenarios are drawn, and tables of quantiles."""

from collections.abc import Sequence

import xarray as xr

from ustyurt_models.report import measures
from ustyurt_models.report.content import Cell, Column
from ustyurt_models.report.inputs import ReportInputs

__all__ = ["INTERVAL_COLUMNS", "MOST_SHOWN", "first_releases", "interval_cells", "shown_scenarios"]

#: Scenarios beyond this number stand in the tables only.
MOST_SHOWN = 4

INTERVAL_COLUMNS = ("median", "95 % low", "95 % high")


def shown_scenarios(inputs: ReportInputs, *, cheetahs: bool = False) -> tuple[str, ...]:
    """Return the scenarios that figures show, in the order of the study.

    Parameters
    ----------
    inputs : ReportInputs
        The run.
    cheetahs : bool
        Only scenarios in which cheetahs ever live.
    """
    names: Sequence[str] = [str(name) for name in inputs.results["scenario"].values]
    if cheetahs:
        names = measures.with_cheetahs(inputs.results)
    return tuple(names[:MOST_SHOWN])


def interval_cells(values: xr.DataArray) -> tuple[Cell, ...]:
    """Return median and 95 % equal-tailed interval over draws and replicates."""
    quantiles = measures.bands(values)
    return tuple(
        float(quantiles.sel(quantile=level, method="nearest")) for level in (0.5, 0.025, 0.975)
    )


def interval_columns(unit: str, kind: str = "count") -> tuple[Column, ...]:
    """Return the three columns that `interval_cells` fills."""
    return tuple(Column(label, unit, kind) for label in INTERVAL_COLUMNS)  # type: ignore[arg-type]


def first_releases(inputs: ReportInputs, scenario: str) -> tuple[int, ...]:
    """Return the first year in which any future of `scenario` releases cheetahs, if any."""
    released = inputs.results["cheetah_released"].sel(scenario=scenario)
    happens = (released.sum(["draw", "replicate"]) > 0).to_numpy()
    return (int(inputs.results["year"].to_numpy()[happens][0]),) if happens.any() else ()
