"""Visits of several sources to the same sites: read, laid on common sites, said in one line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import InputError, require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.provenance import digest_files
from ustyurt_models.study.surveys.sources import SourceOccupancy
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.models.sites.data import SiteSurvey, survey_of
from ustyurt_models.survey.models.sites.data import load as load_site
from ustyurt_models.survey.models.sources.merge import (
    common_sites,
    merged,
    site_covariates,
    stacked,
)
from ustyurt_models.survey.read.grid import GridTable, GridUnits, read_grid
from ustyurt_models.survey.read.histories import Histories

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["SourceSurvey", "describe", "load", "sources_of"]

Ints = NDArray[np.int64]
_NOWHERE = Context()


@dataclass(frozen=True)
class SourceSurvey:
    """Visits of several sources, and the block of the study file.

    Attributes
    ----------
    settings : SourceOccupancy
        Block of the study file.
    whole : SiteSurvey
        All sites with the visits of all sources side by side.
    parts : mapping of str to SiteSurvey
        By source: the sites that it visited, ready to be fitted alone.
    at : mapping of str to numpy.ndarray
        By source: which of all sites these are, int64.
    header : mapping of str to str
        Status, source, file and hash of all together.
    """

    settings: SourceOccupancy
    whole: SiteSurvey
    parts: Mapping[str, SiteSurvey]
    at: Mapping[str, Ints]
    header: Mapping[str, str]


def sources_of(
    found: Mapping[str, Histories],
    settings: SourceOccupancy,
    own_grid: GridTable | None = None,
    grid: "xr.Dataset | None" = None,
    header: Mapping[str, str] | None = None,
) -> SourceSurvey:
    """Prepare the histories of all sources.

    Parameters
    ----------
    found : mapping of str to Histories
        By source, in the order of the study file.
    settings : SourceOccupancy
        Block of the study file.
    own_grid, grid : optional
        Cells to predict to, as for `sites.data.survey_of`.
    header : mapping of str to str, optional
        Lines that tell of all files together.

    Raises
    ------
    InputError
        As `sites.data.survey_of` and `merge.common_sites`; for seasons.
    """
    rule = "must be a single one: between seasons sites are won and lost"
    for name, one in found.items():
        require(len(one.seasons) == 1, f"survey: source {name}: seasons", rule, len(one.seasons))
    own = {
        name: _named(name, lambda n=name, o=one: survey_of(o, settings.alone(n)))
        for name, one in found.items()
    }
    visited = {name: one.histories for name, one in own.items()}
    common = common_sites(visited, settings.cell)
    told = site_covariates(visited, common)
    laid = {name: stacked(one, common.home[name], common, told) for name, one in visited.items()}
    parts = {name: survey_of(one, settings.alone(name)) for name, (one, _) in laid.items()}
    whole = merged([(name, *one) for name, one in laid.items()], common, told)
    idle = sum(one.idle for one in own.values())
    together = replace(survey_of(whole, settings.together(), own_grid, grid), idle=idle)
    at = {name: one[1] for name, one in laid.items()}
    return SourceSurvey(settings, together, parts, at, header or {"status": "simulated"})


def _named(name, read) -> SiteSurvey:
    """Run `read`; its faults name the source."""
    try:
        return read()
    except InputError as error:
        faults = [replace(fault, where=f"source {name}: {fault.where}") for fault in error.faults]
        raise InputError(faults) from None


def _paths(spec: SourceOccupancy, folder: Path, name: str) -> list[Path]:
    """Return the files that a source is read from."""
    source = spec.sources[name]
    named = [source.file, *([source.patrols.mapping] if source.patrols is not None else [])]
    return [folder / one for one in named]


def _header(spec: SourceOccupancy, folder: Path, own: Mapping[str, SiteSurvey]) -> dict[str, str]:
    """Say what the sources are; simulated as soon as one of them is."""
    statuses = list(dict.fromkeys(one.header.get("status", "not stated") for one in own.values()))
    simulated = [one for one in statuses if one.startswith("simulated")]
    files = [Path(source.file).name for source in spec.sources.values()]
    paths = [path for name in own for path in _paths(spec, folder, name)]
    said = [f"{name}: {one.header.get('source', 'not stated')}" for name, one in own.items()]
    return {
        "title": f"Occupancy from {', '.join(own)}",
        "status": simulated[0] if simulated else ", ".join(statuses),
        "source": "; ".join(said),
        "survey_file": " and ".join(dict.fromkeys(files)),
        "survey_digest": digest_files(paths),
    }


def load(
    spec: SourceOccupancy, folder: Path, catalogue: Catalogue | None, context: Context
) -> SourceSurvey:
    """Read the files of all sources; see `registry`."""
    own = {}
    for name, source in spec.sources.items():
        path = folder / source.file
        require(path.exists(), f"source {name}: file {source.file}", "must exist", str(path))
        block = spec.alone(name)
        own[name] = _named(name, lambda b=block: load_site(b, folder, catalogue, _NOWHERE))
    grid = None
    if spec.grid:
        units = GridUnits(spec.area_unit, spec.grid_units, spec.cell_area)
        grid = read_grid(folder / spec.grid, units, spec.encoding)
    found = {name: one.histories for name, one in own.items()}
    header = _header(spec, folder, own)
    return sources_of(found, spec, grid, None if grid else context.grid, header)


def describe(survey: SourceSurvey) -> str:
    """Say in one line what the files hold."""
    times = np.bincount(np.concatenate(list(survey.at.values())))
    told = [
        f"{name} {int(one.histories.visits.sum()):,} visits to {len(one.histories.site)} sites, "
        f"detections at {int(one.histories.naive.sum())}"
        for name, one in survey.parts.items()
    ]
    count = len(survey.whole.histories.site)
    return f"{count} sites, {int((times > 1).sum())} of them in several sources: {'; '.join(told)}"
