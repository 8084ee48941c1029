"""Lay the sites of several sources on common sites: by their names, or into cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, require
from ustyurt_models.survey.read.cell_grid import CellGrid, cell_names
from ustyurt_models.survey.read.covariates import is_missing
from ustyurt_models.survey.read.histories import Histories

__all__ = ["Common", "common_sites", "merged", "stacked"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_TOLD = 5


@dataclass(frozen=True)
class Common:
    """Sites that the sources share, in one order.

    Attributes
    ----------
    site : tuple of str
        Names.
    home : mapping of str to numpy.ndarray
        By source: the common site of each of its own, int64, shape (own site,).
    position : numpy.ndarray or None
        Shape (site, 2).
    grid : CellGrid or None
        Where sites are cells.
    """

    site: tuple[str, ...]
    home: Mapping[str, Ints]
    position: Floats | None
    grid: CellGrid | None


def _grid(parts: Mapping[str, Histories], cell_m: float | None) -> CellGrid | None:
    """Return the cells to lay sites into: those of patrols, or new ones; none for names."""
    known = {one.grid for one in parts.values() if one.grid is not None}
    if len(known) > 1:
        told = ", ".join(f"{one.cell_m:g} m around {one.middle:g}" for one in known)
        advice = "give all patrols the same cell and middle"
        require(False, "survey: patrols", "must lie in the same cells", told, advice)
    if known:
        return known.pop()
    if cell_m is None:
        return None
    rule = "must have longitude and latitude to be laid into cells"
    for name, one in parts.items():
        require(one.position_kind == "lonlat", f"survey: source {name}", rule)
    places = np.concatenate([one.position for one in parts.values() if one.position is not None])
    return CellGrid(cell_m, float(np.round(places[:, 0].mean(), 1)))


def _by_name(parts: Mapping[str, Histories]) -> Common:
    """Take sites as the same where their names are."""
    site = tuple(dict.fromkeys(name for one in parts.values() for name in one.site))
    number = {name: i for i, name in enumerate(site)}
    home = {
        source: np.array([number[name] for name in one.site], np.int64)
        for source, one in parts.items()
    }
    times = np.bincount(np.concatenate(list(home.values())), minlength=len(site))
    rule = "must share sites, told by their names; none is in two sources"
    advice = "give cell = '5 km' to lay all sites into cells"
    require(bool((times > 1).any()), "survey: sources", rule, None, advice)
    kinds = {one.position_kind for one in parts.values() if one.position is not None}
    position = None
    if len(kinds) == 1:
        position = np.full((len(site), 2), np.nan)
        for source, one in parts.items():
            if one.position is not None:
                position[home[source]] = one.position
    whole = position is not None and bool(np.isfinite(position).all())
    return Common(site, home, position if whole else None, None)


def common_sites(parts: Mapping[str, Histories], cell_m: float | None) -> Common:
    """Find the sites that sources have in common.

    Parameters
    ----------
    parts : mapping of str to Histories
        By source.
    cell_m : float or None
        Side of cells [m]; those of patrols, else names, unless given.

    Raises
    ------
    InputError
        When no site is shared by name, positions are missing, or patrols lie in other cells.
    """
    grid = _grid(parts, cell_m)
    if grid is None:
        return _by_name(parts)
    cells = {}
    rule = "must have longitude and latitude to be laid into cells"
    for name, one in parts.items():
        require(one.position_kind == "lonlat", f"survey: source {name}", rule)
        assert one.position is not None
        known = np.isfinite(one.position).all(axis=1)
        lost = [site for site, has in zip(one.site, known, strict=True) if not has]
        require(not lost, f"survey: source {name}: position", "must be known", lost[:_MOST_TOLD])
        cells[name] = grid.cells(grid.plane(one.position))
    whole, row = np.unique(np.concatenate(list(cells.values())), axis=0, return_inverse=True)
    ends = np.cumsum([len(one) for one in cells.values()])[:-1]
    home = dict(zip(cells, np.split(row.ravel().astype(np.int64), ends), strict=True))
    return Common(cell_names(whole), home, grid.centres(whole), grid)


def site_covariates(parts: Mapping[str, Histories], common: Common) -> dict[str, NDArray]:
    """Bring covariates of sites together.

    Numbers are averaged over the sites in a cell; words, and numbers of sites matched by name,
    must agree.

    Parameters
    ----------
    parts : mapping of str to Histories
        By source.
    common : Common
        The sites.

    Returns
    -------
    dict of str to numpy.ndarray
        Missing where no source tells it, each shape (site,); words that differ within a cell are
        left out.

    Raises
    ------
    InputError
        When sources contradict each other about a site of one name.
    """
    names = dict.fromkeys(name for one in parts.values() for name in one.site_covariates)
    faults, found = Faults(), {}
    for name in names:
        told = [
            (common.home[source], one.site_covariates[name])
            for source, one in parts.items()
            if name in one.site_covariates
        ]
        rows = np.concatenate([home for home, _ in told])
        values = [value for _, value in told]
        if len({value.dtype.kind == "f" for value in values}) > 1:
            faults.add(f"survey: sources: {name}", "must be numbers in all sources or in none")
            continue
        one, same = _laid(np.concatenate(values), rows, len(common.site))
        if same or (common.grid is not None and one.dtype.kind == "f"):
            found[name] = one
        elif common.grid is None:
            rule = "must be the same in all sources of a site"
            faults.add(f"survey: sources: {name}", rule)
    faults.raise_if_any()
    return found


def _laid(values: NDArray, rows: Ints, count: int) -> tuple[NDArray, bool]:
    """Lay values on sites, means of numbers, and tell whether all agree."""
    known = ~is_missing(values)
    values, rows = values[known], rows[known]
    if values.dtype.kind != "f":
        words = np.full(count, "", values.dtype)
        words[rows] = values
        return words, bool((words[rows] == values).all())
    times = np.bincount(rows, minlength=count)
    total = np.bincount(rows, values, minlength=count)
    mean = np.where(times > 0, total / np.maximum(times, 1), np.nan)
    return mean, bool(np.allclose(mean[rows], values, rtol=1e-6))


def stacked(histories: Histories, home: Ints, common: Common, told: Mapping[str, NDArray]):
    """Lay the visits of one source on the common sites that it visited.

    Several own sites in one cell are visits to the same site: their visits stand side by side.
    What is known of an own site, such as the model of a camera, becomes a covariate of its visits.

    Parameters
    ----------
    histories : Histories
        Of the source.
    home : numpy.ndarray
        Common site of each own site, shape (own site,).
    common : Common
        The sites.
    told : mapping of str to numpy.ndarray
        Covariates of the common sites.

    Returns
    -------
    tuple of Histories and numpy.ndarray
        Histories of the common sites that were visited, and which these are, int64.
    """
    at, row = np.unique(home, return_inverse=True)
    slot, made = np.zeros(len(home), np.int64), np.zeros(len(at), np.int64)
    for own in range(len(home)):
        slot[own] = made[row[own]]
        made[row[own]] += 1
    many, occasions = int(made.max()), len(histories.occasion)
    shape = (len(at), many, occasions)

    def laid(values: NDArray) -> NDArray:
        empty = np.nan if values.dtype.kind == "f" else ""
        out = np.full(shape, empty, values.dtype)
        out[row, slot] = values
        return out.reshape(len(at), -1)

    own_shape = histories.y.shape
    by_visit: dict[str, NDArray] = {
        name: np.broadcast_to(values[:, None], own_shape)
        for name, values in histories.site_covariates.items()
    }
    number = np.broadcast_to(np.arange(1.0, occasions + 1), own_shape)
    by_visit |= {"occasion": number, **histories.occasion_covariates}
    names = [
        f"{name} ({i + 1})" if many > 1 else name
        for i in range(many)
        for name in histories.occasion
    ]
    return replace(
        histories,
        site=tuple(common.site[i] for i in at),
        occasion=tuple(names),
        y=laid(histories.y),
        effort=None if histories.effort is None else laid(histories.effort),
        site_covariates={name: values[at] for name, values in told.items()},
        occasion_covariates={name: laid(values) for name, values in by_visit.items()},
        position=None if common.position is None else common.position[at],
        position_kind="" if common.position is None else _kind(histories, common),
        season=np.zeros(many * occasions, np.int64),
        grid=common.grid,
    ), at


def _kind(histories: Histories, common: Common):
    """Return the kind of the positions of the common sites."""
    return "lonlat" if common.grid is not None else histories.position_kind or "lonlat"


def merged(
    parts: Sequence[tuple[str, Histories, Ints]], common: Common, told: Mapping[str, NDArray]
) -> Histories:
    """Put the visits of all sources to every site side by side.

    Parameters
    ----------
    parts : sequence of (str, Histories, numpy.ndarray)
        Source, its histories from `stacked`, and its sites.
    common : Common
        The sites.
    told : mapping of str to numpy.ndarray
        Covariates of the common sites.
    """
    columns, names, kinds = [], [], []
    for source, one, at in parts:
        y = np.full((len(common.site), one.y.shape[1]), np.nan)
        y[at] = one.y
        columns.append(y)
        names += [f"{source}: {name}" for name in one.occasion]
        kinds.append(one.position_kind)
    return Histories(
        site=common.site,
        occasion=tuple(names),
        y=np.concatenate(columns, axis=1),
        site_covariates=dict(told),
        position=common.position,
        position_kind="" if common.position is None else next(k for k in kinds if k),
        grid=common.grid,
        notes=tuple(f"{source}: {note}" for source, one, _ in parts for note in one.notes),
    )
