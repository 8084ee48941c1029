"""What the trend model is told: priors from the evidence, periods, changes of detection."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ustyurt_models.survey.settings import Belief

__all__ = ["MethodBelief", "TrendSettings", "folded"]


def folded(name: str) -> str:
    """Return the name of a way of counting as a header line can hold it."""
    return name.strip().lower().replace(" ", "_")


@dataclass(frozen=True)
class MethodBelief:
    """What is believed of one way of counting.

    Attributes
    ----------
    detection : Belief or None
        Share of the animals that it finds; ``None`` for an index of unknown scale.
    cv : Belief or None
        Spread of its counts; ``None`` for that of all counts.
    """

    detection: Belief | None
    cv: Belief | None = None


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
        Abundance at which growth ends; exponential: for years after the last count only.
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
    growth : str
        ``exponential``, ``gompertz`` or ``theta_ricker``.
    process : str
        ``normal`` or ``student``.
    theta : Belief or None
        Power of the theta-Ricker.
    full_growth_at : float
        Gompertz: abundance at which growth is the ceiling.
    methods : mapping of str to MethodBelief
        Ways of counting that differ from `detection` and `observation_cv`, by folded name.
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
    growth: str = "exponential"
    process: str = "normal"
    theta: Belief | None = None
    full_growth_at: float = 1.0
    methods: Mapping[str, MethodBelief] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        """Whether all is normal given the parameters."""
        return self.process == "normal" and self.growth != "theta_ricker"

    def method(self, name: str) -> MethodBelief:
        """Return what is believed of a way of counting: its own, or that of all."""
        return self.methods.get(folded(name), MethodBelief(self.detection))

    def is_index(self, name: str) -> bool:
        """Return whether nobody knows which share of the animals this way of counting finds."""
        return self.method(name).detection is None
