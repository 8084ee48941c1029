"""What all surveys have in common: file, units, sampler, interval."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import AreaKm2, Fraction, refuse
from ustyurt_models.study.surveys.gate import Gate

__all__ = ["AreaUnit", "Believed", "LengthUnit", "Sampler", "SurveyBlock", "Trials"]

LengthUnit = Literal["m", "km", "cm", "ft", "mi", "nmi"]
AreaUnit = Literal["km2", "ha", "m2", "mi2", "nmi2"]


class Sampler(Block):
    """How the posterior is drawn."""

    engine: Literal["auto", "nutpie", "pymc", "laplace", "preview"] = "auto"
    """Auto: `laplace` where its weights are sound, else `nutpie`. Nutpie: NUTS, compiled. Pymc:
    NUTS of PyMC. Laplace: mode and curvature with importance weights. Preview: without weights."""
    draws: Annotated[int, Field(ge=50, le=100_000)] = 1000
    """Draws kept per chain."""
    tune: Annotated[int, Field(ge=50, le=100_000)] = 1000
    """Steps of adaptation per chain, not kept."""
    chains: Annotated[int, Field(ge=2, le=16)] = 4
    """Independent chains; at least two, or R-hat says nothing."""
    cores: Annotated[int, Field(ge=1, le=256)] = 2
    """Threads of the compiled sampler; the result does not depend on it."""
    target_accept: Annotated[float, Field(gt=0.5, lt=1)] = 0.9
    """Acceptance rate that the step size of NUTS is tuned to."""


class Trials(Block):
    """Own data on a probability: of `trials` animals that were there, `seen` were seen."""

    seen: Annotated[int, Field(ge=0)]
    """Successes."""
    trials: Annotated[int, Field(ge=1)]
    """Tries."""

    @model_validator(mode="after")
    def _fits(self) -> "Trials":
        if self.seen > self.trials:
            raise refuse("'seen' must not exceed 'trials'")
        return self


#: A probability that the survey itself does not tell: low, middle, high (95 %), or own trials.
Believed = tuple[Fraction, Fraction, Fraction] | Trials


class SurveyBlock(Block):
    """What every survey says of itself; each model adds its options."""

    #: What its posterior tells: animals in an area, at its sites only, or where the species is.
    tells: ClassVar[Literal["abundance", "site counts", "occupancy"]] = "abundance"

    file: str
    """Path of the data, relative to the study file."""
    model: str
    """Statistical model."""
    species: str = ""
    """Species counted; the name of the survey unless given."""
    areas: dict[str, AreaKm2] = Field(default_factory=dict)
    """Area per stratum, instead of the one in the file."""
    distance_unit: LengthUnit | None = None
    """Unit of distances in a file that does not say it."""
    effort_unit: LengthUnit | None = None
    """Unit of line lengths in a file that does not say it."""
    area_unit: AreaUnit | None = None
    """Unit of areas in a file that does not say it."""
    encoding: str | None = None
    """Text encoding of the file; found by itself for UTF-8 and Windows-1251."""
    sampler: Sampler = Sampler()
    """Program, draws and chains that give the posterior."""
    interval: Annotated[Fraction, Field(gt=0, lt=1)] = 0.95
    """Mass of the equal-tailed intervals in tables and figures."""
    gate: Gate = Gate()
    """Limits of the diagnostics."""
    accept_failed_diagnostics: bool = False
    """Use the fit although its diagnostics say stop; the report then says so on page one."""

    @property
    def maps_landscape(self) -> bool:
        """Whether it predicts to the cells of the landscape of the study."""
        return False

    @property
    def has_map(self) -> bool:
        """Whether it predicts to cells, of the landscape or of a grid of its own."""
        return self.maps_landscape

    @property
    def units(self) -> dict[str, str | None]:
        """Units said in the study file, by quantity."""
        return {
            "distance": self.distance_unit,
            "effort": self.effort_unit,
            "area": self.area_unit,
        }
