"""Simulated count series: the twin of the trend model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.formulas.trend import sd_of_log
from ustyurt_models.survey.read.counts import Counts

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
        Mean log growth from each year to the next.
    detection : float
        Share of animals that a count finds.
    observation_cv : float
        Coefficient of variation of a count.
    process_sd : float
        Standard deviation of yearly log growth.
    """

    years: tuple[int, ...]
    start: float
    growth: tuple[float, ...]
    detection: float
    observation_cv: float
    process_sd: float


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
    count = len(truth.years)
    steps = np.asarray(truth.growth) + truth.process_sd * rng.standard_normal(count - 1)
    log_abundance = np.log(truth.start) + np.concatenate([[0.0], np.cumsum(steps)])
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
    )
    return counts, np.exp(log_abundance)
