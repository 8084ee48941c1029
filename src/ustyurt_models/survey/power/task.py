"""One design with all that its simulation depends on, and the pieces it is cut into."""

import hashlib
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.provenance import digest_json
from ustyurt_models.seeds import generator
from ustyurt_models.study.surveys import SurveyBlock
from ustyurt_models.survey.power.plan import Plan
from ustyurt_models.survey.power.today import Today

__all__ = ["Chunk", "Task", "chunks", "log_change"]

Floats = NDArray[np.float64]

_SURVEYS_AT_ONCE = 160  # per chunk; a chunk is the unit of parallel work and of progress


@dataclass(frozen=True)
class Task:
    """A design with all that its simulation depends on.

    Attributes
    ----------
    plan : Plan
        The design.
    today : Today
        Today's truth, one row per future.
    belief : numpy.ndarray
        Draws of the share of animals that is seen, as the analyst believes, shape (draw,).
    block : SurveyBlock or None
        Survey of the study, for priors and the mass of intervals.
    rates : tuple of float
        Changes of log abundance per year; the first is zero.
    process_sd : float
        Standard deviation of yearly noise of log abundance.
    seed : int
        Study seed.
    """

    plan: Plan
    today: Today
    belief: Floats
    block: SurveyBlock | None
    rates: tuple[float, ...]
    process_sd: float
    seed: int

    @property
    def futures(self) -> int:
        """Number of futures."""
        return self.today.draws

    @property
    def interval(self) -> float:
        """Mass of equal-tailed intervals."""
        return 0.95 if self.block is None else self.block.interval

    @property
    def digest(self) -> str:
        """Hash of everything that a simulated future depends on, besides the code."""
        arrays = hashlib.blake2b(np.ascontiguousarray(self.belief).tobytes(), digest_size=16)
        for field in fields(self.today):
            value = getattr(self.today, field.name)
            if isinstance(value, np.ndarray):
                arrays.update(field.name.encode() + np.ascontiguousarray(value).tobytes())
        return digest_json(
            {
                "plan": self.plan.inputs(),
                "block": None if self.block is None else self.block.model_dump(mode="json"),
                "rates": self.rates,
                "process_sd": self.process_sd,
                "seed": self.seed,
                "truncation_m": self.today.truncation_m,
                "today": arrays.hexdigest(),
            }
        )


@dataclass(frozen=True)
class Chunk:
    """Some futures of a task, from `first` up to but not including `last`."""

    task: Task
    first: int
    last: int


def chunks(task: Task) -> list[Chunk]:
    """Cut a task into pieces that do not depend on the number of workers.

    Parameters
    ----------
    task : Task
        The design.

    Returns
    -------
    list of Chunk
        In order.
    """
    each = max(1, _SURVEYS_AT_ONCE // (len(task.rates) * len(task.plan.years)))
    begins = range(0, task.futures, each)
    return [Chunk(task, begin, min(begin + each, task.futures)) for begin in begins]


def log_change(task: Task, future: int) -> Floats:
    """Return log abundance over that of today, shape (change, survey year).

    A steady change plus a random walk: the noise of a year stays in the population, as in the
    trend model of this package. Futures come in pairs with opposite noise (antithetic), so that
    a run of good years does not pass for an effect of the change.

    Parameters
    ----------
    task : Task
        Changes, survey years, yearly noise.
    future : int
        Which; it has the same noise in every design and under every change.

    Returns
    -------
    numpy.ndarray
        Zero in year 0.
    """
    years = np.array(task.plan.years)
    shocks = generator(task.seed, "power", "process", future // 2).standard_normal(years[-1] + 1)
    shocks = np.where(future % 2, -1.0, 1.0) * shocks
    shocks[0] = 0.0
    noise = task.process_sd * np.cumsum(shocks)[years]
    return np.multiply.outer(task.rates, years) + noise
