"""Visits made of continuous effort: cameras that watch, patrols that walk."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import LengthM, refuse

__all__ = ["CameraSnapshots", "CameraVisits", "PatrolVisits", "SmartMapping", "SmartTable"]

Positive = Annotated[float, Field(gt=0)]


class CameraVisits(Block):
    """How the effort of cameras becomes visits, where the file is a Camtrap DP package."""

    taxon: str = ""
    """`scientificName` in the package; the species of the survey unless given."""
    occasion_days: Positive = 10.0
    """Length of an occasion in days."""
    independence_min: Annotated[float, Field(ge=0)] = 30.0
    """Pause in minutes after which a passage counts as another one."""
    anchor: str = ""
    """A local date at whose midnight an occasion begins; the day of the first start if empty."""
    seasons: Literal["none", "year"] = "none"
    """Whether all occasions are one season, or each calendar year is one."""


class CameraSnapshots(Block):
    """Camera-trap distance sampling: cameras are points, searched at snapshot moments."""

    taxon: str = ""
    """`scientificName` in the package; the species of the survey unless given."""
    snapshot_s: Positive = 2.0
    """Seconds between the moments at which animals in view are counted, fixed beforehand."""
    angle_deg: Annotated[float, Field(gt=0, le=360)]
    """Angle of view of the cameras in degrees."""


class PatrolVisits(Block):
    """How patrols become visits to cells, where the file is a folder or zip of SMART tables."""

    mapping: str
    """TOML file that says what the columns of this site are called; relative to the study file."""
    cell: LengthM = 5000.0
    """Side of a cell: a site of the model."""
    occasion_days: Positive = 30.0
    """Length of an occasion in days."""
    anchor: str = ""
    """A date on which an occasion begins; the day of the first patrol unless given."""
    seasons: Literal["none", "year"] = "none"
    """Whether all occasions are one season, or each calendar year is one."""
    middle: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Longitude around which cells are laid, in degrees; the mean of the tracks, rounded to 0.1,
    unless given. Several patrol files of one area need the same."""


class SmartTable(Block):
    """Names of the columns of one SMART query, in whatever language it was exported."""

    file: str
    """File in the folder or zip."""
    patrol: str
    """Column with the patrol."""
    date: str
    """Column with the date."""
    x: str
    """Column with the longitude in degrees."""
    y: str
    """Column with the latitude in degrees."""
    time: str = ""
    """Column with the time of day, which orders the points of a track; order of rows if empty."""
    part: str = ""
    """Column with the leg or team, where a patrol walks in parts."""
    species: str = ""
    """Column with the species; for observations."""
    count: str = ""
    """Column with the number of animals; for observations."""


class SmartMapping(Block):
    """What the files of one site of SMART are called, and how they write dates."""

    date_format: str = "%d.%m.%Y"
    """How dates are written, as in Python: ``%d.%m.%Y`` is 31.05.2027; ``%B`` a month by name."""
    time_format: str = "%H:%M:%S"
    """How times are written."""
    months: tuple[str, ...] = ()
    """Names of the twelve months, for ``%B``."""
    encoding: str | None = None
    """Text encoding; found by itself for UTF-8 and Windows-1251."""
    largest_gap: LengthM = 5000.0
    """Points of a track further apart than this are not joined: nobody saw what lies between."""
    species: dict[str, str] = Field(default_factory=dict)
    """Name in the file to name in the study; names that are not here stay as they are."""
    observations: SmartTable
    """Query of observations."""
    tracks: SmartTable
    """Query of track points; patrols that saw nothing are here, too."""

    @model_validator(mode="after")
    def _names_fit(self) -> "SmartMapping":
        if not self.observations.species:
            raise refuse("'observations' must name the column 'species'")
        if len(self.months) != (12 if "%B" in self.date_format else 0):
            raise refuse("'months' must name twelve months where dates hold %B, and only there")
        return self
