"""The animals of a study: which species, where their start comes from."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from ustyurt_models.study.block import Block
from ustyurt_models.study.heredity import NeutralLoci, Outbreeding
from ustyurt_models.study.quantities import DENSITY, AgeRange, Fraction, parse_quantity, refuse
from ustyurt_models.study.releases import Origin

__all__ = ["Cheetah", "Prey", "Start"]

Founders = Literal[Origin, "resident"]
#: 0.5 is an animal with itself, 0.25 full brothers and sisters.
Kinship = Annotated[float, Field(ge=0.0, le=0.5)]

_RULE = (
    "must be 'survey:<name>', 'evidence:<parameter id>', a density such as '0.05 per km2', "
    "or a number of animals"
)
#: Guards against slips of the finger: beyond them memory runs out.
MOST_ANIMALS, MOST_PER_KM2 = 10_000_000, 1_000
_EVIDENCE_ID = re.compile(r"[a-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Start:
    """Where a population's start comes from.

    Attributes
    ----------
    kind : {"survey", "evidence", "number", "density"}
        A survey's posterior; a row of the evidence, in ``ind/km2`` of habitat or in ``animals``;
        animals in the region; animals per km2 of habitat.
    name : str
        Survey or parameter id, empty for the other kinds.
    value : float
        Number [animals] or density [km-2], 0 for the other kinds.
    """

    kind: Literal["survey", "evidence", "number", "density"]
    name: str = ""
    value: float = 0.0

    def as_written(self) -> str | float:
        """Return what `parse` reads as the same start."""
        if self.kind == "number":
            return self.value
        return f"{self.value!r} per km2" if self.kind == "density" else f"{self.kind}:{self.name}"

    @classmethod
    def parse(cls, value: object) -> "Start":
        """Read the start of a population from a study file."""
        if isinstance(value, cls):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return cls("number", value=_between(float(value), MOST_ANIMALS))
        if not isinstance(value, str):
            raise refuse(_RULE)
        kind, colon, name = value.partition(":")
        if not colon:
            return cls("density", value=_between(parse_quantity(value, DENSITY), MOST_PER_KM2))
        if kind not in ("survey", "evidence") or not name:
            raise refuse(_RULE)
        if kind == "evidence" and not _EVIDENCE_ID.fullmatch(name):
            raise refuse("must name a parameter id such as 'evidence:gaz_dens_now'")
        return cls("survey" if kind == "survey" else "evidence", name)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read text or a number, keep the meaning, write the same again in JSON."""
        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(
                cls.as_written, when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the value for editors."""
        return {"type": ["string", "number"], "minimum": 0, "description": _RULE}


def _between(value: float, most: int) -> float:
    """Return `value`, refusing what no population can be."""
    if not value >= 0:
        raise refuse("must be >= 0")
    if value > most:
        raise refuse(f"must be <= {most:,}", "each animal is simulated")
    return value


#: A map that a survey tells: a density surface or the occupancy of cells.
MapSource = Annotated[str, Field(pattern=r"^(survey:.+)?$")]


class Prey(Block):
    """One prey species."""

    start: Start
    """Numbers at the start: a survey, a row of the evidence, a density, or a number."""
    file: str = ""
    """Species file that ships or a path; the name of the species unless given."""
    age: AgeRange | None = None
    """Ages at the start, all equally likely; the stable age structure unless given."""
    female_share: Fraction | None = None
    """Share of females at the start; that of the stable structure unless given."""
    places: MapSource = ""
    """Where animals stand at the start, such as ``survey:tracks``, when `start` tells only how
    many: in proportion to the density of cells, or to the chance that they are occupied. As the
    survey of `start` says, or by capacity, unless given."""
    suitability: MapSource = ""
    """How good the land is, such as ``survey:tracks``: the chance that a cell is occupied, or its
    density over the highest in the surveyed range, draw by draw. That of the landscape unless
    given."""
    immigration: bool = True
    """Animals enter over the edge of the window (with ``processes.immigration``)."""


class Cheetah(Block):
    """Cheetahs before any release."""

    file: str = "cheetah"
    """Species file that ships or a path."""
    females: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Females present at the start."""
    males: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Males present at the start."""
    age: AgeRange = AgeRange(3.0, 8.0)
    """Their ages."""
    suitability: MapSource = ""
    """How good the land is, as for prey."""
    kinship: dict[Founders, dict[Founders, Kinship]] = Field(default_factory=dict)
    """Mean kinship of two founders, by founder group: ``captive_jubatus = { captive_jubatus = 0.05,
    resident = 0.01 }``. A group is an origin of releases, or ``resident`` for those present at the
    start. What is not given is 0: unrelated."""
    loci: NeutralLoci | None = None
    """Neutral loci, dropped along the pedigree; none unless given."""
    outbreeding: Outbreeding | None = None
    """What crossing founder groups does to cubs; nothing unless given."""
