"""Surveys: which file, which statistical model, and its options."""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import AreaKm2, Fraction, LengthM, LengthOrZeroM, refuse

__all__ = ["Sampler", "Survey"]

LengthUnit = Literal["m", "km", "cm", "ft", "mi", "nmi"]
AreaUnit = Literal["km2", "ha", "m2", "mi2", "nmi2"]


class Sampler(Block):
    """How the posterior is drawn."""

    engine: Literal["nutpie", "pymc", "laplace"] = "nutpie"
    """NUTS compiled, NUTS of PyMC, or mode and curvature with importance weights (fast)."""
    draws: Annotated[int, Field(ge=50, le=100_000)] = 1000
    """Draws kept per chain."""
    tune: Annotated[int, Field(ge=50, le=100_000)] = 1000
    """Steps of adaptation per chain, not kept."""
    chains: Annotated[int, Field(ge=2, le=16)] = 4
    """Independent chains; at least two, or R-hat says nothing."""


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
    """Line transects: a model of group size, its plain mean, or every detection one animal."""
    size_bias: bool = False
    """Line transects: the mean size of detected groups changes with distance."""
    detection_on_line: tuple[Fraction, Fraction, Fraction] | None = None
    """Line transects: probability of detection on the line, as low, middle, high; 1 if absent."""
    encounter: Literal["negative-binomial", "poisson"] = "negative-binomial"
    """Line transects: spread of the number of groups per transect."""
    sides: Literal[1, 2] = 2
    """Line transects: sides of the line that were searched."""
    areas: dict[str, AreaKm2] = Field(default_factory=dict)
    """Line transects: area per stratum, instead of the one in the file."""
    distance_unit: LengthUnit | None = None
    """Line transects: unit of distances in a file that does not say it."""
    effort_unit: LengthUnit | None = None
    """Line transects: unit of line lengths in a file that does not say it."""
    area_unit: AreaUnit | None = None
    """Line transects: unit of areas in a file that does not say it."""
    encoding: str | None = None
    """Text encoding of the file; found by itself for UTF-8 and Windows-1251."""
    immigration: bool = True
    """Trend: animals may enter from outside."""
    detection_shifts: tuple[int, ...] = ()
    """Trend: first years of a new survey method, after which detection may differ."""
    sampler: Sampler = Sampler()
    """Program, draws and chains that give the posterior."""
    interval: Annotated[Fraction, Field(gt=0, lt=1)] = 0.95
    """Mass of the intervals in tables and figures."""
    accept_failed_diagnostics: bool = False
    """Use the fit although its diagnostics say stop; the report then says so on page one."""

    @model_validator(mode="after")
    def _edges_rise(self) -> "Survey":
        edges = self.cutpoints
        if edges and (len(edges) < 3 or any(low >= high for low, high in pairwise(edges))):
            raise refuse("'cutpoints' must be at least three rising distances")
        if edges and self.truncation is not None and edges[-1] != self.truncation:
            raise refuse("the last of 'cutpoints' must equal 'truncation'")
        on_line = self.detection_on_line
        if on_line is not None and not 0 < on_line[0] <= on_line[1] <= on_line[2]:
            raise refuse(
                "'detection_on_line' must be low, middle and high, with 0 < low <= middle <= high"
            )
        return self

    @model_validator(mode="after")
    def _options_fit(self) -> "Survey":
        foreign = _LINE_TRANSECT if self.model == "trend" else _TREND
        given = sorted(foreign & _changed(self))
        if given:
            raise refuse(f"model {self.model!r} has no {', '.join(map(repr, given))}")
        return self


_LINE_TRANSECT = {
    "key",
    "truncation",
    "cutpoints",
    "group_size",
    "size_bias",
    "encounter",
    "sides",
    "distance_unit",
    "effort_unit",
    "area_unit",
    "detection_on_line",
    "areas",
}
_TREND = {"immigration", "detection_shifts"}


def _changed(survey: Survey) -> set[str]:
    """Return the fields that differ from their defaults (a resolved study spells out all)."""
    fields = type(survey).model_fields
    return {
        name
        for name, field in fields.items()
        if getattr(survey, name) != field.get_default(call_default_factory=True)
    }
