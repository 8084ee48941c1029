"""Distance sampling with two observers: detection on the line is estimated, not assumed."""

from typing import Literal

from ustyurt_models.study.surveys.distance import DistanceBlock

__all__ = ["DoubleObserver"]


class DoubleObserver(DistanceBlock):
    """Mark-recapture distance sampling."""

    model: Literal["double_observer"] = "double_observer"
    """Distance sampling with two observers."""
    sides: Literal[1, 2] = 2
    """Sides of the line that were searched."""
    mark_recapture: str = "distance"
    """Covariates of conditional detection on the logit scale, such as ``distance + observer``."""
    configuration: Literal["independent", "trial"] = "independent"
    """Both observers try each other, or observer 2 sets trials for observer 1."""
    independence: Literal["point", "full"] = "point"
    """Observers independent on the line only, or at all distances."""
