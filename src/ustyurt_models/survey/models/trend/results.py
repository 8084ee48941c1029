"""From a trend posterior to abundance by year, what explains the growth, and the start value."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.trend import (
    detection_weights,
    forecast_log_abundance,
    sample_log_abundance,
    sd_of_log,
)
from ustyurt_models.survey.beliefs import draw_positive
from ustyurt_models.survey.models.trend.data import TrendData
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.read.counts import Counts

__all__ = ["UNITS", "abundance_node", "derive", "observed_node", "trend_node"]

Floats = NDArray[np.float64]

#: Unit and meaning of every variable of the posterior.
UNITS = {
    "growth_ceiling": ("yr-1", "largest growth factor of a closed population"),
    "loss": ("yr-1", "share of growth lost, by period"),
    "immigration": ("yr-1", "net immigration as a share of abundance"),
    "detection": ("1", "share of animals that a count finds, by level"),
    "observation_cv": ("1", "coefficient of variation of a count"),
    "process_sd": ("1", "standard deviation of yearly log growth"),
    "log_abundance": ("1", "log abundance at the time of the count"),
    "growth_closed": ("yr-1", "log growth without immigration in the last period"),
    "growth_now": ("yr-1", "log growth with immigration in the last period"),
    "detection_shift": ("1", "log ratio of last to first level of detection"),
    "abundance": ("1", "animals"),
}


def _levels(posterior: xr.Dataset, name: str, count: int) -> Floats:
    """Stack ``name_1`` ... into shape (chain, draw, count)."""
    return np.stack([posterior[f"{name}_{i + 1}"].values for i in range(count)], axis=-1)


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
        Periods, ceiling.
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
    loss = _levels(posterior, "loss", len(settings.loss))
    detection = _levels(posterior, "detection", data.detection_weight.shape[1])
    immigration = np.zeros(shape)
    if "immigration" in posterior:
        immigration = posterior["immigration"].values
    closed = np.log(posterior["growth_ceiling"].values)[..., None] + np.log1p(-loss)
    growth = closed + np.log1p(immigration)[..., None]
    draws = shape[0] * shape[1]
    process = posterior["process_sd"].values.reshape(draws)
    path = sample_log_abundance(
        growth[..., data.period].reshape(draws, -1),
        (np.log(detection) @ data.detection_weight.T).reshape(draws, -1),
        (process, sd_of_log(posterior["observation_cv"].values).reshape(draws)),
        posterior["log_abundance_start"].values.reshape(draws),
        (data.index, data.log_count),
        rng,
    )
    ahead = max(last_year - int(data.years[-1]), 0)
    capacity = np.full(draws, np.inf)
    if settings.capacity is not None:
        capacity = draw_positive(settings.capacity, draws, rng)
    shocks = rng.standard_normal((draws, ahead))
    now = growth[..., -1].reshape(draws)
    future = forecast_log_abundance(path[:, -1], now, process, capacity, shocks)
    years = np.arange(data.years[0], data.years[-1] + ahead + 1)
    per_draw = ("chain", "draw")
    inner = {"ceiling_share", "log_abundance_start"}
    dropped = [n for n in posterior if str(n).endswith("_z") or n in inner]
    out = posterior.drop_vars(dropped).drop_vars(
        [n for n in posterior if str(n).startswith(("loss_", "detection_")) and n not in dropped]
    )
    out = out.assign_coords(year=years)
    out["loss"] = ((*per_draw, "period"), loss)
    out["detection"] = ((*per_draw, "level"), detection)
    out["log_abundance"] = (
        (*per_draw, "year"),
        np.concatenate([path, future], axis=1).reshape(*shape, -1),
    )
    out["growth_closed"] = (per_draw, closed[..., -1])
    out["growth_now"] = (per_draw, growth[..., -1])
    out["detection_shift"] = (per_draw, np.log(detection[..., -1] / detection[..., 0]))
    for name, variable in out.data_vars.items():
        unit, meaning = UNITS[str(name)]
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


def _slope(years: Floats, values: Floats) -> Floats:
    """Least-squares slope of values, shape (..., year), on years."""
    centred = years - years.mean()
    return values @ centred / (centred @ centred)


def trend_node(
    posterior: xr.Dataset, data: TrendData, settings: TrendSettings, counts: Counts, mass: float
) -> xr.Dataset:
    """Prepare the trend for figures and the account of growth in the last period.

    Parameters
    ----------
    posterior : xarray.Dataset
        With states.
    data : TrendData
        The counts on the yearly axis.
    settings : TrendSettings
        Periods and changes of detection.
    counts : Counts
        The counts as read.
    mass : float
        Mass of equal-tailed intervals.

    Returns
    -------
    xarray.Dataset
        By ``year``: draws of abundance, the published count (NaN where none; the last where a
        year has several), abundance and expected count (low, median, high). By ``draw``: the
        log growth of counts over the last period and the parts of it that are closed-population
        growth, immigration, detection and lucky years.
    """
    tails = [(1 - mass) / 2, 0.5, (1 + mass) / 2]
    path = posterior["log_abundance"].values.reshape(-1, posterior.sizes["year"])
    levels = np.log(posterior["detection"].values.reshape(path.shape[0], -1))
    level_share = detection_weights(posterior["year"].values, settings.detection_changes)
    found = path + levels @ level_share.T
    node = xr.Dataset(coords={"year": posterior["year"].values})
    node["abundance"] = (("draw", "year"), np.exp(path), {"units": "1", "long_name": "animals"})
    by_year = dict(zip(counts.year.tolist(), counts.estimate.tolist(), strict=True))
    observed = [by_year.get(int(year), np.nan) for year in posterior["year"].values]
    node["observed"] = ("year", observed, {"units": "1", "long_name": "published count"})
    for name, values in (("abundance", np.exp(path)), ("expected_count", np.exp(found))):
        for part, quantile in zip(
            ("low", "median", "high"), np.quantile(values, tails, 0), strict=True
        ):
            long_name = f"{name.replace('_', ' ')}, {part}"
            node[f"{name}_{part}"] = ("year", quantile, {"units": "1", "long_name": long_name})
    recent = posterior["year"].values >= (settings.periods[-1] if settings.periods else 0)
    recent &= posterior["year"].values <= data.years[-1]
    years = posterior["year"].values[recent].astype(float)
    whole = _slope(years, found[:, recent])
    seen = _slope(years, (levels @ level_share.T)[:, recent])
    closed = posterior["growth_closed"].values.ravel()
    open_ = posterior["growth_now"].values.ravel() - closed
    parts = {
        "growth_of_counts": (whole, "log growth of expected counts, last period"),
        "growth_closed": (closed, "part: growth of a closed population"),
        "growth_immigration": (open_, "part: immigration"),
        "growth_detection": (seen, "part: better detection"),
        "growth_lucky_years": (whole - seen - closed - open_, "part: years above the mean"),
        "growth_ceiling": (
            np.log(posterior["growth_ceiling"].values.ravel()),
            "ceiling of a closed population",
        ),
    }
    for name, (values, meaning) in parts.items():
        node[name] = ("draw", values, {"units": "yr-1", "long_name": meaning})
    raw = counts.year >= years[0]
    slope = _slope(counts.year[raw].astype(float), np.log(counts.estimate[raw]))
    node.attrs = {
        "interval_mass": mass,
        "interval_type": "equal-tailed",
        "last_count_year": int(data.years[-1]),
        "period_begin": int(years[0]),
        "published_growth": float(slope),
        "probability_ceiling_reaches_published_growth": float(
            np.mean(parts["growth_ceiling"][0] >= slope)
        ),
    }
    return node


def observed_node(counts: Counts) -> xr.Dataset:
    """Return the counts with their sources."""
    return xr.Dataset(
        {
            "estimate": ("count", counts.estimate, {"units": "1", "long_name": "animals counted"}),
            "year": ("count", counts.year, {"units": "1", "long_name": "calendar year"}),
            "source": ("count", list(counts.source)),
            "method": ("count", list(counts.method)),
            "confidence": ("count", list(counts.confidence)),
        }
    )
