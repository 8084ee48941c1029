"""Counts, ratios and collars of one population by age and sex."""

from typing import Annotated, Literal

from pydantic import Field

from ustyurt_models.study.surveys.common import Sampler, SurveyBlock
from ustyurt_models.study.surveys.trend import CountMethod, Stated, TrendBelief

__all__ = ["IntegratedPopulation"]


class IntegratedPopulation(SurveyBlock):
    """Integrated population model: counts, age and sex ratios and collars together.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import IntegratedPopulation
    >>> IntegratedPopulation(file="counts.csv", ratios="ratios.csv").herding
    5.0
    """

    model: Literal["integrated_population"] = "integrated_population"
    """Counts, age and sex ratios and collars of one population."""
    ratios: str = ""
    """File of age and sex ratios: year, kind (calves_per_female, adult_males), number, of."""
    collars: str = ""
    """File of collared animals: year, sex, age (adult, calf), at_risk, deaths, months; or an export
    of Movebank: its reference data, alone or in a folder or zip with its events."""
    year_begins: Annotated[int, Field(ge=1, le=12)] | None = None
    """Month of the births, with which a year begins; for collars of Movebank."""
    sampler: Sampler = Sampler(engine="nutpie", target_accept=0.95)
    """Program, draws and chains; yearly states are sampled."""
    immigration: bool = True
    """Animals may enter from outside."""
    detection_shifts: tuple[int, ...] = ()
    """First years of a new survey method, after which detection may differ."""
    herding: Annotated[float, Field(ge=1)] = 5.0
    """Animals of a ratio that tell as much as one seen by itself: animals of a herd are alike."""
    methods: dict[str, CountMethod] = Field(default_factory=dict)
    """By name in the column ``survey``: what is believed of this way of counting."""
    beliefs: dict[TrendBelief, Stated] = Field(default_factory=dict)
    """Beliefs that replace those named by the survey file."""
