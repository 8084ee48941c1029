"""One diagnostic: a number, its limits and a word (pass, look, stop)."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ustyurt_models.checks import CheckFailed, Fault

__all__ = ["Finding", "above", "below", "require_pass", "shown", "table", "worst"]

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


def shown(check: str, value: float, meaning: str) -> Finding:
    """Show a number that is not judged, unless it is missing."""
    return above(check, value, (np.inf, np.inf), meaning)


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


def require_pass(tree: xr.DataTree, where: str, accept: bool) -> str:
    """Refuse a fit whose diagnostics say stop, unless the study accepts it.

    Parameters
    ----------
    tree : xarray.DataTree
        From `ustyurt_models.survey.fit.fit_survey`.
    where : str
        Survey, for the message.
    accept : bool
        ``accept_failed_diagnostics`` of the study file.

    Returns
    -------
    str
        The verdict.

    Raises
    ------
    CheckFailed
        Naming every diagnostic that says stop.
    """
    node = tree["diagnostics"].to_dataset()
    verdict = str(node.attrs["verdict"])
    if verdict != "stop" or accept:
        return verdict
    bad = node.isel(check=np.flatnonzero(node["verdict"].values == "stop"))
    advice = "more draws, another key or truncation; or accept_failed_diagnostics = true"
    raise CheckFailed(
        Fault(
            f"{where}: diagnostics: {name}",
            f"limit {float(bad['stop'].values[i]):g} ({bad['meaning'].values[i]})",
            float(bad["value"].values[i]),
            advice,
        )
        for i, name in enumerate(bad["check"].values)
    )
