"""Sites and cells on one map: coordinates, covariates sampled from the grid, zones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults, InputError, did_you_mean, require
from ustyurt_models.survey.covariates import Design, names_in
from ustyurt_models.survey.models.distance.rows import ScaleRows, scale_rows
from ustyurt_models.survey.models.hierarchical.data import HierarchicalSurvey
from ustyurt_models.survey.models.hierarchical.maps import (
    Cells,
    OnMap,
    cells_of_survey,
    nearest_cell,
    sites_m,
)
from ustyurt_models.survey.models.hierarchical.predict import CellTable
from ustyurt_models.survey.read.grid import units_in_metres
from ustyurt_models.survey.read.units import declared_units
from ustyurt_models.survey.steps import Step, covariate_units, steps_of

__all__ = ["Places", "cell_table", "covariates_at_sites", "place"]

Floats = NDArray[np.float64]

_AXES = ("x_km", "y_km")


@dataclass(frozen=True)
class Places:
    """Where everything is, and how density and scale depend on it.

    Attributes
    ----------
    site_covariates : mapping of str to numpy.ndarray
        Of the file and of the grid, each shape (site,).
    site_km : numpy.ndarray or None
        Shape (site, 2).
    density : Design
        Columns of log density, learnt from the sites with effort.
    columns : numpy.ndarray
        Their values at the sites with effort, shape (visited, column).
    levels : mapping of str to (tuple of str, numpy.ndarray)
        Levels of each factor with random effects on density, and the level of each site with
        effort.
    rows : ScaleRows
        Covariates of the scale; ``row`` is that of each site with effort.
    cells : CellTable or None
        Cells to predict to.
    steps : mapping of str to Step
        What one unit of a column of density is in the covariate's own unit.
    """

    site_covariates: Mapping[str, NDArray]
    site_km: Floats | None
    density: Design
    columns: Floats
    levels: Mapping[str, tuple[tuple[str, ...], NDArray[np.int64]]]
    rows: ScaleRows
    cells: CellTable | None
    steps: Mapping[str, Step]


def covariates_at_sites(
    survey: OnMap, names: set[str], place_m: Floats | None, grid: Cells | None
) -> dict[str, NDArray]:
    """Sample from the grid the covariates that the file does not have.

    Parameters
    ----------
    survey : OnMap
        The survey.
    names : set of str
        Covariates that the model needs.
    place_m : numpy.ndarray or None
        Places of the sites [m], shape (site, 2).
    grid : Cells or None
        Cells.

    Returns
    -------
    dict of str to numpy.ndarray
        Those of the file, and those sampled, each shape (site,).

    Raises
    ------
    InputError
        Sites off the grid, and covariates that have another unit in the file than in the grid.
    """
    file, faults = dict(survey.data.covariates), Faults()
    wanted = {name for name in names if name not in _AXES and grid and name in grid.covariates}
    if grid is None or place_m is None or not wanted:
        return file
    nearest = nearest_cell(place_m, grid)
    lost = np.flatnonzero((nearest < 0) & survey.data.visited)
    for name in sorted(wanted):
        values = grid.covariates[name]
        if name in file:
            _check_scale(name, file[name], values, nearest, faults)
            continue
        if lost.size:
            which = ", ".join(survey.data.site[i] for i in lost[:5])
            rule = f"must lie on the grid, whose {name!r} the model needs"
            advice = "give the column in the survey file, or leave these sites out"
            faults.add("survey: position", rule, f"{lost.size} do not: {which}", advice)
            break
        file[name] = values[nearest]
    faults.raise_if_any()
    return file


def _check_scale(
    name: str, at_sites: NDArray, cells: NDArray, nearest: NDArray[np.int64], faults: Faults
) -> None:
    """Note a covariate that runs alike in file and grid but in another unit."""
    on = nearest >= 0
    if at_sites.dtype.kind != "f" or cells.dtype.kind != "f" or on.sum() < 10:
        return
    own, theirs = at_sites[on], cells[nearest[on]].astype(float)
    if not np.ptp(own) > 0 or not np.ptp(theirs) > 0:
        return
    slope = float(np.cov(own, theirs)[0, 1] / np.var(own, ddof=1))
    alike = float(np.corrcoef(own, theirs)[0, 1]) > 0.8
    if alike and not 0.5 < slope < 2.0:
        rule = "must have the same unit in survey and grid; from one to the other it grows"
        advice = f"feet and metres? write '# units: {name}=ft' on top of the file in feet"
        faults.add(f"survey: grid: {name}", rule, f"{slope:.3g} times", advice)


def cell_table(
    at: Mapping[str, str | float], design: Design, grid: Cells, factors: tuple[str, ...]
) -> CellTable:
    """Gather what prediction needs.

    Parameters
    ----------
    at : mapping of str to str or float
        What the grid lacks.
    design : Design
        Columns that are predicted with.
    grid : Cells
        Cells.
    factors : tuple of str
        Factors with random effects, which `at` may name as well.

    Raises
    ------
    InputError
        Variables that neither the grid nor `at` has, gaps in the cells, and levels that the survey
        does not have.
    """
    faults, count = Faults(), grid.area_km2.size
    kilometres = grid.position_m / 1000.0
    axes = dict(zip(_AXES, kilometres.T, strict=True))
    found: dict[str, NDArray] = {}
    for name in design.variables:
        if name in at:
            found[name] = np.full(count, at[name])
        elif name in axes:
            found[name] = axes[name]
        elif name in grid.covariates:
            found[name] = grid.covariates[name]
            _check_gaps(name, found[name], faults)
        else:
            advice = f'say where to predict: at = {{ {name} = "..." }}'
            faults.add(f"survey: grid: {name}", "must be a column of the grid", None, advice)
    for name in at:
        if name not in design.variables and name not in factors:
            advice = did_you_mean(name, {*design.variables, *factors})
            faults.add("survey: at", "must name variables of the density", name, advice)
    faults.raise_if_any()
    # Now and not when cells are predicted, after the fit.
    design.require_known(found)
    crs = "" if grid.crs is None else str(grid.crs.to_wkt())
    return CellTable(found, kilometres, grid.area_km2, grid.zone, grid.zones, grid.cell, crs)


def _check_gaps(name: str, values: NDArray, faults: Faults) -> None:
    """Note missing values in the cells."""
    gaps = int(np.isnan(values).sum() if values.dtype.kind == "f" else (values == "").sum())
    if gaps:
        rule, advice = "must be known in every cell", "fill them, or leave the cells out"
        faults.add(f"survey: grid: {name}", rule, f"{gaps} of {values.size} are missing", advice)


def place(survey: HierarchicalSurvey) -> Places:
    """Bring sites and cells together.

    Parameters
    ----------
    survey : HierarchicalSurvey
        The survey with its grid, if any.

    Returns
    -------
    Places
        Covariates, coordinates and designs.

    Raises
    ------
    InputError
        Unknown variables, sites off the grid, units that differ, a surface without grid.
    """
    settings, grid = survey.settings, cells_of_survey(survey)
    advice = "fit it within a study, or give grid = 'cells.csv'"
    rule = "a density surface needs cells to predict to"
    require(grid is not None or not survey.is_surface, "survey: grid", rule, None, advice)
    names = {
        name
        for option in ("density", "scale")
        for name in names_in(getattr(settings, option), f"survey: {option}")
    }
    place_m = sites_m(survey, grid)
    table = covariates_at_sites(survey, names, place_m, grid)
    site_km = None if place_m is None else place_m / 1000.0
    if site_km is not None:
        table |= dict(zip(_AXES, site_km.T, strict=True))
    visited = {name: values[survey.data.visited] for name, values in table.items()}
    density, scale = _designs(survey, visited)
    factors = {name: visited[name] for name in settings.scale_random}
    rows = scale_rows(_matrix(scale, visited, survey), scale.names, factors, False)
    units = _units(survey, grid)
    rows = replace(rows, steps=steps_of(scale.names, scale.variables, units))
    cells = None
    by_stratum = survey.data.truncated.area_known and not survey.is_surface
    if grid is not None and not (by_stratum and survey.own_grid is None):
        cells = cell_table(settings.at, density, grid, settings.density_random)
    return Places(
        table,
        site_km,
        density,
        _matrix(density, visited, survey),
        {name: _levels(visited[name]) for name in settings.density_random},
        rows,
        cells,
        steps_of(density.names, density.variables, units),
    )


def _units(survey: HierarchicalSurvey, grid: Cells | None) -> dict[str, str]:
    """Return the units of covariates: those of the file before those of the grid."""
    file = units_in_metres(declared_units(survey.header.get("units", "")))
    return covariate_units("", {**(grid.units if grid is not None else {}), **file})


def _matrix(design: Design, table: Mapping[str, NDArray], survey: HierarchicalSurvey) -> Floats:
    """Return the columns of a design, shape (visited, column), also without any variable."""
    if not design.names:
        return np.empty((int(survey.data.visited.sum()), 0))
    return design.matrix(table)


def _levels(values: NDArray) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the levels of a factor and the level of each row."""
    levels, index = np.unique(values.astype(str), return_inverse=True)
    return tuple(map(str, levels)), index.astype(np.int64)


def _designs(survey: HierarchicalSurvey, visited: Mapping[str, NDArray]) -> tuple[Design, Design]:
    """Learn means, spreads and levels from the sites with effort; faults of both together."""
    faults = Faults()
    found = []
    for option in ("density", "scale"):
        try:
            formula = getattr(survey.settings, option)
            found.append(Design.learn(formula, visited, f"survey: {option}"))
        except InputError as error:
            faults.extend(error)
    faults.raise_if_any()
    return found[0], found[1]
