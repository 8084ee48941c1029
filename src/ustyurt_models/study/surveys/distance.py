"""Distance sampling along lines and at points."""

from itertools import pairwise
from typing import Literal

from pydantic import model_validator

from ustyurt_models.study.quantities import LengthM, LengthOrZeroM, refuse
from ustyurt_models.study.surveys.candidates import (
    Adjustment,
    Candidate,
    Key,
    Orders,
    require_other_candidates,
)
from ustyurt_models.study.surveys.common import Believed, SurveyBlock
from ustyurt_models.study.surveys.priors import DistancePriors
from ustyurt_models.study.surveys.visits import CameraSnapshots

__all__ = ["DistanceBlock", "Key", "LineTransect", "PointTransect", "TransectBlock"]


class DistanceBlock(SurveyBlock):
    """Detection function, encounter rate and group size."""

    key: Key = "half-normal"
    """Shape of the detection function."""
    adjustment: Adjustment = "none"
    """Series that adjusts the key."""
    orders: Orders = ()
    """Orders of the adjustment terms."""
    monotone: bool = True
    """Adjusted detection never rises with distance; false asks only that it stays positive."""
    truncation: LengthM | None = None
    """Distances beyond are left out; the largest distance unless given."""
    left_truncation: LengthOrZeroM = 0.0
    """Distances below are left out."""
    cutpoints: tuple[LengthOrZeroM, ...] = ()
    """Edges of distance classes; exact distances unless given."""
    scale: str = ""
    """Covariates of the scale of the detection function, such as ``observer + minutes``."""
    scale_random: tuple[str, ...] = ()
    """Factors with random effects on the scale, such as ``observer``."""
    group_size: Literal["model", "lognormal", "mean", "weighted", "single"] = "model"
    """Zero-truncated negative binomial, lognormal-Poisson, plain mean, sizes as seen where each
    group stands for as many as its detection says (so where size is in `scale`), or every
    detection one animal."""
    size_bias: bool = False
    """The mean size of detected groups changes with distance; the mean on the line counts."""
    encounter: Literal["negative-binomial", "poisson", "bootstrap"] = "negative-binomial"
    """Spread of the number of groups per transect; bootstrap weighs whole transects at random and
    needs no model of their spread."""
    pooling: Literal["none", "partial"] = "none"
    """Whether strata have encounter rates of their own or lend strength to each other."""
    detection_on_line: Believed | None = None
    """Probability of detection on the line or at the point; 1 if absent."""
    availability: Believed | None = None
    """Probability that an animal can be seen at all; 1 if absent."""
    candidates: tuple[Key | Candidate, ...] = ()
    """Further keys, or tables such as ``{ key = "uniform", adjustment = "cosine", orders = [1] }``,
    that are fitted to the same data and compared by leave-one-out."""
    average: bool = False
    """Average over `key` and `candidates` with stacking weights."""
    priors: DistancePriors = DistancePriors()
    """What is believed before the data."""

    @model_validator(mode="after")
    def _edges_rise(self) -> "DistanceBlock":
        edges = self.cutpoints
        if edges and (len(edges) < 3 or any(low >= high for low, high in pairwise(edges))):
            raise refuse("'cutpoints' must be at least three rising distances")
        if edges and self.truncation is not None and edges[-1] != self.truncation:
            raise refuse("the last of 'cutpoints' must equal 'truncation'")
        if self.truncation is not None and self.left_truncation >= self.truncation:
            raise refuse("'left_truncation' must be below 'truncation'")
        return self

    @model_validator(mode="after")
    def _beliefs_are_ordered(self) -> "DistanceBlock":
        for name in ("detection_on_line", "availability"):
            given = getattr(self, name)
            if isinstance(given, tuple) and not 0 < given[0] <= given[1] <= given[2]:
                raise refuse(
                    f"'{name}' must be low, middle and high, with 0 < low <= middle <= high"
                )
        return self

    @model_validator(mode="after")
    def _adjustments_have_orders(self) -> "DistanceBlock":
        if (self.adjustment == "none") != (not self.orders):
            raise refuse("'adjustment' and 'orders' go together")
        if any(low >= high for low, high in pairwise(self.orders)):
            raise refuse("'orders' must rise")
        first = {"cosine": 1, "hermite": 2, "polynomial": 2}.get(self.adjustment, 0)
        if self.key == "uniform" and self.monotone and self.orders and self.orders[0] != first:
            raise refuse(f"the uniform key needs {self.adjustment} terms from order {first} on")
        return self

    @model_validator(mode="after")
    def _candidates_differ(self) -> "DistanceBlock":
        require_other_candidates(self)
        return self


class TransectBlock(DistanceBlock):
    """Lines and points that were searched once."""

    design: str = "R2"
    """Design-based estimator of the encounter rate's variance that is shown beside the model's."""


class LineTransect(TransectBlock):
    """Distance sampling along lines."""

    model: Literal["line_transect"] = "line_transect"
    """Distance sampling along lines."""
    sides: Literal[1, 2] = 2
    """Sides of the line that were searched."""
    design: Literal["R2", "R3", "R4", "S1", "S2", "O1", "O2", "O3"] = "R2"
    """Design-based estimator of the encounter rate's variance that is shown beside the model's."""


class PointTransect(TransectBlock):
    """Distance sampling at points."""

    model: Literal["point_transect"] = "point_transect"
    """Distance sampling at points."""
    cameras: CameraSnapshots | None = None
    """Camera-trap distance sampling, where the file is a Camtrap DP package. Share of the day that
    animals are active goes into `availability`; the default prior of the encounter rate is then
    per camera day."""
    design: Literal["P2", "P3"] = "P2"
    """Design-based estimator of the encounter rate's variance that is shown beside the model's."""
