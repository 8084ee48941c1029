"""Survey design: which surveys are planned, what they cost, and what they must be able to see."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import core_schema

from ustyurt_models.study.block import Block
from ustyurt_models.study.power_words import Change, Goal
from ustyurt_models.study.quantities import (
    LENGTH,
    Fraction,
    InUnit,
    Kind,
    LengthM,
    parse_quantity,
    refuse,
    write_quantity,
)

__all__ = ["Assumed", "Cost", "Design", "Power"]

_PER_DAY = Kind("a distance per day", "'120 km/day'", {"km/day": 1.0, "km per day": 1.0})
_SPEED = Kind("a speed", "'150 km/h'", {"km/h": 1.0, "km per hour": 1.0})

Money = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Reference = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")]


class _Marked:
    """Pydantic marker: a value read by a function, written by another, described for editors."""

    def __init__(
        self, read: Callable[[object], Any], write: Callable[[Any], Any], schema: dict[str, Any]
    ) -> None:
        self._read, self._write, self._schema = read, write, schema

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read, keep, and write again in JSON."""
        return core_schema.no_info_plain_validator_function(
            self._read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self._write, when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the value for editors."""
        return self._schema


def _per_stratum(
    read: Callable[[object], Any], write: Callable[[Any], Any], schema: dict[str, Any]
) -> _Marked:
    """Return the marker of one value for all strata, or a table with one per stratum."""

    def each(value: object) -> Any:
        if isinstance(value, dict):
            return {str(name): read(one) for name, one in value.items()}
        return read(value)

    def out(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: write(one) for name, one in value.items()}
        return write(value)

    table = {"type": "object", "additionalProperties": schema}
    return _Marked(each, out, {"anyOf": [schema, table]})


def _length(value: object) -> float:
    """Read a length above zero [m]."""
    length = parse_quantity(value, LENGTH)
    if length <= 0:
        raise refuse("must be > 0")
    return length


def _whole(value: object) -> int:
    """Read a number of transects."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise refuse("must be a whole number, or a table with one per stratum")
    if value < 2:
        raise refuse("must be >= 2: one transect tells nothing of the spread among transects")
    return value


def _told(value: object) -> float | str:
    """Read a number above zero, or the id of a row of the evidence."""
    if isinstance(value, str) and value.isidentifier():
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse("must be a number or the id of a parameter of the evidence")
    if value < 0:
        raise refuse("must be >= 0")
    return float(value)


def _same(value: Any) -> Any:
    return value


Lengths = Annotated[
    float | dict[str, float],
    _per_stratum(_length, lambda m: write_quantity(m, LENGTH), {"type": "string"}),
]
Numbers = Annotated[
    int | dict[str, int], _per_stratum(_whole, _same, {"type": "integer", "minimum": 2})
]
Told = Annotated[
    float | str, _Marked(_told, _same, {"anyOf": [{"type": "number"}, {"type": "string"}]})
]


def _listed(value: object) -> object:
    """Take one goal for a list of one."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Goals = Annotated[tuple[Goal, ...], BeforeValidator(_listed)]


class Cost(Block):
    """What one year's survey costs, in the currency of the block; parts add up."""

    fixed: Money = 0.0
    """Per survey year: planning, permits, travel, analysis."""
    per_transect: Money = 0.0
    """Per transect and visit: reaching its start, turning."""
    per_km: Money = 0.0
    """Per kilometre of transect."""
    per_day: Money = 0.0
    """Per day in the field; needs `km_per_day`."""
    km_per_day: Annotated[float, InUnit(_PER_DAY)] | None = None
    """Transect covered in a day, such as "120 km/day"; days begun are paid."""
    per_hour: Money = 0.0
    """Per hour in the air; needs `speed`."""
    speed: Annotated[float, InUnit(_SPEED)] | None = None
    """Speed along the transect, such as "150 km/h"."""

    @model_validator(mode="after")
    def _pairs(self) -> "Cost":
        for price, pace in (("per_day", "km_per_day"), ("per_hour", "speed")):
            if (getattr(self, price) > 0) != (getattr(self, pace) is not None):
                raise refuse(f"'{price}' and '{pace}' go together")
        return self


class Assumed(Block):
    """What the fitted survey does not tell; each a number or the id of a row of the evidence."""

    half_width: LengthM | None = None
    """Effective strip half-width, for lines where no detection function has been fitted."""
    group_size: Told | None = None
    """Mean size of groups."""
    group_size_cv: Told | None = None
    """Coefficient of variation of group size beyond Poisson; 0.5 unless told."""
    spread: Told | None = None
    """k, where the variance of the groups on a transect is 1 + k^2 times its mean; 0 unless
    told."""
    found: Told | None = None
    """Share of the animals within the strip that is counted; 1 unless told."""


class Design(Block):
    """A survey that is planned."""

    survey: Reference = ""
    """Survey of the study that tells today's numbers; that of the block unless given."""
    method: Literal["line_transect", "strip_counts"] = "line_transect"
    """Lines with distances, or strips in which all animals are counted."""
    length: Lengths
    """Length of a transect, the same for all strata or one per stratum."""
    transects: Numbers | None = None
    """Number of transects, in all or per stratum."""
    total_effort: LengthM | None = None
    """Instead: kilometres in all, from which the number of transects follows."""
    budget: Annotated[float, Field(gt=0)] | None = None
    """Instead: money per survey year, from which the number of transects follows."""
    allocation: Literal["area", "equal", "density", "optimal"] = "area"
    """How a total is shared among strata: in proportion to area, the same for all, in proportion
    to animals, or so that the variance of abundance is least (Neyman)."""
    repeats: Annotated[int, Field(ge=1, le=50)] = 1
    """Visits of each transect in a survey year."""
    years: tuple[Annotated[int, Field(ge=0, le=100)], ...] = ()
    """Years with a survey, counted from the start of the study (year 0)."""
    every: Annotated[int, Field(ge=1, le=50)] | None = None
    """Instead: a survey every so many years, from year 0 on; every year unless told."""
    truncation: LengthM | None = None
    """Truncation distance of lines; that of the fitted survey unless given."""
    width: LengthM | None = None
    """Full width of a strip, both sides together."""
    cost: Reference = ""
    """Name of the table of costs."""
    assume: Assumed = Assumed()
    """What the fitted survey does not tell."""

    @model_validator(mode="after")
    def _one_size(self) -> "Design":
        given = [name for name in ("transects", "total_effort", "budget") if getattr(self, name)]
        if len(given) != 1:
            rule = "must say exactly one of 'transects', 'total_effort' and 'budget'"
            raise refuse(rule, f"given: {', '.join(given) or 'none'}")
        if self.budget is not None and not self.cost:
            raise refuse("'budget' needs 'cost'", "name one of the tables [power.cost.NAME]")
        if self.years and self.every is not None:
            raise refuse("must not say both 'years' and 'every'")
        if any(low >= high for low, high in zip(self.years, self.years[1:], strict=False)):
            raise refuse("'years' must rise")
        return self

    @model_validator(mode="after")
    def _fits_method(self) -> "Design":
        if self.method == "strip_counts" and self.width is None:
            raise refuse("a strip needs its 'width'", "write width = '400 m'")
        if self.method == "strip_counts" and self.truncation is not None:
            raise refuse("a strip has a 'width', no 'truncation'")
        if self.method == "line_transect" and self.width is not None:
            raise refuse("a line has a 'truncation', no 'width'", "or method = 'strip_counts'")
        if self.method == "strip_counts" and self.assume.half_width is not None:
            raise refuse("'half_width' is for lines only")
        return self


class Power(Block):
    """What planned surveys would be able to see."""

    survey: Reference = ""
    """Survey of the study that tells today's numbers, for designs that name none."""
    years: Annotated[int, Field(ge=1, le=100)] = 10
    """Years over which the designs are followed."""
    futures: Annotated[int, Field(ge=20, le=100_000)] = 200
    """Simulated futures per design and change."""
    changes: tuple[Change, ...] = ()
    """Changes to be seen; no change is always simulated as well."""
    certainty: Annotated[Fraction, Field(gt=0.5, lt=1)] = 0.9
    """Posterior probability of the right direction from which on a change counts as seen."""
    process_sd: Told = 0.0
    """Standard deviation of yearly log growth around the steady change."""
    goal: Goals = ()
    """What a design must reach; all must hold."""
    currency: str = "USD"
    """Of all costs."""
    cost: dict[Name, Cost] = Field(default_factory=dict)
    """Costs by name."""
    design: dict[Name, Design] = Field(default_factory=dict)
    """Planned surveys by name."""

    @property
    def all_changes(self) -> tuple[Change, ...]:
        """Changes to be simulated, those that only a goal names included, each once."""
        named = [goal.change for goal in self.goal if goal.change is not None]
        found: dict[tuple[float, int], Change] = {}
        for change in (*self.changes, *named):
            found.setdefault((change.rate, self.horizon(change)), change)
        return tuple(found.values())

    def horizon(self, change: Change) -> int:
        """Return the years within which `change` is to be seen."""
        return change.years or self.years

    def years_of(self, design: Design) -> tuple[int, ...]:
        """Return the survey years of a design, counted from the start of the study."""
        return design.years or tuple(range(0, self.years + 1, design.every or 1))
