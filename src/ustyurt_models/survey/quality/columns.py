"""Columns of a survey file: what they were taken for, what is missing, what looks odd."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.quality.chance import quantile
from ustyurt_models.survey.read.classes import class_of_name
from ustyurt_models.survey.read.columns import COLUMNS
from ustyurt_models.survey.read.covariates import column_values, is_missing
from ustyurt_models.survey.read.survey_data import Transects
from ustyurt_models.survey.read.table import Table, fold

__all__ = ["ColumnFacts", "Odd", "assess_columns", "odd_values", "spellings"]

_ROLES = {
    "stratum": "stratum",
    "area": "area of the stratum",
    "transect": "transect",
    "effort": "effort",
    "distance": "distance",
    "begin": "class of distance",
    "end": "class of distance",
    "radial": "radial distance",
    "angle": "sighting angle",
    "size": "group size",
    "object": "number of the detection",
    "observer": "observer",
    "detected": "seen or not",
    "seen_1": "seen or not",
    "seen_2": "seen or not",
    "date": "date",
}
_PLACES = frozenset(map(fold, ("x", "y", "longitude", "latitude", "lon", "lat", "long")))
#: Values that belong to a detection: an empty transect has none, and misses nothing.
_OF_DETECTION = frozenset(
    ("distance", "begin", "end", "radial", "angle", "size", "object", "observer", "detected")
) | {"seen_1", "seen_2"}
_FENCES = 3.0  # Tukey's outer fences, in interquartile ranges
_FEWEST = 12
_MOST_SHOWN = 10
#: Cyrillic letters that look like Latin ones.
_ALIKE = str.maketrans("авекмнорстухіѕјё", "abekmhopctyxisje")


@dataclass(frozen=True)
class ColumnFacts:
    """One column of a file.

    Attributes
    ----------
    name : str
        As in the file.
    role : str
        What it was taken for.
    rows : int
        Rows in which it should have a value.
    missing : int
        Those without one.
    numeric : bool
        Whether all values are numbers.
    distinct : int
        Different values.
    values : str
        Range of numbers, or the most frequent words.
    spellings : tuple of str
        Words that differ only in case, blanks or alphabet, each as ``'a' and 'A'``.
    """

    name: str
    role: str
    rows: int
    missing: int
    numeric: bool
    distinct: int
    values: str
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Odd:
    """A value far from the others.

    Attributes
    ----------
    what, place, value, usual : str
        Column or quantity, file and row or transect, the value, and the range of usual values.
    """

    what: str
    place: str
    value: str
    usual: str


def _part(column: str) -> str:
    """Return our name of a column, or nothing for a further one."""
    return next(
        (name for name in _ROLES if fold(column) in {fold(one) for one in COLUMNS[name]}), ""
    )


def _role(column: str, survey: Transects | None) -> str:
    """Return in words what a column was taken for."""
    if class_of_name(column) is not None:
        return "count of a distance class"
    if survey is None:
        return "column"
    if column in survey.transect_covariates:
        return "covariate of transects and detections"
    if column in survey.covariates:
        return "covariate of detections"
    part = _part(column)
    if part:
        return _ROLES[part]
    if fold(column) in _PLACES and survey.position is not None:
        return "position"
    return "not used"


def _number(value: float) -> str:
    """Write a number without exponent; only large ones are grouped, for years are not."""
    whole = value == round(value) and abs(value) < 1e15
    text = f"{value:.0f}" if whole else f"{value:.6g}"
    if "e" in text or abs(value) >= 10_000:
        text = f"{value:,.0f}" if abs(value) >= 1 else f"{value:.2e}"
    return text.replace(",", "\u202f").replace("-", "\N{MINUS SIGN}")


def _shown(values: NDArray, missing: NDArray[np.bool_]) -> tuple[int, str]:
    """Return the number of different values, and which they are."""
    known, count = np.unique(values[~missing], return_counts=True)
    if not known.size:
        return 0, ""
    if values.dtype.kind == "f":
        ends = [_number(known[0]), *([_number(known[-1])] if known.size > 1 else [])]
        return known.size, " to ".join(ends)
    frequent = np.argsort(-count, kind="stable")[:4]
    words = [f"{str(known[i])[:24]} ({count[i]})" for i in frequent]
    return known.size, ", ".join(words) + (" ..." if known.size > 4 else "")


def spellings(values: NDArray) -> tuple[str, ...]:
    """Find words that differ only in case, blanks, punctuation or look-alike letters.

    Parameters
    ----------
    values : numpy.ndarray
        Words, shape (row,).

    Returns
    -------
    tuple of str
        One entry per group, such as ``'Aliya' and 'aliya '``.
    """
    alike: dict[str, list[str]] = {}
    for word in sorted(set(values.tolist()) - {""}):
        alike.setdefault(fold(word.casefold()).translate(_ALIKE), []).append(word)
    return tuple(
        " and ".join(map(repr, words)) for words in alike.values() if 1 < len(words) <= _MOST_SHOWN
    )


def assess_columns(
    table: Table, survey: Transects | None, empty_rows: Collection[int] = ()
) -> tuple[ColumnFacts, ...]:
    """Describe every column of a table.

    Parameters
    ----------
    table : Table
        Rows of the survey.
    survey : Transects, optional
        What was made of them.
    empty_rows : collection of int
        Rows of transects without a detection: what belongs to a detection is not missed there.
    """
    filled = np.ones(len(table.rows), bool)
    filled[list(empty_rows)] = False
    facts = []
    for index, name in enumerate(table.columns):
        values = column_values(table, index, Faults())
        role = _role(name, survey)
        of_detection = _part(name) in _OF_DETECTION or role == "covariate of detections"
        expected = filled if of_detection else np.ones_like(filled)
        missing = is_missing(values)
        distinct, shown = _shown(values, missing)
        numeric = values.dtype.kind == "f"
        named = role in ("number of the detection", "transect")
        facts.append(
            ColumnFacts(
                name or "(no name)",
                role,
                int(expected.sum()),
                int(np.count_nonzero(missing & expected)),
                numeric,
                distinct,
                shown,
                () if numeric or named else spellings(values),
            )
        )
    return tuple(facts)


def odd_values(
    what: str,
    values: NDArray[np.float64],
    places: Collection[str],
    unit: str = "",
    *,
    skewed: bool = False,
) -> tuple[Odd, ...]:
    """Find values beyond three interquartile ranges from the quartiles.

    Parameters
    ----------
    what : str
        What they are.
    values : numpy.ndarray
        float64, NaN where missing, shape (row,).
    places : collection of str
        Place of each.
    unit : str
        Their unit.
    skewed : bool
        Compare on the logarithmic scale, as sizes and lengths need; only where all are > 0.

    References
    ----------
    Tukey 1977, *Exploratory Data Analysis*, ch. 2 (outer fences).
    """
    known = values[np.isfinite(values)]
    if known.size < _FEWEST:
        return ()
    positive = skewed and bool(np.all(known > 0))
    scale = np.log(values) if positive else values
    low, high = (quantile(scale[np.isfinite(scale)], share) for share in (0.25, 0.75))
    reach = _FENCES * (high - low)
    if reach <= 0:
        return ()
    ends = (np.exp(low - reach), np.exp(high + reach)) if positive else (low - reach, high + reach)
    usual = f"{_number(float(f'{ends[0]:.3g}'))} to {_number(float(f'{ends[1]:.3g}'))} {unit}"
    far = (scale < low - reach) | (scale > high + reach)
    named = list(places)
    return tuple(
        Odd(what, named[i], f"{_number(values[i])} {unit}".strip(), usual.strip())
        for i in np.flatnonzero(far)[:_MOST_SHOWN]
    )
