"""What rangers would see of the simulated animals: surveys made in the simulated world."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import (
    Fraction,
    InUnit,
    Kind,
    LengthM,
    LengthOrZeroM,
    refuse,
)

__all__ = ["Cameras", "Collars", "LineWalk", "Observation", "Passer"]

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_Whole = Annotated[int, Field(ge=1)]
_Size = Annotated[float, Field(ge=1)]
_DAY_RANGE = Kind("a distance per day", "'9 km/day'", {"m/day": 1.0, "km/day": 1000.0})
_ANGLE = Kind("an angle", "'42 degrees'", {"degrees": 1.0, "degree": 1.0, "deg": 1.0})


class ObservationBlock(Block):
    """What all ways of looking have in common."""

    years: tuple[int, ...] = ()
    """Calendar years of the census (1 March) at which one looks; the last one unless given."""
    zones: Annotated[tuple[str, ...], Field(min_length=1)] = ("region",)
    """Zones searched, each a stratum; they must not overlap."""


class LineWalk(ObservationBlock):
    """Line transects, written as a Distance flat file."""

    method: Literal["lines"]
    """Straight lines from south to north on a lattice with random origin, none on another."""
    species: _Name
    """Prey species that is looked for."""
    lines: _Whole
    """Lines per zone; pieces at its rim count by their length."""
    length: LengthM
    """Length of a line."""
    group_size: _Size
    """Mean size of groups; smaller where few animals stand in a cell."""
    group_cv: Annotated[float, Field(ge=0)] = 0.8
    """Coefficient of variation, beyond Poisson, of the others in a group."""
    key: Literal["half-normal", "hazard-rate"] = "half-normal"
    """Detection function of the observers."""
    sigma: LengthM
    """Its scale."""
    shape: Annotated[float, Field(gt=1)] = 3.0
    """Shape of the hazard-rate."""
    on_line: Fraction = 1.0
    """Detection on the line itself."""
    truncation: LengthM
    """Distance beyond which nothing is recorded."""
    round_to: LengthOrZeroM = 0.0
    """Observers round distances to multiples of this; exact unless given."""


class Passer(Block):
    """A species in front of cameras."""

    day_range: Annotated[float, InUnit(_DAY_RANGE)]
    """Distance that an animal or group moves in a day."""
    group_size: _Size = 1.0
    """Mean size of groups of prey."""
    group_cv: Annotated[float, Field(ge=0)] = 0.8
    """Coefficient of variation, beyond Poisson, of the others in a group."""


class Cameras(ObservationBlock):
    """Camera traps, written as the tables of Camtrap DP."""

    method: Literal["cameras"]
    """Cameras on a lattice with random origin."""
    cameras: _Whole
    """Cameras per zone."""
    days: _Whole = 60
    """Days on watch, from 1 March."""
    radius: LengthM = 12.0
    """Reach of the sensor."""
    angle: Annotated[float, InUnit(_ANGLE)] = 42.0
    """Angle of the sector that it watches."""
    species: Annotated[dict[_Name, Passer], Field(min_length=1)]
    """Prey species, or `cheetah`, and how they pass."""


class Collars(ObservationBlock):
    """Collared cheetahs, written as one row per animal and census."""

    method: Literal["collars"]
    """Independent cheetahs that carry a collar."""
    collars: _Whole
    """Collars in use at a time."""
    battery_years: _Whole = 2
    """Censuses that a battery lasts."""

    @model_validator(mode="after")
    def _everywhere(self) -> "Collars":
        if self.zones != ("region",):
            raise refuse("'zones' does not apply to collars: who wears one is found anywhere")
        return self


Observation = Annotated[LineWalk | Cameras | Collars, Field(discriminator="method")]
