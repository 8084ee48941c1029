"""Counts in strips of known width, from the ground or the air."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import refuse
from ustyurt_models.study.surveys.common import Believed, LengthUnit, SurveyBlock
from ustyurt_models.study.surveys.priors import LogNormal

__all__ = ["StripCounts", "StripPriors"]

Positive = Annotated[float, Field(gt=0)]


class StripPriors(Block):
    """Priors of strip counts."""

    rate: LogNormal = LogNormal(median=1.0, sd_log=4.0)
    """Groups (or animals, where the file has no groups) counted per square kilometre; nearly
    flat (90 % within 0.001 to 700)."""
    group_spread_mean: Positive = 1.5
    """Exponential prior of k, where the variance of the groups in a strip is 1 + k^2 times its
    mean; 1.5 allows ratios up to about 20."""
    animal_spread_mean: Positive = 8.0
    """The same for animals where the file has no groups: herds allow ratios up to about 600."""
    pooling_sd_mean: Positive = 1.0
    """Exponential prior of the standard deviation of log rates between strata."""
    mean_size: LogNormal = LogNormal(median=5.0, sd_log=1.5)
    """Mean group size; the median size where sizes are log-normal."""
    size_sd_log_mean: Positive = 1.0
    """Exponential prior of the standard deviation of log group size."""
    eye_bias: LogNormal = LogNormal(median=1.0, sd_log=0.5)
    """Estimate by eye over count on the photograph, on average; below 1 is too few."""
    eye_error_mean: Positive = 0.3
    """Exponential prior of the standard deviation of log estimate by eye around its mean."""


class StripCounts(SurveyBlock):
    """Strip and aerial counts.

    Examples
    --------
    >>> from ustyurt_models import StripCounts, fit_survey
    >>> block = StripCounts(file="saiga_strips.csv", perception=(0.55, 0.8, 0.95))
    >>> block.design
    'jolly2'
    >>> tree = fit_survey(block, "scenarios/surveys", seed=1)  # doctest: +SKIP
    >>> tree["design"]["abundance"].sel(kind="animals")  # doctest: +SKIP
    """

    model: Literal["strip_counts"] = "strip_counts"
    """Counts in strips of known width."""
    distance_unit: LengthUnit | None = None
    """Unit of the width of strips in a file that does not say it."""
    effort_unit: LengthUnit | None = None
    """Unit of the length of strips in a file that does not say it."""
    group_size: Literal["lognormal", "mean"] = "lognormal"
    """Where the file has groups: log-normal sizes, or their plain mean with its error."""
    pooling: Literal["none", "partial"] = "none"
    """Whether strata have rates of their own or lend strength to each other."""
    availability: Believed | str | None = None
    """Share of the animals in the strip that can be seen at all: low, middle and high, own
    trials, or the name of an evidence row; 1 if absent."""
    perception: Believed | str | None = None
    """Share of those that can be seen that is counted, in the same ways; 1 if absent."""
    finite_population: bool = True
    """What was counted is there; only the rest is predicted. Narrows the answer where strips
    cover much of the area, as the finite population correction of Jolly's estimators does."""
    design: Literal["jolly1", "jolly2", "jolly3"] = "jolly2"
    """Jolly's estimator that is shown beside the model's: equal units, ratio, units by area."""
    priors: StripPriors = StripPriors()
    """What is believed before the data."""

    @property
    def units(self) -> dict[str, str | None]:
        """Units said in the study file, by quantity."""
        return {
            "length": self.effort_unit,
            "width": self.distance_unit,
            "area": self.area_unit,
        }

    @model_validator(mode="after")
    def _beliefs_are_ordered(self) -> "StripCounts":
        for name in ("availability", "perception"):
            given = getattr(self, name)
            if isinstance(given, tuple) and not 0 < given[0] <= given[1] <= given[2]:
                raise refuse(
                    f"'{name}' must be low, middle and high, with 0 < low <= middle <= high"
                )
        return self
