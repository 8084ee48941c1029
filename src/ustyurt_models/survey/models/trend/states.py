"""Draws of a trend as flat arrays: growth, detection, error, and the states they imply."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.trend import Regulation, sample_log_abundance, sd_of_log
from ustyurt_models.survey.models.trend.data import TrendData
from ustyurt_models.survey.models.trend.settings import TrendSettings

__all__ = ["States", "levels_of", "noise_by_count", "path_of", "states_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class States:
    """Parameters of a trend by draw.

    Attributes
    ----------
    regulation : Regulation
        Growth by abundance.
    log_kept, log_open : numpy.ndarray
        Log growth by losses, shape (draw, period), and by immigration, shape (draw,).
    process : numpy.ndarray
        Scale of yearly shocks, shape (draw,).
    freedom : numpy.ndarray
        Degrees of freedom of yearly shocks, shape (draw,); infinite where they are normal.
    levels : numpy.ndarray
        Log detection by level, shape (draw, level).
    noise : numpy.ndarray
        Standard deviation of each log count, shape (draw, count).
    seen : numpy.ndarray
        Log counts, lower limits with their excess, shape (draw, count).
    start : numpy.ndarray
        Log abundance in the first year, shape (draw,).
    """

    regulation: Regulation
    log_kept: Floats
    log_open: Floats
    process: Floats
    freedom: Floats
    levels: Floats
    noise: Floats
    seen: Floats
    start: Floats

    @property
    def rest(self) -> Floats:
        """Log growth by losses and immigration, shape (draw, period)."""
        return self.log_kept + self.log_open[:, None]

    def shift(self, period: NDArray[np.int64]) -> Floats:
        """Return what a year adds to ``keep`` times log abundance, shape (draw, year - 1)."""
        pull = self.regulation.growth(np.zeros_like(self.start))
        return pull[:, None] + self.rest[:, period]

    def shocks(self, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        """Draw yearly shocks of scale one."""
        normal = rng.standard_normal(shape)
        if np.isinf(self.freedom).all():
            return normal
        freedom = self.freedom.reshape(-1, *(1,) * (len(shape) - 1))
        return normal / np.sqrt(rng.chisquare(np.broadcast_to(freedom, shape)) / freedom)


def _flat(posterior: xr.Dataset, name: str, absent: float) -> Floats:
    """Return a variable over all draws; a constant where the model does not have it."""
    if name in posterior:
        return posterior[name].values.ravel()
    return np.full(posterior.sizes["chain"] * posterior.sizes["draw"], absent)


def _stacked(posterior: xr.Dataset, name: str, count: int) -> Floats:
    """Stack ``name_1`` ... , or the variable ``name`` with a last dimension, (draw, count)."""
    draws = posterior.sizes["chain"] * posterior.sizes["draw"]
    if name in posterior:
        return posterior[name].values.reshape(draws, count)
    return np.stack([_flat(posterior, f"{name}_{i + 1}", 0.0) for i in range(count)], axis=-1)


def levels_of(posterior: xr.Dataset, data: TrendData) -> Floats:
    """Return log detection by level, shape (draw, level)."""
    return np.log(_stacked(posterior, "detection", len(data.levels)))


def noise_by_count(posterior: xr.Dataset, data: TrendData) -> Floats:
    """Return the standard deviation of every log count, shape (draw, count)."""
    groups = [_flat(posterior, "observation_cv", 0.0)]
    for i, name in enumerate(data.cv_groups):
        # Derived posteriors hold them stacked; a way whose counts all state their error has none.
        if "observation_cv_of" in posterior and name in posterior["survey"].values:
            groups.append(posterior["observation_cv_of"].sel(survey=name).values.ravel())
        else:
            groups.append(_flat(posterior, f"observation_cv_{i + 1}", 0.0))
    own = sd_of_log(np.stack(groups, axis=-1))[:, data.cv_group]
    return np.where(np.isnan(data.sd_log), own, np.nan_to_num(data.sd_log))


def states_of(posterior: xr.Dataset, data: TrendData, told: TrendSettings) -> States:
    """Return the parameters of every draw.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables as drawn, or as `results.derive` returns them.
    data : TrendData
        The counts.
    told : TrendSettings
        Form of growth.

    Returns
    -------
    States
        By draw, chains one after the other.
    """
    draws = posterior.sizes["chain"] * posterior.sizes["draw"]
    seen = np.broadcast_to(data.log_count, (draws, data.index.size)).copy()
    if "excess" in posterior:
        seen[:, data.at_least] += posterior["excess"].values.reshape(draws, -1)
    regulation = Regulation(
        told.growth,
        np.log(_flat(posterior, "growth_ceiling", 1.0)),
        np.log(_flat(posterior, "capacity", np.inf)),
        _flat(posterior, "theta", 1.0),
        float(np.log(told.full_growth_at)),
    )
    return States(
        regulation,
        np.log1p(-_stacked(posterior, "loss", len(told.loss))),
        np.log1p(_flat(posterior, "immigration", 0.0)),
        _flat(posterior, "process_sd", 0.0),
        _flat(posterior, "tail_freedom", np.inf),
        levels_of(posterior, data),
        noise_by_count(posterior, data),
        seen,
        _flat(posterior, "log_abundance_start", 0.0),
    )


def path_of(
    posterior: xr.Dataset, states: States, data: TrendData, rng: np.random.Generator
) -> Floats:
    """Return log abundance in every counted year, shape (draw, year).

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables; sampled states where the model has them.
    states : States
        Its parameters.
    data : TrendData
        The counts.
    rng : numpy.random.Generator
        Chance, where the states were integrated out.
    """
    if "log_abundance_path" in posterior:
        return posterior["log_abundance_path"].values.reshape(-1, data.years.size)
    return sample_log_abundance(
        (states.shift(data.period), states.regulation.keep),
        states.levels @ data.detection_weight.T,
        (states.process, states.noise),
        states.start,
        (data.index, states.seen),
        rng,
    )
