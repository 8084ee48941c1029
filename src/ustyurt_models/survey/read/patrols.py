"""From patrols to detection histories: kilometres walked in each cell, and what was seen there."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean, require
from ustyurt_models.survey.read.cell_grid import EARTH_M, CellGrid, cell_names
from ustyurt_models.survey.read.histories import Histories, check_histories
from ustyurt_models.survey.read.smart import PatrolPoints, Patrols

__all__ = ["CellRules", "patrol_histories", "track_km"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: A track is cut into pieces of this length, so that each lies in the cell where it was walked.
_PIECE_M = 50.0
_MOST_TOLD = 5
_EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class CellRules:
    """How patrols become visits.

    Attributes
    ----------
    cell_m : float
        Side of a cell [m].
    occasion_days : float
        Length of an occasion, whole days.
    anchor : str
        A date on which an occasion begins; the day of the first patrol if empty.
    record : {"detections", "counts"}
        Whether 1 means seen, or the number of observations is kept.
    seasons : {"none", "year"}
        Whether all occasions are one season, or each calendar year is one.
    middle : float or None
        Longitude of the middle of the plane [degree]; of the tracks unless given.
    """

    cell_m: float = 5000.0
    occasion_days: float = 30.0
    anchor: str = ""
    record: Literal["detections", "counts"] = "detections"
    seasons: Literal["none", "year"] = "none"
    middle: float | None = None


def _segments(tracks: PatrolPoints) -> Ints:
    """Return rows that begin a step of a patrol and those that end it, shape (step, 2)."""
    names = {name: i for i, name in enumerate(dict.fromkeys(tracks.patrol))}
    patrol = np.array([names[name] for name in tracks.patrol], np.int64)
    order = np.lexsort((tracks.second, tracks.day, patrol))
    first, second = order[:-1], order[1:]
    joined = (patrol[first] == patrol[second]) & (tracks.day[first] == tracks.day[second])
    return np.stack([first[joined], second[joined]], axis=1)


def track_km(
    tracks: PatrolPoints, largest_gap_m: float, grid: CellGrid
) -> tuple[Floats, Floats, Ints]:
    """Cut tracks into short pieces.

    Parameters
    ----------
    tracks : PatrolPoints
        Points of one patrol and day are joined in the order of their times.
    largest_gap_m : float
        Points further apart are not joined [m].
    grid : CellGrid
        The plane.

    Returns
    -------
    tuple
        Middle of each piece on the plane [m], shape (piece, 2); its length [km]; its day.
    """
    steps = _segments(tracks)
    plane = grid.plane(tracks.position)
    begin, end = plane[steps[:, 0]], plane[steps[:, 1]]
    mean = np.deg2rad(tracks.position[steps].mean(axis=1)[:, 1])
    across = np.deg2rad(np.diff(tracks.position[steps], axis=1)[:, 0])
    length = EARTH_M * np.hypot(across[:, 0] * np.cos(mean), across[:, 1])
    kept = (length > 0) & (length <= largest_gap_m)
    pieces = np.maximum(np.ceil(length[kept] / _PIECE_M), 1).astype(np.int64)
    step = np.repeat(np.flatnonzero(kept), pieces)
    number = np.arange(step.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (number + 0.5) / np.repeat(pieces, pieces)
    centre = begin[step] + share[:, None] * (end - begin)[step]
    km = (length[kept] / pieces / 1000.0).repeat(pieces)
    return centre, km, tracks.day[steps[step, 0]]


def _occasions(days: Ints, rules: CellRules) -> tuple[int, int]:
    """Return the day on which the first occasion begins and the number of occasions."""
    length = int(rules.occasion_days)
    whole = length == rules.occasion_days and length > 0
    require(whole, "survey: occasion_days", "must be whole days for patrols", rules.occasion_days)
    start = int(days.min())
    if rules.anchor:
        try:
            anchor = dt.date.fromisoformat(rules.anchor).toordinal() - _EPOCH
        except ValueError:
            require(False, "survey: anchor", "must be a day such as 2027-05-31", rules.anchor)
            raise
        start = anchor + (start - anchor) // length * length
    return start, (int(days.max()) - start) // length + 1


def _check_seen(rows: Ints, km: Floats, seen: PatrolPoints, name: str) -> None:
    """Refuse observations in cells where no patrol walked in that occasion."""
    faults, rule = Faults(), "must lie in a cell where a patrol walked in the same occasion"
    lost = rows[~(km > 0)]
    for row in lost[:_MOST_TOLD]:
        lon, lat = seen.position[row]
        advice = "a wrong position or date, or a gap in the track?"
        faults.add(seen.where[row], rule, f"{lat:g} N {lon:g} E", advice)
    if lost.size > _MOST_TOLD:
        faults.add(name, f"{lost.size - _MOST_TOLD} more observations lie where nobody walked")
    faults.raise_if_any()


def _of_species(patrols: Patrols, species: str) -> Ints:
    """Return the observations of a species; a name unknown among others is a fault."""
    known = sorted(set(patrols.seen.species) - {""})
    if known and species not in known:
        advice = did_you_mean(species, known)
        rule = "must be among the observations, or in [species] of the mapping file"
        require(False, f"{patrols.name}: species", rule, species, advice)
    return np.array([i for i, one in enumerate(patrols.seen.species) if one == species], np.int64)


def patrol_histories(patrols: Patrols, species: str, rules: CellRules) -> Histories:
    """Build detection histories of grid cells from patrols.

    The effort of a cell on an occasion is the kilometres walked in it, by patrols that saw
    something and by those that did not; a cell where nobody walked is missing, never a zero.

    Parameters
    ----------
    patrols : Patrols
        Tracks and observations.
    species : str
        Name in the study.
    rules : CellRules
        Side of cells, length of occasions.

    Returns
    -------
    Histories
        Sites are cells that were walked at least once; effort in kilometres.

    Raises
    ------
    InputError
        When the species was never seen among others, no track has a length, or observations lie
        where nobody walked.
    """
    require(rules.cell_m > 0, "survey: cell", "must be > 0", rules.cell_m)
    tracks, seen = patrols.tracks, patrols.seen
    middle = float(np.round(tracks.position[:, 0].mean(), 1))
    grid = CellGrid(rules.cell_m, middle if rules.middle is None else rules.middle)
    centre, km, day = track_km(tracks, patrols.mapping.largest_gap, grid)
    require(km.size > 0, patrols.name, "must hold a track with two points of one day")
    start, occasions = _occasions(day, rules)
    cells, row = np.unique(grid.cells(centre), axis=0, return_inverse=True)
    effort = np.zeros((cells.shape[0], occasions))
    np.add.at(effort, (row.ravel(), (day - start) // int(rules.occasion_days)), km)
    y = _count(seen, _of_species(patrols, species), (cells, start, grid, rules), effort)
    used = np.flatnonzero(effort.sum(axis=0) > 0)
    effort, y = effort[:, used], y[:, used]
    if rules.record == "detections":
        y = np.minimum(y, 1.0)
    begins = [dt.date.fromordinal(_EPOCH + start + int(i * rules.occasion_days)) for i in used]
    years = [str(one.year) for one in begins]
    seasons = tuple(dict.fromkeys(years)) if rules.seasons == "year" else ("1",)
    histories = Histories(
        site=cell_names(cells),
        occasion=tuple(one.isoformat() for one in begins),
        y=np.where(effort > 0, y, np.nan),
        effort=np.where(effort > 0, effort, np.nan),
        effort_unit="km",
        position=grid.centres(cells),
        position_kind="lonlat",
        grid=grid,
        season=np.array([seasons.index(y_) if len(seasons) > 1 else 0 for y_ in years], np.int64),
        seasons=seasons,
        header={"status": "not stated"},
        notes=(_remark(patrols, km),),
    )
    check_histories(histories, where=patrols.name)
    return histories


def _count(
    seen: PatrolPoints, rows: Ints, frame: tuple[Ints, int, CellGrid, CellRules], effort: Floats
) -> Floats:
    """Count observations by cell and occasion, shape (cell, occasion)."""
    cells, start, grid, rules = frame
    y = np.zeros(effort.shape)
    place = {tuple(one): i for i, one in enumerate(cells.tolist())}
    home = grid.cells(grid.plane(seen.position[rows]))
    site = np.array([place.get(tuple(one), -1) for one in home.tolist()], np.int64)
    when = (seen.day[rows] - start) // int(rules.occasion_days)
    inside = (site >= 0) & (when >= 0) & (when < effort.shape[1])
    walked = np.zeros(rows.size)
    walked[inside] = effort[site[inside], when[inside]]
    _check_seen(rows, walked, seen, "patrols")
    np.add.at(y, (site, when), 1.0)
    return y


def _remark(patrols: Patrols, km: Floats) -> str:
    """Say how much was walked, and how many patrols saw nothing at all."""
    walked, saw = set(patrols.tracks.patrol), set(patrols.seen.patrol)
    return (
        f"{len(walked)} patrols, {km.sum():.1f} km, {len(walked - saw)} of them without any "
        "observation"
    )
