"""What is done to a source population again and again: animals taken out and brought in."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import Fraction, refuse

__all__ = [
    "MOST_AGE",
    "MOST_PATCHES",
    "Age",
    "Number",
    "Patch",
    "Plan",
    "Step",
    "Supplement",
    "Take",
]

#: The largest age in steps that the compact state of an animal can hold.
MOST_AGE = 20_000

#: The most patches that the compact state of an animal can hold.
MOST_PATCHES = 65_536

Age = Annotated[int, Field(ge=0, le=MOST_AGE)]
Number = Annotated[int, Field(ge=0, le=10_000_000)]
Step = Annotated[int, Field(ge=1, le=1_000_000)]
Patch = Annotated[int, Field(ge=1, le=MOST_PATCHES)]


class Plan(Block):
    """Something that is done again and again. Steps are counted from 1."""

    from_step: Step = Field(1, alias="from")
    """First step."""
    to_step: Step | None = Field(None, alias="to")
    """Last step; no end unless given."""
    every: Step = 1
    """Steps from one time to the next."""

    @model_validator(mode="after")
    def _in_order(self) -> "Plan":
        if self.to_step is not None and self.to_step < self.from_step:
            raise refuse("'to' must not lie before 'from'")
        return self


class Take(Plan):
    """Animals taken out: so many, or all when there are fewer; or a share."""

    number: Number | None = None
    """Animals; or `share`."""
    share: Fraction | None = None
    """Chance of each animal; or `number`."""
    sex: Literal["any", "female", "male"] = "any"
    """Which sex."""
    youngest: Age = 0
    """Youngest age taken."""
    oldest: Age = MOST_AGE
    """Oldest age taken."""

    @model_validator(mode="after")
    def _one_way(self) -> "Take":
        if (self.number is None) == (self.share is None):
            raise refuse("needs either 'number' or 'share'")
        if self.oldest < self.youngest:
            raise refuse("'oldest' must not lie below 'youngest'")
        return self


class Supplement(Plan):
    """Unrelated animals brought in."""

    females: Number = 0
    """Females each time."""
    males: Number = 0
    """Males each time."""
    age: Age = 1
    """Their age."""
    patch: Patch = 1
    """Patch that they are brought to, counted from 1."""
