"""Age and sex ratios, and collared animals, by year; for the integrated population model."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.table import Table, columns_of, numbers_of, read_table

__all__ = ["AGES", "KINDS", "SEXES", "Collars", "Ratios", "read_collars", "read_ratios"]

KINDS = ("calves_per_female", "adult_males")
SEXES = ("female", "male")
AGES = ("adult", "calf")
_YEAR = 12.0  # months

_RATIOS = {
    "year": ("year",),
    "kind": ("kind",),
    "number": ("number", "seen"),
    "of": ("of", "sample"),
    "months": ("months", "months_after_birth"),
    "source": ("source_key", "source"),
}
_COLLARS = {
    "year": ("year",),
    "sex": ("sex",),
    "age": ("age",),
    "at_risk": ("at_risk",),
    "deaths": ("deaths",),
    "months": ("months",),
    "source": ("source_key", "source"),
}


@dataclass(frozen=True)
class Ratios:
    """Ratios with the sample they come from.

    Attributes
    ----------
    year : numpy.ndarray
        Calendar year of the birth season before, or of the spring, int64, shape (ratio,).
    kind : numpy.ndarray
        Index into `KINDS`: calves per female, or adult males per adult male and female.
    number, of : numpy.ndarray
        Calves and females; adult males, and these with all females a year and older.
    months : numpy.ndarray
        Since the births of that year, shape (ratio,).
    header : dict of str to str
        ``# key: value`` lines.
    """

    year: NDArray[np.int64]
    kind: NDArray[np.int64]
    number: NDArray[np.float64]
    of: NDArray[np.float64]
    months: NDArray[np.float64]
    header: dict[str, str]


@dataclass(frozen=True)
class Collars:
    """Collared animals and their deaths.

    Attributes
    ----------
    year : numpy.ndarray
        Calendar year of the spring in which the interval begins, int64, shape (row,).
    sex, age : numpy.ndarray
        Index into `SEXES` and `AGES`, int64, shape (row,).
    at_risk, deaths : numpy.ndarray
        Animals at the beginning, and those of them that died, shape (row,).
    months : numpy.ndarray
        Length of the interval, shape (row,).
    header : dict of str to str
        ``# key: value`` lines.
    """

    year: NDArray[np.int64]
    sex: NDArray[np.int64]
    age: NDArray[np.int64]
    at_risk: NDArray[np.float64]
    deaths: NDArray[np.float64]
    months: NDArray[np.float64]
    header: dict[str, str]


def _words(
    table: Table, index: int, known: tuple[str, ...], name: str, faults: Faults
) -> NDArray[np.int64]:
    """Return a column of known words as indices; -1 with a fault for others."""
    found = []
    for line, cell in zip(table.lines, table.column(index), strict=True):
        word = cell.lower().replace(" ", "_")
        if word not in known:
            faults.add(f"{table.name}: row {line}, {name}", f"must be one of {list(known)}", cell)
        found.append(known.index(word) if word in known else -1)
    return np.array(found, np.int64)


def _number(
    table: Table, found: dict[str, int], name: str, faults: Faults, absent: float | None = None
) -> NDArray[np.float64]:
    """Return a column of numbers; `absent` where a cell or the column is missing."""
    if name not in found:
        return np.full(len(table.rows), absent)
    values = np.array(numbers_of(table, found[name], faults, absent is not None), np.float64)
    return values if absent is None else np.where(np.isnan(values), absent, values)


def _check(
    table: Table,
    year: NDArray[np.float64],
    part: NDArray[np.float64],
    whole: NDArray[np.float64],
    faults: Faults,
) -> None:
    """Note impossible years, and numbers that no sample can hold."""
    for line, one, few, many in zip(table.lines, year, part, whole, strict=True):
        where = f"{table.name}: row {line}"
        if not math.isnan(one) and not (one == int(one) and 1800 <= one <= 2200):
            faults.add(f"{where}, year", "must be a calendar year", float(one))
        if few < 0 or few != few // 1:
            faults.add(where, "must hold whole animals, not less than 0", float(few))
        if many <= 0 or many != many // 1:
            faults.add(where, "must hold a sample of at least one whole animal", float(many))


def read_ratios(path: Path, encoding: str | None = None) -> Ratios:
    """Read age and sex ratios.

    Parameters
    ----------
    path : Path
        Table with the columns year, kind, number, of, source_key and optionally months.
    encoding : str, optional
        Encoding where the file cannot tell it.

    Returns
    -------
    Ratios
        In the order of the file.

    Raises
    ------
    InputError
        With every fault of the file at once.
    """
    table = read_table(path, encoding)
    found = columns_of(table, _RATIOS, ("year", "kind", "number", "of", "source"))
    faults = Faults()
    year = _number(table, found, "year", faults)
    number, of = (_number(table, found, name, faults) for name in ("number", "of"))
    months = _number(table, found, "months", faults, 0.0)
    kind = _words(table, found["kind"], KINDS, "kind", faults)
    _check(table, year, number, of, faults)
    for line, one, few, many, late in zip(table.lines, kind, number, of, months, strict=True):
        if one == 1 and few > many:
            rule = "adult males must not outnumber the adults they are part of"
            faults.add(f"{table.name}: row {line}", rule, (float(few), float(many)))
        if not 0 <= late <= _YEAR:
            faults.add(f"{table.name}: row {line}, months", "must lie in 0..12", float(late))
    faults.raise_if_any()
    return Ratios(year.astype(np.int64), kind, number, of, months, table.header)


def read_collars(path: Path, encoding: str | None = None) -> Collars:
    """Read collared animals at risk and their deaths.

    Parameters
    ----------
    path : Path
        Table with the columns year, sex, age, at_risk, deaths, source_key and optionally months.
    encoding : str, optional
        Encoding where the file cannot tell it.

    Returns
    -------
    Collars
        In the order of the file.

    Raises
    ------
    InputError
        With every fault of the file at once.
    """
    table = read_table(path, encoding)
    needed = ("year", "sex", "age", "at_risk", "deaths", "source")
    found = columns_of(table, _COLLARS, needed)
    faults = Faults()
    year = _number(table, found, "year", faults)
    risk, deaths = (_number(table, found, name, faults) for name in ("at_risk", "deaths"))
    months = _number(table, found, "months", faults, _YEAR)
    sex = _words(table, found["sex"], SEXES, "sex", faults)
    age = _words(table, found["age"], AGES, "age", faults)
    _check(table, year, deaths, risk, faults)
    for line, died, held, long in zip(table.lines, deaths, risk, months, strict=True):
        if died > held:
            rule = "must not have more deaths than animals at risk"
            faults.add(f"{table.name}: row {line}", rule, (float(died), float(held)))
        if not 0 < long <= _YEAR:
            faults.add(f"{table.name}: row {line}, months", "must be above 0, at most 12", long)
    faults.raise_if_any()
    return Collars(year.astype(np.int64), sex, age, risk, deaths, months, table.header)
