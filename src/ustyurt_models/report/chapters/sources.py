"""Source populations: what taking animals for releases does to them."""

import numpy as np
import xarray as xr

from ustyurt_models.contracts import NO_SOURCE
from ustyurt_models.report.content import Block, Cell, Column, Paragraph, Table
from ustyurt_models.report.inputs import ReportInputs
from ustyurt_models.report.words import readable

__all__ = ["has_sources", "source_blocks"]

_LEVELS = (0.5, 0.025, 0.975)


def has_sources(inputs: ReportInputs) -> bool:
    """Tell whether the study has source populations."""
    results = inputs.results
    return "source" in results.sizes and list(results["source"].values) != list(NO_SOURCE)


def _interval(values: xr.DataArray) -> tuple[float, float, float]:
    """Return median and ends of the 95 % equal-tailed interval over all futures."""
    middle, low, high = (float(np.quantile(values.to_numpy(), level)) for level in _LEVELS)
    return middle, low, high


def _mean(values: xr.DataArray) -> float:
    """Return the mean over the futures in which the value is known; NaN when in none."""
    known = values.to_numpy()[~np.isnan(values.to_numpy())]
    return float(known.mean()) if known.size else float("nan")


def _row(part: xr.Dataset, scenario: str, source: str) -> tuple[Cell, ...]:
    """Return one source population in one scenario at the end of the study."""
    last = part.isel(year=-1)
    return (
        readable(scenario),
        readable(source),
        float(part["source_taken"].sum("year").mean()),
        _interval(last["source_number"]),
        _interval(last["source_number_untouched"]),
        float((last["source_number"] == 0).mean()),
        float((last["source_number_untouched"] == 0).mean()),
        _mean(last["source_inbreeding"]),
        _mean(last["source_inbreeding_untouched"]),
    )


def source_blocks(inputs: ReportInputs) -> tuple[Block, ...]:
    """Return every source population with and without the releases of the study."""
    results = inputs.results
    rows = [
        _row(results.sel(scenario=scenario, source=source), str(scenario), str(source))
        for scenario in results["scenario"].values
        for source in results["source"].values
    ]
    columns = (
        Column("scenario"),
        Column("source"),
        Column("taken for releases, mean", "animals", "number"),
        Column("animals at the end", "animals", "interval"),
        Column("without releases", "animals", "interval"),
        Column("probability of extinction", "", "probability"),
        Column("without releases, extinct", "", "probability"),
        Column("mean inbreeding F", "1", "number"),
        Column("without releases, F", "1", "number"),
    )
    text = Paragraph(
        "Each source population is simulated twice with the same chance: as the releases leave it, "
        "and as if nobody were taken. The two differ by the animals taken and by nothing else. A "
        "release takes only animals that are there; what is missing counts as withheld."
    )
    caption = (
        "Source populations at the end of the study; median and 95 % equal-tailed interval over "
        "draws and replicates."
    )
    return (text, Table("sources", caption, columns, tuple(rows)))
