"""Surveys: which file, which statistical model, and its options."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import AreaKm2, Fraction, LengthM, LengthOrZeroM, refuse

__all__ = ["Sampler", "Survey"]


class Sampler(Block):
    """How the posterior is sampled."""

    draws: Annotated[int, Field(ge=50)] = 1000
    """Draws kept per chain."""
    tune: Annotated[int, Field(ge=50)] = 1000
    """Steps of adaptation per chain, not kept."""
    chains: Annotated[int, Field(ge=2, le=16)] = 4
    """Independent chains; at least two, or R-hat says nothing."""
    target_accept: Annotated[float, Field(gt=0.5, lt=1)] = 0.9
    """Acceptance rate that the step size is tuned to."""
    engine: Literal["nutpie", "pymc"] = "nutpie"
    """Program that samples."""


class Survey(Block):
    """One survey and the model that turns it into a posterior."""

    file: str
    """Path of the data, relative to the study file."""
    model: Literal["line_transect", "trend"]
    """Distance sampling along lines, or a state-space trend of yearly counts."""
    species: str = ""
    """Species counted; the name of the survey unless given."""
    key: Literal["half-normal", "hazard-rate"] = "half-normal"
    """Line transects: shape of the detection function."""
    truncation: LengthM | None = None
    """Line transects: distances beyond are left out; the largest distance unless given."""
    cutpoints: tuple[LengthOrZeroM, ...] = ()
    """Line transects: edges of distance classes; exact distances unless given."""
    group_size: Literal["model", "mean", "single"] = "model"
    """Line transects: a model of its own, the plain mean, or every animal counted alone."""
    encounter: Literal["negative-binomial", "poisson"] = "negative-binomial"
    """Line transects: spread of the number of groups per transect."""
    sides: Literal[1, 2] = 2
    """Line transects: sides of the line that were searched."""
    areas: dict[str, AreaKm2] = Field(default_factory=dict)
    """Area per stratum, instead of the one in the file."""
    strata: tuple[str, ...] = ()
    """Strata used; all of the file unless given."""
    immigration: bool = True
    """Trend: animals may enter from outside."""
    detection_shifts: tuple[int, ...] = ()
    """Trend: first years of a new survey method, after which detection may differ."""
    sampler: Sampler = Sampler()
    """How the posterior is sampled."""
    interval: Annotated[Fraction, Field(gt=0, lt=1)] = 0.95
    """Mass of the intervals in tables and figures."""
    accept_failed_diagnostics: bool = False
    """Use the fit although its diagnostics say stop; the report then says so on page one."""

    @model_validator(mode="after")
    def _edges_rise(self) -> "Survey":
        edges = self.cutpoints
        if edges and (len(edges) < 3 or any(a >= b for a, b in pairwise(edges))):
            raise refuse("'cutpoints' must be at least three rising distances")
        if edges and self.truncation is not None and edges[-1] != self.truncation:
            raise refuse("the last of 'cutpoints' must equal 'truncation'")
        return self
