"""What the evidence says of a quantity, and the limits of the diagnostics gate."""

from dataclasses import dataclass

from ustyurt_models.study.surveys.gate import Gate

__all__ = ["DEFAULT_GATE", "Belief", "Gate"]


@dataclass(frozen=True)
class Belief:
    """What the evidence says about one quantity that the survey itself does not tell.

    Attributes
    ----------
    value, low, high : float
        Central value and 95 % limits.
    source : str
        Identifier in ``models/parameters.csv``.
    """

    value: float
    low: float
    high: float
    source: str = ""


DEFAULT_GATE = Gate()
"""Limits used unless a study says otherwise."""
