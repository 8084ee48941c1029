"""One estimate from several surveys of the same animals."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.checks import did_you_mean
from ustyurt_models.study.quantities import Fraction, refuse
from ustyurt_models.study.surveys.common import SurveyBlock

__all__ = ["JointSurvey"]

Positive = Annotated[float, Field(gt=0)]


class JointSurvey(SurveyBlock):
    """Several surveys with a bias of their own each.

    Examples
    --------
    >>> from ustyurt_models import Context, JointSurvey, fit_survey
    >>> block = JointSurvey(surveys=("air", "lines"), reference="lines", bias_sd={"air": 0.3})
    >>> block.bias_sd_of("air"), block.bias_sd_of("lines")
    (0.3, 0.0)
    >>> fitted = {"air": ..., "lines": ...}  # posteriors of the two, as fit_survey returns them
    >>> tree = fit_survey(block, ".", seed=1, context=Context(others=fitted))  # doctest: +SKIP
    >>> tree["conflict"].attrs["tension_sd"]  # doctest: +SKIP
    """

    model: Literal["joint"] = "joint"
    """One estimate from several surveys of this study."""
    file: str = ""
    """Not used: the data are other surveys."""
    surveys: tuple[str, ...]
    """Names of the surveys of this study that count the same animals."""
    reference: str = ""
    """The survey that is taken to have no bias; none unless given."""
    bias_sd: dict[str, Positive] = Field(default_factory=dict)
    """By survey: prior standard deviation of the logarithm of its bias, with mean 0. A bias of
    0.8 finds 80 % of the animals; 0.1 is "within 20 %", 0.25 "within 60 %" (95 %)."""
    other_bias_sd: Positive = 0.2
    """The same for surveys that 'bias_sd' does not name."""
    agreement: Annotated[Fraction, Field(gt=0)] = 0.2
    """Two surveys are said to agree when their numbers differ by no more than this share."""
    abundance_sd_log: Positive = 3.0
    """Prior standard deviation of log abundance around the middle of the surveys; nearly flat."""

    @model_validator(mode="after")
    def _surveys_fit(self) -> "JointSurvey":
        if len(self.surveys) < 2:
            raise refuse("'surveys' must name at least two surveys")
        if len(set(self.surveys)) < len(self.surveys):
            raise refuse("'surveys' must not name a survey twice")
        for name in (*self.bias_sd, *filter(None, [self.reference])):
            if name not in self.surveys:
                rule = f"{name!r} in 'bias_sd' or 'reference' must be one of 'surveys'"
                raise refuse(rule, did_you_mean(name, self.surveys))
        if self.reference in self.bias_sd:
            raise refuse(f"{self.reference!r} is the reference and has no 'bias_sd'")
        return self

    def bias_sd_of(self, survey: str) -> float:
        """Return the prior standard deviation of a survey's log bias; 0 for the reference."""
        if survey == self.reference:
            return 0.0
        return self.bias_sd.get(survey, self.other_bias_sd)
