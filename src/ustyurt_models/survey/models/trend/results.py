"""From a trend posterior to abundance by year and the value that starts a simulation."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.trend import carry_forward, forecast_log_abundance
from ustyurt_models.survey.beliefs import draw_positive
from ustyurt_models.survey.models.trend.data import TrendData
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.models.trend.states import States, path_of, states_of
from ustyurt_models.survey.read.counts import Counts

__all__ = ["UNITS", "abundance_node", "derive", "observed_node"]

Floats = NDArray[np.float64]

#: Unit and meaning of every variable of the posterior.
UNITS = {
    "growth_ceiling": ("yr-1", "largest growth factor of a closed population"),
    "loss": ("yr-1", "share of growth lost, by period"),
    "immigration": ("yr-1", "net immigration as a share of abundance"),
    "detection": ("1", "share of animals that a count finds, by level; an index may exceed one"),
    "observation_cv": ("1", "coefficient of variation of a count"),
    "process_sd": ("1", "standard deviation of yearly log growth"),
    "tail_freedom": ("1", "degrees of freedom of yearly log growth: below five, catastrophes"),
    "capacity": ("1", "abundance at which a closed population stops growing [animals]"),
    "theta": ("1", "power of the response of growth to abundance"),
    "log_abundance": ("1", "log abundance at the time of the count"),
    "growth_closed": ("yr-1", "log growth without immigration in the last period"),
    "growth_now": ("yr-1", "log growth with immigration in the last period"),
    "detection_shift": ("1", "log ratio of last to first level of detection"),
    "excess": ("1", "log of a full count over its lower limit"),
    "abundance": ("1", "animals"),
    "abundance_total": ("1", "animals in the last year"),
}
_INNER = ("ceiling_share", "log_abundance_start", "log_abundance_path", "freedom_over_one")


def _future(
    states: States, told: TrendSettings, last: Floats, ahead: int, rng: np.random.Generator
) -> Floats:
    """Forecast log abundance after the last count, shape (draw, year)."""
    draws = last.size
    capacity = np.full(draws, np.inf)
    if told.growth == "exponential" and told.capacity is not None:
        capacity = draw_positive(told.capacity, draws, rng)
    shocks = states.shocks((draws, ahead), rng)
    rest = states.rest[:, -1]
    if told.growth != "exponential":
        return carry_forward(last, states.regulation, rest, states.process, shocks)
    growth = states.regulation.log_ceiling + rest
    return forecast_log_abundance(last, growth, states.process, capacity, shocks)


def _tidy(posterior: xr.Dataset, data: TrendData) -> xr.Dataset:
    """Leave out what only the sampler needs, and parts that are stacked again."""
    parts = {f"observation_cv_{i + 1}": name for i, name in enumerate(data.cv_groups)}
    dropped = [
        name
        for name in map(str, posterior)
        if name in _INNER
        or name.endswith("_z")
        or (name.startswith(("loss_", "detection_")) and name.rpartition("_")[2].isdigit())
    ]
    out = posterior.drop_vars([*dropped, *(name for name in parts if name in posterior)])
    kept = {name: posterior[name] for name in parts if name in posterior}
    if kept:
        stacked = np.stack([one.values for one in kept.values()], axis=-1)
        out = out.assign_coords(survey=[parts[name] for name in kept])
        out["observation_cv_of"] = (("chain", "draw", "survey"), stacked)
    return out


def _mean_growth(states: States, path: Floats, data: TrendData) -> Floats:
    """Return the mean log growth of a closed population over the last period, shape (draw,)."""
    recent = np.flatnonzero(data.period == data.period[-1])
    return states.regulation.growth(path[:, recent]).mean(axis=1) + states.log_kept[:, -1]


def derive(
    posterior: xr.Dataset,
    data: TrendData,
    settings: TrendSettings,
    last_year: int,
    rng: np.random.Generator,
) -> xr.Dataset:
    """Add the states: log abundance in every year up to `last_year`.

    Parameters
    ----------
    posterior : xarray.Dataset
        Free variables, dims (chain, draw).
    data : TrendData
        The counts.
    settings : TrendSettings
        Periods, form of growth.
    last_year : int
        Last year wanted; years after the last count are forecast.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    xarray.Dataset
        Posterior with ``log_abundance`` (chain, draw, year), ``growth_closed``, ``growth_now``.
    """
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    states = states_of(posterior, data, settings)
    path = path_of(posterior, states, data, rng)
    ahead = max(last_year - int(data.years[-1]), 0)
    future = _future(states, settings, path[:, -1], ahead, rng)
    whole = np.concatenate([path, future], axis=1)
    closed = _mean_growth(states, path, data)
    years = np.arange(data.years[0], data.years[-1] + ahead + 1)
    out = _tidy(posterior, data)
    out = out.assign_coords(year=years, level=[level.name for level in data.levels])
    changed = states.levels[:, data.main_levels - 1] - states.levels[:, 0]
    per_draw, found = ("chain", "draw"), states.levels
    out["loss"] = ((*per_draw, "period"), -np.expm1(states.log_kept).reshape(*shape, -1))
    out["detection"] = ((*per_draw, "level"), np.exp(found).reshape(*shape, -1))
    out["log_abundance"] = ((*per_draw, "year"), whole.reshape(*shape, -1))
    out["growth_closed"] = (per_draw, closed.reshape(shape))
    out["growth_now"] = (per_draw, (closed + states.log_open).reshape(shape))
    out["detection_shift"] = (per_draw, changed.reshape(shape))
    out["abundance_total"] = (per_draw, np.exp(whole[:, -1]).reshape(shape))
    for name, variable in out.data_vars.items():
        unit, meaning = UNITS[str(name).removesuffix("_of")]
        variable.attrs = {"units": unit, "long_name": meaning}
    return out


def abundance_node(posterior: xr.Dataset, settings: TrendSettings) -> xr.Dataset:
    """Give the abundance in the last year as draws: what the simulation takes."""
    log_last = posterior["log_abundance"].isel(year=-1).values.reshape(-1, 1)
    animals = np.exp(log_last)
    dims = ("draw", "stratum")
    node = xr.Dataset(
        {
            "abundance": (dims, animals, {"units": "1", "long_name": "animals in the stratum"}),
            "density_per_km2": (
                dims,
                animals / settings.area_km2,
                {"units": "km-2", "long_name": "animals per square kilometre"},
            ),
            "area_km2": ("stratum", [settings.area_km2], {"units": "km2", "long_name": "area"}),
            "abundance_total": ("draw", animals[:, 0], {"units": "1", "long_name": "animals"}),
        },
        coords={"draw": np.arange(animals.size), "stratum": [settings.stratum]},
    )
    node.attrs = {"year": int(posterior["year"][-1])}
    return node


def observed_node(counts: Counts) -> xr.Dataset:
    """Return the counts with their sources."""
    return xr.Dataset(
        {
            "estimate": ("count", counts.estimate, {"units": "1", "long_name": "animals counted"}),
            "year": ("count", counts.year, {"units": "1", "long_name": "calendar year"}),
            "sd_log": (
                "count",
                counts.sd_log,
                {"units": "1", "long_name": "stated standard deviation of the logarithm"},
            ),
            "at_least": ("count", counts.at_least.astype(np.int64), {"units": "1"}),
            "survey": ("count", list(counts.survey)),
            "source": ("count", list(counts.source)),
            "method": ("count", list(counts.method)),
            "confidence": ("count", list(counts.confidence)),
        }
    )
