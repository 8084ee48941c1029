"""Yearly counts of a population, by one method or several."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import refuse
from ustyurt_models.study.surveys.candidates import (
    Growth,
    Process,
    TrendCandidate,
    require_other_candidates,
)
from ustyurt_models.study.surveys.common import Sampler, SurveyBlock

__all__ = ["CountMethod", "Stated", "Trend", "TrendBelief"]

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]

#: A row of models/parameters.csv, or low, middle and high (95 %).
Stated = str | tuple[float, float, float]

#: What a trend is told besides the counts; the survey file names rows under the same keys.
TrendBelief = Literal[
    "growth_ceiling",
    "detection",
    "observation_cv",
    "process_sd",
    "immigration",
    "capacity",
    "theta",
]


class CountMethod(Block):
    """What one way of counting finds, and how much it scatters."""

    detection: Stated | None = None
    """Share of the animals that a count finds: evidence row, or low, middle and high; ``"index"``
    where the count is in proportion to the animals by a factor that nobody knows."""
    cv: Stated | None = None
    """Coefficient of variation of counts without limits or cv of their own."""

    @model_validator(mode="after")
    def _in_order(self) -> "CountMethod":
        for name in ("detection", "cv"):
            _ordered(name, getattr(self, name), 1.0 if name == "detection" else None)
        return self


def _ordered(name: str, given: Stated | None, most: float | None = None) -> None:
    """Refuse limits that do not rise, and shares beyond one."""
    if not isinstance(given, tuple):
        return
    if not 0 < given[0] <= given[1] <= given[2] or given[0] == given[2]:
        raise refuse(f"'{name}' must be low, middle and high, with 0 < low <= middle <= high")
    if most is not None and given[2] > most:
        raise refuse(f"'{name}' must not exceed {most:g}")


class Trend(SurveyBlock):
    """State-space trend of yearly counts.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import Trend
    >>> block = Trend(file="counts.csv", growth="gompertz", candidates=("exponential",))
    >>> block.exact, block.model_copy(update={"process": "student"}).exact
    (True, False)
    """

    model: Literal["trend"] = "trend"
    """State-space trend of yearly counts."""
    sampler: Sampler = Sampler(target_accept=0.95)
    """Program, draws and chains; chains take small steps, where they are needed at all."""
    immigration: bool = True
    """Animals may enter from outside."""
    detection_shifts: tuple[int, ...] = ()
    """First years of a new survey method, after which detection may differ."""
    growth: Growth = "exponential"
    """How growth falls with abundance: not at all, with its logarithm, or with its power theta."""
    process: Process = "normal"
    """Spread of yearly log growth; student has the heavy tail of catastrophes."""
    full_growth_at: Positive = 1.0
    """Gompertz: abundance [animals] at which growth is the ceiling of a closed population. One is
    the textbook's; below a larger value growth would exceed the ceiling."""
    methods: dict[str, CountMethod] = Field(default_factory=dict)
    """By name in the column ``survey``: what is believed of this way of counting."""
    beliefs: dict[TrendBelief, Stated] = Field(default_factory=dict)
    """Beliefs that replace those named by the survey file."""
    candidates: tuple[Growth | TrendCandidate, ...] = ()
    """Further forms of growth, or tables such as ``{ growth = "gompertz", process = "student" }``,
    fitted to the same counts and compared by leave-one-out."""
    average: bool = False
    """Average over `growth` and `candidates` with stacking weights."""

    @property
    def exact(self) -> bool:
        """Whether all is normal given the parameters, so that no state is sampled."""
        return self.process == "normal" and self.growth != "theta_ricker"

    @model_validator(mode="after")
    def _beliefs_in_order(self) -> "Trend":
        for name, given in self.beliefs.items():
            if name == "immigration":
                if isinstance(given, tuple) and not -1 < given[0] <= given[1] <= given[2]:
                    raise refuse("'immigration' must be low, middle and high, above -1")
            else:
                _ordered(name, given, 1.0 if name == "detection" else None)
        return self

    @model_validator(mode="after")
    def _candidates_differ(self) -> "Trend":
        require_other_candidates(self)
        return self
