"""Occupancy of cells: draws of the state predicted to every cell of a map, block by block."""

import numpy as np
import xarray as xr

from ustyurt_models.survey.draws import draws_of
from ustyurt_models.survey.models.hierarchical.nodes import few
from ustyurt_models.survey.models.hierarchical.predict import (
    DensityDraws,
    Surface,
    cell_blocks,
    extrapolated,
    zone_totals,
)
from ustyurt_models.survey.models.sites.occupancy import OccupancyData

__all__ = ["cells_node", "psi_surface", "surface_draws"]


def psi_surface(data: OccupancyData) -> Surface:
    """Return how psi depends on covariates and place."""
    waves = None if data.field is None else data.field.waves
    return Surface(data.psi.design, waves, "logit")


def surface_draws(posterior: xr.Dataset, data: OccupancyData) -> DensityDraws:
    """Return the draws of what psi depends on, chains laid end to end.

    Levels of random effects are averaged on the logit scale, that is at zero, unless the study
    says at which level to predict.
    """
    value = draws_of(posterior, "psi_intercept")
    for name, (levels, _) in data.psi.levels.items():
        wanted = str(data.settings.at.get(name, ""))
        if wanted in levels:
            value = value + draws_of(posterior, f"psi_{name}")[:, levels.index(wanted)]
    effect = np.empty((value.size, 0))
    if data.psi.design.names:
        effect = draws_of(posterior, "psi_effect")
    wave = np.empty((value.size, 0)) if data.field is None else draws_of(posterior, "field_weight")
    return DensityDraws(value, effect, wave)


def cells_node(posterior: xr.Dataset, data: OccupancyData) -> xr.Dataset:
    """Predict every cell with at most 1,000 draws.

    Parameters
    ----------
    posterior : xarray.Dataset
        Derived.
    data : OccupancyData
        With cells.

    Returns
    -------
    xarray.Dataset
        ``psi`` float32 (draw, cell); area, place, zone and extrapolation by cell;
        ``occupied_area_km2`` (draw, zone), where a cell is taken to be one site.
    """
    cells = data.places.cells
    assert cells is not None
    draws, surface = surface_draws(few(posterior), data), psi_surface(data)
    psi = np.empty((draws.count, cells.count), np.float32)
    for chosen, block in cell_blocks(surface, draws, cells):
        psi[:, chosen] = block
    outside = extrapolated(surface.design, cells)
    on_land = bool(np.all(cells.cell >= 0))
    columns = {
        "area_km2": (cells.area_km2, "km2", "area of the cell"),
        "x_km": (cells.position_km[:, 0], "km", "place of the cell, east"),
        "y_km": (cells.position_km[:, 1], "km", "place of the cell, north"),
        "zone_index": (cells.zone, "1", "index into the zones"),
        "extrapolated": (outside, "1", "a covariate lies outside the surveyed range"),
    }
    node = xr.Dataset(
        {
            n: ("cell", v, {"units": unit, "long_name": said})
            for n, (v, unit, said) in columns.items()
        },
        coords={
            "draw": np.arange(draws.count),
            "cell": cells.cell if on_land else np.arange(cells.count),
            "zone": list(cells.zones),
        },
    )
    said = {"units": "1", "long_name": "probability that a site in the cell is occupied"}
    node["psi"] = (("draw", "cell"), psi, said)
    said = {"units": "km2", "long_name": "area occupied, where a cell is taken to be one site"}
    node["occupied_area_km2"] = (("draw", "zone"), zone_totals(surface, draws, cells), said)
    node.attrs = {"on_landscape": int(on_land), "cells_extrapolated": int(outside.sum())}
    node.attrs["crs_wkt"] = cells.crs_wkt
    return node
