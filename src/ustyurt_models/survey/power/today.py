"""What is known today: joint draws of density, detection and group size from a posterior."""

import json
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.checks import require
from ustyurt_models.evidence import Catalogue
from ustyurt_models.formulas.detection import SPREAD_FLOOR, size_given_truncation
from ustyurt_models.seeds import generator
from ustyurt_models.study.power import Assumed
from ustyurt_models.study.quantities import LENGTH, parse_quantity
from ustyurt_models.survey.beliefs import belief_from, draw_positive, draw_probability
from ustyurt_models.survey.models.distance.simulate import untruncated_mean_for
from ustyurt_models.survey.posterior import require_abundance

__all__ = ["Today", "Told", "read_today", "told_value"]

Floats = NDArray[np.float64]

_SIZE_CV = 0.5  # coefficient of variation of group size beyond Poisson, unless anything is told
_LEAST_SIZE = 1.001  # groups of one: the truncated distribution needs a mean above one


@dataclass(frozen=True)
class Told:
    """What the evidence or the study file says where the fitted survey is silent.

    Attributes
    ----------
    catalogue : Catalogue or None
        Evidence, for values given by an id.
    assumed : Assumed
        Of the design.
    seed : int
        Study seed; the same assumption has the same draws in every design.
    """

    catalogue: Catalogue | None
    assumed: Assumed
    seed: int

    def draws(self, name: str, count: int, where: str) -> Floats | None:
        """Return draws of something assumed, shape (count,); ``None`` when nothing is."""
        value = getattr(self.assumed, name)
        if value is None:
            return None
        if not isinstance(value, str):
            return np.full(count, float(value))
        require(self.catalogue is not None, where, "needs the evidence", value)
        assert self.catalogue is not None
        belief = belief_from(self.catalogue, value, where)
        draw = draw_probability if name == "found" else draw_positive
        return draw(belief, count, generator(self.seed, "power", "assumed", name, value))


def told_value(value: float | str, catalogue: Catalogue | None, where: str) -> float:
    """Return a number of the study file, or the central value of the evidence row it names.

    Parameters
    ----------
    value : float or str
        As in the study file.
    catalogue : Catalogue or None
        Evidence.
    where : str
        Who asks, for the message.

    Returns
    -------
    float
        The number.
    """
    if not isinstance(value, str):
        return float(value)
    require(catalogue is not None, where, "needs the evidence", value)
    assert catalogue is not None
    return belief_from(catalogue, value, where).value


@dataclass(frozen=True)
class Today:
    """Joint draws of everything that a simulated survey is made from.

    Attributes
    ----------
    stratum : tuple of str
        Names.
    area_km2 : numpy.ndarray
        Shape (stratum,).
    group_density_per_km2 : numpy.ndarray
        Shape (draw, stratum).
    spread : numpy.ndarray
        k, where the variance of groups on a transect is 1 + k^2 times its mean, shape
        (draw, stratum).
    mean_size_untruncated, size_cv : numpy.ndarray
        Group size before truncation at one, shape (draw,); zero for single animals.
    seen : numpy.ndarray
        Share seen on the line, or of all in the strip; shape (draw,).
    half_width_m : numpy.ndarray or None
        Effective strip half-width within `truncation_m`, shape (draw,); ``None`` when unknown.
    shape : numpy.ndarray or None
        Hazard-rate shape, shape (draw,); ``None``: half-normal.
    truncation_m : float
        Truncation distance of the fitted survey; 0 when there is none.
    notes : tuple of str
        What had to be put in simpler terms.
    """

    stratum: tuple[str, ...]
    area_km2: Floats
    group_density_per_km2: Floats
    spread: Floats
    mean_size_untruncated: Floats
    size_cv: Floats
    seen: Floats
    half_width_m: Floats | None = None
    shape: Floats | None = None
    truncation_m: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.seen.size)

    @property
    def mean_size(self) -> Floats:
        """Mean group size in the population, shape (draw,)."""
        untruncated = np.where(self.mean_size_untruncated > 0, self.mean_size_untruncated, 1.0)
        size = size_given_truncation(untruncated, self.size_cv**2)
        return np.where(self.mean_size_untruncated > 0, size, 1.0)

    @property
    def abundance(self) -> Floats:
        """Animals, shape (draw, stratum)."""
        return self.group_density_per_km2 * self.area_km2 * self.mean_size[:, None]

    def at(self, rows: NDArray[np.int64]) -> "Today":
        """Return some of the draws, in the order given."""

        def take(values: Floats | None) -> Floats | None:
            return None if values is None else values[rows]

        return replace(
            self,
            group_density_per_km2=self.group_density_per_km2[rows],
            spread=self.spread[rows],
            mean_size_untruncated=self.mean_size_untruncated[rows],
            size_cv=self.size_cv[rows],
            seen=self.seen[rows],
            half_width_m=take(self.half_width_m),
            shape=take(self.shape),
        )


class _Posterior:
    """Variables of a posterior by name, chains in one line; none where the draws do not match."""

    def __init__(self, tree: xr.DataTree) -> None:
        abundance = require_abundance(tree, "power: survey")
        self.stratum = tuple(str(name) for name in abundance["stratum"].to_numpy())
        self.area_km2 = abundance["area_km2"].to_numpy().astype(np.float64)
        self.density = abundance["density_per_km2"].to_numpy().astype(np.float64)
        self._node = tree["posterior"].to_dataset() if "posterior" in tree.children else None
        settings = json.loads(tree.attrs.get("settings", "{}"))
        self.key = str(settings.get("key", ""))
        self.is_line = settings.get("model") == "line_transect"
        self.truncation_m = 0.0
        if self.is_line and settings.get("truncation"):
            self.truncation_m = parse_quantity(settings["truncation"], LENGTH)
        elif self.is_line and "detection" in tree.children:
            self.truncation_m = float(tree["detection"]["distance_m"].max())

    @property
    def count(self) -> int:
        """Number of draws."""
        return self.density.shape[0]

    def get(self, name: str) -> Floats | None:
        """Return a variable, shape (draw, ...); ``None`` when there is none."""
        if self._node is None or name not in self._node:
            return None
        values = self._node[name].to_numpy().astype(np.float64)
        if values.ndim < 2 or values.shape[0] * values.shape[1] != self.count:
            return None
        return values.reshape(-1, *values.shape[2:])


def _log_sizes(found: _Posterior) -> tuple[Floats, Floats] | None:
    """Return median and log spread of group size where strips were counted."""
    median, spread = found.get("median_size"), found.get("size_sd_log")
    return None if median is None or spread is None else (median, spread)


def _sizes(found: _Posterior, told: Told, where: str) -> tuple[Floats, Floats]:
    """Return mean before truncation (zero for single animals) and variation of group size."""
    given = told.draws("group_size", found.count, f"{where}.group_size")
    cv = told.draws("group_size_cv", found.count, f"{where}.group_size_cv")
    untruncated, fitted = found.get("mean_size_untruncated"), found.get("size_cv")
    if given is None and cv is None and untruncated is not None and fitted is not None:
        return untruncated, np.sqrt(fitted**2 + SPREAD_FLOOR**2)
    log_sizes = _log_sizes(found)
    if cv is None and fitted is None and log_sizes is not None:
        cv = np.sqrt(np.expm1(log_sizes[1] ** 2))
    elif cv is None:
        cv = np.full(found.count, _SIZE_CV) if fitted is None else fitted
    mean = found.get("mean_size") if given is None else given
    if mean is None or np.all(mean <= 1.0):
        return np.zeros(found.count), cv
    pairs = zip(np.maximum(mean, _LEAST_SIZE), np.maximum(cv, SPREAD_FLOOR), strict=True)
    return np.array([untruncated_mean_for(m, c) for m, c in pairs]), cv


def _spread(found: _Posterior, told: Told, where: str) -> Floats:
    """Return the spread of groups among transects, shape (draw, stratum)."""
    shape = (found.count, len(found.stratum))
    given = told.draws("spread", found.count, f"{where}.spread")
    if given is not None:
        return np.repeat(given[:, None], shape[1], axis=1)
    for name in ("encounter_spread", "spread"):
        fitted = found.get(name)
        if fitted is not None and fitted.shape == shape:
            return fitted
    return np.zeros(shape)


def _seen(found: _Posterior, told: Told, is_strip: bool, where: str):
    """Return the share seen on the line, or of all in the strip, shape (draw,)."""
    given = told.draws("found", found.count, f"{where}.found")
    if given is not None:
        return given
    seen = np.ones(found.count)
    for name in ("availability", "perception" if is_strip else "detection_on_line"):
        fitted = found.get(name)
        if fitted is not None and fitted.shape == seen.shape:
            seen = seen * fitted
    return seen


def _detection(
    found: _Posterior, told: Told
) -> tuple[Floats | None, Floats | None, tuple[str, ...]]:
    """Return effective half-width, hazard-rate shape and notes."""
    if told.assumed.half_width is not None:
        return np.full(found.count, told.assumed.half_width), None, ()
    half_width = found.get("esw_m") if found.is_line else None
    if half_width is None:
        return None, None, ()
    excess = found.get("shape_excess")
    adjusted = found.get("adjustment") is not None
    if not adjusted and found.key == "hazard-rate" and excess is not None:
        return half_width, 1.0 + excess, ()
    if not adjusted and found.key == "half-normal":
        return half_width, None, ()
    note = (
        f"The {found.key} detection function of the survey is stood in for by a half-normal of "
        "the same effective half-width."
    )
    return half_width, None, (note,)


def read_today(tree: xr.DataTree, told: Told, method: str, where: str) -> Today:
    """Read what a simulated survey is made from out of a posterior.

    Parameters
    ----------
    tree : xarray.DataTree
        Posterior of a survey of the study.
    told : Told
        What is assumed where the survey is silent; an assumption goes before the posterior.
    method : str
        ``line_transect`` or ``strip_counts``.
    where : str
        Place in the study file, for messages.

    Returns
    -------
    Today
        One row per draw of the posterior.

    Raises
    ------
    InputError
        When neither the survey nor the design tells something that is needed.
    """
    found = _Posterior(tree)
    where = f"{where}.assume"
    untruncated, cv = _sizes(found, told, where)
    half_width, shape, notes = _detection(found, told)
    today = Today(
        found.stratum,
        found.area_km2,
        found.density,
        _spread(found, told, where),
        untruncated,
        cv,
        _seen(found, told, method == "strip_counts", where),
        half_width,
        shape,
        found.truncation_m,
        notes,
    )
    return replace(today, group_density_per_km2=found.density / today.mean_size[:, None])
