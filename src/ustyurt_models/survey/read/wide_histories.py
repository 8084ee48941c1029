"""Read a table with one row per site and one column per visit, as the R package unmarked has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean, require
from ustyurt_models.survey.read.covariates import column_values, further_columns
from ustyurt_models.survey.read.grid import in_metres
from ustyurt_models.survey.read.histories import Histories, check_histories
from ustyurt_models.survey.read.patterns import VisitColumn, alike, match_columns
from ustyurt_models.survey.read.positions import read_positions
from ustyurt_models.survey.read.table import Table, fold, numbers_of, read_table
from ustyurt_models.survey.read.units import declared_units

__all__ = ["WideColumns", "histories_of_table", "read_wide_histories", "refuse_records"]

Floats = NDArray[np.float64]

_SITE = ("site", "id", "point", "quadrat", "station", "cell", "name")


@dataclass(frozen=True)
class WideColumns:
    """What the study says of the columns.

    Attributes
    ----------
    visits : str or tuple of str
        Columns of what was seen; see `patterns.match_columns`.
    occasion : mapping of str to (str or tuple of str)
        Covariates that differ between visits.
    site : str
        Column of names, may be empty.
    search : str or tuple of str
        Columns of effort, may be empty.
    search_unit : str
        Its unit, may be empty.
    largest : float
        Largest value that a visit may have.
    """

    visits: str | tuple[str, ...] = "y.{visit}"
    occasion: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    site: str = ""
    search: str | tuple[str, ...] = ""
    search_unit: str = ""
    largest: float = np.inf


def _site_column(table: Table, wanted: str, faults: Faults) -> int | None:
    """Return the column of the names of sites."""
    if wanted:
        if wanted in table.columns:
            return table.columns.index(wanted)
        advice = did_you_mean(wanted, table.columns)
        faults.add(f"{table.name}: site", "must be a column", wanted, advice)
        return None
    plain = {fold(column): index for index, column in enumerate(table.columns)}
    return next((plain[name] for name in _SITE if name in plain), None)


def _matched(
    table: Table, wanted: str | tuple[str, ...], visits: Sequence[VisitColumn], name: str
) -> list[int]:
    """Return the column of a covariate for every visit, by season and visit."""
    found = match_columns(table.columns, wanted, f"{table.name}: {name}")
    if isinstance(wanted, tuple):
        ordered = [one.column for one in found]
    else:
        by_name = {(one.season, one.visit): one.column for one in found}
        ordered = [by_name.get((one.season, one.visit), -1) for one in visits]
    faults = Faults()
    if len(ordered) != len(visits) or -1 in ordered:
        count = sum(index >= 0 for index in ordered)
        rule = f"must have a column for each of the {len(visits)} visits"
        faults.add(f"{table.name}: {name}", rule, count)
    faults.raise_if_any()
    return ordered


def _stacked(table: Table, columns: Sequence[int], faults: Faults) -> NDArray:
    """Return a covariate by site and occasion; text where any column is."""
    parts = [column_values(table, index, faults) for index in columns]
    if any(part.dtype.kind == "U" for part in parts):
        cells = [table.column(index) for index in columns]
        return np.array(cells, np.str_).T
    return np.column_stack(parts)


def _effort(
    table: Table, told: WideColumns, visits: Sequence[VisitColumn], faults: Faults
) -> tuple[Floats | None, str, list[int]]:
    """Return effort, its unit and its columns."""
    if not told.search:
        return None, "", []
    columns = _matched(table, told.search, visits, "search")
    values = np.column_stack([numbers_of(table, i, faults, missing_ok=True) for i in columns])
    units = declared_units(table.header.get("units", ""))
    unit = told.search_unit or units.get("search", "") or units.get("effort", "")
    if not unit:
        advice = "say search_unit = 'day' in the study file or '# units: search=day' on top"
        faults.add(f"{table.name}: units of search", "must be declared", None, advice)
    return values, unit, columns


def _in_order(visits: list[VisitColumn], table: Table) -> list[VisitColumn]:
    """Put the visits of a season together, seasons as they first appear."""
    seasons = list(dict.fromkeys(visit.season for visit in visits))
    return sorted(visits, key=lambda visit: seasons.index(visit.season))


def histories_of_table(table: Table, told: WideColumns) -> Histories:
    """Take the histories out of a table.

    Parameters
    ----------
    table : Table
        One row per site.
    told : WideColumns
        Which columns are what.

    Returns
    -------
    Histories
        Sites in the order of the file; columns that have no other part are covariates of sites,
        lengths with a declared unit in metres.

    Raises
    ------
    InputError
        With every fault of the table.
    """
    visits = match_columns(table.columns, told.visits, f"{table.name}: visits")
    visits = _in_order(visits, table)
    faults = Faults()
    named = alike(table.columns, visits, told.visits) if isinstance(told.visits, str) else {}
    named |= {name: _matched(table, w, visits, name) for name, w in told.occasion.items()}
    effort, unit, searched = _effort(table, told, visits, faults)
    seen = [numbers_of(table, visit.column, faults, missing_ok=True) for visit in visits]
    occasion = {name: _stacked(table, columns, faults) for name, columns in named.items()}
    place = read_positions(table, faults)
    site = _site_column(table, told.site, faults)
    used = {visit.column for visit in visits} | {i for columns in named.values() for i in columns}
    used |= {*searched, *(place.columns if place else ()), *(() if site is None else (site,))}
    further = further_columns(table, used, faults)
    faults.raise_if_any()
    seasons = tuple(dict.fromkeys(visit.season for visit in visits))
    units = declared_units(table.header.get("units", ""))
    rows = range(1, len(table.rows) + 1)
    found = Histories(
        site=tuple(table.column(site)) if site is not None else tuple(map(str, rows)),
        occasion=tuple(table.columns[visit.column] for visit in visits),
        y=np.column_stack(seen),
        effort=effort,
        effort_unit=unit,
        site_covariates=in_metres(further, units),
        occasion_covariates=in_metres(occasion, units),
        position=place.value if place else None,
        position_kind=place.kind if place else "",
        season=np.array([seasons.index(visit.season) for visit in visits], np.int64),
        seasons=tuple(season or "1" for season in seasons),
        header=dict(table.header),
    )
    check_histories(found, told.largest, table.name)
    return found


def read_wide_histories(path: Path, told: WideColumns, encoding: str | None = None) -> Histories:
    """Read a file of histories; see `histories_of_table`.

    Parameters
    ----------
    path : Path
        Delimited text.
    told : WideColumns
        Which columns are what.
    encoding : str, optional
        Encoding where the file cannot tell it.
    """
    table = read_table(path, encoding)
    refuse_records(table)
    return histories_of_table(table, told)


def refuse_records(table: Table) -> None:
    """Refuse records of where something was seen, which tell nothing of visits that saw nothing.

    Raises
    ------
    InputError
        For columns of Darwin Core occurrences.
    """
    plain = {fold(column) for column in table.columns}
    if not {"scientificname", "eventdate"} <= plain:
        return
    rule = "must be a table of visits, those that saw nothing as well"
    advice = (
        "records of occurrence (Darwin Core) do not say where people looked and found nothing; "
        "write a table of visits, such as one row per place and day with the species of each list"
    )
    require(False, table.name, rule, "eventDate and scientificName", advice)
