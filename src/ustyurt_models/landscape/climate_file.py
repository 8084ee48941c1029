"""A supplied weather series: yearly winter severity and summer drought from CSV or NetCDF."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from ustyurt_models.checks import Fault, Faults, InputError, did_you_mean

__all__ = ["COLUMNS", "Series", "read_series"]

COLUMNS = ("year", "winter_severity", "summer_drought")
#: Anomalies beyond this many SD are taken for another unit (degrees, millimetres).
_LARGEST_SD = 8.0


@dataclass(frozen=True)
class Series:
    """Yearly anomalies [SD of the reference climate], sorted by year.

    Attributes
    ----------
    year : numpy.ndarray
        Calendar years, int64, without gaps.
    winter_severity, summer_drought : numpy.ndarray
        Anomalies [SD], shape (year,).
    where : str
        File they came from.
    """

    year: np.ndarray
    winter_severity: np.ndarray
    summer_drought: np.ndarray
    where: str

    def of(self, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return winter severity and summer drought of `years`; all must be in the series."""
        first, last = int(self.year[0]), int(self.year[-1])
        if years.size and (years.min() < first or years.max() > last):
            rule = f"must cover the years {int(years.min())}..{int(years.max())}"
            remedy = "extend the series or shorten the study"
            raise InputError([Fault(self.where, rule, f"{first}..{last}", remedy)])
        index = years - first
        return self.winter_severity[index], self.summer_drought[index]


def read_series(path: str | Path) -> Series:
    """Read a supplied weather series.

    Parameters
    ----------
    path : str or pathlib.Path
        CSV with the columns ``year, winter_severity, summer_drought``, or a NetCDF file with
        these two variables along a dimension ``year``. Anomalies are in SD of the reference
        climate, positive for severe winters and dry summers.

    Returns
    -------
    Series

    Raises
    ------
    InputError
        With every missing column, unreadable number, repeated or missing year, and anomaly too
        large to be in SD.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError([Fault(str(path), "the file must exist", None, "see climate.file")])
    columns = _read_csv(path) if path.suffix.lower() == ".csv" else _read_netcdf(path)
    order = np.argsort(columns["year"], kind="stable")
    sorted_ = {name: values[order] for name, values in columns.items()}
    _check(sorted_, path.name)
    return Series(
        sorted_["year"].astype(np.int64),
        sorted_["winter_severity"],
        sorted_["summer_drought"],
        path.name,
    )


def _read_csv(path: Path) -> dict[str, np.ndarray]:
    """Return the columns of a CSV file as floats."""
    faults = Faults()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        rule = "must be UTF-8 text"
        raise InputError([Fault(path.name, rule, None, "save as CSV UTF-8")]) from error
    reader = csv.DictReader(text.splitlines())
    header = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = header
    for name in COLUMNS:
        if name not in header:
            faults.add(f"{path.name}: row 1", f"must hold the column {name!r}", header)
    faults.raise_if_any()
    rows = list(reader)
    columns = {name: np.full(len(rows), np.nan) for name in COLUMNS}
    for number, row in enumerate(rows):
        for name in COLUMNS:
            try:
                columns[name][number] = float(row[name])
            except (TypeError, ValueError):
                where = f"{path.name}: row {number + 2}, {name}"
                faults.add(where, "must be a number", row[name], "with a decimal point")
    faults.raise_if_any()
    return columns


def _read_netcdf(path: Path) -> dict[str, np.ndarray]:
    """Return the variables of a NetCDF file as floats."""
    try:
        with xr.open_dataset(path, engine="h5netcdf") as opened:
            dataset = opened.load()
    except (OSError, ValueError, KeyError) as error:
        rule = "must be a CSV or a readable NetCDF-4 file"
        raise InputError([Fault(path.name, rule, type(error).__name__)]) from error
    faults = Faults()
    for name in COLUMNS:
        if name not in dataset.variables:
            advice = did_you_mean(name, [str(known) for known in dataset.variables])
            faults.add(path.name, f"must hold the variable {name!r}", None, advice)
        elif dataset[name].dims != ("year",) or dataset[name].dtype.kind not in "iuf":
            got = f"{dataset[name].dtype} {dataset[name].dims}"
            faults.add(f"{path.name}: {name}", "must be numbers along the dimension year", got)
    faults.raise_if_any()
    return {name: dataset[name].to_numpy().astype(float) for name in COLUMNS}


def _check(columns: dict[str, np.ndarray], where: str) -> None:
    """Check that years run without gap and anomalies are plausible."""
    faults = Faults()
    year = columns["year"]
    if year.size == 0:
        faults.add(where, "must hold at least one year", 0)
    elif not np.isfinite(year).all() or (year != np.round(year)).any():
        faults.add(f"{where}: year", "must be whole calendar years", None)
    elif (np.diff(year) != 1).any():
        at = int(year[:-1][np.diff(year) != 1][0])
        faults.add(f"{where}: year", "each year must occur once, without gaps", f"after {at}")
    for name in COLUMNS[1:]:
        values = columns[name]
        if not np.isfinite(values).all():
            faults.add(f"{where}: {name}", "must have a number in every year", None)
        elif values.size and np.abs(values).max() > _LARGEST_SD:
            rule = f"must lie within {_LARGEST_SD:g} SD: anomalies, not degrees or millimetres"
            faults.add(f"{where}: {name}", rule, float(values[np.abs(values).argmax()]))
    faults.raise_if_any()
