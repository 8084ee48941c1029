"""Who saw which group: two columns of one row, or two rows of one object."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ustyurt_models.checks import Faults
from ustyurt_models.survey.read.covariates import further_columns
from ustyurt_models.survey.read.table import Table

__all__ = ["Marks", "marks_of"]

_YES = {"1": True, "1.0": True, "yes": True, "true": True, "y": True, "t": True}
_NO = {"0": False, "0.0": False, "no": False, "false": False, "n": False, "f": False}


@dataclass(frozen=True)
class Marks:
    """One entry per group.

    Attributes
    ----------
    row : list of int
        Row of the table that describes the group.
    twins : list of tuple of int
        Row of the other observer and the describing row, where a group has two rows.
    name : list of str
        Number or name of the group; empty where the table has none.
    seen : list of list of bool
        Whether observers 1 and 2 saw it.
    covariates : dict of str to numpy.ndarray
        Further columns, float64 or text, shape (group,); ``name_1`` and ``name_2`` where the
        observers' rows differ.
    notes : tuple of str
        What was taken for granted.
    """

    row: list[int]
    twins: list[tuple[int, int]]
    name: list[str]
    seen: list[list[bool]]
    covariates: dict[str, NDArray]
    notes: tuple[str, ...] = ()


def marks_of(
    table: Table, found: Mapping[str, int], distance: list[float], faults: Faults
) -> Marks:
    """Gather who saw which group.

    Parameters
    ----------
    table : Table
        The file.
    found : mapping of str to int
        Its columns; ``seen_1`` and ``seen_2``, or ``object``, ``observer`` and ``detected``.
    distance : list of float
        Distance of each row; NaN in rows that only say that a transect was walked.
    faults : Faults
        Takes unreadable marks, objects without exactly two rows, repeated rows.

    Returns
    -------
    Marks
        Groups in the order of the file.

    Raises
    ------
    InputError
        At once when the table has neither form, or lacks numbers of objects.
    """
    if {"seen_1", "seen_2"} <= set(found):
        return _wide(table, found, distance, faults)
    if {"observer", "detected"} <= set(found):
        if "object" not in found:
            rule = "must have a column 'object' that says which two rows are one group"
            faults.add(table.name, rule)
            faults.raise_if_any()
        return _long(table, found, distance, faults)
    rule = "must have the columns seen_1 and seen_2, or object, observer and detected"
    faults.add(table.name, rule, ", ".join(table.columns))
    faults.raise_if_any()
    raise AssertionError("unreachable")


def _mark(table: Table, row: int, index: int, faults: Faults) -> bool:
    """Read one mark: seen or not."""
    cell = table.rows[row][index].lower()
    if cell not in _YES and cell not in _NO:
        where = f"{table.where[row]}, column {table.columns[index]}"
        faults.add(where, "must be 1 (seen) or 0 (not seen)", table.rows[row][index] or "nothing")
    return _YES.get(cell, False)


def _row(table: Table, index: int) -> str:
    """Say which row of its file a row is."""
    return table.where[index].rsplit(": ", 1)[-1]


def _wide(table: Table, found: Mapping[str, int], distance: list[float], faults: Faults) -> Marks:
    """Read one row per group."""
    rows = [i for i, value in enumerate(distance) if not math.isnan(value)]
    identity = found.get("object")
    seen_rows: dict[tuple[str, ...], int] = {}
    names: dict[str, int] = {}
    for i in rows:
        where, name = table.where[i], ""
        if identity is not None:
            name = table.rows[i][identity]
            if name in names:
                before = _row(table, names[name])
                faults.add(f"{where}, object", f"must differ from {before}", name)
            names.setdefault(name, i)
        elif table.rows[i] in seen_rows:
            advice = "two groups alike? add a column `object` with their numbers"
            before = _row(table, seen_rows[table.rows[i]])
            faults.add(where, f"must not repeat {before}", None, advice)
        seen_rows.setdefault(table.rows[i], i)
    seen = [[_mark(table, i, found[f"seen_{j}"], faults) for j in (1, 2)] for i in rows]
    named = ["" if identity is None else table.rows[i][identity] for i in rows]
    known, notes = _covariates(table, found, rows, rows)
    return Marks(rows, [], named, seen, known, notes)


def _observer_names(table: Table, index: int, rows: list[int], faults: Faults) -> tuple[str, str]:
    """Return what the first and the second observer are called."""
    said = [name.strip() for name in table.header.get("observers", "").split(",") if name.strip()]
    found = sorted({table.rows[i][index] for i in rows})
    if len(said) == 2:
        return said[0], said[1]
    if set(found) <= {"1", "2"}:
        return "1", "2"
    where = f"{table.name}: column {table.columns[index]}"
    advice = "write '# observers: FIRST, SECOND' above the table to say who is observer 1 and 2"
    faults.add(where, "must be 1 and 2, or two names in a known order", ", ".join(found), advice)
    faults.raise_if_any()
    raise AssertionError("unreachable")


def _check_pairs(
    table: Table, of_object: dict[str, list[int]], names: tuple[str, str], faults: Faults
) -> None:
    """Stop at once where no object has a second row: the records are of one observer."""
    if of_object and all(len(mine) == 1 for mine in of_object.values()):
        rule = f"must have two rows for each object, one for observer {names[0]} and one for "
        advice = "records of one observer: a line or point transect?"
        got = f"one row for each of {len(of_object)} objects"
        faults.add(f"{table.name}: object", rule + names[1], got, advice)
        faults.raise_if_any()


def _long(table: Table, found: Mapping[str, int], distance: list[float], faults: Faults) -> Marks:
    """Read two rows per group, one for each observer."""
    rows = [i for i, value in enumerate(distance) if not math.isnan(value)]
    names = _observer_names(table, found["observer"], rows, faults)
    of_object: dict[str, list[int]] = {}
    for i in rows:
        of_object.setdefault(table.rows[i][found["object"]], []).append(i)
    _check_pairs(table, of_object, names, faults)
    first, second, seen, kept = [], [], [], []
    for name, mine in of_object.items():
        by_observer = {table.rows[i][found["observer"]]: i for i in mine}
        if len(mine) != 2 or set(by_observer) != set(names):
            got = ", ".join(
                f"row {table.lines[i]} {table.rows[i][found['observer']]}" for i in mine
            )
            rule = f"must have one row for observer {names[0]} and one for {names[1]}"
            advice = "two groups with one number, or a row doubled or left out?"
            faults.add(f"{table.name}: object {name!r}", rule, got, advice)
            continue
        pair = [by_observer[who] for who in names]
        seen.append([_mark(table, i, found["detected"], faults) for i in pair])
        first.append(pair[0])
        second.append(pair[1])
        kept.append(name)
    twins = list(zip(second, first, strict=True))
    known, notes = _covariates(table, found, first, second)
    return Marks(first, twins, kept, seen, known, notes)


def _covariates(
    table: Table, found: Mapping[str, int], first: list[int], second: list[int]
) -> tuple[dict[str, NDArray], tuple[str, ...]]:
    """Read the further columns; one that differs between observers becomes two.

    Their faults are noted with those of the transects, which read the same columns.
    """
    known: dict[str, NDArray] = {}
    apart = []
    for name, values in further_columns(table, found.values(), Faults()).items():
        one, two = values[first], values[second]
        if bool(np.all((one == two) | ((one != one) & (two != two)))):
            known[name] = one
        else:
            known[f"{name}_1"], known[f"{name}_2"] = one, two
            apart.append(f"{name} differs between the observers of a group; taken as theirs")
    return known, tuple(apart)
