"""Gates and stop rules: conditions on what monitoring would see, as sentences.

Forms::

    prey_biomass_kg_per_km2 >= 15 in core for 3 years
    prey_biomass_kg_per_km2 >= 15 in core for 3 years and goitered_gazelle > 8000
    estimated adult deaths > 50 % within 2 years
"""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from ustyurt_models.study.criteria import ZONES
from ustyurt_models.study.grammar import Reader
from ustyurt_models.study.quantities import refuse

__all__ = ["STOP_QUANTITIES", "Gate", "GateCondition", "StopRule", "parse_gate", "parse_stop"]

_GATE = "prey_biomass_kg_per_km2 >= 15 in core for 3 years"
_STOP = "estimated adult deaths > 50 % within 2 years"

#: What a stop rule may speak of.
STOP_QUANTITIES = {
    "adult_deaths": "share of the adults released under this rule that were found dead",
    "livestock_killed": "livestock killed by cheetahs per year, sheep units",
    "cheetah": "cheetahs alive, estimated",
    "adult_females": "female cheetahs of breeding age, estimated",
}


class _Sentence:
    """A rule that is written as text and kept as meaning; `_example` and `_read` differ."""

    text: str

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _READERS[cls.__name__],
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda rule: rule.text, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        example = _GATE if cls is Gate else _STOP
        return {"type": "string", "description": f"a rule such as {example!r}"}


@dataclass(frozen=True)
class GateCondition:
    """One condition that must have held for some years.

    Attributes
    ----------
    statistic : str
        A key of `criteria.STATISTICS` or a prey species; its monitored estimate is used.
    comparison : str
        One of ``>= <= == != > <``.
    threshold : float
        In the unit of the statistic.
    zone : {"region", "core"}
        Where.
    years : int
        For how many years in a row, the present one included.
    """

    statistic: str
    comparison: str
    threshold: float
    zone: Literal["region", "core"] = "region"
    years: int = 1


@dataclass(frozen=True)
class Gate(_Sentence):
    """All conditions that must hold at once before something is done.

    Attributes
    ----------
    text : str
        The sentence as written.
    conditions : tuple of GateCondition
        Joined by *and*.
    """

    text: str
    conditions: tuple[GateCondition, ...]


@dataclass(frozen=True)
class StopRule(_Sentence):
    """When to stop releasing.

    Attributes
    ----------
    text : str
        The sentence as written.
    statistic : str
        A key of `STOP_QUANTITIES`.
    comparison : str
        One of ``>= <= == != > <``.
    threshold : float
        A share for ``adult_deaths``, else in the unit of the statistic.
    within_years : int
        Length of the window that is looked at, the present year included.
    """

    text: str
    statistic: str
    comparison: str
    threshold: float
    within_years: int


def parse_gate(value: object) -> Gate:
    """Read a gate; whether its statistics exist is checked where the species are known."""
    if isinstance(value, Gate):
        return value
    if not isinstance(value, str):
        raise refuse(f"must be a sentence such as {_GATE!r}")
    reader = Reader(value, _GATE)
    conditions = [_gate_condition(reader)]
    while reader.accept("and"):
        conditions.append(_gate_condition(reader))
    reader.end()
    return Gate(value, tuple(conditions))


def _gate_condition(reader: Reader) -> GateCondition:
    """Read ``prey_biomass_kg_per_km2 >= 15 in core for 3 years``."""
    reader.accept("estimated")
    statistic = reader.word("a quantity such as 'prey_biomass_kg_per_km2'")
    comparison, threshold = reader.comparison(), reader.number()
    zone: Any = reader.expect(*ZONES) if reader.accept("in") else "region"
    years = _years(reader) if reader.accept("for") else 1
    return GateCondition(statistic, comparison, threshold, zone, years)


def parse_stop(value: object) -> StopRule:
    """Read a stop rule."""
    if isinstance(value, StopRule):
        return value
    if not isinstance(value, str):
        raise refuse(f"must be a sentence such as {_STOP!r}")
    reader = Reader(value, _STOP)
    reader.accept("estimated")
    statistic = reader.known("a quantity such as 'adult deaths'", tuple(STOP_QUANTITIES))
    comparison, threshold = reader.comparison(), _stop_threshold(reader, statistic)
    reader.expect("within")
    years = _years(reader)
    reader.end()
    return StopRule(value, statistic, comparison, threshold, years)


def _stop_threshold(reader: Reader, statistic: str) -> float:
    """Read the limit, a share when deaths are counted."""
    if statistic == "adult_deaths":
        return reader.share("a share such as 50 % or 0.5")
    return reader.number()


def _years(reader: Reader) -> int:
    """Read ``3 years``."""
    years = reader.whole("a number of years")
    reader.expect("years", "year")
    return years


_READERS = {"Gate": parse_gate, "StopRule": parse_stop}
