"""One occupancy told by several sources: cameras, patrols, what people report."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ustyurt_models.study.quantities import Fraction, LengthM, refuse
from ustyurt_models.study.surveys.occupancy import (
    FalsePriors,
    Occupancy,
    OccupancyPriors,
    PsiBlock,
    PsiPriors,
)
from ustyurt_models.study.surveys.sites import VisitsBlock

__all__ = ["SourceOccupancy", "VisitSource"]

_NAME = r"^[A-Za-z][A-Za-z0-9_]*$"


class VisitSource(VisitsBlock):
    """One source: its file, how its visits are made, and what its detection depends on."""

    file: str
    """Path of the data, relative to the study file."""
    encoding: str | None = None
    """Text encoding of the file; found by itself for UTF-8 and Windows-1251."""
    false_positives: bool = False
    """Detections may be false unless confirmed: visits hold 0, 1 (unconfirmed), 2 (confirmed)."""
    priors: FalsePriors = FalsePriors()
    """What is believed of its detections before the data."""


class SourceOccupancy(PsiBlock):
    """Single-season occupancy from several sources, each with its own detection.

    Examples
    --------
    >>> from ustyurt_models.study.surveys import SourceOccupancy, VisitSource
    >>> block = SourceOccupancy(
    ...     psi="forage",
    ...     sources={
    ...         "cameras": VisitSource(file="cameras.csv"),
    ...         "reports": VisitSource(file="reports.csv", false_positives=True),
    ...     },
    ... )
    >>> block.alone("reports").false_positives
    True
    """

    tells: ClassVar[Literal["abundance", "site counts", "occupancy"]] = "occupancy"

    model: Literal["source_occupancy"] = "source_occupancy"
    """Occupancy from several sources."""
    file: str = ""
    """Not used: every source has its own."""
    sources: dict[Annotated[str, Field(pattern=_NAME)], VisitSource]
    """Sources by name: tables of visits, packages of cameras, tables of patrols."""
    cell: LengthM | None = None
    """Side of the cells that the sites of all sources are laid into; those of patrols unless given.
    Without cells, sites are the same where their names are."""
    agreement: Annotated[Fraction, Field(gt=0)] = 0.2
    """Two sources are said to agree when their occupancy differs by no more than this share."""
    priors: PsiPriors = PsiPriors()
    """What is believed of occupancy before the data."""

    @model_validator(mode="after")
    def _sources_fit(self) -> "SourceOccupancy":
        if len(self.sources) < 2:
            raise refuse("'sources' must name at least two; take occupancy for a single one")
        cells = {one.patrols.cell for one in self.sources.values() if one.patrols is not None}
        if len(cells | ({self.cell} if self.cell is not None else set())) > 1:
            raise refuse("'cell' must be the same here and for the patrols of all sources")
        return self

    def _occupancy(self, visits: VisitsBlock, **options: object) -> Occupancy:
        """Return a block of occupancy that reads visits as a source does."""
        read = {name: getattr(visits, name) for name in VisitsBlock.model_fields}
        same = {name: getattr(self, name) for name in ("species", "psi", "psi_random", "area_unit")}
        fit = {name: getattr(self, name) for name in ("sampler", "gate", "interval")}
        return Occupancy(**(read | same | fit | options))

    def alone(self, name: str) -> Occupancy:
        """Return the block that fits one source alone: without a field, and without a map."""
        source = self.sources[name]
        own = {key: getattr(source.priors, key) for key in FalsePriors.model_fields}
        psi = {key: getattr(self.priors, key) for key in PsiPriors.model_fields if key not in own}
        return self._occupancy(
            source,
            file=source.file,
            encoding=source.encoding,
            false_positives=source.false_positives,
            priors=OccupancyPriors(**(psi | own)),
        )

    def together(self) -> Occupancy:
        """Return the block that says what occupancy depends on, and where it is predicted to."""
        placed = {
            name: getattr(self, name)
            for name in PsiBlock.model_fields
            if name not in ("file", "model", "priors")
        }
        false = any(one.false_positives for one in self.sources.values())
        psi = {key: getattr(self.priors, key) for key in PsiPriors.model_fields}
        return Occupancy(**placed, file="-", false_positives=false, priors=OccupancyPriors(**psi))
