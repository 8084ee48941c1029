"""Releases of cheetahs: when, where, how, whom, how often, and when to stop."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.management import Count, Season
from ustyurt_models.study.places import PlaceOrName
from ustyurt_models.study.quantities import AgeRange, refuse
from ustyurt_models.study.rules import Gate, StopRule

__all__ = ["Animals", "Origin", "Release", "Repeat", "When"]

Origin = Literal[
    "captive_venaticus",
    "captive_soemmeringii",
    "captive_jubatus",
    "rehabilitated_jubatus",
    "wild_soemmeringii",
    "wild_jubatus",
]


class When(Block):
    """A calendar year, or a gate that must open within a span of years."""

    year: int | None = None
    """Calendar year of the (first) release."""
    gate: Gate | None = None
    """Condition on monitoring; the release is decided in the first year in which it holds."""
    not_before: int | None = None
    """With a gate: first year in which it may open."""
    not_after: int | None = None
    """With a gate: last year in which it may open."""

    @model_validator(mode="after")
    def _one_way(self) -> "When":
        if (self.year is None) == (self.gate is None):
            raise refuse("must be a year, or a table with 'gate'")
        if self.gate is None and (self.not_before, self.not_after) != (None, None):
            raise refuse("'not_before' and 'not_after' go with a 'gate'")
        if None not in (self.not_before, self.not_after) and self.not_after < self.not_before:  # type: ignore[operator]
            raise refuse("'not_after' must not lie before 'not_before'")
        return self


def _in_year(value: Any) -> Any:
    """Read ``2035`` as ``{year = 2035}``."""
    return {"year": value} if isinstance(value, int) and not isinstance(value, bool) else value


class Animals(Block):
    """Who is released each time."""

    females: Count
    """Females per release."""
    males: Count
    """Males per release."""
    origin: Origin = "captive_venaticus"
    """Subspecies, and whether caught wild, raised by people from wild orphans, or captive-bred."""
    age: AgeRange = AgeRange(2.0, 4.0)
    """Their ages."""
    coalition: Annotated[int, Field(ge=1, le=4)] = 1
    """Males released together as one coalition; 1: all single."""

    @property
    def number(self) -> int:
        """Animals per release."""
        return self.females + self.males

    @property
    def captive(self) -> bool:
        """Whether they grew up in captivity."""
        return not self.origin.startswith("wild")

    @property
    def african(self) -> bool:
        """Whether they come from stock without cold winters."""
        return not self.origin.endswith("venaticus")

    @model_validator(mode="after")
    def _someone(self) -> "Animals":
        if self.females + self.males == 0:
            raise refuse("must release at least one animal")
        return self


class Repeat(Block):
    """Further releases after the first."""

    years: Annotated[int, Field(ge=1, le=100)] = 1
    """Number of releases, the first included."""
    every: Annotated[int, Field(ge=1)] = 1
    """Years from one to the next."""


class Release(Block):
    """One programme of releases."""

    name: str = ""
    """Label in the report; entries with a name are overridden by name in a study that extends."""
    when: Annotated[When, BeforeValidator(_in_year, json_schema_input_type=int | When)]
    """A year, or a gate on what monitoring sees."""
    site: PlaceOrName
    """Name of a site of the landscape, or a point."""
    animals: Animals
    """Numbers, origin and age of the animals of one release."""
    source: str = ""
    """Source population that the animals are taken from; without one they are always to be had."""
    method: Literal["soft", "hard"] = "soft"
    """Held in an enclosure first, or let go at once."""
    holding_seasons: Annotated[int, Field(ge=0, le=8)] = 2
    """Soft release: seasons in the enclosure, at no risk; a gate opens that long before."""
    season: Season = "spring"
    """Season in which they are let go; holding lies before it."""
    repeat: Repeat = Repeat()
    """How often the release is made; once unless given."""
    stop: StopRule | None = None
    """When to stop releasing, judged on what monitoring sees."""

    @property
    def soft(self) -> bool:
        """Whether animals are held in an enclosure first."""
        return self.method == "soft"
