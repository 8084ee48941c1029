"""What every ratio and collar is expected to show, from draws of the states."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import log_ndtr, xlog1py, xlogy

from ustyurt_models.survey.models.integrated.data import IntegratedData
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.models.trend.states import levels_of, noise_by_count

__all__ = ["Expected", "expected", "pointwise"]

Floats = NDArray[np.float64]


class Expected:
    """Expectations of one thinned posterior, each shape (draw, row).

    Attributes
    ----------
    residual : numpy.ndarray
        Of log counts, in standard deviations.
    noise : numpy.ndarray
        Standard deviation of log counts.
    ratio, alive : numpy.ndarray
        Share of calves or adult males in a ratio's sample; share of collared animals that live.
    """

    def __init__(self, posterior: xr.Dataset, data: IntegratedData, told: TrendSettings) -> None:
        draws = posterior.sizes["chain"] * posterior.sizes["draw"]
        years = data.counts.years.size
        animals = np.exp(posterior["log_classes"].values.reshape(draws, -1, 4))[:, :years]
        births = posterior["births"].values.reshape(draws, -1)
        lives = posterior["lives"].values.reshape(draws, -1, 3)
        self.noise = noise_by_count(posterior, data.counts)
        found = levels_of(posterior, data.counts) @ data.counts.detection_weight.T
        index = data.counts.index
        total = animals.sum(axis=2)[:, index] + data.with_young * births[:, index]
        self.residual = (data.counts.log_count - found - np.log(total)) / self.noise
        self.ratio = _ratio(data, animals, births, lives)
        self.alive = _alive(data, lives)


def expected(posterior: xr.Dataset, data: IntegratedData, told: TrendSettings) -> Expected:
    """Return the expectations of every draw."""
    return Expected(posterior, data, told)


def _ratio(data: IntegratedData, animals: Floats, births: Floats, lives: Floats) -> Floats:
    """Return the share expected of every ratio."""
    if data.ratios is None:
        return np.zeros((animals.shape[0], 0))
    at = data.ratio_year
    step, part = np.minimum(at, lives.shape[1] - 1), data.ratios.months / 12.0
    females = animals[:, at, 0] + animals[:, at, 1]
    calves = births[:, at] * lives[:, step, 2] ** part
    mothers = females * lives[:, step, 0] ** part
    males = animals[:, at, 3]
    return np.where(data.ratios.kind == 0, calves / (calves + mothers), males / (males + females))


def _alive(data: IntegratedData, lives: Floats) -> Floats:
    """Return the share of collared animals expected to live through their interval."""
    collars = data.collars
    if collars is None:
        return np.zeros((lives.shape[0], 0))
    which = np.where(collars.age == 1, 2, collars.sex)
    return lives[:, data.collar_year, which] ** (collars.months / 12.0)


def samples(data: IntegratedData) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Return successes and trials of ratios (in independent animals) and of collars."""
    none = (np.zeros(0), np.zeros(0))
    ratios, collars = data.ratios, data.collars
    if ratios is not None:
        of = np.where(ratios.kind == 0, ratios.number + ratios.of, ratios.of)
        none_or_ratio = (ratios.number / data.herding, of / data.herding)
    else:
        none_or_ratio = none
    alive = none if collars is None else (collars.at_risk - collars.deaths, collars.at_risk)
    return none_or_ratio, alive


def pointwise(found: Expected, data: IntegratedData) -> Floats:
    """Return the log density of every count, ratio and collar row, shape (draw, row)."""
    density = -0.5 * (found.residual**2 + np.log(2 * np.pi)) - np.log(found.noise)
    counts = np.where(data.counts.at_least, log_ndtr(-found.residual), density)
    parts = [counts]
    for (number, of), share in zip(samples(data), (found.ratio, found.alive), strict=True):
        parts.append(xlogy(number, share) + xlog1py(of - number, -share))
    return np.concatenate(parts, axis=1)
