"""Detection histories: what was seen at every site on every occasion, and how hard it was tried.

The one form in which repeated visits reach the models of occupancy and of repeated counts,
whether they come from a table of visits, from cameras or from patrols.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.cell_grid import CellGrid

__all__ = ["Histories", "check_histories"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """Repeated visits to sites.

    Attributes
    ----------
    site : tuple of str
        Names of the sites, each once.
    occasion : tuple of str
        Names of the occasions (visits), each once; those of one season stand together.
    y : numpy.ndarray
        What was seen, float64, shape (site, occasion): 0 and 1, or counts; where detections may
        be false, 1 is unconfirmed and 2 confirmed. NaN where nobody visited.
    effort : numpy.ndarray or None
        How long or how far was searched, > 0 where `y` is known, shape (site, occasion).
    effort_unit : str
        Unit of `effort`, such as ``day`` or ``km``; empty without effort.
    site_covariates : mapping of str to numpy.ndarray
        float64 or text, each shape (site,).
    occasion_covariates : mapping of str to numpy.ndarray
        float64 or text, each shape (site, occasion); NaN or ``""`` where missing.
    position : numpy.ndarray or None
        Longitude and latitude [degrees], or x and y [m], shape (site, 2); sites may coincide.
    position_kind : str
        ``"lonlat"``, ``"projected"`` or empty.
    season : numpy.ndarray
        Season of each occasion, int64 index into `seasons`, not falling, shape (occasion,).
        Between seasons sites may be won and lost, within one they are closed.
    seasons : tuple of str
        Names of the seasons in order of time.
    header : dict of str to str
        ``# key: value`` lines: status, source, units, crs.
    notes : tuple of str
        Remarks of the reader.
    grid : CellGrid or None
        Cells that the sites are, where they are cells.

    Examples
    --------
    >>> import numpy as np
    >>> seen = np.array([[0.0, 1.0, np.nan], [0.0, 0.0, 0.0]])
    >>> histories = Histories(("A", "B"), ("1", "2", "3"), seen)
    >>> histories.visits.tolist(), histories.naive.tolist()
    ([2, 3], [True, False])
    """

    site: tuple[str, ...]
    occasion: tuple[str, ...]
    y: Floats
    effort: Floats | None = None
    effort_unit: str = ""
    site_covariates: Mapping[str, NDArray] = field(default_factory=dict)
    occasion_covariates: Mapping[str, NDArray] = field(default_factory=dict)
    position: Floats | None = None
    position_kind: Literal["", "lonlat", "projected"] = ""
    season: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    seasons: tuple[str, ...] = ("1",)
    header: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    grid: CellGrid | None = None

    def __post_init__(self) -> None:
        if not self.season.size:
            object.__setattr__(self, "season", np.zeros(len(self.occasion), np.int64))

    @property
    def visited(self) -> NDArray[np.bool_]:
        """Whether somebody visited, shape (site, occasion)."""
        return np.isfinite(self.y)

    @property
    def visits(self) -> NDArray[np.int64]:
        """Visits to each site, shape (site,)."""
        return self.visited.sum(axis=1)

    @property
    def naive(self) -> NDArray[np.bool_]:
        """Sites where anything was seen at all, shape (site,)."""
        return np.nansum(self.y, axis=1) > 0


def _check_shapes(histories: Histories, faults: Faults) -> None:
    """Note arrays that do not fit the names of sites and occasions."""
    shape = (len(histories.site), len(histories.occasion))
    wanted: dict[str, tuple[NDArray | None, tuple[int, ...]]] = {
        "y": (histories.y, shape),
        "effort": (histories.effort, shape),
        "position": (histories.position, (shape[0], 2)),
        "season": (histories.season, shape[1:]),
    }
    for name, values in histories.site_covariates.items():
        wanted[f"site covariate {name}"] = (values, shape[:1])
    for name, values in histories.occasion_covariates.items():
        wanted[f"occasion covariate {name}"] = (values, shape)
    for name, (found, rule) in wanted.items():
        if found is not None and found.shape != rule:
            faults.add(f"histories: {name}", f"must have shape {rule}", found.shape)


def _check_names(histories: Histories, faults: Faults) -> None:
    """Note names that come twice, and seasons out of order."""
    for kind in ("site", "occasion", "seasons"):
        names = getattr(histories, kind)
        for name in sorted({name for name in names if names.count(name) > 1}):
            faults.add(f"histories: {kind}", "must name each only once", name, "a duplicated row?")
    season = histories.season
    if season.size and (season.min() < 0 or season.max() >= len(histories.seasons)):
        faults.add("histories: season", "must be an index into seasons", int(season.max()))
    elif np.any(np.diff(season) < 0):
        faults.add("histories: season", "must hold the occasions of a season together, in order")


def check_histories(histories: Histories, largest: float = np.inf, where: str = "survey") -> None:
    """Refuse histories that contradict themselves; all faults at once.

    Parameters
    ----------
    histories : Histories
        What a reader or a simulator gives.
    largest : float
        Largest value that `y` may take: 1 for detections, 2 with confirmations.
    where : str
        File or survey, for messages.

    Raises
    ------
    InputError
        For arrays of a wrong shape, names that come twice, values that are no whole numbers or
        too large, detections without effort, and histories without any visit.
    """
    faults = Faults()
    _check_names(histories, faults)
    _check_shapes(histories, faults)
    faults.raise_if_any()
    y, visited = histories.y, histories.visited
    bad = np.isinf(y) | (y < 0) | (visited & (y != np.floor(y))) | (y > largest)
    what = "a whole number" if np.isinf(largest) else f"one of 0..{largest:g}"
    for i, j in np.argwhere(bad)[:20]:
        place = f"{where}: site {histories.site[i]}, occasion {histories.occasion[j]}"
        faults.add(place, f"must be {what}, or empty where nobody visited", float(y[i, j]))
    if not visited.any():
        faults.add(where, "must hold at least one visit")
    if histories.effort is not None:
        idle = visited & ~(histories.effort > 0)
        for i, j in np.argwhere(idle)[:20]:
            place = f"{where}: site {histories.site[i]}, occasion {histories.occasion[j]}, effort"
            advice = "leave the visit empty where nobody searched"
            faults.add(place, "must be > 0 for a visit", float(histories.effort[i, j]), advice)
    faults.raise_if_any()
