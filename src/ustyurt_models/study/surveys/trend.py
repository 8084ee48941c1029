"""Yearly counts of a population."""

from typing import Literal

from ustyurt_models.study.surveys.common import SurveyBlock

__all__ = ["Trend"]


class Trend(SurveyBlock):
    """State-space trend of yearly counts."""

    model: Literal["trend"] = "trend"
    """State-space trend of yearly counts."""
    immigration: bool = True
    """Animals may enter from outside."""
    detection_shifts: tuple[int, ...] = ()
    """First years of a new survey method, after which detection may differ."""
