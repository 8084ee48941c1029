"""Visits on which several species were looked for: read, cleaned, and said in one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.study.surveys.community import CommunityOccupancy
from ustyurt_models.survey.context import Context
from ustyurt_models.survey.models.sites.data import SiteSurvey, survey_of
from ustyurt_models.survey.models.sites.reading import watched, wide_columns
from ustyurt_models.survey.read.camtrap.source import is_package
from ustyurt_models.survey.read.histories import check_histories
from ustyurt_models.survey.read.species import SpeciesHistories, join_species, with_unseen
from ustyurt_models.survey.read.species_tables import SpeciesColumns, read_species_table

__all__ = ["CommunitySurvey", "community_of", "describe", "load"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CommunitySurvey:
    """Repeated visits, what was seen of each species, and the block of the study file.

    Attributes
    ----------
    sites : SiteSurvey
        Sites that were visited; its histories say whether any species was seen.
    found : SpeciesHistories
        The same sites and visits by species.
    """

    sites: SiteSurvey
    found: SpeciesHistories

    @property
    def settings(self) -> CommunityOccupancy:
        """Block of the study file."""
        assert isinstance(self.sites.settings, CommunityOccupancy)
        return self.sites.settings

    @property
    def header(self) -> Mapping[str, str]:
        """``# key: value`` lines of the file."""
        return self.sites.header


def community_of(found: SpeciesHistories, settings: CommunityOccupancy) -> CommunitySurvey:
    """Prepare histories that have been read or simulated.

    Parameters
    ----------
    found : SpeciesHistories
        Sites, visits and species.
    settings : CommunityOccupancy
        Block of the study file.

    Raises
    ------
    InputError
        As `sites.data.survey_of`; for a single species, and for seasons.
    """
    rule = "must be at least two; take occupancy for a single species"
    require(len(found.species) >= 2, "survey: species", rule, len(found.species))
    seasons = len(found.histories.seasons)
    rule = "must be a single one: between seasons sites are won and lost"
    require(seasons == 1, "survey: seasons", rule, seasons)
    for number in range(len(found.species)):
        check_histories(found.of(number), 1.0)
    sites = survey_of(found.histories, settings)
    kept = [found.histories.site.index(name) for name in sites.histories.site]
    y = np.where(sites.histories.visited, found.y[:, kept], np.nan)
    return CommunitySurvey(sites, SpeciesHistories(sites.histories, found.species, y))


def _columns(spec: CommunityOccupancy) -> SpeciesColumns:
    """Return what the block says of the columns of a table."""
    return SpeciesColumns(
        wide_columns(spec), spec.species_column, spec.visit_column, spec.seen_column, spec.members
    )


def _read(spec: CommunityOccupancy, folder: Path) -> SpeciesHistories:
    """Read the visits: of a table, or once per species of cameras or patrols."""
    if spec.patrols is None and is_package(folder / spec.file):
        rule = "must say which species of the package were looked for"
        require(bool(spec.members), "survey: members", rule, None, "members = { fox = 'Vulpes' }")
    parts = watched(spec, folder, spec.members)
    if parts is None:
        return read_species_table(folder / spec.file, _columns(spec), spec.encoding)
    return join_species(parts)


def load(
    spec: CommunityOccupancy, folder: Path, catalogue: Catalogue | None, context: Context
) -> CommunitySurvey:
    """Read the files of a survey block; see `registry`."""
    return community_of(with_unseen(_read(spec, folder), spec.never_seen), spec)


def describe(survey: CommunitySurvey) -> str:
    """Say in one line what the file holds."""
    histories, y = survey.sites.histories, survey.found.y
    idle = f" ({survey.sites.idle} more never visited)" if survey.sites.idle else ""
    seen = int((np.nansum(y, axis=(1, 2)) > 0).sum())
    return (
        f"{len(histories.site)} sites{idle}, {int(histories.visits.sum()):,} visits, "
        f"{len(survey.found.species)} species looked for, {seen} of them seen, "
        f"{int(np.nansum(y)):,} detections"
    )
