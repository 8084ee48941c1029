"""Values with units, as people write them in a study file, turned into the internal unit.

Internal units are metres, square kilometres, kilograms per square kilometre, years and
fractions. A bare number where a unit is compulsory is a fault, so is a unit of another kind.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

__all__ = [
    "AREA",
    "BIOMASS",
    "DENSITY",
    "DURATION",
    "LENGTH",
    "AgeRange",
    "AgeYears",
    "AreaKm2",
    "Fraction",
    "InUnit",
    "Kind",
    "LengthM",
    "LengthOrZeroM",
    "Years",
    "parse_age_range",
    "parse_fraction",
    "parse_quantity",
    "refuse",
    "write_quantity",
]

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})\s*(\S.*?)?\s*")
_COMMA = re.compile(r"\s*[+-]?\d+,\d+")
_AGES = re.compile(rf"\s*({_NUMBER})\s*(?:(?:-|–|to)\s*(\?|{_NUMBER}))?\s*(\S.*?)?\s*")  # noqa: RUF001


@dataclass(frozen=True)
class Kind:
    """One kind of quantity and the units it may be written in.

    Attributes
    ----------
    name : str
        With its article, as used in messages: ``a length``.
    example : str
        What a correct value looks like.
    units : mapping of str to float
        Unit to its size in the internal unit; the first is the internal one.
    """

    name: str
    example: str
    units: Mapping[str, float]

    @property
    def internal(self) -> str:
        """The unit that the code works in."""
        return next(iter(self.units))


LENGTH = Kind("a length", "'800 m' or '0.8 km'", {"m": 1.0, "km": 1000.0, "cm": 0.01})
AREA = Kind(
    "an area",
    "'30 km2' or '3000 ha'",
    {"km2": 1.0, "km²": 1.0, "km^2": 1.0, "ha": 0.01, "m2": 1e-6, "m²": 1e-6},
)
BIOMASS = Kind(
    "a biomass density",
    "'15 kg/km2'",
    {"kg/km2": 1.0, "kg/km²": 1.0, "kg/ha": 100.0, "t/km2": 1000.0},
)
DENSITY = Kind(
    "a density",
    "'0.05 per km2' or '5 per 100 km2'",
    {"per km2": 1.0, "/km2": 1.0, "ind/km2": 1.0, "per 100 km2": 0.01, "ind/100 km2": 0.01},
)
DURATION = Kind(
    "a duration",
    "'5 y' or '18 months'",
    {"y": 1.0, "yr": 1.0, "year": 1.0, "years": 1.0, "month": 1 / 12, "months": 1 / 12},
)


def refuse(rule: str, remedy: str = "") -> PydanticCustomError:
    """Return the error that becomes a `Fault` with this rule and remedy."""
    return PydanticCustomError("study_rule", "{rule}", {"rule": rule, "remedy": remedy})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def parse_quantity(value: object, kind: Kind) -> float:
    """Read text with a unit.

    Parameters
    ----------
    value : object
        What stands in the file, e.g. ``"0.8 km"``.
    kind : Kind
        What it has to be.

    Returns
    -------
    float
        The value in the internal unit of `kind`.

    Raises
    ------
    PydanticCustomError
        When there is no unit, the unit is of another kind, or it is no number at all.
    """
    rule = f"must be {kind.name} with its unit, such as {kind.example}"
    if _is_number(value):
        raise refuse(rule, f"did you mean '{value:g} {kind.internal}'?")
    if not isinstance(value, str):
        raise refuse(rule)
    if _COMMA.match(value):
        raise refuse(rule, "write the decimal sign as a point")
    found = _QUANTITY.fullmatch(value)
    if found is None:
        raise refuse(rule)
    number, unit = float(found[1]), " ".join((found[2] or "").split())
    if unit not in kind.units:
        allowed = ", ".join(kind.units)
        problem = f"{unit!r} is not a unit of {kind.name.split(' ', 1)[1]}" if unit else "no unit"
        raise refuse(rule, f"{problem}; units are {allowed}")
    if not math.isfinite(number):
        raise refuse(rule)
    return number * kind.units[unit]


def write_quantity(value: float, kind: Kind) -> str:
    """Write `value` (internal unit) so that `parse_quantity` gives exactly the same number."""
    return f"{value!r} {kind.internal}"


@dataclass(frozen=True)
class InUnit:
    """Pydantic marker: a float that is written as text with a unit of `kind`.

    Attributes
    ----------
    kind : Kind
        What the value measures.
    zero : bool
        Whether zero is allowed; negative values never are.
    """

    kind: Kind
    zero: bool = False

    def _read(self, value: object) -> float:
        number = parse_quantity(value, self.kind)
        if number < 0 or (number == 0 and not self.zero):
            raise refuse("must be >= 0" if self.zero else "must be > 0")
        return number

    def _write(self, value: float) -> str:
        return write_quantity(value, self.kind)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read text, keep a float, write text again in JSON."""
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self._write, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the text for editors."""
        units = "|".join(re.escape(unit) for unit in self.kind.units)
        return {
            "type": "string",
            "pattern": rf"^\s*{_NUMBER}\s*({units})\s*$",
            "description": f"{self.kind.name} with its unit, such as {self.kind.example}",
        }


LengthM = Annotated[float, InUnit(LENGTH)]
LengthOrZeroM = Annotated[float, InUnit(LENGTH, zero=True)]
AreaKm2 = Annotated[float, InUnit(AREA)]
Years = Annotated[float, InUnit(DURATION)]


def parse_fraction(value: object) -> float:
    """Read a share: a number from 0 to 1, or text in percent such as ``"50 %"``."""
    rule = "must be a share from 0 to 1, such as 0.5 or '50 %'"
    if isinstance(value, str):
        found = _QUANTITY.fullmatch(value)
        if found is None or found[2] != "%":
            raise refuse(rule)
        share = float(found[1]) / 100
    elif _is_number(value):
        share = float(value)  # type: ignore[arg-type]
    else:
        raise refuse(rule)
    if not 0 <= share <= 1:
        percent = f"did you mean '{share:g} %'?" if 1 < share <= 100 and _is_number(value) else ""
        raise refuse(rule, percent)
    return share


class _Share:
    """Pydantic marker of `Fraction`."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(parse_fraction)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": rf"^\s*{_NUMBER}\s*%\s*$"},
            ]
        }


Fraction = Annotated[float, _Share]


@dataclass(frozen=True)
class AgeRange:
    """Ages from `low_yr` to `high_yr`, both included.

    Attributes
    ----------
    low_yr : float
        Youngest age [y].
    high_yr : float or None
        Oldest age [y]; ``None`` when open.
    """

    low_yr: float
    high_yr: float | None

    def __str__(self) -> str:
        """Write the range so that `parse_age_range` reads the same again."""
        if self.high_yr is None:
            return f"{self.low_yr!r}-? y"
        if self.high_yr == self.low_yr:
            return f"{self.low_yr!r} y"
        return f"{self.low_yr!r}-{self.high_yr!r} y"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read text, keep the range, write text again in JSON."""
        return core_schema.no_info_plain_validator_function(
            parse_age_range,
            serialization=core_schema.plain_serializer_function_ser_schema(
                str, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the text for editors."""
        return {"type": "string", "description": "ages such as '2-4 y', '3 y' or '4-? y'"}


AgeYears = AgeRange


def parse_age_range(value: object) -> AgeRange:
    """Read ages such as ``"2-4 y"``, ``"3 y"``, ``"18-30 months"`` or ``"4-? y"`` (open)."""
    rule = "must be an age or a range of ages with its unit, such as '2-4 y', '3 y' or '4-? y'"
    if isinstance(value, AgeRange):
        return value
    if _is_number(value):
        raise refuse(rule, f"did you mean '{value:g} y'?")
    found = _AGES.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise refuse(rule)
    unit = found[3] or ""
    if unit not in DURATION.units:
        problem = f"{unit!r} is not a unit of age" if unit else "no unit"
        raise refuse(rule, f"{problem}; units are {', '.join(DURATION.units)}")
    size = DURATION.units[unit]
    low = float(found[1]) * size
    if found[2] == "?":
        return _ordered(AgeRange(low, None))
    return _ordered(AgeRange(low, float(found[2]) * size if found[2] else low))


def _ordered(ages: AgeRange) -> AgeRange:
    """Return `ages`, refusing negative ones and an upper age below the lower one."""
    if ages.low_yr < 0 or (ages.high_yr is not None and ages.high_yr < ages.low_yr):
        raise refuse("must run from a lower to a higher age, both >= 0")
    return ages
