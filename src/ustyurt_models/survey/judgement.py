"""One diagnostic: a number, its limits and a word (pass, look, stop)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

__all__ = ["Finding", "above", "below", "table", "worst"]

_ORDER = ("pass", "look", "stop")


@dataclass(frozen=True)
class Finding:
    """Result of one diagnostic.

    Attributes
    ----------
    check : str
        What was looked at.
    value : float
        The number.
    look, stop : float
        Limits; NaN where the number is only shown.
    verdict : str
        ``pass``, ``look`` or ``stop``.
    meaning : str
        What it says, in plain words.
    """

    check: str
    value: float
    look: float
    stop: float
    verdict: str
    meaning: str


def above(check: str, value: float, limits: tuple[float, float], meaning: str) -> Finding:
    """Judge a number that should be small; NaN is a stop."""
    look, stop = limits
    word = "pass" if value <= look else "look" if value <= stop else "stop"
    return Finding(check, float(value), look, stop, word, meaning)


def below(check: str, value: float, limits: tuple[float, float], meaning: str) -> Finding:
    """Judge a number that should be large; NaN is a stop."""
    look, stop = limits
    word = "pass" if value >= look else "look" if value >= stop else "stop"
    return Finding(check, float(value), look, stop, word, meaning)


def worst(findings: list[Finding]) -> str:
    """Return the gravest verdict."""
    return max((f.verdict for f in findings), key=_ORDER.index, default="pass")


def table(findings: list[Finding]) -> xr.Dataset:
    """Return the findings as a Dataset over ``check``, with the overall verdict as attribute."""
    node = xr.Dataset(
        {
            "value": ("check", np.array([f.value for f in findings], float)),
            "look": ("check", np.array([f.look for f in findings], float)),
            "stop": ("check", np.array([f.stop for f in findings], float)),
            "verdict": ("check", [f.verdict for f in findings]),
            "meaning": ("check", [f.meaning for f in findings]),
        },
        coords={"check": [f.check for f in findings]},
    )
    node.attrs["verdict"] = worst(findings)
    return node
