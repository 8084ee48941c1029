"""What the trend model is told: priors from the evidence, periods, changes of detection."""

from dataclasses import dataclass

from ustyurt_models.survey.settings import Belief

__all__ = ["TrendSettings"]


@dataclass(frozen=True)
class TrendSettings:
    """Trend model; every prior is a row of evidence.

    Attributes
    ----------
    growth_ceiling : Belief
        Largest growth factor per year of a closed population; the limits are hard ends.
    loss : tuple of Belief
        Share of growth lost per year (poaching, bad management), by period.
    detection : Belief
        Share of the animals that a count finds; every level of detection has this prior.
    observation_cv : Belief
        Coefficient of variation of a count.
    process_sd : Belief
        Standard deviation of yearly log growth around the mean of its period.
    immigration : Belief or None
        Net immigration as a share of abundance per year; ``None`` closes the population.
    capacity : Belief or None
        Abundance at which growth ends, for years after the last count only.
    periods : tuple of int
        First year of each period after the first; growth from that year on has its own loss.
    detection_changes : tuple of (int, int)
        Years between which detection moves to its next level; equal years are a step.
    stratum : str
        Name of the area the counts are for.
    area_km2 : float
        Its area.
    start_sd_log : float
        Prior spread of log abundance in the first year around the first count.
    """

    growth_ceiling: Belief
    loss: tuple[Belief, ...]
    detection: Belief
    observation_cv: Belief
    process_sd: Belief
    immigration: Belief | None = None
    capacity: Belief | None = None
    periods: tuple[int, ...] = ()
    detection_changes: tuple[tuple[int, int], ...] = ()
    stratum: str = "all"
    area_km2: float = 1.0
    start_sd_log: float = 1.5
