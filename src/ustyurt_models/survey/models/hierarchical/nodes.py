"""What the report and the simulation take from a fit: abundance, cells, effects, sites."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.survey import draws
from ustyurt_models.survey.draws import draws_of, thin
from ustyurt_models.survey.models.distance import nodes as distance_nodes
from ustyurt_models.survey.models.hierarchical.data import HierarchicalSurvey
from ustyurt_models.survey.models.hierarchical.field import Field
from ustyurt_models.survey.models.hierarchical.model import detected
from ustyurt_models.survey.models.hierarchical.places import Places
from ustyurt_models.survey.models.hierarchical.predict import cell_blocks, extrapolated
from ustyurt_models.survey.models.hierarchical.results import (
    density_draws,
    surface_of,
)
from ustyurt_models.survey.steps import step_variables

__all__ = ["MOST_DRAWS", "abundance_node", "cells_node", "effects_node", "few", "observed_node"]

#: Draws of the cells, and of abundance where there are cells.
MOST_DRAWS = 1000


def few(posterior: xr.Dataset) -> xr.Dataset:
    """Keep at most `MOST_DRAWS` draws, evenly spread."""
    some = thin(posterior, MOST_DRAWS)
    return some.isel(draw=slice(0, MOST_DRAWS // some.sizes["chain"]))


def abundance_node(posterior: xr.Dataset, places: Places) -> xr.Dataset:
    """Return what the simulation takes (`contracts.ABUNDANCE`); as many draws as the cells.

    Parameters
    ----------
    posterior : xarray.Dataset
        Derived.
    places : Places
        With its cells, if any.

    Returns
    -------
    xarray.Dataset
        With the number of cells, and of those where the model extrapolates, as attributes.
    """
    if places.cells is None:
        return draws.abundance_node(posterior)
    node = draws.abundance_node(few(posterior))
    node.attrs["cells"] = places.cells.count
    node.attrs["cells_extrapolated"] = int(extrapolated(places.density, places.cells).sum())
    return node


def _attrs(unit: str, meaning: str) -> dict[str, str]:
    return {"units": unit, "long_name": meaning}


def cells_node(
    posterior: xr.Dataset, survey: HierarchicalSurvey, places: Places, field: Field | None
) -> xr.Dataset:
    """Predict every cell with at most `MOST_DRAWS` draws.

    Parameters
    ----------
    posterior : xarray.Dataset
        Derived.
    survey, places, field
        The model; with cells.

    Returns
    -------
    xarray.Dataset
        ``density_per_km2`` float32 (draw, cell), draws as in the node ``abundance``; area, place,
        zone, and whether covariates lie outside the surveyed range, by cell. The coordinate
        ``cell`` is the index into the landscape, or the row of a grid of its own.
    """
    cells = places.cells
    assert cells is not None
    draws = density_draws(few(posterior), survey, places, field)
    density = np.empty((draws.count, cells.count), np.float32)
    for chosen, block in cell_blocks(surface_of(places, field), draws, cells):
        density[:, chosen] = block
    outside = extrapolated(places.density, cells)
    on_land = bool(np.all(cells.cell >= 0))
    columns = {
        "area_km2": (cells.area_km2, "km2", "area of the cell"),
        "x_km": (cells.position_km[:, 0], "km", "place of the cell, east"),
        "y_km": (cells.position_km[:, 1], "km", "place of the cell, north"),
        "zone_index": (cells.zone, "1", "index into the strata"),
        "extrapolated": (outside, "1", "a covariate lies outside the surveyed range"),
    }
    node = xr.Dataset(
        {
            name: ("cell", values, _attrs(unit, said))
            for name, (values, unit, said) in columns.items()
        },
        coords={
            "draw": np.arange(draws.count),
            "cell": cells.cell if on_land else np.arange(cells.count),
        },
    )
    meaning = _attrs("km-2", "animals per square kilometre")
    node["density_per_km2"] = (("draw", "cell"), density, meaning)
    node.attrs = {"on_landscape": int(on_land), "cells_extrapolated": int(outside.sum())}
    node.attrs["crs_wkt"] = cells.crs_wkt
    return node


def effects_node(
    posterior: xr.Dataset, survey: HierarchicalSurvey, places: Places, mass: float
) -> xr.Dataset | None:
    """Summarise the effects of covariates on density and on the scale of detection.

    Parameters
    ----------
    posterior : xarray.Dataset
        Derived.
    survey, places
        The model.
    mass : float
        Mass of equal-tailed intervals.

    Returns
    -------
    xarray.Dataset or None
        As `distance.nodes.effects_node`, terms named ``density: ...`` and ``scale: ...``.
    """
    columns: dict[str, NDArray[np.float64]] = {}
    if places.density.names:
        columns |= dict(
            zip(places.density.names, draws_of(posterior, "density_effect").T, strict=True)
        )
    for name, (levels, _) in places.levels.items():
        values = draws_of(posterior, f"density_{name}").T
        columns |= {f"{name}[{level}]": v for level, v in zip(levels, values, strict=True)}
    parts = []
    if columns:
        tails = [(1 - mass) / 2, 0.5, (1 + mass) / 2]
        low, median, high = np.quantile(np.array(list(columns.values())), tails, axis=1)
        said = _attrs("1", "effect on log density")
        rows = {"median": median, "low": low, "high": high}
        node = xr.Dataset(
            {name: ("term", values, said) for name, values in rows.items()},
            coords={"term": [f"density: {name}" for name in columns]},
        ).assign(step_variables(columns, places.steps))
        parts.append(node)
    if not places.rows.plain:
        parts.append(distance_nodes.effects_node(posterior, detected(survey, places), mass))
    if not parts:
        return None
    both = xr.concat(parts, "term") if len(parts) > 1 else parts[0]
    return both.assign_attrs(interval_mass=mass, interval_type="equal-tailed")


def observed_node(survey: HierarchicalSurvey, places: Places) -> xr.Dataset:
    """Return the truncated survey: sites with effort and place, detections."""
    node = distance_nodes.observed_node(survey.transects, survey.data.truncated)
    if places.site_km is not None:
        for axis, name in enumerate(("x_km", "y_km")):
            where = _attrs("km", f"place, {('east', 'north')[axis]}")
            node[name] = ("transect", places.site_km[:, axis], where)
    return node
