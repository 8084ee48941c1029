"""The landscape as cheetahs meet it: ranges, exposures, small prey and livestock."""

import math
from collections.abc import Mapping

import numpy as np
import xarray as xr

from ustyurt_models.evidence import value_of
from ustyurt_models.evidence.cheetah_species import CheetahSpecies
from ustyurt_models.ibm.cheetah_state import CheetahLand

__all__ = [
    "cheetah_land",
    "disc_offsets",
    "livestock_per_km2",
    "range_mean",
    "snare_exposure",
]


def disc_offsets(cell_km: float, area_km2: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the cells of a disc in order of distance from its centre.

    Parameters
    ----------
    cell_km : float
        Size of a cell [km].
    area_km2 : float
        Area of the disc [km2]; at least the centre belongs to it.

    Returns
    -------
    y, x : numpy.ndarray
        Offsets in cells, int32, shape (disc,).
    distance_km : numpy.ndarray
        From the centre [km], shape (disc,).
    """
    cells = max(1, round(area_km2 / cell_km**2))
    reach = math.ceil(math.sqrt(cells / math.pi)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance_km = cell_km * np.hypot(y, x).ravel()
    order = np.argsort(distance_km, kind="stable")[:cells]
    return (
        y.ravel()[order].astype(np.int32),
        x.ravel()[order].astype(np.int32),
        distance_km[order],
    )


def range_mean(layer: np.ndarray, inside: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Mean of `layer` over the part of a disc around each cell that lies inside.

    An animal meets roads, people and snares all over its home range, not only at its centre.

    Parameters
    ----------
    layer, inside : numpy.ndarray
        Shape (y, x); the disc must fit into the padding-free copy made here.
    y, x : numpy.ndarray
        Offsets of the disc in cells, from `disc_offsets`.

    Returns
    -------
    numpy.ndarray
        Shape (y, x); 0 where no cell of the disc lies inside.
    """
    reach = int(max(np.abs(y).max(), np.abs(x).max()))
    weight = np.pad(inside.astype(float), reach)
    value = np.pad(np.where(inside, layer, 0.0), reach)
    rows, columns = inside.shape
    total = np.zeros(inside.shape)
    cells = np.zeros(inside.shape)
    for dy, dx in zip(y.tolist(), x.tolist(), strict=True):
        part = np.s_[reach + dy : reach + dy + rows, reach + dx : reach + dx + columns]
        total += value[part]
        cells += weight[part]
    return np.divide(total, cells, out=np.zeros(inside.shape), where=cells > 0)


def snare_exposure(
    pressure: np.ndarray, species: CheetahSpecies, parameters: Mapping[str, float]
) -> np.ndarray:
    """Return exposure to snares (1 = conflict farmland) from relative poaching pressure."""
    return pressure * value_of(species.threats.snare_exposure, parameters)


def livestock_per_km2(
    land: xr.Dataset, species: CheetahSpecies, parameters: Mapping[str, float]
) -> np.ndarray:
    """Return small stock per km2, shape (y, x), spread by the share of forage it takes.

    Its mean inside the region is the density of the evidence.
    """
    share = land["livestock_share"].to_numpy().astype(float)
    inside = land["inside"].to_numpy()
    mean = share[inside].mean() if inside.any() else 0.0
    density = value_of(species.food.stock_per_km2, parameters)
    return density * share / mean if mean > 0 else np.zeros(share.shape)


def cheetah_land(
    land: xr.Dataset,
    species: CheetahSpecies,
    parameters: Mapping[str, float],
    step_class: np.ndarray,
    permeability: np.ndarray,
    cell_km: float,
    edge_open: bool = True,
) -> CheetahLand:
    """Lay out the landscape as cheetahs meet it.

    Parameters
    ----------
    land : xarray.Dataset
        As ``contracts.LAND``, with ``suitability_cheetah``.
    species, parameters
        As in `cheetah_rates`.
    step_class : numpy.ndarray
        Kind of lines on each step, uint8, shape (8, cell).
    permeability : numpy.ndarray
        Chance of a step of a cheetah, shape (regime, season, class).
    cell_km : float
        Size of a cell [km].
    edge_open : bool
        Whether animals can leave the region.

    Returns
    -------
    CheetahLand
        Exposures to road, people and snares are means over a middle-sized home range
        (geometric mean of the smallest and the largest). ``poaching``, ``protection``,
        ``mitigation`` and ``livestock_per_km2`` hold before any management.
    """
    inside = land["inside"].to_numpy()
    least = value_of(species.space.range_least_km2, parameters)
    most = max(least, value_of(species.space.range_most_km2, parameters))
    y, x, distance_km = disc_offsets(cell_km, most)
    middle = disc_offsets(cell_km, math.sqrt(least * most))[:2]
    small = value_of(species.food.small_prey_kg, parameters)
    small *= value_of(species.food.small_prey_per_km2, parameters)

    def flat(values: np.ndarray) -> np.ndarray:
        return np.nan_to_num(np.ascontiguousarray(values, dtype=float)).reshape(-1)

    def met(name: str) -> np.ndarray:
        return flat(range_mean(land[name].to_numpy(), inside, *middle))

    ny, nx = inside.shape
    return CheetahLand(
        ny=int(ny),
        nx=int(nx),
        cell_km=float(cell_km),
        edge_open=int(edge_open),
        inside=np.ascontiguousarray(inside, dtype=np.uint8).reshape(-1),
        suitability=flat(land["suitability_cheetah"].to_numpy()),
        road=met("road_exposure"),
        people=met("people_exposure"),
        poaching=snare_exposure(met("poaching_pressure"), species, parameters),
        carnivores=np.ones(ny * nx),
        protection=flat(land["protection"].to_numpy()),
        mitigation=np.zeros(ny * nx),
        livestock_per_km2=flat(livestock_per_km2(land, species, parameters)),
        small_prey_kg_per_km2=small * flat(inside),
        step_class=np.ascontiguousarray(step_class, dtype=np.uint8),
        permeability=np.ascontiguousarray(permeability, dtype=float),
        offset_y=y,
        offset_x=x,
        offset_km=distance_km,
        range_least=max(1, min(y.size, round(least / cell_km**2))),
        range_most=int(y.size),
    )
