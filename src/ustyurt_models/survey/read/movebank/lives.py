"""Fates of collared animals: the reference table of Movebank becomes known-fate intervals.

Every animal is followed from month to month. It is at risk in a month that it begins alive and
collared; one whose collar ends within the month is left out of it, one that dies in it is a death.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

import numpy as np

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.composition import AGES, SEXES, Collars
from ustyurt_models.survey.read.movebank.fixes import Fixes, utc_of
from ustyurt_models.survey.read.table import Table, columns_of, fold

__all__ = ["Life", "collars_of", "is_reference", "lives_of"]

_COLUMNS: dict[str, tuple[str, ...]] = {
    "animal": ("animal-id",),
    "on": ("deploy-on-date",),
    "off": ("deploy-off-date",),
    "sex": ("animal-sex",),
    "stage": ("animal-life-stage",),
    "end": ("deployment-end-type",),
}
_SEX = {"f": "female", "m": "male", "female": "female", "male": "male"}
_STAGE = {
    "adult": "adult",
    "subadult": "adult",
    "yearling": "adult",
    "calf": "calf",
    "juvenile": "calf",
    "newborn": "calf",
}
_ALIVE = (
    "",
    "analysis end",
    "captured",
    "equipment failure",
    "fall off",
    "other",
    "released",
    "removal",
    "unknown",
)
_VANISHED = ("", "other", "unknown", "equipment failure")


@dataclass(frozen=True)
class Life:
    """One animal under a collar.

    Attributes
    ----------
    animal : str
        ``animal-id``.
    sex, age : str
        Of `SEXES`, and of `AGES` when it was collared.
    on, off : datetime.date
        First and last day under the collar.
    died : bool
        Whether its death ended it.
    vanished : bool
        Whether nobody knows why it ended.
    """

    animal: str
    sex: str
    age: str
    on: dt.date
    off: dt.date
    died: bool
    vanished: bool


def is_reference(table: Table) -> bool:
    """Tell whether a table has the columns of animals with their collars."""
    names = {fold(column) for column in table.columns}
    return all(fold(_COLUMNS[one][0]) in names for one in ("animal", "on"))


def _day(utc_s: float) -> dt.date:
    return dt.datetime.fromtimestamp(utc_s, dt.UTC).date()


def _word(place: str, column: str, cell: str, known: dict[str, str], faults: Faults) -> str:
    """Return a known word; empty with a fault for others."""
    found = known.get(cell.strip().lower(), "")
    if not found:
        faults.add(f"{place}, column {column}", f"must be one of {list(known)}", cell)
    return found


def _end(place: str, cell: str, faults: Faults) -> tuple[bool, bool]:
    """Return whether the animal died, and whether nobody knows what became of it."""
    word = cell.strip().lower()
    if word == "dead/fall-off":
        rule = "must say which of the two: dead, or fall off (alive)"
        faults.add(f"{place}, column deployment-end-type", rule, cell)
    elif word != "dead" and word not in _ALIVE:
        rule = f"must be 'dead' or one of {[one for one in _ALIVE if one]}"
        faults.add(f"{place}, column deployment-end-type", rule, cell)
    return word == "dead", word in _VANISHED


def lives_of(table: Table, fixes: Fixes | None = None) -> tuple[Life, ...]:
    """Take the animals of a Movebank reference table.

    Parameters
    ----------
    table : Table
        The file.
    fixes : Fixes, optional
        Their positions: a collar without ``deploy-off-date`` is followed to its last one.

    Returns
    -------
    tuple of Life
        In the order of the file; an animal with two collars comes twice.

    Raises
    ------
    InputError
        With every fault at once.
    """
    found = columns_of(table, _COLUMNS, ("animal", "on", "sex", "stage", "end"))
    faults, last = Faults(), {}
    if fixes is not None:
        for index, name in enumerate(fixes.animals):
            last[name] = float(fixes.utc_s[fixes.animal == index].max())
    on = utc_of(table, found["on"], faults)
    nothing = np.full(len(table.rows), np.nan)
    off = utc_of(table, found["off"], faults, True) if "off" in found else nothing
    lives = []
    for row, place in enumerate(table.where):
        cells = {name: table.rows[row][index] for name, index in found.items()}
        sex = _word(place, "animal-sex", cells["sex"], _SEX, faults)
        age = _word(place, "animal-life-stage", cells["stage"], _STAGE, faults)
        died, vanished = _end(place, cells["end"], faults)
        end = off[row] if np.isfinite(off[row]) else last.get(cells["animal"], np.nan)
        if not np.isfinite(end):
            advice = "fill it, or put the table of events beside"
            faults.add(f"{place}, column deploy-off-date", "must be known", None, advice)
        elif end < on[row]:
            told = (str(_day(on[row])), str(_day(end)))
            faults.add(f"{place}, column deploy-off-date", "must not lie before the start", told)
        elif np.isfinite(on[row]):
            days = (_day(on[row]), _day(float(end)))
            lives.append(Life(cells["animal"], sex, age, *days, died, vanished and not died))
    faults.raise_if_any()
    return tuple(lives)


def _season(day: dt.date, begins: int) -> int:
    """Return the year whose births were the last before a day."""
    return day.year if day.month >= begins else day.year - 1


def _next(month: dt.date) -> dt.date:
    """Return the first day of the next month."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def collars_of(lives: tuple[Life, ...], begins: int, header: dict[str, str]) -> Collars:
    """Follow animals from month to month.

    Parameters
    ----------
    lives : tuple of Life
        Animals under collars.
    begins : int
        Month of the births (1..12), with which a year of the model begins; calves are adults from
        the next one on.
    header : dict of str to str
        ``# key: value`` lines of the table.

    Returns
    -------
    Collars
        One row per year, sex and age: animal months at risk, and deaths; each of one month.
    """
    risk: Counter[tuple[int, str, str]] = Counter()
    deaths: Counter[tuple[int, str, str]] = Counter()
    for life in lives:
        month = life.on.replace(day=1)
        month = month if month == life.on else _next(month)
        while month <= life.off:
            until = _next(month)
            dies = life.died and life.off < until
            if dies or until <= life.off + dt.timedelta(days=1):
                year = _season(month, begins)
                calf = life.age == "calf" and year == _season(life.on, begins)
                key = (year, life.sex, "calf" if calf else "adult")
                risk[key] += 1
                deaths[key] += dies
            month = until
    keys = sorted(risk)
    return Collars(
        np.array([year for year, _, _ in keys], np.int64),
        np.array([SEXES.index(sex) for _, sex, _ in keys], np.int64),
        np.array([AGES.index(age) for _, _, age in keys], np.int64),
        np.array([risk[key] for key in keys], np.float64),
        np.array([deaths[key] for key in keys], np.float64),
        np.ones(len(keys)),
        header,
    )
