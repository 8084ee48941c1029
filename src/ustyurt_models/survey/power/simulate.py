"""Simulated futures of a design: abundance through the years, surveys, refits.

For every future one joint draw is taken from today's posterior. Abundance follows the change on
the log scale plus a random walk of yearly noise. In every survey year the model's own simulator
draws a survey, which is then fitted as if it stood alone. The same future has the same draw, the
same yearly noise and the same stream of chance in every design and under every change, so that
designs and changes differ by themselves and not by luck.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtri

from ustyurt_models.checks import require
from ustyurt_models.seeds import generator
from ustyurt_models.survey.model import SurveyModel
from ustyurt_models.survey.power.lines import Lines, line_settings
from ustyurt_models.survey.power.plan import Plan
from ustyurt_models.survey.power.refit import Refits, refit
from ustyurt_models.survey.power.stacked import StackedModel
from ustyurt_models.survey.power.strips import Planes, strip_settings
from ustyurt_models.survey.power.task import Chunk, Task, log_change

__all__ = ["gathered", "run_chunk"]

Floats = NDArray[np.float64]

_PILOT_GROUPS = 200.0  # groups that the survey is to see from which the model is built


class Method(Protocol):
    """A way of counting: surveys of one design, simulated, reduced and modelled."""

    @property
    def plan(self) -> Plan:
        """The design."""

    def simulate(self, row: int, factor: float, rng: np.random.Generator) -> Any:
        """Carry out the survey in one year of one future."""

    def told(self, survey: Any) -> dict[str, np.ndarray]:
        """Reduce a survey to what the likelihood reads."""

    def stacked(self, told: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Lay reduced surveys on top of each other."""

    def counted(self, survey: Any) -> int:
        """Return how many groups, or single animals, were seen."""

    def model(self, survey: Any) -> SurveyModel:
        """Return the model of a survey."""


def _method(task: Task) -> Method:
    """Return what simulates and reduces the surveys of a design."""
    if task.plan.method == "strip_counts":
        return Planes(task.plan, task.today, strip_settings(task.block))
    return Lines(task.plan, task.today, line_settings(task.block, task.plan, task.today))


def _pilot(method: Method, task: Task) -> Any:
    """Return a survey with enough animals to show every data variable of the model."""
    rng = generator(task.seed, "power", "pilot")
    factor = 1.0
    for _ in range(40):
        survey = method.simulate(0, factor, rng)
        seen = method.counted(survey)
        if 0.5 * _PILOT_GROUPS <= seen <= 4 * _PILOT_GROUPS:
            return survey
        factor *= float(np.clip(_PILOT_GROUPS / max(seen, 1), 0.1, 10.0))
    return survey


@dataclass(frozen=True)
class _Built:
    """The model of a design, built once per process."""

    method: Method
    told: dict[str, np.ndarray]
    stacked: StackedModel
    model: SurveyModel


# A design is built once in each process; chunks of it follow each other.
_BUILT: dict[str, _Built] = {}


def _built(task: Task) -> _Built:
    """Build the model of a design, or return it when it was the last one built."""
    key = task.digest
    if key not in _BUILT:
        _BUILT.clear()
        method = _method(task)
        survey = _pilot(method, task)
        model = method.model(survey)
        told = method.told(survey)
        _BUILT[key] = _Built(method, told, StackedModel(model.build(), told), model)
    return _BUILT[key]


def run_chunk(chunk: Chunk) -> dict[str, np.ndarray]:
    """Simulate and refit the surveys of some futures.

    Parameters
    ----------
    chunk : Chunk
        Which.

    Returns
    -------
    dict of str to numpy.ndarray
        See `gathered`; shape (future, change, year).
    """
    task = chunk.task
    built = _built(task)
    told, truth, counted = [], [], []
    today = task.today
    now = np.log((today.abundance).sum(axis=1))
    for future in range(chunk.first, chunk.last):
        change = log_change(task, future)
        truth.append(now[future] + change)
        for row in change:
            for year, log_factor in zip(task.plan.years, row, strict=True):
                rng = generator(task.seed, "power", "survey", future, year)
                survey = built.method.simulate(future, float(np.exp(log_factor)), rng)
                told.append(built.method.told(survey))
                counted.append(built.method.counted(survey))
    data = {name: value[1:] for name, value in built.method.stacked([built.told, *told]).items()}
    refits = refit(built.stacked, data)
    found = _judged(_abundance(built, refits), refits, task)
    shape = (chunk.last - chunk.first, len(task.rates), len(task.plan.years))
    found |= {"log_truth": np.array(truth), "counted": np.array(counted, np.float64)}
    found["effective"] = refits.effective
    return {name: np.asarray(values).reshape(shape) for name, values in found.items()}


def _abundance(built: _Built, refits: Refits) -> Floats:
    """Return animals apparent to a survey that misses none, shape (survey, point)."""
    free = {
        name: (("chain", "draw", "stratum")[: values.ndim], values)
        for name, values in refits.variables.items()
    }
    stratum = list(built.method.plan.stratum)
    posterior = xr.Dataset(free, {"stratum": stratum})
    # A survey that saw no group leaves group size to its prior, whose tail has no end.
    with np.errstate(over="ignore", invalid="ignore"):
        derived = built.model.derive(posterior, np.random.default_rng(0))
    return np.clip(derived["abundance_total"].to_numpy(), 1e-300, 1e300)


def _judged(apparent: Floats, refits: Refits, task: Task) -> dict[str, Floats]:
    """Summarise posteriors of abundance: moments of apparent logarithm, interval of abundance."""
    log_apparent, weight = np.log(apparent), refits.weight
    mean = (weight * log_apparent).sum(axis=1)
    variance = (weight * (log_apparent - mean[:, None]) ** 2).sum(axis=1)
    # What is believed of the share seen is paired at random with the points of the refit.
    ranks = np.random.default_rng(7).permutation(weight.shape[1])
    seen = np.quantile(task.belief, (ranks + 0.5) / weight.shape[1])
    logs = log_apparent - np.log(seen)
    log_weight = np.log(np.maximum(weight, 1e-300))
    first, second = (logsumexp(power * logs + log_weight, axis=1) for power in (1, 2))
    tail = (1.0 - task.interval) / 2.0
    low, median, high = _quantiles(logs, weight, (tail, 0.5, 1.0 - tail))
    return {
        "log_apparent": mean,
        "sd_log": np.sqrt(variance),
        "cv": np.sqrt(np.expm1(np.clip(second - 2.0 * first, 0.0, 700.0))),
        "estimate": median,
        "low": low,
        "high": high,
    }


def _quantiles(logs: Floats, weight: Floats, levels: Sequence[float]) -> list[Floats]:
    """Return quantiles from the first three moments of the logarithm, shapes (survey,).

    Cornish-Fisher: z + (z^2 - 1) skewness / 6. The outer quantiles of some hundred weighted points
    are twice as noisy. Posteriors of log abundance are near normal; a skewness beyond one (hardly
    any animal seen) is taken as one.
    """
    middle = (weight * logs).sum(axis=1)
    away = logs - middle[:, None]
    sd = np.sqrt((weight * away**2).sum(axis=1))
    skewness = np.clip((weight * away**3).sum(axis=1) / np.maximum(sd, 1e-12) ** 3, -1.0, 1.0)
    normal = ndtri(np.asarray(levels))
    return [np.exp(middle + sd * (z + (z**2 - 1) / 6 * skewness)) for z in normal]


_MEANING = {
    "log_truth": "log of animals expected in truth",
    "log_apparent": "posterior mean of log animals, as if none were missed",
    "sd_log": "posterior standard deviation of log animals, as if none were missed",
    "estimate": "posterior median of animals",
    "low": "lower end of the equal-tailed interval of animals",
    "high": "upper end of the equal-tailed interval of animals",
    "cv": "posterior standard deviation over mean of animals",
    "counted": "groups, or single animals, seen by the survey",
    "effective": "effective points of the refit",
}


def gathered(task: Task, parts: Sequence[dict[str, np.ndarray]]) -> xr.Dataset:
    """Put the results of all chunks of a design together.

    Parameters
    ----------
    task : Task
        The design.
    parts : sequence of dict
        From `run_chunk`, in the order of `chunks`.

    Returns
    -------
    xarray.Dataset
        Dims (change, future, year); year counts from the start of the study.
    """
    require(bool(parts), f"power.design.{task.plan.name}", "must have futures")
    dims = ("change", "future", "year")
    found = {}
    for name, meaning in _MEANING.items():
        values = np.concatenate([part[name] for part in parts]).transpose(1, 0, 2)
        found[name] = (dims, values, {"units": "1", "long_name": meaning})
    coords = {
        "rate": ("change", list(task.rates), {"units": "yr-1"}),
        "year": list(task.plan.years),
    }
    result = xr.Dataset(found, coords)
    result.attrs = {
        "design": task.plan.name,
        "seed": task.seed,
        "interval": task.interval,
        "status": "simulated",
    }
    return result
