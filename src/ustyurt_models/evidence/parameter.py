"""One row of evidence: a parameter with its value, range, unit, sources and confidence."""

from dataclasses import dataclass

__all__ = ["CONFIDENCE", "PSEUDO_SOURCES", "Parameter"]

CONFIDENCE = {
    "A": "the figure was seen in a source, or is plain arithmetic on seen figures",
    "B": "remembered from the source, not seen: check before use",
    "C": "judgement or analogue: a wide prior",
}
"""What each grade means. A says that the source states it, not that it holds for Ustyurt."""

PSEUDO_SOURCES = {
    "expert": "our judgement, to be replaced by elicitation",
    "derived": "arithmetic on other figures, explained in the note",
    "memory": "remembered, no document at hand",
    "gap": "nothing citable was found",
}
"""Source keys that are not publications."""


@dataclass(frozen=True)
class Parameter:
    """One number about the world, as it stands in ``models/parameters.csv``.

    Attributes
    ----------
    id : str
        Name by which species files and kernels' configuration refer to the row.
    species, parameter : str
        Subject and what is measured.
    value, low, high : float or None
        Central value and range [`unit`]. Qualitative rows have no value; a row with a value
        and no range is a constant. The range is a 95 % interval only where `note` says CI,
        otherwise the working spread.
    unit : str
        One of `ustyurt_models.evidence.units.UNITS`.
    distribution : str
        One of `ustyurt_models.evidence.rules.DISTRIBUTIONS`.
    place, years : str
        Where and when it was measured, as text.
    source_keys : tuple of str
        Keys of ``models/sources.bib`` or of `PSEUDO_SOURCES`.
    confidence : str
        ``A``, ``B`` or ``C``, see `CONFIDENCE`.
    note : str
        Qualifications and derivation.
    """

    id: str
    species: str
    parameter: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    distribution: str
    place: str
    years: str
    source_keys: tuple[str, ...]
    confidence: str
    note: str

    @property
    def drawable(self) -> bool:
        """Whether the row holds a number at all."""
        return self.value is not None

    @property
    def constant(self) -> bool:
        """Whether every draw of the row is its value."""
        return self.drawable and (self.low is None or self.low == self.high)
