"""Repeated visits to sites: how a file is read, what detection depends on, cells to predict to."""

from typing import Annotated

from pydantic import Field, model_validator

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import AreaKm2, refuse
from ustyurt_models.study.surveys.common import LengthUnit, SurveyBlock
from ustyurt_models.study.surveys.priors import Share
from ustyurt_models.study.surveys.visits import CameraVisits, PatrolVisits

__all__ = ["Columns", "PlacedBlock", "RandomPriors", "SiteBlock", "SitePriors", "VisitsBlock"]

Positive = Annotated[float, Field(gt=0)]
#: A pattern with ``{visit}`` and perhaps ``{season}``, or the columns one by one.
Columns = str | tuple[str, ...]


class RandomPriors(Block):
    """Prior of random effects on repeated visits."""

    random_sd_mean: Positive = 1.0
    """Exponential prior of the standard deviation of random effects on the logit or log scale."""


class SitePriors(RandomPriors):
    """Priors of detection on repeated visits."""

    detection: Share = Share()
    """Probability of detection on one visit at average covariates; about flat from 0 to 1."""
    detection_coefficient_sd: Positive = 1.5
    """Normal prior of effects of standardised covariates, and of levels, on the logit of
    detection; 1.5 lets the odds change by a factor of 19 either way (95 %)."""


class VisitsBlock(Block):
    """How a file of repeated visits is read, and what detection depends on."""

    visits: Columns = "y.{visit}"
    """Columns of what was seen: a pattern such as ``y.{visit}`` or ``det{season:2}{visit}``
    (season in two characters), or their names one by one. Empty cells are visits not made."""
    occasion: dict[str, Columns] = Field(default_factory=dict)
    """Covariates that differ between visits, as a pattern or names each. Columns called like those
    of `visits`, such as ``date.1``, ``date.2``, are found by themselves."""
    site: str = ""
    """Column with the names of sites; ``site``, ``id`` or the number of the row unless given."""
    search: Columns = ""
    """Columns of search effort by visit; then detection is that of a visit of median effort, and
    longer visits see more: 1 - (1 - p)^(effort / median)."""
    search_unit: str = ""
    """Unit of the effort, such as ``day`` or ``km``, where the file does not say it."""
    detection: str = ""
    """Covariates of the logit of detection, such as ``date + date^2 + forest``: of visits or of
    sites, or ``season``."""
    detection_random: tuple[str, ...] = ()
    """Factors with random effects on the logit of detection, such as ``observer``."""
    cameras: CameraVisits | None = None
    """How visits are made of the effort of cameras, where the file is a Camtrap DP package."""
    patrols: PatrolVisits | None = None
    """How visits are made of patrols, where the file is a folder or zip of SMART tables."""

    def _patterns(self) -> dict[str, Columns]:
        """Return what must name a column for every visit, by option."""
        return {"visits": self.visits, "search": self.search, **self.occasion}

    @model_validator(mode="after")
    def _patterns_name_visits(self) -> "VisitsBlock":
        given = self._patterns()
        for name, columns in given.items():
            if isinstance(columns, str) and columns and "{visit" not in columns:
                rule = f"{name!r} must hold {{visit}}, or name the columns one by one"
                raise refuse(rule)
            if not isinstance(columns, str) and not columns:
                raise refuse(f"{name!r} must name at least one column")
        return self


class PlacedBlock(SurveyBlock):
    """Cells that a survey of sites may be predicted to."""

    map: bool = False
    """Predict to every cell of the landscape of the study; also with `grid` or a field."""
    at: dict[str, str | float] = Field(default_factory=dict)
    """Values at which to predict what the cells do not tell, such as ``{ year = "2025" }``."""
    grid: str = ""
    """Table of cells to predict to; the landscape of the study unless given."""
    grid_units: dict[str, LengthUnit] = Field(default_factory=dict)
    """Unit of covariates of the grid's file that are lengths."""
    cell_area: AreaKm2 | None = None
    """Area of every cell of the grid's file, where it has no column of areas."""

    @property
    def on_map(self) -> bool:
        """Whether cells are predicted."""
        return self.map or bool(self.grid) or bool(getattr(self, "field", False))

    @property
    def maps_landscape(self) -> bool:
        """Whether it predicts to the cells of the landscape of the study."""
        return self.on_map and not self.grid

    @property
    def has_map(self) -> bool:
        """Whether it predicts to cells, of the landscape or of a grid of its own."""
        return self.on_map


class SiteBlock(VisitsBlock, PlacedBlock):
    """What every model of repeated visits to sites says of its file and of detection."""

    priors: SitePriors = SitePriors()
    """What is believed before the data."""
