"""Where the sites are, what their state depends on, and the cells to predict to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.survey.covariates import names_in
from ustyurt_models.survey.models.hierarchical.field import (
    Field,
    FieldOptions,
    lay_field,
)
from ustyurt_models.survey.models.hierarchical.maps import cells_of_survey, sites_m
from ustyurt_models.survey.models.hierarchical.places import cell_table, covariates_at_sites
from ustyurt_models.survey.models.hierarchical.predict import CellTable
from ustyurt_models.survey.models.sites.data import SiteSurvey
from ustyurt_models.survey.models.sites.detection import units_of
from ustyurt_models.survey.models.sites.predictors import Predictor, learn_predictor

__all__ = ["SitePlaces", "field_of_sites", "place_sites", "site_table"]

Floats = NDArray[np.float64]

_AXES = ("x_km", "y_km")
#: What one site tells of the logit of its occupancy: psi (1 - psi) at a middling psi of 0.7.
_TOLD = 0.2


@dataclass(frozen=True)
class SitePlaces:
    """Sites and cells on one map.

    Attributes
    ----------
    state : Predictor
        Of the state of the sites, one row per site.
    site_km : numpy.ndarray or None
        Shape (site, 2).
    cells : CellTable or None
        Cells to predict to.
    """

    state: Predictor
    site_km: Floats | None
    cells: CellTable | None


def site_table(survey: SiteSurvey) -> dict[str, NDArray]:
    """Return the columns of the file by site, and their names, each shape (site,)."""
    # A formula without any variable still needs the number of rows.
    names = np.array(survey.histories.site, np.str_)
    return {"site": names} | dict(survey.histories.site_covariates)


def place_sites(survey: SiteSurvey, name: str, options: tuple[str, tuple[str, ...]]) -> SitePlaces:
    """Bring sites and cells together, and learn what the state of a site depends on.

    Parameters
    ----------
    survey : SiteSurvey
        The survey, with its grid where it is predicted to cells.
    name : str
        Name of the state, such as ``psi``.
    options : tuple of str and tuple of str
        Formula and factors with random effects.

    Raises
    ------
    InputError
        Unknown variables, sites off the grid, units that differ, a field without cells.
    """
    settings, where = survey.settings, f"survey: {name}"
    if not settings.on_map:
        table = site_table(survey)
        return SitePlaces(
            learn_predictor(name, options, table, where, units_of(survey)), None, None
        )
    grid = cells_of_survey(survey)
    advice = "fit it within a study, or give grid = 'cells.csv'"
    require(grid is not None, "survey: grid", "a map needs cells to predict to", None, advice)
    assert grid is not None
    place_m = sites_m(survey, grid)
    rule = "must be known for a smooth field"
    advice = "add columns longitude and latitude, or x and y"
    require(place_m is not None or not survey.is_surface, "survey: position", rule, None, advice)
    names = set(names_in(options[0], where))
    table = site_table(survey) | covariates_at_sites(survey, names, place_m, grid)
    site_km = None if place_m is None else place_m / 1000.0
    if site_km is not None:
        table |= dict(zip(_AXES, site_km.T, strict=True))
    units = dict(grid.units) | units_of(survey)
    state = learn_predictor(name, options, table, where, units)
    cells = cell_table(settings.at, state.design, grid, options[1])
    return SitePlaces(state, site_km, cells)


def field_of_sites(options: FieldOptions, places: SitePlaces) -> Field:
    """Lay the waves of a field on the logit of the state."""
    assert places.site_km is not None
    assert places.cells is not None
    return lay_field(options, places.site_km, _TOLD, places.cells.position_km)
