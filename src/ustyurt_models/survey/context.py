"""What a survey may need of the rest of the study."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Context"]


@dataclass(frozen=True)
class Context:
    """The study around a survey.

    Attributes
    ----------
    start_year : int
        First year of the study: a trend gives the abundance of that year; 0 when unknown.
    grid : xarray.Dataset or None
        Cells to predict to, as `contracts.GRID`.
    others : mapping of str to xarray.DataTree
        Posteriors of the other surveys of the study, for joint estimates.
    """

    start_year: int = 0
    grid: "xr.Dataset | None" = None
    others: "Mapping[str, xr.DataTree]" = field(default_factory=dict)
