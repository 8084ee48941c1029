"""Repeated visits with all that a model is told: read, cleaned, and said in one line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, did_you_mean
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys.sites import SiteBlock
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.covariates import names_in
from ustyurt_models.survey.models.sites.reading import COUNTS, largest, watched, wide_columns
from ustyurt_models.survey.read.covariates import is_missing
from ustyurt_models.survey.read.grid import GridTable, GridUnits, read_grid
from ustyurt_models.survey.read.histories import Histories, check_histories
from ustyurt_models.survey.read.wide_histories import read_wide_histories

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["COUNTS", "SiteSurvey", "describe", "load", "survey_of", "visit_table"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlacedSites:
    """Sites as `hierarchical.maps.SitesOnMap` wants them; all were visited."""

    site: tuple[str, ...]
    covariates: Mapping[str, NDArray]
    position: Floats | None
    position_kind: str

    @property
    def visited(self) -> NDArray[np.bool_]:
        """Sites with visits: all."""
        return np.ones(len(self.site), bool)


@dataclass(frozen=True)
class SiteSurvey:
    """Repeated visits and the block of the study file.

    Attributes
    ----------
    histories : Histories
        Sites that were visited; visits of which a covariate is missing are left out.
    settings : SiteBlock
        Block of the study file.
    own_grid : GridTable or None
        Cells of the file named in the study.
    grid : xarray.Dataset or None
        Cells of the landscape, as `contracts.GRID`.
    idle : int
        Sites that were never visited and are left out.
    """

    histories: Histories
    settings: SiteBlock
    own_grid: GridTable | None = None
    grid: "xr.Dataset | None" = None
    idle: int = 0

    @property
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the file."""
        return self.histories.header

    @property
    def data(self) -> PlacedSites:
        """The sites for the map."""
        told = self.histories
        return PlacedSites(told.site, told.site_covariates, told.position, told.position_kind)

    @property
    def is_surface(self) -> bool:
        """Whether there is a spatial field, so that every place must be known."""
        return bool(getattr(self.settings, "field", False))

    @property
    def exposure(self) -> Floats:
        """Effort of each visit over the median visit, 1 without effort, shape (site, occasion)."""
        histories = self.histories
        if histories.effort is None:
            return np.ones(histories.y.shape)
        usual = float(np.median(histories.effort[histories.visited]))
        return np.where(histories.visited, histories.effort / usual, 1.0)


def visit_table(histories: Histories) -> dict[str, NDArray]:
    """Return what detection may depend on, each shape (site, occasion).

    Covariates of visits and of sites, ``season`` and ``occasion`` (its place within the season).
    """
    shape = histories.y.shape
    table = {
        name: np.broadcast_to(values[:, None], shape)
        for name, values in histories.site_covariates.items()
    }
    seasons = np.array(histories.seasons, np.str_)[histories.season]
    place = np.concatenate(
        [np.arange(1, n + 1) for n in np.bincount(histories.season, minlength=1)]
    )
    table["season"] = np.broadcast_to(seasons, shape)
    table["occasion"] = np.broadcast_to(place.astype(float), shape)
    return table | dict(histories.occasion_covariates)


def _known_visits(histories: Histories, settings: SiteBlock) -> Histories:
    """Leave out visits of which a covariate of detection is missing, with a note."""
    table, faults = visit_table(histories), Faults()
    wanted = (*names_in(settings.detection, "survey: detection"), *settings.detection_random)
    lost = np.zeros(histories.y.shape, bool)
    for name in wanted:
        if name not in table:
            advice = did_you_mean(name, table)
            faults.add("survey: detection", "must name columns of visits or sites", name, advice)
            continue
        lost |= is_missing(table[name]) & histories.visited
    faults.raise_if_any()
    if not lost.any():
        return histories
    y = np.where(lost, np.nan, histories.y)
    note = f"{int(lost.sum())} visits left out: a covariate of detection is missing there"
    return replace(histories, y=y, notes=(*histories.notes, note))


def _of_sites(histories: Histories, kept: NDArray[np.bool_]) -> Histories:
    """Return the histories of some sites."""
    return replace(
        histories,
        site=tuple(name for name, keep in zip(histories.site, kept, strict=True) if keep),
        y=histories.y[kept],
        effort=None if histories.effort is None else histories.effort[kept],
        site_covariates={k: v[kept] for k, v in histories.site_covariates.items()},
        occasion_covariates={k: v[kept] for k, v in histories.occasion_covariates.items()},
        position=None if histories.position is None else histories.position[kept],
    )


def survey_of(
    histories: Histories,
    settings: SiteBlock,
    own_grid: GridTable | None = None,
    grid: "xr.Dataset | None" = None,
) -> SiteSurvey:
    """Prepare histories that have been read or simulated.

    Parameters
    ----------
    histories : Histories
        Sites and visits.
    settings : SiteBlock
        Block of the study file.
    own_grid : GridTable, optional
        Cells of a file.
    grid : xarray.Dataset, optional
        Cells of the landscape.

    Returns
    -------
    SiteSurvey
        What the model takes. Sites without visits tell nothing and are left out.

    Raises
    ------
    InputError
        As `check_histories`; for covariates of detection that are no columns.
    """
    check_histories(histories, largest(settings))
    known = _known_visits(histories, settings)
    check_histories(known)
    visited = known.visits > 0
    idle = int((~visited).sum())
    return SiteSurvey(_of_sites(known, visited), settings, own_grid, grid, idle)


def _read(spec: SiteBlock, folder: Path) -> Histories:
    """Read visits: a table of them, a package of cameras, or tables of patrols."""
    taxon = spec.cameras.taxon if spec.cameras else ""
    found = watched(spec, folder, {spec.species: taxon or spec.species})
    if found is not None:
        return found[spec.species]
    return read_wide_histories(folder / spec.file, wide_columns(spec), spec.encoding)


def load(
    spec: SiteBlock, folder: Path, catalogue: Catalogue | None, context: Context
) -> SiteSurvey:
    """Read the files of a survey block; see `registry`."""
    histories = _read(spec, folder)
    own = None
    if spec.grid:
        units = GridUnits(spec.area_unit, spec.grid_units, spec.cell_area)
        own = read_grid(folder / spec.grid, units, spec.encoding)
    return survey_of(histories, spec, own, None if own else context.grid)


def describe(survey: SiteSurvey) -> str:
    """Say in one line what the file holds."""
    histories = survey.histories
    idle = f" ({survey.idle} more never visited)" if survey.idle else ""
    seasons = f" in {len(histories.seasons)} seasons" if len(histories.seasons) > 1 else ""
    what = "animals counted" if survey.settings.model in COUNTS else "detections"
    return (
        f"{len(histories.site)} sites{idle}, {int(histories.visits.sum()):,} visits{seasons}, "
        f"{int(np.nansum(histories.y)):,} {what} at {int(histories.naive.sum())} sites"
    )
