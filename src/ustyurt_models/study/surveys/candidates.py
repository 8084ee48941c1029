"""Candidates: the same survey with other options of the model, to compare and to average."""

import json
from typing import Annotated, Literal, get_args

from pydantic import Field, ValidationError

from ustyurt_models.study.block import Block
from ustyurt_models.study.quantities import refuse

__all__ = [
    "Adjustment",
    "Candidate",
    "CountCandidate",
    "DynamicCandidate",
    "Family",
    "Growth",
    "Key",
    "OccupancyCandidate",
    "Orders",
    "Process",
    "SiteCandidate",
    "TrendCandidate",
    "blocks_of_candidates",
    "name_of_candidate",
    "require_other_candidates",
]

#: Shapes of the detection function.
Key = Literal["half-normal", "hazard-rate", "uniform", "negative-exponential"]

#: Series that adjust a key.
Adjustment = Literal["none", "cosine", "hermite", "polynomial"]

#: How growth falls with abundance.
Growth = Literal["exponential", "gompertz", "theta_ricker"]

#: Spread of yearly log growth.
Process = Literal["normal", "student"]

#: Distributions of numbers around the expected number of a site.
Family = Literal["poisson", "negative-binomial", "zero-inflated", "zero-inflated-negative-binomial"]

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


class SiteCandidate(Block):
    """Options in which another model of the same visits to sites differs."""

    detection: str | None = None
    """Covariates of the logit of detection; ``""`` for none."""
    detection_random: tuple[str, ...] | None = None
    """Factors with random effects on the logit of detection."""


class OccupancyCandidate(SiteCandidate):
    """Options in which another occupancy of the same visits differs.

    Examples
    --------
    >>> OccupancyCandidate(psi="forage + forage^2").psi
    'forage + forage^2'
    """

    psi: str | None = None
    """Covariates of the logit of occupancy; ``""`` for none."""
    psi_random: tuple[str, ...] | None = None
    """Factors with random effects on the logit of occupancy."""


class DynamicCandidate(OccupancyCandidate):
    """Options in which another dynamic occupancy of the same visits differs."""

    colonisation: str | None = None
    """Covariates of the logit of colonisation; ``""`` for none."""
    extinction: str | None = None
    """Covariates of the logit of local extinction; ``""`` for none."""
    colonisation_random: tuple[str, ...] | None = None
    """Factors with random effects on the logit of colonisation."""
    extinction_random: tuple[str, ...] | None = None
    """Factors with random effects on the logit of local extinction."""


class CountCandidate(SiteCandidate):
    """Options in which another model of the same animals at sites differs."""

    animals: str | None = None
    """Covariates of the logarithm of animals at a site; ``""`` for none."""
    animals_random: tuple[str, ...] | None = None
    """Factors with random effects on the logarithm of animals."""
    family: Family | None = None
    """Distribution of animals around the expected number of a site."""


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


def require_other_candidates(block: Block) -> None:
    """Refuse candidates that cannot be, and those that are no others.

    Parameters
    ----------
    block : Block
        A survey block with ``candidates`` and ``average``.

    Raises
    ------
    ValueError
        For the validator of the block.
    """
    if block.average and not block.candidates:  # type: ignore[attr-defined]
        raise refuse("'average' needs 'candidates'")
    names = [name_of_candidate(block)]
    try:
        names += [name_of_candidate(one) for one in blocks_of_candidates(block)]
    except ValidationError as error:
        raise refuse(f"'candidates': {error.errors()[0]['msg']}") from error
    if len(set(names)) < len(names):
        raise refuse("'candidates' must differ from the model and from each other")


def _named(name: str) -> Candidate | TrendCandidate | CountCandidate:
    """Return the candidate that is a mere name."""
    if name in get_args(Growth):
        return TrendCandidate.model_validate({"growth": name})
    if name in get_args(Family):
        return CountCandidate.model_validate({"family": name})
    return Candidate.model_validate({"key": name})


def _name_of_trend(block: Block) -> str:
    """Name a trend, such as ``theta-Ricker, heavy tail, closed``."""
    forms = {"gompertz": "Gompertz", "theta_ricker": "theta-Ricker"}
    growth = getattr(block, "growth", "")
    parts = [forms.get(growth, growth)]
    parts += ["heavy tail"] if getattr(block, "process", "") == "student" else []
    parts += [] if getattr(block, "immigration", True) else ["closed"]
    return ", ".join(parts)


def _formula(block: Block, quantity: str) -> str:
    """Say what a quantity depends on, such as ``forage + (observer)``; empty if on nothing."""
    random = [f"({name})" for name in getattr(block, f"{quantity}_random", ())]
    return " + ".join(filter(None, [getattr(block, quantity, ""), *random]))


def _name_of_sites(block: Block) -> str:
    """Name a model of visits, such as ``poisson, animals ~ forage, detection constant``."""
    quantities = ("animals", "psi", "colonisation", "extinction", "detection")
    told = {name: _formula(block, name) for name in quantities if hasattr(block, name)}
    parts = [str(getattr(block, "family", ""))]
    parts += [f"{name} ~ {on}" if on else f"{name} constant" for name, on in told.items()]
    return ", ".join(filter(None, parts))


def name_of_candidate(block: Block) -> str:
    """Name the model of a block, such as ``half-normal, cosine 2, scale ~ observer``.

    Parameters
    ----------
    block : Block
        A block of distance sampling, of a trend or of visits to sites.

    Returns
    -------
    str
        Key, adjustment, and what its scale depends on; for visits the family and what each
        quantity depends on.
    """
    if hasattr(block, "growth"):
        return _name_of_trend(block)
    if not hasattr(block, "key"):
        return _name_of_sites(block)
    parts = [str(getattr(block, "key", ""))]
    if getattr(block, "orders", ()):
        parts.append(f"{block.adjustment} {'+'.join(map(str, block.orders))}")  # type: ignore[attr-defined]
    scale = _formula(block, "scale")
    if scale:
        parts.append(f"scale ~ {scale}")
    if getattr(block, "pooling", "none") == "partial":
        parts.append("pooled strata")
    return ", ".join(parts)
