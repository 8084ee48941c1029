"""How well the trend reproduces the counts: predictive checks and leave-one-out likelihood."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import gammaln, log_ndtr

from ustyurt_models.formulas.trend import persistence
from ustyurt_models.survey.beliefs import lognormal_moments
from ustyurt_models.survey.models.trend.data import TrendData
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.models.trend.states import States, states_of

__all__ = ["log_likelihood", "predictive_p_values", "prior_sd"]

Floats = NDArray[np.float64]

_GRID = 161  # points of the grid over which a state is integrated
_WIDE = 8.0  # half width of the grid, in standard deviations


def prior_sd(settings: TrendSettings) -> dict[str, float]:
    """Return the standard deviation of the logarithm under the prior, by variable."""
    found = {
        "observation_cv": lognormal_moments(settings.observation_cv)[1],
        "process_sd": lognormal_moments(settings.process_sd)[1],
        "detection": lognormal_moments(settings.detection)[1],
    }
    if settings.growth != "exponential" and settings.capacity is not None:
        found["capacity"] = lognormal_moments(settings.capacity)[1]
    if settings.theta is not None:
        found["theta"] = lognormal_moments(settings.theta)[1]
    return found


def _thinned(posterior: xr.Dataset, most: int) -> xr.Dataset:
    """Return at most about `most` draws."""
    step = max(posterior.sizes["chain"] * posterior.sizes["draw"] // most, 1)
    return posterior.isel(draw=slice(None, None, step))


def _gaps_and_spread(states: States, data: TrendData) -> tuple[Floats, Floats]:
    """Return counts minus expectation (draw, count) and covariance (draw, count, count)."""
    keep, years = states.regulation.keep, data.years.size
    lasting = persistence(keep, years)
    decay = keep[:, None] ** np.arange(years)
    path = decay * data.start[0] + (lasting @ states.shift(data.period)[..., None])[..., 0]
    mean = path[:, data.index] + states.levels @ data.detection_weight.T
    moved = states.process[:, None, None] * lasting[:, data.index]
    first = data.start[1] * decay[:, data.index]
    spread = moved @ np.swapaxes(moved, 1, 2) + first[:, :, None] * first[:, None, :]
    return states.seen - mean, spread + states.noise[:, :, None] ** 2 * np.eye(data.index.size)


def _closed_form(states: States, data: TrendData) -> Floats:
    """Return the log density of each count given the others where all is normal."""
    gap, spread = _gaps_and_spread(states, data)
    precision = np.linalg.inv(spread)
    variance = 1.0 / np.diagonal(precision, axis1=1, axis2=2)
    residual = variance * (precision @ gap[..., None])[..., 0]
    density = -0.5 * (np.log(2 * np.pi * variance) + residual**2 / variance)
    # The residual of a lower limit holds its sampled excess, which is taken off again.
    under = (states.seen - data.log_count - residual) / np.sqrt(variance)
    return np.where(data.at_least, log_ndtr(under), density)


def _log_shock(states: States, shock: Floats) -> Floats:
    """Return the log density of yearly shocks, shape (draw, ...), up to a constant per draw."""
    tail = (-1,) + (1,) * (shock.ndim - 1)
    scale, freedom = states.process.reshape(tail), states.freedom.reshape(tail)
    z = (shock / scale) ** 2
    if np.isinf(states.freedom).all():
        return -0.5 * (z + np.log(2 * np.pi)) - np.log(scale)
    whole = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
    return whole - np.log(scale) - (freedom + 1) / 2 * np.log1p(z / freedom)


def _log_count(states: States, data: TrendData, count: int, state: Floats) -> Floats:
    """Return the log density of a count at states of shape (draw, point)."""
    found = states.levels @ data.detection_weight[count]
    noise = states.noise[:, count, None]
    z = (data.log_count[count] - found[:, None] - state) / noise
    if data.at_least[count]:
        return log_ndtr(-z)
    return -0.5 * (z**2 + np.log(2 * np.pi)) - np.log(noise)


def _integrated(states: States, data: TrendData, path: Floats) -> Floats:
    """Return the log density of each count given the years around it, its state integrated out.

    Given the states of the years before and after, the state of a year is one-dimensional; summed
    over a grid it leaves much steadier weights than the density of the count at the drawn state
    (Merkle, Furr & Rabe-Hesketh 2019, Psychometrika 84:802).
    """
    rest = states.rest[:, data.period]
    last, found = data.years.size - 1, []
    for count, year in enumerate(data.index):
        # Wide enough for the count and both neighbours, fine enough for the narrower of the two.
        centre = path[:, year, None]
        reach = _WIDE * np.maximum(states.process, states.noise[:, count])[:, None]
        grid = centre + reach * np.linspace(-1, 1, _GRID)
        if year == 0:
            z = (grid - data.start[0]) / data.start[1]
            weight = -0.5 * z**2
        else:
            before = path[:, year - 1]
            mean = before + states.regulation.growth(before) + rest[:, year - 1]
            weight = _log_shock(states, grid - mean[:, None])
        if year < last:
            moved = grid + states.regulation.growth(grid) + rest[:, year, None]
            weight = weight + _log_shock(states, path[:, year + 1, None] - moved)
        for other in np.flatnonzero(data.index == year):
            if other != count:
                weight = weight + _log_count(states, data, int(other), grid)
        joint = weight + _log_count(states, data, count, grid)
        sums = [np.logaddexp.reduce(part, axis=1) for part in (joint, weight)]
        found.append(sums[0] - sums[1])
    return np.stack(found, axis=1)


def log_likelihood(
    posterior: xr.Dataset, data: TrendData, told: TrendSettings, most: int = 1000
) -> Floats:
    """Log density of each count given all the others.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws.
    data : TrendData
        Counts.
    told : TrendSettings
        Form of growth.
    most : int
        Draws used at most.

    Returns
    -------
    numpy.ndarray
        Shape (draw, count): in closed form, or with the state of the year integrated out.

    References
    ----------
    Buerkner, Gabry & Vehtari 2021, Computational Statistics 36:1243, eq. 14-15.
    """
    some = _thinned(posterior, most)
    states = states_of(some, data, told)
    if told.exact:
        return _closed_form(states, data)
    path = some["log_abundance"].values.reshape(states.start.size, -1)[:, : data.years.size]
    return _integrated(states, data, path)


def predictive_p_values(
    posterior: xr.Dataset,
    data: TrendData,
    told: TrendSettings,
    rng: np.random.Generator,
    most: int = 500,
) -> dict[str, tuple[float, str]]:
    """Posterior predictive tail probabilities, each with its meaning.

    Parameters
    ----------
    posterior : xarray.Dataset
        Draws with ``log_abundance``.
    data : TrendData
        Counts.
    told : TrendSettings
        Form of growth.
    rng : numpy.random.Generator
        Chance.
    most : int
        Draws used at most.

    Returns
    -------
    dict
        Check to (probability, meaning); lower limits are left out.
    """
    some = _thinned(posterior, most)
    states = states_of(some, data, told)
    path = some["log_abundance"].values.reshape(states.start.size, -1)[:, data.index]
    gap = data.log_count - path - states.levels @ data.detection_weight.T
    seen = (gap / states.noise)[:, ~data.at_least]
    again = rng.standard_normal(seen.shape)
    size = [(values**2).sum(axis=1) for values in (again, seen)]
    lag = [(values[:, 1:] * values[:, :-1]).sum(axis=1) for values in (again, seen)]
    high, order = float((size[0] >= size[1]).mean()), float((lag[0] >= lag[1]).mean())
    return {
        "counts, chi-square": (2 * min(high, 1 - high), "scatter of counts fits their error"),
        "counts, autocorrelation": (2 * min(order, 1 - order), "no run of high or low counts"),
    }
