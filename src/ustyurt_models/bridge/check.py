"""Check a scenario against its landscape and its files, before anything is computed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import xarray as xr

from ustyurt_models.bridge.assemble import parameters_of
from ustyurt_models.bridge.places import zone_map
from ustyurt_models.bridge.plans import monitored_columns, releases_of, translocations_of
from ustyurt_models.bridge.regimes import regimes_of
from ustyurt_models.checks import Faults, InputError
from ustyurt_models.evidence import Catalogue
from ustyurt_models.landscape.climate_file import read_series
from ustyurt_models.landscape.land import zones
from ustyurt_models.study.schema import Scenario

__all__ = ["check_scenario"]


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
    if scenario.climate.file:
        # The first winter acts on what the year before left, so that year is needed as well.
        years = np.arange(scenario.start - 1, scenario.start + scenario.years)
        yield lambda: read_series(folder / scenario.climate.file).of(years)
