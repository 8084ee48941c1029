"""Changes to be seen and goals of a survey design: the little language, and what it means.

Forms::

    -30 % in 10 years
    +5 % a year            (or: +5 % a year for 10 years)
    CV <= 0.2
    P(see -30 % in 10 years) >= 0.8
"""

import math
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from ustyurt_models.study.grammar import Reader, compare
from ustyurt_models.study.quantities import refuse

__all__ = ["Change", "Goal", "parse_change", "parse_goal"]

_CHANGE = "-30 % in 10 years"
_GOALS = "'CV <= 0.2' or 'P(see -30 % in 10 years) >= 0.8'"


@dataclass(frozen=True)
class Change:
    """A steady change of abundance.

    Attributes
    ----------
    text : str
        As written.
    rate : float
        Change of log abundance per year.
    years : int or None
        Years within which it is to be seen; ``None``: those of the block.
    """

    text: str
    rate: float
    years: int | None = None

    @property
    def rises(self) -> bool:
        """Whether abundance grows."""
        return self.rate > 0

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read the words, keep their meaning, write the words again in JSON."""
        return _words_schema(cls, parse_change, _CHANGE)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the words for editors."""
        return {"type": "string", "description": f"a change such as {_CHANGE!r}"}


@dataclass(frozen=True)
class Goal:
    """What a design must reach.

    Attributes
    ----------
    text : str
        As written.
    comparison : str
        One of ``>= <= == != > <``.
    limit : float
        With what the figure is compared.
    change : Change or None
        The change to be seen; ``None``: the goal is on the CV of abundance.
    """

    text: str
    comparison: str
    limit: float
    change: Change | None = None

    def met(self, value: float) -> bool:
        """Tell whether `value` reaches the goal; a figure that is unknown does not."""
        return math.isfinite(value) and compare(value, self.comparison, self.limit)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read the words, keep their meaning, write the words again in JSON."""
        return _words_schema(cls, parse_goal, _GOALS)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the words for editors."""
        return {"type": "string", "description": f"a goal such as {_GOALS}"}


def _words_schema(kind: type, parse, example: str) -> core_schema.CoreSchema:
    """Return the schema of something written as text that `parse` reads."""

    def read(value: object) -> Any:
        if isinstance(value, kind):
            return value
        if not isinstance(value, str):
            raise refuse(f"must be text such as {example}")
        return parse(value)

    return core_schema.no_info_plain_validator_function(
        read,
        serialization=core_schema.plain_serializer_function_ser_schema(
            lambda value: value.text, return_schema=core_schema.str_schema(), when_used="json"
        ),
    )


def parse_change(text: str) -> Change:
    """Read a change of abundance.

    Parameters
    ----------
    text : str
        ``-30 % in 10 years``, ``+5 % a year`` or ``+5 % a year for 10 years``.

    Returns
    -------
    Change
        Its yearly rate on the log scale, and when it is to be seen.

    Raises
    ------
    PydanticCustomError
        With position, what was expected there, and an example.

    Examples
    --------
    >>> round(parse_change("-30 % in 10 years").rate, 4)
    -0.0357
    >>> round(parse_change("+5 % a year").rate, 4)
    0.0488
    """
    reader = Reader(text, _CHANGE)
    change = _change(reader, text)
    reader.end()
    return change


def _change(reader: Reader, text: str) -> Change:
    """Read a change that stands alone or inside a goal."""
    share = reader.number("a change such as '-30 %'")
    if "%" not in text:
        raise refuse("a change must be in percent", f"write it like {_CHANGE!r}")
    if share <= -1:
        raise refuse("a decline must be less than 100 %", f"write it like {_CHANGE!r}")
    if share == 0:
        raise refuse("a change must not be zero: no change is always simulated as well")
    if reader.accept("a", "per"):
        reader.expect("year")
        years = _years(reader) if reader.accept("for", "in") else None
        return Change(text, math.log1p(share), years)
    reader.expect("in", "a")
    years = _years(reader)
    return Change(text, math.log1p(share) / years, years)


def _years(reader: Reader) -> int:
    """Read ``10 years``."""
    years = reader.whole("a number of years")
    reader.expect("years", "year")
    return years


def parse_goal(text: str) -> Goal:
    """Read a goal.

    Parameters
    ----------
    text : str
        ``CV <= 0.2`` or ``P(see -30 % in 10 years) >= 0.8``.

    Returns
    -------
    Goal
        Its meaning.

    Raises
    ------
    PydanticCustomError
        With position, what was expected there, and an example.

    Examples
    --------
    >>> parse_goal("CV <= 20 %").limit
    0.2
    """
    reader = Reader(text, "CV <= 0.2")
    change = None
    if reader.expect("CV", "P") == "P":
        reader.expect("(")
        reader.expect("see")
        inside = text[text.index("see") + 3 : text.rindex(")")] if ")" in text else text
        change = _change(reader, inside.strip())
        reader.expect(")")
    comparison = reader.comparison()
    limit = reader.share("a probability") if change else reader.number()
    reader.end()
    return Goal(text, comparison, limit, change)
