"""What several chapters need: which scenarios are drawn, and tables of quantiles."""

from collections.abc import Sequence

import xarray as xr

from ustyurt_models.report import measures
from ustyurt_models.report.inputs import ReportInputs

__all__ = ["MOST_SHOWN", "first_releases", "interval_cell", "shown_scenarios"]

#: Scenarios beyond this number stand in the tables only.
MOST_SHOWN = 4


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


def interval_cell(values: xr.DataArray) -> tuple[float, float, float]:
    """Return median and 95 % equal-tailed interval over draws and replicates."""
    quantiles = measures.bands(values)
    median, low, high = (
        float(quantiles.sel(quantile=level, method="nearest")) for level in (0.5, 0.025, 0.975)
    )
    return median, low, high


def first_releases(inputs: ReportInputs, scenario: str) -> tuple[int, ...]:
    """Return the first year in which any future of `scenario` releases cheetahs, if any."""
    released = inputs.results["cheetah_released"].sel(scenario=scenario)
    happens = (released.sum(["draw", "replicate"]) > 0).to_numpy()
    return (int(inputs.results["year"].to_numpy()[happens][0]),) if happens.any() else ()
