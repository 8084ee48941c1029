"""What a row of evidence must satisfy; every rule that fails is noted, none stops the others."""

from math import inf

from ustyurt_models.checks import Faults, did_you_mean
from ustyurt_models.evidence.parameter import CONFIDENCE, PSEUDO_SOURCES, Parameter
from ustyurt_models.evidence.units import UNITS, bounds
from ustyurt_models.evidence.values import PREFIXES, is_parameter_id

__all__ = ["DISTRIBUTIONS", "check_numbers", "check_parameter"]

DISTRIBUTIONS = {
    "beta": "share between 0 and 1",
    "beta-scaled": "beta stretched between low and high with its mode at value (PERT)",
    "constant": "value in every draw; a range is information only",
    "covariate": "a fact, not a number",
    "dirichlet": "one share of several, drawn as its beta marginal",
    "discrete": "whole numbers from low to high, most often near value",
    "gamma": "positive, skewed",
    "gumbel": "yearly extreme",
    "logistic threshold": "position of a threshold, drawn as beta",
    "lognormal": "positive, multiplicative error",
    "negative binomial": "value in every draw; the range is spread among groups",
    "none": "a fact, not a number",
    "normal": "cut at what is physically possible",
    "poisson": "value in every draw; the range is spread among counts",
    "triangular": "mode at value, low and high are ends",
    "truncated poisson": "value in every draw; the range is spread among litters",
    "uniform": "low and high are ends",
}
"""What each word in the column ``distribution_hint`` means here."""

_FACTS = ("none", "covariate")
_SHARES = ("beta", "dirichlet", "logistic threshold")
_POSITIVE = ("gamma", "lognormal")


def check_parameter(
    row: Parameter, where: str, known_sources: frozenset[str] | None, faults: Faults
) -> None:
    """Note in `faults` what is wrong with the words and the sources of `row`.

    Parameters
    ----------
    row : Parameter
        The row.
    where : str
        File and row, for the messages.
    known_sources : frozenset of str or None
        Keys of the bibliography; None when it could not be read, which is a fault already.
    faults : Faults
        Collects what is wrong.
    """
    _check_words(row, where, faults)
    if known_sources is not None:
        _check_keys(row, where, known_sources, faults)
    _check_grade(row, where, faults)


def check_numbers(row: Parameter, where: str, faults: Faults) -> None:
    """Note in `faults` what is wrong with range, unit and distribution of `row`.

    Parameters
    ----------
    row : Parameter
        The row, each of its numbers parsed.
    where : str
        File and row, for the messages.
    faults : Faults
        Collects what is wrong.
    """
    if row.unit in UNITS:
        _check_range(row, where, faults)
    if row.distribution in DISTRIBUTIONS:
        _check_distribution(row, where, faults)


def _check_words(row: Parameter, where: str, faults: Faults) -> None:
    """Check id, compulsory text and the closed vocabularies."""
    for column in ("id", "species", "parameter"):
        if not getattr(row, column):
            faults.add(f"{where}, {column}", "must not be empty", "", "fill in the cell")
    if row.id and not is_parameter_id(row.id):
        remedy = f"letters, digits and _; first word one of {sorted(PREFIXES)}"
        faults.add(f"{where}, id", "must be a parameter id", row.id, remedy)
    for column, word, known in (
        ("unit", row.unit, UNITS),
        ("distribution_hint", row.distribution, DISTRIBUTIONS),
        ("confidence", row.confidence, CONFIDENCE),
    ):
        if word not in known:
            faults.add(f"{where}, {column}", "unknown word", word, did_you_mean(word, known))


def _check_keys(row: Parameter, where: str, known_sources: frozenset[str], faults: Faults) -> None:
    """Check that each source exists."""
    for key in row.source_keys:
        if key not in known_sources and key not in PSEUDO_SOURCES:
            advice = did_you_mean(key, known_sources | set(PSEUDO_SOURCES))
            remedy = advice if advice.startswith("did") else "add the entry to sources.bib"
            faults.add(f"{where}, source_key", "no such source", key, remedy)


def _check_grade(row: Parameter, where: str, faults: Faults) -> None:
    """Check that there is a source, and that grade and source agree."""
    if not row.source_keys:
        remedy = f"a key of sources.bib or one of {sorted(PSEUDO_SOURCES)}"
        faults.add(f"{where}, source_key", "a parameter needs a source", "", remedy)
        return
    unpublished = all(key in PSEUDO_SOURCES for key in row.source_keys)
    if (row.confidence == "C" or unpublished) and not row.note:
        remedy = "write what the judgement rests on"
        faults.add(f"{where}, note", "a judgement must say where it comes from", "", remedy)
    if row.confidence == "A" and {"expert", "memory", "gap"} & set(row.source_keys):
        remedy = "give the publication, or grade it B or C"
        faults.add(f"{where}, confidence", "grade A needs a source that was seen", "A", remedy)


def _check_range(row: Parameter, where: str, faults: Faults) -> None:
    """Check low <= value <= high and that each is physically possible."""
    lowest, highest = bounds(row.unit)
    for column in ("value", "low", "high"):
        number = getattr(row, column)
        if number is not None and not lowest <= number <= highest:
            rule = f"must lie in {lowest:g}..{highest:g} for the unit {row.unit!r}"
            faults.add(f"{where}, {column}", rule, number, "correct the number or the unit")
    if (row.low is None) != (row.high is None):
        faults.add(f"{where}, low/high", "give both ends of the range or neither", row.low)
    elif row.low is not None and row.high is not None:
        if row.value is None:
            faults.add(f"{where}, value", "a range needs a value", None, "fill in the value")
        elif not row.low <= row.value <= row.high:
            got = (row.low, row.value, row.high)
            faults.add(f"{where}, value", "low <= value <= high must hold", got)


def _check_distribution(row: Parameter, where: str, faults: Faults) -> None:
    """Check that the distribution can have this value and range."""
    place, got = f"{where}, distribution_hint", (row.low, row.value, row.high)
    fact = row.distribution in _FACTS
    if fact != (row.value is None):
        rule = "a fact has no value, everything else has one"
        faults.add(place, rule, f"{row.distribution}, {row.value}", "use 'none' for a fact")
    if fact or row.value is None or row.low is None or row.high is None:
        return
    if row.distribution in _SHARES and not (0 < row.value < 1 and row.low >= 0 and row.high <= 1):
        rule = f"{row.distribution} needs 0 <= low and high <= 1, and 0 < value < 1"
        faults.add(place, rule, got, "use triangular, uniform or beta-scaled")
    if row.unit in UNITS:
        _check_reach(row, place, faults)
    if row.distribution in _POSITIVE and row.low <= 0:
        faults.add(place, f"{row.distribution} needs low > 0", got, "use normal or triangular")
    if row.distribution == "discrete" and not (row.low.is_integer() and row.high.is_integer()):
        faults.add(place, "discrete needs whole numbers as low and high", got)


def _check_reach(row: Parameter, place: str, faults: Faults) -> None:
    """Check that a family whose tails are not cut has no physical limit in their way."""
    lowest, highest = bounds(row.unit)
    if row.distribution in ("gamma", "gumbel") and highest < inf:
        faults.add(
            place, f"{row.distribution} needs a unit without upper limit", row.unit, "use beta"
        )
    if row.distribution == "gumbel" and lowest == 0:
        faults.add(place, "gumbel needs a unit that may be negative", row.unit, "use lognormal")
