"""What the growth of the counts is made of: demography, immigration, detection, luck."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.formulas.trend import detection_weights
from ustyurt_models.survey.models.trend.data import TrendData, main_survey
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.read.counts import Counts

__all__ = ["PARTS", "account_of", "growth_account", "slope"]

Floats = NDArray[np.float64]

#: The parts that add up to the growth of counts.
PARTS = ("growth_closed", "growth_immigration", "growth_detection", "growth_lucky_years")


def slope(years: Floats, values: Floats) -> Floats:
    """Return the least-squares slope of values, shape (..., year), on years."""
    centred = years - years.mean()
    return values @ centred / (centred @ centred)


def growth_account(
    whole: Floats, closed: Floats, immigration: Floats, detection: Floats, ceiling: Floats
) -> dict[str, tuple[str, Floats, dict[str, str]]]:
    """Return the parts of the growth of counts as variables of a node.

    Parameters
    ----------
    whole : numpy.ndarray
        Log growth of expected counts, shape (draw,).
    closed, immigration, detection : numpy.ndarray
        What demography, immigration and better detection have of it, each shape (draw,); what is
        left is luck.
    ceiling : numpy.ndarray
        Log growth that a closed population could reach at best, shape (draw,).
    """
    parts = {
        "growth_of_counts": (whole, "log growth of expected counts, last period"),
        "growth_closed": (closed, "part: growth of a closed population"),
        "growth_immigration": (immigration, "part: immigration"),
        "growth_detection": (detection, "part: better detection"),
        "growth_lucky_years": (
            whole - detection - closed - immigration,
            "part: years above the mean",
        ),
        "growth_ceiling": (ceiling, "ceiling of a closed population"),
    }
    return {
        name: ("draw", values, {"units": "yr-1", "long_name": meaning})
        for name, (values, meaning) in parts.items()
    }


def _by_year(path: Floats, found: Floats, mass: float) -> dict[str, tuple]:
    """Return draws of abundance and quantiles of abundance and expected count by year."""
    tails = [(1 - mass) / 2, 0.5, (1 + mass) / 2]
    made: dict[str, tuple] = {
        "abundance": (("draw", "year"), np.exp(path), {"units": "1", "long_name": "animals"})
    }
    for name, values in (("abundance", np.exp(path)), ("expected_count", np.exp(found))):
        ends = zip(("low", "median", "high"), np.quantile(values, tails, 0), strict=True)
        for part, quantile in ends:
            long_name = f"{name.replace('_', ' ')}, {part}"
            made[f"{name}_{part}"] = ("year", quantile, {"units": "1", "long_name": long_name})
    return made


def _published(counts: Counts, main: str, first: int) -> tuple[dict[int, float], float]:
    """Return the count of each year by the main way of counting, and its slope since `first`."""
    own = np.array([name == main for name in counts.survey]) & ~counts.at_least
    by_year = dict(zip(counts.year[own].tolist(), counts.estimate[own].tolist(), strict=True))
    recent = own & (counts.year >= first)
    years = counts.year[recent].astype(float)
    if len(set(years.tolist())) < 2:
        return by_year, float("nan")
    return by_year, float(slope(years, np.log(counts.estimate[recent])))


def account_of(
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
        By ``year``: draws of abundance, the published count of the main way of counting (NaN
        where none; the last where a year has several), abundance and expected count (low, median,
        high). By ``draw``: the log growth of counts over the last period and the parts of it that
        are closed-population growth, immigration, detection and lucky years.
    """
    years = posterior["year"].values
    path = posterior["log_abundance"].values.reshape(-1, years.size)
    levels = np.log(posterior["detection"].values.reshape(path.shape[0], -1))
    share = detection_weights(years, settings.detection_changes)
    seen = levels[:, : share.shape[1]] @ share.T
    node = xr.Dataset(_by_year(path, path + seen, mass), {"year": years})
    first = settings.periods[-1] if settings.periods else int(years[0])
    recent = (years >= first) & (years <= data.years[-1])
    over = years[recent].astype(float)
    closed = posterior["growth_closed"].values.ravel()
    node = node.assign(
        growth_account(
            slope(over, (path + seen)[:, recent]),
            closed,
            posterior["growth_now"].values.ravel() - closed,
            slope(over, seen[:, recent]),
            np.log(posterior["growth_ceiling"].values.ravel()),
        )
    )
    main = main_survey(counts, settings)
    by_year, published = _published(counts, main, int(over[0]))
    observed = [by_year.get(int(year), np.nan) for year in years]
    node["observed"] = ("year", observed, {"units": "1", "long_name": "published count"})
    node.attrs = {
        "interval_mass": mass,
        "interval_type": "equal-tailed",
        "last_count_year": int(data.years[-1]),
        "period_begin": int(over[0]),
        "main_survey": main,
        "published_growth": published,
        "probability_ceiling_reaches_published_growth": float(
            np.mean(node["growth_ceiling"].values >= published)
        ),
    }
    return node
