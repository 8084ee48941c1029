"""Read tables of visits with a column of species: one row per site, or one per visit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean, require
from ustyurt_models.survey.read.covariates import further_columns, is_missing
from ustyurt_models.survey.read.grid import in_metres
from ustyurt_models.survey.read.histories import Histories
from ustyurt_models.survey.read.positions import read_positions
from ustyurt_models.survey.read.species import SpeciesHistories, join_species
from ustyurt_models.survey.read.table import Table, numbers_of, read_table
from ustyurt_models.survey.read.units import declared_units
from ustyurt_models.survey.read.wide_histories import (
    WideColumns,
    histories_of_table,
    refuse_records,
)

__all__ = ["SpeciesColumns", "read_species_table", "species_of_table"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SITES = ("site", "id", "point", "quadrat", "station", "cell", "name")
_MOST_TOLD = 5


@dataclass(frozen=True)
class SpeciesColumns:
    """What the study says of the columns.

    Attributes
    ----------
    wide : WideColumns
        Columns of a table with one row per site and species; its `site` and `search` also serve
        the other form, where `search` is a single column.
    species : str
        Column of the species.
    visit : str
        Column of the visit, where every visit has its own rows; else empty.
    seen : str
        Column of 0 and 1 in that form; a row means seen if empty.
    members : mapping of str to str
        Name in the study to name in the file; all species of the file if empty.
    """

    wide: WideColumns
    species: str = "species"
    visit: str = ""
    seen: str = ""
    members: Mapping[str, str] = field(default_factory=dict)


def _column(table: Table, name: str, what: str) -> int:
    """Return a column that must be there."""
    known = name in table.columns
    advice = "" if known else did_you_mean(name, table.columns)
    require(known, f"{table.name}: {what}", "must be a column", name, advice)
    return table.columns.index(name)


def _members(names: list[str], told: SpeciesColumns, where: str) -> dict[str, str]:
    """Return the species to take, by their name in the study."""
    known = list(dict.fromkeys(name for name in names if name))
    faults = Faults()
    for name in told.members.values():
        if name not in known:
            rule = "must be in the file; one that was never seen belongs into never_seen"
            faults.add(f"{where}: members", rule, name, did_you_mean(name, known))
    faults.raise_if_any()
    return dict(told.members) or {name: name for name in known}


def _rows(table: Table, kept: list[int]) -> Table:
    """Return some rows of a table."""
    return replace(
        table,
        rows=tuple(table.rows[i] for i in kept),
        lines=tuple(table.lines[i] for i in kept),
        places=tuple(table.places[i] for i in kept) if table.places else (),
    )


def _wide(table: Table, told: SpeciesColumns, column: int) -> SpeciesHistories:
    """Take histories out of a table with one row per site and species."""
    names = table.column(column)
    parts = {}
    for name, written in _members(names, told, table.name).items():
        kept = [i for i, one in enumerate(names) if one == written]
        found = histories_of_table(_rows(table, kept), told.wide)
        ours = {k: v for k, v in found.site_covariates.items() if k != told.species}
        parts[name] = replace(found, site_covariates=ours)
    return join_species(parts)


def _spread(values: NDArray, at: tuple[Ints, ...], shape: tuple[int, ...]) -> NDArray | None:
    """Lay the values of rows out; None when two rows of one place differ."""
    empty = np.nan if values.dtype.kind == "f" else ""
    out = np.full(shape, empty, values.dtype)
    out[at] = values
    same = (out[at] == values) | (is_missing(out[at]) & is_missing(values))
    return out if bool(same.all()) else None


def _further(
    columns: Mapping[str, NDArray], place: tuple[Ints, Ints], shape: tuple[int, int], where: str
) -> tuple[dict[str, NDArray], dict[str, NDArray]]:
    """Part further columns into covariates of sites and of visits."""
    sites: dict[str, NDArray] = {}
    visits: dict[str, NDArray] = {}
    faults = Faults()
    for name, values in columns.items():
        by_site = _spread(values, place[:1], shape[:1])
        by_visit = _spread(values, place, shape)
        if by_site is not None:
            sites[name] = by_site
        elif by_visit is not None:
            visits[name] = by_visit
        else:
            rule = "must be the same in all rows of a visit"
            faults.add(f"{where}: column {name}", rule)
    faults.raise_if_any()
    return sites, visits


def _numbered(site: list[str], visit: list[str]) -> tuple[list[str], Ints, Ints]:
    """Return the sites, the site of every row, and its visit, counted within the site."""
    sites = list(dict.fromkeys(site))
    number = {name: i for i, name in enumerate(sites)}
    known: dict[tuple[str, str], int] = {}
    made = dict.fromkeys(sites, 0)
    for one in zip(site, visit, strict=True):
        if one not in known:
            known[one] = made[one[0]]
            made[one[0]] += 1
    order = np.array([known[one] for one in zip(site, visit, strict=True)], np.int64)
    return sites, np.array([number[name] for name in site], np.int64), order


def _check_rows(table: Table, names: list[str], place: tuple[Ints, Ints], key: list[int]) -> None:
    """Refuse rows without a site or visit, and those that say the same thing twice."""
    faults, known = Faults(), set()
    for i, where in enumerate(table.where):
        cells = [table.rows[i][column] for column in key]
        if not all(cells):
            faults.add(where, "must name site and visit", ", ".join(cells))
        one = (int(place[0][i]), int(place[1][i]), names[i])
        if one in known:
            rule = "must be the only row of its site, visit and species"
            faults.add(where, rule, ", ".join((*cells, names[i])), "a duplicated row?")
        known.add(one)
    faults.raise_if_any()


def _seen(table: Table, told: SpeciesColumns, faults: Faults) -> tuple[Floats, list[int]]:
    """Return whether each row says that the species was seen, and the column used."""
    if not told.seen:
        return np.ones(len(table.rows)), []
    column = _column(table, told.seen, "seen_column")
    values = np.array(numbers_of(table, column, faults, missing_ok=True), np.float64)
    bad = np.isfinite(values) & ~np.isin(values, (0.0, 1.0))
    for i in np.flatnonzero(bad)[:_MOST_TOLD]:
        faults.add(table.where[i], "must be 0, 1 or empty", float(values[i]))
    return values, [column]


def _effort(
    table: Table, told: SpeciesColumns, faults: Faults
) -> tuple[NDArray | None, str, list[int]]:
    """Return the effort of every row, its unit, and its column."""
    name = told.wide.search
    if not name:
        return None, "", []
    rule = "must be one column where every visit has its own rows"
    require(isinstance(name, str), f"{table.name}: search", rule, str(name))
    assert isinstance(name, str)
    column = _column(table, name, "search")
    units = declared_units(table.header.get("units", ""))
    unit = told.wide.search_unit or units.get(name, "") or units.get("search", "")
    advice = "say search_unit = 'day' in the study file or '# units: search=day' on top"
    require(bool(unit), f"{table.name}: units of search", "must be declared", None, advice)
    values = np.array(numbers_of(table, column, faults, missing_ok=True), np.float64)
    return values, unit, [column]


def _long(table: Table, told: SpeciesColumns, column: int) -> SpeciesHistories:
    """Take histories out of a table with a row per site, visit and species.

    A visit that stands in the table was made; species it does not name were not seen. A row
    without species says that nothing was seen at all.
    """
    faults = Faults()
    home = told.wide.site or next((c for c in table.columns if c.lower() in _SITES), "site")
    key = [_column(table, home, "site"), _column(table, told.visit, "visit_column")]
    names = table.column(column)
    sites, site, visit = _numbered(table.column(key[0]), table.column(key[1]))
    _check_rows(table, names, (site, visit), key)
    seen, seen_column = _seen(table, told, faults)
    effort, unit, searched = _effort(table, told, faults)
    place = read_positions(table, faults)
    used = {*key, column, *seen_column, *searched, *(place.columns if place else ())}
    further = further_columns(table, used, faults)
    faults.raise_if_any()
    shape = (len(sites), int(visit.max(initial=0)) + 1)
    at = (site, visit)
    of_sites, of_visits = _further(further, at, shape, table.name)
    made = np.zeros(shape, bool)
    made[at] = True
    units = declared_units(table.header.get("units", ""))
    laid = None if effort is None else _spread(effort, at, shape)
    rule = "must be the same in all rows of a visit"
    require(effort is None or laid is not None, f"{table.name}: search", rule)
    base = Histories(
        site=tuple(sites),
        occasion=tuple(f"visit {i + 1}" for i in range(shape[1])),
        y=np.where(made, 0.0, np.nan),
        effort=laid,
        effort_unit=unit,
        site_covariates=in_metres(of_sites, units),
        occasion_covariates=in_metres(of_visits, units),
        position=None if place is None else _positions(place.value, site, len(sites), table.name),
        position_kind=place.kind if place else "",
        header=dict(table.header),
    )
    parts = {}
    for name, written in _members(names, told, table.name).items():
        y = base.y.copy()
        rows = np.array([i for i, one in enumerate(names) if one == written], np.int64)
        y[site[rows], visit[rows]] = seen[rows]
        parts[name] = replace(base, y=y)
    return join_species(parts)


def _positions(value: Floats, site: Ints, count: int, where: str) -> Floats:
    """Return the position of every site; its rows must agree."""
    parts = [_spread(value[:, axis], (site,), (count,)) for axis in (0, 1)]
    found = [part for part in parts if part is not None]
    require(len(found) == 2, where, "must give one position for all rows of a site")
    return np.stack(found, axis=1)


def species_of_table(table: Table, told: SpeciesColumns) -> SpeciesHistories:
    """Take the histories of several species out of a table.

    Parameters
    ----------
    table : Table
        With a column of species.
    told : SpeciesColumns
        Which columns are what.

    Raises
    ------
    InputError
        With the faults of the table.
    """
    column = _column(table, told.species, "species_column")
    return _long(table, told, column) if told.visit else _wide(table, told, column)


def read_species_table(
    path: Path, told: SpeciesColumns, encoding: str | None = None
) -> SpeciesHistories:
    """Read a file of histories of several species; see `species_of_table`."""
    table = read_table(path, encoding)
    refuse_records(table)
    return species_of_table(table, told)
