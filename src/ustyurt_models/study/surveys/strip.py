"""Counts in strips of known width, from the ground or the air."""

from typing import Literal

from ustyurt_models.study.surveys.common import Believed, SurveyBlock

__all__ = ["StripCounts"]


class StripCounts(SurveyBlock):
    """Strip and aerial counts."""

    model: Literal["strip_counts"] = "strip_counts"
    """Counts in strips of known width."""
    found: Believed | None = None
    """Share of the animals in the strip that is counted; 1 if absent."""
