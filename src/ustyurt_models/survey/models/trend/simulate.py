"""Simulated count series: the twin of the trend model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.formulas.trend import Regulation, sd_of_log
from ustyurt_models.study.surveys import Trend
from ustyurt_models.survey.models.trend.settings import TrendSettings
from ustyurt_models.survey.read.counts import Counts
from ustyurt_models.survey.settings import Belief

__all__ = ["TrendTruth", "simulate_counts"]


@dataclass(frozen=True)
class TrendTruth:
    """What a simulated series is drawn from.

    Attributes
    ----------
    years : tuple of int
        Consecutive years, each counted once.
    start : float
        Animals in the first year.
    growth : tuple of float
        Mean log growth from each year to the next; of a regulated form, but for the ceiling.
    detection : float
        Share of animals that a count finds.
    observation_cv : float
        Coefficient of variation of a count.
    process_sd : float
        Scale of yearly log growth.
    form : str
        ``exponential`` (`growth` is all of it), ``gompertz`` or ``theta_ricker``.
    freedom : float
        Degrees of freedom of yearly log growth; infinity for normal.
    ceiling, capacity, theta, full : float
        Of a regulated form: growth factor far below capacity, capacity, power, and the abundance
        at which the Gompertz grows by the ceiling.
    """

    years: tuple[int, ...]
    start: float
    growth: tuple[float, ...]
    detection: float
    observation_cv: float
    process_sd: float
    form: str = "exponential"
    freedom: float = np.inf
    ceiling: float = 1.4
    capacity: float = 20_000.0
    theta: float = 1.5
    full: float = 100.0

    def settings(self, spec: Trend) -> TrendSettings:
        """Return beliefs that hold this truth, as the model of `spec` wants them."""
        cv, sd, most = self.observation_cv, self.process_sd, self.capacity
        factor = self.ceiling if self.form != "exponential" else 1.2
        return TrendSettings(
            growth_ceiling=Belief(factor, 0.85 * factor, 1.2 * factor),
            loss=(Belief(0.05, 0.005, 0.3),),
            detection=Belief(0.8, 0.59, 0.92),
            observation_cv=Belief(cv, cv / 2, 2 * cv),
            process_sd=Belief(sd, sd / 2.5, 2.5 * sd),
            capacity=Belief(most, most / 2, 2 * most),
            theta=Belief(self.theta, self.theta / 2, self.theta * 2),
            growth=spec.growth,
            process=spec.process,
            full_growth_at=spec.full_growth_at,
        )

    def _regulation(self) -> Regulation:
        """Return growth by abundance; of the exponential, what `growth` does not hold: nothing."""
        one = np.ones(1)
        ceiling = np.log(self.ceiling) if self.form != "exponential" else 0.0
        numbers = (ceiling * one, np.log(self.capacity) * one, self.theta * one)
        return Regulation(self.form, *numbers, float(np.log(self.full)))


def _shocks(truth: TrendTruth, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw yearly shocks of log growth."""
    count = len(truth.years) - 1
    shocks = rng.standard_normal(count)
    if np.isfinite(truth.freedom):
        shocks = shocks / np.sqrt(rng.chisquare(truth.freedom, count) / truth.freedom)
    return truth.process_sd * shocks


def simulate_counts(
    truth: TrendTruth, rng: np.random.Generator
) -> tuple[Counts, NDArray[np.float64]]:
    """Draw abundance and counts.

    Parameters
    ----------
    truth : TrendTruth
        Growth, detection, error.
    rng : numpy.random.Generator
        Chance.

    Returns
    -------
    tuple
        The counts as if read from a file, and the true abundance, shape (year,).
    """
    count, regulation = len(truth.years), truth._regulation()
    now, path = np.array([np.log(truth.start)]), [np.log(truth.start)]
    for moved in np.asarray(truth.growth) + _shocks(truth, rng):
        now = now + regulation.growth(now) + moved
        path.append(float(now[0]))
    log_abundance = np.array(path)
    error = float(sd_of_log(truth.observation_cv)) * rng.standard_normal(count)
    nothing = np.full(count, np.nan)
    counts = Counts(
        year=np.array(truth.years, np.int64),
        estimate=np.exp(log_abundance + np.log(truth.detection) + error),
        low=nothing,
        high=nothing,
        method=("simulated",) * count,
        source=("simulated",) * count,
        confidence=("",) * count,
        header={"status": "simulated"},
        survey=("",) * count,
        sd_log=nothing,
        at_least=np.zeros(count, bool),
        covers=("adults",) * count,
    )
    return counts, np.exp(log_abundance)
