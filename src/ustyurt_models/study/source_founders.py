"""Patches of a source population, and the animals that stand in them at the start."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import Fraction, refuse
from ustyurt_models.study.source_plans import MOST_PATCHES, Age, Number, Patch

__all__ = ["Founders", "Patches", "settled_patches"]


class Patches(Block):
    """Patches that young animals move between."""

    grid: Annotated[int, Field(ge=1, le=256)] | None = None
    """Side of a square grid; or `rows` and `columns`, or `count`."""
    rows: Patch | None = None
    """Rows of a grid; with `columns`."""
    columns: Patch | None = None
    """Columns of a grid."""
    count: Patch | None = None
    """Patches without places: every other one is reached alike."""
    emigration: Fraction = 0.0
    """Chance that an animal of dispersing age leaves."""
    mean_distance: Annotated[float, Field(gt=0, le=10_000)] = 1.0
    """Mean of the negative-exponential distance on a grid [sides of a cell]."""
    youngest: Age = 0
    """Youngest dispersing age."""
    oldest: Age = 0
    """Oldest dispersing age."""
    natal: bool = False
    """Whether a disperser may end where it was."""

    @model_validator(mode="after")
    def _one_way(self) -> "Patches":
        if (self.rows is None) != (self.columns is None):
            raise refuse("'rows' and 'columns' go together")
        if (self.grid, self.rows, self.count).count(None) != 2:
            raise refuse("needs one of 'grid', 'rows' with 'columns', and 'count'")
        if self.size > MOST_PATCHES:
            raise refuse(f"must be at most {MOST_PATCHES:,} patches", f"they are {self.size:,}")
        if self.size == 1 and self.emigration > 0 and not self.natal:
            raise refuse("nobody can leave a single patch")
        return self

    @property
    def shape(self) -> tuple[int, int] | None:
        """Rows and columns of a grid; None of patches without places."""
        if self.grid is not None:
            return self.grid, self.grid
        return None if self.rows is None or self.columns is None else (self.rows, self.columns)

    @property
    def size(self) -> int:
        """Number of patches."""
        rows, columns = self.shape or (1, self.count or 1)
        return rows * columns


class Founders(Block):
    """Animals at the start: so many in each of the patches named, or in every patch."""

    females: Number | tuple[Number, ...] | None = None
    """Females of a patch, or females by age from 0 on."""
    males: Number | tuple[Number, ...] | None = None
    """Males of a patch, or males by age from 0 on."""
    number: Number | None = None
    """Both sexes of a patch together, divided as in the stable structure."""
    ages: Literal["stable"] | tuple[Age, Age] = "stable"
    """The stable age structure, or ages from the first to the second, all equally likely."""
    drawn: Literal["evenly", "at random"] = "evenly"
    """Ages by quota from a random start, or one by one."""
    patches: tuple[Patch, ...] = ()
    """Patches with founders, counted from 1, on a grid row by row; every patch unless given."""
    rows: tuple[Patch, Patch] | None = None
    """First and last row with founders, counted from 1; every row unless given."""
    columns: tuple[Patch, Patch] | None = None
    """First and last column with founders, counted from 1; every column unless given."""

    @model_validator(mode="after")
    def _one_way(self) -> "Founders":
        if (self.number is None) == (self.females is None):
            raise refuse("needs either 'number', or 'females' and 'males'")
        if self.males is not None and self.females is None:
            raise refuse("'males' goes with 'females'")
        if isinstance(self.females, tuple) != isinstance(self.males, tuple) and self.males:
            raise refuse("'females' and 'males' must both be numbers, or both lists by age")
        if self.ages != "stable" and self.ages[1] < self.ages[0]:
            raise refuse("'ages' must run from a lower to a higher age")
        return self

    @model_validator(mode="after")
    def _one_place(self) -> "Founders":
        if self.patches and (self.rows or self.columns):
            raise refuse("needs either 'patches', or 'rows' and 'columns'")
        for name, ends in (("rows", self.rows), ("columns", self.columns)):
            if ends is not None and ends[1] < ends[0]:
                raise refuse(f"'{name}' must run from a lower to a higher number")
        return self

    @property
    def size(self) -> int:
        """Animals of a patch."""
        parts = (self.number, self.females, self.males)
        return sum(sum(one) if isinstance(one, tuple) else one or 0 for one in parts)


def settled_patches(groups: Mapping[str, Founders], layout: Patches) -> list[Sequence[int]]:
    """Return the patches of every group of founders, counted from 0.

    Parameters
    ----------
    groups : mapping of str to Founders
        Groups of founders by their name in the study.
    layout : Patches
        All patches.

    Raises
    ------
    PydanticCustomError
        When a group names a patch that is not there, or that has founders already.
    """
    settled = [_patches_of(name, group, layout) for name, group in groups.items()]
    owner: dict[int, str] = {}
    for name, patches in zip(groups, settled, strict=True):
        for patch in patches:
            if patch in owner:
                by = "twice" if owner[patch] == name else f"by '{owner[patch]}' already"
                raise refuse(f"'{name}' must not name patch {patch + 1}: it is named {by}")
            owner[patch] = name
    return settled


def _patches_of(name: str, group: Founders, layout: Patches) -> Sequence[int]:
    """Return the patches of one group, counted from 0."""
    if group.patches:
        if max(group.patches) > layout.size:
            raise refuse(f"'{name}.patches' must lie in 1..{layout.size}")
        return [patch - 1 for patch in group.patches]
    if group.rows is None and group.columns is None:
        return range(layout.size)
    if layout.shape is None:
        raise refuse(f"'{name}.rows' and '{name}.columns' need patches on a grid")
    rows, columns = layout.shape
    for key, ends, most in (("rows", group.rows, rows), ("columns", group.columns, columns)):
        if ends is not None and ends[1] > most:
            raise refuse(f"'{name}.{key}' must lie in 1..{most}")
    top, bottom = group.rows or (1, rows)
    left, right = group.columns or (1, columns)
    return [y * columns + x for y in range(top - 1, bottom) for x in range(left - 1, right)]
