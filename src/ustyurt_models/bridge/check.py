"""Check a scenario against its landscape and its files, before anything is computed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import xarray as xr

from ustyurt_models.bridge.places import zone_map
from ustyurt_models.bridge.plans import monitored_columns, releases_of, translocations_of
from ustyurt_models.bridge.regimes import regimes_of
from ustyurt_models.bridge.resample import overlap_of
from ustyurt_models.bridge.species import parameters_of
from ustyurt_models.checks import Faults, InputError
from ustyurt_models.evidence import Catalogue
from ustyurt_models.landscape.climate_file import read_series
from ustyurt_models.landscape.land import zones
from ustyurt_models.study.crosscheck import resampled_surveys
from ustyurt_models.study.schema import Scenario
from ustyurt_models.study.surveys import HierarchicalBlock, PlacedBlock
from ustyurt_models.survey.models.hierarchical.maps import cells_of_table
from ustyurt_models.survey.read.grid import GridUnits, read_grid

__all__ = ["check_maps", "check_scenario"]


def check_scenario(
    scenario: Scenario, folder: Path, land: xr.Dataset, catalogue: Catalogue
) -> None:
    """Read everything that a scenario names, and find all its places on the land.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    folder : Path
        Folder of the study file.
    land : xarray.Dataset
        The landscape, cut to the study region.
    catalogue : Catalogue
        The evidence.

    Raises
    ------
    InputError
        With every species file, parameter, place, polygon or weather series that does not fit.
    """
    faults = Faults()
    for look in _looks(scenario, folder, land, catalogue):
        try:
            look()
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()


def _looks(
    scenario: Scenario, folder: Path, land: xr.Dataset, catalogue: Catalogue
) -> Iterator[Callable[[], object]]:
    """Yield every part of the check; each raises `InputError` or does nothing."""
    columns = monitored_columns(tuple(zones(land)), scenario.species)
    yield lambda: catalogue.require_ids(parameters_of(scenario, folder), "species files")
    yield lambda: zone_map(scenario.area.core, land)
    yield lambda: releases_of(scenario, land, columns)
    yield lambda: translocations_of(scenario, land)
    yield lambda: regimes_of(scenario, land, 0.0, folder)
    yield lambda: check_maps(scenario, folder, land)
    if scenario.climate.file:
        # The first winter acts on what the year before left, so that year is needed as well.
        years = np.arange(scenario.start - 1, scenario.start + scenario.years)
        yield lambda: read_series(folder / scenario.climate.file).of(years)


def check_maps(scenario: Scenario, folder: Path, land: xr.Dataset) -> list[str]:
    """Lay the grids of surveys whose maps become habitat or places on the study region.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    folder : Path
        Folder of the study file.
    land : xarray.Dataset
        The landscape, cut to the study region.

    Returns
    -------
    list of str
        What will be done to each.

    Raises
    ------
    InputError
        With the share of the region that a grid leaves out; for grids without projection, and such
        as are no lattice.
    """
    faults, said = Faults(), []
    for name in resampled_surveys(scenario):
        try:
            said.append(_laid(name, scenario, folder, land))
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    return said


def _laid(name: str, scenario: Scenario, folder: Path, land: xr.Dataset) -> str:
    """Say how the grid of one survey will be resampled, or refuse it."""
    survey, where = scenario.survey[name], f"survey.{name}"
    assert isinstance(survey, HierarchicalBlock | PlacedBlock)
    units = GridUnits(survey.area_unit, survey.grid_units, survey.cell_area)
    path = folder / survey.grid
    cells = cells_of_table(read_grid(path, units, survey.encoding, projection_needed=True))
    assert cells.crs is not None
    found = overlap_of(cells.position_m, cells.area_km2, cells.crs.to_wkt(), land, where)
    found.require_whole(where)
    return found.words(name)
