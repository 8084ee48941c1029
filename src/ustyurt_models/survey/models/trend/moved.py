"""What was believed before the counts, and after: how far each belief moved and narrowed."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ustyurt_models.survey.beliefs import (
    draw_positive,
    logit_moments,
    normal_moments,
)
from ustyurt_models.survey.models.trend.data import TrendData
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.settings import Belief

__all__ = ["beliefs_node", "counting_beliefs", "draw_share", "trend_beliefs"]

Floats = NDArray[np.float64]
Pairs = Mapping[str, tuple[Floats, Floats]]

_DRAWS = 20_000


def draw_share(belief: Belief, rng: np.random.Generator, count: int = _DRAWS) -> Floats:
    """Draw a probability as the models declare it: normal on the logit."""
    mean, sd = logit_moments(belief)
    return 1.0 / (1.0 + np.exp(-rng.normal(mean, sd, count)))


def _ceiling(belief: Belief, rng: np.random.Generator) -> Floats:
    """Draw the growth factor of a closed population: PERT between its limits."""
    width = belief.high - belief.low
    peak = 4.0 * (belief.value - belief.low) / width
    return belief.low + width * rng.beta(1.0 + peak, 5.0 - peak, _DRAWS)


def beliefs_node(pairs: Pairs, mass: float) -> xr.Dataset:
    """Return quantiles of every belief before and after the data.

    Parameters
    ----------
    pairs : mapping of str to (numpy.ndarray, numpy.ndarray)
        Label to draws of the prior and of the posterior.
    mass : float
        Mass of equal-tailed intervals.

    Returns
    -------
    xarray.Dataset
        Over ``belief``: ``prior`` and ``posterior`` by ``end`` (median, low, high); ``moved``, the
        shift of the median in standard deviations of the prior; ``kept``, the width of the
        interval as a share of the prior's.
    """
    ends = [0.5, (1 - mass) / 2, (1 + mass) / 2]
    before = np.array([np.quantile(prior, ends) for prior, _ in pairs.values()])
    after = np.array([np.quantile(posterior, ends) for _, posterior in pairs.values()])
    sds = np.array([prior.std() for prior, _ in pairs.values()])
    one = {"units": "1"}
    node = xr.Dataset(
        {
            "prior": (("belief", "end"), before, one | {"long_name": "before the data"}),
            "posterior": (("belief", "end"), after, one | {"long_name": "after the data"}),
            "moved": (
                "belief",
                (after[:, 0] - before[:, 0]) / sds,
                one | {"long_name": "shift of the median, in standard deviations of the prior"},
            ),
            "kept": (
                "belief",
                (after[:, 2] - after[:, 1]) / (before[:, 2] - before[:, 1]),
                one | {"long_name": "width of the interval as a share of the prior's"},
            ),
        },
        {"belief": list(pairs), "end": ["median", "low", "high"]},
    )
    node.attrs = {"interval_mass": mass, "interval_type": "equal-tailed"}
    return node


def counting_beliefs(
    posterior: xr.Dataset, told: TrendSettings, data: TrendData, rng: np.random.Generator
) -> dict[str, tuple[Floats, Floats]]:
    """Return beliefs on counting and exchange before and after the data."""
    found: dict[str, tuple[Floats, Floats]] = {}
    if "immigration" in posterior and told.immigration is not None:
        mean, sd = normal_moments(told.immigration)
        drawn = np.maximum(rng.normal(mean, sd, _DRAWS), -0.9)
        found["immigration, share of abundance per yr"] = (
            drawn,
            posterior["immigration"].values.ravel(),
        )
    for i, level in enumerate(data.levels):
        if level.belief is not None:
            after = posterior["detection"].isel(level=i).values.ravel()
            label = f"share of animals counted, {level.name}"
            found[label] = (draw_share(level.belief, rng), after)
    if "observation_cv" in posterior:
        before = draw_positive(told.observation_cv, _DRAWS, rng)
        found["error of a count, cv"] = (before, posterior["observation_cv"].values.ravel())
    return found


def trend_beliefs(
    posterior: xr.Dataset, told: TrendSettings, data: TrendData, rng: np.random.Generator
) -> dict[str, tuple[Floats, Floats]]:
    """Return beliefs of a trend before and after the counts, by label.

    Parameters
    ----------
    posterior : xarray.Dataset
        As `results.derive` returns it.
    told : TrendSettings
        Priors.
    data : TrendData
        Levels of detection.
    rng : numpy.random.Generator
        Chance.
    """

    def drawn(name: str) -> Floats:
        return posterior[name].values.ravel()

    ceiling = _ceiling(told.growth_ceiling, rng)
    found = {"growth factor of a closed population": (ceiling, drawn("growth_ceiling"))}
    for i, belief in enumerate(told.loss):
        after = posterior["loss"].isel(period=i).values.ravel()
        label = f"growth lost, share per yr, {_period(told, i)}"
        found[label] = (draw_share(belief, rng), after)
    found |= counting_beliefs(posterior, told, data, rng)
    sd = draw_positive(told.process_sd, _DRAWS, rng)
    found["spread of growth between years"] = (sd, drawn("process_sd"))
    labels = {"capacity": "capacity, animals", "theta": "power of the response"}
    for name, label in labels.items():
        given = getattr(told, name)
        if name in posterior and given is not None:
            found[label] = (draw_positive(given, _DRAWS, rng), drawn(name))
    return found


def _period(told: TrendSettings, number: int) -> str:
    """Name a period by its years."""
    if not told.periods:
        return "all years"
    if number == 0:
        return f"before {told.periods[0]}"
    last = number == len(told.periods)
    return f"from {told.periods[number - 1]}" + ("" if last else f" to {told.periods[number] - 1}")
