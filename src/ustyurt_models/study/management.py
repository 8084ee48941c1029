"""What people may do to land, prey and livestock. Years are calendar years, both ends included."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.costs import Money
from ustyurt_models.study.places import Latitude, Longitude, PlaceOrName
from ustyurt_models.study.quantities import AgeRange, Fraction, LengthM, refuse

__all__ = [
    "Barrier",
    "ConflictMitigation",
    "Harvest",
    "Livestock",
    "Management",
    "Measure",
    "PreyTranslocation",
    "ProtectedArea",
    "Protection",
    "Season",
    "WaterPoint",
]

Season = Literal["spring", "summer", "autumn", "winter"]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Measure(Block):
    """Something done from one year to another."""

    name: str = ""
    """Label in the report; entries with a name are overridden by name in a study that extends."""
    from_year: int | None = Field(None, alias="from")
    """First year; the start of the study unless given."""
    to_year: int | None = Field(None, alias="to")
    """Last year; the end of the study unless given."""
    cost_once: Money = 0.0
    """Money spent in the first year, in the currency of ``[costs]``."""
    cost_per_year: Money = 0.0
    """Money spent in every year, the first included."""

    @model_validator(mode="after")
    def _in_order(self) -> "Measure":
        if (
            self.from_year is not None
            and self.to_year is not None
            and self.to_year < self.from_year
        ):
            raise refuse("'to' must not lie before 'from'")
        return self


class Barrier(Measure):
    """Openings in a fence, railway or other line of the landscape."""

    name: str
    """Name of the barrier in the landscape."""
    permeability: dict[str, Fraction]
    """Chance per species that an animal at the line gets across; others keep theirs."""


class ProtectedArea(Measure):
    """A protected area: one of the landscape, or a new one."""

    name: str
    """Name in the landscape, or of the new area."""
    enforcement: Fraction = 1.0
    """Share of the poaching and disturbance that guarding removes inside."""
    lon: Longitude | None = None
    """New area: longitude of the centre of a disc [degrees east]."""
    lat: Latitude | None = None
    """New area: latitude of the centre [degrees north]."""
    radius: LengthM | None = None
    """New area: radius of the disc."""
    polygon: str = ""
    """New area: path of a polygon file, instead of a disc."""

    @property
    def is_new(self) -> bool:
        """Whether the area is described here rather than in the landscape."""
        return self.radius is not None or bool(self.polygon)

    @model_validator(mode="after")
    def _whole_disc(self) -> "ProtectedArea":
        given = [value is not None for value in (self.lon, self.lat, self.radius)]
        if any(given) and not all(given):
            raise refuse("a disc needs all of 'lon', 'lat' and 'radius'")
        if all(given) and self.polygon:
            raise refuse("must be either a disc or a 'polygon'")
        return self


class Protection(Measure):
    """Level of protection against poaching."""

    level: Fraction
    """Share of the poaching that protection removes."""
    area: str = ""
    """Protected area it applies to; everywhere unless given."""


class Harvest(Measure):
    """Legal offtake of one prey species."""

    species: str
    """Prey species."""
    fraction: Fraction | None = None
    """Share of the eligible animals taken each year; or `quota`."""
    quota: Count | None = None
    """Animals taken each year; or `fraction`."""
    sex: Literal["any", "female", "male"] = "any"
    """Which sex may be taken."""
    age: Literal["any", "young", "adult"] = "any"
    """Which ages may be taken."""
    season: Season = "autumn"
    """When."""

    @model_validator(mode="after")
    def _one_way(self) -> "Harvest":
        if (self.fraction is None) == (self.quota is None):
            raise refuse("needs either 'fraction' or 'quota'")
        return self


class Livestock(Measure):
    """A change in livestock."""

    factor: Annotated[float, Field(ge=0, le=10)]
    """Livestock relative to now."""
    area: str = ""
    """Protected area it applies to; everywhere unless given."""


class WaterPoint(Measure):
    """A new or restored water point."""

    lon: Longitude
    """Longitude [degrees east]."""
    lat: Latitude
    """Latitude [degrees north]."""


def _listed(value: Any) -> Any:
    """Read a single year as a list of one."""
    if isinstance(value, list):
        return tuple(value)
    return (value,) if isinstance(value, int) else value


YearList = Annotated[
    tuple[int, ...],
    BeforeValidator(_listed, json_schema_input_type=int | tuple[int, ...]),
    Field(min_length=1),
]


class PreyTranslocation(Block):
    """Prey brought from outside or from a breeding centre."""

    name: str = ""
    """Label in the report."""
    species: str
    """Prey species."""
    years: YearList
    """Years in which a group is brought."""
    females: Count
    """Females per group."""
    males: Count
    """Males per group."""
    site: PlaceOrName
    """Where they are set free."""
    season: Season = "spring"
    """When."""
    origin: Literal["wild", "breeding_centre"] = "wild"
    """Where they come from."""
    source: str = ""
    """Source population that they are taken from; without one they are always to be had."""
    age: AgeRange = AgeRange(1.0, 4.0)
    """Their ages."""

    @model_validator(mode="after")
    def _someone(self) -> "PreyTranslocation":
        if self.females + self.males == 0:
            raise refuse("must move at least one animal")
        return self


class ConflictMitigation(Measure):
    """Work with herders that lowers losses of livestock and killing of cheetahs."""

    effect: Fraction
    """Share of the conflict that it removes."""
    area: str = ""
    """Protected area it applies to; everywhere unless given."""


class Management(Block):
    """All measures except cheetah releases."""

    barrier: tuple[Barrier, ...] = ()
    """Openings in fences, railways and other lines."""
    protected_area: tuple[ProtectedArea, ...] = ()
    """Protected areas, old ones with better guarding or new ones."""
    protection: tuple[Protection, ...] = ()
    """Levels of protection against poaching."""
    harvest: tuple[Harvest, ...] = ()
    """Legal offtake."""
    livestock: tuple[Livestock, ...] = ()
    """Changes in livestock."""
    water_point: tuple[WaterPoint, ...] = ()
    """New water points."""
    prey_translocation: tuple[PreyTranslocation, ...] = ()
    """Prey brought in."""
    conflict_mitigation: tuple[ConflictMitigation, ...] = ()
    """Work with herders."""

    def measures(self) -> Iterable[tuple[str, int, Measure]]:
        """Yield (kind, place in its list, measure) of everything with a first and last year."""
        for kind in type(self).model_fields:
            for place, entry in enumerate(getattr(self, kind)):
                if isinstance(entry, Measure):
                    yield kind, place, entry
