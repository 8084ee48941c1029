"""Density by cell: maps, and how much of each zone rests on places that nobody surveyed."""

import numpy as np
import xarray as xr

from ustyurt_models.report.chapters.survey_reading import (
    interval,
    interval_column,
    mass_of,
    node,
)
from ustyurt_models.report.content import Block, Cell, Column, Note, Paragraph, Section, Table
from ustyurt_models.report.figures.survey_map import (
    DensityMap,
    Ground,
    LandscapeGround,
    density_maps,
    occupancy_maps,
    plain_ground,
)
from ustyurt_models.report.inputs import SurveyResult
from ustyurt_models.report.maps import Sheet
from ustyurt_models.report.words import THIN, readable, share, shown_number

__all__ = ["cells_part", "occupancy_map"]

#: The reader is warned when more than this share of the animals, or of an area whose occupancy is
#: shown, lies in extrapolated cells.
_MUCH = 0.2
_CELLS_AT_ONCE = 2000


def _ground(cells: xr.Dataset, land: xr.Dataset | None) -> Ground:
    """Return the landscape, or the cells' own places."""
    if land is not None and int(cells.attrs.get("on_landscape", 0)):
        return LandscapeGround(Sheet(land), cells["cell"].to_numpy())
    place = (cells[name].to_numpy() for name in ("x_km", "y_km", "area_km2"))
    return plain_ground(*place)


def _middles(density: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return median and coefficient of variation of each cell, block by block."""
    median, cv = np.empty(density.shape[1]), np.empty(density.shape[1])
    for begin in range(0, density.shape[1], _CELLS_AT_ONCE):
        block = density[:, begin : begin + _CELLS_AT_ONCE].astype(float)
        mean = block.mean(axis=0)
        chosen = slice(begin, begin + block.shape[1])
        median[chosen] = np.median(block, axis=0)
        spread = block.std(axis=0, ddof=1)
        cv[chosen] = np.divide(spread, mean, out=np.full_like(mean, np.nan), where=mean > 0)
    return median, cv


def _sites(survey: SurveyResult) -> np.ndarray:
    """Return where the survey went, shape (site, 2)."""
    seen = node(survey, "observed_data")
    if seen is None or not {"x_km", "y_km"} <= set(seen.data_vars):
        return np.empty((0, 2))
    place = np.column_stack([seen["x_km"], seen["y_km"]])
    return place[np.isfinite(place).all(axis=1)]


def _outside(cells: xr.Dataset) -> np.ndarray:
    if "extrapolated" not in cells:
        return np.zeros(cells.sizes["cell"], bool)
    return cells["extrapolated"].to_numpy().astype(bool)


def _animals(density: np.ndarray, area_km2: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Sum the animals of some cells, block by block, shape (draw,)."""
    total, which = np.zeros(density.shape[0]), np.flatnonzero(chosen)
    for begin in range(0, which.size, _CELLS_AT_ONCE):
        part = which[begin : begin + _CELLS_AT_ONCE]
        total += density[:, part].astype(float) @ area_km2[part]
    return total


def _zones(survey: SurveyResult, cells: xr.Dataset) -> Table:
    """Return animals by zone, with the share that rests on extrapolation."""
    names = [str(name) for name in survey.tree["abundance"].to_dataset()["stratum"].values]
    density, area = cells["density_per_km2"].to_numpy(), cells["area_km2"].to_numpy()
    zone, outside, mass = cells["zone_index"].to_numpy(), _outside(cells), mass_of(survey)
    rows = []
    for index, name in enumerate(names):
        mine = zone == index
        if not mine.any():
            continue
        animals = _animals(density, area, mine)
        beyond = _animals(density, area, mine & outside)
        row: tuple[Cell, ...] = (
            name,
            int(mine.sum()),
            float(area[mine].sum()),
            interval(animals, mass),
            float(area[mine & outside].sum() / area[mine].sum()),
            float(np.median(beyond / animals)),
        )
        rows.append(row)
    columns = (
        Column("zone"),
        Column("cells", "", "count"),
        Column("area", "km²", "count"),
        interval_column(survey, "abundance", "animals"),
        Column("extrapolated share of the area", "", "probability"),
        Column("share of the animals there", "", "probability"),
    )
    caption = f"ANIMALS: {readable(survey.species)} by zone of the map, summed over its cells."
    return Table(f"cells_{survey.name}", caption, columns, tuple(rows))


def _beyond(cells: xr.Dataset, outside: np.ndarray, quantity: str) -> str:
    """Say which share of the map's area is like nothing that was surveyed."""
    if not outside.any():
        return "Every cell has covariates within the range that was surveyed."
    area = cells["area_km2"].to_numpy()
    part = shown_number(100 * float(area[outside].sum() / area.sum()), 2)
    return (
        f"{part}{THIN}% of the map's area ({int(outside.sum())} of {outside.size} cells) lies "
        "outside what was surveyed: a covariate is lower or higher there than at any surveyed "
        f"site; {quantity} there is an extrapolation."
    )


def _words(cells: xr.Dataset, outside: np.ndarray) -> Paragraph | Note:
    """Say how much rests on extrapolation."""
    density, area = cells["density_per_km2"].to_numpy(), cells["area_km2"].to_numpy()
    animals = density.mean(axis=0, dtype=float) * area
    part = float(animals[outside].sum() / animals.sum()) if animals.sum() > 0 else 0.0
    said = _beyond(cells, outside, "density")
    if not outside.any():
        return Paragraph(said)
    said = f"{said} The model puts {share(part)} of the animals there."
    if part > _MUCH:
        return Note(f"{said} That part is extrapolation, not observation.", "warning")
    return Paragraph(said)


def cells_part(survey: SurveyResult, land: xr.Dataset | None) -> Section | None:
    """Return the part with the maps, if the posterior has the node ``cells``.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    land : xarray.Dataset or None
        Landscape of the study, for cells that belong to it.
    """
    cells = node(survey, "cells")
    if cells is None:
        return None
    outside = _outside(cells)
    median, cv = _middles(cells["density_per_km2"].to_numpy())
    surface = DensityMap(_ground(cells, land), median, cv, outside, _sites(survey))
    name = f"{'map_density' if surface.ground.note else 'surface'}_{survey.name}"
    figure = density_maps(name, survey.species, surface)
    blocks = (_words(cells, outside), figure, _zones(survey, cells))
    return Section(f"survey-{survey.name}-cells", "Where they are", blocks)


def occupancy_map(survey: SurveyResult, land: xr.Dataset | None) -> tuple[Block, ...]:
    """Return the map of occupancy, if the posterior has the node ``occupancy_cells``.

    Parameters
    ----------
    survey : SurveyResult
        A fitted survey.
    land : xarray.Dataset or None
        Landscape of the study, for cells that belong to it.
    """
    cells = node(survey, "occupancy_cells")
    if cells is None:
        return ()
    outside, psi = _outside(cells), cells["psi"].to_numpy()
    middle = np.empty(psi.shape[1])
    for begin in range(0, middle.size, _CELLS_AT_ONCE):
        part = slice(begin, begin + _CELLS_AT_ONCE)
        middle[part] = np.median(psi[:, part], axis=0)
    spread = psi.std(axis=0, ddof=1, dtype=float)
    found = DensityMap(_ground(cells, land), middle, spread, outside, _sites(survey))
    figure = occupancy_maps(f"map_occupancy_{survey.name}", survey.species, found)
    said = (
        f"{_beyond(cells, outside, 'psi')} Psi of a cell is that of a site of the survey which "
        "lies there, not of the whole cell."
    )
    area = cells["area_km2"].to_numpy()
    much = float(area[outside].sum()) > _MUCH * float(area.sum())
    return (Note(said, "warning") if much else Paragraph(said), figure)
