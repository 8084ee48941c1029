"""Maps that surveys tell, draw by draw: where animals stand, and how good the land is for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from ustyurt_models.bridge.resample import Overlap, overlap_of
from ustyurt_models.checks import Fault, InputError
from ustyurt_models.contracts import CELLS, OCCUPANCY_CELLS, Variable, check_dataset
from ustyurt_models.seeds import generator

__all__ = ["SurveyMap", "overlap_of_node", "sample_rows", "survey_map"]


#: A resampled cell is extrapolated where this share of its covered part is.
_MOSTLY = 0.5
Kind = Literal["density", "occupancy"]
#: Kind, variable and contract of the nodes of a posterior that hold a map.
_NODES: Mapping[str, tuple[Kind, str, Mapping[str, Variable]]] = {
    "cells": ("density", "density_per_km2", CELLS),
    "occupancy_cells": ("occupancy", "psi", OCCUPANCY_CELLS),
}


def sample_rows(seed: int, name: str, draws: int, samples: int) -> np.ndarray:
    """Return the posterior sample of each draw of the study, int64, shape (draw,).

    Draw k takes the same sample in every scenario, however many draws there are, and for all that
    is taken from one survey: numbers, places, structure, habitat.
    """
    rng = generator(seed, "posterior", name)
    return (rng.random(draws) * samples).astype(np.int64)


def _percent(share: float) -> str:
    """Return a share in words; two digits, for little must not read as nothing."""
    return f"{100.0 * share:.2g} %" if share < 0.995 else f"{100.0 * share:.0f} %"


@dataclass(frozen=True)
class SurveyMap:
    """What a survey says of every cell of the landscape, by draw.

    Attributes
    ----------
    name : str
        Survey.
    value : numpy.ndarray
        float32, shape (sample, cell): all samples of the posterior; density [km-2] or chance of
        being occupied.
    kind : {"density", "occupancy"}
        Which of the two.
    rows : numpy.ndarray
        Sample of each draw, int64, shape (draw,).
    cell : numpy.ndarray
        Flat index into the landscape, int64, shape (cell,).
    area_km2 : numpy.ndarray
        Shape (cell,).
    surveyed : numpy.ndarray
        bool, shape (cell,): covariates lie in the surveyed range.
    resampled : str
        What was done to a map on a grid of its own; empty for one on the landscape.
    """

    name: str
    value: np.ndarray
    kind: Kind
    rows: np.ndarray
    cell: np.ndarray
    area_km2: np.ndarray
    surveyed: np.ndarray
    resampled: str = ""

    def weight(self, draw: int, cells: int) -> np.ndarray:
        """Return how animals share the cells of the landscape, float64, shape (cells,).

        Animals expected in each cell, or the chance that it is occupied times its area.
        """
        return self._on_landscape(self._of(draw) * self.area_km2, cells)

    def suitability(self, draw: int, cells: int) -> np.ndarray:
        """Return the suitability of every cell, 0 to 1, float64, shape (cells,).

        The chance of being occupied as it is. A density over the highest one of the same draw in
        cells whose covariates were surveyed; where extrapolation goes beyond that, 1.
        """
        value = self._of(draw)
        if self.kind == "density":
            known = value[self.surveyed] if self.surveyed.any() else value
            best = known.max(initial=0.0)
            value = np.minimum(value / best, 1.0) if best > 0.0 else np.zeros_like(value)
        return self._on_landscape(value, cells)

    @property
    def extrapolated_area(self) -> float:
        """Share of the area of the map whose covariates lie outside the surveyed range."""
        return float(self.area_km2[~self.surveyed].sum() / self.area_km2.sum())

    @property
    def extrapolated_weight(self) -> float:
        """Share of the animals, or of the occupied area, that the map puts there on average."""
        weight = self.value.mean(axis=0, dtype=float) * self.area_km2
        whole = float(weight.sum())
        return float(weight[~self.surveyed].sum()) / whole if whole > 0.0 else 0.0

    def warning(self, use: str) -> str:
        """Say what of the map is extrapolated, for `use` such as ``habitat of saiga``.

        Empty where every cell has covariates within the surveyed range.
        """
        if self.surveyed.all():
            return ""
        what = "animals" if self.kind == "density" else "occupied area"
        return (
            f"{use}: {_percent(self.extrapolated_area)} of the area of the map of survey "
            f"{self.name} lies outside what was surveyed, with "
            f"{_percent(self.extrapolated_weight)} of its {what}; there it is an extrapolation"
        )

    def _of(self, draw: int) -> np.ndarray:
        """Return the sample of a draw, float64, shape (cell,)."""
        value: np.ndarray = self.value[self.rows[draw]].astype(float)
        return value

    def _on_landscape(self, value: np.ndarray, cells: int) -> np.ndarray:
        """Return `value` by cell of the landscape, 0 where the survey says nothing."""
        whole = np.zeros(cells)
        whole[self.cell] = value
        return whole


def survey_map(
    name: str, posterior: xr.DataTree, seed: int, draws: int, land: xr.Dataset
) -> SurveyMap:
    """Return the map of a survey.

    Parameters
    ----------
    name : str
        Survey.
    posterior : xarray.DataTree
        With the node ``cells`` (`contracts.CELLS`) or ``occupancy_cells``
        (`contracts.OCCUPANCY_CELLS`).
    seed, draws : int
        Of the study.
    land : xarray.Dataset
        Landscape, cut to the study region. A map on another grid is resampled, see `resample`.

    Raises
    ------
    InputError
        When the survey has no cells, leaves some of the region out, or lies on another grid that
        cannot be resampled.
    """
    where = f"survey.{name}"
    node = next((node for node in _NODES if node in posterior.children), "")
    if not node:
        advice = "take a density surface, or occupancy with map = true, and fit it again"
        raise InputError([Fault(where, "must predict cells of the landscape", None, advice)])
    kind, variable, contract = _NODES[node]
    cells = posterior[node].to_dataset()
    check_dataset(cells, contract, f"{where}: {node}")
    value = cells[variable].transpose("draw", "cell").to_numpy()
    samples = posterior["abundance"].sizes["draw"] if kind == "density" else value.shape[0]
    if value.shape[0] != samples:
        rule = f"cells must have the {samples} draws of the abundance"
        raise InputError([Fault(where, rule, value.shape[0], "fit the survey again")])
    beyond = cells["extrapolated"].to_numpy().astype(bool)
    rows = sample_rows(seed, name, draws, samples)
    if not int(cells.attrs.get("on_landscape", 0)):
        found = overlap_of_node(name, cells, land)
        found.require_whole(where)
        area = np.full(found.cell.size, found.land_km**2)
        surveyed = found.lay(beyond[None].astype(float))[0] < _MOSTLY
        laid = found.lay(value)
        return SurveyMap(name, laid, kind, rows, found.cell, area, surveyed, found.words(name))
    index = cells["cell"].to_numpy().astype(np.int64)
    _require_whole(where, index, land["inside"].to_numpy())
    area = cells["area_km2"].to_numpy().astype(float)
    return SurveyMap(name, value, kind, rows, index, area, ~beyond)


def overlap_of_node(name: str, cells: xr.Dataset, land: xr.Dataset) -> Overlap:
    """Return how the cells of a posterior on a grid of its own lie on the study region."""
    place_m = 1000.0 * np.column_stack([cells["x_km"].to_numpy(), cells["y_km"].to_numpy()])
    area, crs = cells["area_km2"].to_numpy(), str(cells.attrs.get("crs_wkt", ""))
    return overlap_of(place_m, area, crs, land, f"survey.{name}")


def _require_whole(where: str, index: np.ndarray, inside: np.ndarray) -> None:
    """Refuse maps of the landscape that leave out a part of the region."""
    missing = int(inside.sum()) - np.isin(np.flatnonzero(inside), index).sum()
    if missing:
        rule = "must say something of every cell inside the region"
        advice = "fit the survey again on the landscape of this study"
        share = 100.0 * missing / inside.sum()
        got = f"{missing} cells missing, {share:.2g} % of the region"
        raise InputError([Fault(where, rule, got, advice)])
