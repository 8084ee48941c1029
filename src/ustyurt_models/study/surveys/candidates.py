"""Candidates: the same survey with other options of the model, to compare and to average."""

import json
from typing import Annotated, Literal, get_args

from pydantic import Field

from ustyurt_models.study.block import Block

__all__ = [
    "Adjustment",
    "Candidate",
    "Growth",
    "Key",
    "Orders",
    "Process",
    "TrendCandidate",
    "blocks_of_candidates",
    "name_of_candidate",
]

#: Shapes of the detection function.
Key = Literal["half-normal", "hazard-rate", "uniform", "negative-exponential"]

#: Series that adjust a key.
Adjustment = Literal["none", "cosine", "hermite", "polynomial"]

#: How growth falls with abundance.
Growth = Literal["exponential", "gompertz", "theta_ricker"]

#: Spread of yearly log growth.
Process = Literal["normal", "student"]

#: Orders of adjustment terms.
Orders = tuple[Annotated[int, Field(ge=1, le=10)], ...]


class Candidate(Block):
    """Options in which a candidate differs; the data stay the same.

    Examples
    --------
    >>> Candidate(key="uniform", adjustment="cosine", orders=(1,)).orders
    (1,)
    """

    key: Key | None = None
    """Shape of the detection function; a candidate that names one starts without adjustment."""
    adjustment: Adjustment | None = None
    """Series that adjusts the key."""
    orders: Orders | None = None
    """Orders of the adjustment terms."""
    scale: str | None = None
    """Covariates of the scale of the detection function."""
    scale_random: tuple[str, ...] | None = None
    """Factors with random effects on the scale."""
    pooling: Literal["none", "partial"] | None = None
    """Encounter rates of strata."""


class TrendCandidate(Block):
    """Options in which another trend of the same counts differs."""

    growth: Growth | None = None
    """How growth falls with abundance."""
    process: Process | None = None
    """Spread of yearly log growth."""
    immigration: bool | None = None
    """Animals may enter from outside."""


_FRESH = {"adjustment": "none", "orders": []}


def blocks_of_candidates[B: Block](block: B) -> tuple[B, ...]:
    """Return the survey block of each candidate; none where there are no candidates.

    Parameters
    ----------
    block : Block
        A survey block, with or without ``candidates``: names or tables.

    Returns
    -------
    tuple of Block
        Blocks of the same class, without candidates of their own.

    Raises
    ------
    ValueError
        When the options of a candidate do not go together.
    """
    given = json.loads(block.model_dump_json())
    found = []
    for candidate in getattr(block, "candidates", ()):
        plain = _named(candidate) if isinstance(candidate, str) else candidate
        told = plain.model_dump(mode="json", exclude_none=True)
        options = (_FRESH if "key" in told else {}) | told | {"candidates": [], "average": False}
        found.append(type(block).model_validate_json(json.dumps(given | options)))
    return tuple(found)


def _named(name: str) -> Candidate | TrendCandidate:
    """Return the candidate that is a mere name."""
    if name in get_args(Growth):
        return TrendCandidate.model_validate({"growth": name})
    return Candidate.model_validate({"key": name})


def _name_of_trend(block: Block) -> str:
    """Name a trend, such as ``theta-Ricker, heavy tail, closed``."""
    forms = {"gompertz": "Gompertz", "theta_ricker": "theta-Ricker"}
    growth = getattr(block, "growth", "")
    parts = [forms.get(growth, growth)]
    parts += ["heavy tail"] if getattr(block, "process", "") == "student" else []
    parts += [] if getattr(block, "immigration", True) else ["closed"]
    return ", ".join(parts)


def name_of_candidate(block: Block) -> str:
    """Name the model of a block, such as ``half-normal, cosine 2, scale ~ observer``.

    Parameters
    ----------
    block : Block
        A block of distance sampling or of a trend.

    Returns
    -------
    str
        Key, adjustment, and what its scale depends on.
    """
    if hasattr(block, "growth"):
        return _name_of_trend(block)
    parts = [str(getattr(block, "key", ""))]
    if getattr(block, "orders", ()):
        parts.append(f"{block.adjustment} {'+'.join(map(str, block.orders))}")  # type: ignore[attr-defined]
    random = [f"({name})" for name in getattr(block, "scale_random", ())]
    scale = " + ".join(filter(None, [getattr(block, "scale", ""), *random]))
    if scale:
        parts.append(f"scale ~ {scale}")
    if getattr(block, "pooling", "none") == "partial":
        parts.append("pooled strata")
    return ", ".join(parts)
