"""Distance sampling with two observers: detection on the line is estimated, not assumed."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.quantities import refuse
from ustyurt_models.study.surveys.distance import TransectBlock
from ustyurt_models.study.surveys.priors import DistancePriors, Normal

__all__ = ["DoubleObserver", "DoubleObserverPriors"]

Positive = Annotated[float, Field(gt=0)]

#: Options of distance sampling that have no part in this model.
_FOREIGN = {
    "size_bias": "write 'size' into 'scale' or 'mark_recapture'; sizes are weighted by detection",
    "detection_on_line": "it is what the two observers estimate",
    "candidates": "fit the keys as two surveys and compare them",
}

#: Options that shape the detection function of point independence.
_SHAPE = ("key", "adjustment", "scale", "scale_random")


class DoubleObserverPriors(DistancePriors):
    """Priors of distance sampling with two observers."""

    mark_recapture: Normal = Normal(sd=1.75)
    """Logit of the detection of an object with average covariates at the average distance; nearly
    flat on the probability (95 % within 0.03 to 0.97)."""
    mark_recapture_effect_sd: Positive = 1.5
    """Normal prior of effects of standardised covariates, and of levels, on the logit of
    detection; 1.5 allows odds that change 20 times from one standard deviation to the next."""


class DoubleObserver(TransectBlock):
    """Mark-recapture distance sampling.

    Examples
    --------
    >>> block = DoubleObserver(
    ...     file="aerial.csv", truncation="400 m", mark_recapture="distance + observer"
    ... )
    >>> block.independence
    'point'
    """

    model: Literal["double_observer"] = "double_observer"
    """Distance sampling with two observers."""
    transect: Literal["line", "point"] = "line"
    """Lines or points."""
    sides: Literal[1, 2] = 2
    """Sides of the line that were searched."""
    mark_recapture: str = "distance"
    """Covariates of conditional detection on the logit scale, such as ``distance + observer``;
    ``distance``, ``observer`` (1, 2), ``size``, ``stratum`` and the columns of the file."""
    configuration: Literal["independent", "trial"] = "independent"
    """Both observers try each other, or observer 2 sets trials for observer 1."""
    independence: Literal["point", "full"] = "point"
    """Observers independent on the line only, or at all distances."""
    distances: bool = False
    """Full independence: the distances, too, inform detection, which takes animals to be even over
    distance; if not, only who saw what does. Point independence always uses them, so compare it by
    leave-one-out with fits that do."""
    design: Literal["R2", "R3", "R4", "S1", "S2", "O1", "O2", "O3"] = "R2"
    """Design-based estimator of the encounter rate's variance that is shown beside the model's;
    P2 at points."""
    priors: DoubleObserverPriors = DoubleObserverPriors()
    """What is believed before the data."""

    @model_validator(mode="after")
    def _options_fit(self) -> "DoubleObserver":
        fields = type(self).model_fields
        changed = [name for name in _FOREIGN if getattr(self, name) != fields[name].default]
        if changed:
            advice = "; ".join(f"{name!r}: {_FOREIGN[name]}" for name in changed)
            raise refuse(f"model 'double_observer' has no {advice}")
        if self.group_size not in ("model", "weighted", "single"):
            raise refuse(
                "'group_size' must be 'weighted' (by detection, as 'model' is) or 'single'"
            )
        if self.distances and self.independence == "point":
            raise refuse("'distances' is for independence = 'full'; 'point' always uses them")
        shaped = [name for name in _SHAPE if getattr(self, name) != fields[name].default]
        if self.independence == "full" and shaped:
            names = ", ".join(map(repr, shaped))
            raise refuse(f"{names}: for independence = 'point'; here 'mark_recapture' says it all")
        return self
